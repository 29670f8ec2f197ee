"""Hubs that are forked from a process which has imported the program already: a start costs a fifth of a new one's.

They are processes of their own like any other, to be killed and looked at; only their first second is left out.
``tests/cli`` and ``test_ending.py`` start the command itself.
"""

import os
import signal
from functools import cache
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext
from pathlib import Path
from subprocess import TimeoutExpired
from typing import TextIO

PROGRAM = ("tui.cli.entry", "tui.cli.hub", "feeds.hub.serve", "uvloop")


class WarmProcess:
    """``vaken ARGUMENTS`` in a process of its own; looks like a ``subprocess.Popen`` with its text on ``stdout``."""

    def __init__(self, arguments: list[str], errors: Path, environment: dict[str, str]) -> None:
        reader, writer = os.pipe()
        ours, theirs = Connection(reader), Connection(writer)
        self._process = _server().Process(target=_run, args=(arguments, theirs, errors, environment), daemon=True)
        self._process.start()
        theirs.close()
        self.stdout: TextIO = os.fdopen(os.dup(ours.fileno()))
        ours.close()
        self.pid: int = self._process.pid or 0

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        connection.wait([self._process.sentinel], timeout)
        code = self._process.exitcode
        if code is None:
            raise TimeoutExpired("vaken", timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@cache
def _server() -> ForkServerContext:
    context = get_context("forkserver")
    context.set_forkserver_preload([*PROGRAM])
    return context


def _run(arguments: list[str], out: Connection, errors: Path, environment: dict[str, str]) -> None:
    os.dup2(out.fileno(), 1)
    out.close()
    with errors.open("a") as file:
        os.dup2(file.fileno(), 2)
    os.environ.clear()
    os.environ.update(environment)
    from tui.cli.entry import main

    raise SystemExit(main(arguments))
