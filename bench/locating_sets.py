"""Labelled tables for measuring locating, made with fixed seeds, in families that are hard in different ways.

Counts in dense and in sparse tables, correlated attributes, logs whose values differ anyway, few unequal leaves with
weak causes, marks of a detector, forecasts with noise of several levels; and tables in which nothing happened.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from math import log

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
Cell = frozenset[tuple[int, int]]
Random = np.random.Generator

SEED = 20_260


class Case(Struct, frozen=True):
    """A labelled table: codes of each attribute, two columns of numbers, and the cells that are its causes."""

    codes: list[Codes]
    first: Floats
    second: Floats
    causes: frozenset[Cell]
    counts: bool


def spread(rng: Random, low: float, high: float) -> float:
    return float(np.exp(rng.uniform(log(low), log(high))))


def shares(rng: Random, size: int, skew: float) -> Floats:
    found = np.exp(rng.normal(0, 0.3, size)) / np.arange(1, size + 1) ** skew
    rng.shuffle(found)
    normed: Floats = found / found.sum()
    return normed


def dense(rng: Random, sizes: Sequence[int], skew: float) -> tuple[list[Codes], Floats]:
    grid = np.meshgrid(*[np.arange(size) for size in sizes], indexing="ij")
    codes = [axis.ravel().astype(np.int64) for axis in grid]
    weights = np.exp(rng.normal(0, 0.5, len(codes[0])))
    for size, code in zip(sizes, codes, strict=True):
        weights *= shares(rng, size, skew)[code]
    return codes, weights / weights.sum()


def sampled(rng: Random, sizes: Sequence[int], rows: int, skew: float, tied: float) -> tuple[list[Codes], Floats]:
    """Return combinations that occur among ``rows`` drawn; ``tied``: how likely a column mostly follows another."""
    columns: list[Codes] = []
    for size in sizes:
        column = rng.choice(size, rows, p=shares(rng, size, skew)).astype(np.int64)
        if columns and rng.random() < tied:
            leader = columns[int(rng.integers(len(columns)))]
            follows = rng.random(rows) < rng.choice([0.8, 0.95, 1.0])
            column = np.where(follows, rng.integers(0, size, int(leader.max()) + 1)[leader], column)
        columns.append(column)
    distinct, counts = np.unique(np.stack(columns), axis=1, return_counts=True)
    return list(distinct), counts / counts.sum()


def sizes_of(rng: Random, width: int, high: int, most: int) -> list[int]:
    while True:
        sizes = [max(2, int(spread(rng, 2, high))) for _ in range(width)]
        if np.prod(sizes) <= most:
            return sizes


def inside(codes: Sequence[Codes], cell: Cell) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = np.all([codes[attribute] == value for attribute, value in cell], axis=0)
    return found


def told_apart(codes: Sequence[Codes], weights: Floats, cell: Cell) -> bool:
    """Whether the words of ``cell`` are the only ones for it: each condition matters, and none is missing."""
    here = inside(codes, cell)
    share = weights[here].sum()
    for condition in cell:
        rest = cell - {condition}
        parent = inside(codes, rest) if rest else np.ones(len(weights), dtype=np.bool_)
        if weights[parent & ~here].sum() < 0.25 * share:
            return False
    taken = {attribute for attribute, _ in cell}
    others = [code[here] for attribute, code in enumerate(codes) if attribute not in taken]
    return all(np.bincount(code, weights=weights[here]).max() <= 0.8 * share for code in others)


def choose(
    rng: Random, codes: Sequence[Codes], weights: Floats, how_many: int, low: float, high: float = 0.45
) -> Iterator[tuple[Cell, NDArray[np.bool_]]]:
    """Yield causes of one to three conditions that hold between ``low`` and ``high`` of all and hardly overlap."""
    taken = np.zeros(len(weights), dtype=np.bool_)
    for _ in range(how_many):
        for _ in range(100):
            depth = min(int(rng.choice([1, 1, 2, 2, 3])), len(codes) - 1)
            attributes = rng.choice(len(codes), depth, replace=False)
            leaf = int(rng.choice(len(weights), p=weights)) if rng.random() < 0.5 else int(rng.integers(len(weights)))
            cell = frozenset((int(attribute), int(codes[attribute][leaf])) for attribute in attributes)
            here = inside(codes, cell)
            share = weights[here].sum()
            fits = low <= share <= high and weights[here & taken].sum() <= 0.3 * share
            if fits and told_apart(codes, weights, cell):
                taken |= here
                yield cell, here
                break


def scattered(rng: Random, mean: Floats, correlation: float) -> Floats:
    if not correlation:
        return mean
    size = 1 / correlation - 1
    return rng.beta(mean * size, (1 - mean) * size)


class Counting(Struct, frozen=True):
    """A family of counts: background rate, how values and leaves differ, how strong causes are."""

    table: str
    rate: tuple[float, float]
    values: tuple[float, ...]
    leaves: tuple[float, ...]
    cause: tuple[float, float]
    within: tuple[float, ...]
    causes: tuple[int, ...] = (1, 1, 1, 2, 2, 3)
    rise: float = 3.0


COUNTS = {
    "dense": Counting("dense", (5e-4, 0.08), (0, 0.3), (0, 0.01, 0.05), (0.15, 0.98), (0, 0.05, 0.3)),
    "sparse, correlated": Counting("tied", (5e-4, 0.08), (0, 0.3), (0, 0.01, 0.05), (0.15, 0.98), (0, 0.05, 0.3)),
    "logs": Counting("logs", (2e-3, 0.15), (0.2, 0.5, 0.8), (0.01, 0.05, 0.15), (0.2, 0.95), (0.1,), (1, 1, 2)),
    "short": Counting("short", (1e-3, 0.1), (0,), (0, 0.01, 0.03), (0.2, 0.98), (0.1,), (1, 1, 2)),
    "weak": Counting("weak", (0.01, 0.15), (0,), (0.03, 0.08, 0.15), (0.05, 0.45), (0.3,), (1, 1, 2), 1.8),
}


def table_of(rng: Random, kind: str) -> tuple[list[Codes], Floats]:
    """Return leaves with their members."""
    skew = rng.uniform(0, 1.5)
    if kind in ("dense", "short"):
        width = int(rng.integers(3, 7) if kind == "dense" else rng.integers(2, 5))
        codes, weights = dense(rng, sizes_of(rng, width, 28, 30_000 if kind == "dense" else 300), skew)
        each = spread(rng, 2, 200) if kind == "dense" else spread(rng, 20, 2_000)
        members = rng.poisson(weights * len(weights) * each).astype(np.float64)
    elif kind == "weak":
        codes, weights = sampled(
            rng, sizes_of(rng, int(rng.integers(3, 7)), 20, 10**9), int(spread(rng, 300, 8_000)), skew / 2, 0.3
        )
        members = np.maximum(1.0, rng.poisson(np.exp(rng.normal(2.5, rng.uniform(1, 2.2), len(weights)))))
    else:
        width = int(rng.integers(3, 11) if kind == "tied" else rng.integers(3, 8))
        rows = int(spread(rng, 500, 30_000))
        codes, weights = sampled(rng, sizes_of(rng, width, 60, 10**15), rows, skew, 0.4)
        each = 1.0 if rng.random() < 0.4 else spread(rng, 2, 500)
        members = np.maximum(1.0, np.round(weights * rows * each))
    kept = members > 0
    return [code[kept] for code in codes], members[kept]


def counting(rng: Random, family: Counting, *, with_causes: bool = True) -> Case:
    """Return a case of affected and total."""
    codes, members = table_of(rng, family.table)
    weights = members / members.sum()
    base = np.full(len(members), log(spread(rng, *family.rate)))
    differ = rng.choice(family.values) / np.sqrt(len(codes))
    for code in codes:
        base += rng.normal(0, differ, int(code.max()) + 1)[code]
    rate = scattered(rng, np.exp(base).clip(1e-6, 0.5), float(rng.choice(family.leaves)))
    found: list[Cell] = []
    how_many = int(rng.choice(family.causes)) if with_causes else 0
    for cell, here in choose(rng, codes, weights, how_many, max(0.004, 60 / members.sum())):
        usual = float(np.average(rate[here], weights=members[here]))
        lowest = max(family.cause[0], family.rise * usual)
        level = rng.uniform(lowest, family.cause[1]) if lowest < family.cause[1] else family.cause[1]
        if members[here].sum() * level < 25:
            continue
        own = scattered(rng, np.full(int(here.sum()), level), float(rng.choice(family.within)))
        rate = rate.copy()
        rate[here] = np.maximum(rate[here], own)
        found.append(cell)
    affected = rng.binomial(members.astype(np.int64), rate.clip(0, 1)).astype(np.float64)
    return Case(codes, affected, members, frozenset(found), True)


def marked(rng: Random) -> Case:
    """Return leaves that a detector marked or not, some of them wrongly."""
    codes, weights = dense(rng, sizes_of(rng, 4, 33, 20_000), 0.0)
    kept = rng.random(len(weights)) < rng.uniform(0.3, 1)
    codes, ones = [code[kept] for code in codes], np.ones(int(kept.sum()))
    marks = np.zeros(len(ones), dtype=np.bool_)
    chosen = list(choose(rng, codes, ones / len(ones), int(rng.choice([1, 1, 2, 3])), min(0.2, 8 / len(ones))))
    for _, here in chosen:
        marks |= here
    missed, false = rng.uniform(0, 0.3), rng.uniform(0, 0.04)
    marks = np.where(marks, rng.random(len(ones)) > missed, rng.random(len(ones)) < false)
    return Case(codes, marks.astype(np.float64), ones, frozenset(cell for cell, _ in chosen), True)


def forecast(rng: Random, noise: float, kind: str, *, with_causes: bool = True) -> Case:
    """Return real values beside predicted ones: ``noise`` relative (0: counts), causes that change in proportion."""
    codes, weights = dense(rng, sizes_of(rng, int(rng.integers(3, 6)), 24, 20_000), rng.uniform(0, 1.2))
    if kind == "sparse":
        kept = rng.random(len(weights)) < rng.uniform(0.1, 0.5)
        codes, weights = [code[kept] for code in codes], weights[kept]
    predicted = weights / weights.mean() * spread(rng, 5, 500)
    predicted[rng.random(len(weights)) < rng.choice([0, 0.1, 0.25])] = 0
    if not noise:
        predicted = np.round(predicted)
    real = predicted * (1 + rng.normal(0, noise, len(weights))) if noise else rng.poisson(predicted).astype(np.float64)
    real = np.maximum(real, 0)
    even = np.ones(len(weights)) / len(weights)
    found: list[Cell] = []
    how_many = int(rng.choice([1, 2, 3])) if with_causes else 0
    for cell, here in choose(rng, codes, even, how_many, min(0.2, 6 / len(weights)), 0.4):
        part = np.full(int(here.sum()), rng.uniform(max(0.2, 2.5 * noise), 1))
        part = rng.uniform(0.1, 0.9, len(part)) if kind == "uneven" else (part + rng.normal(0, 0.03, len(part)))
        real[here] *= 1 + 1.5 * part.clip(0, 1) if rng.random() < 0.3 else 1 - part.clip(0, 1)
        found.append(cell)
    if not noise:
        real = np.round(real)
    return Case(codes, real, predicted, frozenset(found), False)


FAMILIES: dict[str, Callable[[Random], Case]] = {
    **{name: partial(counting, family=family) for name, family in COUNTS.items()},
    "marks": marked,
    "forecast ±1 %": lambda rng: forecast(rng, 0.01, ""),
    "forecast ±5 %": lambda rng: forecast(rng, 0.05, ""),
    "forecast ±20 %": lambda rng: forecast(rng, 0.2, ""),
    "forecast uneven": lambda rng: forecast(rng, 0.05, "uneven"),
    "forecast sparse": lambda rng: forecast(rng, 0.05, "sparse"),
    "forecast counts": lambda rng: forecast(rng, 0.0, ""),
}


def negative(rng: Random) -> Case:
    """Return a table in which nothing happened."""
    if rng.random() < 0.3:
        return forecast(rng, float(rng.choice([0, 0.02, 0.1])), "", with_causes=False)
    family = COUNTS[str(rng.choice(["dense", "sparse, correlated", "short", "weak"]))]
    return counting(rng, family, with_causes=False)


def made(name: str, make: Callable[[Random], Case], how_many: int) -> list[Case]:
    """Return ``how_many`` cases with causes, the same in every run."""
    number = sum(map(ord, name))
    cases: list[Case] = []
    attempt = 0
    while len(cases) < how_many:
        case = make(np.random.default_rng([SEED, number, attempt]))
        attempt += 1
        if case.causes:
            cases.append(case)
    return cases


def fleet(rng: Random, sims: int = 1_300_000) -> Case:
    """Return a fleet of 10 attributes in which one of them explains about 100,000 affected SIMs."""
    sizes = (200, 4, 12, 60, 40, 5, 30, 300, 80, 250)
    kinds = rng.choice(400, sims, p=shares(rng, 400, 0.8))
    own = (0.0, 0.1, 0.0, 0.0, 0.02, 0.0, 0.0, 0.05, 0.1, 0.1)
    columns = []
    for size, part in zip(sizes, own, strict=True):
        column = rng.integers(0, size, 400)[kinds]
        free = rng.random(sims) < part
        columns.append(np.where(free, rng.choice(size, sims, p=shares(rng, size, 1.2)), column))
    distinct, members = np.unique(np.stack(columns), axis=1, return_counts=True)
    codes = list(distinct.astype(np.int64))
    held = np.bincount(codes[0], weights=members)
    apn = int(np.abs(held - 105_000).argmin())
    rate = np.where(codes[0] == apn, 0.95, 0.018)
    affected = rng.binomial(members, rate).astype(np.float64)
    return Case(codes, affected, members.astype(np.float64), frozenset([frozenset([(0, apn)])]), True)
