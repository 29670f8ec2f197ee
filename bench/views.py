"""What a person waits for at the hub: another order of 100,000 rows, and each key typed into a filter.

Measured is the time that the hub computes (CPU), windows included. A filter is typed key by key, each key a query that
begins from the one before, as a terminal's does; keys after which it cannot be read yet cost nothing and are left out.
"""

import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from random import Random
from resource import getpagesize
from statistics import median
from time import thread_time

from msgspec import structs

from bench.report import Row
from feeds.model import AlarmRow, Severity
from feeds.views import BadQuery, Query
from feeds.views.held import HeldRows

ROWS = 100_000
ROUNDS = 5
WINDOW = 120
SORT_MS = 100.0
KEYSTROKE_MS = 50.0
CHANGED = 200
"""Rows that change between two frames at 2,000 alarms/s."""
HELD_MB = 150.0

BASE = "-severity:cleared"
SORTS = ("-raised", "managed_object", "-occurrences", "key", "text", "cleared,-severity", "-source,changed")
TYPED = ("pgw-sto-12", "17", "managed_object:pgw-got-3", "text:12", "occurrences:>500", "raised:<36h", "-down")
PATTERNS = ("~path.*down", "~sto-[12]+$", "?pgt12", "text:?pdn")
WATCHED = (
    *("", BASE, "source:nms", "path", "managed_object:got", "raised:<5d", "severity:>=major", "~sto-1", "?pgw"),
    "occurrences:>100",
)
"""Ten filters; in two orders they are twenty views that no two terminals share."""

_NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Alarms:
    """A hub's alarms, as a source of queries."""

    name = "alarms"
    row_type = AlarmRow
    default_sort = "-severity,-raised"

    def __init__(self) -> None:
        severities = list(Severity)
        self.rows = {
            f"nms/{number}": AlarmRow(
                key=f"nms/{number}",
                severity=severities[number * 7 % 6],
                source="nms",
                managed_object=f"pgw-{('sto', 'got', 'mal')[number % 3]}-{number % 997}",
                raised=_NOW - timedelta(seconds=number * 7_919 % 1_000_000),
                changed=_NOW,
                occurrences=number * 31 % 1_000,
                specific_problem="GTP path failure",
                text=f"path {number} is down, peers do not answer, the counter stands at {number * 17}",
            )
            for number in range(ROWS)
        }

    def every_key(self) -> Iterable[str]:
        """All of them."""
        return self.rows

    def row(self, key: str) -> AlarmRow | None:
        """One of them."""
        return self.rows.get(key)


def _spent(do: Callable[[], object]) -> float:
    """Return the milliseconds that something computes."""
    start = thread_time()
    do()
    return (thread_time() - start) * 1_000


class Desk:
    """A terminal on the alarms, as the hub serves it."""

    def __init__(self, *, prepared: bool) -> None:
        self.held = HeldRows(Alarms(), thread_time)
        self.opened = self.query("", BASE, [])
        self.spine = self.query("", "", [])
        if prepared:
            while self.held.prepare(lambda: False):  # as the hub does by itself, between frames
                pass

    def query(self, sort: str, filter: str, others: list[Query]) -> Query:
        """Ask, and take the first window."""
        query = Query(self.held, sort, filter, lambda: _NOW, others)
        query.window(0, WINDOW)
        return query

    def another_order(self, sort: str) -> float:
        """Return milliseconds."""
        return _spent(lambda: self.query(sort, BASE, [self.opened, self.spine]))

    def slowest_key(self, typed: str) -> float:
        """Return the milliseconds of the key that costs most."""
        slowest, before = 0.0, self.opened
        for end in range(1, len(typed) + 1):
            start = thread_time()
            try:
                before = self.query("", f"{BASE} {typed[:end]}", [before, self.spine])
            except BadQuery:
                continue  # not typed to its end
            slowest = max(slowest, (thread_time() - start) * 1_000)
        return slowest


def _slowest(cost: Callable[[str], float], of: Iterable[str]) -> tuple[float, str]:
    """Return the greatest of the medians, and what it was of."""
    return max((median(cost(one) for _ in range(ROUNDS)), one) for one in of)


def _first(cost: Callable[[Desk, str], float], of: Iterable[str], *, prepared: bool) -> tuple[float, str]:
    """Return what costs most where nobody asked for anything like it before, and what it was."""
    return max((cost(Desk(prepared=prepared), one), one) for one in of)


def watched() -> tuple[float, float]:
    """Return megabytes that twenty views take beside the rows, and milliseconds in which all take changed rows in."""
    alarms, draw = Alarms(), Random(1)
    before = _resident()
    held = HeldRows(alarms, thread_time)
    queries = [Query(held, sort, text, lambda: _NOW) for sort in ("", "managed_object") for text in WATCHED]
    while held.prepare(lambda: False):
        pass
    keys, spent = list(alarms.rows), []

    def take_in(changed: list[str]) -> None:
        for query in queries:
            query.touch(changed)
        for query in queries:
            query.refresh()
            query.window(0, WINDOW)

    for _ in range(20):
        changed = draw.sample(keys, CHANGED)
        for key in changed:
            alarms.rows[key] = structs.replace(
                alarms.rows[key], severity=draw.choice(list(Severity)), text=f"path {draw.random()} is up"
            )
        spent.append(_spent(lambda changed=changed: take_in(changed)))  # type: ignore[misc]
    return _resident() - before, median(spent)


def _resident() -> float:
    """Return the memory that this process has, in megabytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * getpagesize() / 1e6


def run() -> list[Row]:
    """Measure, and return the rows of the table."""
    desk = Desk(prepared=True)
    for sort in SORTS:
        desk.another_order(sort)
    order = _slowest(desk.another_order, SORTS)
    typed = _slowest(desk.slowest_key, TYPED)
    pattern = _slowest(desk.slowest_key, PATTERNS)
    first_order = _first(Desk.another_order, SORTS, prepared=True)
    first_typed = _first(Desk.slowest_key, TYPED, prepared=True)
    unready = _first(Desk.slowest_key, TYPED[:1], prepared=False)
    view = f"view {ROWS:,} rows"
    rows = [
        _row(f"{view}: another order, at the hub", order, SORT_MS),
        _row(f"{view}: the same, of a key that nobody sorted by before", first_order, SORT_MS),
        _row(f"{view}: slowest keystroke of a filter, at the hub", typed, KEYSTROKE_MS),
        _row(f"{view}: the same, of a field that nobody looked at before", first_typed, KEYSTROKE_MS),
        _row(f"{view}: slowest keystroke of a pattern", pattern, KEYSTROKE_MS),
        _row(f"{view}: slowest keystroke of a word before texts are prepared", unready, KEYSTROKE_MS),
    ]
    if sys.platform == "linux":
        # In a process of its own: what was measured before has left memory behind.
        with ProcessPoolExecutor(1, get_context("spawn")) as apart:
            megabytes, spent = apart.submit(watched).result()
        rows += [
            Row(f"{view}: twenty filters that nobody shares, beside the rows", megabytes, "MB", "limit",
                HELD_MB / megabytes, f"≤ {HELD_MB:g} MB", megabytes <= HELD_MB),
            Row(f"{view}: {CHANGED} rows change, for each of them", spent / (2 * len(WATCHED)), "ms"),
        ]  # fmt: skip
    return rows


def _row(name: str, cost: tuple[float, str], limit: float) -> Row:
    """Return a row whose ratio is how often its cost goes into the limit."""
    value, of = cost
    return Row(name, value, "ms", of, limit / value, f"≤ {limit:g} ms", value <= limit)
