"""Decisions about an outage, the same on each screen that shows one. Targets are frozen when the question is asked."""

from typing import TYPE_CHECKING

from textual import work
from textual.content import Content

from feeds.model import LIVE_STATES, Command, OutageRow, OutageState
from feeds.model.commands import Declare, Mitigate, Reject, Resolve, Weigh
from tui.base_screen import VakenScreen
from tui.words.rows import outage_line, urgency_words
from widgets.confirm import Confirm, Hit
from widgets.entry_lines import Entry
from widgets.quantities import plural

if TYPE_CHECKING:
    from tui.screens.composer import ComposerScreen

MOST_URGENT = 1_000
"""The greatest urgency that a person can set; the hub has the same bound."""

_MAY: dict[str, frozenset[OutageState]] = {
    "declare": frozenset({OutageState.SUSPECTED}),
    "mitigate": frozenset({OutageState.DECLARED}),
    "resolve": frozenset({OutageState.DECLARED, OutageState.MITIGATED}),
    "reject": frozenset({OutageState.SUSPECTED}),
}
"""From which states each decision leads; the hub has the last word."""


_LIVE_ONLY = frozenset({"weigh", "explain", "explain_other"})
"""What can be done to an outage that lives."""


def outage_hits(row: OutageRow) -> list[Hit]:
    """Return what a decision about ``row`` hits, line by line."""
    name = row.customer or "no customer known"
    star = "★" if row.vip and row.customer else ""
    others = f" and {plural(row.customers - 1, 'other')}" if row.customers > 1 else ""
    lines: list[Hit] = [
        outage_line(row),
        Entry(name, f"{plural(row.customers, 'customer')}: {star}", others),
        Content(f"{plural(row.sims, 'SIM')} · {plural(row.cases, 'open case')}"),
    ]
    if row.title:
        lines.insert(1, Entry(row.title))
    return lines


def _missing_of_urgency(written: tuple[str, ...]) -> str:
    number, why = written
    if not number:
        return ""
    if not (number.isascii() and number.isdigit() and int(number) <= MOST_URGENT):
        return f"The urgency is a number from 0 to {MOST_URGENT:,}."
    return "" if why else "Say why: others see it beside your number."


class OutageActions(VakenScreen):
    """A screen on which an outage can be decided about."""

    def outage_target(self) -> OutageRow | None:
        """Return the outage that an action means now; None, with a word to the person, where there is none."""
        raise NotImplementedError

    def outage_in_sight(self) -> OutageRow | None:
        """Return the outage that an action would mean now, without a word."""
        raise NotImplementedError

    def idle_actions(self) -> frozenset[str]:
        """Leave out what the outage's state does not allow."""
        row = self.outage_in_sight()
        if row is None:
            return super().idle_actions()
        refused = {name for name, states in _MAY.items() if row.state not in states}
        return super().idle_actions() | refused | (_LIVE_ONLY if row.state not in LIVE_STATES else frozenset())

    def _outage_that_may(self, decision: str) -> OutageRow | None:
        row = self.outage_target()
        if row is not None and row.state not in _MAY[decision]:
            states = " or ".join(sorted(state.value for state in _MAY[decision]))
            self.vaken.say(f"{row.key} is {row.state.value}: only a {states} outage can be {_PAST[decision]}.")
            return None
        return row

    async def _decide(self, row: OutageRow, question: str, verb: str, command: Command, *, ends: bool) -> None:
        answer = await self.app.push_screen_wait(
            Confirm(
                question,
                outage_hits(row),
                verb=verb,
                must_type=str(row.customers) if ends else "",
                typed_what="the number of customers",
            )
        )
        if answer is not None and await self.vaken.do(command) is not None:
            self.vaken.say(f"{row.key}: {verb.lower()} is done.")

    @work(group="decision", exclusive=True)
    async def action_declare(self) -> None:
        """Declare the outage."""
        if row := self._outage_that_may("declare"):
            await self._decide(
                row, f"Declare {row.key} and take command?", "Declare", Declare(row.key, seen=row.seq), ends=False
            )

    @work(group="decision", exclusive=True)
    async def action_mitigate(self) -> None:
        """Mark the outage as mitigated."""
        if row := self._outage_that_may("mitigate"):
            await self._decide(
                row, f"Is service back for now in {row.key}?", "Mitigate", Mitigate(row.key, seen=row.seq), ends=False
            )

    @work(group="decision", exclusive=True)
    async def action_resolve(self) -> None:
        """Resolve the outage."""
        if row := self._outage_that_may("resolve"):
            await self._decide(row, f"Is {row.key} over?", "Resolve", Resolve(row.key, seen=row.seq), ends=True)

    @work(group="decision", exclusive=True)
    async def action_reject(self) -> None:
        """Reject the suspicion."""
        if row := self._outage_that_may("reject"):
            await self._decide(
                row, f"Is {row.key} no outage at all?", "Reject", Reject(row.key, seen=row.seq), ends=True
            )

    @work(group="decision", exclusive=True)
    async def action_weigh(self) -> None:
        """Say how urgent the outage is, or let the sum count again."""
        row = self.outage_target()
        if row is None:
            return
        if row.state not in LIVE_STATES:
            self.vaken.say(f"{row.key} is {row.state.value}: its urgency is not weighed any more.")
            return
        dialog = Confirm(
            f"How urgent is {row.key}?",
            [
                outage_line(row),
                urgency_words(row),
                Content(""),
                "Your number orders the board instead of the sum; the sum stays beside it. No number: the sum counts.",
            ],
            verb="Set",
            words=("urgency", "why"),
            missing=_missing_of_urgency,
        )
        if await self.app.push_screen_wait(dialog) is None:
            return
        number, why = dialog.written
        points = int(number) if number else None
        if await self.vaken.do(Weigh(row.key, points, why=why, seen=row.seq)) is not None:
            self.vaken.say(f"{row.key}: {f'urgency is {points} now' if number else 'the sum counts'}.")

    def action_space(self) -> None:
        """Show where the outage is in SIM space."""
        row = self.outage_target()
        if row is not None:
            from tui.screens.space import SpaceScreen

            self.app.push_screen(SpaceScreen(row.key))

    def action_update(self) -> None:
        """Write an update to the customers."""
        row = self.outage_target()
        if row is not None:
            self.app.push_screen(self._composer(row))

    def _composer(self, row: OutageRow) -> "ComposerScreen":
        from tui.screens.composer import ComposerScreen

        return ComposerScreen(row)


_PAST = {"declare": "declared", "mitigate": "mitigated", "resolve": "resolved", "reject": "rejected"}
