"""Real beside predicted values: causes by a common proportion of change, whatever the noise of the forecast."""

import numpy as np
import pytest

from feeds.locating import Condition, Explanation, locate_change
from tests.locating.tables_of import Where, changes, columns, rows_where

TABLE = columns()


def wheres(found: Explanation) -> list[list[tuple[str, str]]]:
    return sorted(sorted((one.attribute, one.value) for one in cause.where) for cause in found.causes)


def truth(*causes: Where) -> list[list[tuple[str, str]]]:
    return sorted(sorted(cause.items()) for cause in causes)


ONE: Where = {"rat": "rat-1", "gateway": "gateway-2"}
OTHER: Where = {"apn": "apn-5"}


@pytest.mark.parametrize("noise", [0.0, 0.02, 0.1])
@pytest.mark.parametrize("factor", [0.0, 0.6, 1.5])
def test_a_drop_or_a_rise_is_located_at_any_noise(factor: float, noise: float) -> None:
    assert wheres(locate_change(TABLE, *changes(TABLE, [(ONE, factor)], noise=noise))) == truth(ONE)


def test_causes_of_different_size_and_direction_are_all_found() -> None:
    third: Where = {"gateway": "gateway-0", "plan": "plan-3"}
    found = locate_change(TABLE, *changes(TABLE, [(ONE, 0.3), (OTHER, 0.7), (third, 1.9)]))
    assert wheres(found) == truth(ONE, OTHER, third)


def test_siblings_that_change_together_are_named_one_by_one() -> None:
    siblings: list[Where] = [{"apn": f"apn-{number}", "plan": "plan-2"} for number in (1, 4, 6)]
    assert wheres(locate_change(TABLE, *changes(TABLE, [(one, 0.5) for one in siblings]))) == truth(*siblings)


def test_leaves_of_a_cause_may_change_unevenly() -> None:
    real, predicted = changes(TABLE, [])
    here = rows_where(TABLE, ONE)
    real[here] *= np.random.default_rng(2).uniform(0.1, 0.9, int(here.sum()))
    assert wheres(locate_change(TABLE, real, predicted)) == truth(ONE)


def test_a_cause_that_holds_more_than_half_is_not_taken_for_the_usual() -> None:
    table = columns({"home": 2, "apn": 10, "plan": 12})
    here: Where = {"home": "home-1"}
    real, predicted = changes(table, [(here, 0.5)])
    kept = rows_where(table, here)
    kept[::3] = True
    table = {name: list(np.array(values)[kept]) for name, values in table.items()}
    assert wheres(locate_change(table, real[kept], predicted[kept])) == truth(here)


def test_low_counts_err_by_their_root_and_are_located_all_the_same() -> None:
    rng = np.random.default_rng(3)
    for _ in range(5):
        predicted = np.round(rng.lognormal(0.3, 1, len(TABLE["apn"])))
        usual = np.where(rows_where(TABLE, OTHER), 0.4 * predicted, predicted)
        assert wheres(locate_change(TABLE, rng.poisson(usual).astype(float), predicted)) == truth(OTHER)


def test_rows_without_a_forecast_or_without_a_value_do_not_disturb() -> None:
    real, predicted = changes(TABLE, [(ONE, 0.4)])
    real[::7] = 0
    predicted[::7] = 0
    real[3::17] = 0
    predicted[4::19] = 0
    assert Condition("rat", "rat-1") in locate_change(TABLE, real, predicted).candidates[0].where
    assert wheres(locate_change(TABLE, real, predicted)) == truth(ONE)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", ["even", "wild", "counts", "all lower", "exact"])
def test_a_forecast_that_only_errs_is_unexplained(kind: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    real, predicted = changes(TABLE, [], noise=0.08, seed=seed)
    if kind == "wild":
        real = predicted * np.exp(0.1 * rng.standard_t(3, len(predicted)))
    elif kind == "counts":
        predicted = np.round(predicted / 10)
        real = rng.poisson(predicted).astype(float)
    elif kind == "all lower":
        real = real * 0.7
    elif kind == "exact":
        real = predicted.copy()
    found = locate_change(TABLE, real, predicted)
    assert found.verdict == "unexplained"
    assert found.causes == ()


def test_affected_is_what_is_off_and_total_what_was_predicted() -> None:
    table = columns({"apn": 5, "plan": 8})
    real, predicted = np.full(40, 100.0), np.full(40, 100.0)
    real[rows_where(table, {"apn": "apn-2"})] = 25.0
    (cause,) = locate_change(table, real, predicted).causes
    assert cause.where == (Condition("apn", "apn-2"),)
    assert (cause.affected, cause.total, cause.outside) == (600, 800, 0)
    assert (cause.coverage, cause.lift) == (1, 5)
