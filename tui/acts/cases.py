"""Moving a case into an outage or out of one, the same on each screen that shows cases."""

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Button, Input, Static

from feeds.model import CaseRow, CaseState, OutageRow, OutageState
from feeds.model.commands import Place
from tui.acts.outages import outage_hits
from tui.base_screen import VakenScreen
from tui.situation import LIVE_FILTER
from tui.tables.columns import OUTAGES
from tui.tables.view_table import ViewTable
from widgets.confirm import Confirm
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.quantities import plural
from widgets.stream_table import StreamTable

FIND_AFTER = 0.15
"""Seconds without a key after which what is typed is looked for."""

_SHOWN = frozenset({"key", "state", "customers", "sims", "cases", "shared"})


def case_words(row: CaseRow) -> str:
    """Return ``case 10401 of Vattenkraft, 40 SIMs``."""
    sims = plural(row.sims, "SIM") if row.sims else "no SIMs read"
    return f"case {row.number} of {row.customer or 'an unknown customer'}, {sims}"


class PickOutage(ModalScreen[OutageRow | None]):
    """A list of outages with a line to find one by; closes with the one chosen, or with None.

    ``title``: the question; ``does``: what choosing leads to; ``base``: the filter that the outages must pass.
    """

    AUTO_FOCUS = "#find"

    DEFAULT_CSS = """
    PickOutage { align: center middle; background: $background 60%; }
    PickOutage > Vertical {
        width: 100; max-width: 98%; height: 22; max-height: 96%;
        border: round $primary; background: $surface; padding: 0 1;
    }
    PickOutage #title { height: auto; text-style: bold; }
    PickOutage #does { height: auto; color: $foreground-muted; }
    PickOutage #find { height: 1; border: none; padding: 0 1; background: $panel; margin: 1 0 0 0; }
    PickOutage #find:focus { border: none; background: $primary 30%; }
    PickOutage StreamTable { background: $surface; }
    PickOutage Horizontal { height: 1; }
    PickOutage #keys { width: 1fr; }
    PickOutage Button { height: 1; min-width: 10; border: none; margin-left: 2; }
    PickOutage Button:focus { text-style: bold reverse; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", show=False),
        Binding("up", "move(-1)", "up", show=False),
        Binding("down", "move(1)", "down", show=False),
    ]

    def __init__(self, title: str, does: str, base: str = LIVE_FILTER) -> None:
        super().__init__()
        self._title = plain(title)
        self._does = plain(does)
        self._base = base
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with Vertical():
            yield Static(Content(self._title), id="title")
            yield Static(Content(self._does), id="does")
            yield Input(placeholder="type to find: a number, a customer, what is shared", compact=True, id="find")
            yield ViewTable(
                "Outages",
                "outages",
                [column for column in OUTAGES if column.key in _SHOWN],
                sort="-urgency",
                base=self._base,
                empty="no live outage: s makes a suspected one from SIMs",
                id="pick",
            )
            with Horizontal():
                keys = (("↑ ↓", "choose"), ("enter", "go on"), ("esc", "cancel"))
                yield Static(
                    Content("  ").join(
                        Content.assemble((key, "bold $primary"), (f" {what}", MUTED)) for key, what in keys
                    ),
                    id="keys",
                )
                yield Button(Content("Cancel"), id="cancel", compact=True)

    @property
    def _table(self) -> ViewTable:
        return self.query_one("#pick", ViewTable)

    @on(Input.Changed, "#find")
    def _typed(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(FIND_AFTER, self._find)

    def _find(self) -> None:
        self._table.set_filter(self.query_one("#find", Input).value)

    @on(Input.Submitted, "#find")
    def _take(self) -> None:
        """Take the outage under the cursor; where its filter is still to be applied, that comes first."""
        wanted = plain(self.query_one("#find", Input).value).strip()
        if wanted != self._table.filter:
            self._find()
            return
        row = self._table.row
        if isinstance(row, OutageRow):
            self.dismiss(row)

    @on(StreamTable.RowSelected)
    def _chosen(self, event: StreamTable.RowSelected) -> None:
        event.stop()
        if isinstance(event.row, OutageRow):
            self.dismiss(event.row)

    @on(StreamTable.RowHighlighted)
    @on(ViewTable.Showed)
    def _stop(self, event: StreamTable.RowHighlighted | ViewTable.Showed) -> None:
        event.stop()

    def action_move(self, by: int) -> None:
        """Move the cursor of the list while the line has the keys."""
        self._table.table.action_move(by)

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Close without having chosen."""
        self.dismiss(None)


class CaseActions(VakenScreen):
    """A screen on which cases can be moved."""

    def case_target(self) -> CaseRow | None:
        """Return the case that an action means now; None, with a word to the person, where there is none."""
        raise NotImplementedError

    def home_outage(self) -> str:
        """Return the outage that the screen is of; empty where it is of none."""
        return ""

    def _case_that_may(self) -> CaseRow | None:
        row = self.case_target()
        if row is not None and row.state is CaseState.CLOSED:
            self.vaken.say(f"Case {row.number} is closed: only open cases are moved.")
            return None
        return row

    @work(group="decision", exclusive=True)
    async def action_place_case(self) -> None:
        """Move the case under the cursor into an outage."""
        row = self._case_that_may()
        if row is None:
            return
        stays = f" It stays in {', '.join(row.outages)} too." if row.outages else ""
        outage = await self.app.push_screen_wait(
            PickOutage(
                f"Move {case_words(row)}, into which outage?",
                f"It counts there from then on; the machine does not undo it.{stays}",
                " ".join([LIVE_FILTER, *(f"-key:{key}" for key in row.outages)]),
            )
        )
        if outage is not None:
            await self._place(row, outage, inside=True)

    @work(group="decision", exclusive=True)
    async def action_unplace_case(self) -> None:
        """Move the case under the cursor out of an outage."""
        row = self._case_that_may()
        if row is None:
            return
        inside = [self.home_outage()] if self.home_outage() else list(row.outages)
        if not inside:
            self.vaken.say(f"Case {row.number} is in no outage.")
            return
        if len(inside) == 1:
            await self._place(row, self._known(inside[0]), inside=False)
            return
        outage = await self.app.push_screen_wait(
            PickOutage(
                f"Move {case_words(row)}, out of which outage?",
                "It no longer counts there; the machine does not put it back.",
                f"key:{','.join(inside)}",
            )
        )
        if outage is not None:
            await self._place(row, outage, inside=False)

    def _known(self, key: str) -> OutageRow | str:
        """Return the outage's row where one is at hand, else its name."""
        return next((row for row in self.vaken.situation.outages if row.key == key), key)

    async def _place(self, row: CaseRow, outage: OutageRow | str, *, inside: bool) -> None:
        key = outage if isinstance(outage, str) else outage.key
        hits: list[str | Content] = [Content(plain(f"Case{case_words(row)[4:]}"))]
        if row.title:
            hits.append(Content.styled(plain(row.title), MUTED))
        hits.append(Content(""))
        hits += outage_hits(outage) if isinstance(outage, OutageRow) else [key]
        hits.append(Content(""))
        if inside:
            does = "The case counts among its cases"
            if isinstance(outage, OutageRow) and outage.state is OutageState.SUSPECTED:
                does += " and is evidence for it"
            hits.append(f"{does}. The machine does not take it out again.")
        else:
            others = [other for other in row.outages if other != key]
            left = f"It stays in {', '.join(others)}." if others else "It is in no outage then."
            hits.append(f"The case no longer counts there. {left} The machine does not put it back.")
        way, verb = ("into", "Move in") if inside else ("out of", "Move out")
        dialog = Confirm(f"Move case {row.number} {way} {key}?", hits, verb=verb, words=("why",))
        if await self.app.push_screen_wait(dialog) is None:
            return
        (why,) = dialog.written
        if await self.vaken.do(Place(row.key, key, inside, why=why, seen=row.seq)) is not None:
            self.vaken.say(f"Case {row.number} is {'in' if inside else 'out of'} {key}.")
