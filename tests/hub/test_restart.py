"""What was answered is kept: kills, damage, snapshots, and hubs that must not start."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import ClientError, ClientSession

from feeds.hub.serve import run_hub
from tests.hub.running import RunningHub
from tests.hub.terminal import terminal
from tui.cli import main

MakeHub = Callable[..., RunningHub]


def alarm(number: int | str, source: str = "noc", **more: Any) -> dict[str, Any]:
    return {"source": source, "id": str(number), "managed_object": "pgw-1", "severity": "major", **more}


def vaken(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run a command line to its end."""
    command = [sys.executable, "-m", "tui.cli", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


# -- kills -----------------------------------------------------------------------------------------------------------


async def test_what_was_answered_is_there_after_a_kill(make_hub: MakeHub) -> None:
    hub = make_hub()
    answered: set[str] = set()
    sent = 0

    async def feed(session: ClientSession, url: str) -> None:
        nonlocal sent
        while True:
            sent += 1
            number = str(sent)
            try:
                async with session.post(f"{url}/v1/alarms", data=orjson.dumps(alarm(number))) as said:
                    if said.status == 200 and await said.read():
                        answered.add(f"noc/{number}")
            except (ClientError, ConnectionError):
                return

    for number in range(1, 4):
        async with ClientSession() as session:
            feeds = [asyncio.create_task(feed(session, hub.url)) for _ in range(6)]
            while len(answered) < number * 150:
                await asyncio.wait(feeds, timeout=0.01)
            hub.kill()
            await asyncio.gather(*feeds)
        hub.start()
        kept = {row["key"] for row in await hub.rows("alarms")}
        assert answered <= kept
        assert len(kept) <= sent
    assert (await hub.get("/readyz"))[1] == {"status": "ready", "seq": await hub.sequence()}


async def test_a_directory_has_one_hub_at_a_time(make_hub: MakeHub) -> None:
    first = make_hub()
    await first.post("/v1/alarms", alarm(1))
    second = vaken("hub", "--data", first.directory, "--listen", "127.0.0.1:0")
    assert second.returncode == 1
    assert second.stdout == ""
    (line,) = second.stderr.splitlines()
    assert f"{first.directory} is held by another hub, process {first.process.pid if first.process else 0}" in line
    assert (await first.get("/readyz"))[0] == 200
    first.kill()
    first.start()
    assert len(await first.rows("alarms")) == 1


async def test_an_operator_ends_a_hub_with_terminals_cleanly(make_hub: MakeHub) -> None:
    hub = make_hub()
    async with terminal(hub) as one, ClientSession() as session:
        await one.opened("alarms")
        assert (await session.get(f"{hub.url}/healthz")).status == 200  # a connection that is kept open
        await hub.post("/v1/alarms", alarm(1))
        stopped = asyncio.create_task(asyncio.to_thread(hub.stop))
        await one.socket.wait_closed()
        assert one.socket.close_code == 1001, "terminals are told, so that they do not wait for a beat"
        assert await stopped == 0
    assert "Traceback" not in hub.errors()
    hub.start()
    assert len(await hub.rows("alarms")) == 1


# -- damage ----------------------------------------------------------------------------------------------------------


def flip(path: Path, words: bytes) -> None:
    """Turn one letter of some words in a file into another one."""
    data = path.read_bytes()
    place = data.index(words)
    with path.open("r+b") as file:
        file.seek(place)
        file.write(bytes([data[place] ^ 1]))


async def test_damage_is_named_the_good_part_served_and_a_cut_makes_it_well(
    make_hub: MakeHub, capsys: pytest.CaptureFixture[str]
) -> None:
    hub = make_hub()
    for number in range(1, 6):
        await hub.post("/v1/alarms", alarm(number, text=f"mark-{number}"))
    assert hub.stop() == 0
    database = hub.directory / "log" / "facts.db"
    flip(database, b"mark-4")

    hub.start()
    place = f"{database}, batch 4"
    status, said = await hub.get("/readyz")
    assert status == 503
    assert place in said["why"]
    assert said["seq"] == 3
    assert place in hub.errors()
    assert (await hub.get("/healthz"))[0] == 200
    assert [row["key"] for row in await hub.rows("alarms", "&sort=key")] == ["noc/1", "noc/2", "noc/3"]

    async with ClientSession() as session:
        for path, body in (
            ("/v1/alarms", alarm(6)),
            ("/v1/cases", {"number": "1"}),
            ("/api/v2/alerts", [{"labels": {"alertname": "x"}}]),
        ):
            async with session.post(hub.url + path, data=orjson.dumps(body)) as refused:
                assert refused.status == 503
                assert int(refused.headers["Retry-After"]) > 0
                assert place in (await refused.json())["error"]
        async with session.ws_connect(f"{hub.url}/v1/ingest") as feed:
            await feed.send_json({"id": 1, "alarms": [alarm(6)]})
            said = await feed.receive_json()
            assert (said["id"], said["error"]["status"], said["error"]["retry_after"]) == (1, 503, 1)
    async with terminal(hub) as one:
        assert place in one.hello["degraded"]
        assert place in (await one.do("ack", alarms=["noc/1"]))["why"]
        await one.until(lambda: one.beats)
        assert place in one.beats[0]["degraded"]

    assert main(["log", "check", "--data", str(hub.directory)]) == 1
    assert place in capsys.readouterr().err
    assert main(["log", "cut", "--data", str(hub.directory)]) == 1
    assert "held by another hub" in capsys.readouterr().err

    assert hub.stop() == 0
    assert main(["log", "cut", "--data", str(hub.directory)]) == 1
    assert "A cut would take the 1 good facts 5–5" in capsys.readouterr().err
    assert main(["log", "cut", "--drop", "1", "--data", str(hub.directory)]) == 0
    assert main(["log", "check", "--data", str(hub.directory)]) == 0
    hub.start()
    assert (await hub.get("/readyz"))[0] == 200
    assert (await hub.post("/v1/alarms", alarm(6)))[0] == 200
    assert [row["key"] for row in await hub.rows("alarms", "&sort=key")] == ["noc/1", "noc/2", "noc/3", "noc/6"]


# -- snapshots -------------------------------------------------------------------------------------------------------


VIEWS = ("alarms", "cases", "counts", "outages", "updates")


async def shown(hub: RunningHub) -> dict[str, Any]:
    return {view: await hub.rows(view) for view in VIEWS}


async def until_snapshot(hub: RunningHub, beyond: int = 0) -> Path:
    """Wait for a snapshot beyond a sequence (30 s at the most)."""
    for _ in range(600):
        for path in sorted((hub.directory / "snapshots").glob("board-*.snap")):
            if int(path.stem.removeprefix("board-")) > beyond:
                return path
        await asyncio.sleep(0.05)
    raise AssertionError(f"there is no snapshot after 30 s: {hub.errors()}")


async def test_a_snapshot_whose_hub_was_killed_meanwhile_is_made_without_a_word(hub: RunningHub) -> None:
    await hub.post("/v1/alarms", [alarm(number) for number in range(40)])
    hub.kill()
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "feeds.hub.restore", str(hub.directory)]
    ended = await asyncio.to_thread(subprocess.run, command, stdout=writer, stderr=subprocess.PIPE, check=False)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert list(hub.directory.rglob("board-*")), "the next hub finds it"


async def test_a_restart_from_a_snapshot_shows_what_was_shown(make_hub: MakeHub) -> None:
    hub = make_hub("[limits]\nsnapshot_every = 50\n")
    first = 894620008000000000
    await hub.post("/v1/customers", {"id": "c", "name": "Customer", "vip": True})
    await hub.post("/v1/ranges", {"first": str(first), "count": 100, "customer": "c", "attributes": {"apn": "snap"}})
    await hub.post("/v1/alarms", alarm("apn", severity="critical", attributes={"apn": "snap"}))
    await hub.until("outages", lambda rows: len(rows) == 1)
    await hub.done("declare", outage="O-1", title="before the snapshot")
    await hub.post("/v1/cases", [{"number": f"{n}", "sims": [f"{first + n}"]} for n in range(20)])
    await hub.post("/v1/alarms", [alarm(number, text="early") for number in range(40)])
    snapshot = await until_snapshot(hub)
    at = int(snapshot.stem.removeprefix("board-"))
    await hub.post("/v1/alarms", [alarm(number, severity="cleared", text="late") for number in range(20)])
    await hub.done("mitigate", outage="O-1")
    before = await shown(hub)
    assert before["outages"][0]["cases"] == 20

    # The tail alone is read: that something before the snapshot is no longer what it was is found later (test_proving).
    assert hub.stop() == 0
    database = hub.directory / "log" / "facts.db"
    intact = database.read_bytes()
    flip(database, b"before the snapshot")
    hub.start()
    assert (await hub.get("/readyz"))[0] == 200
    assert await shown(hub) == before
    assert hub.stop() == 0
    database.write_bytes(intact)

    # Without a good snapshot all of the log is read; that gives the same.
    for path in (hub.directory / "snapshots").glob("board-*.snap"):
        data = bytearray(path.read_bytes())
        data[-1] ^= 1
        path.write_bytes(data)
    hub.start()
    assert await shown(hub) == before
    assert f"snapshot board-{at}.snap is not used: its checksum does not match" in hub.errors()
    assert (await hub.post("/v1/alarms", alarm("new")))[0] == 200


async def test_a_snapshot_of_another_log_is_passed_over(make_hub: MakeHub) -> None:
    config = "[limits]\nsnapshot_every = 5\n"
    one, other = make_hub(config), make_hub(config)
    await one.post("/v1/alarms", [alarm(number, "one") for number in range(10)])
    await other.post("/v1/alarms", [alarm(number, "other") for number in range(10)])
    foreign = await until_snapshot(one)
    await until_snapshot(other)
    one.kill()
    assert other.stop() == 0
    for path in (other.directory / "snapshots").iterdir():
        path.unlink()
    (other.directory / "snapshots" / foreign.name).write_bytes(foreign.read_bytes())
    other.start()
    assert {row["source"] for row in await other.rows("alarms")} == {"other"}
    assert "does not belong to this log" in other.errors()


# -- hubs that must not start ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("listen", "config", "words"),
    [
        ("0.0.0.0:1", "", "0.0.0.0 can be reached from other machines"),
        ("[::]:1", "", "can be reached from other machines"),
        ("example.org:1", "", "can be reached from other machines"),
        ("8425", "", "HOST:PORT"),
        ("127.0.0.1:99999", "", "HOST:PORT"),
        ("127.0.0.1:0", "[limits]\nbody_byte = 5\n", "body_byte"),
        ("127.0.0.1:0", '[limits]\nbody_bytes = "many"\n', "body_bytes"),
        ("127.0.0.1:0", "[mail]\nhost = 'localhost'\n", "sender"),
        ("127.0.0.1:0", "[limits\n", "line 1"),
    ],
)
def test_wrong_use_ends_with_2_and_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], listen: str, config: str, words: str
) -> None:
    file = tmp_path / "config.toml"
    file.write_text(config)
    assert run_hub(tmp_path / "data", listen, file) == 2
    said = capsys.readouterr()
    (line,) = said.err.splitlines()
    assert words in line
    assert (str(file) in line) is bool(config)
    assert said.out == ""
    assert not (tmp_path / "data").exists()


def test_the_process_ends_with_the_code(tmp_path: Path) -> None:
    ended = vaken("hub", "--data", tmp_path / "data", "--listen", "0.0.0.0:1")
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert "can be reached from other machines" in line


def test_a_port_that_is_taken_ends_with_1_and_a_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        ended = vaken("hub", "--data", tmp_path / "data", "--listen", taken)
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert taken in line


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_cannot_be_used_ends_with_1_and_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    ended = vaken("hub", "--data", tmp_path / "closed" / "data", "--listen", "127.0.0.1:0")
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert str(tmp_path / "closed") in line
