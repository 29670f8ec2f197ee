"""The view *readings*: of one case, what was read as SIMs and from where in its texts, as it is read now."""

from collections.abc import Iterable

import numpy as np

from feeds.board.board import Board
from feeds.model import Case, ReadRow, Row, SimsPiece
from feeds.simspace import IntervalSet, SimSpan, short_text, span_text
from feeds.views.echo import READ_AT_ONCE, Piece, echo_of, looked_up
from feeds.views.fleet_line import line_of, reader_of


class ReadingSource:
    """The pieces of the title, then those of the text, then SIMs of the case that stand in neither."""

    name = "readings"
    row_type = ReadRow
    default_sort = "key"

    def __init__(self, board: Board, of: str) -> None:
        self._board = board
        self._of = of
        self._made_from: tuple[int, int] = (-1, -1)
        self._rows: dict[str, ReadRow] = {}

    def every_key(self) -> Iterable[str]:
        """Places of the pieces, from 1."""
        return self._current()

    def row(self, key: str) -> Row | None:
        """One piece."""
        return self._current().get(key)

    def _current(self) -> dict[str, ReadRow]:
        board = self._board
        case = board.cases.get(self._of)
        if case is None:
            return {}
        made_from = (case.seq, board.inventory.version)
        if made_from != self._made_from:
            self._made_from = made_from
            self._rows = self._made(list(self._pieces(case)))
        return self._rows

    def _pieces(self, case: Case) -> Iterable[tuple[str, Piece]]:
        reader = reader_of(self._board.inventory.standing)
        seen: list[SimSpan] = []
        for part, text in (("title", case.title), ("text", case.text)):
            if not text:
                continue
            for piece in echo_of(reader.read(text, READ_AT_ONCE)).pieces:
                seen += piece.spans
                yield part, piece
        for span in _beside(case.sims, seen):
            yield "", Piece(SimsPiece(0, 0, "", span.kind, span.first, span.last, span.count), (span,))

    def _made(self, pieces: list[tuple[str, Piece]]) -> dict[str, ReadRow]:
        known, bodies = looked_up(self._board, [piece for _part, piece in pieces])
        ends = [(int(one.starts[0]), int(one.ends[-1])) if one else (0, 0) for one in bodies]
        firsts, lasts = np.array(ends, dtype=np.int64).reshape(-1, 2).T
        inventory = self._board.inventory
        customers = line_of(inventory.standing).owners(firsts, lasts, inventory.customers)
        rows = {}
        for number, ((part, _), piece, own, (customer, count)) in enumerate(
            zip(pieces, known, bodies, customers, strict=True), start=1
        ):
            shown = piece.shown
            rows[str(number)] = ReadRow(
                key=str(number),
                part=part,
                text=shown.text,
                start=shown.start,
                end=shown.end,
                kind=shown.kind or "",
                sims=0 if shown.excluded else own.count or shown.count,
                sims_text=span_text(piece.spans[0]) if len(piece.spans) == 1 else short_text(own.pairs()),
                customer=f"{customer} +{count - 1}" if count > 1 else customer,
                warning=shown.warning,
            )
        return rows


def _beside(sims: Iterable[SimSpan], seen: Iterable[SimSpan]) -> Iterable[SimSpan]:
    """Yield what of ``sims`` is not among ``seen``, as few spans."""
    sims, seen = list(sims), list(seen)
    for kind in sorted({span.kind for span in sims}):
        own, shown = (
            IntervalSet.of((int(one.first), int(one.last)) for one in spans if one.kind == kind)
            for spans in (sims, seen)
        )
        for first, last in (own - shown).pairs():
            yield SimSpan(kind, str(first), str(last))
