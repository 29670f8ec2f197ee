"""A hub process for benchmarks that go the whole way."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def running_hub(directory: Path) -> Iterator[str]:
    """Start a hub on a data directory and yield its address once it is ready; end it afterwards."""
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
        yield line.split()[-1]
    finally:
        hub.terminate()
        hub.wait(30)
