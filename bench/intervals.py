"""Interval sets of a million runs each: what their algebra costs, beside one sweep over the same runs in plain Python.

The peer does what libraries of intervals in Python do (sorted pairs, merged one by one); it is measured on a part of
the runs and counted up, as its time is linear. Times are of the processor, the least of several.
"""

from collections.abc import Callable
from functools import partial
from time import process_time

import numpy as np

from bench.report import Row, print_table
from feeds.simspace import IntervalSet, full_text, parse_full
from feeds.simspace.clusters import find_clusters
from feeds.simspace.cover import cover
from feeds.simspace.numberline import NumberLine

RUNS = 1_000_000
PEER_RUNS = 100_000
POINTS = 100_000
CASES = 2_000
TIMES = 5
BUDGET_MS = 100.0
LINE_BUDGET_MS = 10.0

Pairs = list[tuple[int, int]]


def random_set(seed: int, number: int) -> IntervalSet:
    """Return ``number`` runs of ICCID bodies of up to 999 SIMs, about half of the line being in use."""
    rng = np.random.default_rng(seed)
    starts = 894620000000000000 + np.arange(number, dtype=np.int64) * 1_000 + rng.integers(0, 300, number)
    return IntervalSet(starts, starts + rng.integers(0, 699, number))


def spent(work: Callable[[], object], times: int = TIMES) -> float:
    """Return the least milliseconds of the processor that ``work`` took."""
    best = float("inf")
    for _ in range(times):
        start = process_time()
        work()
        best = min(best, process_time() - start)
    return best * 1_000


def swept(one: Pairs, other: Pairs, wanted: frozenset[int]) -> Pairs:
    """Return the points that lie in ``wanted`` of the sets (1: the one, 2: the other, 3: both), by one sweep."""
    events = sorted(
        [(first, 1) for first, _ in one]
        + [(last + 1, -1) for _, last in one]
        + [(first, 2) for first, _ in other]
        + [(last + 1, -2) for _, last in other]
    )
    found: Pairs = []
    state, begun = 0, -1
    for at, change in events:
        before = state in wanted
        state += change
        after = state in wanted
        if after and not before:
            begun = at
        elif before and not after and begun < at:
            if found and found[-1][1] == begun - 1:
                found[-1] = (found[-1][0], at - 1)
            else:
                found.append((begun, at - 1))
    return found


def run() -> list[Row]:
    """Measure, and return the rows of the table."""
    a, b = random_set(1, RUNS), random_set(2, RUNS)
    few_a, few_b = random_set(1, PEER_RUNS), random_set(2, PEER_RUNS)
    pairs_a, pairs_b = few_a.pairs(), few_b.pairs()
    rows = []
    operations: tuple[tuple[str, Callable[[IntervalSet, IntervalSet], IntervalSet], frozenset[int]], ...] = (
        ("union", IntervalSet.__or__, frozenset((1, 2, 3))),
        ("intersection", IntervalSet.__and__, frozenset((3,))),
        ("difference", IntervalSet.__sub__, frozenset((1,))),
        ("symmetric difference", IntervalSet.__xor__, frozenset((1, 2))),
    )
    for name, work, wanted in operations:
        if work(few_a, few_b).pairs() != swept(pairs_a, pairs_b, wanted):
            raise ValueError(f"{name} is not that of the plain sweep")
        ours = spent(partial(work, a, b))
        plain = spent(partial(swept, pairs_a, pairs_b, wanted), 1) * RUNS / PEER_RUNS
        beside = f"plain Python sweep: {plain:,.0f} ms"
        rows.append(
            Row(f"sets of {RUNS:,} runs: {name}", ours, "ms", beside, plain / ours, f"≤ {BUDGET_MS:g} ms",
                ours <= BUDGET_MS)
        )  # fmt: skip
    points = a.nth_many(np.random.default_rng(3).integers(0, a.count, POINTS))
    rows.append(Row(f"set of {RUNS:,} runs: membership of {POINTS:,}", spent(lambda: a.contains_many(points)), "ms"))
    rows.append(Row(f"set of {RUNS:,} runs: minimal cover", spent(lambda: cover(a), 1), "ms"))
    rows.append(
        Row(f"set of {PEER_RUNS:,} runs: full text and back", spent(lambda: parse_full(full_text(few_a)), 1), "ms")
    )
    line = NumberLine(a)
    stretches = line.stretches(200)
    for name, ribbon in (
        ("cut into 200 stretches", lambda: line.stretches(200)),
        (f"histogram of {POINTS:,} points", lambda: stretches.histogram(points)),
        ("coverage by 3,000 runs", lambda: line.coverage(stretches, IntervalSet(b.starts[::333], b.ends[::333]))),
    ):
        ours = spent(ribbon)
        rows.append(
            Row(f"number line of {RUNS:,} runs: {name}", ours, "ms", budget=f"≤ {LINE_BUDGET_MS:g} ms",
                met=ours <= LINE_BUDGET_MS)
        )  # fmt: skip
    rng = np.random.default_rng(4)
    cases = np.concatenate((rng.integers(8946 * 10**14, 8947 * 10**14, CASES), 89462 * 10**13 + rng.choice(1_000, 10)))
    rows.append(Row(f"clusters among {CASES:,} cases, no inventory", spent(lambda: find_clusters(cases)), "ms"))
    return rows


if __name__ == "__main__":
    print_table(run())
