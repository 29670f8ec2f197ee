"""The bytes of a file that a command line names, or of stdin, up to a bound."""

import sys
from pathlib import Path

from tui.cli.failure import Failed


def bytes_of(file: Path, most: int, name: str = "") -> bytes:
    """Return what stands in ``file`` (``-``: stdin). Raises Failed where it cannot be read or is more than ``most``.

    ``name`` is what messages call it, if not by its path.
    """
    name = name or str(file)
    try:
        if str(file) == "-":
            raw = sys.stdin.buffer.read(most + 1)
        else:
            with file.open("rb") as opened:
                raw = opened.read(most + 1)
    except OSError as error:
        raise Failed(f"{name}: cannot be read: {error.strerror}") from error
    if len(raw) > most:
        raise Failed(f"{name}: is larger than {most >> 20} MiB")
    return raw
