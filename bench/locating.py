"""How often locating finds the exact cause in labelled tables, beside plain rivals on the same tables.

Times are CPU times of one case, without reading a file.
"""

from collections.abc import Callable, Sequence
from time import process_time

import numpy as np
from msgspec import Struct

from bench.locating_rivals import RIVALS, Answer, ours
from bench.locating_sets import FAMILIES, SEED, Case, fleet, made, negative
from bench.report import Row, print_table

CASES = 40
NEGATIVES = 120
BUDGET_MS = 50.0
FLEET_MS = 200.0


class Figures(Struct, frozen=True):
    """Shares over a family, and the CPU milliseconds of each case."""

    first: float
    top3: float
    precision: float
    recall: float
    spent: list[float]

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def figures(cases: Sequence[Case], method: Callable[[Case], Answer]) -> Figures:
    first = top3 = right = said = true = 0
    spent: list[float] = []
    for case in cases:
        start = process_time()
        answer = method(case)
        spent.append((process_time() - start) * 1_000)
        first += bool(answer.ranked) and answer.ranked[0] in case.causes
        top3 += bool(case.causes & set(answer.ranked[:3]))
        right += len(answer.causes & case.causes)
        said += len(answer.causes)
        true += len(case.causes)
    return Figures(first / len(cases), top3 / len(cases), right / max(said, 1), right / max(true, 1), spent)


def run() -> list[Row]:
    """Measure, and return the rows of the table."""
    rows: list[Row] = []
    spent: list[float] = []
    for name, make in FAMILIES.items():
        cases = made(name, make, CASES)
        our = figures(cases, ours)
        rivals = {what: figures(cases, method) for what, method in RIVALS.items()}
        bare = rivals["likelihood ratio"]
        spent += our.spent
        beside = ", ".join(f"{what} {one.first:.0%}" for what, one in rivals.items())
        rows.append(
            Row(f"locate, {name}: exact cause first", our.first * 100, "%", beside, our.first / max(bare.first, 0.01),
                "≥ 75 %", our.first >= 0.75)
        )  # fmt: skip
        rows.append(Row(f"locate, {name}: exact in top 3", our.top3 * 100, "%", f"likelihood ratio {bare.top3:.0%}",
                        our.top3 / max(bare.top3, 0.01), "≥ 90 %", our.top3 >= 0.9))  # fmt: skip
        best = max(one.f1 for one in rivals.values())
        beside = ", ".join(f"{what} {one.f1:.0%}" for what, one in rivals.items())
        rows.append(Row(f"locate, {name}: F1 (precision {our.precision:.0%}, recall {our.recall:.0%})", our.f1 * 100,
                        "%", beside, our.f1 / max(best, 0.01)))  # fmt: skip
    quiet = [negative(np.random.default_rng([SEED, 7, number])) for number in range(NEGATIVES)]
    false = sum(bool(ours(case).causes) for case in quiet) / NEGATIVES * 100
    rows.append(Row("locate: explained although nothing happened", false, "%", "", None, "≤ 2 %", false <= 2))
    middle, late = float(np.median(spent)), float(np.percentile(spent, 99))
    rows.append(
        Row(
            "locate: one case, median",
            middle,
            "ms",
            f"p99 {late:.0f} ms",
            None,
            f"≤ {BUDGET_MS:g} ms",
            middle <= BUDGET_MS,
        )
    )
    big = fleet(np.random.default_rng([SEED, 8]))
    took = figures([big] * 3, ours)
    quick = float(np.median(took.spent))
    what = f"locate: {big.first.sum():,.0f} affected SIMs × 10 attributes, {len(big.first):,} combinations"
    rows.append(Row(what, quick, "ms", "", None, f"≤ {FLEET_MS:g} ms", quick <= FLEET_MS and took.first == 1))
    return rows


if __name__ == "__main__":
    print_table(run())
