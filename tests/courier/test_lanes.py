"""Waiting times that outlive a process, pace by destination, and who must not be written to."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from feeds.courier import freeze
from feeds.courier.channels.mail import MailChannel
from feeds.courier.pace import Backoff, Pace
from feeds.courier.steps import refusals
from feeds.facts import AddressSuppressed, UpdateDrafted
from feeds.model import (
    ContactChannel,
    Delivery,
    DeliveryState,
    Try,
    UpdateId,
    UpdateKind,
    UpdateState,
    UpdateText,
)

if TYPE_CHECKING:
    from conftest import Desk, Sink

Q, T, A, F, U = (
    DeliveryState.QUEUED,
    DeliveryState.ATTEMPTING,
    DeliveryState.ACCEPTED,
    DeliveryState.FAILED,
    DeliveryState.UNCERTAIN,
)
QUICK = Pace(server=Backoff(0.01, 0.05), recipient=Backoff(0.01, 0.02), look=0.01, idle=0.2)
Fixture = Callable[..., Any]


async def refused(desk: Desk, update: UpdateId, place: int, times: int) -> None:
    for _ in range(times):
        await desk.move(update, place, T)
        await desk.move(update, place, Q, "451 later")


async def test_a_waiting_time_goes_on_after_a_restart(
    desk: Desk, sink: Sink, people: Fixture, carried: Fixture
) -> None:
    update = await desk.approve(people(3))
    await refused(desk, update, 1, 3)
    await refused(desk, update, 2, 3)
    slow = msgspec.structs.replace(QUICK, recipient=Backoff(100.0, 3600.0))
    async with carried(desk, [MailChannel(sink.settings())], slow):
        await desk.until(lambda: desk.states(update)[0] is A)
        await desk.ended(await desk.approve(people(2, "d"), "U-2"))
    assert desk.states(update) == [A, Q, Q], "400 s after the third refusal have not gone by"
    desk.now += timedelta(seconds=481)
    async with carried(desk, [MailChannel(sink.settings())], slow):
        await desk.ended(update)
    assert desk.states(update) == [A, A, A]


@pytest.mark.parametrize(
    ("steps", "count"),
    [
        ("", 0),
        ("TQ", 1),
        ("TQTQTQ", 3),
        ("TFQ", 0),
        ("TUQ", 0),
        ("TUQTQ", 1),
        ("QTQ", 2),
    ],
)
def test_refusals_in_a_row_are_read_from_the_last_steps(desk: Desk, steps: str, count: int) -> None:
    states = {"Q": Q, "T": T, "F": F, "U": U}
    tries = tuple(Try(desk.now, states[step]) for step in steps)
    assert refusals(Delivery(UpdateId("U-1"), 0, Q, "<x@y>", tries=tries)) == count


async def test_one_that_is_refused_for_now_day_after_day_is_given_up(
    desk: Desk, sink: Sink, people: Fixture, carried: Fixture
) -> None:
    sink.rcpt = lambda recipient: "450 4.2.1 full" if recipient.startswith("c0@") else "250 OK"
    update = await desk.approve(people(2))
    desk.now += timedelta(days=2)
    async with carried(desk, [MailChannel(sink.settings())], QUICK):
        await desk.ended(update)
    assert desk.states(update) == [F, A]
    assert desk.deliveries(update)[0].answer == "given up after 5 tries: 450 4.2.1 full"


async def test_a_new_domain_is_begun_slowly_and_gets_more_as_it_takes_them(
    desk: Desk, sink: Sink, people: Fixture, carried: Fixture
) -> None:
    away: Counter[str] = Counter()
    most: list[int] = []
    full = asyncio.Event()

    async def data(recipient: str) -> str:
        away["now"] += 1
        most.append(away["now"])
        if away["now"] == 2:
            full.set()
        await full.wait()
        await asyncio.sleep(0)
        away["now"] -= 1
        return "250 OK"

    sink.data = data
    update = await desk.approve(people(40))
    settings = sink.settings(connections=10, first_at_once=2, most_at_once=6)
    async with carried(desk, [MailChannel(settings)], QUICK):
        await desk.ended(update)
    assert max(most[:2]) == 2
    assert max(most) <= 6
    assert Counter(sink.handed) == Counter(f"c{number}@to.example" for number in range(40))


async def test_a_domain_that_takes_its_time_holds_up_no_other(
    desk: Desk, sink: Sink, people: Fixture, carried: Fixture
) -> None:
    go = asyncio.Event()

    async def data(recipient: str) -> str:
        if recipient.startswith("c"):
            await go.wait()
        return "250 OK"

    sink.data = data
    slow, others = people(20), people(5, "d")
    elsewhere = tuple(
        msgspec.structs.replace(entry, address=entry.address.replace("to.example", "else.example"))
        for entry in others.entries
    )
    update = await desk.approve(msgspec.structs.replace(slow, entries=(*slow.entries, *elsewhere)))
    settings = sink.settings(connections=4, first_at_once=2, most_at_once=2)
    async with carried(desk, [MailChannel(settings)], QUICK):
        await desk.until(lambda: desk.states(update)[20:] == [A] * 5)
        assert A not in desk.states(update)[:20]
        go.set()
        await desk.ended(update)
    assert Counter(sink.handed).most_common(1)[0][1] == 1


async def test_a_rate_holds_and_a_pause_does_not_wait_for_it(
    desk: Desk, sink: Sink, people: Fixture, carried: Fixture
) -> None:
    update = await desk.approve(people(1000))
    async with carried(desk, [MailChannel(sink.settings(connections=4, rate=20.0))], QUICK):
        begun = asyncio.get_running_loop().time()
        await desk.until(lambda: desk.states(update).count(A) >= 6)
        assert asyncio.get_running_loop().time() - begun >= 0.25
        await desk.steer(update, "pause")
        paused = len(sink.handed)
        await desk.until(lambda: T not in desk.states(update))
        assert len(sink.handed) <= paused + 4


async def test_an_address_that_is_suppressed_after_the_approval_gets_nothing(
    desk: Desk, sink: Sink, people: Fixture, carried: Fixture
) -> None:
    go = asyncio.Event()

    async def data(recipient: str) -> str:
        await go.wait()
        return "250 OK"

    sink.data = data
    update = await desk.approve(people(5))
    async with carried(desk, [MailChannel(sink.settings(connections=1))], QUICK):
        await desk.until(lambda: T in desk.states(update))
        fact = AddressSuppressed(channel=ContactChannel.EMAIL, address="C3@to.example", why="opt-out")
        await desk.log.append("eva", [fact])
        go.set()
        await desk.ended(update)
    assert desk.states(update) == [A, A, A, DeliveryState.SUPPRESSED, A]
    assert "c3@to.example" not in sink.handed


async def test_of_a_canary_only_its_own_get_it_until_it_goes_on(
    desk: Desk, sink: Sink, people: Fixture, carried: Fixture
) -> None:
    text = UpdateText(done="Done.", will="Will.", need="Need.")
    await desk.log.append("jl", [UpdateDrafted(update="U-1", outage="O-12", kind=UpdateKind.PROGRESS, text=text)])
    update = UpdateId("U-1")
    fact = freeze(desk.update(update), people(10), "operator.example", number=1)
    await desk.approved(msgspec.structs.replace(fact, canary=3))
    assert desk.update(update).state is UpdateState.CANARY
    async with carried(desk, [MailChannel(sink.settings())], QUICK):
        await desk.until(lambda: desk.states(update)[:3] == [A] * 3)
        await desk.ended(await desk.approve(people(2, "d"), "U-2"))
        assert desk.states(update)[3:] == [Q] * 7
        await desk.steer(update, "go on")
        await desk.ended(update)
    assert Counter(sink.handed).most_common(1)[0][1] == 1


async def test_two_channels_for_the_same_contacts_are_refused(desk: Desk, sink: Sink, carried: Fixture) -> None:
    with pytest.raises(ValueError, match="two channels for the same contacts: e-mail"):
        async with carried(desk, [MailChannel(sink.settings()), MailChannel(sink.settings())], QUICK):
            pass
