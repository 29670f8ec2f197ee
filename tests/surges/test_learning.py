"""What is usual: learned from weeks of counts, beside the rates that the counts were drawn from."""

from datetime import UTC, datetime

import numpy as np
import pytest

from feeds.model import CaseKind, Channel, Desk, Service
from feeds.surges import CELL_AT, CELLS, MEMBERS, SERIES_AT, Floats, History, Series, Usual, learned
from feeds.surges.week import hours_of_week

MONDAY = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp()) // 3600
DESK = Desk(time_zone="UTC")
WHOLE = SERIES_AT[Series()]
CELL = CELL_AT[Channel.EMAIL, CaseKind.INCIDENT, Service.DATA]
"""All cases of these tests."""


def rates(weeks: float, a_day: float = 64.0) -> Floats:
    """Cases an hour: twice as many by day (8 to 18) on working days as else, a desk unlike the one thought of."""
    week = hours_of_week(MONDAY, round(weeks * 168), "UTC")
    shape = np.where((week < 120) & (week % 24 >= 8) & (week % 24 < 18), 2.0, 1.0)
    return np.asarray(shape * a_day / 24 / (118 * 1.0 + 50 * 2.0) * 168)


def history(hourly: Floats, seed: int = 1, usable: bool = True, bunch: float = 0.3) -> History:
    rng = np.random.default_rng(seed)
    counts = np.zeros((len(hourly), len(CELLS)))
    busy = hourly > 0
    counts[busy, CELL] = rng.negative_binomial(hourly[busy] / bunch, 1 / (1 + bunch))
    pairs = counts[:, CELL] ** 2 / 6 * (1 + bunch / np.maximum(hourly, 0.5))
    return History(MONDAY, counts, pairs, np.full(len(hourly), usable))


def a_day(usual: Usual, at_hour: int) -> float:
    until = (MONDAY + at_hour) * 60.0
    return float(usual.expected(until, np.array([1440.0]))[0] @ MEMBERS[WHOLE])


def in_week(usual: Usual) -> float:
    return float(usual.weekly.sum())


def test_before_anything_came_the_desks_own_figures_count() -> None:
    usual = learned(history(np.zeros(0)), Desk(monthly={Channel.CALL: 434.8, Channel.EMAIL: 4_348.0}))
    calls = usual.weekly[[at for at, cell in enumerate(CELLS) if cell[0] is Channel.CALL]].sum()
    assert calls == pytest.approx(100, rel=0.01)
    assert in_week(usual) == pytest.approx(1_100, rel=0.02)


def test_a_desk_that_expects_nothing_still_expects_a_little() -> None:
    usual = learned(history(np.zeros(0)), Desk(monthly=dict.fromkeys(Channel, 0.0)))
    assert 0 < in_week(usual) < 5
    assert (usual.weekly > 0).all()


def test_twelve_weeks_give_the_level_and_the_shape() -> None:
    usual = learned(history(rates(12)), DESK)
    assert in_week(usual) == pytest.approx(448, rel=0.08)
    days = usual.shape[list(Channel).index(Channel.EMAIL)][:120].reshape(5, 24)
    assert days[:, 8:18].mean() / np.delete(days, range(8, 18), axis=1).mean() == pytest.approx(2.0, rel=0.15)


def test_the_own_figures_give_way_to_what_comes_within_a_few_days() -> None:
    usual = learned(history(rates(4 / 7, a_day=640)), DESK)
    assert in_week(usual) == pytest.approx(4_480, rel=0.25)


def test_a_channel_of_which_the_desk_says_nothing_is_learned_within_a_week() -> None:
    silent = Desk(monthly={Channel.CALL: 0.0}, time_zone="UTC")
    assert in_week(learned(history(rates(1, a_day=30)), silent)) == pytest.approx(210, rel=0.25)


def test_an_outage_does_not_become_what_is_usual() -> None:
    hourly = rates(12)
    before = in_week(learned(history(hourly), DESK))
    hourly[-120:-112] += 100.0
    after = learned(history(hourly), DESK)
    assert in_week(after) == pytest.approx(before, rel=0.1)
    same_hour = (MONDAY + len(hourly) - 120 + 168) * 60.0
    assert after.expected_in(np.array([same_hour]), 60.0)[0].sum() < 8


def test_a_surge_in_the_first_hours_of_a_hub_is_not_what_is_usual() -> None:
    own = in_week(learned(history(np.zeros(0)), DESK))
    for length in range(1, 24):
        hourly = np.zeros(length)
        seen = history(hourly)
        seen.counts[0, CELL] = 180.0
        seen.usable[: (length + 2) // 2] = False  # the surge lasted for more than half of all that is known
        assert in_week(learned(seen, DESK)) < 1.1 * own


def test_one_wild_hour_that_nobody_called_a_surge_does_not_make_the_level_of_a_young_hub() -> None:
    quiet, wild = (history(np.full(12, 0.4)) for _ in range(2))
    wild.counts[0, CELL] = 180.0
    before, after = (learned(one, DESK) for one in (quiet, wild))
    assert in_week(after) < 6 * in_week(before)
    same_hour = np.array([(MONDAY + 24) * 60.0])
    assert after.expected_in(same_hour, 60.0).sum() < 18  # a tenth of what came


def test_the_newest_hour_is_never_learned_from() -> None:
    for length in (1, 2, 5):
        seen = history(np.zeros(length))
        still = in_week(learned(seen, DESK))
        seen.counts[-1, CELL] = 500.0
        assert in_week(learned(seen, DESK)) == pytest.approx(still, rel=0.01)


def test_a_night_that_follows_a_surge_is_learned_from() -> None:
    hourly = np.zeros(24)
    hourly[20] = 0.4
    seen = history(hourly)
    seen.counts[:, CELL] = 0.0
    seen.counts[1, CELL], seen.usable[1:3] = 400.0, False
    seen.counts[20, CELL] = 1.0
    assert in_week(learned(seen, DESK)) < 0.5 * in_week(learned(history(np.zeros(0)), DESK))


def test_hours_of_surges_are_left_out() -> None:
    hourly = rates(2)
    hourly[100:148] += 20.0
    seen = history(hourly)
    told = History(seen.first, seen.counts, seen.pairs, seen.usable.copy())
    told.usable[100:148] = False
    assert abs(in_week(learned(told, DESK)) - 448) < abs(in_week(learned(seen, DESK)) - 448)
    assert in_week(learned(told, DESK)) == pytest.approx(448, rel=0.15)


@pytest.mark.parametrize("times", [2.0, 5.0, 0.4])
def test_a_new_level_that_lasts_is_learned_within_three_weeks(times: float) -> None:
    hourly = rates(12)
    hourly[-21 * 24 :] *= times
    assert in_week(learned(history(hourly), DESK)) == pytest.approx(448 * times, rel=0.25)


def test_a_feed_that_was_away_for_two_weeks_leaves_no_trace() -> None:
    hourly = rates(12)
    hourly[-16 * 24 : -2 * 24] = 0.0
    assert in_week(learned(history(hourly), DESK)) == pytest.approx(448, rel=0.15)


def test_when_nearly_all_hours_are_said_to_be_surges_they_are_learned_from_all_the_same() -> None:
    assert in_week(learned(history(rates(2, a_day=300), usable=False), DESK)) == pytest.approx(2_100, rel=0.2)


def test_scatter_is_learned_and_kept_within_bounds() -> None:
    calm, wild = (learned(history(rates(12), bunch=bunch), DESK).scatter for bunch in (0.3, 3.0))
    assert 0.3 <= calm.bunch_long < 0.8
    assert wild.bunch_long > 1.5


def test_what_is_usual_of_parts_adds_up_to_the_whole() -> None:
    usual = learned(history(rates(6)), DESK)
    sums = usual.of_series(usual.expected((MONDAY + 1_000) * 60.0, np.array([600.0, 30_000.0])))
    by_channel = sum(sums[:, SERIES_AT[Series(channel)]] for channel in Channel)
    assert by_channel == pytest.approx(sums[:, WHOLE])


def test_a_week_holds_what_a_week_brings_wherever_it_begins() -> None:
    usual = learned(history(rates(6)), DESK)
    for hour in (0, 61, 167):
        whole = usual.expected((MONDAY + hour) * 60.0 + 17, np.array([10_080.0, 20_160.0])).sum(axis=1)
        assert whole == pytest.approx([in_week(usual), 2 * in_week(usual)])


def test_nothing_that_comes_makes_numbers_that_are_none() -> None:
    rng = np.random.default_rng(3)
    for length in (0, 1, 2, 7, 8, 23, 24, 25, 167, 169, 2_016):
        for counts in (
            np.zeros((length, len(CELLS))),
            rng.poisson(0.01, (length, len(CELLS))).astype(np.float64) * 1e6,
        ):
            for monthly in (0.0, 10_000_000.0):
                asked = History(MONDAY, counts, counts.sum(axis=1), np.ones(length, dtype=np.bool_))
                usual = learned(asked, Desk(monthly=dict.fromkeys(Channel, monthly)))
                for values in (usual.weekly, usual.shape, usual.known, usual.hours_known):
                    assert np.isfinite(values).all()
                    assert (values > 0).all()
