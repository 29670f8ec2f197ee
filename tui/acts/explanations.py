"""Saying what explains an outage: the candidate under the cursor, or one that a person names; and taking it back."""

from textual import work
from textual.content import Content

from feeds.model import LIVE_STATES, ExplanationRow, OutageRow
from feeds.model.commands import Explain
from tui.base_screen import VakenScreen
from tui.words.explanations import from_words, where_words
from tui.words.rows import outage_line, share
from widgets.confirm import Confirm
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.quantities import number, plural


class ExplainActions(VakenScreen):
    """A screen on which an outage can be explained."""

    def outage_target(self) -> OutageRow | None:
        """Return the outage that an action means now; None, with a word to the person, where there is none."""
        raise NotImplementedError

    def explanation_target(self) -> ExplanationRow | None:
        """Return the candidate that an action means now; None, with a word to the person, where there is none."""
        raise NotImplementedError

    def standing_explanations(self) -> tuple[ExplanationRow, ...]:
        """Return the candidates that the evidence stands for."""
        raise NotImplementedError

    def _outage_to_explain(self) -> OutageRow | None:
        row = self.outage_target()
        if row is not None and row.state not in LIVE_STATES:
            self.vaken.say(f"{row.key} is {row.state.value}: it is not explained any more.")
            return None
        return row

    @work(group="decision", exclusive=True)
    async def action_explain(self) -> None:
        """Put the outage on the candidate under the cursor; once more on the same one takes that back."""
        outage = self._outage_to_explain()
        candidate = self.explanation_target() if outage is not None else None
        if outage is None or candidate is None:
            return
        if candidate.chosen_by:
            await self._take_back(outage, candidate)
            return
        if not candidate.total:
            self.vaken.say(f"The fleet does not know {where_words(candidate.where)}: no SIMs follow from it.")
            return
        standing = [row for row in self.standing_explanations() if row.key != candidate.key]
        overrules = standing[0] if standing and not candidate.stands else None
        words = where_words(candidate.where)
        hits: list[str | Content] = [
            outage_line(outage),
            Content(""),
            _size("now", outage.sims, outage.customers, plain(outage.shared) or "SIM ranges"),
            _size("then", candidate.total, candidate.customers, plain(words)),
            Content(""),
            f"{share(candidate.coverage)} of the affected, {share(candidate.fleet_share)} of the fleet; "
            f"{plural(candidate.outside, 'affected SIM')} outside.",
        ]
        if overrules is not None:
            hits.append(
                Content.styled(f"The evidence says {plain(where_words(overrules.where))}: say why not.", "$warning")
            )
        hits.append("Updates reach the customers of these SIMs. The machine does not change it until you take it back.")
        dialog = Confirm(
            f"Does {words} explain {outage.key}?",
            hits,
            verb="It is this",
            words=("why",),
            missing=_with_reason if overrules is not None else _anything,
        )
        if await self.app.push_screen_wait(dialog) is not None:
            await self._say(outage, candidate.where, dialog.written[0])

    @work(group="decision", exclusive=True)
    async def action_explain_other(self) -> None:
        """Put the outage on attribute values that a person names."""
        outage = self._outage_to_explain()
        if outage is None:
            return
        dialog = Confirm(
            f"What explains {outage.key}?",
            [
                outage_line(outage),
                Content(""),
                _size("now", outage.sims, outage.customers, plain(outage.shared) or "SIM ranges"),
                Content(""),
                "Attribute and value as the fleet has them, such as apn iot.meter; several with commas between.",
                "The outage is put on all SIMs that have them, and updates reach their customers.",
            ],
            verb="It is this",
            words=("it is", "why"),
            missing=_missing_name,
        )
        if await self.app.push_screen_wait(dialog) is not None:
            name, why = dialog.written
            await self._say(outage, from_words(name), why)

    async def _take_back(self, outage: OutageRow, candidate: ExplanationRow) -> None:
        dialog = Confirm(
            f"Take back that {where_words(candidate.where)} explains {outage.key}?",
            [
                outage_line(outage),
                Content(f"{plain(candidate.chosen_by)} said so."),
                "What the evidence says is shown again. The outage keeps its SIMs until somebody changes them.",
            ],
            verb="Take back",
            words=("why",),
        )
        if await self.app.push_screen_wait(dialog) is not None:
            await self._say(outage, {}, dialog.written[0])

    async def _say(self, outage: OutageRow, where: dict[str, str], why: str) -> None:
        if await self.vaken.do(Explain(outage.key, where, why=why, seen=outage.seq)) is not None:
            said = f"you say {where_words(where)}" if where else "the evidence counts again"
            self.vaken.say(f"{outage.key}: {said}.")


def _size(when: str, sims: int, customers: int, what: str) -> Content:
    return Content.assemble(
        (f"{when:<6}", MUTED),
        (f"{number(sims):>11} SIMs", "bold"),
        f" of {plural(customers, 'customer')}  ",
        (what, MUTED),
    )


def _anything(_written: tuple[str, ...]) -> str:
    return ""


def _with_reason(written: tuple[str, ...]) -> str:
    return "" if written[0] else "Say why: it stands in the history of the outage."


def _missing_name(written: tuple[str, ...]) -> str:
    return "" if from_words(written[0]) else "Write an attribute and its value, such as apn iot.meter."
