"""Small tables for tests: all combinations of some values, with rates or changes where conditions hold."""

from itertools import product

import numpy as np
from numpy.typing import NDArray

Columns = dict[str, list[str]]
Where = dict[str, str]
Floats = NDArray[np.float64]

SIZES = {"apn": 8, "rat": 3, "gateway": 5, "plan": 6}


def columns(sizes: dict[str, int] = SIZES) -> Columns:
    """Every combination of the values ``apn-0`` … of all attributes."""
    rows = list(product(*[[f"{name}-{number}" for number in range(size)] for name, size in sizes.items()]))
    return {name: [row[at] for row in rows] for at, name in enumerate(sizes)}


def rows_where(table: Columns, where: Where) -> NDArray[np.bool_]:
    """Which rows fulfil ``where``."""
    found: NDArray[np.bool_] = np.all([np.array(table[name]) == value for name, value in where.items()], axis=0)
    return found


def counts(
    table: Columns, causes: list[tuple[Where, float]], *, base: float = 0.01, members: int = 200, seed: int = 1
) -> tuple[Floats, Floats]:
    """Affected and total: ``base`` everywhere, and the rate of each cause where it holds."""
    rng = np.random.default_rng(seed)
    rows = len(next(iter(table.values())))
    total = rng.poisson(members, rows) + 1
    rate = np.full(rows, base)
    for where, level in causes:
        rate[rows_where(table, where)] = level
    return rng.binomial(total, rate).astype(np.float64), total.astype(np.float64)


def changes(
    table: Columns, causes: list[tuple[Where, float]], *, noise: float = 0.03, seed: int = 1
) -> tuple[Floats, Floats]:
    """Real and predicted values: ``noise`` everywhere, and times the factor of each cause where it holds."""
    rng = np.random.default_rng(seed)
    rows = len(next(iter(table.values())))
    predicted = rng.lognormal(4, 1, rows)
    real = predicted * (1 + rng.normal(0, noise, rows)).clip(0)
    for where, factor in causes:
        real[rows_where(table, where)] *= factor
    return real, predicted
