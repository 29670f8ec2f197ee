"""Templates: which there are, which of them an update uses, and how one is filled. What goes in is ``rendering``'s.

A template is a file ``CHANNEL.LANGUAGE.PART[.KIND][.PHASE].txt``, such as ``email.sv.body.txt`` or
``sms.de.text.all-clear.txt``: the one that names most of what an update is, is used; of two, the one that names the
kind. It is Jinja2, sandboxed and strict: a name that does not exist is an error, found when the file is read.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Final

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment
from msgspec import Struct

from feeds.courier.errors import RenderError
from feeds.model import ContactChannel, Phase, UpdateKind

FIRST_LANGUAGE: Final = "en"
"""The language that everybody gets whose own one is missing; the text of an update itself is in it."""

CLEAR: Final = "clear"
"""The kind of message that those get who are no longer concerned."""

KIND_SLUGS: Final[Mapping[UpdateKind, str]] = {
    UpdateKind.FIRST_WORD: "first-word",
    UpdateKind.PROGRESS: "progress",
    UpdateKind.CORRECTION: "correction",
    UpdateKind.ALL_CLEAR: "all-clear",
    UpdateKind.WITHDRAWAL: "withdrawal",
}
"""How kinds are called in the names of files."""

PARTS: Final[Mapping[str, tuple[str, ...]]] = {"email": ("subject", "body"), "sms": ("text",), "case": ("body",)}
"""Parts of each channel's texts. TMF681 says what an e-mail says; a webhook carries data and needs no template."""

WRITTEN_AS: Final[Mapping[ContactChannel, str]] = {
    ContactChannel.EMAIL: "email",
    ContactChannel.TMF681: "email",
    ContactChannel.SMS: "sms",
    ContactChannel.CASE: "case",
}
"""By channel, the texts that it uses."""

NAMES: Final = frozenset(
    (
        *("kind", "phase", "outage", "number", "customer", "contact", "language", "since", "own"),
        *("done", "will", "need", "said", "true", "next_local", "next_zone", "next_utc"),
        *("sims", "ranges", "more_ranges", "cases", "attachment"),
        *("earlier_number", "earlier_at", "earlier_done", "earlier_will"),
    )
)
"""What a template may name."""

LARGEST_FILE = 64 * 1024

_NAME = re.compile(
    rf"(?P<channel>email|sms|case)\.(?P<language>[A-Za-z]{{2,3}}(?:-[A-Za-z0-9]{{2,8}})*)\.(?P<part>subject|body|text)"
    rf"(?:\.(?P<kind>{'|'.join((*KIND_SLUGS.values(), CLEAR))}))?(?:\.(?P<phase>{'|'.join(Phase)}))?"
)

_environment = ImmutableSandboxedEnvironment(
    undefined=jinja2.StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True, cache_size=0
)


def _grouped(value: int, separator: str = ",") -> str:
    return f"{value:,}".replace(",", separator)


_environment.filters["grouped"] = _grouped
_environment.globals.clear()  # range, lipsum and the like: loops without end for a text that needs none


class TemplateSet(Struct, frozen=True):
    """Templates by name, without ``.txt``."""

    sources: dict[str, str]

    def languages(self, channel: ContactChannel) -> frozenset[str]:
        """Return the languages (BCP 47, lower case) in which a channel's texts are complete."""
        texts = WRITTEN_AS.get(channel)
        if texts is None:
            return frozenset({FIRST_LANGUAGE})
        found = {name.split(".")[1] for name in self.sources if name.startswith(f"{texts}.")}
        return frozenset(one for one in found if all(f"{texts}.{one}.{part}" in self.sources for part in PARTS[texts]))

    def chosen(
        self, kind: UpdateKind, phase: Phase, channels: Iterable[ContactChannel], languages: Iterable[str]
    ) -> dict[str, str]:
        """Return what an update of this kind and phase uses: ``CHANNEL.LANGUAGE.PART``, and with ``.clear``."""
        found: dict[str, str] = {}
        spoken = sorted({FIRST_LANGUAGE, *languages})
        for channel in sorted(set(channels) & set(WRITTEN_AS)):
            texts = WRITTEN_AS[channel]
            for language in spoken:
                if language not in self.languages(channel):
                    continue
                for part in PARTS[texts]:
                    plain = f"{texts}.{language}.{part}"
                    found[plain] = self._best(plain, KIND_SLUGS[kind], phase)
                    if channel is not ContactChannel.CASE:
                        found[f"{plain}.{CLEAR}"] = self._best(plain, CLEAR, phase)
        return found

    def _best(self, plain: str, kind: str, phase: Phase) -> str:
        for name in (f"{plain}.{kind}.{phase.value}", f"{plain}.{kind}", f"{plain}.{phase.value}"):
            if name in self.sources:
                return self.sources[name]
        return self.sources[plain]


def load_templates(folder: Path | None = None) -> TemplateSet:
    """Return the templates that come with the product and, over them, those of ``folder``.

    Raises RenderError that names the file, the line and the reason; a file that is no template is an error as well,
    because a misspelt name would be ignored without a word.
    """
    sources = dict(_shipped())
    if folder is None:
        return TemplateSet(sources)
    try:
        files = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise RenderError(f"templates: {folder} cannot be read: {error.strerror}") from error
    added: dict[str, Path] = {}
    for path in files:
        stem = path.name.removesuffix(".txt")
        if stem == path.name or not (named := _NAME.fullmatch(stem)) or named["part"] not in PARTS[named["channel"]]:
            raise RenderError(
                f"{path}: not the name of a template: CHANNEL.LANGUAGE.PART[.KIND][.PHASE].txt, such as "
                "email.fi.body.txt or sms.fi.text.all-clear.txt"
            )
        try:
            source = path.read_bytes()[: LARGEST_FILE + 1].decode("utf-8")
        except OSError as error:
            raise RenderError(f"{path}: cannot be read: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise RenderError(f"{path}: line {error.object[: error.start].count(10) + 1}: not UTF-8") from error
        if len(source.encode()) > LARGEST_FILE:
            raise RenderError(f"{path}: larger than {LARGEST_FILE:,} bytes")
        _check(str(path), source)
        name = _lower_language(stem)
        sources[name] = source
        added[name] = path
    for name, path in added.items():
        texts, language, *_ = name.split(".")
        missing = [part for part in PARTS[texts] if f"{texts}.{language}.{part}" not in sources]
        if missing:
            raise RenderError(f"{path}: there is no {texts}.{language}.{missing[0]}.txt beside it")
    return TemplateSet(sources)


def fill(what: str, source: str, values: Mapping[str, object]) -> str:
    """Return a template filled with ``values``. Raises RenderError."""
    try:
        return _compiled(what, source).render(values)
    except (
        jinja2.TemplateError,
        ArithmeticError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        RecursionError,
    ) as error:
        # A template is foreign code: whatever it trips over is its fault and is told as such.
        raise RenderError(f"the {what} template cannot be filled: {error}") from error


@lru_cache(maxsize=1)
def _shipped() -> Mapping[str, str]:
    folder = resources.files("feeds.courier") / "templates"
    return {
        item.name.removesuffix(".txt"): item.read_text(encoding="utf-8")
        for item in sorted(folder.iterdir(), key=lambda item: item.name)
        if item.name.endswith(".txt")
    }


def _lower_language(stem: str) -> str:
    texts, language, *rest = stem.split(".")
    return ".".join((texts, language.lower(), *rest))


def _check(name: str, source: str) -> None:
    try:
        tree = _environment.parse(source)
    except jinja2.TemplateSyntaxError as error:
        raise RenderError(f"{name}: line {error.lineno}: {error.message}") from error
    except RecursionError as error:
        raise RenderError(f"{name}: nested too deeply") from error
    own = {node.name for node in tree.find_all(nodes.Name) if node.ctx in ("store", "param")} | {"loop"}
    for node in tree.find_all(nodes.Name):
        if node.ctx == "load" and node.name not in NAMES | own:
            known = ", ".join(sorted(NAMES))
            raise RenderError(f"{name}: line {node.lineno}: there is no '{node.name}'; there are {known}")
    for filtered in tree.find_all(nodes.Filter):
        if filtered.name not in _environment.filters:
            raise RenderError(f"{name}: line {filtered.lineno}: there is no filter '{filtered.name}'")
    for foreign in tree.find_all((nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)):
        raise RenderError(f"{name}: line {foreign.lineno}: a template stands alone, without include, import or extends")
    try:
        _environment.from_string(source)
    except jinja2.TemplateSyntaxError as error:
        raise RenderError(f"{name}: line {error.lineno}: {error.message}") from error


@lru_cache(maxsize=128)
def _compiled(what: str, source: str) -> jinja2.Template:
    try:
        return _environment.from_string(source)
    except jinja2.TemplateSyntaxError as error:
        raise RenderError(f"the {what} template is broken in line {error.lineno}: {error.message}") from error
