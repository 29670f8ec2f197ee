"""The public status page: static HTML, an Atom feed and JSON, written whole into a directory.

On it is what was said to everybody: the parts of updates, phases and times. Nothing of any customer is: no name, no
number, no count; updates that went to a part of the customers only are not on it. Each file is replaced at once, so
whoever serves or copies the directory never sees half of one. A pure function makes the files; writing them is at the
end. Which updates there are is ``hub``'s to know.
"""

import os
import tempfile
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Final
from xml.etree import ElementTree

import jinja2
import msgspec
from msgspec import Meta, Struct

from feeds.courier.channels.http import web_address
from feeds.courier.errors import AddressError, CourierError
from feeds.courier.texts import clean
from feeds.model import Narrowing, Phase, Update, UpdateKind, UpdateState

ATOM: Final = "http://www.w3.org/2005/Atom"
ENTRIES: Final = 100
"""Updates in the feed, the newest first."""

_SAID = frozenset({UpdateState.SENDING, UpdateState.PAUSED, UpdateState.DONE, UpdateState.CANCELLED})


class StatusPageSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The page. ``url``: where the directory is served, ends with a slash; the feed names itself by it.

    ``days``: how long after its last update an outage stays on the page. ``language``: of the words around the
    updates; updates are shown in it where they were written in it.
    """

    directory: Annotated[str, Meta(min_length=1)]
    url: Annotated[str, Meta(min_length=1, max_length=500)]
    title: Annotated[str, Meta(min_length=1, max_length=100)] = "Service status"
    author: Annotated[str, Meta(min_length=1, max_length=100)] = "Operations"
    days: Annotated[int, Meta(ge=1, le=3_650)] = 14
    language: Annotated[str, Meta(min_length=1, max_length=35)] = "en"

    def __post_init__(self) -> None:
        """Refuse an address that is none."""
        try:
            web_address(self.url)
        except AddressError as error:
            raise AddressError(f"url is {error}") from error
        if not self.url.endswith("/"):
            raise AddressError("url does not end with a slash: it is the directory's")


class PublishError(CourierError):
    """The status page cannot be written. The message names the directory and the reason."""


class Said(Struct, frozen=True):
    """One update as everybody may read it. ``at``: when it was approved."""

    outage: str
    number: int
    kind: str
    phase: str
    at: datetime
    done: str
    will: str
    need: str
    said: str = ""
    true: str = ""
    next_word: datetime | None = None
    language: str = "en"


class OutageSaid(Struct, frozen=True):
    """One outage: where it stands, and its updates, the newest first."""

    outage: str
    phase: str
    began: datetime
    changed: datetime
    over: bool
    updates: tuple[Said, ...]


class Status(Struct, frozen=True):
    """The whole page as data. ``changed``: time of the newest update; None: there is none."""

    title: str
    changed: datetime | None
    outages: tuple[OutageSaid, ...]


def is_public(update: Update, accepted: int) -> bool:
    """Whether an update was said to everybody concerned: approved, out of its hold and canary, and not narrowed.

    ``accepted`` deliveries: one that was cancelled was said where they are more than its canary.
    """
    if update.state not in _SAID or update.approved is None or not update.number:
        return False
    if update.state is UpdateState.PAUSED and update.paused_from in (UpdateState.HOLD, UpdateState.CANARY):
        return False
    if update.state is UpdateState.CANCELLED and accepted <= update.canary:
        return False
    return msgspec.structs.replace(update.narrowing, channels=()) == Narrowing()


def status(updates: Iterable[tuple[Update, int]], settings: StatusPageSettings, now: datetime) -> Status:
    """Return the page as it should be at ``now``: live outages first, then by the time of their last update.

    ``updates``: each with how many of its deliveries were accepted.
    """
    by_outage: dict[str, list[Said]] = {}
    for update, accepted in updates:
        if is_public(update, accepted):
            by_outage.setdefault(update.outage, []).append(_said(update, settings.language))
    oldest = now - timedelta(days=settings.days)
    outages = []
    for name, said in by_outage.items():
        said.sort(key=lambda one: (one.at, one.number), reverse=True)
        newest = said[0]
        over = newest.kind == UpdateKind.ALL_CLEAR.value or newest.phase == Phase.RESOLVED.value
        if newest.at >= oldest or not over:
            outages.append(OutageSaid(name, newest.phase, said[-1].at, newest.at, over, tuple(said)))
    outages.sort(key=lambda one: (not one.over, one.changed, one.outage), reverse=True)
    return Status(_plain(settings.title), max((one.changed for one in outages), default=None), tuple(outages))


def _said(update: Update, language: str) -> Said:
    text = update.text
    own = next((one for one in text.translations if one.language == language), None)
    words = own if own is not None else text
    assert update.approved is not None
    return Said(
        outage=update.outage,
        number=update.number,
        kind=update.kind.value,
        phase=Phase.RESOLVED.value if update.kind is UpdateKind.ALL_CLEAR else text.phase.value,
        at=update.approved.replace(microsecond=0),
        done=_plain(words.done),
        will=_plain(words.will),
        need=_plain(words.need),
        said=_plain(words.said),
        true=_plain(words.true),
        next_word=text.next_word,
        language=own.language if own is not None else "en",
    )


def _plain(text: str) -> str:
    # U+FFFE and U+FFFF are no characters of XML.
    return clean(text).strip().replace("\ufffe", "").replace("\uffff", "")


def files(status: Status, settings: StatusPageSettings) -> Mapping[str, bytes]:
    """Return the files of the page by name. The same status gives the same bytes."""
    return {
        "index.html": _html(status, settings),
        "feed.atom": _atom(status, settings),
        "status.json": msgspec.json.format(msgspec.json.encode(status), indent=2) + b"\n",
    }


WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "calm": "No disturbance is known.",
        "outage": "Disturbance",
        "update": "Update",
        "done": "What we have done",
        "will": "What we will do",
        "need": "What you need to do",
        "said": "What we said",
        "true": "What is true",
        "next": "Next word at the latest",
        "earlier": "Earlier disturbances",
        "investigating": "investigating",
        "identified": "identified",
        "monitoring": "monitoring",
        "resolved": "resolved",
    },
    "sv": {
        "calm": "Ingen störning är känd.",
        "outage": "Störning",
        "update": "Uppdatering",
        "done": "Vad vi har gjort",
        "will": "Vad vi kommer att göra",
        "need": "Vad ni behöver göra",
        "said": "Vad vi sade",
        "true": "Vad som stämmer",
        "next": "Nästa besked senast",
        "earlier": "Tidigare störningar",
        "investigating": "utreds",
        "identified": "orsaken funnen",
        "monitoring": "bevakas",
        "resolved": "avhjälpt",
    },
    "de": {
        "calm": "Es ist keine Störung bekannt.",
        "outage": "Störung",
        "update": "Meldung",
        "done": "Was wir getan haben",
        "will": "Was wir tun werden",
        "need": "Was Sie tun müssen",
        "said": "Was wir sagten",
        "true": "Was stimmt",
        "next": "Nächste Nachricht spätestens",
        "earlier": "Frühere Störungen",
        "investigating": "wird untersucht",
        "identified": "Ursache gefunden",
        "monitoring": "wird beobachtet",
        "resolved": "behoben",
    },
}
"""The words around the updates, by language."""

_PAGE = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
_TEMPLATE = _PAGE.from_string(
    """<!DOCTYPE html>
<html lang="{{ language }}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta http-equiv="refresh" content="60">
<title>{{ status.title }}</title>
<link rel="alternate" type="application/atom+xml" href="feed.atom" title="{{ status.title }}">
<style>
body { font-family: sans-serif; line-height: 1.5; max-width: 46em; margin: 2em auto; padding: 0 1em; color: #1a1a1a;
  background: #fff }
article { border-left: .3em solid #888; padding-left: 1em; margin: 1.5em 0 }
article.live { border-color: #b00020 }
p { white-space: pre-wrap; margin: .2em 0 .8em }
h4 { margin: .6em 0 0 }
time { color: #555 }
</style>
</head>
<body>
<h1>{{ status.title }}</h1>
{% macro part(name, text) %}
{% if text %}
<h4>{{ words[name] }}</h4>
<p>{{ text }}</p>
{% endif %}
{% endmacro %}
{% macro moment(when) %}
<time datetime="{{ when.isoformat() }}">{{ when.strftime("%Y-%m-%d %H:%M") }} UTC</time>
{% endmacro %}
{% macro shown(one) %}
<article id="{{ one.outage }}"{% if not one.over %} class="live"{% endif %}>
<h2>{{ words.outage }} {{ one.outage }}: {{ words[one.phase] }}</h2>
{% for said in one.updates %}
<section id="{{ one.outage }}-{{ said.number }}" lang="{{ said.language }}">
<h3>{{ words.update }} {{ said.number }} · {{ words[said.phase] }} · {{ moment(said.at) }}</h3>
{{ part("said", said.said) }}
{{ part("true", said.true) }}
{{ part("done", said.done) }}
{{ part("will", said.will) }}
{{ part("need", said.need) }}
{% if said.next_word and loop.first and not one.over %}
<h4>{{ words.next }}</h4>
<p>{{ moment(said.next_word) }}</p>
{% endif %}
</section>
{% endfor %}
</article>
{% endmacro %}
{% set live = status.outages | rejectattr("over") | list %}
{% set over = status.outages | selectattr("over") | list %}
{% if not live %}
<p>{{ words.calm }}</p>
{% endif %}
{% for one in live %}
{{ shown(one) }}
{% endfor %}
{% if over %}
<h2>{{ words.earlier }}</h2>
{% for one in over %}
{{ shown(one) }}
{% endfor %}
{% endif %}
</body>
</html>
"""
)


def _words(settings: StatusPageSettings) -> tuple[str, Mapping[str, str]]:
    language = settings.language if settings.language in WORDS else "en"
    return language, WORDS[language]


def _html(status: Status, settings: StatusPageSettings) -> bytes:
    language, words = _words(settings)
    return _TEMPLATE.render(status=status, words=words, language=language).encode()


def _atom(status: Status, settings: StatusPageSettings) -> bytes:
    """Return the feed (RFC 4287)."""
    language, words = _words(settings)
    feed = ElementTree.Element("feed", {"xmlns": ATOM, "xml:lang": language})
    _child(feed, "id", settings.url)
    _child(feed, "title", status.title)
    # A feed without entries has to say when it was changed too; it never was.
    _child(feed, "updated", _stamp(status.changed) if status.changed is not None else "1970-01-01T00:00:00+00:00")
    _child(_child(feed, "author"), "name", _plain(settings.author))
    _child(feed, "link", rel="self", type="application/atom+xml", href=f"{settings.url}feed.atom")
    _child(feed, "link", rel="alternate", type="text/html", href=settings.url)
    everything = sorted((said for one in status.outages for said in one.updates), key=lambda one: one.at, reverse=True)
    for said in everything[:ENTRIES]:
        entry = _child(feed, "entry")
        place = f"{settings.url}#{said.outage}-{said.number}"
        _child(entry, "id", place)
        _child(entry, "title", f"{words['outage']} {said.outage}: {words[said.phase]}")
        _child(entry, "updated", _stamp(said.at))
        _child(entry, "link", rel="alternate", type="text/html", href=place)
        _child(entry, "category", term=said.phase)
        parts = [(name, getattr(said, name)) for name in ("said", "true", "done", "will", "need")]
        if said.next_word is not None:
            parts.append(("next", f"{said.next_word:%Y-%m-%d %H:%M} UTC"))
        _child(entry, "content", "\n\n".join(f"{words[name]}\n{text}" for name, text in parts if text), type="text")
    text: str = ElementTree.tostring(feed, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def _child(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, name, attributes)
    child.text = text or None
    return child


def _stamp(when: datetime) -> str:
    return when.isoformat()


def publish(directory: Path, made: Mapping[str, bytes]) -> int:
    """Put the files into the directory, each at once and only where it changed. Return how many. Raises PublishError.

    Blocks for the disk; call it on a thread.
    """
    written = 0
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, data in made.items():
            path = directory / name
            if not path.exists() or path.read_bytes() != data:
                _replace(path, data)
                written += 1
        if written:
            _flush(directory)
    except OSError as error:
        raise PublishError(f"the status page in {directory} cannot be written: {error.strerror or error}") from error
    return written


def _replace(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(file.fileno(), 0o644)  # For whoever serves it; mkstemp makes it readable to nobody else.
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _flush(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
