"""How long a feed is usually silent: learnt from its gaps, within bounds, and not fooled by a flood or a bad night."""

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.facts import AlarmReported, CaseReported
from feeds.hub.heard import FeedsHeard
from feeds.hub.rhythm import GAPS_NEEDED, LEAST, MOST, SECONDS_NEEDED, TIMES, Rhythm
from feeds.hub.settings import FeedSettings
from feeds.model import AlarmEvent, CaseEvent, FeedRow, Severity

START = datetime(2026, 3, 1, tzinfo=UTC)


def learnt(kind: str, seconds: list[int]) -> Rhythm:
    rhythm = Rhythm(kind)
    for second in seconds:
        rhythm.heard(second)
    return rhythm


def every(gap: int, count: int, start: int = 0) -> list[int]:
    return [start + gap * n for n in range(count)]


@pytest.mark.parametrize("gap", [1, 10, 60, 300, 900])
def test_a_steady_feed_is_known_by_its_gap(gap: int) -> None:
    rhythm = learnt("cases", every(gap, 50 + int(SECONDS_NEEDED) // gap))
    assert gap <= rhythm.usual <= gap * 1.25
    assert rhythm.unusual == pytest.approx(min(max(rhythm.usual * TIMES, LEAST["cases"]), MOST["cases"]))


def test_a_few_gaps_say_nothing() -> None:
    assert learnt("alarms", every(600, GAPS_NEEDED)).usual == 0
    assert learnt("alarms", every(600, GAPS_NEEDED)).unusual == 0
    assert learnt("alarms", every(600, GAPS_NEEDED + 1)).usual > 0


def test_a_burst_is_no_rhythm() -> None:
    burst = every(1, int(SECONDS_NEEDED) - 1)
    assert learnt("alarms", burst).unusual == 0
    assert learnt("alarms", [*burst, burst[-1] + 10]).unusual > 0


def test_an_hour_of_flood_does_not_make_a_quiet_feed_look_lively() -> None:
    calm = every(300, 24 * 12)
    flood = every(1, 3_600, calm[-1] + 300)
    assert learnt("alarms", calm + flood).usual >= 300


def test_one_bad_night_is_not_made_usual() -> None:
    day = every(30, 24 * 120)
    assert learnt("cases", [*day, *every(30, 100, day[-1] + 8 * 3_600)]).usual < 60


def test_what_is_usual_changes_with_the_feed_within_days() -> None:
    rhythm = learnt("alarms", every(10, 8_640))
    for second in every(600, 6 * 24 * 4, 8_640 * 10):
        rhythm.heard(second)
    assert rhythm.usual >= 600


def test_a_feed_without_a_beat_is_rarely_called_silent() -> None:
    chance = random.Random(7)
    seconds, at = [], 0.0
    for _ in range(4_000):
        at += chance.expovariate(1 / 90)
        seconds.append(int(at))
    rhythm = learnt("cases", seconds)
    gaps = [b - a for a, b in pairwise(seconds)]
    assert sum(gap > rhythm.unusual for gap in gaps) <= 4


@given(st.sampled_from(["alarms", "cases", "inventory", "ingest"]), st.lists(st.integers(0, 10**7), max_size=200))
def test_whatever_comes_the_answer_is_within_bounds(kind: str, seconds: list[int]) -> None:
    unusual = learnt(kind, seconds).unusual
    assert unusual == 0 or LEAST.get(kind, 60.0) <= unusual <= MOST.get(kind, 3_600.0)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


def alarm(source: str = "nms", key: str = "1") -> AlarmReported:
    return AlarmReported(AlarmEvent(source=source, id=key, managed_object="pgw", severity=Severity.MAJOR, time=START))


def row_of(heard: FeedsHeard, name: str) -> FeedRow:
    row = heard.row(name)
    assert isinstance(row, FeedRow)
    return row


def test_the_row_of_a_feed_tells_its_rhythm_and_a_configured_value_wins() -> None:
    clock = Clock()
    heard = FeedsHeard(clock, {"nms": FeedSettings("alarms", 45.0)})
    other = FeedsHeard(clock)
    for _ in range(30):
        clock.now += timedelta(seconds=100)
        heard.facts([alarm()])
        other.facts([alarm()])
    assert 100 <= row_of(other, "nms").rhythm <= 125
    assert row_of(other, "nms").stale_after == pytest.approx(3 * row_of(other, "nms").rhythm, abs=0.5)
    assert row_of(heard, "nms").stale_after == 45.0


def test_an_expected_feed_that_was_never_heard_is_in_the_list() -> None:
    heard = FeedsHeard(Clock(), {"zammad": FeedSettings("cases")})
    assert list(heard.every_key()) == ["zammad"]
    assert row_of(heard, "zammad").heard is None
    assert row_of(heard, "zammad").kind == "cases"


def test_repeats_are_counted_by_feed_and_so_is_what_was_turned_away() -> None:
    heard = FeedsHeard(Clock())
    known, new, else_known = alarm(key="1"), alarm(key="2"), alarm("other", "9")
    heard.facts([known, new, else_known, else_known], [new])
    assert row_of(heard, "nms").coalesced == 1
    assert row_of(heard, "other").coalesced == 2
    assert row_of(heard, "nms").events == 2
    heard.facts([known])
    assert row_of(heard, "nms").coalesced == 1
    heard.turned_away("nms", "alarms")
    heard.refused("nms", "alarms")
    assert (row_of(heard, "nms").turned_away, row_of(heard, "nms").refused, heard.shed) == (1, 1, 1)


def case(number: str, source: str) -> CaseReported:
    return CaseReported(CaseEvent(number=number, source=source))


def test_who_collects_for_others_is_heard_beside_them() -> None:
    heard = FeedsHeard(Clock(), {"crm": FeedSettings("cases", 5.0)})
    heard.facts([alarm("nms")], by="crm")
    heard.facts([alarm("nms"), alarm("oss"), case("1", "desk"), case("2", "desk"), case("3", "desk")], by="mixed")
    heard.facts([case("4", "crm")], by="crm")
    heard.facts([alarm("nms"), case("5", "crm")], by="crm")
    counted = {name: (row.kind, row.events, row.heard) for name, row in heard.feeds()}
    assert counted == {
        "crm": ("cases", 3, START),
        "nms": ("alarms", 3, START),
        "oss": ("alarms", 1, START),
        "desk": ("cases", 3, START),
        "mixed": ("cases", 5, START),
    }
