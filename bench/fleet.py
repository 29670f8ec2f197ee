"""A fleet of a million ranges with overlaps and fifty million SIMs: what it costs to build, to hold, to ask, to change.

Measured is the time that the program computes (CPU). Lookups stand beside Python's own bisect over two lists, which
knows nothing of overlaps; loading a snapshot beside decoding its bytes alone.
"""

import subprocess
import sys
import tempfile
from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import process_time
from typing import Final, TypeVar

import msgspec
import numpy as np

from bench.report import Row, print_table
from feeds.board import Board, Touched
from feeds.facts import Entry, RangesLoaded
from feeds.fleet.codes import Codes
from feeds.fleet.columns import Columns, Numbers
from feeds.fleet.difference import difference
from feeds.fleet.fleet import Fleet
from feeds.fleet.prepared import prepare
from feeds.model import RangeTable
from feeds.simspace import SimKind

T = TypeVar("T")

RANGES: Final = 1_000_000
SIMS: Final = 50_000_000
ASKED: Final = 1_000_000
SMALL: Final = 100
SEED: Final = 1
ROUNDS: Final = 5

_BASE: Final = 894620000000000000
_IMSI: Final = 240010000000000
_MSISDN: Final = 467190000000000
_ATTRIBUTES: Final = (
    *(("apn", 40), ("batch", 20_000), ("gateway", 12), ("home_plmn", 3)),
    *(("hss", 6), ("plan", 30), ("profile", 15), ("visited_plmn", 60)),
)
_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)


def fleet(seed: int, overlapping: bool = True) -> Columns:
    """Return RANGES ranges: nine of ten side by side, one in ten a part of one of these, 100 that span thousands.

    Not ``overlapping``: all side by side.
    """
    drawn = np.random.default_rng(seed)
    wide, parts = (100, RANGES // 10) if overlapping else (0, 0)
    whole = RANGES - parts - wide
    sizes = drawn.integers(2, 2 * SIMS // whole - 2, whole)
    firsts = _BASE + np.cumsum(sizes + drawn.integers(0, 3, whole)) - sizes
    lasts = firsts + sizes - 1
    inside = drawn.choice(whole, parts, replace=False)
    span = whole // max(wide, 1)
    step = np.arange(wide) * span
    all_firsts = np.concatenate((firsts, firsts[inside], firsts[step]))
    all_lasts = np.concatenate((lasts, firsts[inside] + sizes[inside] // 2 - 1, lasts[step + span - 1]))
    return Columns.canonical(
        all_firsts,
        all_lasts,
        _drawn("c", 3_000, drawn),
        _drawn("use", 4, drawn),
        [(name, _drawn(name, values, drawn)) for name, values in _ATTRIBUTES],
        _IMSI + (all_firsts - _BASE),
        _MSISDN + (all_firsts - _BASE),
    )


def _drawn(name: str, values: int, drawn: np.random.Generator) -> Codes:
    codes = drawn.integers(0, values, RANGES).astype(np.int32)
    return Codes(tuple(sorted(f"{name}-{number}" for number in range(values))), codes)


def moved(columns: Columns, share: float) -> Columns:
    """Return the inventory with a share of the ranges moved to another customer, and as many gone."""
    drawn = np.random.default_rng(SEED + 1)
    codes = columns.customer.codes.copy()
    chosen = drawn.choice(len(columns), int(len(columns) * share), replace=False)
    codes[chosen] = (codes[chosen] + 1) % len(columns.customer.values)
    stays = np.ones(len(columns), dtype=np.bool_)
    stays[drawn.choice(len(columns), len(chosen), replace=False)] = False
    other = Columns.canonical(
        columns.firsts,
        columns.lasts,
        Codes(columns.customer.values, codes),
        columns.use,
        columns.attributes,
        columns.imsis,
        columns.msisdns,
    )
    return other.taken(stays)


def seconds(work: Callable[[], T], rounds: int = ROUNDS) -> tuple[float, T]:
    """Return the median seconds of CPU that ``work`` takes, and what it returns."""
    spent: list[float] = []
    for _ in range(rounds):
        start = process_time()
        found = work()
        spent.append(process_time() - start)
    return median(spent), found


def points(starts: Numbers) -> Numbers:
    """Return ASKED numbers anywhere on a number line, in any order."""
    drawn = np.random.default_rng(SEED + 2)
    found: Numbers = drawn.integers(starts[0], starts[-1], ASKED)
    return found


def resident(table: RangeTable) -> float:
    """Return the megabytes that a fresh process holds with nothing but the fleet of ``table``, all indexes made."""
    with tempfile.NamedTemporaryFile(suffix=".ranges") as file:
        file.write(msgspec.msgpack.encode(table))
        file.flush()
        done = subprocess.run(
            [sys.executable, "-m", "bench.fleet", file.name], capture_output=True, text=True, check=True
        )
    return float(done.stdout)


def hold(path: Path) -> float:
    """Make the fleet of the table in a file; return the megabytes that this process holds then."""
    held = prepare(msgspec.msgpack.decode(path.read_bytes(), type=RangeTable), _AT).standing
    assert len(held) == RANGES
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096 / 1e6


def lookups(made: Fleet, kind: SimKind, starts: Numbers) -> tuple[float, Numbers]:
    """Return lookups a second in bulk, and what was asked."""
    asked = points(starts)
    spent, _ = seconds(lambda: made.best(kind, asked))
    return ASKED / spent, asked


def run() -> list[Row]:
    """Measure, and return the rows of the table."""
    columns = fleet(SEED)
    table = columns.table()
    decoding, columns = seconds(lambda: Columns.of(table))
    building, made = seconds(lambda: Fleet.of(columns).warm(), 3)
    flat = fleet(SEED, overlapping=False)
    plain, _ = seconds(lambda: Fleet.of(flat).warm(), 3)
    by_iccid, asked = lookups(made, "iccid", columns.firsts)
    by_imsi, _ = lookups(made, "imsi", columns.imsis)
    by_msisdn, _ = lookups(made, "msisdn", columns.msisdns)
    firsts, few = columns.firsts.tolist(), asked[: ASKED // 10].tolist()
    bisecting, _ = seconds(lambda: [bisect_right(firsts, point) for point in few])
    single, _ = seconds(lambda: [made.at("iccid", point) for point in few])
    beside = f"bisect over a list: {len(few) / bisecting:,.0f}"

    changed = [
        Columns.from_ranges(
            [msgspec.structs.replace(columns.row(row), customer="other") for row in range(n, n + SMALL)]
        )
        for n in range(0, 20 * SMALL, SMALL)
    ]
    states = [made]

    def change() -> None:
        for one in changed:
            states.append(states[-1].stated(one))
            states[-1].best("iccid", asked[:SMALL])

    changing, _ = seconds(change, 1)
    after = moved(columns, 0.02)
    comparing, found = seconds(lambda: difference(columns, after), 3)
    others = fleet(SEED + 5)
    replacing, _ = seconds(lambda: difference(columns, others), 3)

    board = Board()
    board.inventory.prepared = prepare(table, _AT)
    board.apply([Entry(1, _AT, "bench", RangesLoaded(table))], Touched())
    data = board.dump()
    raw, _ = seconds(lambda: msgspec.msgpack.decode(data), 3)
    loading, _ = seconds(lambda: Board.load(data).inventory.range_at(few[0]), 3)
    assert found.moved
    held = resident(table)
    sims = f"{made.count / 1e6:.0f} M SIMs"
    return [
        Row(f"fleet {RANGES:,} ranges, {sims}: table proved", decoding, "s"),
        Row("fleet: three indexes with overlaps made", building, "s", budget="≤ 1.5 s", met=building <= 1.5),
        Row("fleet: the same without overlaps", plain, "s", budget="≤ 0.5 s", met=plain <= 0.5),
        Row("fleet: a fresh process with all of it", held, "MB", budget="≤ 300 MB", met=held <= 300),
        Row("fleet: ICCID lookups in bulk", by_iccid, "/s", beside, by_iccid * bisecting / len(few), "≥ 500,000/s",
            by_iccid >= 500_000),
        Row("fleet: IMSI lookups in bulk", by_imsi, "/s"),
        Row("fleet: MSISDN lookups in bulk", by_msisdn, "/s"),
        Row("fleet: one ICCID looked up by itself", single / len(few) * 1e6, "µs"),
        Row(f"fleet: {SMALL} ranges stated, and asked", changing / len(changed) * 1e3, "ms",
            f"all built anew: {building * 1e3:,.0f} ms", building * len(changed) / changing),
        Row("fleet: difference, 4 in 100 ranges differ", comparing, "s"),
        Row("fleet: difference, all ranges differ", replacing, "s"),
        Row(f"fleet: snapshot of {len(data) / 1e6:.0f} MB loaded, and asked", loading, "s",
            f"decoded alone: {raw:.2f} s", raw / loading, "≤ 5 s", loading <= 5),
    ]  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(hold(Path(sys.argv[1])))
    else:
        print_table(run())
