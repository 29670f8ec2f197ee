"""A hub process for benchmarks that go the whole way."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


class HubProcess(Struct, frozen=True):
    """A hub that runs: its address, and what its process uses."""

    url: str
    pid: int

    def cpu_seconds(self) -> float:
        """Return the processor time it has taken so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def resident(self) -> int:
        """Return the memory it holds now, bytes."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * _PAGE


@contextmanager
def hub_process(directory: Path) -> Iterator[HubProcess]:
    """Start a hub on a data directory and yield it once it is ready; end it afterwards."""
    hub = subprocess.Popen(
        [sys.executable, "-m", "tui.cli", "hub", "--data", str(directory), "--listen", "127.0.0.1:0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert hub.stdout is not None
        line = hub.stdout.readline()
        if "ready" not in line:
            raise RuntimeError("the hub did not become ready")
        yield HubProcess(line.split()[-1], hub.pid)
    finally:
        hub.terminate()
        hub.wait(30)


@contextmanager
def running_hub(directory: Path) -> Iterator[str]:
    """As ``hub_process``; yields the address alone."""
    with hub_process(directory) as hub:
        yield hub.url
