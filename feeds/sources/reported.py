"""A case event → the fact, with the SIMs that its fields and texts speak of. All formats that bring cases end here.

A text that is longer than a case keeps is read as a whole; what is kept of it says where it was cut. Where and how long
texts are read is for the caller to say: reading megabytes holds up whatever else the process does.
"""

from collections.abc import Iterable, Sequence
from typing import Final, Protocol

from msgspec import Struct, structs

from feeds.facts import CaseReported
from feeds.model import CaseEvent
from feeds.simspace import Reading, SimSpan, merge_spans
from feeds.simspace.reader import Reader
from feeds.sources.clean import clean
from feeds.sources.html import html_text

NUMBERS: Final = 100_000
"""Numbers that are looked at in one text. 64 KiB hold about 3,000 ICCIDs."""
SPANS: Final = 20_000
"""Separate ranges of SIMs that one report of a case may speak of."""
TEXT_KEPT: Final = 65_536
"""Characters of a text that a case keeps, as the model bounds it."""

_WARNINGS: Final = 20


class TextRead(Struct, frozen=True):
    """A text as it is kept, the SIMs that the whole of it speaks of, and doubts as sentences."""

    text: str
    spans: tuple[SimSpan, ...] = ()
    doubts: tuple[str, ...] = ()


class ReadText(Protocol):
    """Reads a text as it came (``markup``: it is HTML) by a reader."""

    def __call__(self, raw: str, markup: bool, reader: Reader) -> TextRead: ...


def read_text(raw: str, markup: bool, reader: Reader) -> TextRead:
    """Clean a text, read it as a whole and cut it to what a case keeps."""
    text = html_text(raw) if markup else clean(raw, newlines=True)
    reading = reader.read(text, NUMBERS)
    kept, doubts = kept_text(text), dict.fromkeys(_sentences(reading))
    told = (_cut_doubt(text), *doubts) if kept is not text else tuple(doubts)
    return TextRead(kept, reading.spans, told[:_WARNINGS])


def unread_text(raw: str, markup: bool, why: str) -> TextRead:
    """Return a text that could not be read: what is kept of it, and a doubt. A part is not taken for the whole."""
    begin = raw[:TEXT_KEPT]
    text = html_text(begin) if markup else clean(begin, newlines=True)
    text = text[: TEXT_KEPT // 2]
    doubt = f"no SIMs were read from the text of {len(raw):,} characters: {why}"
    return TextRead(text + _mark(max(0, len(raw) - len(text))), (), (doubt,))


def kept_text(text: str) -> str:
    """Return what a case keeps of ``text``: all of it, or its beginning and a mark that says how much was cut off."""
    if len(text) <= TEXT_KEPT:
        return text
    kept = _kept(text)
    return text[:kept] + _mark(len(text) - kept)


def _mark(cut_off: int) -> str:
    return f"\n\u2026 [cut here: {cut_off:,} more characters]"


def _kept(text: str) -> int:
    """Return how many characters of a text that is too long are kept beside the mark."""
    kept = TEXT_KEPT - len(_mark(len(text) - TEXT_KEPT))
    return TEXT_KEPT - len(_mark(len(text) - kept))


def _cut_doubt(text: str) -> str:
    return f"the text has {len(text):,} characters: the first {_kept(text):,} are kept, SIMs are read from all of it"


def case_reported(event: CaseEvent, reader: Reader, read: TextRead | None = None) -> CaseReported:
    """Return the fact for ``event``: SIMs read from its ``sims``, title and text, doubts as sentences.

    ``read``: its text where that was read already; it takes the place of ``event.text``.
    """
    spans: list[SimSpan] = []
    doubts: dict[str, None] = {}
    for written in event.sims:
        reading = reader.read(written, NUMBERS)
        spans += reading.spans
        if not reading.items and not reading.warnings:
            doubts[f"sims: {written!r} was not understood"] = None
        doubts |= dict.fromkeys(_sentences(reading))
    for text in (event.title, event.text if read is None else ""):
        if text:
            reading = reader.read(text, NUMBERS)
            spans += reading.spans
            doubts |= dict.fromkeys(_sentences(reading))
    if read is not None:
        event = structs.replace(event, text=read.text)
        spans += read.spans
        doubts = dict.fromkeys(read.doubts) | doubts
    return CaseReported(event, *_bounded(spans, doubts))


def _bounded(spans: Sequence[SimSpan], doubts: Iterable[str]) -> tuple[tuple[SimSpan, ...], tuple[str, ...]]:
    """Return spans and doubts within what one report may hold, with a doubt that says what was left out."""
    merged = merge_spans(spans) if spans else ()
    told = tuple(doubts)
    if len(merged) > SPANS:
        told = (f"SIMs in {len(merged):,} separate ranges; the first {SPANS:,} are kept", *told)
        merged = merged[:SPANS]
    if len(told) > _WARNINGS:
        told = (*told[: _WARNINGS - 1], f"and {len(told) - _WARNINGS + 1} more doubts")
    return merged, told


def _sentences(reading: Reading) -> Iterable[str]:
    return (
        warning.why if warning.why.startswith(warning.text) else f"{warning.text}: {warning.why}"
        for warning in reading.warnings
    )


def take_long(holder: object, field: str) -> str | None:
    """Take a text that is longer than a case keeps out of a decoded object, before it is cleaned; None: it is not."""
    if not isinstance(holder, dict):
        return None
    text = holder.get(field)
    if not isinstance(text, str) or len(text) <= TEXT_KEPT:
        return None
    holder[field] = ""
    return text
