"""Alarms that their source renews, beside a clock that jumps: none lapses that is renewed, and each clear counts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.board import Board
from feeds.facts import Entry, Fact
from feeds.hub.clock import BELIEVED_AFTER, SteadyClock
from feeds.hub.core import Hub
from feeds.hub.lapses import AWAY, GRACE, LOOK_AGAIN, LOOK_EVERY, SPARE, Lapses
from feeds.hub.settings import Settings
from feeds.log import Batch
from feeds.model import AlarmKey
from feeds.sources.alertmanager import alerts_v2, expiries, webhook
from tests.extent import examples

START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
LASTS = 240.0
"""Prometheus says that an alert ends four minutes from now, each time it posts it."""
EVERY = 60.0


class Room:
    """A hub on a machine whose calendar can be set, and a Prometheus whose clock is right.

    ``wrong``: by how many seconds the machine's calendar is off.
    """

    def __init__(self, wrong: float = 0.0) -> None:
        self.passed = 0.0
        self.wrong = wrong
        self.firing: set[str] = set()
        self._board = Board()
        self.said: list[str] = []
        self._awake()

    def _awake(self) -> None:
        self.clock = SteadyClock(lambda text, _event: self.said.append(text), self._calendar, lambda: self.passed)
        if self._board.seq:
            self.clock.not_before(self._board.at)
        self.hub = Hub(self._board, Settings(), Path("/nonexistent"), self.clock)
        self.hub.doubts = self.clock.doubts
        self.lapses = Lapses(self.hub, lambda: self.passed)

    def restart(self) -> None:
        self._awake()

    def _calendar(self) -> float:
        return START.timestamp() + self.passed + self.wrong

    def true(self, seconds: float = 0.0) -> str:
        return (START + timedelta(seconds=self.passed + seconds)).isoformat()

    def post(self, *names: str, ends: float = LASTS) -> None:
        """Prometheus posts alerts that end in so many seconds; 0: they are resolved."""
        body = orjson.dumps(
            [
                {"labels": {"alertname": name}, "startsAt": START.isoformat(), "endsAt": self.true(ends)}
                for name in names
            ]
        )
        facts = [self.lapses.judged(fact) for fact in alerts_v2(body, self.lapses.earliest)]
        self._keep(facts)
        for key, until in expiries(facts):
            self.lapses.renew(key, until)

    def hook(self, name: str) -> None:
        """Alertmanager's webhook tells of an alert, without an end."""
        alert = {"status": "firing", "labels": {"alertname": name}, "startsAt": START.isoformat()}
        self._keep(webhook(orjson.dumps({"version": "4", "alerts": [alert]})))

    def resolve(self, name: str) -> None:
        self.firing.discard(name)
        self.post(name, ends=0.0)

    def _keep(self, facts: list[Fact]) -> None:
        first = self._board.seq + 1
        entries = tuple(Entry(first + at, self.clock(), "prometheus", fact) for at, fact in enumerate(facts))
        if entries:
            self.hub.deliver(Batch(entries, first, entries[-1].seq))

    def look(self) -> None:
        over = self.lapses.over()
        self._keep(self.lapses.facts(over))
        self.lapses.settled(over, True)

    def live(self, seconds: float) -> None:
        """Time passes; what fires is posted each minute, and the hub looks each second."""
        for _ in range(int(seconds)):
            self.passed += LOOK_EVERY
            if self.firing and self.passed % EVERY == 0:
                self.post(*sorted(self.firing))
            self.look()

    @property
    def active(self) -> set[str]:
        return {alarm.specific_problem for alarm in self.hub.board.alarms.active.values()}

    def fire(self, *names: str) -> None:
        self.firing |= set(names)
        self.post(*names)


def test_who_is_not_renewed_is_clear_when_its_time_is_over_and_not_before() -> None:
    room = Room()
    room.fire("kept", "gone")
    room.live(LASTS - 1)
    room.firing.discard("gone")
    assert room.active == {"kept", "gone"}
    room.live(LASTS)
    assert room.active == {"kept"}
    room.resolve("kept")
    assert room.active == set()
    room.live(LASTS + 1)
    assert len(room.lapses) == 0


@pytest.mark.parametrize("jump", [3_600.0, 230.0, 86_400.0, -3_600.0, -30.0])
def test_a_jump_clears_nothing_that_is_renewed_and_hides_no_clear(jump: float) -> None:
    room = Room()
    room.fire("a", "b")
    room.live(90)
    room.wrong = jump
    room.live(BELIEVED_AFTER + 300)
    assert room.active == {"a", "b"}
    room.fire("new")
    assert room.active == {"a", "b", "new"}
    room.resolve("a")
    assert room.active == {"b", "new"}
    room.post("a", ends=-60.0)  # a resolved alert is posted again and again
    room.firing.discard("b")
    room.live(600)
    assert room.active == {"new"}, "b was not renewed"
    room.wrong = 0.0  # put right
    room.live(BELIEVED_AFTER + 300)
    assert room.active == {"new"}
    room.fire("again")
    room.resolve("new")
    assert room.active == {"again"}


def test_a_clock_that_is_put_right_by_a_jump_clears_nothing_that_is_renewed() -> None:
    room = Room(-3_600.0)
    room.fire("a", "b")
    room.live(90)
    room.wrong = 0.0
    room.live(BELIEVED_AFTER + 60)
    room.fire("a", "b", "new")
    room.live(300)
    assert room.active == {"a", "b", "new"}
    room.resolve("a")
    room.resolve("new")
    assert room.active == {"b"}


def test_a_hub_that_starts_behind_its_log_clears_nothing_that_is_renewed() -> None:
    room = Room()
    room.live(30)
    room.wrong = 3_600.0
    room.live(BELIEVED_AFTER + 5)
    room.fire("a")
    room.wrong = 0.0
    room.restart()
    room.live(GRACE + 200)
    assert room.active == {"a"}
    room.resolve("a")
    assert room.active == set()


def test_after_a_start_alarms_have_time_to_be_renewed() -> None:
    room = Room()
    room.post("a", ends=1.0)
    room.restart()
    room.live(GRACE - 1)
    assert room.active == {"a"}
    room.live(2)
    assert room.active == set()


def test_a_hub_that_was_away_waits_for_the_renewals_that_nobody_read() -> None:
    room = Room()
    room.fire("a")
    room.live(10)
    room.passed += 3_600.0  # stopped, or out of the processor
    room.look()
    assert room.active == {"a"}
    room.firing.clear()
    room.live(LASTS - 10 + AWAY)
    assert room.active == set()


def test_an_alarm_that_was_raised_otherwise_is_cleared_in_doubt() -> None:
    room = Room()
    room.hook("hook")
    room.wrong = -3_600.0
    room.live(BELIEVED_AFTER + 100)
    room.post("hook", ends=0.0)
    assert room.active == set()


def test_what_is_remembered_is_bounded_by_the_alarms_there_are() -> None:
    room = Room()
    room.live(10)
    room.fire("a")
    key = AlarmKey(next(iter(room.hub.board.alarms.active)))
    for step in range(4 * SPARE):
        room.lapses.renew(key, START + timedelta(days=365, seconds=-step))
    assert len(room.lapses._next) <= SPARE + 2
    room.firing.clear()
    room.lapses.renew(key, START + timedelta(days=3_650))
    room.post("a", ends=-1.0)
    room.live(LOOK_AGAIN + 2)
    assert len(room.lapses) == 0, "it is clear, whatever its end was"


@settings(max_examples=examples(40))
@given(
    st.lists(st.tuples(st.sampled_from([0.0, 3_600.0, -3_600.0, 90.0, -90.0]), st.integers(1, 200)), max_size=5),
    st.sampled_from([0.0, 1_800.0, -1_800.0]),
)
def test_whatever_the_calendar_does_the_alarms_are_those_that_fire(life: list[tuple[float, int]], wrong: float) -> None:
    room = Room()
    room.wrong = 0.0
    room.fire("always")
    room.live(60)
    for number, (off, seconds) in enumerate([(wrong, 70), *life]):
        room.wrong = off
        room.fire(f"n{number}")
        room.live(seconds)
        assert room.active == {"always", f"n{number}"}
        room.resolve(f"n{number}")
        assert room.active == {"always"}
