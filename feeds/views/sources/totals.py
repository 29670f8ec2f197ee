"""The view *totals*: what is open over all outages, in one row."""

from collections.abc import Iterable

from feeds.board.board import Board
from feeds.board.update.obligations import obligations
from feeds.model import Row, TotalsRow

KEY = "all"


class TotalsSource:
    """One row; a case or a SIM in two outages counts once."""

    name = "totals"
    row_type = TotalsRow
    default_sort = "key"

    def __init__(self, board: Board, of: str = "") -> None:
        self._board = board

    def every_key(self) -> Iterable[str]:
        """There is one."""
        return (KEY,)

    def row(self, key: str) -> Row | None:
        """The totals."""
        return self._totals() if key == KEY else None

    def _totals(self) -> TotalsRow:
        outages = self._board.outages
        totals = outages.totals()
        promises = obligations(outages.outages)
        next_word, of = promises[0] if promises else (None, "")
        return TotalsRow(
            key=KEY,
            outages=len(outages.members),
            sims=totals.sims,
            customers=totals.customers,
            cases=totals.cases,
            grouped=totals.grouped,
            unexplained=totals.unexplained,
            single=totals.single,
            without_sims=totals.without_sims,
            next_word=next_word,
            next_word_of=of,
            promises=len(promises),
        )
