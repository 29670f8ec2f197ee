"""Surges: false ones in quiet years of made-up desks, how soon real ones are noticed, what a look costs.

A desk's traffic is made up by bench/surge_traffic.py, which knows nothing of what the product expects.
"""

from collections.abc import Callable
from datetime import timedelta
from time import process_time

import numpy as np

from bench.report import Row, print_table
from bench.surge_traffic import START, Came, Desktop, quiet
from feeds.board import Board
from feeds.board.surge.surging import look
from feeds.facts import SurgeBegan
from feeds.model import CaseKind, Channel, Desk, Service
from feeds.surges import CELLS, HOURS_KEPT, History, learned

DAYS = 364
PART = 112
LIMIT = 1.0
LOOK_MS = 5.0
WARM = 56
"""Days of quiet before a surge."""
TRIES = 5
DESKS: dict[str, Callable[[], list[Came]]] = {
    "64 cases a day": lambda: quiet(101, DAYS),
    "bunches, uneven days": lambda: quiet(102, PART, bunches=0.3, day_spread=0.25),
    "6 cases a day": lambda: quiet(103, DAYS, a_day=6.0),
    "300 a day round the clock": lambda: quiet(104, PART // 2, a_day=300.0, nights=1.0),
}
SURGES = (
    # what, hour of the day, cases beyond the usual, minutes in which they come, asked for: noticed within minutes
    ("10 more in 10 min at night", 1.5, 10, 10, 15.0),
    ("10 more in 10 min by day", 10.0, 10, 10, None),
    ("20 more in 10 min by day", 10.0, 20, 10, 10.0),
    ("60 more in 10 min by day", 10.0, 60, 10, 5.0),
    ("30 more in 60 min by day", 10.0, 30, 60, 60.0),
    ("100 more over 24 h", 6.0, 100, 1440, 1440.0),
)


def false_surges(cases: list[Came]) -> int:
    """Count the surges that are said on a quiet desk."""
    desk = Desktop().play(cases)
    return sum(isinstance(fact, SurgeBegan) for _at, fact in desk.said)


def noticed_after(seed: int, dump: bytes, ordinary: list[Came], hour: float, more: int, minutes: int) -> float | None:
    """Return after how many minutes a surge is said, None: never."""
    rng = np.random.default_rng([seed, more, minutes])
    start = START + timedelta(days=WARM, hours=hour)
    extra = [
        Came(
            start + timedelta(minutes=float(minute)),
            Channel.CALL if rng.random() < 0.3 else Channel.EMAIL,
            CaseKind.INCIDENT,
            Service.DATA if rng.random() < 0.8 else Service.OTHER,
        )
        for minute in rng.uniform(0, minutes, more)
    ]
    desk = Desktop()
    desk.board = Board.load(dump)
    end = start + timedelta(minutes=minutes + 30)
    desk.play(one for one in ordinary if START + timedelta(days=WARM) <= one.at < start)
    began = len(desk.said)
    for one in sorted([*extra, *(one for one in ordinary if start <= one.at < end)], key=lambda came: came.at):
        desk.case(one)
        desk.look(one.at)
        if len(desk.said) > began:
            return (one.at - start).total_seconds() / 60
    return None


def run() -> list[Row]:
    """Measure, and return the rows of the table."""
    rows: list[Row] = []
    for name, make in DESKS.items():
        cases = make()
        weeks = (cases[-1].at - cases[0].at) / timedelta(days=7)
        rate = false_surges(cases) / weeks
        rows.append(
            Row(f"surges, quiet: {name}", rate, "false a week", f"{weeks:.0f} weeks, {len(cases):,} cases", None,
                f"≤ {LIMIT:g}", rate <= LIMIT)
        )  # fmt: skip
    warmed = []
    for seed in range(TRIES):
        ordinary = quiet(200 + seed, WARM + 3)
        before = START + timedelta(days=WARM)
        desk = Desktop().play((one for one in ordinary if one.at < before), looking=False)
        warmed.append((desk.board.dump(), ordinary))
    for what, hour, more, minutes, asked in SURGES:
        took = [noticed_after(seed, dump, cases, hour, more, minutes) for seed, (dump, cases) in enumerate(warmed)]
        found = [one for one in took if one is not None]
        middle = float(np.median(found)) if found else float("inf")
        met = None if asked is None else len(found) == TRIES and middle <= asked
        rows.append(
            Row(f"surges, noticed: {what}", middle, "min", f"{len(found)} of {TRIES} noticed", None,
                "" if asked is None else f"all, ≤ {asked:g} min", met)
        )  # fmt: skip
    rows += _costs(warmed[0][0])
    return rows


def _costs(dump: bytes) -> list[Row]:
    board = Board.load(dump)
    desk = Desktop()
    desk.board = board
    at = START + timedelta(days=WARM, hours=12)
    for number in range(3_000):
        desk.case(Came(at - timedelta(seconds=20 * number), Channel.CALL, CaseKind.INCIDENT, Service.DATA))
    desk.look(at)
    spent = []
    for second in range(40):
        began = process_time()
        look(board, at + timedelta(seconds=second))
        spent.append((process_time() - began) * 1_000)
    slowest = float(np.median(spent))
    rng = np.random.default_rng(9)
    counts = rng.poisson(2.0, (HOURS_KEPT, len(CELLS))).astype(np.float64)
    history = History(490_000, counts, counts.sum(axis=1), np.ones(HOURS_KEPT, dtype=np.bool_))
    learning = []
    for _ in range(20):
        began = process_time()
        learned(history, Desk())
        learning.append((process_time() - began) * 1_000)
    hourly = float(np.median(learning))
    return [
        Row("surges: one look, in the middle of one", slowest, "ms", "", None, f"≤ {LOOK_MS:g} ms", slowest <= LOOK_MS),
        Row("surges: learning from 12 weeks, once an hour", hourly, "ms", "", None, "≤ 20 ms", hourly <= 20),
    ]


if __name__ == "__main__":
    print_table(run())
