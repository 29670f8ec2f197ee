"""What systemd is told of the hub (sd_notify(3)): ready, stopping, and that the event loop still turns.

Without ``NOTIFY_SOCKET`` nobody is told, and nothing is different.
"""

import asyncio
import contextlib
import os
import socket
from collections.abc import Mapping


class Supervisor:
    """The service manager that started this process, where there is one."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        given = os.environ if environment is None else environment
        address = given.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        mine = given.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        usec = given.get("WATCHDOG_USEC", "")
        self._every = int(usec) / 2_000_000 if mine and usec.isdecimal() and int(usec) > 0 else 0.0

    def tell(self, state: str) -> None:
        """Send one state, such as ``READY=1``."""
        if not self._address:
            return
        # Who does not listen need not be told.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            to.setblocking(False)
            to.connect(self._address)
            to.send(state.encode())

    async def run(self) -> None:
        """Say twice in each watchdog interval that the event loop turns, until cancelled."""
        while self._every:
            self.tell("WATCHDOG=1")
            await asyncio.sleep(self._every)
