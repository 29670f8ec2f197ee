"""Writing a note or a timeline into a file of the person's own, never over one that is there."""

import os
from pathlib import Path


class NotWritten(Exception):
    """The file could not be written; the message says which and why."""


def write_new(folder: Path, name: str, text: str) -> Path:
    """Write ``text`` into a new file ``name`` in ``folder``; where it is there, a number follows. Return its path.

    Raises NotWritten.
    """
    stem, dot, ending = name.rpartition(".")
    for count in range(1, 1_000):
        path = folder / (name if count == 1 else f"{stem}-{count}{dot}{ending}")
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with open(
                os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w", encoding="utf-8"
            ) as file:
                file.write(text)
        except FileExistsError:
            continue
        except OSError as error:
            raise NotWritten(f"{path} cannot be written: {error.strerror}") from error
        return path
    raise NotWritten(f"{folder / name} is there a thousand times: tidy up there")
