"""What was read out of a text, beside what the board knows of it: whose SIMs, in which outages, which are unknown.

The echo that people get wherever they write SIMs, and of what customers wrote in a case. Reading is SIM space's work.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np
from msgspec import Struct, structs

from feeds.board.board import Board
from feeds.board.inventory import Inventory
from feeds.model import SimsOwner, SimsPiece, SimsRead
from feeds.simspace import IntervalSet, Reading, SimSpan, range_text, short_text
from feeds.simspace.reading import ReadItem
from feeds.views.fleet_line import line_of

READ_AT_ONCE: Final = 5_000
"""Numbers that are looked at in one text."""
OVERLAPS_TOLD: Final = 20
OVERLAPS_LOOKED_AT: Final = 1_000
"""Places where ranges overlap."""


class Piece(Struct, frozen=True):
    """A piece of a text, and all the spans that it stands for."""

    shown: SimsPiece
    spans: tuple[SimSpan, ...] = ()


class Echo(Struct, frozen=True):
    """What was read of a text: its pieces in the order of the text, and the SIMs that it speaks of."""

    pieces: tuple[Piece, ...] = ()
    spans: tuple[SimSpan, ...] = ()


def echo_of(reading: Reading) -> Echo:
    """Return what stands for SIMs in the text that was read, and what in it could not be read."""
    pieces: list[Piece] = []
    at = 0
    while at < len(reading.items):
        item = reading.items[at]
        end = at + 1
        while end < len(reading.items) and _same_place(item, reading.items[end]):
            end += 1
        pieces.append(_piece(reading.items[at:end]))
        at = end
    pieces.extend(_doubted(reading))
    pieces.sort(key=lambda piece: (piece.shown.start, piece.shown.end))
    return Echo(tuple(pieces), reading.spans)


def _same_place(one: ReadItem, other: ReadItem) -> bool:
    """Whether two items are what one piece of the text stands for: a name of several ranges."""
    return (one.start, one.end, one.excluded) == (other.start, other.end, other.excluded)


def _piece(items: Sequence[ReadItem]) -> Piece:
    first = items[0]
    alone = len(items) == 1
    return Piece(
        SimsPiece(
            start=first.start,
            end=first.end,
            text=first.text,
            kind=first.span.kind,
            first=first.span.first if alone else "",
            last=first.span.last if alone else "",
            count=sum(item.span.count for item in items),
            warning="; ".join(dict.fromkeys(item.warning for item in items if item.warning)),
            excluded=first.excluded,
        ),
        tuple(item.span for item in items),
    )


def _doubted(reading: Reading) -> list[Piece]:
    """Return the pieces that doubts speak of and that were not read as anything."""
    said: dict[tuple[int, int], str] = {}
    for item in reading.items:
        if item.warning:
            said[item.start, item.end] = f"{said.get((item.start, item.end), '')} {item.warning}"
    return [
        Piece(SimsPiece(start=doubt.start, end=doubt.end, text=doubt.text, warning=doubt.why))
        for doubt in reading.warnings
        if doubt.why not in said.get((doubt.start, doubt.end), "")
    ]


def looked_up(board: Board, pieces: Sequence[Piece]) -> tuple[list[Piece], list[IntervalSet]]:
    """Return the pieces with a warning where the inventory does not know their SIMs, and their ICCID bodies."""
    inventory = board.inventory
    bodies = [_bodies(inventory, piece) for piece in pieces]
    met = line_of(inventory.standing).met(bodies)
    found = []
    for piece, own, some in zip(pieces, bodies, met.tolist(), strict=True):
        why = _unknown(piece.shown, own.count, some, inventory.range_count > 0)
        if not why:
            found.append(piece)
            continue
        warning = f"{piece.shown.warning}; {why}" if piece.shown.warning else why
        found.append(structs.replace(piece, shown=structs.replace(piece.shown, warning=warning)))
    return found, bodies


def _bodies(inventory: Inventory, piece: Piece) -> IntervalSet:
    if len(piece.spans) == 1 and piece.spans[0].kind == "iccid":
        return IntervalSet.of([(int(piece.spans[0].first), int(piece.spans[0].last))])
    return inventory.bodies(piece.spans) if piece.spans else IntervalSet.empty


def _unknown(piece: SimsPiece, bodies: int, met: bool, loaded: bool) -> str:
    """Return what the inventory does not know of a piece; empty where it knows all, or some of a range of ICCIDs."""
    if piece.kind is None or (piece.kind == "iccid" and (met or not loaded)):
        return ""
    if not loaded:
        return f"no inventory is loaded: nothing says which SIM has this {piece.kind.upper()}"
    if not bodies or not met:
        return "not in the inventory"
    return f"{piece.count - bodies:,} of {piece.count:,} are not in the inventory" if bodies < piece.count else ""


def owners(inventory: Inventory, sims: IntervalSet) -> tuple[SimsOwner, ...]:
    """Return whose SIMs these are by the most specific ranges, most SIMs first; last those outside the inventory."""
    counts = inventory.owners(sims)
    found = [_owner(inventory, id, count) for id, count in counts]
    unknown = sims.count - sum(count for _id, count in counts)
    return (*found, SimsOwner("", sims=unknown)) if unknown else tuple(found)


def _owner(inventory: Inventory, customer_id: str, sims: int) -> SimsOwner:
    customer = inventory.customers.get(customer_id)
    if customer is None:
        return SimsOwner(customer_id, customer_id, sims=sims)
    return SimsOwner(customer_id, customer.name, customer.vip, sims)


def sims_read(board: Board, echo: Echo) -> SimsRead:
    """Return the echo as people get it."""
    inventory = board.inventory
    sims = inventory.bodies(echo.spans)
    pairs = sims.pairs()
    pieces, _bodies = looked_up(board, echo.pieces)
    return SimsRead(
        count=sims.count,
        text=short_text(pairs),
        ranges=tuple((str(first), str(last)) for first, last in pairs),
        pieces=tuple(piece.shown for piece in pieces),
        owners=owners(inventory, sims),
        outages=tuple(one.id for one in board.outages.live() if board.outages.sims(one.id).intersects(sims)),
        overlaps=overlaps(inventory, sims),
    )


def strangers(board: Board, echo: Echo) -> list[str]:
    """Return the pieces of which the loaded inventory knows no SIM, as texts; none where no inventory is loaded."""
    if not board.inventory.range_count:
        return []
    pieces = [piece for piece in echo.pieces if piece.spans and not piece.shown.excluded]
    met = line_of(board.inventory.standing).met([_bodies(board.inventory, piece) for piece in pieces])
    return [piece.shown.text for piece, some in zip(pieces, met.tolist(), strict=True) if not some]


def overlaps(inventory: Inventory, sims: IntervalSet) -> tuple[str, ...]:
    """Return as sentences which of the inventory's ranges lie over one another there: the first OVERLAPS_TOLD."""
    fleet = inventory.standing
    places = line_of(fleet).doubled & sims
    told: dict[str, None] = {}
    for point in places.starts[:OVERLAPS_LOOKED_AT].tolist():
        rows = np.array(fleet.lookup("iccid", point), dtype=np.int64)
        firsts, lasts = fleet.ends(rows)
        owners = fleet.customers(rows).texts(np.arange(len(rows)))
        named = [
            f"{range_text(str(first), str(last))} ({_owner(inventory, customer, 0).name})"
            for first, last, customer in zip(firsts.tolist(), lasts.tolist(), owners, strict=True)
        ]
        told.update((f"{upper} lies over {lower}", None) for upper, lower in pairwise(named))
        if len(told) > OVERLAPS_TOLD:
            break
    shown = tuple(told)[:OVERLAPS_TOLD]
    return (*shown, "and more") if len(told) > OVERLAPS_TOLD or len(places) > OVERLAPS_LOOKED_AT else shown
