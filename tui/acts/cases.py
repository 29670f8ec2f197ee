"""Moving cases into an outage or out of one, the same on each screen that shows cases: whom it means, and the question.

What a move says and does is in tui.acts.moving.
"""

from textual import work

from feeds.model import CaseRow, CaseState, OutageRow
from tui.acts.moving import Move, carry_out, cases_words, hits, moved_words
from tui.acts.pick_outage import PickOutage
from tui.base_screen import VakenScreen
from tui.situation import LIVE_FILTER
from tui.tables.view_table import ViewTable
from widgets.confirm import Confirm
from widgets.quantities import plural


class CaseActions(VakenScreen):
    """A screen on which cases can be moved: those that are chosen, else the one under the cursor."""

    def case_table(self) -> ViewTable | None:
        """Return the table of the cases that an action means now; None, with a word to the person, where none is."""
        raise NotImplementedError

    def home_outage(self) -> str:
        """Return the outage that the screen is of; empty where it is of none."""
        return ""

    @work(group="decision", exclusive=True)
    async def action_place_case(self) -> None:
        """Move the chosen cases, else the one under the cursor, into an outage."""
        table = self.case_table()
        rows = _open_cases(table)
        if table is None or not rows:
            return
        in_all = frozenset(rows[0].outages).intersection(*(row.outages for row in rows))
        one = len(rows) == 1
        stays = f" It stays in {', '.join(rows[0].outages)} too." if one and rows[0].outages else ""
        outage = await self.app.push_screen_wait(
            PickOutage(
                f"Move {cases_words(rows)}, into which outage?",
                f"{'It counts' if one else 'They count'} there from then on; the machine does not undo it.{stays}",
                " ".join([LIVE_FILTER, *(f"-key:{key}" for key in sorted(in_all))]),
                "no other live outage" if in_all else "no live outage",
            )
        )
        if outage is not None:
            await self._move(table, rows, outage, inside=True)

    @work(group="decision", exclusive=True)
    async def action_unplace_case(self) -> None:
        """Move the chosen cases, else the one under the cursor, out of an outage."""
        table = self.case_table()
        rows = _open_cases(table)
        if table is None or not rows:
            return
        one = len(rows) == 1
        inside = [self.home_outage()] if self.home_outage() else sorted({key for row in rows for key in row.outages})
        if not inside:
            self.vaken.say(
                f"Case {rows[0].number} is in no outage."
                if one
                else f"None of the {len(rows):,} cases is in an outage."
            )
            return
        if len(inside) == 1:
            await self._move(table, rows, self._known(inside[0]), inside=False)
            return
        outage = await self.app.push_screen_wait(
            PickOutage(
                f"Move {cases_words(rows)}, out of which outage?",
                "It no longer counts there; the machine does not put it back."
                if one
                else "They no longer count there; the machine does not put them back.",
                f"key:{','.join(inside)}",
                "these outages are not there any more",
            )
        )
        if outage is not None:
            await self._move(table, rows, outage, inside=False)

    def _known(self, key: str) -> OutageRow | str:
        """Return the outage's row where one is at hand, else its name."""
        return next((row for row in self.vaken.situation.outages if row.key == key), key)

    async def _move(
        self, table: ViewTable, rows: tuple[CaseRow, ...], outage: OutageRow | str, *, inside: bool
    ) -> None:
        """Ask before, and say afterwards what became of it."""
        key = outage if isinstance(outage, str) else outage.key
        moving = tuple(row for row in rows if (key in row.outages) is not inside)
        there = f"{'in' if inside else 'not in'} {key} already"
        if not moving:
            self.vaken.say(f"Case {rows[0].number} is {there}." if len(rows) == 1 else f"All of them are {there}.")
            return
        chosen = table.table.selection.rows
        left_out = []
        if chosen:
            closed = sum(row.state is CaseState.CLOSED for row in chosen)
            words = table.hidden_words(lambda count: plural(count, "case"))
            left_out = [
                *([f"{plural(len(rows) - len(moving), 'case')} of those chosen: {there}."] if moving != rows else []),
                *([f"{plural(closed, 'case')} of those chosen: closed, only open ones are moved."] if closed else []),
                *([words] if words else []),
            ]
        move = Move(moving, outage, inside, tuple(left_out))
        verb = "Move in" if inside else "Move out"
        dialog = Confirm(move.title, hits(move), verb=verb, words=("why",), must_type=move.must_type)
        if await self.app.push_screen_wait(dialog) is None:
            return
        (why,) = dialog.written
        # The app's, not this screen's: who goes elsewhere meanwhile leaves no half of it behind without a word.
        self.vaken.run_worker(self._carry_out(move, why, table), group="moving cases")

    async def _carry_out(self, move: Move, why: str, table: ViewTable) -> None:
        moved = await carry_out(move, why, self.vaken.send)
        self.vaken.say(moved_words(move, moved), bad=bool(moved.refused))
        if table.is_attached:
            table.table.give_up_rows([row.key for row in moved.done])


def _open_cases(table: ViewTable | None) -> tuple[CaseRow, ...]:
    """Return the cases that an action on ``table`` means, without closed ones; none, with a word, where all are."""
    rows = () if table is None else tuple(row for row in table.targets() if isinstance(row, CaseRow))
    movable = tuple(row for row in rows if row.state is not CaseState.CLOSED)
    if table is not None and rows and not movable:
        which = f"Case {rows[0].number} is" if len(rows) == 1 else f"All {len(rows):,} cases are"
        table.vaken.say(f"{which} closed: only open cases are moved.")
    return movable
