"""What the hub shows to Prometheus, whether it says it is ready, and what it tells its service manager."""

import asyncio
import math
import os
import re
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from aiohttp import ClientSession
from prometheus_client.parser import text_string_to_metric_families

from feeds.hub.readiness import PROBE, Readiness, look_at
from feeds.hub.supervised import Supervisor
from tests.hub.running import RunningHub
from tests.hub.terminal import terminal

UNITS = ("_seconds", "_bytes", "_total", "_timestamp_seconds", "_bucket", "_sum", "_count", "_facts")
LABELS = {
    "feed": None,  # bounded by what the hub keeps apart
    "kind": 60,
    "status": 20,
    "channel": 5,
    "state": 10,
    "le": 20,
}
"""Labels that may be, and how many values each may have."""
WANTED = {
    *("vaken_facts", "vaken_append_seconds", "vaken_lag_seconds", "vaken_waiting_facts", "vaken_stream_frames"),
    *("vaken_feed_age_seconds", "vaken_feed_silent", "vaken_log_size_bytes", "vaken_snapshot_age_seconds"),
    *("vaken_ready", "vaken_disk_free_bytes", "vaken_connections", "vaken_loop_late_seconds", "vaken_feed_missing"),
    *("vaken_deliveries", "vaken_deliveries_all", "vaken_returned_mails", "vaken_feed_events", "vaken_terminals"),
}


async def page(hub: RunningHub) -> str:
    async with ClientSession() as session, session.get(hub.url + "/metrics") as answer:
        return await answer.text()


async def test_every_figure_has_help_a_base_unit_and_bounded_labels(shared_hub: RunningHub) -> None:
    for at in range(30):
        feed = {"source": f"f{at}", "managed_object": f"o\u202e{at}", "severity": "major", "id": "\x1b[31m"}
        assert (await shared_hub.post(f"/v1/alarms?feed=p{at}", feed))[0] == 200
        assert (await shared_hub.post(f"/v1/alarms?feed=p{at}", {"source": "!"}))[0] == 422
    text = await page(shared_hub)
    families = [one for one in text_string_to_metric_families(text) if one.name.startswith("vaken_")]
    assert {one.name for one in families} >= WANTED
    for family in families:
        assert family.documentation.endswith("."), f"{family.name} has no help that is a sentence"
        assert not re.search(r"_(ms|minutes|hours|kb|mb|percent)\b", family.name), f"{family.name}: no base unit"
        if "since" in family.documentation.lower() or "age" in family.documentation.lower().split():
            assert family.name.endswith("_seconds"), family.name
        values: dict[str, set[str]] = {}
        for sample in family.samples:
            for label, value in sample.labels.items():
                values.setdefault(label, set()).add(value)
        for label, seen in values.items():
            assert label in LABELS, f"{family.name}: a label {label}, is it bounded?"
            most = LABELS[label]
            assert most is None or len(seen) <= most
    assert "\x1b" not in text
    assert "\u202e" not in text


async def test_a_feed_counts_and_ages_under_its_name(shared_hub: RunningHub) -> None:
    await shared_hub.post("/v1/alarms", {"source": "counted", "managed_object": "o", "severity": "major"})
    assert await shared_hub.metric('vaken_feed_events_total{feed="counted",kind="alarms"}') == 1
    assert 0 <= await shared_hub.metric('vaken_feed_age_seconds{feed="counted"}') < 60
    assert await shared_hub.metric("vaken_ready") == 1
    assert await shared_hub.metric("vaken_log_size_bytes") > 0


async def test_the_age_of_the_newest_snapshot_is_not_a_number_where_there_is_none(shared_hub: RunningHub) -> None:
    assert math.isnan(await shared_hub.metric("vaken_snapshot_age_seconds"))
    folder = shared_hub.directory / "snapshots"
    folder.mkdir()
    (folder / "board-1.snap").touch()
    assert 0 <= await shared_hub.until_metric("vaken_snapshot_age_seconds", lambda age: not math.isnan(age)) < 60
    shutil.rmtree(folder)


async def test_a_log_that_cannot_grow_is_told_and_told_again_when_it_can(hub: RunningHub) -> None:
    probe = hub.directory / "log" / PROBE
    probe.symlink_to("/dev/full")
    status, answer = await hub.get("/readyz")
    for _ in range(600):
        status, answer = await hub.get("/readyz")
        if status == 503:
            break
        await asyncio.sleep(0.05)
    assert status == 503
    assert "No space left" in answer["why"]
    assert await hub.metric("vaken_ready") == 0
    assert (await hub.get("/healthz"))[0] == 200
    async with terminal(hub) as one:
        assert one.hello["degraded"] == answer["why"], "the screens say what is said to those who ask"
        probe.unlink()
        # Nobody asks for it any more: the hub looks by itself until it is over.
        await one.until(lambda: one.beats and not one.beats[-1]["degraded"])
    assert (await hub.get("/readyz"))[0] == 200


def test_a_look_at_the_disk_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "facts").write_bytes(b"x" * 1_000)
    seen = look_at(tmp_path)
    assert seen.why == ""
    assert seen.log_bytes == 1_000
    assert seen.free_bytes > 0
    assert [one.name for one in (tmp_path / "log").iterdir()] == ["facts"]
    assert "cannot be written" in look_at(tmp_path / "gone").why


async def test_a_disk_that_hangs_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.hub.readiness.WAIT_SECONDS", 0.05)
    (tmp_path / "log").mkdir()
    os.mkfifo(tmp_path / "log" / PROBE)  # opening it waits for a reader
    readiness = Readiness(tmp_path, lambda: "", asyncio.get_running_loop().time)
    assert "has not answered" in await readiness.why_not()
    assert "has not answered" in await readiness.why_not()
    reader = os.open(tmp_path / "log" / PROBE, os.O_RDONLY | os.O_NONBLOCK)
    readiness.close()
    for _ in range(600):
        await readiness.look()
        if "has not answered" not in readiness.seen.why:
            break
    os.close(reader)


def test_what_is_degraded_needs_no_disk(tmp_path: Path) -> None:
    readiness = Readiness(tmp_path, lambda: "damaged", lambda: 0.0)
    assert asyncio.run(readiness.why_not()) == "damaged"
    readiness.close()


@pytest.mark.parametrize("place", ["@vaken-test-{}", "{}/notify"])
def test_the_service_manager_is_told(tmp_path: Path, place: str) -> None:
    address = place.format(tmp_path if "/" in place else os.getpid())
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0" + address[1:] if address.startswith("@") else address)
        manager.settimeout(10)
        Supervisor({"NOTIFY_SOCKET": address}).tell("READY=1")
        assert manager.recv(100) == b"READY=1"


async def test_the_watchdog_is_fed_only_where_there_is_one() -> None:
    await Supervisor({}).run()
    Supervisor({"NOTIFY_SOCKET": "/nowhere"}).tell("READY=1")
    other = {"WATCHDOG_USEC": "1000000", "WATCHDOG_PID": "1"}
    await Supervisor(other).run()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await Supervisor({"WATCHDOG_USEC": "1000000"}).run()


def test_a_hub_under_a_service_manager_says_when_it_is_ready_and_stops(
    tmp_path: Path, make_hub: Callable[..., RunningHub], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.settimeout(20)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "60000000")
        hub = make_hub()
        first = {manager.recv(100), manager.recv(100)}
        assert first == {b"READY=1", b"WATCHDOG=1"}
        assert hub.stop() == 0
        assert manager.recv(100) == b"STOPPING=1"
