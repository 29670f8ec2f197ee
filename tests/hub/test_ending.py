"""How a hub ends: asked to, it answers what it took and leaves little to be replayed; broken, it goes and says why."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import orjson
from aiohttp import ClientError, ClientSession

from feeds.log import read_only
from tests.hub.running import RunningHub

MakeHub = Callable[..., RunningHub]

POISONED = """
import sys
from pathlib import Path
from feeds.board.board import Board
from feeds.hub.serve import run_hub

whole = Board.apply
def apply(board, entries, touched):
    if any("poison" in getattr(getattr(entry.fact, "event", None), "text", "") for entry in entries):
        raise ZeroDivisionError("no such share")
    whole(board, entries, touched)

Board.apply = apply
sys.exit(run_hub(Path(sys.argv[1]), "127.0.0.1:0"))
"""


def alarm(number: int | str, text: str = "") -> bytes:
    return orjson.dumps(
        {"source": "noc", "id": str(number), "managed_object": "pgw-1", "severity": "major", "text": text}
    )


async def test_a_hub_that_fails_on_a_fact_ends_and_does_not_start_into_it_again(
    make_hub: MakeHub, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    environment = {**os.environ, "PYTHONPATH": os.getcwd(), "PYTHONUNBUFFERED": "1"}

    def poisoned() -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", POISONED, str(data)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)

    process = poisoned()
    assert process.stdout is not None
    url = process.stdout.readline().split()[-1]
    async with ClientSession() as session:
        async with session.post(f"{url}/v1/alarms", data=alarm(1)) as said:
            assert said.status == 200
        async with session.post(f"{url}/v1/alarms", data=alarm(2, "poison")) as said:
            assert said.status >= 500
            assert "The hub failed on the facts" in (await said.json())["error"]
    _, errors = await asyncio.to_thread(process.communicate)
    assert process.returncode == 1
    last = errors.splitlines()[-1]
    assert last.startswith("vaken hub: The hub failed on the facts")
    assert "which are kept: ZeroDivisionError('no such share')" in last

    again = poisoned()
    out, errors = await asyncio.to_thread(again.communicate)
    assert (again.returncode, out) == (1, "")
    (line,) = errors.splitlines()
    assert "are kept, but this program fails on them (ZeroDivisionError('no such share'))" in line
    assert read_only(data).damage is None

    hub = RunningHub(data, "").start()  # a version without the fault
    try:
        assert sorted(row["key"] for row in await hub.rows("alarms")) == ["noc/1", "noc/2"]
    finally:
        hub.kill()


async def test_a_hub_that_is_stopped_answers_what_it_took(make_hub: MakeHub) -> None:
    hub = make_hub()
    answered: set[str] = set()
    sent = 0

    async def feed(session: ClientSession, path: str) -> None:
        nonlocal sent
        while True:
            sent += 1
            number = str(sent)
            body = alarm(number) if path == "/v1/alarms" else b"[%s]" % alarm(number)
            try:
                async with session.post(hub.url + path, data=body) as said:
                    if said.status == 200 and await said.read():
                        answered.add(f"noc/{number}")
            except (ClientError, ConnectionError):
                return

    async with ClientSession() as session:
        feeds = [
            asyncio.create_task(feed(session, path)) for path in ("/v1/alarms", "/v1/alarms?x=1") for _ in range(4)
        ]
        while len(answered) < 100:
            await asyncio.wait(feeds, timeout=0.01)
        code = await asyncio.to_thread(hub.stop)
        await asyncio.gather(*feeds)
    assert code == 0
    hub.start()
    assert {row["key"] for row in await hub.rows("alarms")} == answered
    assert "Traceback" not in hub.errors()


async def test_a_hub_that_is_stopped_leaves_a_snapshot_when_much_came(make_hub: MakeHub) -> None:
    hub = make_hub()
    await hub.post("/v1/alarms", b"[%s]" % b",".join(alarm(number) for number in range(20)))
    assert hub.stop() == 0
    assert not (hub.directory / "snapshots").exists(), "so few are replayed in a moment"
    hub.start()
    await hub.post("/v1/alarms", b"[%s]" % b",".join(alarm(number) for number in range(20, 6_000)))
    last = await hub.sequence()
    assert hub.stop() == 0
    assert [path.name for path in (hub.directory / "snapshots").iterdir()] == [f"board-{last}.snap"]
    hub.start()
    assert len(await hub.rows("alarms")) == 6_000
    assert "is not used" not in hub.errors()
