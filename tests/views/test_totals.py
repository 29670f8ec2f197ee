"""Totals over all outages: whatever is in two of them counts once."""

from feeds.board import Board
from feeds.facts import OutageMoved, OutageSuspected
from feeds.model import CaseRow, CaseState, OutageState, TotalsRow
from tests.views.telling import case, ends, rows, sim_range, span, stated, tell


def totals(board: Board) -> TotalsRow:
    (row,) = rows(board, "totals", TotalsRow)
    return row


def test_a_board_without_anything_has_a_row_of_noughts() -> None:
    assert totals(Board()) == TotalsRow(key="all")


def test_sims_customers_and_cases_in_two_outages_count_once() -> None:
    board = Board()
    tell(
        board,
        stated(sim_range(0, "c1"), sim_range(1, "c2"), sim_range(2, "c3")),
        OutageSuspected("O-1", (ends(0, 1_499),)),
        OutageSuspected("O-2", (ends(1_000, 1_999),)),
        OutageSuspected("O-3", (ends(2_000, 2_999),)),
        OutageMoved("O-3", OutageState.REJECTED),
        case("both", 1_200),
        case("one", 5, state=CaseState.PENDING),
        case("single", 2_500),
        case("several", span(2_500, 2_600)),
        case("nothing"),
        case("over", 5, state=CaseState.CLOSED),
    )
    assert totals(board) == TotalsRow(
        key="all", outages=2, sims=2_000, customers=2, cases=5, grouped=2, unexplained=2, single=1, without_sims=1
    )


def test_lanes_of_cases_can_be_filtered_and_sorted() -> None:
    board = Board()
    tell(
        board,
        OutageSuspected("O-1", (ends(0, 9),)),
        case("a", 5),
        case("b", 50),
        case("c"),
        case("d", 5, state=CaseState.CLOSED),
    )

    def numbers(**asked: str) -> list[str]:
        return [row.number for row in rows(board, "cases", CaseRow, **asked)]

    assert numbers(filter="lane:unexplained") == ["b"]
    assert numbers(filter="lane:grouped") == ["a"]
    assert numbers(filter='lane:"no SIMs"') == ["c"]
    assert sorted(numbers(filter="-lane:closed")) == ["a", "b", "c"]
    assert numbers(filter="lane:grouped,unexplained", sort="lane") == ["a", "b"]
    assert numbers(sort="-lane,number") == ["b", "c", "a", "d"]
