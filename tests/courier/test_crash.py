"""A courier that is killed again and again: nobody is skipped, and nothing that was acknowledged is repeated."""

from __future__ import annotations

import asyncio
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from feeds.courier.sending import LEFT_BY_A_CRASH
from feeds.model import DeliveryState, UpdateId

if TYPE_CHECKING:
    from conftest import Desk, Sink

VICTIM = Path(__file__).with_name("crash_victim.py")


async def killed_until_done(sink: Sink, directory: Path, kills: list[int]) -> int:
    """Run victims; kill each when so many more mails have come through DATA. Return how many were killed."""
    killed = 0
    for more in [*kills, None]:
        reached = asyncio.Event()
        start = len(sink.handed)

        def data(recipient: str, more: int | None = more, start: int = start, reached: asyncio.Event = reached) -> str:
            if more is not None and len(sink.handed) - start >= more:
                reached.set()
            return "250 2.0.0 kept"

        sink.data = data
        process = await asyncio.create_subprocess_exec(sys.executable, str(VICTIM), str(directory), str(sink.port))
        try:
            async with asyncio.timeout(60):
                if more is None:
                    assert await process.wait() == 0
                else:
                    waits = {asyncio.create_task(reached.wait()), asyncio.create_task(process.wait())}
                    _, left = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
                    for wait in left:
                        wait.cancel()
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
                await process.wait()
                killed += 1
    return killed


@pytest.mark.parametrize(
    ("recipients", "kills", "seed"),
    [(60, 5, 1), pytest.param(200, 60, 2, marks=pytest.mark.soak)],
)
async def test_killed_at_any_point_nobody_is_skipped_and_no_acknowledged_mail_is_repeated(
    sink: Sink,
    tmp_path: Path,
    people: Callable[..., Any],
    desk_at: Callable[[Path], Desk],
    recipients: int,
    kills: int,
    seed: int,
) -> None:
    chance = random.Random(seed)
    desk = desk_at(tmp_path)
    update = await desk.approve(people(recipients))
    await desk.close()
    killed = await killed_until_done(sink, tmp_path, [chance.randint(1, recipients // kills) for _ in range(kills)])
    assert killed > 0

    desk = desk_at(tmp_path)
    came = Counter(sink.recipients())
    for delivery in desk.deliveries(UpdateId(update)):
        count = came.pop(f"c{delivery.index}@to.example", 0)
        if delivery.state is DeliveryState.ACCEPTED:
            assert count == 1, f"{delivery} came {count} times"
        else:
            assert delivery.state is DeliveryState.UNCERTAIN, f"{delivery} was left behind"
            assert delivery.answer == LEFT_BY_A_CRASH
            assert count <= 1, f"{delivery} came {count} times"
    assert not came, "somebody outside the audience got mail"
    uncertain = desk.states(update).count(DeliveryState.UNCERTAIN)
    assert uncertain <= 3 * killed, "a crash leaves no more in doubt than there are connections"
    await desk.close()
