"""The list in which a person finds one outage, by typing a part of it."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Button, Input, Static

from feeds.model import OutageRow
from tui.situation import LIVE_FILTER
from tui.tables.columns import OUTAGES
from tui.tables.view_table import ViewTable
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.stream_table import StreamTable
from widgets.typed_ahead import TypedAhead

FIND_AFTER = 0.15
"""Seconds without a key after which what is typed is looked for."""

_SHOWN = frozenset({"key", "state", "customers", "sims", "cases", "shared"})


class PickOutage(TypedAhead, ModalScreen[OutageRow | None]):
    """A list of outages with a line to find one by; closes with the one chosen, or with None.

    ``title``: the question; ``does``: what choosing leads to; ``base``: the filter that the outages must pass;
    ``empty``: what is said where none does.
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

    def __init__(self, title: str, does: str, base: str = LIVE_FILTER, empty: str = "no live outage") -> None:
        super().__init__()
        self._empty = empty
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
                empty=self._empty,
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

    def on_mount(self) -> None:
        """Let what cannot be read yet be written on."""
        self._table.begin_writing()

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
        if isinstance(row, OutageRow) and not self._table.problem:
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
