"""The demo as a person starts it: in a terminal, with all of its processes."""

import asyncio
import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "tui.cli", "demo", "--speed", "20"]

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")


@pytest.fixture
def terminal() -> Iterator[tuple[int, int]]:
    """A pseudo-terminal: our end and the program's."""
    ours, theirs = pty.openpty()
    yield ours, theirs
    os.close(ours)


def start(place: Path, theirs: int) -> subprocess.Popen[bytes]:
    environment = {**os.environ, "TMPDIR": str(place), "TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"}
    environment |= {"XDG_CONFIG_HOME": str(place.parent / "config"), "XDG_STATE_HOME": str(place.parent / "state")}
    process = subprocess.Popen(COMMAND, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    return process


async def read_until(ours: int, text: bytes) -> None:
    """Read what the program draws until ``text`` was among it."""
    seen = b""
    async with asyncio.timeout(60):
        while text not in seen:
            seen += await asyncio.to_thread(os.read, ours, 65_536)


async def drain(ours: int) -> None:
    """Read to the end, so that the program never waits for its terminal."""
    try:
        while await asyncio.to_thread(os.read, ours, 65_536):
            pass
    except OSError:
        return  # Linux' way to say that nobody has the other end open


def processes(place: Path) -> list[int]:
    """Return all processes that run with ``place`` as their temporary directory."""
    found = []
    for file in Path("/proc").glob("[0-9]*/environ"):
        try:
            environment = file.read_bytes().split(b"\0")
        except OSError:
            continue  # it ended meanwhile
        if f"TMPDIR={place}".encode() in environment:
            found.append(int(file.parent.name))
    return found


def ended(process: int) -> bool:
    """Wait until a process that is not our child has ended; False when it takes too long."""
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 30)[0])
    finally:
        os.close(handle)


async def test_the_demo_shows_an_outage_and_leaves_nothing_behind_when_it_is_told_to_end(
    tmp_path: Path, terminal: tuple[int, int]
) -> None:
    place = tmp_path / "tmp"
    place.mkdir()
    ours, theirs = terminal
    program = start(place, theirs)
    try:
        await read_until(ours, b"iot.meter")
        assert len(processes(place)) == 4
        program.send_signal(signal.SIGTERM)
        await drain(ours)
        assert await asyncio.to_thread(program.wait) == 0
    finally:
        program.kill()
    assert processes(place) == []
    assert list(place.iterdir()) == []


async def test_the_processes_of_a_killed_demo_end_by_themselves(tmp_path: Path, terminal: tuple[int, int]) -> None:
    place = tmp_path / "tmp"
    place.mkdir()
    ours, theirs = terminal
    program = start(place, theirs)
    try:
        await read_until(ours, b"iot.meter")
        left = [one for one in processes(place) if one != program.pid]
        assert len(left) == 3
    finally:
        program.kill()
    await asyncio.to_thread(program.wait)
    for one in left:
        assert await asyncio.to_thread(ended, one)


def test_without_a_terminal_the_demo_says_how_to_run_without_one() -> None:
    done = subprocess.run(COMMAND, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    for command in ("vaken hub", "vaken drill apn-fault", "vaken tail outages"):
        assert command in done.stderr
    assert len(done.stderr.splitlines()) == 1
