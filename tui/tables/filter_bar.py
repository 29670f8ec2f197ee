"""The line in which a filter is written. It is applied while it is typed; esc puts the old one back."""

from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from tui.tables.view_table import ViewTable

APPLY_AFTER = 0.2
"""Seconds without a key after which what is written is applied."""


class FilterBar(Horizontal):
    """Hidden until ``open`` is called."""

    DEFAULT_CSS = """
    FilterBar { height: 1; dock: bottom; display: none; background: $panel; padding: 0 1; layer: filter; }
    FilterBar Static { width: auto; color: $primary; text-style: bold; }
    FilterBar Input { width: 1fr; height: 1; border: none; padding: 0; background: $panel; }
    FilterBar Input:focus { border: none; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "give_up", "old filter back", show=False)]

    def __init__(self) -> None:
        super().__init__()
        self._table: ViewTable | None = None
        self._before = ""
        self._came_from: Widget | None = None
        self._timer: Timer | None = None

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield Static(Content("/ "))
        yield Input(
            compact=True,
            select_on_focus=False,
            placeholder="words  key:value  -key:value  key:a,b · enter keeps, esc undoes",
        )

    def open(self, table: ViewTable) -> None:
        """Begin to write the filter of ``table``."""
        self._table, self._before, self._came_from = table, table.filter, self.screen.focused
        self.display = True
        box = self.query_one(Input)
        with box.prevent(Input.Changed):
            box.value = f"{table.filter} " if table.filter else ""
        box.cursor_position = len(box.value)
        box.focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(APPLY_AFTER, self._apply)

    @on(Input.Submitted)
    def _keep(self, event: Input.Submitted) -> None:
        event.stop()
        self._apply()
        self._close()

    @on(events.DescendantBlur)
    def _left(self) -> None:
        if self.display:
            self._apply()
            self._close(refocus=False)

    def action_give_up(self) -> None:
        """Put the old filter back."""
        if self._table is not None:
            self._table.set_filter(self._before)
        self._table = None
        self._close()

    def _apply(self) -> None:
        if self._table is not None:
            self._table.set_filter(self.query_one(Input).value)

    def _close(self, refocus: bool = True) -> None:
        if self._timer is not None:
            self._timer.stop()
        table, self._table = self._table, None
        self.display = False
        if refocus:
            back = self._came_from if self._came_from is not None else table.table if table is not None else None
            if back is not None:
                back.focus()
