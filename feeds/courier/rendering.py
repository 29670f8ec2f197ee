"""What each contact reads, exactly: templates filled with a person's text and one customer's own facts.

Pure functions of their arguments (and of the time zone database): the same update renders to the same bytes before and
after approval, and a digest proves it. Headers and encodings are the channel's.

A template is Jinja2, sandboxed, strict about undefined names. It sees text and numbers only: ``kind``, ``outage``,
``number`` (of the update), ``customer`` and ``contact`` (names), ``done``, ``will``, ``need`` (a person's parts,
wrapped, inserted and never evaluated), ``next_local``, ``next_zone``, ``next_utc`` (empty where no time is promised),
``sims``, ``ranges`` (triples: first and last body, count; at most ``RANGES_LISTED``), ``more_ranges``, ``cases`` (one
wrapped text).
"""

import hashlib
import re
import textwrap
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from importlib import resources
from types import MappingProxyType
from zoneinfo import ZoneInfo

import jinja2
import msgspec
from jinja2.sandbox import ImmutableSandboxedEnvironment
from msgspec import Struct

from feeds.courier.audience import Audience
from feeds.courier.errors import RenderError
from feeds.courier.lint import problems
from feeds.courier.texts import WIDTH, bounded, clean, one_line, wrapped
from feeds.facts import UpdateApproved
from feeds.model import AudienceEntry, Message, Preview, Update, UpdateKind, UpdateText

RANGES_LISTED = 20
"""Ranges that a message lists before it only counts the rest."""

CASES_LISTED = 100
"""Case numbers that a message lists before it only counts the rest."""

LARGEST_WINDOW = 200
"""Messages that a preview shows at a time."""

FIRST_LANGUAGE = "en"


class Templates(Struct, frozen=True):
    """Subject and body of an e-mail, as Jinja2 sources. They are frozen with the update that uses them."""

    subject: str
    body: str


def _shipped() -> Mapping[str, Templates]:
    folder = resources.files("feeds.courier") / "templates"
    sources = {item.name: item.read_text(encoding="utf-8") for item in folder.iterdir() if item.name.endswith(".txt")}
    languages = [name.split(".")[1] for name in sources if re.fullmatch(r"email\.[A-Za-z-]+\.subject\.txt", name)]
    return MappingProxyType(
        {
            language: Templates(sources[f"email.{language}.subject.txt"], sources[f"email.{language}.body.txt"])
            for language in sorted(languages)
        }
    )


DEFAULT_TEMPLATES = _shipped()
"""The templates that come with the product, by language (BCP 47 tag)."""


def render(
    kind: UpdateKind,
    text: UpdateText,
    entry: AudienceEntry,
    outage: str,
    number: int,
    subject_template: str = DEFAULT_TEMPLATES[FIRST_LANGUAGE].subject,
    body_template: str = DEFAULT_TEMPLATES[FIRST_LANGUAGE].body,
) -> Message:
    """Return the message to one contact. ``number`` is the update's within its outage.

    The subject is one line, the body plain text with ``\\n`` and lines of at most 960 octets. Nothing but ``entry`` and
    the text of the update goes in. Raises RenderError where a template is broken or names something that does not
    exist.
    """
    values = {
        "kind": kind.value,
        "outage": one_line(outage),
        "number": number,
        "customer": one_line(entry.name),
        "contact": one_line(entry.contact),
        "done": wrapped(text.done),
        "will": wrapped(text.will),
        "need": wrapped(text.need),
        "sims": entry.sims,
        "ranges": _ranges(entry.ranges[:RANGES_LISTED]),
        "more_ranges": max(0, len(entry.ranges) - RANGES_LISTED),
        "cases": _cases(entry.cases),
        **_promise(text.next_word, entry.time_zone),
    }
    return Message(
        customer=entry.customer,
        name=entry.name,
        address=entry.address,
        sims=entry.sims,
        subject=one_line(_fill("subject", subject_template, values)),
        body=bounded(clean(_fill("body", body_template, values)).strip("\n")) + "\n",
        vip=entry.vip,
        ranges=_short(entry.ranges),
    )


def message_of(update: Update, index: int) -> Message:
    """Return the message to the contact at ``index`` of an approved update, from what was frozen with it."""
    return render(
        update.kind,
        update.text,
        update.audience[index],
        update.outage,
        update.number,
        update.subject_template,
        update.body_template,
    )


def message_digest(message: Message) -> str:
    """Return the SHA-256 (hex) over address, subject and body: what has to be the same at approval and at sending."""
    return _sha256((message.address, message.subject, message.body))


def update_digest(
    kind: UpdateKind,
    text: UpdateText,
    outage: str,
    number: int,
    templates: Templates,
    entries: tuple[AudienceEntry, ...],
) -> str:
    """Return the SHA-256 (hex) over everything that an update sends. ``entries`` have their own digests.

    The order of the audience does not count; each field of each entry does.
    """
    each = sorted(hashlib.sha256(msgspec.json.encode(entry)).hexdigest() for entry in entries)
    return _sha256((kind.value, text, outage, number, templates, each))


def preview(
    update: Update,
    audience: Audience,
    now: datetime,
    *,
    number: int | None = None,
    window: tuple[int, int] = (0, 50),
    find: str = "",
    templates: Templates = DEFAULT_TEMPLATES[FIRST_LANGUAGE],
) -> Preview:
    """Return what a draft would send now.

    ``number``: the number that the update will have when it is approved, where the draft does not hold it yet. ``find``
    narrows the messages, never the totals, to customers whose name, id or address contains it. ``window`` counts within
    what was found. Every message is rendered for the digest; a repeated call for the same text and audience is cheap.
    Raises RenderError.
    """
    sent_as = update.number if number is None else number
    entries, digest = _frozen(update.kind, update.text, update.outage, sent_as, templates, audience.entries)
    wanted = find.casefold()
    found = [
        entry
        for entry in entries
        if not wanted or any(wanted in text.casefold() for text in (entry.name, entry.customer, entry.address))
    ]
    first, count = max(0, window[0]), min(max(0, window[1]), LARGEST_WINDOW)
    customers = {entry.customer: entry for entry in entries}
    return Preview(
        update=update.id,
        digest=digest,
        customers=len(customers),
        contacts=len(entries),
        sims=sum(entry.sims for entry in customers.values()),
        vips=sum(entry.vip for entry in customers.values()),
        messages=tuple(
            render(update.kind, update.text, entry, update.outage, sent_as, templates.subject, templates.body)
            for entry in found[first : first + count]
        ),
        unreachable=audience.unreachable,
        problems=problems(update.kind, update.text, len(entries), now),
    )


def freeze(
    update: Update,
    audience: Audience,
    message_domain: str,
    *,
    number: int | None = None,
    templates: Templates = DEFAULT_TEMPLATES[FIRST_LANGUAGE],
) -> UpdateApproved:
    """Return the fact that approves a draft for an audience, with the digest of each message and of the whole.

    ``number`` as in ``preview``: it stands in the messages, so the update must get this number with the fact. The
    digest equals that of a preview of the same text for the same audience. Raises RenderError.
    """
    sent_as = update.number if number is None else number
    entries, digest = _frozen(update.kind, update.text, update.outage, sent_as, templates, audience.entries)
    return UpdateApproved(
        update=update.id,
        digest=digest,
        subject_template=templates.subject,
        body_template=templates.body,
        audience=entries,
        message_domain=message_domain,
    )


@lru_cache(
    maxsize=2
)  # A composer asks again and again while somebody scrolls and searches; then approval asks once more.
def _frozen(
    kind: UpdateKind,
    text: UpdateText,
    outage: str,
    number: int,
    templates: Templates,
    entries: tuple[AudienceEntry, ...],
) -> tuple[tuple[AudienceEntry, ...], str]:
    frozen = tuple(
        msgspec.structs.replace(
            entry,
            digest=message_digest(render(kind, text, entry, outage, number, templates.subject, templates.body)),
        )
        for entry in entries
    )
    return frozen, update_digest(kind, text, outage, number, templates, frozen)


def _sha256(value: object) -> str:
    return hashlib.sha256(msgspec.json.encode(value)).hexdigest()


def _grouped(value: int, separator: str = ",") -> str:
    return f"{value:,}".replace(",", separator)


_environment = ImmutableSandboxedEnvironment(
    undefined=jinja2.StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True, cache_size=0
)
_environment.filters["grouped"] = _grouped


@lru_cache(maxsize=64)
def _compiled(what: str, source: str) -> jinja2.Template:
    try:
        return _environment.from_string(source)
    except jinja2.TemplateSyntaxError as error:
        raise RenderError(f"the {what} template is broken in line {error.lineno}: {error.message}") from error


def _fill(what: str, source: str, values: Mapping[str, object]) -> str:
    try:
        return _compiled(what, source).render(values)
    except (jinja2.TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
        # A template is foreign code: whatever it trips over is its fault and is told as such.
        raise RenderError(f"the {what} template cannot be filled: {error}") from error


def _ranges(pairs: tuple[tuple[str, str], ...]) -> list[tuple[str, str, int]]:
    return [(first, last, int(last) - int(first) + 1) for first, last in pairs]


def _short(pairs: tuple[tuple[str, str], ...]) -> str:
    if not pairs:
        return ""
    rest = f" +{len(pairs) - 1}" if len(pairs) > 1 else ""
    return f"{pairs[0][0]}–{pairs[0][1]}{rest}"


def _cases(numbers: tuple[str, ...]) -> str:
    listed = [one_line(number, 64) for number in numbers[:CASES_LISTED]]
    if len(numbers) > CASES_LISTED:
        listed.append(f"+{len(numbers) - CASES_LISTED}")
    text = ", ".join(listed)
    return text if len(text) <= WIDTH else textwrap.fill(text, WIDTH, break_long_words=False, break_on_hyphens=False)


@lru_cache(maxsize=1024)
def _promise(when: datetime | None, zone_name: str) -> dict[str, str]:
    if when is None:
        return {"next_local": "", "next_zone": "", "next_utc": ""}
    zone = _zone(zone_name)
    utc = f"{when.astimezone(UTC):%Y-%m-%d %H:%M}"
    if zone is None:
        return {"next_local": utc, "next_zone": "UTC", "next_utc": utc}
    return {"next_local": f"{when.astimezone(zone):%Y-%m-%d %H:%M}", "next_zone": zone_name, "next_utc": utc}


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo | None:
    """Return the zone, None for UTC and for names that the time zone database does not have: UTC is never wrong."""
    if name in {"", "UTC", "Etc/UTC"}:
        return None
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: names of folders in the database, such as "Europe".
        return None
