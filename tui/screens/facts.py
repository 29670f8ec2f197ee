"""The log of facts: everything that was ever said, the newest first, and one fact field by field."""

from collections.abc import Iterable

from textual import on
from textual.containers import VerticalScroll
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


def fact_fields(row: FactRow) -> Content:
    """Return one fact as lines: name and value."""
    seen = {"seen": f"the person saw the room as of fact {row.seen}"} if row.seen else {}
    fields = {"words": row.what, **seen, **row.fields}
    wide = min(max(map(len, fields)), 28)
    lines = [Content.assemble((f"{plain(name):<{wide}}  ", MUTED), plain(text)) for name, text in fields.items()]
    return Content("\n").join(lines)


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
    def place(self) -> str:
        """What the header calls the screen."""
        return "log of facts"

    def compose_body(self) -> Iterable[Widget]:
        """Lay it out."""
        yield ViewTable("Log of facts", "facts", FACTS, filter=self._filter, id="facts-table",
                        empty="the log is empty")  # fmt: skip
        yield SectionRule(id="fact-rule")
        with VerticalScroll(id="fact-box", can_focus=False):
            yield Static(id="fact")

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
        self.query_one("#fact", Static).update(fact_fields(row))
