"""Grouping: a burst of cases through a real hub until all are in groups, and what a case costs the more there are.

Run alone with ``python -m bench.grouping``.
"""

import http.client
import json
import random
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench.report import Row, print_table
from bench.running_hub import running_hub
from feeds.board import Board, Touched, propose
from feeds.facts import CaseReported, Entry, Fact, RangesStated
from feeds.model import CaseEvent, SimRange
from feeds.simspace import SimSpan

RANGES = 3_000
SIMS = 10_000
APN_OF = 10
"""Each so many-th range has the APN that fails: all cases of the burst are about these."""
OLD = 10
"""Where the cost of one more is measured, there is one case that has been open for days to so many new ones."""
BURST = 20_000
IN_A_BODY = 500
BUDGET_SECONDS = 2.0
CURVE = (1_000, 10_000, 100_000)
MEASURED = 1_000
TURNS = 5
"""The quickest of so many turns counts: what other programs do meanwhile is not meant."""
IN_A_BATCH = 100
BUDGET_GROWTH = 1.5
START = datetime(2026, 3, 2, tzinfo=UTC)

_SENTENCES = (
    "Hello, our meters with {sims} have no data since last night. Could you please look into it?\nRegards, Anna",
    "Hej, vi har problem med {sims}, de kopplar inte upp. Kan ni kolla?\nMvh Karin",
    "Guten Tag, die Karten {sims} sind offline. Bitte um Rückmeldung.\nMit freundlichen Grüßen, Jens",
)


def ranges() -> list[SimRange]:
    """Return the fleet: RANGES ranges of as many customers; every tenth has the APN that fails."""
    return [
        SimRange(
            first=str(894620002000000000 + number * 1_000_000),
            last=str(894620002000000000 + number * 1_000_000 + SIMS - 1),
            customer=f"c{number}",
            attributes={
                "apn": "iot.meter" if number % APN_OF == 0 else f"apn-{number % 13}",
                "hss": f"hss-{number % 4}",
            },
        )
        for number in range(RANGES)
    ]


def cases(count: int, seed: int) -> Iterator[dict[str, Any]]:
    """Yield cases about one SIM each, spread evenly over the ranges that are hit, the same ones each time."""
    rng = random.Random(seed)
    for number in range(count):
        place = number * APN_OF % RANGES
        body = 894620002000000000 + place * 1_000_000 + rng.randrange(SIMS)
        text = rng.choice(_SENTENCES).format(sims=body)
        yield {"number": f"{seed}-{number}", "customer": f"c{place}", "title": "no data", "text": text}


@contextmanager
def _hub() -> Iterator[http.client.HTTPConnection]:
    directory = Path(tempfile.mkdtemp(prefix="vaken-bench-"))
    try:
        with running_hub(directory) as url:
            address = urlsplit(url)
            connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=60)
            yield connection
            connection.close()
    finally:
        shutil.rmtree(directory)


def _ask(connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None = None) -> Any:
    connection.request(method, path, body)
    answer = connection.getresponse()
    said = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status} {said[:200]!r}")
    return json.loads(said)


def _burst() -> tuple[float, float]:
    """Return the seconds from the first post, and from the last answer, until every case is in a group."""
    bodies = []
    burst = list(cases(BURST, seed=11))
    for at in range(0, BURST, IN_A_BODY):
        bodies.append(json.dumps(burst[at : at + IN_A_BODY]).encode())
    inventory = json.dumps(
        [
            {"first": one.first, "last": one.last, "customer": one.customer, "attributes": one.attributes}
            for one in ranges()
        ]
    ).encode()
    with _hub() as connection:
        _ask(connection, "POST", "/v1/ranges", inventory)
        begun = time.perf_counter()
        for body in bodies:
            _ask(connection, "POST", "/v1/cases", body)
        accepted = time.perf_counter()
        while True:
            (totals,) = _ask(connection, "GET", "/v1/totals")["rows"]
            if totals.get("grouped", 0) >= BURST:
                break
            if time.perf_counter() - accepted > 60:
                raise RuntimeError(f"only {totals.get('grouped', 0)} of {BURST} cases are in groups")
            time.sleep(0.02)
        seen = time.perf_counter()
        _ask(connection, "GET", "/v1/outages?limit=60")
        return seen - begun, seen - accepted


def _entries(first: int, found: list[Fact]) -> list[Entry]:
    return [Entry(first + n, START + timedelta(seconds=first + n), "desk", fact) for n, fact in enumerate(found)]


def _facts(count: int, seed: int) -> list[Fact]:
    found: list[Fact] = []
    rng = random.Random(seed)
    for number in range(count):
        is_old = number % OLD == 0
        place = rng.randrange(RANGES) if is_old else number * APN_OF % RANGES
        body = str(894620002000000000 + place * 1_000_000 + rng.randrange(SIMS))
        opened = START - timedelta(days=3) if is_old else None
        event = CaseEvent(number=f"{seed}-{number}", customer=f"c{place}", opened=opened)
        found.append(CaseReported(event, sims=(SimSpan("iccid", body, body),)))
    return found


def _settle(board: Board) -> None:
    while found := propose(board):
        board.apply(_entries(board.seq + 1, found), Touched())


def _curve() -> list[tuple[int, float]]:
    """Return for each size of CURVE: open cases, and microseconds of CPU that one more case costs the board."""
    board = Board()
    board.apply(_entries(1, [RangesStated(tuple(ranges()))]), Touched())
    costs = []
    there = 0
    for size in CURVE:
        board.apply(_entries(board.seq + 1, _facts(size - there, seed=size)), Touched())
        _settle(board)
        taken = []
        for turn in range(TURNS):
            more = _facts(MEASURED, seed=size + 1 + turn)
            started = time.process_time()
            for at in range(0, MEASURED, IN_A_BATCH):
                board.apply(_entries(board.seq + 1, more[at : at + IN_A_BATCH]), Touched())
            _settle(board)
            taken.append(time.process_time() - started)
        costs.append((size, min(taken) / MEASURED * 1e6))
        there = size + TURNS * MEASURED
    return costs


def run() -> list[Row]:
    """Measure and return the rows."""
    whole, after = _burst()
    curve = _curve()
    name = f"{BURST:,} cases over {RANGES:,} ranges"
    rows = [
        Row(
            f"{name}: last accepted → all in groups",
            after,
            "s",
            "",
            None,
            f"≤ {BUDGET_SECONDS:g} s",
            after <= BUDGET_SECONDS,
        ),
        Row(f"{name}: first sent → all in groups", whole, "s"),
    ]
    base = curve[0][1]
    for size, cost in curve:
        rows.append(
            Row(
                f"one case more, {size:,} open",
                cost,
                "µs CPU",
                f"with {CURVE[0]:,}",
                cost / base,
                f"≤ {BUDGET_GROWTH:g}×",
                cost / base <= BUDGET_GROWTH,
            )
        )
    return rows


if __name__ == "__main__":
    print_table(run())
