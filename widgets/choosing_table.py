"""What a person does with a stream table beside moving in it: its order, its columns, chosen rows, following, copying.

The moving itself, and what happens when the list changes, is left to stream_table; what an action does with the chosen
rows, and where choices are kept, to the table's owner.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from widgets.columns import Column
from widgets.painted_rows import PaintedRows
from widgets.plain import plain
from widgets.row_selection import MOST


class ChoosingTable(PaintedRows):
    """Keys and messages for that."""

    CHOICES: ClassVar[list[BindingType]] = [
        Binding("comma", "sort_step(-1)", "sort by the column before", show=False, id="table.sort_before"),
        Binding("full_stop", "sort_step(1)", "sort by the next column", show=False, id="table.sort_next"),
        Binding("equals_sign", "turn_order", "turn the order round", show=False, id="table.turn_order"),
        Binding("shift+left", "shift_columns(-1)", "columns to the left", show=False, id="table.shift_left"),
        Binding("shift+right", "shift_columns(1)", "columns to the right", show=False, id="table.shift_right"),
        Binding("C", "columns", "choose columns", show=False, id="table.columns"),
        Binding("space", "choose", "choose the row, or give it up", show=False, id="table.choose"),
        Binding("V", "choose_range", "choose all from the last one chosen to here", show=False, id="table.range"),
        Binding("asterisk", "choose_all", "choose all in sight; again: the whole list; again: none", show=False,
                id="table.choose_all"),
        Binding("F", "follow", "keep the newest row in sight, or stop that", show=False, id="table.follow"),
        Binding("Y", "copy_row", "copy the row", show=False, id="table.copy_row"),
        Binding("K", "copy_key", "copy the row's name", show=False, id="table.copy_key"),
    ]  # fmt: skip

    class _ChoiceMessage(Message):
        """A message of a table."""

        def __init__(self, table: "ChoosingTable") -> None:
            super().__init__()
            self.table = table

        @property
        def control(self) -> "ChoosingTable":
            """The table that it came from."""
            return self.table

    class SortWanted(_ChoiceMessage, namespace="stream_table"):
        """A person asked for another order: ``sort`` as the hub takes it, such as ``-urgency``."""

        def __init__(self, table: "ChoosingTable", sort: str) -> None:
            super().__init__(table)
            self.sort = sort

    class ColumnsWanted(_ChoiceMessage, namespace="stream_table"):
        """A person wants to choose columns."""

    class SelectionChanged(_ChoiceMessage, namespace="stream_table"):
        """Other rows are chosen."""

    class AllWanted(_ChoiceMessage, namespace="stream_table"):
        """A person wants to choose every row of the list, loaded or not."""

    class FollowChanged(_ChoiceMessage, namespace="stream_table"):
        """A person began or ended to follow the newest row."""

    class Said(_ChoiceMessage, namespace="stream_table"):
        """A word to the person: something was copied, or could not be done."""

        def __init__(self, table: "ChoosingTable", text: str) -> None:
            super().__init__(table)
            self.text = text

    following = False
    """Whether the newest row is kept in sight."""

    # Order

    def action_sort_step(self, by: int) -> None:
        """Sort by the next column, or the one before, that can be sorted by; the greatest first."""
        fields = list(dict.fromkeys(column.sort for column in self.columns if column.sort))
        if not fields:
            self.post_message(self.Said(self, "This table has an order of its own."))
            return
        now = self.sort.partition(",")[0].removeprefix("-")
        at = fields.index(now) + by if now in fields else 0 if by > 0 else -1
        self.post_message(self.SortWanted(self, f"-{fields[at % len(fields)]}"))

    def action_turn_order(self) -> None:
        """Turn the order round."""
        first, comma, rest = self.sort.partition(",")
        if first:
            turned = first[1:] if first.startswith("-") else f"-{first}"
            self.post_message(self.SortWanted(self, f"{turned}{comma}{rest}"))

    # Columns

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Show other columns."""
        if tuple(columns) != self.columns:
            self.columns = tuple(columns)
            self.shift = min(self.shift, max(0, len(self.columns) - 2))
            self._place()
            self.refresh()

    def action_shift_columns(self, by: int) -> None:
        """Go one column to the right or back; the first one stays."""
        if by > 0 and self.shift and len(self.placed) + self.shift >= len(self.columns):
            return  # the last one is in sight
        if by > 0 and not self.shift and len(self.placed) == len(self.columns):
            return
        shift = max(0, min(self.shift + by, len(self.columns) - 2))
        if shift != self.shift:
            self.shift = shift
            self._place()
            self.refresh()

    def action_columns(self) -> None:
        """Choose columns."""
        self.post_message(self.ColumnsWanted(self))

    # Rows

    @property
    def cursor_row(self) -> Any | None:
        """The newest state of the row under the cursor, None where there is none or it is not loaded."""
        index = self.window.cursor_index
        return self.window.at(index) if self.window.cursor is not None and index is not None else None

    def action_choose(self) -> None:
        """Choose the row under the cursor, or give it up, and go on to the next."""
        row, index = self.cursor_row, self.window.cursor_index
        if row is None or index is None:
            self.post_message(self.Said(self, "No row is under the cursor: ↑ and ↓ put it on one."))
            return
        self._say_room(self.selection.toggle(row))
        self._refresh_line(index - self.top)
        self.move_to(index + 1)
        self.post_message(self.SelectionChanged(self))

    def action_choose_range(self) -> None:
        """Choose the rows from the one that was chosen last to the cursor."""
        anchor, here = self.selection.anchor, self.window.cursor_index
        begin = self.window.index_of(anchor) if anchor is not None else None
        if begin is None or here is None:
            self.post_message(self.Said(self, "Choose the first row of the range with space, then go to its last."))
            return
        span = self.window.span(min(begin, here), abs(here - begin) + 1)
        rows = [row for row in span if row is not None]
        if len(rows) < len(span):
            self.post_message(self.Said(self, "Not all rows between are loaded: nothing was chosen."))
            return
        self._choose(rows)

    def action_choose_all(self) -> None:
        """Choose all rows in sight; when they are, the whole list; when that is, none."""
        sight = [row for row in self.window.span(self.top, self.body_height) if row is not None]
        if not sight:
            return
        if any(row.key not in self.selection for row in sight):
            self._choose(sight)
        elif len(self.selection) < min(self.window.total, MOST):
            self.post_message(self.AllWanted(self))
        else:
            self.give_up()

    def choose_rows(self, rows: Sequence[Any]) -> None:
        """Choose these rows."""
        self._choose(rows)

    def give_up(self) -> bool:
        """Choose no row any more; returns whether one was chosen."""
        had = self.selection.clear()
        if had:
            self.refresh()
            self.post_message(self.SelectionChanged(self))
        return had

    def give_up_rows(self, keys: Sequence[str]) -> None:
        """Choose these rows no more; the others stay chosen."""
        if self.selection.drop(keys):
            self.refresh()
            self.post_message(self.SelectionChanged(self))

    def _choose(self, rows: Sequence[Any]) -> None:
        self._say_room(self.selection.add(rows))
        self.refresh()
        self.post_message(self.SelectionChanged(self))

    def _say_room(self, room: bool) -> None:
        if not room:
            self.post_message(self.Said(self, f"{MOST:,} rows are chosen: more do not fit into one action."))

    # Following and copying

    def action_follow(self) -> None:
        """Keep the newest row in sight, or stop that."""
        self.following = not self.following
        self.post_message(self.FollowChanged(self))

    def action_copy_row(self) -> None:
        """Copy what the cells in sight of the row say, with tabs between."""
        row = self.cursor_row
        if row is not None:
            self.copy("\t".join(self._painter.words(row)), "the row")

    def action_copy_key(self) -> None:
        """Copy the row's name."""
        row = self.cursor_row
        if row is not None:
            self.copy(plain(row.key), plain(row.key))

    def copy(self, text: str, what: str) -> None:
        """Hand a text to the terminal's clipboard (OSC 52; tmux passes it on where set-clipboard is on)."""
        self.app.copy_to_clipboard(text)
        self.post_message(self.Said(self, f"Copied {what}."))

    def move_to(self, index: int) -> None:
        """Put the cursor on a row."""
        raise NotImplementedError
