"""What was read out of a text, in words: pieces as lines of a list, their marks, and what is known of all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from textual.content import Content

from feeds.model import SimsOwner, SimsPiece, SimsRead
from feeds.simspace import SimSpan, range_text, short_text, span_text
from tui.words.rows import STAR
from widgets.columns import Bit, Column
from widgets.facts import Fact
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.quantities import number, plural
from widgets.read_text import DOUBTFUL, EXCLUDED, READ, UNREAD, Mark

if TYPE_CHECKING:
    from feeds.simspace import Reading  # what reads texts takes a third of a second to load

OWNERS_SHOWN = 6


class PieceLine(Struct, frozen=True):
    """A piece of a text as a row of the list; ``key`` is its number, from 1."""

    key: str
    text: str
    read_as: str
    sims: int
    warning: str
    style: str
    start: int
    end: int


PIECES = (
    Column("key", "no", lambda r, _: Bit(r.key, "strong"), width=4, align="right", priority=8),
    Column("text", "written", lambda r, _: r.text, weight=2, least=12, most=36, priority=7),
    Column("read_as", "read as", lambda r, _: r.read_as or Bit("–", "dim"), weight=2, least=14, most=34, priority=9),
    Column("sims", "SIMs", lambda r, _: number(r.sims) if r.sims else Bit("–", "dim"), width=9, align="right",
           priority=9),
    Column("warning", "doubts", lambda r, _: Bit(r.warning, "major"), weight=4, least=12, priority=6),
)  # fmt: skip


def look_of(kind: str, warning: str, excluded: bool = False) -> str:
    """Return how a piece is marked in its text."""
    if excluded:
        return EXCLUDED
    if not kind:
        return UNREAD
    return DOUBTFUL if warning else READ


def lines_of_pieces(pieces: Iterable[SimsPiece]) -> tuple[PieceLine, ...]:
    """Return the hub's pieces as lines."""
    found = []
    for place, piece in enumerate(pieces, start=1):
        read_as = ""
        if piece.kind is not None and piece.first:
            read_as = span_text(SimSpan(piece.kind, piece.first, piece.last))
        elif piece.kind is not None:
            read_as = "several ranges"
        if piece.excluded:
            read_as = f"not {read_as}"
        look = look_of(piece.kind or "", piece.warning, piece.excluded)
        sims = 0 if piece.excluded else piece.count
        found.append(PieceLine(str(place), piece.text, read_as, sims, piece.warning, look, piece.start, piece.end))
    return tuple(found)


def lines_of_reading(reading: Reading) -> tuple[PieceLine, ...]:
    """Return what was read here as lines, in the order of the text: pieces, and what could not be read."""
    pieces = [
        SimsPiece(
            item.start, item.end, item.text, item.span.kind, item.span.first, item.span.last, item.span.count,
            item.warning, item.excluded,
        )
        for item in reading.items
    ]  # fmt: skip
    read = {(item.start, item.end) for item in reading.items}
    pieces += [
        SimsPiece(doubt.start, doubt.end, doubt.text, warning=doubt.why)
        for doubt in reading.warnings
        if (doubt.start, doubt.end) not in read
    ]
    return lines_of_pieces(sorted(pieces, key=lambda piece: (piece.start, piece.end)))


def marks_of(lines: Iterable[PieceLine]) -> list[Mark]:
    """Return where the lines stand in their text."""
    return [Mark(line.key, line.start, line.end, line.style) for line in lines]


def local_facts(reading: Reading, state: str) -> list[Fact]:
    """Return what can be said without the hub; ``state`` says why it is not asked, or that it is."""
    ranges = [(int(span.first), int(span.last)) for span in reading.spans if span.kind == "iccid"]
    others = [span_text(span) for span in reading.spans if span.kind != "iccid"]
    if not reading.count:
        sims = Content.styled("no SIM is read yet", MUTED)
    else:
        text = " · ".join([short_text(ranges)] * bool(ranges) + others[:1])
        more = f" · {plural(len(others) - 1, 'other')}" if len(others) > 1 else ""
        sims = Content.assemble((plural(reading.count, "SIM"), "bold"), f" · {text}{more}")
    return [Fact("SIMs", sims), Fact("whose", Content.styled(state, MUTED))]


def owner_words(owners: Sequence[SimsOwner]) -> Content:
    """Return ``★Vattenkraft 1,200 · Acme Lifts 340 · 4 outside the inventory``."""
    if not owners:
        return Content.styled("nobody's that the inventory knows", MUTED)
    parts: list[str | tuple[str, str]] = []
    for place, owner in enumerate(owners[:OWNERS_SHOWN]):
        if place:
            parts.append(" · ")
        if not owner.customer:
            parts.append((f"{number(owner.sims)} outside the inventory", "$warning"))
            continue
        if owner.vip:
            parts.append((STAR, "bold $vip"))
        parts += [(plain(owner.name or owner.customer), "bold"), f" {number(owner.sims)}"]
    if len(owners) > OWNERS_SHOWN:
        parts.append((f" · {plural(len(owners) - OWNERS_SHOWN, 'other')}", MUTED))
    return Content.assemble(*parts)


def read_facts(read: SimsRead) -> list[Fact]:
    """Return what the hub knows of the SIMs that a text speaks of."""
    if not read.count:
        sims = Content.styled("no SIM is read", MUTED)
    else:
        sims = Content.assemble((plural(read.count, "SIM"), "bold"), f" · {plain(read.text)}")
        if len(read.ranges) > 1:
            sims = Content.assemble(sims, (f" · {plural(len(read.ranges), 'range')}", MUTED))
    facts = [Fact("SIMs", sims), Fact("whose", owner_words(read.owners) if read.count else Content("–"))]
    if read.outages:
        names = ", ".join(map(plain, read.outages[:8])) + (" …" if len(read.outages) > 8 else "")
        facts.append(Fact("hit by", Content.styled(names, "bold $warning")))
    elif read.count:
        facts.append(Fact("hit by", Content.styled("no live outage", MUTED)))
    if read.overlaps:
        more = f" · {plural(len(read.overlaps) - 1, 'other')}" if len(read.overlaps) > 1 else ""
        facts.append(Fact("overlap", Content.assemble((plain(read.overlaps[0]), "$warning"), (more, MUTED))))
    return facts


def suspect_hits(read: SimsRead) -> list[str | Content]:
    """Return what a suspected outage of these SIMs hits, line by line."""
    customers = sum(1 for owner in read.owners if owner.customer)
    lines: list[str | Content] = [
        Content.assemble((plural(read.count, "SIM"), "bold"), f" in {plural(len(read.ranges), 'range')}"),
        *(Content(f"  {range_text(first, last)}") for first, last in read.ranges[:5]),
    ]
    if len(read.ranges) > 5:
        lines.append(Content.styled(f"  and {plural(len(read.ranges) - 5, 'other')}", MUTED))
    lines.append(Content.assemble(plural(customers, "customer"), ": ", owner_words(read.owners)))
    if read.outages:
        lines.append(
            Content.styled(f"Some of them are in {', '.join(map(plain, read.outages[:8]))} already.", "$warning")
        )
    doubts = sum(1 for piece in read.pieces if piece.warning)
    if doubts:
        lines.append(
            Content.styled(f"{plural(doubts, 'piece')} of the text read with doubts or not at all.", "$warning")
        )
    lines.append(Content.styled("Open cases about these SIMs fall into it. Customers are told nothing by this.", MUTED))
    return lines
