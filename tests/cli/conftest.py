"""A hub on a thread that answers from a table of rows, and a user's surroundings that belong to the test."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from tui.cli import main

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _own_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No configuration of this machine, and no handler of one test's stderr in the next."""
    for name in [name for name in os.environ if name.startswith("VAKEN_")]:
        monkeypatch.delenv(name)
    for name, folder in (("CONFIG", "config"), ("DATA", "share"), ("STATE", "state")):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / folder))
    root = logging.getLogger()
    handlers = list(root.handlers)
    yield
    root.handlers[:] = handlers


def _health(socket: ServerConnection, request: Request) -> Response | None:
    if request.path != "/healthz":
        return None
    return socket.respond(HTTPStatus.OK, '{"status": "ok", "version": "9"}')


class TableHub:
    """Serves ``rows`` by view, in windows; the test may say further frames to whoever follows."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.refuse = ""
        self.asked: list[dict[str, Any]] = []
        self.followers: list[tuple[ServerConnection, int]] = []
        self._changed = threading.Condition()
        self._server: Server = serve(self._handle, "127.0.0.1", 0, process_request=_health)
        self._port: int = self._server.socket.getsockname()[1]
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def _handle(self, socket: ServerConnection) -> None:
        socket.send(json.dumps({"hub": "vaken 9", "instance": "ab", "at": "2026-03-01T12:00:00Z", "seq": 7}))
        try:
            for message in socket:
                asked = json.loads(message)
                if "open" in asked:
                    self._open(socket, asked)
        except ConnectionClosed:
            pass

    def _open(self, socket: ServerConnection, asked: dict[str, Any]) -> None:
        if self.refuse:
            socket.send(json.dumps({"view": asked["id"], "error": self.refuse}))
        else:
            first, count = asked["window"]
            rows = self.rows.get(asked["open"], [])
            page = {
                "view": asked["id"],
                "seq": 7,
                "total": len(rows),
                "first": first,
                "rows": rows[first : first + count],
            }
            socket.send(json.dumps(page))
        with self._changed:
            self.asked.append(asked)
            self.followers.append((socket, asked["id"]))
            self._changed.notify_all()

    def follower(self, number: int = 0) -> tuple[ServerConnection, int]:
        """The connection and view that opened as number ``number``."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.followers) > number, timeout=20)
            return self.followers[number]

    def say(self, number: int = 0, **frame: Any) -> None:
        socket, view = self.follower(number)
        socket.send(json.dumps({"view": view, "seq": 8, **frame}))

    def stop(self) -> None:
        self._server.shutdown()
        for socket, _ in self.followers:
            socket.close()
        self._thread.join()


@pytest.fixture
def table_hub() -> Iterator[TableHub]:
    hub = TableHub()
    yield hub
    hub.stop()


class Outcome:
    """How a command ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    @property
    def sentence(self) -> str:
        """What stands on stderr: one line of this program."""
        assert self.err.count("\n") == 1, self.err
        assert self.err.startswith("vaken: "), self.err
        return self.err.removeprefix("vaken: ").strip()


Run = Callable[..., Outcome]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command line in this process."""

    def running(*arguments: object) -> Outcome:
        capsys.readouterr()  # what a hub said while it started is not the command's
        code = main([str(argument) for argument in arguments])
        return Outcome(code, *capsys.readouterr())

    return running


Spawn = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Start a command line as a process; it is ended with the test."""
    processes: list[subprocess.Popen[str]] = []

    def spawning(*arguments: object, **options: Any) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "tui.cli", *map(str, arguments)]
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        process = subprocess.Popen(command, cwd=ROOT, text=True, encoding="utf-8", **pipes)
        processes.append(process)
        return process

    yield spawning
    for process in processes:
        process.kill()
        process.communicate()
