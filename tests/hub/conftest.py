"""A real hub in a process of its own, on a real directory and a real socket, and the ways to talk to it."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import ClientSession


class RunningHub:
    """One hub process; ``start`` may be called again after ``kill`` or ``stop``."""

    def __init__(self, directory: Path, config: str) -> None:
        self.directory = directory
        self.config = directory.parent / "config.toml"
        self.config.write_text(config)
        self.url = ""
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> "RunningHub":
        """Start and wait for the ready line."""
        self.process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tui.cli", "hub", "--data", str(self.directory)),
                *("--listen", "127.0.0.1:0", "--config", str(self.config)),
            ],
            stdout=subprocess.PIPE,
            stderr=(self.directory.parent / "hub.err").open("a"),
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert "ready at http://" in line, f"no ready line but {line!r}: {self.errors()}"
        self.url = line.split()[-1]
        return self

    def errors(self) -> str:
        """What the hub said on stderr."""
        return (self.directory.parent / "hub.err").read_text()

    def kill(self) -> None:
        """Kill it where it stands."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> int:
        """End it as an operator would; return its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(20)

    async def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> tuple[int, Any]:
        """POST JSON (or raw bytes); return status and decoded answer."""
        data = body if isinstance(body, bytes) else orjson.dumps(body)
        async with ClientSession() as session, session.post(self.url + path, data=data, headers=headers) as answer:
            return answer.status, orjson.loads(await answer.read())

    async def get(self, path: str) -> tuple[int, Any]:
        """GET; return status and decoded answer."""
        async with ClientSession() as session, session.get(self.url + path) as answer:
            return answer.status, orjson.loads(await answer.read())

    async def rows(self, view: str, query: str = "") -> list[dict[str, Any]]:
        """Return the rows of a view as they are now."""
        status, answer = await self.get(f"/v1/{view}?limit=10000{query}")
        assert status == 200, answer
        return list(answer["rows"])

    async def until(self, view: str, wanted: Callable[[list[dict[str, Any]]], bool], query: str = "") -> Any:
        """Wait until the rows of a view are as wanted (20 s at the most); return them."""
        import asyncio

        rows: list[dict[str, Any]] = []
        for _ in range(400):
            rows = await self.rows(view, query)
            if wanted(rows):
                return rows
            await asyncio.sleep(0.05)
        raise AssertionError(f"{view} did not become as wanted in 20 s, last: {rows[:5]}")


@pytest.fixture
def make_hub(tmp_path: Path) -> Iterator[Callable[..., RunningHub]]:
    """Return a function that starts a hub with a configuration; all are killed at the end."""
    made: list[RunningHub] = []

    def make(config: str = "") -> RunningHub:
        folder = tmp_path / f"hub{len(made)}"
        folder.mkdir()
        hub = RunningHub(folder / "data", config)
        made.append(hub)
        return hub.start()

    yield make
    for hub in made:
        if hub.process is not None and hub.process.poll() is None:
            hub.kill()


@pytest.fixture
def hub(make_hub: Callable[..., RunningHub]) -> RunningHub:
    """A running hub without configuration."""
    return make_hub()
