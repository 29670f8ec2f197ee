"""The pace of frames: down quickly, up slowly, and no swinging."""

import asyncio
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from feeds.model import Severity
from tests.tui.conftest import Opened, settle
from tests.tui.fake_hub import FakeHub, alarm
from tui.app import VakenApp
from tui.frame_pace import CALM_SECONDS, LASTED, STEPS, FramePace, pace_words
from tui.terminal_gauge import TerminalGauge

LOOK = 0.25


def looks(pace: FramePace, start: float, seconds: float, waited: float = 0.0, busy: float = 0.0) -> float:
    at = start
    while at < start + seconds:
        pace.look(at, waited, busy)
        at += LOOK
    return at


def test_a_terminal_that_holds_writes_up_is_given_four_and_then_one() -> None:
    pace = FramePace()
    assert (pace.fps, pace_words(pace)) == (10, "")
    looks(pace, 0, 2 * LOOK, waited=0.4)
    assert (pace.fps, pace_words(pace)) == (4, "4 fps: slow terminal")
    looks(pace, 1, 2 * LOOK, busy=0.9)
    assert (pace.fps, pace_words(pace)) == (1, "1 fps: slow terminal")
    looks(pace, 2, 60, waited=5)
    assert pace.fps == 1


def test_one_slow_write_changes_nothing() -> None:
    pace = FramePace()
    for at in range(40):
        pace.look(at * LOOK, 0.4 if at % 2 else 0.0, 0.0)
    assert pace.fps == 10


def test_it_comes_back_step_by_step_when_the_terminal_has_been_calm() -> None:
    pace = FramePace()
    at = looks(pace, 0, 10, waited=1)
    at = looks(pace, at, CALM_SECONDS - LOOK)
    assert pace.fps == 1
    at = looks(pace, at, 2 * LOOK)
    assert pace.fps == 4
    looks(pace, at, CALM_SECONDS + LOOK)
    assert pace.fps == 10


def test_a_step_up_that_does_not_last_makes_the_next_one_wait_longer() -> None:
    pace, at, rises = FramePace(), 0.0, []
    for _ in range(3):
        at = looks(pace, at, 2 * LOOK, waited=1)
        began = at
        while pace.fps < 10:
            pace.look(at, 0.0, 0.0)
            at += LOOK
        rises.append(at - began)
    assert rises[0] < rises[1] < rises[2]
    at = looks(pace, at, LASTED + LOOK)
    at = looks(pace, at, 2 * LOOK, waited=1)
    looks(pace, at, CALM_SECONDS + LOOK)
    assert pace.fps == 10, "what lasted is forgiven"


def test_a_cap_holds_and_is_said() -> None:
    pace = FramePace(2)
    assert (pace.fps, pace_words(pace)) == (2, "2 fps")
    looks(pace, 0, 10, waited=1)
    assert (pace.fps, pace_words(pace)) == (1, "1 fps: slow terminal")
    assert pace_words(FramePace(10)) == ""


@given(st.lists(st.tuples(st.floats(0, 10), st.floats(0, 1)), max_size=200), st.sampled_from([0.0, 1.0, 4.0, 10.0]))
def test_the_rate_is_always_one_of_the_steps_within_the_cap(seen: list[tuple[float, float]], cap: float) -> None:
    pace = FramePace(cap)
    for place, (waited, busy) in enumerate(seen):
        pace.look(place * LOOK, waited, busy)
        assert pace.fps in {min(step, cap or 10) for step in STEPS}


def test_the_gauge_tells_how_long_a_write_waits_and_what_share_writing_takes() -> None:
    now = [100.0]
    gauge = TerminalGauge(lambda: now[0])
    gauge.begin()
    now[0] += 0.5
    assert gauge.waiting == 0.5
    gauge.end()
    assert gauge.waiting == 0
    now[0] += 0.5
    assert gauge.busy() == 0.5
    now[0] += 1
    assert gauge.busy() == 0
    gauge.begin()
    now[0] += 2
    assert gauge.busy() == 1


async def test_painting_rests_between_two_frames_and_a_key_wakes_it(opened: Opened, hub: FakeHub) -> None:
    async with opened((80, 24)) as pilot:
        app = pilot.app
        assert isinstance(app, VakenApp)
        await app.action_go_alarms()
        await settle(pilot)
        await until(lambda: app._rest is None)
        painted: list[object] = []
        display = app._display

        def noted(screen: Any, renderable: Any) -> None:
            painted.append(renderable)
            display(screen, renderable)

        app._display = noted  # type: ignore[method-assign]
        hub.put("alarms", alarm(900, Severity.CRITICAL, managed_object="pgw-new"))
        await until(lambda: bool(painted) and app._resting is not None)
        first = len(painted)
        app.screen.refresh()
        await asyncio.sleep(0.025)
        if app._resting is not None:  # a slow machine may have come to the next frame
            assert len(painted) == first, "what changes now waits for the next frame"
            await pilot.press("down")
            assert app._resting is None
        await until(lambda: len(painted) > first)
        await until(lambda: app._rest is None)
        assert app._batch_count == 0, "where nothing comes painting is let go"


async def until(condition: Callable[[], bool]) -> None:
    for _ in range(5_000):
        if condition():
            return
        await asyncio.sleep(0.002)
    raise AssertionError("it did not come to that within ten seconds")
