"""The pane of one outage's explanations: the candidates, and below what speaks for and against the chosen one."""

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content

from feeds.model import ExplanationRow
from tui.tables.view_table import ViewTable
from tui.words.explanations import EXPLANATIONS, explanation_facts, where_words
from widgets.facts import Facts
from widgets.looks import MUTED
from widgets.stream_table import StreamTable

KEYS = "y it is the one under the cursor · n it is another one"

LEAST_LINES, MOST_LINES = 4, 12
"""Lines of the table: as many as it has candidates, so that the evidence stands right below them."""


class ExplanationTable(ViewTable):
    """The candidates of the outage ``of``, as the hub ranks them."""

    DEFAULT_CSS = """
    ExplanationTable > StreamTable { max-height: 4; }
    ExplanationTable #evidence { height: auto; max-height: 6; padding: 0 3; scrollbar-size-vertical: 1; }
    """

    def __init__(self, of: str, id: str) -> None:
        super().__init__(
            "Explanations",
            "explanations",
            EXPLANATIONS,
            sort="rank",
            of=of,
            id=id,
            empty="nothing explains it so far: no attribute stands out among what is affected",
        )
        self._lines = 0

    def compose(self) -> ComposeResult:
        """Lay it out."""
        self.rule.note = Content.styled(KEYS, MUTED)
        yield from super().compose()
        with VerticalScroll(id="evidence", can_focus=False):
            yield Facts()

    @property
    def rows(self) -> tuple[ExplanationRow, ...]:
        """The candidates that are loaded, best first."""
        handle = self._handle
        return tuple(row for row in handle.content.rows if isinstance(row, ExplanationRow)) if handle else ()

    @property
    def standing(self) -> tuple[ExplanationRow, ...]:
        """Those that the evidence stands for."""
        return tuple(row for row in self.rows if row.stands)

    @on(StreamTable.RowHighlighted)
    @on(ViewTable.Showed)
    def show_evidence(self) -> None:
        """Show what is known of the candidate under the cursor, or of the first one."""
        if not self.table.loaded:
            return
        lines = min(self.table.window.total + 2, MOST_LINES)  # titles, candidates, one to stand off
        if lines != self._lines:
            self._lines = lines
            self.table.styles.max_height = max(lines, LEAST_LINES)
        row = self.row if isinstance(self.row, ExplanationRow) else next(iter(self.rows), None)
        brief = self.screen.size.height < 32
        self.query_one(Facts).show(explanation_facts(row, self._verdict(), brief=brief))

    def _verdict(self) -> str:
        chosen = next((row for row in self.rows if row.chosen_by), None)
        if chosen is not None:
            return f"{chosen.chosen_by} says: {where_words(chosen.where)}"
        if self.standing:
            return f"explained by {'; and by '.join(where_words(row.where) for row in self.standing)}"
        return "unexplained: none of these stands, they are only ranked" if self.rows else ""
