"""The stream: what idle terminals cost a hub, and how soon what was accepted is at each of twenty.

The hub is a process of its own. Run alone with ``python -m bench.stream``.
"""

import asyncio
import tempfile
from pathlib import Path

from aiohttp import ClientSession, TCPConnector

from bench.audience import Audience, alarms, measure
from bench.report import Row, print_table
from bench.running_hub import HubProcess, hub_process

IDLE_TERMINALS = 200
IDLE_SECONDS = 10.0
IDLE_SHARE = 0.05
"""Budget: of one core."""
TERMINALS = 20
RATE = 2_000
SECONDS = 15.0
P99 = 0.150


async def _idle(hub: HubProcess) -> float:
    """Return the share of a core that idle terminals take."""
    async with ClientSession(connector=TCPConnector(limit=0)) as session:
        audience = Audience()
        await audience.come(session, hub.url, IDLE_TERMINALS)
        listening = asyncio.create_task(audience.listen())
        await asyncio.sleep(3.0)
        before = hub.cpu_seconds()
        await asyncio.sleep(IDLE_SECONDS)
        used = hub.cpu_seconds() - before
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    return used / IDLE_SECONDS


def run() -> list[Row]:
    """Measure and return the rows."""
    with tempfile.TemporaryDirectory(prefix="vaken-bench-") as place, hub_process(Path(place)) as hub:
        share = asyncio.run(_idle(hub))
        found = asyncio.run(measure(hub.url, TERMINALS, "/v1/alarms", alarms, 0, RATE, SECONDS))
    return [
        Row(
            f"{IDLE_TERMINALS} idle terminals with four views each",
            share * 100,
            "% of a core",
            budget=f"≤ {IDLE_SHARE:.0%}",
            met=share <= IDLE_SHARE,
        ),
        Row(
            f"accepted → bytes at {TERMINALS} terminals, {RATE:,} alarms/s, p99",
            found.p99 * 1_000,
            "ms",
            f"median {found.median * 1_000:.0f} ms, longest {found.longest * 1_000:.0f} ms",
            budget=f"≤ {P99 * 1_000:.0f} ms",
            met=found.p99 <= P99 and not found.refused,
        ),
    ]


if __name__ == "__main__":
    print_table(run())
