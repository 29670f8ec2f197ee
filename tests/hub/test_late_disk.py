"""A hub that starts on a disk that takes nothing: it shows what it has, says so, and goes on when the disk does."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import ClientSession

import feeds
from feeds.hub.channels import hooks_key
from feeds.log import SqliteLog
from feeds.sources.native import alarms
from tests.hub.running import RunningHub
from tests.hub.terminal import terminal
from tests.log.power import environment

DESK = '[desk]\ncountry = "NO"\n'
"""What a start has to write down, as it is news."""


def alarm(number: int) -> dict[str, Any]:
    return {"source": "noc", "id": str(number), "managed_object": "pgw-1", "severity": "major"}


async def one_life(directory: Path) -> None:
    """Leave what an earlier hub left that took the alarm 0 and ended as it should."""
    log = SqliteLog.open(directory, deliver=lambda _batch: None, now=lambda: datetime.now(UTC))
    await log.append("noc", alarms(orjson.dumps(alarm(0))))
    await log.close()
    hooks_key(directory)


async def shows_and_refuses(hub: RunningHub, count: int) -> None:
    """The hub was started on a disk that takes nothing."""
    assert [row["key"] for row in await hub.rows("alarms", "&sort=seq")] == [f"noc/{one}" for one in range(count)]
    status, said = await hub.get("/readyz")
    assert (status, said["status"]) == (503, "degraded")
    assert str(hub.directory / "log") in said["why"]
    assert "damaged" not in said["why"]
    assert (await hub.get("/healthz"))[0] == 200
    async with terminal(hub) as screen:
        assert screen.hello["degraded"] == said["why"]
    async with ClientSession() as session, session.post(f"{hub.url}/v1/alarms", json=alarm(99)) as answer:
        assert answer.status == 503
        assert int(answer.headers["Retry-After"]) > 0
        assert "Nothing of this was kept" in (await answer.json())["error"]
    assert (await hub.command("ack", alarms=["noc/0"]))[0] == 503
    assert hub.process is not None
    assert hub.process.poll() is None


async def goes_on(hub: RunningHub, number: int) -> None:
    """The disk takes writes again; the next alarm is ``number``."""
    for _ in range(600):
        if (await hub.post("/v1/alarms", alarm(number)))[0] == 200:
            break
        await asyncio.sleep(0.05)
    else:
        raise AssertionError(hub.errors())
    await hub.until_metric("vaken_ready", bool)
    assert (await hub.get("/readyz"))[0] == 200


async def test_a_start_on_a_full_and_on_a_read_only_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hub = RunningHub(tmp_path / "data", DESK)
    await one_life(hub.directory)
    orders = tmp_path / "orders"
    for name, value in environment(tmp_path, orders=orders).items():
        monkeypatch.setenv(name, value)
    for number, trouble in ((1, "full"), (2, "readonly")):
        order = orders.with_suffix(f".{trouble}")
        order.touch()
        hub.start()
        await shows_and_refuses(hub, number)
        assert "[disk.late]" in hub.errors()
        order.unlink()
        await goes_on(hub, number)
        await hub.until("facts", lambda rows: any(row["by"] == "vaken/configuration" for row in rows))
        hub.kill()


@pytest.fixture
def own_mounts() -> Iterator[str]:
    """A process in a mount namespace of its own; its id. Skips where there is none to be had."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("unshare", "nsenter", "mount"))):
        pytest.skip("needs root, unshare, nsenter and mount")
    command = ["unshare", "-m", "sh", "-c", "mount -t tmpfs tmpfs /mnt && umount /mnt && echo there && exec cat"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        if holder.stdout.readline() != "there\n":
            pytest.skip("no mount namespaces here")
        yield str(holder.pid)
        holder.kill()


def small_disk(hub: RunningHub) -> None:
    """Put a file system of four megabytes under a hub, in the namespace that it is started in."""
    subprocess.run([*hub.within, "mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", hub.directory], check=True)


def fill_up(path: Path) -> None:
    """Write until not one block is left."""
    with path.open("wb", buffering=0) as file:
        while True:
            try:
                file.write(bytes(4_096))
            except OSError:
                return


async def test_a_start_on_a_real_file_system_without_a_free_block(
    tmp_path: Path, own_mounts: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(feeds.__file__).parent.parent))
    hub = RunningHub(tmp_path / "data", DESK)
    hub.directory.mkdir()
    hub.within = ("nsenter", "-t", own_mounts, "-m")
    small_disk(hub)
    inside = Path("/proc", own_mounts, "root", str(hub.directory).lstrip("/"))
    await one_life(tmp_path / "earlier")
    shutil.copytree(tmp_path / "earlier", inside, dirs_exist_ok=True)
    fill = inside / "fill"
    try:
        fill_up(fill)
        hub.start()
        await shows_and_refuses(hub, 1)
        os.unlink(fill)
        await goes_on(hub, 1)
        assert len(await hub.rows("alarms")) == 2
        assert hub.stop() == 0
    finally:
        if hub.process is not None and hub.process.poll() is None:
            hub.kill()
