"""From draft to sent: proposal, approval, hold, canary, the rest; and what stops it on the way."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from feeds.board import Board, Touched
from feeds.board.update.obligations import obligations
from feeds.board.update.procedure import Changes, next_steps
from feeds.facts import (
    AddressAllowed,
    AddressSuppressed,
    CustomersStated,
    DeliveryMoved,
    Entry,
    Fact,
    OutageMerged,
    OutageScoped,
    OutageSuspected,
    RangesStated,
    UpdateApproved,
    UpdateDrafted,
    UpdateProposed,
    UpdateSteered,
)
from feeds.model import (
    AudienceEntry,
    Contact,
    ContactChannel,
    Customer,
    DeliveryState,
    SimRange,
    Update,
    UpdateKind,
    UpdateState,
    UpdateText,
)

START = datetime(2026, 2, 3, 1, 2, 0, tzinfo=UTC)
PROMISE = START + timedelta(hours=1)
HOLD = START + timedelta(minutes=5)
SCOPE = 0.1
MAIL = ContactChannel.EMAIL


def tell(board: Board, *facts: Fact, by: str = "jl") -> Touched:
    touched = Touched()
    for fact in facts:
        seq = board.seq + 1
        board.apply([Entry(seq, START + timedelta(seconds=seq), by, fact)], touched)
    return touched


def ends(number: int) -> tuple[str, str]:
    return f"8946200020{number:03d}000", f"8946200020{number:03d}099"


def fleet(count: int = 20) -> Board:
    """An outage that hits so many customers with 100 SIMs each."""
    board = Board()
    contact = Contact(channel=MAIL, address="noc@example.org")
    customers = tuple(Customer(id=f"c{n}", name=f"Firm {n}", contacts=(contact,)) for n in range(count + 10))
    ranges = tuple(SimRange(first=ends(n)[0], last=ends(n)[1], customer=f"c{n}") for n in range(count + 10))
    hit = tuple(ends(n) for n in range(count))
    tell(board, CustomersStated(customers), RangesStated(ranges), OutageSuspected("O-1", hit))
    return board


def draft(name: str = "U-1", text: str = "we look") -> UpdateDrafted:
    return UpdateDrafted(name, "O-1", UpdateKind.PROGRESS, UpdateText(text, "b", "c", PROMISE))


def approval(board: Board, name: str = "U-1", **changes: Any) -> UpdateApproved:
    audience = tuple(
        AudienceEntry(
            customer=item.customer,
            name=item.customer,
            address=f"{item.customer}@example.org",
            sims=item.sims,
            ranges=item.ranges,
        )
        for item in board.outages.impact("O-1")
    )
    fact = UpdateApproved(name, "F" * 64, "", "", audience, "example.org", hold_until=HOLD, canary=5)
    return structs.replace(fact, **changes)


def held(count: int = 20, **changes: Any) -> Board:
    board = fleet(count)
    tell(board, draft(), UpdateProposed("U-1", "F" * 64, count))
    tell(board, approval(board, **changes), by="mk")
    return board


def update(board: Board, name: str = "U-1") -> Update:
    return board.updates.updates[name]


def move(index: int, *states: DeliveryState, answer: str = "") -> list[DeliveryMoved]:
    return [DeliveryMoved("U-1", index, state, answer) for state in states]


SENT = (DeliveryState.ATTEMPTING, DeliveryState.ACCEPTED)


def look(board: Board, now: datetime = HOLD, changes: Changes | None = None) -> list[tuple[str, str]]:
    """Take the next steps; return what they were. What was worked out before must not show."""
    steps = next_steps(board, now, SCOPE, changes)
    assert steps == next_steps(board, now, SCOPE)
    tell(board, *steps, by="vaken/courier")
    return [(step.to, step.reason) for step in steps]


def test_a_proposal_names_who_what_and_for_how_many_and_rewriting_takes_it_back() -> None:
    board = fleet()
    tell(board, draft(), UpdateProposed("U-1", "d" * 64, 20), by="eva")
    found = update(board)
    assert (found.state, found.proposed_by, found.proposed_for) == (UpdateState.PROPOSED, "eva", 20)
    assert found.proposed is not None
    tell(board, draft(text="other"))
    found = update(board)
    assert (found.state, found.proposed_by, found.proposed_for, found.digest) == (UpdateState.DRAFT, "", 0, "")


def test_nobody_is_told_anything_while_an_approval_is_held() -> None:
    board = held()
    assert update(board).state is UpdateState.HOLD
    outage = board.outages.outages["O-1"]
    assert (outage.told, outage.next_word, outage.updates) == (None, None, 0)
    assert look(board, HOLD - timedelta(seconds=1)) == []
    assert look(board) == [("start", "")]
    outage = board.outages.outages["O-1"]
    assert (update(board).state, outage.updates, outage.next_word) == (UpdateState.CANARY, 1, None)
    assert outage.told is None, "it leaves, and nobody has it"


def test_an_undone_approval_is_a_draft_that_can_be_approved_again_with_the_same_number() -> None:
    board = held()
    touched = tell(board, UpdateSteered("U-1", "undo"))
    found = update(board)
    assert (found.state, found.author, found.audience, found.approver) == (UpdateState.DRAFT, "jl", (), "")
    assert "U-1" not in board.updates.deliveries
    assert "U-1/0" in touched.deliveries
    assert look(board) == []
    tell(board, draft(text="better"))
    tell(board, approval(board))
    assert (update(board).number, update(board).text.done) == (1, "better")
    assert Board.load(board.dump()).dump() == board.dump()


@pytest.mark.parametrize("state", ["canary", "sending", "done", "cancelled"])
def test_what_has_begun_cannot_be_undone(state: str) -> None:
    board = held(count=2, canary=1)
    look(board)
    if state == "cancelled":
        tell(board, UpdateSteered("U-1", "cancel"))
    if state in ("sending", "done"):
        tell(board, *move(0, *SENT))
        look(board)
    if state == "done":
        tell(board, *move(1, *SENT))
    assert update(board).state.value == state
    tell(board, UpdateSteered("U-1", "undo"))
    assert update(board).state.value == state


def test_the_rest_follows_when_every_canary_was_accepted() -> None:
    board = held()
    look(board)
    for index in range(4):
        tell(board, *move(index, *SENT))
        assert look(board) == []
    tell(board, AddressSuppressed(MAIL, update(board).audience[4].address, "opt-out"))
    assert board.updates.deliveries["U-1"][4].state is DeliveryState.SUPPRESSED
    assert look(board) == [("go on", "the 5 first messages arrived")]
    assert update(board).state is UpdateState.SENDING


@pytest.mark.parametrize(
    ("states", "why"),
    [
        ((DeliveryState.ATTEMPTING, DeliveryState.FAILED), "1 of the 5 first messages failed: 550 no"),
        ((DeliveryState.ATTEMPTING, DeliveryState.UNCERTAIN), "1 of the 5 first messages got no answer: 550 no"),
        ((DeliveryState.HELD,), "1 of the 5 first messages could not go out: 550 no"),
        ((*SENT, DeliveryState.BOUNCED), "1 of the 5 first messages came back: 550 no"),
    ],
)
def test_any_doubt_about_the_canary_stops_the_rest(states: tuple[DeliveryState, ...], why: str) -> None:
    board = held()
    look(board)
    tell(board, *move(2, *states, answer="550 no"))
    assert look(board) == [("pause", why)]
    found = update(board)
    assert (found.state, found.paused_from, found.steered) == (UpdateState.PAUSED, UpdateState.CANARY, why)
    assert look(board) == []
    tell(board, UpdateSteered("U-1", "go on"))
    assert update(board).state is UpdateState.SENDING


def test_a_canary_that_was_suppressed_as_a_whole_proves_nothing() -> None:
    board = held()
    look(board)
    tell(board, *(AddressSuppressed(MAIL, entry.address, "opt-out") for entry in update(board).audience[:5]))
    assert look(board) == [("pause", "none of the first messages was sent: all suppressed")]


def test_an_update_paused_in_its_canary_resumes_in_its_canary() -> None:
    board = held()
    look(board)
    tell(board, UpdateSteered("U-1", "pause"), UpdateSteered("U-1", "resume"))
    assert update(board).state is UpdateState.CANARY
    assert update(board).paused_from is None


def test_an_update_paused_while_it_was_held_can_still_be_undone() -> None:
    board = held()
    tell(board, UpdateSteered("U-1", "pause"), UpdateSteered("U-1", "go on"))
    assert update(board).state is UpdateState.PAUSED
    tell(board, UpdateSteered("U-1", "undo"))
    assert update(board).state is UpdateState.DRAFT


@pytest.mark.parametrize("began", [False, True])
def test_a_change_of_more_customers_than_allowed_pauses_until_somebody_looks(began: bool) -> None:
    board, changes = held(), Changes()
    look(board, START, changes)
    if began:
        look(board, HOLD, changes)
    tell(board, OutageScoped("O-1", tuple(ends(n) for n in range(2, 21))))
    ((to, why),) = look(board, HOLD, changes)
    assert to == "pause"
    assert why == "the customers in O-1 changed since the approval: 1 more are hit, 2 are no longer hit"
    assert (update(board).state, update(board).scope_changed) == (UpdateState.PAUSED, 0.15)
    assert look(board, HOLD, changes) == []
    tell(board, UpdateSteered("U-1", "resume", "looked", scope=0.15))
    assert update(board).state is (UpdateState.CANARY if began else UpdateState.HOLD)
    steps = look(board, HOLD, changes)
    assert "pause" not in [to for to, _why in steps], "what somebody looked at does not stop it again"
    tell(board, OutageScoped("O-1", tuple(ends(n) for n in range(6, 21))))
    assert [to for to, _why in look(board, HOLD, changes)] == ["pause"]


def test_a_change_of_few_customers_or_after_the_canary_stops_nothing() -> None:
    board = held()
    tell(board, OutageScoped("O-1", tuple(ends(n) for n in range(1, 21))))
    assert look(board) == [("start", "")]
    board = held(canary=0, hold_until=None)
    tell(board, OutageScoped("O-1", (ends(25),)))
    assert look(board) == []


def test_other_sims_of_a_customer_are_a_change_and_customers_who_were_never_reached_are_none() -> None:
    board = fleet()
    tell(board, draft())
    fact = approval(board)
    unreached = tuple(entry.customer for entry in fact.audience[10:])
    tell(board, structs.replace(fact, audience=fact.audience[:10], unreached=unreached))
    assert len(update(board).audience) == 10
    assert next_steps(board, START, SCOPE) == []
    half = tuple((first, last[:-2] + "49") for first, last in (ends(n) for n in range(20)))
    tell(board, OutageScoped("O-1", half))
    ((to, why),) = look(board, START)
    assert (to, why) == ("pause", "the customers in O-1 changed since the approval: 10 have other SIMs in it")


def test_a_paused_update_whose_customers_change_needs_a_look_as_well() -> None:
    board = held()
    look(board)
    tell(board, UpdateSteered("U-1", "pause"))
    tell(board, OutageScoped("O-1", (ends(25),)))
    assert [to for to, _why in look(board)] == ["pause"]
    assert update(board).scope_changed > SCOPE
    assert update(board).paused_from is UpdateState.CANARY


def test_a_held_update_of_an_outage_that_is_merged_stops() -> None:
    board = held()
    tell(board, OutageSuspected("O-2", (ends(25),)), OutageMerged("O-1", "O-2"))
    ((to, why),) = look(board)
    assert to == "pause"
    assert "O-1 was merged into O-2" in why


def test_a_suppressed_address_gets_nothing_that_waits_and_what_was_accepted_stays() -> None:
    board = held(canary=0, hold_until=None)
    audience = update(board).audience
    tell(board, *move(0, *SENT), *move(1, DeliveryState.ATTEMPTING))
    tell(board, *(AddressSuppressed(MAIL, audience[n].address.upper(), "hard bounce", "550 gone") for n in range(3)))
    ledger = board.updates.deliveries["U-1"]
    assert [one.state.value for one in ledger[:4]] == ["accepted", "attempting", "suppressed", "queued"]
    assert ledger[2].answer == "hard bounce: 550 gone"
    tell(board, *move(1, DeliveryState.QUEUED, answer="451 later"))
    assert board.updates.deliveries["U-1"][1].state is DeliveryState.SUPPRESSED


def test_who_is_suppressed_before_the_approval_is_so_in_the_ledger_from_the_start() -> None:
    board = fleet(count=2)
    tell(
        board, AddressSuppressed(MAIL, "c0@example.org", "opt-out"), draft(), approval(board, canary=0, hold_until=None)
    )
    assert [one.state.value for one in board.updates.deliveries["U-1"]] == ["suppressed", "queued"]
    tell(board, *move(1, *SENT))
    assert update(board).state is UpdateState.DONE


def test_a_suppression_that_was_lifted_is_gone_and_a_number_is_known_in_any_spelling() -> None:
    board = Board()
    tell(board, AddressSuppressed(ContactChannel.SMS, "+46 70-123 45 67", "opt-out", "STOP"))
    assert board.suppressions.why(ContactChannel.SMS, "0046701234567") == "opt-out: STOP"
    assert board.suppressions.why(MAIL, "46701234567") == ""
    tell(board, AddressAllowed(ContactChannel.SMS, "+46701234567"))
    assert board.suppressions.why(ContactChannel.SMS, "+46701234567") == ""


def test_the_last_update_of_an_outage_is_one_that_left() -> None:
    board = held()
    assert board.updates.last_of("O-1") is None
    look(board)
    last = board.updates.last_of("O-1")
    assert last is not None
    assert last.id == "U-1"
    board = held()
    tell(board, UpdateSteered("U-1", "cancel"))
    assert board.updates.last_of("O-1") is None


def test_a_promise_is_owed_until_the_next_word_and_not_beyond_an_all_clear_without_one() -> None:
    board = held(canary=0, hold_until=None)
    assert obligations(board.outages.outages) == [], "nobody has it, so nobody was promised anything"
    tell(board, *move(3, *SENT))
    assert [(one.outage, one.due) for one in obligations(board.outages.outages)] == [("O-1", PROMISE)]
    tell(board, UpdateDrafted("U-2", "O-1", UpdateKind.ALL_CLEAR, UpdateText("a", "b", "c")))
    tell(board, approval(board, "U-2", canary=0, hold_until=None))
    assert [one.due for one in obligations(board.outages.outages)] == [PROMISE], "an approval keeps no promise"
    tell(board, *(structs.replace(one, update="U-2") for one in move(0, *SENT)))
    assert obligations(board.outages.outages) == []
