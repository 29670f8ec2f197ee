"""A hub as a child process of the screens: started, waited for, and ended with them in every case."""

import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Self

from tui.cli.failure import Failed

if TYPE_CHECKING:
    from feeds.client import Credentials

READY = "vaken hub ready at "
PATIENCE = 2.0
"""Seconds without a word before the user is told what is being waited for."""
READY_WITHIN = 300.0
"""Seconds; a log of many million facts takes its time."""
END_WITHIN = 10.0
LOG_BYTES = 8 * 1024 * 1024
LAST_WORDS = 4096


class ChildHub:
    """A context manager around the process. It listens on a port of its own that the system chooses.

    It stands in a session of its own, so that Ctrl-C in the terminal does not end it under the screens, and it ends by
    itself when this process is gone, because its stdin is a pipe from here.
    """

    def __init__(self, data: Path, config: Path | None) -> None:
        self._data = data
        self._config = config
        self._process: subprocess.Popen[bytes] | None = None
        self._said: queue.Queue[str | None] = queue.Queue(maxsize=1)
        """The ready line, or None at the end of its output. Bounded by the reader, which puts one thing in."""
        self._log_from = 0

    @property
    def log_path(self) -> Path:
        """The file that its stderr goes to."""
        return self._data / "hub.log"

    def arguments(self) -> list[str]:
        """The command line that the process is started with."""
        config = ["--config", str(self._config)] if self._config is not None else []
        return ["hub", "--with-parent", "--data", str(self._data), "--listen", "127.0.0.1:0", *config]

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tui.cli", *self.arguments()]
        try:
            log = self._open_log()
        except OSError as error:
            raise Failed(f"{self._data}: no log of the hub can be written there: {error.strerror}") from error
        with log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True
            )
        assert self._process.stdout is not None
        threading.Thread(target=self._listen, args=(self._process.stdout,), name="hub-output", daemon=True).start()
        return self

    def _open_log(self) -> IO[bytes]:
        path = self.log_path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        log = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "ab")
        self._log_from = log.tell()
        return log

    def _listen(self, output: IO[bytes]) -> None:
        """Read to the end, so that the hub never waits for a reader; hand on the ready line."""
        ready = False
        for raw in output:
            line = raw.decode("utf-8", "replace").strip()
            if not ready and line.startswith(READY):
                ready = True
                self._said.put(line.removeprefix(READY))
        if not ready:
            self._said.put(None)

    def wait_ready(self) -> str:
        """Return its URL once it is ready. Raises Failed with its last words when it ends before, or takes too long."""
        try:
            url = self._said.get(timeout=PATIENCE)
        except queue.Empty:
            print(f"vaken: the hub reads its log in {self._data} …", file=sys.stderr, flush=True)
            try:
                url = self._said.get(timeout=READY_WITHIN)
            except queue.Empty:
                raise Failed(f"the hub was not ready within {READY_WITHIN:g} s; see {self.log_path}") from None
        if url is None:
            raise Failed(f"the hub did not start: {self._last_words()}")
        return url

    def credentials(self) -> "Credentials":
        """Return what is shown at this hub: its own token, and none that is meant for another."""
        from feeds.client import Credentials
        from feeds.client.credentials import LOCAL_FILE

        return Credentials(local=self._data / LOCAL_FILE)

    def _last_words(self) -> str:
        from widgets.plain import plain

        with self.log_path.open("rb") as log:
            end = log.seek(0, os.SEEK_END)
            log.seek(max(self._log_from, end - LAST_WORDS))
            lines = log.read().decode("utf-8", "replace").strip().splitlines()
        if not lines:
            return f"it said nothing; see {self.log_path}"
        return plain(lines[-1].removeprefix("vaken hub: ").removeprefix("vaken replay: ").removeprefix("vaken: "))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        process.terminate()
        process.stdin.close()
        try:
            process.wait(END_WITHIN)
        finally:
            # Also where somebody presses Ctrl-C meanwhile: nothing is left behind. The log is made for kills.
            if process.poll() is None:
                process.kill()
                process.wait()
