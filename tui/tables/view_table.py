"""A table over one view of the hub: opens it, keeps its window, order and filter, and shows what came.

The filter is always in sight in the line above the table, with the hub's words where the hub cannot read it.
"""

from collections.abc import Sequence
from datetime import datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, cast

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message

from tui.link import View
from widgets.columns import Column
from widgets.plain import plain
from widgets.quantities import number
from widgets.section_rule import SectionRule
from widgets.stream_table import StreamTable

if TYPE_CHECKING:
    from tui.app import VakenApp

LOSS_SECONDS = 1.0
"""For so long after the cursor's row has gone an action does not take its neighbour: the hand was quicker."""

_LOSS_SHOWN = 6.0
"""Seconds that the loss is told."""


class ViewTable(Vertical):
    """``base`` is the part of the filter that belongs to the screen and cannot be taken off; ``filter`` is at first."""

    DEFAULT_CSS = """
    ViewTable { height: 1fr; }
    ViewTable > StreamTable { height: 1fr; }
    """

    class Showed(Message):
        """The view has new content."""

        def __init__(self, table: "ViewTable") -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> "ViewTable":
            """The table."""
            return self.table

    def __init__(
        self,
        title: str,
        view: str,
        columns: Sequence[Column],
        *,
        sort: str = "",
        base: str = "",
        filter: str = "",
        of: str = "",
        start_on_row: bool = True,
        empty: str = "nothing here",
        id: str | None = None,
    ) -> None:
        super().__init__(id=id)
        self.title = title
        self.filter = filter
        self._view = view
        self._base = base
        self._of = of
        self._sort = sort
        self._lost: tuple[float, str] | None = None
        self._refiltered = False
        """Whether the next content is the answer to another filter."""
        self._left_out = ""
        """The row that the cursor was on when a filter took it away: that is no loss to be told."""
        self._handle: View | None = None
        self._error = ""
        self.rule = SectionRule()
        self.table = StreamTable(
            columns, now=self._now, start_on_row=start_on_row, empty=empty, sort=sort, id=f"{id}-rows" if id else None
        )
        self._empty = empty

    @property
    def vaken(self) -> "VakenApp":
        """The app, as what it is."""
        return cast("VakenApp", self.app)

    def _now(self) -> datetime:
        return self.vaken.hub.now()

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield self.rule
        yield self.table

    def on_mount(self) -> None:
        """Open the view."""
        handle = self.vaken.hub.open(
            self._view, sort=self._sort, filter=self._whole_filter, window=(0, 120), of=self._of
        )
        self._handle = handle
        self._tell()
        self.vaken.follow(handle, self._show)

    def on_unmount(self) -> None:
        """Give the view up."""
        if self._handle is not None:
            self.vaken.unfollow(self._handle)
            self._handle.close()

    @property
    def _whole_filter(self) -> str:
        return f"{self._base} {self.filter}".strip()

    @property
    def row(self) -> Any | None:
        """The row under the cursor."""
        return self.table.cursor_row

    def target(self) -> Any | None:
        """Return the row that an action may take now: None, with a word, when there is none or it has just changed."""
        if self._lost is not None and monotonic() - self._lost[0] < LOSS_SECONDS:
            self.vaken.say("The row under the cursor has just gone: look again, then press the key again.")
            return None
        row = self.row
        if row is None:
            self.vaken.say("No row is chosen: ↑ and ↓ choose one.")
        return row

    def set_filter(self, text: str) -> None:
        """Ask for the rows that ``text`` lets through."""
        text = plain(text).strip()
        if text != self.filter:
            self.filter = text
            self._refiltered = True
            if self._handle is not None:
                self._handle.change(filter=self._whole_filter, window=(0, 120))
            self.table.scroll_to(y=0, animate=False)
            self._tell()

    def tick(self) -> None:
        """Count the ages on."""
        self.table.tick()
        if self._lost is not None and monotonic() - self._lost[0] > _LOSS_SHOWN:
            self._lost = None
            self._tell()

    def _show(self) -> None:
        assert self._handle is not None
        content = self._handle.content
        self._error = content.error
        self.table.empty = f"nothing passes the filter {plain(self.filter)}" if self.filter else self._empty
        self._left_out = (self.table.window.cursor or "") if self._refiltered else ""
        self._refiltered = False
        self.table.show(content)
        self._tell()
        self.post_message(self.Showed(self))

    def _tell(self) -> None:
        """Write the line above the table."""
        parts: list[str | tuple[str, str]] = [(self.title, "bold $foreground")]
        if self.table.loaded:
            parts.append((f" {number(self.table.window.total)}", "$foreground"))
        if self.filter:
            parts.append((f" · / {plain(self.filter)}", "$primary"))
        if self._error:
            parts.append((f" · {plain(self._error)}", "bold $error"))
        if self._lost is not None:
            parts.append((f" · {plain(self._lost[1])}", "$warning"))
        self.rule.text = Content.assemble(*parts)

    @on(StreamTable.WindowWanted)
    def _widen(self, event: StreamTable.WindowWanted) -> None:
        event.stop()
        if self._handle is not None:
            self._handle.change(window=(event.first, event.count))

    @on(StreamTable.SortWanted)
    def _resort(self, event: StreamTable.SortWanted) -> None:
        event.stop()
        self.table.sort = event.sort
        if self._handle is not None:
            self._handle.change(sort=event.sort)

    @on(StreamTable.CursorLost)
    def _tell_loss(self, event: StreamTable.CursorLost) -> None:
        event.stop()
        if event.key == self._left_out:
            return
        went = f"cursor went to {event.to}" if event.to else "no row is left beside it"
        self._lost = (monotonic(), f"{event.key} is gone, {went}")
        self._tell()
