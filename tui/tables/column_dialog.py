"""The dialog in which the columns of a table are chosen, moved and sized. Every step is seen in the table behind it."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from tui.kept import TableKept
from tui.tables.kept_looks import moved, ordered_columns, sized, toggled
from widgets.columns import Column
from widgets.looks import MUTED

_KEYS = (
    ("space", "show, hide"),
    ("< >", "move"),
    ("- +", "narrower, wider"),
    ("0", "own width"),
    ("r", "all as at first"),
    ("enter", "keep"),
    ("esc", "undo"),
)


class ColumnDialog(ModalScreen[TableKept | None]):
    """Closes with the choice, or with None where the old one is to stay.

    ``width_of`` gives the cells that a column has now; ``show`` is called with every step.
    """

    DEFAULT_CSS = """
    ColumnDialog { align: center middle; background: $background 30%; }
    ColumnDialog > Vertical {
        width: 58; max-width: 96%; height: auto; max-height: 94%;
        border: round $primary; background: $surface; padding: 0 1;
    }
    ColumnDialog #title { text-style: bold; height: 1; margin-bottom: 1; }
    ColumnDialog OptionList { height: auto; max-height: 16; border: none; padding: 0; background: $surface; }
    ColumnDialog #keys { height: auto; margin-top: 1; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "undo", "undo", show=False),
        Binding("enter", "keep", "keep", show=False, priority=True),
        Binding("space", "show_hide", "show, hide", show=False, priority=True),
        Binding("less_than_sign,shift+up", "shift(-1)", "to the left", show=False),
        Binding("greater_than_sign,shift+down", "shift(1)", "to the right", show=False),
        Binding("minus", "size(-1)", "narrower", show=False),
        Binding("plus", "size(1)", "wider", show=False),
        Binding("0", "own_width", "own width", show=False),
        Binding("r", "reset", "all as at first", show=False),
    ]

    def __init__(
        self,
        title: str,
        columns: Sequence[Column],
        kept: TableKept,
        width_of: Callable[[str], int],
        show: Callable[[TableKept], None],
    ) -> None:
        super().__init__()
        self._title = title
        self._columns = tuple(columns)
        self._before = self._kept = kept
        self._width_of = width_of
        self._shown = show

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with Vertical():
            yield Static(Content(f"Columns of {self._title}"), id="title")
            yield OptionList(compact=True)
            yield Static(
                Content("  ").join(
                    Content.assemble((key, "bold $primary"), (f" {what}", MUTED)) for key, what in _KEYS
                ),
                id="keys",
            )

    def on_mount(self) -> None:
        """List them."""
        self._list(0)
        self.query_one(OptionList).focus()

    def _list(self, at: int) -> None:
        options = self.query_one(OptionList)
        options.clear_options()
        for column in ordered_columns(self._columns, self._kept):
            hidden = column.key in self._kept.hidden
            width = self._kept.widths.get(column.key, 0)
            now = self._width_of(column.key)
            room = f"{width} cells" if width else "as it fits" if now or hidden else "as it fits: no room now"
            look = MUTED if hidden else ""
            options.add_option(
                Option(
                    Content.assemble(
                        ("  " if hidden else "✓ ", "bold $success"),
                        (f"{column.title or column.key:24}", look),
                        (room, MUTED),
                    ),
                    id=column.key,
                )
            )
        options.highlighted = max(0, min(at, len(self._columns) - 1))

    @property
    def _key(self) -> str:
        options = self.query_one(OptionList)
        chosen = options.get_option_at_index(options.highlighted or 0).id
        return chosen or ""

    def _take(self, kept: TableKept, by: int = 0) -> None:
        self._kept = kept
        self._shown(kept)
        self.call_after_refresh(self._list, (self.query_one(OptionList).highlighted or 0) + by)

    def action_show_hide(self) -> None:
        """Show or hide the column."""
        self._take(toggled(self._columns, self._kept, self._key))

    def action_shift(self, by: int) -> None:
        """Move the column."""
        self._take(moved(self._columns, self._kept, self._key, by), by)

    def action_size(self, by: int) -> None:
        """Make the column wider or narrower, from what it has now."""
        now = self._kept.widths.get(self._key) or self._width_of(self._key)
        if not now:
            column = next(one for one in self._columns if one.key == self._key)
            now = column.smallest
        self._take(sized(self._kept, self._key, max(1, now + by)))

    def action_own_width(self) -> None:
        """Give the column the width that it has by itself."""
        self._take(sized(self._kept, self._key, 0))

    def action_reset(self) -> None:
        """Show all as at first."""
        self._take(TableKept(sort=self._kept.sort))

    def action_keep(self) -> None:
        """Close with the choice."""
        self.dismiss(self._kept)

    def action_undo(self) -> None:
        """Close; the old choice is shown again."""
        self._shown(self._before)
        self.dismiss(None)
