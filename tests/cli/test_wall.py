"""``vaken wall`` as a program: wrong use in a sentence, a clean end, and a terminal that stands still."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

import pytest

from tests.cli.conftest import ROOT, Run, Spawn, TableHub

pyte = pytest.importorskip("pyte")

SIZE = (120, 40)
ROW = {
    "key": "O-7", "state": "declared", "urgency": 90, "suspected": "2026-03-14T02:00:00Z",
    "declared": "2026-03-14T02:00:00Z", "sims": 41_200, "customers": 3, "customer": "Vattenkraft",
}  # fmt: skip


class Terminal:
    """A terminal that a test reads, or does not."""

    def __init__(self, arguments: list[str]) -> None:
        self.screen = pyte.Screen(*SIZE)
        self._stream = pyte.ByteStream(self.screen)
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
        environment = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tui.cli", *arguments],
            stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, env=environment, start_new_session=True,
        )  # fmt: skip
        os.close(slave)
        self._waiting, self._since = 0, time.monotonic()

    def read_until(self, text: str) -> None:
        """Read until ``text`` is on the screen, within two minutes."""
        ends = time.monotonic() + 120
        while not self.shows(text):
            assert time.monotonic() < ends, "\n".join(self.screen.display)
            if select.select([self._master], [], [], 0.2)[0]:
                self._stream.feed(os.read(self._master, 65_536))

    def read_to_the_end(self) -> None:
        """Read until the program has gone."""
        while True:
            try:
                data = os.read(self._master, 65_536)
            except OSError:
                return  # Linux says so when the other side is closed
            if not data:
                return
            self._stream.feed(data)

    def is_full(self) -> bool:
        """Return whether what is written stands still: nothing was read, and no more comes for three seconds."""
        waiting, now = struct.unpack("i", fcntl.ioctl(self._master, termios.FIONREAD, b"    "))[0], time.monotonic()
        if waiting != self._waiting:
            self._waiting, self._since = waiting, now
        return now - self._since > 3

    def shows(self, text: str) -> bool:
        return any(text in line for line in self.screen.display)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)


@contextmanager
def on_terminal(*arguments: str) -> Iterator[Terminal]:
    terminal = Terminal([*arguments])
    try:
        yield terminal
    finally:
        terminal.close()


def test_the_wall_needs_a_terminal_and_says_what_else_there_is(run: Run) -> None:
    outcome = run("wall")
    assert outcome.code == 2
    assert "vaken wall --web" in outcome.sentence


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--theme", "pink"], 2, "there is no 'pink'"),
        (["--web", "--listen", "0.0.0.0:80"], 1, "can be reached from other machines"),
        (["--web", "--listen", "nowhere"], 1, "HOST:PORT"),
        (["--fps", "0"], 2, "--fps"),
    ],
)
def test_wrong_use_is_one_sentence(run: Run, arguments: list[str], code: int, words: str) -> None:
    outcome = run("wall", *arguments)
    assert outcome.code == code
    assert words in outcome.sentence


def test_a_terminal_that_stands_still_stops_no_feed_and_gets_the_newest_then(table_hub: TableHub) -> None:
    table_hub.rows["outages"] = [ROW]
    with on_terminal("wall", "--hub", table_hub.url) as terminal:
        terminal.read_until("O-7  DECLARED")
        number = next(n for n, asked in enumerate(table_hub.asked) if asked["open"] == "outages")
        filling = "x" * 400_000

        def push() -> None:
            for step in count():
                title = f"{step}{filling}" if step < 30 else ""
                table_hub.say(
                    number, total=1, set={"O-7": ROW | {"sims": 10_000 + 977 * step % 80_000, "title": title}}
                )
                time.sleep(0.1)  # the hub's own pace: what comes within one frame is painted once
                if terminal.is_full() and step >= 30:
                    break
            # Also what the wall gets that found this hub too silent meanwhile, and came again.
            table_hub.rows["outages"] = [ROW | {"shared": "apn at.last"}]
            table_hub.say(number, total=1, set={"O-7": table_hub.rows["outages"][0]})

        with ThreadPoolExecutor(1) as pool:
            # 12 MB: more than any buffer on the way holds. It comes through because the client goes on reading.
            pool.submit(push).result(timeout=120)
        terminal.read_until("fps: slow terminal")
        terminal.read_until("apn at.last")
        terminal.process.send_signal(signal.SIGTERM)
        terminal.read_to_the_end()
        assert terminal.process.wait(20) == 0


def test_the_page_says_where_it_is_and_ends_when_it_is_told_to(spawn: Spawn, table_hub: TableHub) -> None:
    page = spawn("wall", "--web", "--hub", table_hub.url, "--listen", "127.0.0.1:0")
    assert page.stdout is not None
    line = page.stdout.readline()
    assert line.startswith("vaken wall ready at http://127.0.0.1:")
    with pytest.raises(HTTPError) as refused:  # this hub does not say who may look
        build_opener(ProxyHandler({})).open(line.split()[-1], timeout=20)
    assert refused.value.code == 503
    assert f"the hub at {table_hub.url}" in refused.value.read().decode()
    page.terminate()
    assert page.wait(20) == 0
