"""When customers count as told: from the first of them on who accepted an update, never from an approval."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from feeds.board import Board, Touched
from feeds.board.dump import WITHOUT_WORDS, Dump
from feeds.board.update.obligations import obligations
from feeds.facts import (
    DeliveryMoved,
    Entry,
    Fact,
    OutageMerged,
    OutageSuspected,
    UpdateApproved,
    UpdateDrafted,
    UpdateSteered,
)
from feeds.model import AudienceEntry, DeliveryState, Outage, OutageRow, Update, UpdateKind, UpdateText
from feeds.views import Query, board_source
from tests.extent import examples

START = datetime(2026, 2, 3, 2, 11, tzinfo=UTC)
NO_SERVER = "no mail server configured: set [mail] in config.toml"
QUEUED, ATTEMPTING, ACCEPTED = DeliveryState.QUEUED, DeliveryState.ATTEMPTING, DeliveryState.ACCEPTED


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def tell(board: Board, minute: float, *facts: Fact, by: str = "jl") -> Touched:
    touched = Touched()
    for fact in facts:
        board.apply([Entry(board.seq + 1, at(minute), by, fact)], touched)
    return touched


def approve(update: str = "U-1", outage: str = "O-1", size: int = 2, own: int = 0, **more: Any) -> tuple[Fact, Fact]:
    due = START + timedelta(minutes=20 * int(update[2:]))
    ours = tuple(AudienceEntry("", "", f"noc{n}@operator.example", own=True) for n in range(own))
    theirs = tuple(AudienceEntry(f"c{n}", f"Firm {n}", f"a{n}@example.org") for n in range(size))
    return (
        UpdateDrafted(update, outage, UpdateKind.FIRST_WORD, UpdateText("a", "b", "c", due)),
        UpdateApproved(update, "f" * 64, "", "", (*ours, *theirs), "operator.example", **more),
    )


def move(index: int, *states: DeliveryState, answer: str = "", update: str = "U-1") -> list[DeliveryMoved]:
    return [DeliveryMoved(update, index, state, answer) for state in states]


def outages(*names: str) -> Board:
    board = Board()
    for number, name in enumerate(names or ("O-1",)):
        first = 894620002000000000 + number * 1_000
        tell(board, 0, OutageSuspected(name, ((str(first), str(first + 99)),)))
    return board


def outage(board: Board, name: str = "O-1") -> Outage:
    return board.outages.outages[name]


def row(board: Board, name: str = "O-1") -> OutageRow:
    found = board_source(board, "outages", "").row(name)
    assert isinstance(found, OutageRow)
    return found


def test_an_approval_tells_nobody_and_the_row_says_what_waits_and_why() -> None:
    board = outages()
    tell(board, 0, *approve(size=44))
    tell(board, 1, *move(0, QUEUED, answer=NO_SERVER))
    assert (outage(board).told, outage(board).next_word, outage(board).updates) == (None, None, 1)
    found = row(board)
    assert (found.told, found.next_word) == (None, None)
    assert (found.waits, found.waits_for, found.waits_why) == (START, 44, NO_SERVER)
    assert obligations(board.outages.outages) == []


def test_customers_are_told_when_the_first_of_them_accepts_and_the_history_says_so() -> None:
    board = outages()
    tell(board, 0, *approve())
    touched = tell(board, 7, *move(1, ATTEMPTING, ACCEPTED))
    tell(board, 9, *move(0, ATTEMPTING, ACCEPTED))
    found = row(board)
    assert (found.told, found.next_word, found.waits) == (at(7), at(20), None)
    assert board.updates.updates["U-1"].heard == at(7)
    assert "O-1" in touched.outages
    assert [line.what for line in board.outages.timelines["O-1"]][-1] == (
        "update 1 (first word): the first of 2 contacts has it"
    )


def test_the_row_of_an_outage_follows_each_step_of_an_update_that_nobody_has() -> None:
    board = outages()
    query = Query(board_source(board, "outages", ""))
    query.window(0, 9)
    for minute, fact in enumerate([*approve(), *move(0, QUEUED, answer="421 busy")], start=1):
        query.touch(tell(board, minute, fact).outages)
    query.refresh()
    assert msgspec.json.decode(query.window(0, 9)[0][1], type=OutageRow).waits_why == "421 busy"


def test_the_operators_own_address_is_no_customer() -> None:
    board = outages()
    tell(board, 0, *approve(own=1))
    tell(board, 1, *move(0, ATTEMPTING, ACCEPTED, answer="250 ok"))
    assert outage(board).told is None
    assert (row(board).waits_for, row(board).waits_why) == (2, "")
    tell(board, 2, *move(2, ATTEMPTING, ACCEPTED))
    assert outage(board).told == at(2)
    tell(board, 3, *move(2, DeliveryState.BOUNCED))
    assert outage(board).told is None, "only we have it"


def test_what_comes_back_from_everybody_told_nobody() -> None:
    board = outages()
    tell(board, 0, *approve())
    tell(board, 1, *move(0, ATTEMPTING, ACCEPTED), *move(1, ATTEMPTING, ACCEPTED))
    tell(board, 2, *move(0, DeliveryState.BOUNCED))
    assert outage(board).told == at(1)
    tell(board, 3, *move(1, DeliveryState.BOUNCED, answer="550 no such user"))
    assert (outage(board).told, outage(board).next_word) == (None, None)
    assert row(board).waits_why == "550 no such user"
    assert "nobody has it" in board.outages.timelines["O-1"][-1].what


def test_a_second_update_that_nobody_has_leaves_the_word_and_the_promise_of_the_first() -> None:
    board = outages()
    tell(board, 0, *approve())
    tell(board, 1, *move(0, ATTEMPTING, ACCEPTED))
    tell(board, 15, *approve("U-2"))
    found = row(board)
    assert (found.told, found.next_word, found.waits, found.updates) == (at(1), at(20), at(15), 2)
    tell(board, 25, *move(0, ATTEMPTING, ACCEPTED, update="U-2"))
    found = row(board)
    assert (found.told, found.next_word, found.waits) == (at(25), at(40), None)
    tell(board, 30, *move(1, ATTEMPTING, ACCEPTED))
    assert row(board).next_word == at(40), "an older text that arrives late promises nothing new"


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ([], "held until 02:16:00"),
        ([UpdateSteered("U-1", "pause", "look")], "paused: look"),
        ([UpdateSteered("U-1", "start")], ""),
        ([UpdateSteered("U-1", "start"), UpdateSteered("U-1", "pause")], "paused"),
        ([UpdateSteered("U-1", "undo")], None),
        ([UpdateSteered("U-1", "cancel")], None),
    ],
)
def test_while_nobody_has_it_the_row_says_where_an_update_stands(steps: list[Fact], why: str | None) -> None:
    board = outages()
    tell(board, 0, *approve(hold_until=at(5)))
    tell(board, 1, *steps)
    found = row(board)
    assert (found.waits is None) == (why is None)
    assert found.waits_why == (why or "")


def test_a_survivor_waits_for_and_is_told_with_what_it_took_over() -> None:
    board = outages("O-1", "O-2")
    tell(board, 0, *approve())
    tell(board, 1, OutageMerged("O-1", "O-2"))
    assert (row(board, "O-2").waits, row(board, "O-1").waits) == (START, None)
    tell(board, 2, *move(0, ATTEMPTING, ACCEPTED))
    assert (outage(board, "O-2").told, outage(board, "O-2").next_word) == (at(2), at(20))
    assert "first of 2" in board.outages.timelines["O-2"][-1].what


def test_an_update_to_nobody_tells_nobody() -> None:
    board = outages()
    tell(board, 0, *approve(size=0))
    assert (row(board).told, row(board).waits_for, row(board).waits_why) == (None, 0, "nobody is written to")


def test_a_dump_of_the_version_before_is_read_and_its_ledger_says_when_customers_were_told() -> None:
    board = outages("O-1", "O-2", "O-3")
    tell(board, 0, *approve(own=1), *approve("U-2", "O-2"), *approve("U-3", "O-3"), OutageMerged("O-3", "O-2"))
    tell(board, 3, *move(0, ATTEMPTING, ACCEPTED), *move(1, ATTEMPTING, ACCEPTED))
    state = msgspec.msgpack.decode(board.dump(), type=Dump)
    before = [structs.replace(one, told=at(0), next_word=at(99)) for one in state.outages]
    old = structs.replace(
        state,
        format=WITHOUT_WORDS,
        outages=before,
        updates=[structs.replace(one, heard=None) for one in state.updates],
    )
    again = Board.load(msgspec.msgpack.encode(old))
    assert again.dump() == board.dump()
    assert [row(again, name).told for name in ("O-1", "O-2")] == [at(3), None]
    assert row(again, "O-2").waits == START


def _by_heart(board: Board, name: str) -> tuple[datetime | None, datetime | None]:
    """What customers of an outage were told, looked up in the ledgers alone."""

    def heard(update: Update) -> bool:
        ledger = board.updates.deliveries.get(update.id, ())
        return any(one.state is ACCEPTED and not update.audience[one.index].own for one in ledger)

    of = [one for one in board.updates.updates.values() if one.approved is not None and heard(one)]
    here = []
    for one in of:
        survivor = board.outages.survivor(one.outage)
        if survivor is not None and survivor.id == name:
            here.append(one)
    last = max(here, key=lambda one: (one.approved or START, one.number, one.id), default=None)
    return (last.heard, last.text.next_word) if last is not None else (None, None)


FACTS = st.one_of(
    st.builds(
        lambda update, index, state: [DeliveryMoved(update, index, state)],
        st.sampled_from(["U-1", "U-2", "U-3"]),
        st.integers(0, 2),
        st.sampled_from([ATTEMPTING, ACCEPTED, ACCEPTED, DeliveryState.BOUNCED, DeliveryState.UNCERTAIN, QUEUED]),
    ),
    st.builds(
        lambda update, to: [UpdateSteered(update, to)],
        st.sampled_from(["U-1", "U-2", "U-3"]),
        st.sampled_from(["undo", "start", "cancel", "pause"]),
    ),
    st.builds(
        lambda update, hold: list(approve(update, f"O-{update[2:]}", own=1, hold_until=at(1) if hold else None)),
        st.sampled_from(["U-1", "U-2", "U-3"]),
        st.booleans(),
    ),
    st.sampled_from([[OutageMerged("O-1", "O-2")], [OutageMerged("O-2", "O-3")]]),
)


@settings(max_examples=examples(60))
@given(st.lists(FACTS, max_size=40))
def test_whatever_happens_the_ledgers_say_what_was_told_and_a_dump_keeps_it(steps: list[list[Fact]]) -> None:
    board = outages("O-1", "O-2", "O-3")
    for minute, facts in enumerate(steps):
        tell(board, minute, *facts)
    again = Board.load(board.dump())
    for name in ("O-1", "O-2", "O-3"):
        if outage(board, name).merged_into is None:
            assert (outage(board, name).told, outage(board, name).next_word) == _by_heart(board, name)
        assert row(again, name) == row(board, name)
    assert again.dump() == board.dump()
