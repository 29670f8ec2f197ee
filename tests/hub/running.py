"""A hub process to talk to: started, killed and started again on one data directory."""

import asyncio
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
from aiohttp import ClientSession, TCPConnector

from tests.hub.warm import WarmProcess


class RunningHub:
    """One hub process; ``start`` may be called again after ``kill`` or ``stop``."""

    def __init__(self, directory: Path, config: str, listen: str = "127.0.0.1:0") -> None:
        self.directory = directory
        self.listen = listen
        self.headers: dict[str, str] = {}
        """Sent with every request; a token for instance."""
        self.tls: ssl.SSLContext | None = None
        """How its certificate is believed."""
        self.within: tuple[str, ...] = ()
        """The command that the hub is started by, such as one that enters a namespace. Without one it is forked from a
        process that has imported the program, outside the namespaces of this thread."""
        self.config = directory.parent / "config.toml"
        self.config.write_text(config)
        self.url = ""
        self.process: subprocess.Popen[str] | WarmProcess | None = None

    def start(self) -> "RunningHub":
        """Start and wait for the ready line."""
        arguments = ["hub", "--data", str(self.directory), "--listen", self.listen, "--config", str(self.config)]
        errors = self.directory.parent / "hub.err"
        environment = {**os.environ, "PYTHONUNBUFFERED": "1", "XDG_STATE_HOME": str(self.directory.parent / "state")}
        if not self.within and "LD_PRELOAD" not in os.environ:
            self.process = WarmProcess(arguments, errors, environment)
        else:
            with errors.open("a") as file:
                self.process = subprocess.Popen(
                    [*self.within, sys.executable, "-m", "tui.cli", *arguments],
                    stdout=subprocess.PIPE, stderr=file, text=True, env=environment,
                )  # fmt: skip
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert "ready at http" in line, f"no ready line but {line!r}: {self.errors()}"
        self.url = line.split()[-1]
        return self

    def errors(self) -> str:
        """What the hub said on stderr."""
        return (self.directory.parent / "hub.err").read_text()

    def kill(self) -> None:
        """Kill it where it stands."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self._ended()

    def stop(self) -> int:
        """End it as an operator would; return its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self._ended()

    def _ended(self) -> int:
        assert self.process is not None
        assert self.process.stdout is not None
        code = self.process.wait(30)
        self.process.stdout.close()
        return code

    def peak_bytes(self) -> int:
        """The most memory that the process ever held."""
        assert self.process is not None
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("the kernel does not tell")

    def session(self) -> ClientSession:
        """Return a session that sends the headers and believes the certificate."""
        connector = TCPConnector(ssl=self.tls if self.tls is not None else True)
        return ClientSession(headers=self.headers, connector=connector)

    async def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> tuple[int, Any]:
        """POST JSON (or raw bytes, or chunks); return status and decoded answer."""
        data = orjson.dumps(body) if isinstance(body, dict | list) else body
        async with self.session() as session, session.post(self.url + path, data=data, headers=headers) as answer:
            return answer.status, orjson.loads(await answer.read())

    async def command(self, name: str, who: str = "jl", **fields: Any) -> tuple[int, Any]:
        """Give a command; return status and decoded answer."""
        return await self.post(f"/v1/commands/{name}?who={who}", fields)

    async def done(self, name: str, who: str = "jl", **fields: Any) -> Any:
        """Give a command that must be carried out; return its result."""
        status, answer = await self.command(name, who, **fields)
        assert status == 200, answer
        return answer["result"]

    async def get(self, path: str) -> tuple[int, Any]:
        """GET; return status and decoded answer."""
        async with self.session() as session, session.get(self.url + path) as answer:
            return answer.status, orjson.loads(await answer.read())

    async def sequence(self) -> int:
        """Return the sequence of the last fact."""
        return int((await self.get("/v1/feeds?limit=0"))[1]["seq"])

    async def told_since(self, sequence: int) -> list[str]:
        """Return the facts after a sequence, but those that the hub found by itself, such as the silence of a feed."""
        rows = await self.rows("facts", f"&filter=seq:>{sequence}")
        return [f"{row['kind']} by {row['by']}" for row in rows if not row["by"].startswith("vaken/")]

    async def metric(self, name: str) -> float:
        """Return the value of a metric, as it stands on the page for Prometheus."""
        async with self.session() as session, session.get(self.url + "/metrics") as answer:
            for line in (await answer.text()).splitlines():
                if line.startswith(f"{name} "):
                    return float(line.split()[1])
        raise AssertionError(f"there is no metric {name}")

    async def until_metric(self, name: str, wanted: Callable[[float], bool]) -> float:
        """Wait until a metric is as wanted (30 s at the most); return it."""
        value = 0.0
        for _ in range(600):
            value = await self.metric(name)
            if wanted(value):
                return value
            await asyncio.sleep(0.05)
        raise AssertionError(f"{name} did not become as wanted in 30 s, last: {value}")

    async def rows(self, view: str, query: str = "") -> list[dict[str, Any]]:
        """Return the rows of a view as they are now."""
        status, answer = await self.get(f"/v1/{view}?limit=10000{query}")
        assert status == 200, answer
        return list(answer["rows"])

    async def until(self, view: str, wanted: Callable[[list[dict[str, Any]]], Any], query: str = "") -> Any:
        """Wait until the rows of a view are as wanted (30 s at the most); return them."""
        rows: list[dict[str, Any]] = []
        for _ in range(600):
            rows = await self.rows(view, query)
            if wanted(rows):
                return rows
            await asyncio.sleep(0.05)
        raise AssertionError(f"{view} did not become as wanted in 30 s, last: {rows[:5]}")
