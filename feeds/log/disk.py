"""Directory entries that stay: a file outlives a loss of power only when the directory naming it was flushed."""

import os
from pathlib import Path


def flush(path: Path) -> None:
    """Flush a file or a directory to the disk. Raises OSError."""
    file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def make_directory(path: Path) -> None:
    """Make ``path`` (mode 0700) and what is missing above it, flushed. Raises OSError."""
    missing = [place for place in (path, *path.parents) if not place.exists()]
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    for place in missing:
        flush(place.parent)
