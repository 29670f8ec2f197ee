"""A courier that is killed again and again: nobody is skipped, and nothing that was acknowledged is repeated."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from feeds.courier.sending import LEFT_BY_A_CRASH
from feeds.model import DeliveryState, UpdateId

if TYPE_CHECKING:
    from conftest import Desk, Sink

VICTIMS = Path(__file__).with_name("crash_victim.py")
CONNECTIONS = 3
KILLED = -signal.SIGKILL
Fixture = Callable[..., Any]


class Victims:
    """Couriers that die. ``pid`` is the one that runs."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self.pid = 0

    async def begin(self, directory: Path, port: int, at: int = 0, when: str = "before") -> None:
        """Start one, to be killed at a write of its own."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{directory} {port} {at} {when}\n".encode())
        self.pid = await self._number()

    async def end(self) -> int:
        """Return how the one that runs ended."""
        return await self._number()

    async def _number(self) -> int:
        assert self._process.stdout is not None
        async with asyncio.timeout(60):
            return int(await self._process.stdout.readline())


@pytest.fixture
async def victims() -> AsyncIterator[Victims]:
    process = await asyncio.create_subprocess_exec(sys.executable, str(VICTIMS), stdin=PIPE, stdout=PIPE)
    yield Victims(process)
    assert process.stdin is not None
    process.stdin.close()
    await process.wait()


def held(desk: Desk, update: UpdateId, sink: Sink, name: str, killed: int) -> None:
    """Compare the ledger with the mailbox after a life that was cut short ``killed`` times."""
    came = Counter(address for address in sink.recipients() if address.startswith(f"{name}"))
    for delivery in desk.deliveries(update):
        count = came.pop(f"{name}{delivery.index}@to.example", 0)
        if delivery.state is DeliveryState.ACCEPTED:
            assert count == 1, f"{delivery} came {count} times"
        else:
            assert delivery.state is DeliveryState.UNCERTAIN, f"{delivery} was left behind"
            assert delivery.answer == LEFT_BY_A_CRASH
            assert count <= 1, f"{delivery} came {count} times"
    assert not came, "somebody outside the audience got mail"
    uncertain = desk.states(update).count(DeliveryState.UNCERTAIN)
    assert uncertain <= CONNECTIONS * killed, "a crash leaves no more in doubt than there are connections"


@pytest.mark.parametrize(
    ("recipients", "kills", "seed"),
    [(60, 5, 1), pytest.param(200, 60, 2, marks=pytest.mark.soak)],
)
async def test_killed_at_any_moment_nobody_is_skipped_and_no_acknowledged_mail_is_repeated(
    sink: Sink,
    victims: Victims,
    tmp_path: Path,
    people: Fixture,
    desk_at: Callable[[Path], Desk],
    recipients: int,
    kills: int,
    seed: int,
) -> None:
    chance = random.Random(seed)
    desk = desk_at(tmp_path)
    update = await desk.approve(people(recipients))
    await desk.close()
    killed = 0
    for _ in range(kills):
        reached = asyncio.Event()
        until = len(sink.handed) + chance.randint(1, recipients // kills)

        def data(recipient: str, until: int = until, reached: asyncio.Event = reached) -> str:
            if len(sink.handed) >= until:
                reached.set()
            return "250 2.0.0 kept"

        sink.data = data
        await victims.begin(tmp_path, sink.port)
        ending = asyncio.create_task(victims.end())
        waiting = asyncio.create_task(reached.wait())
        await asyncio.wait({ending, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not ending.done():
            os.kill(victims.pid, signal.SIGKILL)
        killed += await ending == KILLED
    sink.data = lambda recipient: "250 2.0.0 kept"
    await victims.begin(tmp_path, sink.port)
    assert await victims.end() == 0
    assert killed > 0
    desk = desk_at(tmp_path)
    held(desk, update, sink, "c", killed)
    await desk.close()


async def killed_at(
    cell: int,
    at: int,
    when: str,
    sink: Sink,
    victims: Victims,
    directory: Path,
    people: Fixture,
    desk_at: Callable[[Path], Desk],
) -> bool:
    """Send an update to 200, killed at one write of the ledger; then to its end. Return whether it was killed."""
    name = f"m{cell}x"
    directory.mkdir()  # noqa: ASYNC240
    desk = desk_at(directory)
    update = await desk.approve(people(200, name))
    await desk.close()
    await victims.begin(directory, sink.port, at, when)
    ended = await victims.end()
    if ended == KILLED:
        await victims.begin(directory, sink.port)
        assert await victims.end() == 0
    desk = desk_at(directory)
    assert desk.deliveries(update)
    held(desk, update, sink, name, int(ended == KILLED))
    await desk.close()
    return ended == KILLED


@pytest.mark.parametrize(("at", "when"), [(1, "before"), (1, "after"), (2, "after"), (9, "before"), (40, "after")])
async def test_killed_at_a_write_of_the_ledger_nobody_is_skipped_and_nothing_acknowledged_is_repeated(
    sink: Sink,
    victims: Victims,
    tmp_path: Path,
    people: Fixture,
    desk_at: Callable[[Path], Desk],
    at: int,
    when: str,
) -> None:
    assert await killed_at(0, at, when, sink, victims, tmp_path / "log", people, desk_at)


@pytest.mark.soak
@pytest.mark.parametrize("when", ["before", "after"])
async def test_killed_at_each_write_of_the_ledger_in_turn(
    sink: Sink,
    victims: Victims,
    tmp_path: Path,
    people: Fixture,
    desk_at: Callable[[Path], Desk],
    when: str,
) -> None:
    at = 1
    while await killed_at(at, at, when, sink, victims, tmp_path / f"log{at}", people, desk_at):
        at += 1
        sink.mails.clear()
        sink.handed.clear()
    assert at > 50, "an update to 200 takes more writes than that"
