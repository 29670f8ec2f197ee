"""The courier against a real mail server that misbehaves, on the real log."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from feeds.courier import LedgerUnavailable, freeze
from feeds.courier.pace import Backoff, Pace
from feeds.courier.sending import LEFT_BY_A_CRASH, NO_SERVER
from feeds.facts import DeliveryMoved, Fact, UpdateDrafted
from feeds.model import DeliveryState, UpdateKind, UpdateState, UpdateText

if TYPE_CHECKING:
    from conftest import Desk, Sink

FAST_SERVER = Backoff(0.01, 0.05)
Q, T, A, F, H, U = (
    DeliveryState.QUEUED,
    DeliveryState.ATTEMPTING,
    DeliveryState.ACCEPTED,
    DeliveryState.FAILED,
    DeliveryState.HELD,
    DeliveryState.UNCERTAIN,
)
People = Callable[..., Any]
On = Callable[..., Any]


def moves(desk: Desk, place: int) -> list[DeliveryState]:
    """The steps that one delivery took."""
    return [step.state for step in desk.steps if step.index == place]


async def test_everybody_gets_the_message_once_with_the_message_id_of_the_ledger(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    update = await desk.approve(people(25))
    async with courier_on(desk, sink.settings()):
        await desk.ended(update)
    assert sorted(sink.recipients()) == sorted(f"c{number}@to.example" for number in range(25))
    ids = {sink.parsed(place)["To"]: sink.parsed(place)["Message-ID"] for place in range(25)}
    for place, delivery in enumerate(desk.deliveries(update)):
        assert (delivery.state, delivery.answer, delivery.attempts) == (A, "250 2.0.0 kept", 1)
        assert ids[f"c{place}@to.example"] == delivery.message_id
        assert moves(desk, place) == [T, A]


async def test_attempting_is_in_the_ledger_before_the_server_gets_the_message(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    seen: list[DeliveryState] = []

    def data(recipient: str) -> str:
        seen.append(desk.deliveries(update)[int(recipient[1 : recipient.index("@")])].state)
        return "250 OK"

    sink.data = data
    update = await desk.approve(people(6))
    async with courier_on(desk, sink.settings()):
        await desk.ended(update)
    assert seen == [T] * 6


async def test_nothing_is_handed_over_while_the_claim_is_not_flushed(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    claimed, flush = asyncio.Event(), asyncio.Event()

    async def hold(facts: Sequence[Fact]) -> None:
        claimed.set()
        await flush.wait()

    desk.before_write = hold
    update = await desk.approve(people(1))
    async with courier_on(desk, sink.settings(connections=1)):
        async with asyncio.timeout(10):
            await claimed.wait()
        # The server must hear of DATA before this connection can be answered on another one, were it sent.
        reader, writer = await asyncio.open_connection("127.0.0.1", sink.port)
        await reader.readline()
        assert sink.handed == []
        writer.close()
        flush.set()
        await desk.ended(update)
    assert sink.handed == ["c0@to.example"]


async def test_a_recipient_that_is_refused_for_good_has_failed_with_the_servers_own_words(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    sink.rcpt = lambda recipient: "550 5.1.1 nobody here" if recipient.startswith("c1@") else "250 OK"
    update = await desk.approve(people(3))
    async with courier_on(desk, sink.settings(connections=1)):
        await desk.ended(update)
    assert desk.states(update) == [A, F, A]
    assert desk.deliveries(update)[1].answer == "550 5.1.1 nobody here"
    assert moves(desk, 1) in ([F], [T, F]), "a claim may be on its way while the server refuses the recipient"
    assert "c1@to.example" not in sink.handed
    assert sink.sessions == 1, "a refused recipient is no reason for a new connection"


async def test_a_recipient_that_is_refused_for_now_is_tried_again_and_explained_once(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    asked: Counter[str] = Counter()

    def rcpt(recipient: str) -> str:
        asked[recipient] += 1
        if recipient.startswith("c0@") and asked[recipient] < 5:
            return f"451 4.7.1 greylisted, {asked[recipient]} s"
        return "250 OK"

    sink.rcpt = rcpt
    update = await desk.approve(people(3))
    async with courier_on(desk, sink.settings()):
        await desk.ended(update)
    assert asked["c0@to.example"] == 5
    assert [state for state in moves(desk, 0) if state is not T] in ([Q] * count + [A] for count in range(1, 5))
    assert moves(desk, 0)[-2:] == [T, A]
    assert next(step.answer for step in desk.steps if step.index == 0 and step.answer) == "451 4.7.1 greylisted, 1 s"


async def test_a_message_that_is_refused_after_it_was_sent_is_queued_again_or_has_failed(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    def data(recipient: str) -> str:
        if recipient.startswith("c0@") and sink.handed.count(recipient) == 1:
            return "452 4.3.1 no room"
        return "554 5.7.1 spam" if recipient.startswith("c1@") else "250 OK"

    sink.data = data
    update = await desk.approve(people(2))
    async with courier_on(desk, sink.settings()):
        await desk.ended(update)
    assert desk.states(update) == [A, F]
    assert moves(desk, 0) == [T, Q, T, A]
    assert desk.deliveries(update)[0].attempts == 2
    assert desk.deliveries(update)[1].answer == "554 5.7.1 spam"


async def test_an_answer_that_is_lost_makes_the_delivery_uncertain_and_nobody_sends_it_again(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    sink.data = lambda recipient: "drop" if recipient.startswith("c1@") else "250 OK"
    update = await desk.approve(people(4))
    async with courier_on(desk, sink.settings(connections=1)):
        await desk.ended(update)
    assert desk.states(update) == [A, U, A, A]
    assert desk.deliveries(update)[1].answer.startswith("handed over, then no answer")
    assert sink.handed.count("c1@to.example") == 1


async def test_an_answer_that_takes_too_long_makes_the_delivery_uncertain(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    late = asyncio.Event()

    async def data(recipient: str) -> str:
        await late.wait()
        return "250 OK"

    sink.data = data
    update = await desk.approve(people(1))
    async with courier_on(desk, sink.settings(timeout=0.2)):
        await desk.ended(update)
        late.set()
    assert desk.states(update) == [U]
    assert desk.deliveries(update)[0].answer == "handed over, then no answer: nothing heard for 0.2 s"


async def test_an_answer_that_drips_in_for_ever_ends_with_the_time_for_it(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    sink.data = lambda recipient: "drip" if recipient == "c0@to.example" else "250 OK"
    update = await desk.approve(people(3))
    async with courier_on(desk, sink.settings(timeout=0.3, connections=1)):
        await desk.ended(update)
    assert desk.states(update) == [U, A, A]
    assert desk.deliveries(update)[0].answer == "handed over, then no answer: nothing heard for 0.3 s"


async def test_a_repeat_that_a_person_decided_carries_the_same_message_id(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    contents: list[str] = []

    def data(recipient: str) -> str:
        contents.append(recipient)
        return "drop" if len(contents) == 1 else "250 OK"

    sink.data = data
    update = await desk.approve(people(1))
    before = desk.deliveries(update)[0].message_id
    async with courier_on(desk, sink.settings()):
        await desk.until(lambda: desk.states(update) == [U])
        await desk.move(update, 0, Q)
        await desk.until(lambda: desk.states(update) == [A])
    assert sink.parsed(0)["Message-ID"] == before
    assert sink.handed == ["c0@to.example"] * 2


async def test_a_connection_lost_before_the_message_leaves_the_delivery_queued(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    asked: Counter[str] = Counter()

    def rcpt(recipient: str) -> str:
        asked[recipient] += 1
        return "drop" if asked[recipient] < 3 else "250 OK"

    sink.rcpt = rcpt
    update = await desk.approve(people(2))
    async with courier_on(desk, sink.settings(connections=1)):
        await desk.ended(update)
    assert desk.states(update) == [A, A]
    assert sorted(sink.handed) == ["c0@to.example", "c1@to.example"]


async def test_one_letter_that_the_server_chokes_on_stops_nobody_else(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    sink.rcpt = lambda recipient: "drop" if recipient.startswith("c0@") else "250 OK"
    update = await desk.approve(people(5))
    async with courier_on(desk, sink.settings(connections=1)):
        await desk.until(lambda: desk.states(update)[1:] == [A] * 4)
        await desk.steer(update, "cancel")
    assert desk.states(update) == [H, A, A, A, A]


async def test_a_server_that_refuses_every_sender_for_now_keeps_everything_queued(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    asked = 0

    def mail(sender: str) -> str:
        nonlocal asked
        asked += 1
        return "421 4.3.2 shutting down" if asked == 1 else "451 4.3.0 busy" if asked < 4 else "250 OK"

    sink.mail = mail
    update = await desk.approve(people(3))
    async with courier_on(desk, sink.settings(connections=1)):
        await desk.ended(update)
    assert desk.states(update) == [A, A, A]
    assert len(sink.mails) == 3


async def test_a_server_that_is_gone_for_a_while_loses_nothing_and_the_reason_is_shown_once(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    await sink.stop()
    update = await desk.approve(people(12))
    async with courier_on(desk, sink.settings(connections=3)):
        await desk.until(lambda: all("no connection to mail server" in one.answer for one in desk.deliveries(update)))
        await sink.start()
        await desk.ended(update)
    assert desk.states(update) == [A] * 12
    assert sorted(sink.recipients()) == sorted({f"c{place}@to.example" for place in range(12)})
    assert [moves(desk, place) for place in range(12)] == [[Q, T, A]] * 12


async def test_a_server_without_starttls_gets_nothing_where_starttls_is_asked_for(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    update = await desk.approve(people(2))
    async with courier_on(desk, sink.settings(security="starttls")):
        await desk.until(lambda: all("STARTTLS" in one.answer for one in desk.deliveries(update)))
    assert desk.states(update) == [Q, Q]
    assert sink.handed == []


async def test_without_a_mail_server_everything_stays_queued_and_says_why_once(
    desk: Desk, people: People, courier_on: On
) -> None:
    update = await desk.approve(people(120))
    async with courier_on(desk, None):
        await desk.until(lambda: all(one.answer == NO_SERVER for one in desk.deliveries(update)))
        other = await desk.approve(people(1, "d"), "U-2")
        await desk.until(lambda: desk.deliveries(other)[0].answer == NO_SERVER)
    assert set(desk.states(update)) == {Q}
    assert len(desk.steps) == 121


async def test_a_paused_update_starts_nothing_new_and_goes_on_where_it_stopped(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    async def data(recipient: str) -> str:
        if recipient == "c2@to.example":
            await desk.steer(update, "pause")
        return "250 OK"

    sink.data = data
    update = await desk.approve(people(8))
    async with courier_on(desk, sink.settings(connections=1)):
        await desk.until(lambda: desk.states(update)[2] is A)
        other = await desk.approve(people(3, "d"), "U-2")
        await desk.ended(other)
        assert desk.states(update) == [A, A, A, Q, Q, Q, Q, Q]
        assert len(sink.mails) == 6
        await desk.steer(update, "resume")
        await desk.ended(update)
    assert Counter(sink.handed) == Counter(
        [*(f"c{n}@to.example" for n in range(8)), *(f"d{n}@to.example" for n in range(3))]
    )


async def test_a_cancelled_update_sends_nothing_more_but_hears_the_answer_of_what_was_on_its_way(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    async def data(recipient: str) -> str:
        if recipient == "c1@to.example":
            await desk.steer(update, "cancel")
        return "250 OK"

    sink.data = data
    update = await desk.approve(people(5))
    async with courier_on(desk, sink.settings(connections=1)):
        await desk.until(lambda: desk.states(update)[1] is A)
        await desk.ended(await desk.approve(people(2, "d"), "U-2"))
    assert desk.states(update) == [A, A, H, H, H]
    assert sink.handed[:2] == ["c0@to.example", "c1@to.example"]
    assert len(sink.handed) == 4


@pytest.mark.parametrize(("word", "state"), [("pause", Q), ("cancel", H)])
async def test_a_word_that_stands_in_the_log_before_the_claim_makes_the_claim_void(
    desk: Desk, sink: Sink, people: People, courier_on: On, word: str, state: DeliveryState
) -> None:
    async def first(facts: Sequence[Fact]) -> None:
        if any(isinstance(fact, DeliveryMoved) and fact.state is T for fact in facts):
            desk.before_write = None
            await desk.steer(update, word)

    desk.before_write = first
    update = await desk.approve(people(2))
    async with courier_on(desk, sink.settings(connections=1)):
        await desk.until(lambda: desk.update(update).state is not UpdateState.SENDING)
        await desk.ended(await desk.approve(people(1, "d"), "U-2"))
    assert desk.states(update) == [state, state]
    assert sink.handed == ["d0@to.example"]


async def test_updates_that_are_sent_at_the_same_time_take_turns(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    first = await desk.approve(people(30))
    second = await desk.approve(people(3, "d"), "U-2")
    async with courier_on(desk, sink.settings(connections=1)):
        await desk.ended(second)
        assert Q in desk.states(first)
        await desk.ended(first)
    assert len(sink.mails) == 33


async def test_what_differs_from_what_was_approved_is_held(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    text = UpdateText(done="Done.", will="Will.", need="Need.")
    await desk.log.append("jl", [UpdateDrafted(update="U-1", outage="O-12", kind=UpdateKind.PROGRESS, text=text)])
    fact = freeze(desk.update("U-1"), people(3), "operator.example", number=1)  # type: ignore[arg-type]
    forged = msgspec.structs.replace(fact.audience[1], sims=9)
    await desk.approved(
        msgspec.structs.replace(fact, audience=(fact.audience[0], forged, fact.audience[2])),
    )
    async with courier_on(desk, sink.settings()):
        await desk.ended("U-1")  # type: ignore[arg-type]
    assert desk.states("U-1") == [A, H, A]  # type: ignore[arg-type]
    assert desk.deliveries("U-1")[1].answer == "not sent: it would differ from what was approved"  # type: ignore[arg-type]
    assert sorted(sink.handed) == ["c0@to.example", "c2@to.example"]


async def test_what_a_crash_left_as_attempting_is_uncertain_and_is_not_sent(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    update = await desk.approve(people(4))
    await desk.move(update, 1, T)
    await desk.move(update, 3, T)
    async with courier_on(desk, sink.settings()):
        await desk.ended(update)
    assert desk.states(update) == [A, U, A, U]
    assert desk.deliveries(update)[1].answer == LEFT_BY_A_CRASH
    assert sorted(sink.handed) == ["c0@to.example", "c2@to.example"]


async def test_what_a_crash_left_in_a_paused_update_is_settled_when_it_is_resumed(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    update = await desk.approve(people(2))
    await desk.move(update, 0, T)
    await desk.steer(update, "pause")
    async with courier_on(desk, sink.settings()):
        await desk.ended(await desk.approve(people(1, "d"), "U-2"))
        assert desk.states(update) == [T, Q]
        await desk.steer(update, "resume")
        await desk.ended(update)
    assert desk.states(update) == [U, A]


async def test_a_courier_that_is_stopped_hears_the_answer_of_what_is_on_its_way(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    handed, answer = asyncio.Event(), asyncio.Event()

    async def data(recipient: str) -> str:
        handed.set()
        await answer.wait()
        return "250 OK"

    sink.data = data
    update = await desk.approve(people(5))
    async with courier_on(desk, sink.settings(connections=1)) as task:
        async with asyncio.timeout(10):
            await handed.wait()
        task.cancel()
        answer.set()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert desk.states(update) == [A, Q, Q, Q, Q]
    assert sink.handed == ["c0@to.example"]


async def test_a_ledger_that_cannot_be_written_for_a_while_loses_nothing_and_repeats_nothing(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    tries = 0

    async def full(facts: Sequence[Fact]) -> None:
        nonlocal tries
        tries += 1
        if tries in (2, 3, 4, 7, 8, 11):
            raise LedgerUnavailable("disk full")

    desk.before_write = full
    update = await desk.approve(people(12))
    async with courier_on(desk, sink.settings()):
        await desk.ended(update)
    assert desk.states(update) == [A] * 12
    assert Counter(sink.handed) == Counter(f"c{place}@to.example" for place in range(12))


async def test_an_error_of_the_ledger_that_is_none_of_its_own_ends_the_courier(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    async def broken(facts: Sequence[Fact]) -> None:
        raise RuntimeError("a bug")

    await desk.approve(people(2))
    desk.before_write = broken
    with pytest.raises(ExceptionGroup) as caught:
        async with asyncio.timeout(10), courier_on(desk, sink.settings()) as task:
            await task
    assert caught.group_contains(RuntimeError, match="a bug")


async def test_a_connection_is_changed_after_as_many_messages_as_configured(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    update = await desk.approve(people(9))
    async with courier_on(desk, sink.settings(connections=1, messages_per_connection=4)):
        await desk.ended(update)
    assert sink.sessions == 3


async def test_a_connection_that_the_server_closed_while_it_stood_idle_is_no_trouble(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    first = await desk.approve(people(1))
    async with courier_on(desk, sink.settings(connections=1)):
        await desk.ended(first)
        sink.hang_up()
        second = await desk.approve(people(3, "d"), "U-2")
        await desk.ended(second)
    assert [(step.state, step.answer) for step in desk.steps if step.update == second and step.state is Q] == []
    assert len(sink.mails) == 4


async def test_a_connection_that_breaks_on_its_second_letter_is_opened_anew_and_that_is_no_trouble(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    asked = 0

    def mail(sender: str) -> str:
        nonlocal asked
        asked += 1
        return "drop" if asked == 2 else "250 OK"

    sink.mail = mail
    update = await desk.approve(people(3))
    async with courier_on(desk, sink.settings(connections=1)):
        await desk.ended(update)
    assert [moves(desk, place) for place in range(3)] == [[T, A]] * 3
    assert sink.sessions == 2


async def test_a_recipient_that_is_refused_for_now_is_left_alone_for_a_while(
    desk: Desk, sink: Sink, people: People, courier_on: On
) -> None:
    asked: Counter[str] = Counter()

    def rcpt(recipient: str) -> str:
        asked[recipient] += 1
        return "450 4.2.1 full" if recipient.startswith("c0@") else "250 OK"

    sink.rcpt = rcpt
    slow = Pace(server=FAST_SERVER, recipient=Backoff(3600, 3600), look=0.01)
    update = await desk.approve(people(3))
    async with courier_on(desk, sink.settings(connections=1), slow):
        await desk.until(lambda: desk.states(update) == [Q, A, A] and desk.deliveries(update)[0].answer != "")
        await desk.ended(await desk.approve(people(3, "d"), "U-2"))
    assert asked["c0@to.example"] == 1
    assert desk.deliveries(update)[0].answer == "450 4.2.1 full"
