"""What each contact reads, exactly: templates filled with a person's text and one customer's own facts.

Pure functions of their arguments (and of the time zone database): the same update renders to the same bytes before and
after approval, and a digest proves it. Headers, encodings and signatures are the channel's.

Templates (see ``template_set``) see text and numbers only: ``kind``, ``phase``, ``outage``, ``number`` (of the update),
``customer`` and ``contact`` (names, empty at the operator's own addresses), ``language``, ``since`` (empty, ``joined``,
``left``), ``own``; ``done``, ``will``, ``need``, ``said``, ``true`` (a person's parts, inserted and never evaluated);
``next_local``, ``next_zone``, ``next_utc`` (empty where no time is promised); ``sims``, ``ranges`` (triples: first and
last body, count; at most ``RANGES_LISTED``), ``more_ranges``, ``cases`` (one wrapped text), ``attachment`` (name of the
file, empty without one); ``earlier_number`` (0: nothing to catch up with), ``earlier_at``, ``earlier_done``,
``earlier_will``: what was told before to those who join.
"""

import hashlib
import textwrap
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from feeds.courier.attachments import attachment_name, attachment_words
from feeds.courier.template_set import CLEAR, FIRST_LANGUAGE, WRITTEN_AS, fill, load_templates
from feeds.courier.texts import WIDTH, bounded, clean, one_line, wrapped
from feeds.courier.webhook_body import webhook_body
from feeds.model import (
    AudienceEntry,
    ContactChannel,
    Message,
    Parts,
    Update,
    UpdateKind,
    UpdateText,
)

RANGES_LISTED = 20
"""Ranges that a message lists before it only counts the rest."""

CASES_LISTED = 100
"""Case numbers that a message lists before it only counts the rest."""

DEFAULT_TEMPLATES = load_templates()
"""The templates that come with the product."""


class Worded(Struct, frozen=True):
    """The parts of an update in one language."""

    language: str
    done: str
    will: str
    need: str
    said: str
    true: str


def languages_of(text: UpdateText) -> frozenset[str]:
    """Return the languages (lower case) that a text is written in."""
    return frozenset({FIRST_LANGUAGE, *(one.language.lower() for one in text.translations)})


def worded(text: UpdateText, language: str) -> Worded:
    """Return the parts of a text in a language (lower case), in English where it is not written in that."""
    found: UpdateText | Parts = text
    used = FIRST_LANGUAGE
    if language != FIRST_LANGUAGE:
        for one in text.translations:
            if one.language.lower() == language:
                found, used = one, language
                break
    return Worded(used, found.done, found.will, found.need, found.said, found.true)


def language_for(update: Update, entry: AudienceEntry) -> str:
    """Return the language (lower case) of the message to one contact: their own, where text and template are there."""
    return _spoken(update.text, frozenset(update.templates), entry.channel, entry.language)


@lru_cache(maxsize=1024)
def _spoken(text: UpdateText, templates: frozenset[str], channel: ContactChannel, wanted: str) -> str:
    tag = wanted.strip().lower().replace("_", "-")
    for one in (tag, tag.partition("-")[0]):
        if one == FIRST_LANGUAGE:
            return FIRST_LANGUAGE
        texts = WRITTEN_AS.get(channel)
        has_template = texts is None or any(name.startswith(f"{texts}.{one}.") for name in templates)
        if has_template and one in languages_of(text):
            return one
    return FIRST_LANGUAGE


def render(
    kind: UpdateKind,
    text: UpdateText,
    entry: AudienceEntry,
    outage: str,
    number: int,
    subject_template: str,
    body_template: str,
) -> Message:
    """Return the e-mail to one contact, in the first language, from two templates. ``number`` is the update's.

    The subject is one line, the body plain text with ``\\n`` and lines of at most 960 octets. Nothing but ``entry`` and
    the text of the update goes in. Raises RenderError where a template is broken or names something that does not
    exist. So logs of before render as they did.
    """
    values = _values(kind, text, entry, outage, number, FIRST_LANGUAGE)
    return _message(
        entry,
        FIRST_LANGUAGE,
        subject=one_line(fill("subject", subject_template, values)),
        body=_whole(fill("body", body_template, values)),
    )


def render_for(update: Update, entry: AudienceEntry) -> Message:
    """Return the message of an update to one contact, on its channel and in its language. Raises RenderError."""
    language = language_for(update, entry)
    if entry.channel is ContactChannel.WEBHOOK:
        return _message(entry, language, subject="", body=webhook_body(update, entry, worded(update.text, language)))
    values = _values(update.kind, update.text, entry, update.outage, update.number, language)
    values["phase"] = update.text.phase.value
    values["since"], values["own"] = entry.since, entry.own
    name = attachment_name(update, entry)
    values["attachment"] = name
    values |= _earlier(update, entry, language)
    texts = WRITTEN_AS[entry.channel]
    ending = f".{CLEAR}" if entry.since == "left" else ""

    def filled(part: str) -> str:
        named = f"{texts}.{language}.{part}{ending}"
        return fill(f"'{named}'", update.templates[named], values)

    if entry.channel is ContactChannel.SMS:
        return _message(entry, language, subject="", body=_tight(filled("text")))
    if entry.channel is ContactChannel.CASE:
        return _message(entry, language, subject="", body=_whole(filled("body")))
    words = attachment_words(update, entry)
    return _message(entry, language, subject=one_line(filled("subject")), body=_whole(filled("body")), attachment=words)


def message_of(update: Update, index: int) -> Message:
    """Return the message to the contact at ``index`` of an approved update, from what was frozen with it."""
    entry = update.audience[index]
    if update.templates or entry.channel is not ContactChannel.EMAIL:  # a webhook needs none; logs of before had mails
        return render_for(update, entry)
    return render(
        update.kind,
        update.text,
        entry,
        update.outage,
        update.number,
        update.subject_template,
        update.body_template,
    )


def message_digest(message: Message) -> str:
    """Return the SHA-256 (hex) over address, subject and body: what has to be the same at approval and at sending.

    What goes along is made of facts that the digest of the update covers.
    """
    said = (message.address, message.subject, message.body)
    return sha256(said if message.channel is ContactChannel.EMAIL else (message.channel.value, *said))


def update_digest(update: Update, entries: Iterable[AudienceEntry]) -> str:
    """Return the SHA-256 (hex) over everything that an update sends. ``entries`` have their own digests.

    The order of the audience does not count; each field of each entry does.
    """
    each = sorted(hashlib.sha256(msgspec.json.encode(entry)).hexdigest() for entry in entries)
    templates = sorted(update.templates.items())
    whole = (update.kind.value, update.text, update.outage, update.number, templates, update.earlier)
    return sha256((*whole, update.iccids_up_to, each))


def sha256(value: object) -> str:
    """Return the SHA-256 (hex) of a value as JSON."""
    return hashlib.sha256(msgspec.json.encode(value)).hexdigest()


def _message(entry: AudienceEntry, language: str, *, subject: str, body: str, attachment: str = "") -> Message:
    return Message(
        customer=entry.customer,
        name=entry.name,
        address=entry.address,
        sims=entry.sims,
        subject=subject,
        body=body,
        vip=entry.vip,
        ranges=_short(entry.ranges),
        channel=entry.channel,
        language=language,
        since=entry.since,
        attachment=attachment,
    )


def _whole(text: str) -> str:
    return bounded(clean(text).strip("\n")) + "\n"


def _tight(text: str) -> str:
    """Return a text message: each run of spaces one, and no empty lines, because each character is paid for."""
    return "\n".join(line for line in (" ".join(one.split()) for one in clean(text).split("\n")) if line)


def _values(
    kind: UpdateKind, text: UpdateText, entry: AudienceEntry, outage: str, number: int, language: str
) -> dict[str, object]:
    parts = _wrapped_parts(text, language)
    return {
        "kind": kind.value,
        "outage": one_line(outage),
        "number": number,
        "customer": one_line(entry.name),
        "contact": one_line(entry.contact),
        "language": language,
        **parts,
        "sims": entry.sims,
        "ranges": _ranges(entry.ranges[:RANGES_LISTED]),
        "more_ranges": max(0, len(entry.ranges) - RANGES_LISTED),
        "cases": _cases(entry.cases),
        **_promise(text.next_word, entry.time_zone),
    }


@lru_cache(maxsize=64)
def _wrapped_parts(text: UpdateText, language: str) -> dict[str, str]:
    parts = worded(text, language)
    return {name: wrapped(getattr(parts, name)) for name in ("done", "will", "need", "said", "true")}


def _earlier(update: Update, entry: AudienceEntry, language: str) -> dict[str, object]:
    earlier = update.earlier
    if earlier is None or entry.since != "joined":
        return {"earlier_number": 0, "earlier_at": "", "earlier_done": "", "earlier_will": ""}
    parts = _wrapped_parts(earlier.text, language)
    when = _promise(earlier.at, entry.time_zone)
    at = f"{when['next_local']} ({when['next_zone']})" if when["next_zone"] != "UTC" else f"{when['next_utc']} UTC"
    return {
        "earlier_number": earlier.number,
        "earlier_at": at,
        "earlier_done": parts["done"],
        "earlier_will": parts["will"],
    }


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
