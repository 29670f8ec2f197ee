"""The machine's own token: made anew at each start of the hub, for programs of the same user on the same machine.

It stands in the data directory and once more where clients look for it by the hub's port. Whoever can read it could
read the log as well. It is good until the hub ends: one that was left behind by a kill opens nothing, and the next hub
of the same user takes it away. A hub that lives holds a lock on its own.
"""

import asyncio
import contextlib
import fcntl
import os
import secrets
from pathlib import Path
from typing import Final

from feeds.client.credentials import LOCAL_FILE, local_token_path
from feeds.hub.access.identity import AccessError, Identity
from feeds.hub.access.token_file import write_private
from feeds.hub.trouble import Warn
from feeds.model.access import CAPABILITIES, Role

LOCAL: Final = Identity("", Role.ADMIN, CAPABILITIES[Role.ADMIN], "local")
"""Who comes with it: whoever they say they are, since only the owner of this hub can."""

TRY_EVERY: Final = 10.0
"""Seconds between two tries to write it where it could not be written."""


class LocalToken:
    """The token and its files."""

    def __init__(self, directory: Path) -> None:
        self.secret = f"vkl_{secrets.token_hex(32)}"
        self._files = [directory / LOCAL_FILE]
        self._held = -1
        """The file by its port, open and locked: it tells others that this hub lives."""

    def write(self, port: int) -> str:
        """Write it down, once the port is known. Return why programs may not find it; empty: they do."""
        data = f"{self.secret}\n".encode()
        lost = ""
        try:
            write_private(self._files[0], data)
        except AccessError as error:
            lost = str(error)
        path = local_token_path(port)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if path.parent.stat().st_mode & 0o077:
                path.parent.chmod(0o700)
            write_private(path, data)
            self._hold(path)
        except (OSError, AccessError) as error:
            return "; ".join(filter(None, (lost, str(error))))
        if path not in self._files:
            self._files.append(path)
        for other in path.parent.glob("*.token"):
            if other != path:
                _remove_dead(other)
        return lost

    def _hold(self, path: Path) -> None:
        """Lock the file of the port. Raises OSError."""
        held = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if not os.fstat(held).st_nlink:
                raise FileNotFoundError(f"{path}: another hub that started just now took it for one left behind")
        except OSError:
            os.close(held)
            raise
        self._let_go()
        self._held = held

    def _let_go(self) -> None:
        if self._held >= 0:
            os.close(self._held)
            self._held = -1

    async def until_written(self, port: int, warn: Warn) -> None:
        """Try again and again to write it down, as a full disk will have room again; until it stands there."""
        lost = "yet"
        while lost:
            await asyncio.sleep(TRY_EVERY)
            lost = await asyncio.to_thread(self.write, port)
        warn("programs of this machine find the hub's token by themselves again", "access.local_token")

    def remove(self) -> None:
        """Remove its files, where they still hold it: another hub may have the port by now."""
        for path in self._files:
            with contextlib.suppress(OSError):  # what is left behind opens nothing
                if path.read_text(encoding="ascii", errors="replace").strip() == self.secret:
                    path.unlink()
        self._let_go()


def _remove_dead(path: Path) -> None:
    """Remove a token file that no hub holds."""
    with contextlib.suppress(OSError):  # held by a hub that lives, or taken away by another one meanwhile
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(file).st_nlink:
                path.unlink()
        finally:
            os.close(file)
