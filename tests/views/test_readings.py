"""What was read out of a case, piece by piece."""

from feeds.board import Board
from feeds.facts import CustomersStated
from feeds.model import CaseState, Customer, ReadRow
from feeds.simspace import span_text
from feeds.views import Query, board_source
from tests.views.telling import BASE, case, rows, sim_range, span, stated, tell

TITLE = f"{BASE + 5} is silent"
TEXT = f"Hi,\nalso {BASE + 100}-{BASE + 199}, then 8.94E+17 and {BASE + 5_000}. IMSI 240010000000007\n"


def fleet() -> Board:
    board = Board()
    tell(
        board,
        stated(sim_range(0, "c1", imsi="240010000000000"), sim_range(1, "c2")),
        CustomersStated((Customer("c1", "Acme Lifts"),)),
    )
    return board


def readings(board: Board, key: str = "native/1") -> list[ReadRow]:
    return rows(board, "readings", ReadRow, key)


def test_pieces_stand_in_the_order_of_the_text_with_their_places_and_whose_they_are() -> None:
    board = fleet()
    tell(board, case("1", 5, span(100, 199), 5_000, title=TITLE, text=TEXT))
    found = readings(board)
    assert [(row.part, (TITLE if row.part == "title" else TEXT)[row.start : row.end] == row.text) for row in found] == [
        ("title", True),
        ("text", True),
        ("text", True),
        ("text", True),
        ("text", True),
    ]
    assert [(row.kind, row.sims, row.customer) for row in found] == [
        ("iccid", 1, "Acme Lifts"),
        ("iccid", 100, "Acme Lifts"),
        ("", 0, ""),
        ("iccid", 1, ""),
        ("imsi", 1, "Acme Lifts"),
    ]
    assert found[1].sims_text == span_text(span(100, 199))
    assert "rounded" in found[2].warning
    assert found[3].warning == "not in the inventory"
    assert found[4].sims_text == "IMSI 2400 1000 0000 007"


def test_sims_of_fields_and_further_messages_stand_behind_the_text() -> None:
    board = fleet()
    tell(board, case("1", 5, span(100, 110), 700, title=TITLE, text=f"from {BASE + 100} to {BASE + 104}"))
    found = readings(board)
    assert [(row.part, row.text, row.sims) for row in found] == [
        ("title", str(BASE + 5), 1),
        ("text", f"{BASE + 100} to {BASE + 104}", 5),
        ("", "", 6),
        ("", "", 1),
    ]


def test_pieces_are_read_anew_when_the_case_or_the_inventory_changes() -> None:
    board = fleet()
    tell(board, case("1", 5, title=TITLE))
    query = Query(board_source(board, "readings", "native/1"))

    def now() -> list[ReadRow]:
        query.touch_all()
        query.refresh()
        return [row for row in query.rows(0, 9) if isinstance(row, ReadRow)]

    assert [row.customer for row in now()] == ["Acme Lifts"]
    tell(board, stated(sim_range(0, "c2", sims=10)))
    assert [row.customer for row in now()] == ["c2"]
    tell(board, case("1", 5, title="nothing", state=CaseState.CLOSED))
    assert [row.part for row in now()] == [""]


def test_a_range_of_several_customers_names_the_one_with_most_and_counts_the_others() -> None:
    board = fleet()
    tell(board, case("1", span(100, 1_099), text=f"{BASE + 100} - {BASE + 1_099}"))
    assert [row.customer for row in readings(board)] == ["Acme Lifts +1"]


def test_an_unknown_case_has_no_pieces() -> None:
    assert readings(fleet(), "native/9") == []
