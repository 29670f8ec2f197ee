"""Affected of total: the exact cause, several causes, and nothing where nothing is."""

import numpy as np
import pytest

from feeds.locating import Condition, Explanation, Numbered, locate
from tests.locating.tables_of import Columns, Floats, Where, columns, counts, rows_where

TABLE = columns()


def wheres(found: Explanation) -> list[Where]:
    return [{one.attribute: one.value for one in cause.where} for cause in found.causes]


def ranked(found: Explanation) -> list[Where]:
    return [{one.attribute: one.value for one in cause.where} for cause in found.candidates]


def in_any_order(causes: list[Where]) -> list[list[tuple[str, str]]]:
    return sorted(sorted(cause.items()) for cause in causes)


@pytest.mark.parametrize(
    "where",
    [
        {"apn": "apn-3"},
        {"rat": "rat-1", "gateway": "gateway-2"},
        {"apn": "apn-1", "rat": "rat-0", "plan": "plan-4"},
    ],
)
def test_the_exact_value_pair_or_triple_is_the_cause(where: Where) -> None:
    found = locate(TABLE, *counts(TABLE, [(where, 0.6)]))
    assert found.verdict == "explained"
    assert wheres(found) == [where]
    assert ranked(found)[0] == where


@pytest.mark.parametrize(
    "causes",
    [
        [({"apn": "apn-3"}, 0.5), ({"rat": "rat-1", "gateway": "gateway-2"}, 0.9)],
        [({"apn": "apn-3", "rat": "rat-0"}, 0.5), ({"apn": "apn-5", "rat": "rat-0"}, 0.5)],
        [({"apn": "apn-0"}, 0.4), ({"gateway": "gateway-1", "plan": "plan-1"}, 0.7), ({"plan": "plan-3"}, 0.9)],
    ],
)
def test_several_causes_at_once_are_all_found_and_lead_the_ranking(causes: list[tuple[Where, float]]) -> None:
    found = locate(TABLE, *counts(TABLE, causes))
    truth = in_any_order([where for where, _ in causes])
    assert in_any_order(wheres(found)) == truth
    assert in_any_order(ranked(found)[: len(causes)]) == truth


def test_two_of_three_children_are_told_from_their_parent() -> None:
    causes: list[tuple[Where, float]] = [({"apn": "apn-3", "rat": f"rat-{number}"}, 0.7) for number in (0, 1)]
    found = locate(TABLE, *counts(TABLE, causes))
    assert in_any_order(wheres(found)) == in_any_order([where for where, _ in causes])


def test_a_parent_explains_its_children_where_all_are_affected() -> None:
    causes: list[tuple[Where, float]] = [({"apn": "apn-3", "rat": f"rat-{number}"}, 0.7) for number in range(3)]
    assert wheres(locate(TABLE, *counts(TABLE, causes))) == [{"apn": "apn-3"}]


def test_healthy_and_affected_sims_in_the_wrong_places_do_not_mislead() -> None:
    rng = np.random.default_rng(5)
    affected, total = counts(TABLE, [({"gateway": "gateway-2", "plan": "plan-1"}, 0.6)])
    some = rng.choice(len(total), 12, replace=False)
    affected[some[:6]] = np.round(total[some[:6]] * 0.5)
    affected[some[6:]] = 0
    assert ranked(locate(TABLE, affected, total))[0] == {"gateway": "gateway-2", "plan": "plan-1"}


def test_one_enormous_odd_row_does_not_outweigh_what_many_rows_say() -> None:
    affected, total = counts(TABLE, [({"apn": "apn-2"}, 0.3)], base=0.02)
    odd = int(np.flatnonzero(~rows_where(TABLE, {"apn": "apn-2"}))[100])
    total[odd], affected[odd] = 1_000_000, 150_000
    assert ranked(locate(TABLE, affected, total))[0] == {"apn": "apn-2"}


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("base", [0.001, 0.05, 0.4])
def test_an_even_background_is_unexplained(base: float, seed: int) -> None:
    found = locate(TABLE, *counts(TABLE, [], base=base, seed=seed))
    assert found.verdict == "unexplained"
    assert found.causes == ()
    assert found.outside == found.affected > 0


@pytest.mark.parametrize("seed", range(5))
def test_values_that_differ_anyway_are_no_cause(seed: int) -> None:
    rng = np.random.default_rng(seed)
    _, total = counts(TABLE, [], seed=seed)
    odds = np.full(len(total), -3.5)
    for values in TABLE.values():
        own = {value: rng.normal(0, 0.25) for value in sorted(set(values))}
        odds += [own[value] for value in values]
    affected = rng.binomial(total.astype(int), 1 / (1 + np.exp(-odds))).astype(float)
    assert locate(TABLE, affected, total).verdict == "unexplained"


@pytest.mark.parametrize("seed", range(5))
def test_leaves_that_scatter_anyway_are_no_cause(seed: int) -> None:
    rng = np.random.default_rng(seed)
    _, total = counts(TABLE, [], members=2_000, seed=seed)
    affected = rng.binomial(total.astype(int), rng.beta(0.5, 9.5, len(total))).astype(float)
    assert locate(TABLE, affected, total).verdict == "unexplained"


def test_the_numbers_say_coverage_lift_and_counter_evidence() -> None:
    table = {"apn": ["x", "y", "z", "w"], "rat": ["4g", "4g", "4g", "4g"]}
    found = locate(table, np.array([980.0, 10, 5, 5]), np.array([1_000.0, 8_000, 8_000, 8_000]))
    (cause,) = found.causes
    assert cause.where == (Condition("apn", "x"),)
    assert (cause.affected, cause.total, cause.outside, cause.healthy) == (980, 1_000, 20, 20)
    assert cause.coverage == pytest.approx(0.98)
    assert cause.lift == pytest.approx(24.5)
    assert (found.affected, found.total, found.outside) == (1_000, 25_000, 20)


def test_a_value_that_means_the_same_rows_is_named_beside_the_cause() -> None:
    table: Columns = {**TABLE, "site": [f"site of {value}" for value in TABLE["gateway"]]}
    found = locate(table, *counts(TABLE, [({"gateway": "gateway-2"}, 0.8)]))
    (cause,) = found.causes
    assert cause.where == (Condition("gateway", "gateway-2"),)
    assert (Condition("site", "site of gateway-2"),) in cause.same


def shuffled(table: Columns, affected: Floats, total: Floats) -> tuple[Columns, Floats, Floats]:
    order = np.random.default_rng(3).permutation(len(total))
    return {name: [values[at] for at in order] for name, values in table.items()}, affected[order], total[order]


def test_the_order_of_rows_and_their_repetition_change_nothing() -> None:
    affected, total = counts(TABLE, [({"apn": "apn-3"}, 0.5), ({"rat": "rat-1", "plan": "plan-2"}, 0.9)])
    plain = locate(TABLE, affected, total)
    assert locate(*shuffled(TABLE, affected, total)) == plain
    part = np.floor(affected / 2)
    rest = np.minimum(total - 1, total / 2).clip(0)
    rest = np.maximum(np.floor(rest), affected - part)
    twice = {name: values + values for name, values in TABLE.items()}
    assert locate(twice, np.append(part, affected - part), np.append(total - rest, rest)) == plain


def test_numbered_columns_say_the_same_as_values() -> None:
    affected, total = counts(TABLE, [({"apn": "apn-3"}, 0.5)])
    numbered = {
        name: Numbered(sorted(set(values), reverse=True), np.unique(values, return_inverse=True)[1])
        for name, values in TABLE.items()
    }
    turned = {name: Numbered(one.values, len(one.values) - 1 - one.numbers) for name, one in numbered.items()}
    assert locate(turned, affected, total) == locate(TABLE, affected, total)


def test_a_column_of_unique_values_neither_explains_nor_disturbs() -> None:
    table = {**TABLE, "id": [f"row {number}" for number in range(len(TABLE["apn"]))]}
    assert wheres(locate(table, *counts(TABLE, [({"rat": "rat-1", "plan": "plan-2"}, 0.6)]))) == [
        {"rat": "rat-1", "plan": "plan-2"}
    ]


def test_empty_values_are_values() -> None:
    table = {name: ["" if value == "apn-3" else value for value in values] for name, values in TABLE.items()}
    assert wheres(locate(table, *counts(TABLE, [({"apn": "apn-3"}, 0.6)]))) == [{"apn": ""}]


def test_single_sims_add_up_to_a_cause() -> None:
    rng = np.random.default_rng(2)
    sims = 8_000
    table = {
        name: list(rng.choice([f"{name}{at}" for at in range(12)], sims)) for name in ("apn", "plan", "home", "tac")
    }
    here = (np.array(table["apn"]) == "apn3") & (np.array(table["plan"]) == "plan5")
    affected = (rng.random(sims) < np.where(here, 0.5, 0.01)).astype(float)
    found = locate(table, affected, np.ones(sims))
    assert wheres(found) == [{"apn": "apn3", "plan": "plan5"}]


def test_a_long_table_is_sampled_and_gives_the_exact_cause() -> None:
    rng = np.random.default_rng(2)
    rows = 90_000
    table = {name: Numbered([f"{name}{at}" for at in range(40)], rng.integers(0, 40, rows)) for name in "abcdefgh"}
    here = (table["a"].numbers == 3) & (table["b"].numbers == 7)
    affected = (rng.random(rows) < np.where(here, 0.9, 0.02)).astype(float)
    assert wheres(locate(table, affected, np.ones(rows))) == [{"a": "a3", "b": "b7"}]


def test_a_triple_is_found_where_not_all_triples_are_summed() -> None:
    rng = np.random.default_rng(4)
    rows = 25_000
    table = {name: Numbered([f"{name}{at}" for at in range(9)], rng.integers(0, 9, rows)) for name in "abcdefgh"}
    here = (table["a"].numbers == 3) & (table["d"].numbers == 7) & (table["g"].numbers == 1)
    affected = (rng.random(rows) < np.where(here, 0.9, 0.01)).astype(float)
    assert wheres(locate(table, affected, np.ones(rows))) == [{"a": "a3", "d": "d7", "g": "g1"}]


def test_of_very_many_attributes_the_telling_ones_are_combined() -> None:
    rng = np.random.default_rng(4)
    affected, total = counts(TABLE, [({"rat": "rat-1", "plan": "plan-2"}, 0.8)])
    noise = {f"n{at}": [f"v{value}" for value in rng.integers(0, 4, len(total))] for at in range(30)}
    assert wheres(locate({**noise, **TABLE}, affected, total)) == [{"rat": "rat-1", "plan": "plan-2"}]


def test_top_bounds_the_ranking_and_most_causes_the_explanation() -> None:
    numbers = counts(TABLE, [({"apn": "apn-3"}, 0.5), ({"rat": "rat-1", "plan": "plan-2"}, 0.9)])
    assert len(locate(TABLE, *numbers, top=2).candidates) == 2
    assert len(locate(TABLE, *numbers, most_causes=1).causes) == 1
