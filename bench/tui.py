"""What the terminal costs under load: the real program in a pseudo-terminal on a real hub that gets 2,000 alarms/s.

Processor time is what counts where the machine is shared; waiting times stand beside it. The reader at the other end of
the terminal only looks for bytes, so that it takes next to nothing of the machine.
"""

import asyncio
import fcntl
import os
import pty
import struct
import subprocess
import sys
import tempfile
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import orjson
from aiohttp import ClientSession

from bench.report import Row, print_table
from bench.running_hub import running_hub

SIZE = (160, 45)
A_SECOND = 2_000
BATCH = 100
ALARMS = 5_000
"""Alarms told apart; they are raised, change and are cleared in turn."""
WARM_SECONDS = 20.0
SECONDS = 15.0
KEYS = 100
KEY_EVERY = 0.1
PAINTS = 4
"""Starts, of which the quickest counts; the first one compiles, as an installation does."""
CURSOR = "▸".encode()
PATIENCE = 60.0

CPU_SHARE = 0.15
GROWTH_MB = 4.0
PAINT_SECONDS = 1.0
KEY_MS = 50.0


class Screens:
    """The program in a terminal. Output is thrown away; what is looked for is noted with its time."""

    def __init__(self, url: str, home: Path) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
        home.mkdir(mode=0o700, exist_ok=True)
        self.began = monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tui.cli", "--hub", url],
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
            env={**{name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"},
                 "TERM": "xterm-256color", "HOME": str(home), "XDG_STATE_HOME": str(home),
                 "XDG_CONFIG_HOME": str(home), "PYTHONPYCACHEPREFIX": str(home.parent / "compiled")},
        )  # fmt: skip
        os.close(slave)
        self._wanted = b""
        self._seen: float | None = None
        self._tail = b""
        self._changed = threading.Condition()
        self.bytes = 0
        self._thread = threading.Thread(target=self._read, name="terminal")
        self._thread.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 65_536)
            except OSError:  # the program is gone
                return
            now = monotonic()
            with self._changed:
                self.bytes += len(data)
                text = self._tail + data
                self._tail = text[-32:]
                if self._wanted and self._seen is None and self._wanted in text:
                    self._seen = now
                    self._changed.notify_all()

    def until(self, wanted: bytes, key: bytes = b"") -> float:
        """Press ``key`` where there is one; return the seconds until ``wanted`` was written."""
        with self._changed:
            self._wanted, self._seen, self._tail = wanted, None, b""
            began = monotonic()
            if key:
                os.write(self._master, key)
            if not self._changed.wait_for(lambda: self._seen is not None, PATIENCE):
                raise RuntimeError(f"the screen did not show {wanted!r} within {PATIENCE:g} s")
            assert self._seen is not None
            return self._seen - began

    @property
    def cpu(self) -> float:
        """Processor time so far, in seconds, of all its threads."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def megabytes(self) -> float:
        """Memory that it holds now."""
        return int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6

    def end(self) -> None:
        """End it."""
        self.process.kill()
        self.process.wait(30)
        self._thread.join(30)
        os.close(self._master)


@contextmanager
def screens(url: str, home: Path) -> Iterator[Screens]:
    """Run the program on the hub at ``url``."""
    made = Screens(url, home)
    try:
        yield made
    finally:
        made.end()


def batch(number: int) -> bytes:
    """Return the body of one post: each alarm is raised, grows worse, and is cleared in turn."""
    turn = number * BATCH // ALARMS % 3
    severity = ("major", "critical", "cleared")[turn]
    now = datetime.now(UTC).isoformat()
    return orjson.dumps([
        {"source": "bench", "id": str(one), "managed_object": f"pgw-{one}", "severity": severity, "time": now,
         "specific_problem": "GTP path failure", "text": f"peer 10.20.{one % 256}.7 does not answer echo requests"}
        for one in ((number * BATCH + place) % ALARMS for place in range(BATCH))
    ])  # fmt: skip


class Load:
    """Posts alarms at a steady rate; ``sent`` counts those that were accepted."""

    def __init__(self, url: str) -> None:
        self._url = f"{url}/v1/alarms"
        self.sent = 0

    async def run(self) -> None:
        """Post until cancelled. Who is late does not catch up in one go."""
        async with ClientSession() as session:
            number, due = 0, monotonic()
            while True:
                async with session.post(self._url, data=batch(number)) as answer:
                    await answer.read()
                    self.sent += BATCH if answer.status < 300 else 0
                number += 1
                due = max(due + BATCH / A_SECOND, monotonic() - 0.5)
                await asyncio.sleep(max(0.0, due - monotonic()))


async def _under_load(url: str, home: Path) -> tuple[float, float, float, float, list[float]]:
    """Return alarms a second, the share of one core, MB grown, kB written a second, and milliseconds by key press."""
    load = Load(url)
    pushing = asyncio.create_task(load.run())
    try:
        with screens(url, home) as shown:
            await asyncio.to_thread(shown.until, b"Outages")
            await asyncio.to_thread(shown.until, b"pgw-", b"2")
            await asyncio.to_thread(shown.until, CURSOR, b"j")
            await asyncio.sleep(WARM_SECONDS)
            began, cpu, held, written, sent = monotonic(), shown.cpu, shown.megabytes, shown.bytes, load.sent
            await asyncio.sleep(SECONDS)
            took = monotonic() - began
            share, grown = (shown.cpu - cpu) / took, shown.megabytes - held
            kilobytes, rate = (shown.bytes - written) / took / 1e3, (load.sent - sent) / took
            presses = []
            for number in range(KEYS):
                presses.append(await asyncio.to_thread(shown.until, CURSOR, b"j" if number % 20 < 10 else b"k"))
                await asyncio.sleep(KEY_EVERY)
    finally:
        pushing.cancel()
        await asyncio.gather(pushing, return_exceptions=True)
    return rate, share, grown, kilobytes, sorted(1e3 * one for one in presses)


def run() -> list[Row]:
    """Measure and return the rows."""
    with tempfile.TemporaryDirectory() as place, running_hub(Path(place) / "data") as url:
        paints, costs = [], []
        for number in range(PAINTS):
            with screens(url, Path(place) / f"home{number}") as shown:
                shown.until(b"vaken")
                paints.append(monotonic() - shown.began)
                costs.append(shown.cpu)
        rate, share, grown, kilobytes, presses = asyncio.run(_under_load(url, Path(place) / "home"))
    paint, cost = min(paints), min(costs)
    p99 = presses[min(len(presses) - 1, int(len(presses) * 0.99))]
    return [
        Row("tui: first paint on a running hub", paint, "s", budget=f"≤ {PAINT_SECONDS:g} s",
            met=paint <= PAINT_SECONDS),
        Row("tui: processor time until then", cost, "s"),
        Row(f"tui: of one core at {rate:,.0f} alarms/s", 100 * share, "%", budget=f"≤ {100 * CPU_SHARE:g} %",
            met=share <= CPU_SHARE),
        Row(f"tui: memory grown in {SECONDS:g} s of it", grown, "MB", budget=f"≤ {GROWTH_MB:g} MB",
            met=grown <= GROWTH_MB),
        Row("tui: written to the terminal", kilobytes, "kB/s"),
        Row("tui: key press to answer, median", presses[len(presses) // 2], "ms"),
        Row("tui: key press to answer, p99", p99, "ms", budget=f"≤ {KEY_MS:g} ms", met=p99 <= KEY_MS),
    ]  # fmt: skip


if __name__ == "__main__":
    print_table(run())
