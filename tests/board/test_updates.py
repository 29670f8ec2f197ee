"""The ledger of updates: only allowed steps are taken, the tallies are always right, and accepted is accepted."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule
from msgspec import structs

from feeds.board import Board, Touched
from feeds.board.update.updates import OPEN_STATES, TRIES_KEPT, UNDER_WAY, may_move
from feeds.facts import (
    AddressAllowed,
    AddressSuppressed,
    DeliveryMoved,
    Entry,
    Fact,
    OutageSuspected,
    UpdateApproved,
    UpdateDrafted,
    UpdateSteered,
)
from feeds.model import AudienceEntry, ContactChannel, Delivery, DeliveryState, UpdateKind, UpdateState, UpdateText
from tests.extent import examples

START = datetime(2026, 2, 3, 1, 2, 0, tzinfo=UTC)
FINAL = frozenset(DeliveryState) - OPEN_STATES


def tell(board: Board, *facts: Fact, by: str = "jl") -> Touched:
    touched = Touched()
    for fact in facts:
        seq = board.seq + 1
        board.apply([Entry(seq, START + timedelta(seconds=seq), by, fact)], touched)
    return touched


def draft(update: str = "U-1", text: str = "we look", outage: str = "O-1") -> UpdateDrafted:
    return UpdateDrafted(update, outage, UpdateKind.PROGRESS, UpdateText(text, "b", "c"))


def approval(update: str = "U-1", size: int = 3, digest: str = "F" * 64) -> UpdateApproved:
    audience = tuple(AudienceEntry(customer=f"c{n}", name="n", address=f"a{n}@example.org") for n in range(size))
    return UpdateApproved(update, digest, "s", "b", audience, "Vaken.Example")


def sending(size: int = 3) -> Board:
    board = Board()
    tell(board, OutageSuspected("O-1", ()), draft(), approval(size=size))
    return board


def step(index: int, *states: DeliveryState, answer: str = "", update: str = "U-1") -> list[DeliveryMoved]:
    return [DeliveryMoved(update, index, state, answer) for state in states]


def steer(to: Literal["pause", "resume", "cancel", "undo", "start", "go on"], update: str = "U-1") -> UpdateSteered:
    return UpdateSteered(update, to)


def states(board: Board, update: str = "U-1") -> list[str]:
    return [delivery.state.value for delivery in board.updates.deliveries[update]]


def state(board: Board, update: str = "U-1") -> UpdateState:
    return board.updates.updates[update].state


SENT = (DeliveryState.ATTEMPTING, DeliveryState.ACCEPTED)


def test_a_draft_may_be_rewritten_and_keeps_when_it_was_begun() -> None:
    board = Board()
    tell(board, draft(text="one"), by="jl")
    tell(board, draft(text="two"), by="mk")
    found = board.updates.updates["U-1"]
    assert (found.text.done, found.author, found.drafted, found.seq) == ("two", "mk", START + timedelta(seconds=1), 2)
    assert board.updates.drafted == 1


def test_what_was_approved_cannot_be_rewritten_nor_approved_again() -> None:
    board = sending()
    before = board.updates.updates["U-1"], list(board.updates.deliveries["U-1"])
    touched = tell(board, draft(text="other"), approval(size=9, digest="0" * 64))
    assert (board.updates.updates["U-1"], board.updates.deliveries["U-1"]) == before
    assert not touched.updates
    assert not touched.deliveries
    assert board.outages.outages["O-1"].updates == 1


def test_a_cancelled_draft_stays_cancelled() -> None:
    board = Board()
    tell(board, draft(), steer("cancel"), draft(text="other"), approval())
    assert state(board) is UpdateState.CANCELLED
    assert board.updates.updates["U-1"].text.done == "we look"
    assert "U-1" not in board.updates.deliveries


def test_an_approval_freezes_text_and_audience_and_queues_everybody() -> None:
    board = Board()
    tell(board, draft(), by="jl")
    touched = tell(board, approval(), by="mk")
    found = board.updates.updates["U-1"]
    assert (found.state, found.author, found.approver, found.digest) == (UpdateState.SENDING, "jl", "mk", "F" * 64)
    assert [entry.address for entry in found.audience] == ["a0@example.org", "a1@example.org", "a2@example.org"]
    assert states(board) == ["queued"] * 3
    assert touched.deliveries == {"U-1/0", "U-1/1", "U-1/2"}


def test_an_approval_for_nobody_is_done_at_once() -> None:
    board = sending(size=0)
    assert state(board) is UpdateState.DONE
    assert board.updates.updates["U-1"].ended is not None
    assert "U-1" not in board.updates.deliveries
    tell(board, *step(0, DeliveryState.ATTEMPTING))
    assert Board.load(board.dump()).dump() == board.dump()


def test_an_approval_of_an_unknown_update_changes_nothing() -> None:
    board = Board()
    tell(board, approval("U-9"), steer("cancel", "U-9"), *step(0, DeliveryState.ATTEMPTING, update="U-9"))
    assert not board.updates.updates
    assert not board.updates.deliveries


def test_message_ids_are_unique_plain_and_never_change() -> None:
    board = sending()
    tell(board, draft("U-2"), approval("U-2"))
    ids = [one.message_id for ledger in board.updates.deliveries.values() for one in ledger]
    assert ids[0] == "<u-1.0.ffffffffffffffffffff@vaken.example>"
    assert len(set(ids)) == 6
    tell(board, *step(0, DeliveryState.ATTEMPTING, DeliveryState.FAILED, DeliveryState.QUEUED, *SENT))
    assert [one.message_id for one in board.updates.deliveries["U-1"]] == ids[:3]


def test_an_update_is_done_when_nothing_is_open_any_more() -> None:
    board = sending()
    tell(board, *step(0, *SENT), *step(1, DeliveryState.ATTEMPTING, DeliveryState.FAILED))
    assert state(board) is UpdateState.SENDING
    tell(board, *step(2, DeliveryState.SUPPRESSED))
    found = board.updates.updates["U-1"]
    assert (found.state, found.ended) == (UpdateState.DONE, START + timedelta(seconds=board.seq))


def test_sending_a_failed_one_again_reopens_the_update() -> None:
    board = sending(size=1)
    tell(board, *step(0, DeliveryState.ATTEMPTING, DeliveryState.FAILED))
    assert state(board) is UpdateState.DONE
    tell(board, *step(0, DeliveryState.QUEUED, answer="queued again by jl"))
    assert (state(board), board.updates.updates["U-1"].ended) == (UpdateState.SENDING, None)
    tell(board, *step(0, *SENT))
    assert (state(board), board.updates.deliveries["U-1"][0].attempts) == (UpdateState.DONE, 2)


def test_an_accepted_delivery_can_only_stay_so_or_bounce() -> None:
    later = {new for new in DeliveryState if may_move(DeliveryState.ACCEPTED, new)}
    assert later == {DeliveryState.ACCEPTED, DeliveryState.BOUNCED}
    assert not any(may_move(DeliveryState.BOUNCED, new) for new in DeliveryState)


def test_the_answer_of_the_other_side_is_kept_until_the_next_attempt() -> None:
    board = sending()
    tell(board, *step(0, DeliveryState.ATTEMPTING), *step(0, DeliveryState.QUEUED, answer="451 try later"))
    tell(board, *step(0, DeliveryState.FAILED))
    assert board.updates.deliveries["U-1"][0].answer == "451 try later"
    tell(board, *step(0, DeliveryState.QUEUED, DeliveryState.ATTEMPTING))
    assert board.updates.deliveries["U-1"][0].answer == ""


def test_cancel_holds_what_waits_and_lets_what_is_under_way_end() -> None:
    board = sending(size=4)
    tell(board, *step(0, *SENT), *step(1, DeliveryState.ATTEMPTING), *step(2, DeliveryState.ATTEMPTING))
    touched = tell(board, steer("cancel"))
    assert states(board) == ["accepted", "attempting", "attempting", "held"]
    assert touched.deliveries == {"U-1/3"}
    tell(board, *step(1, DeliveryState.ACCEPTED), *step(2, DeliveryState.QUEUED, answer="451 try later"))
    assert states(board) == ["accepted", "accepted", "held", "held"]
    assert board.updates.deliveries["U-1"][2].answer == "cancelled; 451 try later"
    assert state(board) is UpdateState.CANCELLED


def test_what_was_cancelled_can_be_neither_resumed_nor_sent_again() -> None:
    board = sending()
    tell(board, steer("cancel"), steer("resume"), steer("pause"), *step(0, DeliveryState.QUEUED, *SENT))
    assert state(board) is UpdateState.CANCELLED
    assert states(board) == ["held"] * 3


def test_pause_and_resume_take_turns_and_a_draft_knows_neither() -> None:
    board = Board()
    tell(board, draft(), steer("pause"))
    assert state(board) is UpdateState.DRAFT
    tell(board, approval(), steer("resume"))
    assert state(board) is UpdateState.SENDING
    tell(board, steer("pause"))
    assert state(board) is UpdateState.PAUSED
    tell(board, steer("resume"))
    assert state(board) is UpdateState.SENDING


def test_the_last_steps_are_kept_and_of_repeated_reasons_to_wait_the_newest() -> None:
    board = sending(size=1)
    tell(board, *step(0, DeliveryState.QUEUED, answer="one"), *step(0, DeliveryState.QUEUED, answer="two"))
    for number in range(5):
        tell(board, *step(0, DeliveryState.ATTEMPTING), *step(0, DeliveryState.QUEUED, answer=f"451 {number}"))
    tries = board.updates.deliveries["U-1"][0].tries
    assert len(tries) == TRIES_KEPT
    assert [one.answer for one in tries if one.state is DeliveryState.QUEUED] == [f"451 {n}" for n in range(1, 5)]
    board = sending(size=1)
    tell(board, *step(0, DeliveryState.QUEUED, answer="one"), *step(0, DeliveryState.QUEUED, answer="two"))
    assert [one.answer for one in board.updates.deliveries["U-1"][0].tries] == ["two"]


def test_a_step_outside_the_audience_changes_nothing() -> None:
    board = sending()
    touched = tell(board, *step(3, DeliveryState.ATTEMPTING), *step(-1, DeliveryState.ATTEMPTING))
    assert states(board) == ["queued"] * 3
    assert not touched.deliveries


@given(st.lists(st.tuples(st.sampled_from(["U-1", "U-2", "U-3"]), st.booleans(), st.sampled_from(["O-1", "O-2"]))))
@settings(max_examples=examples(100))
def test_numbers_count_up_within_an_outage_in_the_order_of_approval(found: list[tuple[str, bool, str]]) -> None:
    board = Board()
    tell(board, OutageSuspected("O-1", ()), OutageSuspected("O-2", ()))
    approved: list[str] = []
    for update, approve, outage in found:
        before = state(board, update) if update in board.updates.updates else None
        tell(board, approval(update) if approve else draft(update, outage=outage))
        if approve and before is UpdateState.DRAFT:
            approved.append(update)
    for outage in ("O-1", "O-2"):
        mine = [one for update in approved if (one := board.updates.updates[update]).outage == outage]
        assert [one.number for one in mine] == list(range(1, len(mine) + 1))
        assert board.outages.outages[outage].updates == len(mine)
    assert board.updates.drafted == len(board.updates.updates)


class Ledger(RuleBasedStateMachine):
    """People and the courier do what they like with up to a few updates; the promises hold after every step."""

    approved = Bundle("approved")

    def __init__(self) -> None:
        super().__init__()
        self.board = Board()
        self.names = 0
        self.accepted: dict[str, Delivery] = {}
        self.ids: dict[str, str] = {}
        self.frozen: dict[str, tuple[UpdateText, str]] = {}
        self.cancelled: set[str] = set()

    @rule(target=approved, size=st.integers(1, 4))
    def approve(self, size: int) -> str:
        self.names += 1
        name = f"U-{self.names}"
        tell(self.board, draft(name), approval(name, size, digest=f"{self.names:064d}"))
        self.frozen[name] = (self.board.updates.updates[name].text, self.board.updates.updates[name].digest)
        return name

    @rule(
        name=approved, index=st.integers(-1, 4), new=st.sampled_from(DeliveryState), answer=st.sampled_from(["", "ok"])
    )
    def courier_steps(self, name: str, index: int, new: DeliveryState, answer: str) -> None:
        tell(self.board, DeliveryMoved(name, index, new, answer))

    @rule(name=approved, index=st.integers(0, 3))
    def courier_sends(self, name: str, index: int) -> None:
        tell(self.board, *step(index, *SENT, update=name))

    @rule(name=approved, to=st.sampled_from(["pause", "resume", "go on", "start"]))
    def people_steer(self, name: str, to: Literal["pause", "resume", "go on", "start"]) -> None:
        tell(self.board, steer(to, name))

    @rule(target=approved, size=st.integers(1, 4), canary=st.integers(0, 2))
    def approve_with_a_hold(self, size: int, canary: int) -> str:
        self.names += 1
        name = f"U-{self.names}"
        fact = structs.replace(approval(name, size, digest=f"{self.names:064d}"), hold_until=START, canary=canary)
        tell(self.board, draft(name), fact)
        self.frozen[name] = (self.board.updates.updates[name].text, self.board.updates.updates[name].digest)
        return name

    @rule(index=st.integers(0, 3), lift=st.booleans())
    def an_address_is_suppressed(self, index: int, lift: bool) -> None:
        address = f"a{index}@example.org"
        kind = ContactChannel.EMAIL
        tell(self.board, AddressAllowed(kind, address) if lift else AddressSuppressed(kind, address, "opt-out"))

    @rule(target=approved, name=consumes(approved))
    def people_cancel(self, name: str) -> str:
        before = state(self.board, name)
        tell(self.board, steer("cancel", name))
        if before is not UpdateState.DONE:
            self.cancelled.add(name)
            assert self.board.updates.tally(name, DeliveryState.QUEUED) == 0
        return name

    @rule(name=approved)
    def people_try_to_rewrite(self, name: str) -> None:
        tell(self.board, draft(name, text="something else"), approval(name, size=1))

    @rule(target=approved)
    def the_hub_starts_again(self) -> object:
        self.board = Board.load(self.board.dump())
        return multiple()

    @invariant()
    def tallies_equal_a_recount(self) -> None:
        updates = self.board.updates
        for name, ledger in updates.deliveries.items():
            held = {one: count for one, count in updates.tallies[name].items() if count}
            assert held == Counter(delivery.state for delivery in ledger)
            assert len(ledger) == len(updates.updates[name].audience)

    @invariant()
    def an_accepted_delivery_is_never_sent_again(self) -> None:
        for ledger in self.board.updates.deliveries.values():
            for delivery in ledger:
                if delivery.key in self.accepted:
                    assert delivery.state in (DeliveryState.ACCEPTED, DeliveryState.BOUNCED)
                    assert delivery.attempts == self.accepted[delivery.key].attempts
                elif delivery.state is DeliveryState.ACCEPTED:
                    self.accepted[delivery.key] = delivery

    @invariant()
    def those_under_way_are_known(self) -> None:
        under_way = {name for name, one in self.board.updates.updates.items() if one.state in UNDER_WAY}
        assert set(self.board.updates.under_way) == under_way

    @invariant()
    def nothing_waits_for_a_suppressed_address(self) -> None:
        for name, ledger in self.board.updates.deliveries.items():
            for delivery in ledger:
                entry = self.board.updates.updates[name].audience[delivery.index]
                if self.board.suppressions.why(entry.channel, entry.address):
                    assert delivery.state is not DeliveryState.QUEUED

    @invariant()
    def message_ids_stay_and_are_unique(self) -> None:
        now = {one.key: one.message_id for ledger in self.board.updates.deliveries.values() for one in ledger}
        assert len(set(now.values())) == len(now)
        assert {key: now[key] for key in self.ids} == self.ids
        self.ids = now

    @invariant()
    def done_is_exactly_when_nothing_is_open(self) -> None:
        for name, update in self.board.updates.updates.items():
            waiting = any(one.state in OPEN_STATES for one in self.board.updates.deliveries[name])
            if update.state is not UpdateState.CANCELLED:
                assert (update.state is UpdateState.DONE) == (not waiting)
            assert (update.ended is not None) == (update.state in (UpdateState.DONE, UpdateState.CANCELLED))

    @invariant()
    def cancelled_stays_cancelled_and_nothing_waits_in_it(self) -> None:
        for name in self.cancelled:
            assert state(self.board, name) is UpdateState.CANCELLED
            assert not self.board.updates.tally(name, DeliveryState.QUEUED)

    @invariant()
    def what_was_approved_is_frozen(self) -> None:
        for name, frozen in self.frozen.items():
            assert (self.board.updates.updates[name].text, self.board.updates.updates[name].digest) == frozen


Ledger.TestCase.settings = settings(max_examples=examples(60), stateful_step_count=25)
TestLedger = Ledger.TestCase
