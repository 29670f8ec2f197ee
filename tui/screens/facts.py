"""The log of facts: everything that was ever said, the newest first, and one fact field by field."""

from collections.abc import Iterable, Sequence

from textual import on
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from feeds.model import FactRow
from tui.acts.registry import bindings
from tui.base_screen import VakenScreen
from tui.tables.recorded import FACTS
from tui.tables.view_table import ViewTable
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.section_rule import SectionRule
from widgets.stream_table import StreamTable
from widgets.two_columns import best_cut

_GAP = 3
"""Cells between two columns of fields."""


def fact_fields(row: FactRow) -> list[Content]:
    """Return one fact as lines: name and value."""
    seen = {"seen": f"the person saw the room as of fact {row.seen}"} if row.seen else {}
    fields = {"words": row.what, **seen, **row.fields}
    wide = min(max(map(len, fields)), 28)
    return [Content.assemble((f"{plain(name):<{wide}}  ", MUTED), plain(text)) for name, text in fields.items()]


def in_columns(lines: Sequence[Content], width: int, height: int) -> tuple[Sequence[Content], Sequence[Content]]:
    """Return ``lines`` as two columns of ``width`` cells each; the second is empty where one is no higher than
    ``height``."""
    heights = [len(line.wrap(width)) for line in lines]
    cut = best_cut(heights) if sum(heights) > height else len(lines)
    return lines[:cut], lines[cut:]


class FactsScreen(VakenScreen):
    """``filter`` is there at first, such as ``outages:O-12``."""

    where = "facts"
    AUTO_FOCUS = "#facts-table StreamTable"
    BINDINGS = bindings("facts")

    def __init__(self, filter: str = "") -> None:
        super().__init__()
        self._filter = filter
        self._shown = ""

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps of the way to it."""
        return ("log of facts",)

    def compose_body(self) -> Iterable[Widget]:
        """Lay it out."""
        yield ViewTable("Log of facts", "facts", FACTS, filter=self._filter, id="facts-table",
                        empty="the log is empty")  # fmt: skip
        yield SectionRule(id="fact-rule")
        with VerticalScroll(id="fact-box", can_focus=False), Horizontal(id="fact-columns"):
            yield Static(id="fact")
            yield Static(id="fact-more")

    def on_resize(self) -> None:
        """Put the fields where there is room for them now."""
        self._shown = ""
        self.call_after_refresh(self._show_fact)

    def tick(self) -> None:
        """Keep up with the cursor."""
        super().tick()
        self._show_fact()

    @on(StreamTable.RowHighlighted)
    @on(ViewTable.Showed)
    def _show_fact(self) -> None:
        row = self.query_one("#facts-table", ViewTable).row
        if not isinstance(row, FactRow):
            if not self._shown:
                self.query_one("#fact-rule", SectionRule).text = Content.styled("no fact is chosen", MUTED)
            return
        if row.key == self._shown:
            return
        self._shown = row.key
        head = Content.assemble(
            (f"fact {row.key}", "bold"), f" · {row.at:%Y-%m-%d %H:%M:%S}Z · {plain(row.kind)} · {plain(row.about)}"
        )
        self.query_one("#fact-rule", SectionRule).text = head
        self._show_fields(fact_fields(row))

    def _show_fields(self, lines: Sequence[Content]) -> None:
        """Show the fields of a fact, in two columns where one would be higher than the pane and both have room."""
        box = self.query_one("#fact-box")
        room = (box.content_size.width - box.scrollbar_size_vertical - _GAP) // 2
        left, right = in_columns(lines, room, box.content_size.height) if self.has_class("-broad") else (lines, ())
        self.query_one("#fact", Static).update(Content("\n").join(left))
        more = self.query_one("#fact-more", Static)
        more.display = bool(right)
        more.update(Content("\n").join(right))
