"""Storms: very many alarms in seconds, a million of them active, cases by the thousand; with terminals that look on.

The delays are those of ``bench.stream``; the memory is what the hub's process holds at the end. Run alone with
``python -m bench.storm``.
"""

import asyncio
import tempfile
import urllib.request
from pathlib import Path

import orjson

from bench.audience import Delays, alarms, cases, measure
from bench.report import Row, print_table
from bench.running_hub import HubProcess, hub_process

TERMINALS = 20
P99 = 0.150
ALARMS, ALARM_SECONDS = 50_000, 10.0
CASES, CASE_MINUTES = 20_000, 10.0
HURRY = 10.0
"""The cases come so many times faster than in the storm that is meant, so that this takes a minute."""
ACTIVE = 1_000_000
ACTIVE_BYTES = 3 << 30
"""Budget for the memory with so many active alarms."""
AFTER_RATE, AFTER_SECONDS = 500, 8.0


def _fill(hub: HubProcess) -> None:
    """Raise alarms until a million are active."""
    for first in range(ALARMS, ACTIVE, 1_000):
        request = urllib.request.Request(f"{hub.url}/v1/alarms", orjson.dumps(alarms(first, 1_000)))
        with urllib.request.urlopen(request, timeout=60):
            pass


def _row(name: str, found: Delays, hub: HubProcess) -> Row:
    memory = hub.resident() / 2**20
    beside = f"median {found.median * 1_000:.0f} ms, {found.refused} refused, {memory:,.0f} MiB held"
    met = found.p99 <= P99 and not found.refused
    return Row(name, found.p99 * 1_000, "ms", beside, budget=f"≤ {P99 * 1_000:.0f} ms", met=met)


def run() -> list[Row]:
    """Measure and return the rows."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="vaken-bench-") as place, hub_process(Path(place)) as hub:
        rate = int(ALARMS / ALARM_SECONDS)
        found = asyncio.run(measure(hub.url, TERMINALS, "/v1/alarms", alarms, 0, rate, ALARM_SECONDS))
        rows.append(_row(f"{ALARMS:,} alarms in {found.seconds:.1f} s: p99 at {TERMINALS} terminals", found, hub))
        seconds = CASE_MINUTES * 60 / HURRY
        rate = int(CASES / seconds)
        found = asyncio.run(measure(hub.url, TERMINALS, "/v1/cases", cases, 0, rate, seconds))
        rows.append(_row(f"{CASES:,} cases in {found.seconds:.0f} s: p99 at {TERMINALS} terminals", found, hub))
        _fill(hub)
        found = asyncio.run(measure(hub.url, TERMINALS, "/v1/alarms", alarms, ACTIVE, AFTER_RATE, AFTER_SECONDS))
        rows.append(_row(f"{ACTIVE:,} active, {AFTER_RATE} more a second: p99", found, hub))
        held = hub.resident()
        rows.append(
            Row(
                f"memory with {ACTIVE:,} active alarms",
                held / 2**20,
                "MiB",
                f"{held / ACTIVE:,.0f} bytes an alarm",
                budget=f"≤ {ACTIVE_BYTES / 2**20:,.0f}",
                met=held <= ACTIVE_BYTES,
            )
        )
    return rows


if __name__ == "__main__":
    print_table(run())
