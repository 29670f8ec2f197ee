"""Random misbehaviour of the mail server against a small model of what has to come out of it."""

from __future__ import annotations

import asyncio
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feeds.model import DeliveryState

if TYPE_CHECKING:
    from conftest import Desk, Sink

FINAL = {
    "550 rcpt": DeliveryState.FAILED,
    "554 data": DeliveryState.FAILED,
    "drop data": DeliveryState.UNCERTAIN,
    "ok": DeliveryState.ACCEPTED,
}
PASSING = ("451 rcpt", "421 rcpt", "drop rcpt", "452 data", "421 data")

script = st.tuples(st.lists(st.sampled_from(PASSING), max_size=3), st.sampled_from(sorted(FINAL)))


@given(scripts=st.lists(script, min_size=1, max_size=6), connections=st.integers(1, 4))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_the_server_does_each_delivery_ends_as_its_first_decisive_answer_says(
    scripts: list[tuple[list[str], str]],
    connections: int,
    desk_at: Callable[[Path], Desk],
    sink_of: Callable[[], Sink],
    people: Callable[..., Any],
    courier_on: Callable[..., Any],
) -> None:
    async def play() -> None:
        left = {f"c{place}@to.example": [*before, last] for place, (before, last) in enumerate(scripts)}

        def answer(recipient: str, phase: str) -> str:
            word, _, when = left[recipient][0].partition(" ")
            if word == "ok" or when != phase:
                return "250 OK"
            del left[recipient][0]
            return word if word == "drop" else f"{word} 4.0.0 scripted"

        sink = sink_of()
        sink.rcpt = lambda recipient: answer(recipient, "rcpt")
        sink.data = lambda recipient: answer(recipient, "data")
        await sink.start()
        with tempfile.TemporaryDirectory() as directory:
            desk = desk_at(Path(directory))
            update = await desk.approve(people(len(scripts)))
            async with courier_on(desk, sink.settings(connections=connections)):
                await desk.ended(update)
            assert desk.states(update) == [FINAL[last] for _, last in scripts]
            kept = Counter(sink.recipients())
            assert kept == Counter(f"c{place}@to.example" for place, (_, last) in enumerate(scripts) if last == "ok")
            for place in range(len(scripts)):
                steps = [step.state for step in desk.steps if step.index == place]
                handed = sink.handed.count(f"c{place}@to.example")
                assert steps.count(DeliveryState.ATTEMPTING) >= handed, "handed over without a claim"
            await desk.close()
        await sink.stop()

    asyncio.run(play())
