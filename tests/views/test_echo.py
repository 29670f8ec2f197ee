"""The echo of a text: its pieces, what the text leaves out, names of batches, and whose SIMs they are."""

from feeds.board import Board
from feeds.model import SimsRead
from feeds.simspace.reader import Reader
from feeds.views.echo import OVERLAPS_TOLD, echo_of, overlaps, sims_read, strangers
from tests.views.telling import BASE, sim_range, span, stated, tell


def at(number: int) -> str:
    return str(BASE + number)


def read(board: Board, text: str, reader: Reader | None = None) -> SimsRead:
    return sims_read(board, echo_of((reader or Reader()).read(text)))


def fleet() -> Board:
    board = Board()
    tell(board, stated(sim_range(0, "c1", imsi="240010000000000"), sim_range(5, "c2")))
    return board


def test_what_the_text_leaves_out_is_a_piece_and_is_not_counted() -> None:
    text = f"{at(0)} - {at(99)} are silent, except {at(50)}"
    found = read(fleet(), text)
    assert found.count == 99
    assert found.ranges == ((at(0), at(49)), (at(51), at(99)))
    assert [(piece.count, piece.excluded) for piece in found.pieces] == [(100, False), (1, True)]
    assert all(text[piece.start : piece.end] == piece.text for piece in found.pieces)
    assert sum(one.sims for one in found.owners) == 99


def test_what_is_left_out_may_be_unknown_to_the_inventory() -> None:
    board = fleet()
    text = f"{at(0)} - {at(9)}, not affected: {at(77_777)}; and {at(88_888)}"
    echo = echo_of(Reader().read(text))
    assert [piece.shown.excluded for piece in echo.pieces][:2] == [False, True]
    assert at(77_777) not in strangers(board, echo)


def test_a_batch_of_several_ranges_is_one_piece() -> None:
    reader = Reader(batches={"B-2024-17": (span(0, 9), span(100, 109))})
    found = read(fleet(), "batch B-2024-17 is silent", reader)
    (piece,) = found.pieces
    assert (piece.kind, piece.first, piece.last, piece.count) == ("iccid", "", "", 20)
    assert found.ranges == ((at(0), at(9)), (at(100), at(109)))


def test_a_number_that_was_read_with_a_doubt_is_one_piece_and_one_that_was_not_is_another() -> None:
    board = fleet()
    found = read(board, f"{at(0)}0 and 8.94E+17 and {at(3)}0 and 8.94E+17")
    assert [piece.kind for piece in found.pieces] == ["iccid", None, "iccid", None]
    assert [piece.text for piece in found.pieces][1::2] == ["8.94E+17"] * 2
    assert found.pieces[1].start < found.pieces[3].start


def test_imsis_that_the_inventory_knows_are_counted_as_the_sims_they_are() -> None:
    board = fleet()
    found = read(board, f"{at(5)}, IMSI 240010000000005 and IMSI 240010000000990 to 240010000001009")
    assert found.count == 11
    assert found.ranges == ((at(5), at(5)), (at(990), at(999)))
    assert [piece.warning for piece in found.pieces] == ["", "", "10 of 20 are not in the inventory"]


def test_without_an_inventory_nothing_is_unknown_but_imsis() -> None:
    found = read(Board(), f"{at(5)}, IMSI 240010000000005")
    assert found.count == 1
    assert [piece.warning for piece in found.pieces] == [
        "",
        "no inventory is loaded: nothing says which SIM has this IMSI",
    ]
    assert [(one.customer, one.sims) for one in found.owners] == [("", 1)]


def test_ranges_that_lie_over_one_another_are_told_as_far_as_the_text_speaks_of_them() -> None:
    board = fleet()
    tell(board, stated(*(sim_range(0, "x", sims=10 * n) for n in range(1, OVERLAPS_TOLD + 3))))
    scope = board.inventory.bodies([span(0, 5)])
    told = overlaps(board.inventory, scope)
    assert len(told) == OVERLAPS_TOLD + 1
    assert told[-1] == "and more"
    assert overlaps(board.inventory, board.inventory.bodies([span(5_000, 5_005)])) == ()
