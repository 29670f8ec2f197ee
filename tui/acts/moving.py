"""What moving cases means, in words; and moving them, one command for each.

Each case is judged by the hub alone, by what the person saw of it: one that changed meanwhile is refused and the
others are moved. Whom to ask, and about which cases, is the matter of tui.acts.cases.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct
from textual.content import Content

from feeds.client import ClientError
from feeds.model import CaseRow, Command, OutageRow, OutageState
from feeds.model.commands import Place
from tui.acts.outages import outage_hits
from widgets.confirm import Hit
from widgets.entry_lines import Entry
from widgets.plain import plain
from widgets.quantities import number, plural

LISTED = 10
"""Cases that the question names one by one. Where there are more, their count has to be typed."""

AT_ONCE = 8
"""Cases that are on their way to the hub at a time."""


class Move(Struct, frozen=True):
    """Cases that are to be moved ``inside`` an outage or out of it. ``left_out``: why others are not, in words."""

    rows: tuple[CaseRow, ...]
    outage: OutageRow | str
    inside: bool
    left_out: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The outage's name."""
        return self.outage if isinstance(self.outage, str) else self.outage.key

    @property
    def title(self) -> str:
        """The question."""
        what = f"case {self.rows[0].number}" if len(self.rows) == 1 else plural(len(self.rows), "case")
        return f"Move {what} {'into' if self.inside else 'out of'} {self.key}?"

    @property
    def must_type(self) -> str:
        """The count, where not all of them are named."""
        return str(len(self.rows)) if len(self.rows) > LISTED else ""


class Moved(Struct, frozen=True):
    """What became of a move: the cases that are where they should be, and those that are not, with the first reason."""

    done: tuple[CaseRow, ...]
    refused: tuple[CaseRow, ...]
    why: str = ""


def case_words(row: CaseRow) -> str:
    """Return ``case 10401 of Vattenkraft, 40 SIMs``."""
    return f"case {row.number} of {row.customer or 'an unknown customer'}, {_sims(row)}"


def _sims(row: CaseRow) -> str:
    return plural(row.sims, "SIM") if row.sims else "no SIMs read"


def cases_words(rows: Sequence[CaseRow]) -> str:
    """Return the words of the only case, or ``12 cases of 3 customers``."""
    if len(rows) == 1:
        return case_words(rows[0])
    return f"{plural(len(rows), 'case')} of {plural(len({row.customer for row in rows}), 'customer')}"


def hits(move: Move) -> list[Hit]:
    """Return what the move does and to what, one line each; what it leaves out comes first, to be seen at any size."""
    lines: list[Hit] = [Content.styled(plain(words), "$warning") for words in move.left_out]
    if lines:
        lines.append("")
    for row in move.rows[:LISTED]:
        lines.append(Entry(row.customer or "an unknown customer", f"Case {row.number} of ", f", {_sims(row)}"))
        if row.title and len(move.rows) == 1:
            lines.append(Entry("", after=row.title))
    if len(move.rows) > LISTED:
        lines.append(f"and {number(len(move.rows) - LISTED)} more")
    lines.append("")
    lines += outage_hits(move.outage) if isinstance(move.outage, OutageRow) else [move.key]
    return [*lines, "", _does(move)]


def _does(move: Move) -> str:
    one = len(move.rows) == 1
    if move.inside:
        does = "The case counts among its cases" if one else "The cases count among its own"
        if isinstance(move.outage, OutageRow) and move.outage.state is OutageState.SUSPECTED:
            does += " and is evidence for it" if one else " and are evidence for it"
        return f"{does}. The machine does not take {'it' if one else 'them'} out again."
    if one:
        others = [other for other in move.rows[0].outages if other != move.key]
        left = f"It stays in {', '.join(others)}." if others else "It is in no outage then."
        return f"The case no longer counts there. {left} The machine does not put it back."
    alone = sum(len(row.outages) == 1 for row in move.rows)
    left = f"{number(alone)} of them are in no outage then." if alone else "All of them stay in others."
    return f"The cases no longer count there. {left} The machine does not put them back."


async def carry_out(move: Move, why: str, send: Callable[[Command], Awaitable[object]]) -> Moved:
    """Move the cases, a few at a time, and return what became of each. ``send`` raises ClientError."""
    doors = asyncio.Semaphore(AT_ONCE)
    reasons: dict[str, str] = {}

    async def one(row: CaseRow) -> None:
        async with doors:
            try:
                await send(Place(row.key, move.key, move.inside, why=why, seen=row.seq))
            except ClientError as error:
                reasons[row.key] = str(error)

    async with asyncio.TaskGroup() as group:
        for row in move.rows:
            group.create_task(one(row))
    refused = tuple(row for row in move.rows if row.key in reasons)
    done = tuple(row for row in move.rows if row.key not in reasons)
    return Moved(done, refused, reasons[refused[0].key] if refused else "")


def moved_words(move: Move, moved: Moved) -> str:
    """Return what is said to the person afterwards."""
    there = f"{'in' if move.inside else 'out of'} {move.key}"
    if len(move.rows) == 1:
        return moved.why or f"Case {move.rows[0].number} is {there}."
    if not moved.refused:
        return f"{plural(len(moved.done), 'case')} are {there}."
    left = "It stays chosen" if len(moved.refused) == 1 else "They stay chosen"
    return (
        f"{number(len(moved.done))} of {plural(len(move.rows), 'case')} are {there}; "
        f"{number(len(moved.refused))} not: {moved.why}. {left}."
    )
