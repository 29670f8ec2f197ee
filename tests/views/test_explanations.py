"""The view of an outage's explanations, and what the outage's own row says is shared."""

from feeds.board import Board
from feeds.facts import CustomersStated, ExplanationChosen, OutageExplained, OutageMerged, OutageSuspected
from feeds.model import Customer, ExplanationRow, OutageRow
from feeds.model.explanations import Explanation
from tests.views.telling import ends, rows, sim_range, stated, tell

METER = Explanation(
    {"apn": "iot.meter"},
    coverage=0.98,
    fleet_share=0.04,
    affected=588,
    total=40_000,
    outside=12,
    outside_ranges=(ends(5, 9), ends(50, 59)),
    outside_customers=("c1", "c9"),
    stands=True,
)
HSS = Explanation({"hss": "hss-1"}, coverage=0.5, fleet_share=0.25, total=250_000)


def board_with(*found: Explanation) -> Board:
    board = Board()
    tell(
        board,
        stated(sim_range(0, "c1", apn="iot.meter"), sim_range(1, "c2", apn="other")),
        CustomersStated((Customer(id="c1", name="Acme Lifts"),)),
        OutageSuspected("O-1", (ends(0, 999),), where={"apn": "iot.meter"}, from_cases=True),
    )
    if found:
        tell(board, OutageExplained("O-1", found), by="vaken/explaining")
    return board


def shown(board: Board, of: str = "O-1") -> list[ExplanationRow]:
    return rows(board, "explanations", ExplanationRow, of=of)


def outage(board: Board) -> OutageRow:
    return rows(board, "outages", OutageRow, filter="key:O-1")[0]


def test_candidates_are_rows_in_their_order_with_customers_by_name() -> None:
    first, second = shown(board_with(METER, HSS))
    assert (first.key, first.rank, first.where) == ("apn iot.meter", 1, {"apn": "iot.meter"})
    assert (first.coverage, first.fleet_share, first.outside, first.stands) == (0.98, 0.04, 12, True)
    assert first.outside_customers == ("Acme Lifts", "c9")
    assert first.outside_text
    assert (second.key, second.rank, second.stands) == ("hss hss-1", 2, False)


def test_how_coverage_went_is_told_by_candidate_and_gaps_are_none() -> None:
    board = board_with(HSS)
    tell(board, OutageExplained("O-1", (METER, HSS)), by="vaken/explaining")
    assert [row.trend for row in shown(board)] == [(None, 0.98), (0.5, 0.5)]


def test_a_persons_word_is_marked_and_stands_among_them_before_it_is_measured() -> None:
    board = board_with(METER, HSS)
    tell(board, ExplanationChosen("O-1", {"hss": "hss-1"}))
    assert [row.chosen_by for row in shown(board)] == ["", "jl"]
    tell(board, ExplanationChosen("O-1", {"gateway": "pgw-2"}))
    assert [(row.key, row.rank, row.chosen_by) for row in shown(board)][-1] == ("gateway pgw-2", 3, "jl")


def test_the_rows_of_a_merged_outage_are_those_of_the_survivor() -> None:
    board = board_with(METER)
    tell(board, OutageSuspected("O-2", (ends(1_000, 1_999),)), OutageMerged("O-2", "O-1"))
    assert [row.key for row in shown(board, "O-2")] == ["apn iot.meter"]


def test_the_outage_shows_both_shares_of_what_stands() -> None:
    row = outage(board_with(METER, HSS))
    assert (row.shared, row.coverage, row.fleet_share, row.shared_by) == ("apn iot.meter", 0.98, 0.04, "")


def test_the_outage_shows_what_a_person_says_and_who_it_was() -> None:
    board = board_with(METER, HSS)
    tell(board, ExplanationChosen("O-1", {"hss": "hss-1"}))
    row = outage(board)
    assert (row.shared, row.coverage, row.fleet_share, row.shared_by) == ("hss hss-1", 0.5, 0.25, "jl")
    tell(board, ExplanationChosen("O-1", {}))
    assert outage(board).shared == "apn iot.meter"
    assert outage(board).shared_by == ""


def test_an_outage_that_nothing_explains_shows_what_it_stands_on() -> None:
    assert outage(board_with()).shared == "apn iot.meter"
    assert outage(board_with(HSS)).shared == "apn iot.meter"


def test_one_customer_is_shown_by_its_name() -> None:
    one = Explanation({"customer": "c1"}, coverage=1.0, fleet_share=0.5, total=1_000, stands=True)
    board = board_with(one)
    assert outage(board).shared == "customer Acme Lifts"
    assert shown(board)[0].where == {"customer": "Acme Lifts"}
