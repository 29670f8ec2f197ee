"""Loading: a CSV file with a million SIM ranges into a hub, and reading the file alone.

The hub and ``vaken load`` are real processes. Run alone with ``python -m bench.loading``.
"""

import csv
import http.client
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

from bench.report import Row, print_table
from bench.running_hub import running_hub
from feeds.sources.range_columns import range_columns

RANGES = 1_000_000
BUDGET_SECONDS = 5.0


def write_csv(path: Path, ranges: int = RANGES, seed: int = 5) -> None:
    """Write an inventory, the same one each time."""
    rng = random.Random(seed)
    draw = rng.random
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("first,last,customer,use,imsi_first,apn,gateway,batch\n")
        first, imsi = 894620200000000000, 240070000000000
        for number in range(ranges):
            sims = (10, 50, 100, 200)[int(draw() * 4)]
            file.write(
                f"{first},{first + sims - 1},C{int(draw() * 2000):04d},use{int(draw() * 7)},{imsi},"
                f"iot.{int(draw() * 30)},pgw-{int(draw() * 40)},B{number // 40}\n"
            )
            first, imsi = first + sims, imsi + sims


class _Asking(threading.Thread):
    """Asks a hub for its health again and again; ``longest`` is how long an answer took at most, in seconds."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
        self._ended = threading.Event()
        self.longest = 0.0

    def run(self) -> None:
        while not self._ended.wait(0.005):
            started = time.perf_counter()
            self._connection.request("GET", "/healthz")
            self._connection.getresponse().read()
            self.longest = max(self.longest, time.perf_counter() - started)
        self._connection.close()

    def stop(self) -> None:
        """End it."""
        self._ended.set()
        self.join()


def _loaded(directory: Path, file: Path) -> tuple[float, float]:
    """Return the seconds that ``vaken load`` took, and the longest wait for an answer of the hub meanwhile."""
    with running_hub(directory) as url:
        asking = _Asking(url)
        asking.start()
        try:
            started = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "tui.cli", "load", "ranges", str(file), "--hub", url],
                check=True,
                stdout=subprocess.DEVNULL,
            )
            seconds = time.perf_counter() - started
        finally:
            asking.stop()
        return seconds, asking.longest


def run() -> list[Row]:
    """Measure and return the rows."""
    directory = Path(tempfile.mkdtemp(prefix="vaken-bench-"))
    try:
        file = directory / "ranges.csv"
        write_csv(file)
        started = time.process_time()
        with file.open(encoding="utf-8", newline="") as lines:
            read = sum(1 for _ in csv.reader(lines)) - 1
        alone = read / (time.process_time() - started)
        started = time.process_time()
        with file.open(encoding="utf-8", newline="") as lines:
            parsed = len(range_columns(lines)) / (time.process_time() - started)
        seconds, longest = _loaded(directory / "data", file)
    finally:
        shutil.rmtree(directory)
    name = f"load {RANGES:,} ranges"
    return [
        Row(
            f"{name} from CSV into a hub", seconds, "s", "", None, f"≤ {BUDGET_SECONDS:g} s", seconds <= BUDGET_SECONDS
        ),
        Row(f"{name}, reading the file", parsed, "rows/s", "csv.reader alone", parsed / alone, "", None),
        Row(f"{name}, longest wait for an answer of the hub", longest * 1000, "ms", "", None, "", None),
    ]


if __name__ == "__main__":
    print_table(run())
