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
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from bench.report import Row, print_table
from bench.running_hub import running_hub
from feeds.sources.encodings import Utf8Blocks
from feeds.sources.range_columns import range_columns

RANGES = 1_000_000
BUDGET_SECONDS = 5.0
BUDGET_WAIT = 50.0


def write_csv(path: Path, ranges: int = RANGES, seed: int = 5) -> None:
    """Write an inventory, the same one each time."""
    rng = random.Random(seed)
    draw = rng.random
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("first,last,customer,use,imsi_first,msisdn_first,apn,hss,gateway,profile,plan,batch\n")
        first, imsi, msisdn = 894620200000000000, 240070000000000, 46719000000000
        for number in range(ranges):
            sims = (10, 50, 100, 200)[int(draw() * 4)]
            file.write(
                f"{first},{first + sims - 1},C{int(draw() * 2000):04d},use{int(draw() * 7)},{imsi},{msisdn},"
                f"iot.{int(draw() * 30)},hss-{int(draw() * 9)},pgw-{int(draw() * 40)},p{int(draw() * 25)},"
                f"plan {int(draw() * 60)},B{number // 40}\n"
            )
            first, imsi, msisdn = first + sims, imsi + sims, msisdn + sims


def write_other_csv(path: Path, other: Path) -> None:
    """Write the inventory of ``path`` with one range in a hundred moved to another customer and one gone."""
    with path.open(encoding="utf-8") as before, other.open("w", encoding="utf-8", newline="") as after:
        for number, line in enumerate(before):
            if number % 100 == 1:
                first, last, _, rest = line.split(",", 3)
                after.write(f"{first},{last},C9999,{rest}")
            elif number % 100 != 2:
                after.write(line)


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


def _load(url: str, file: Path) -> float:
    """Return the seconds that ``vaken load`` takes."""
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "tui.cli", "load", "ranges", str(file), "--yes", "--hub", url],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.perf_counter() - started


def _loaded(directory: Path, *files: Path) -> tuple[list[float], float]:
    """Return the seconds that each file took, one after the other, and the longest wait for an answer of the hub."""
    with running_hub(directory) as url:
        asking = _Asking(url)
        asking.start()
        try:
            return [_load(url, file) for file in files], asking.longest
        finally:
            asking.stop()


def _blocks(file: BinaryIO) -> Iterator[bytes]:
    return iter(Utf8Blocks(file).next, b"")


def run() -> list[Row]:
    """Measure and return the rows."""
    directory = Path(tempfile.mkdtemp(prefix="vaken-bench-"))
    try:
        file, other = directory / "ranges.csv", directory / "other.csv"
        write_csv(file)
        write_other_csv(file, other)
        started = time.process_time()
        with file.open(encoding="utf-8", newline="") as lines:
            read = sum(1 for _ in csv.reader(lines)) - 1
        alone = read / (time.process_time() - started)
        started = time.process_time()
        with file.open("rb") as raw:
            parsed = len(range_columns(_blocks(raw))) / (time.process_time() - started)
        (first, again), longest = _loaded(directory / "data", file, other)
    finally:
        shutil.rmtree(directory)
    name = f"load {RANGES:,} ranges"
    budget, waits = f"≤ {BUDGET_SECONDS:g} s", longest * 1000
    return [
        Row(f"{name} from CSV into a hub", first, "s", "", None, budget, first <= BUDGET_SECONDS),
        Row(f"{name} in their place, with the difference", again, "s", "", None, "", None),
        Row(f"{name}, reading the file", parsed, "rows/s", "csv.reader alone", parsed / alone, "", None),
        Row(
            f"{name}, longest wait for an answer of the hub",
            waits,
            "ms",
            "",
            None,
            f"≤ {BUDGET_WAIT:g} ms",
            waits <= BUDGET_WAIT,
        ),
    ]


if __name__ == "__main__":
    print_table(run())
