"""A hub on a disk that is full, read-only or failing: it says so, shows what it has, and goes on when the disk does.

The disk is real but for what ``tests/log/disk.c`` refuses in its place.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import ClientSession

from tests.hub.running import RunningHub
from tests.hub.terminal import terminal
from tests.log.power import environment

MakeHub = Callable[..., RunningHub]


def alarm(number: int | str) -> dict[str, Any]:
    # So long that each makes the write-ahead log longer.
    return {"source": "noc", "id": str(number), "managed_object": "pgw-1", "severity": "major", "text": "x" * 9_000}


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give hubs a disk that does as it is told; with ``.full`` appended, for instance, this is the file that tells."""
    path = tmp_path / "orders"
    for name, value in environment(tmp_path, orders=path).items():
        monkeypatch.setenv(name, value)
    return path


async def test_a_disk_that_refuses_costs_answers_and_no_facts(make_hub: MakeHub, orders: Path) -> None:
    hub = make_hub()
    answered: list[str] = []
    number = 0

    async def post(session: ClientSession) -> tuple[int, Any, Any]:
        nonlocal number
        number += 1
        async with session.post(f"{hub.url}/v1/alarms", data=orjson.dumps(alarm(number))) as said:
            if said.status == 200:
                answered.append(f"noc/{number}")
            return said.status, await said.json(), said.headers.get("Retry-After")

    async with ClientSession() as session:
        for trouble in ("full", "readonly", "failing"):
            for _ in range(3):
                assert (await post(session))[0] == 200
            order = orders.with_suffix(f".{trouble}")
            order.touch()
            for _ in range(4):
                status, said, later = await post(session)
                assert status == 503, (trouble, said)
                assert int(later) > 0
                assert str(hub.directory / "log" / "facts.db") in said["error"]
                assert "Nothing of this was kept" in said["error"]
            assert sorted(row["key"] for row in await hub.rows("alarms")) == sorted(answered)
            assert (await hub.get("/healthz"))[0] == 200
            order.unlink()
            assert (await post(session))[0] == 200, f"after {trouble}"
    assert sorted(row["key"] for row in await hub.rows("alarms")) == sorted(answered)
    hub.kill()
    hub.start()
    assert sorted(row["key"] for row in await hub.rows("alarms")) == sorted(answered)
    assert (await hub.get("/readyz"))[0] == 200
    assert hub.stop() == 0


async def test_a_disk_that_gets_full_while_the_hub_runs_is_told_everywhere_until_it_takes_facts(
    make_hub: MakeHub, orders: Path
) -> None:
    hub = make_hub()
    assert (await hub.post("/v1/alarms", alarm(0)))[0] == 200
    order = orders.with_suffix(".full")
    async with terminal(hub) as screen:
        await screen.until(lambda: screen.beats)
        assert screen.hello["degraded"] == screen.beats[-1]["degraded"] == ""
        order.touch()
        assert (await hub.post("/v1/alarms", alarm(1)))[0] == 503
        await screen.until(lambda: screen.beats[-1]["degraded"])
        said = screen.beats[-1]["degraded"]
        assert said.startswith("The disk takes no facts (")
        assert f"free space under {hub.directory / 'log'}" in said
        async with terminal(hub, "other") as late:
            assert late.hello["degraded"] == said
            assert late.hello["shed"] >= 1
        status, answer = await hub.get("/readyz")
        assert (status, answer["why"]) == (503, said)
        assert await hub.metric("vaken_ready") == 0
        for _ in range(3):
            assert (await hub.post("/v1/alarms", alarm(1)))[0] == 503
        assert (await hub.command("ack", alarms=["noc/0"]))[0] == 503
        await screen.until(lambda: screen.beats[-1]["shed"] >= 4)
        assert hub.errors().count("[disk.late]") == 1
        order.unlink()
        # Nobody sends anything: the hub asks the disk by itself.
        await screen.until(lambda: not screen.beats[-1]["degraded"])
    for _ in range(600):
        if "[disk.back" in hub.errors():
            break
        await asyncio.sleep(0.05)
    assert (hub.errors().count("[disk.late]"), hub.errors().count("[disk.back")) == (1, 1)
    assert (await hub.get("/readyz"))[0] == 200
    assert (await hub.post("/v1/alarms", alarm(1)))[0] == 200
    assert not (hub.directory / "log" / "facts.probe").exists()
    assert hub.stop() == 0
