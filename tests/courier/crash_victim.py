"""Couriers in processes of their own, to be killed: one for each line on stdin, forked from this one.

A line: the directory of the log, the port of the mail server, at which write of the ledger to be killed (0: at none),
and whether ``before`` it or ``after``, when it is flushed but the courier has not heard so. Printed is how it ended:
0, or −9. Forked, because starting Python takes longer than sending the mails.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from conftest import FAST, Desk  # this file runs as a program, from its own folder

from feeds.courier import Courier, MailSettings
from feeds.courier.channels.mail import MailChannel
from feeds.facts import Fact


class Mortal(Desk):
    """A desk that dies at one of its writes."""

    def __init__(self, directory: Path, at: int, when: str) -> None:
        super().__init__(directory)
        self._left = at
        self._when = when

    async def write(self, facts: Sequence[Fact]) -> None:
        self._left -= 1
        if self._left == 0 and self._when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        await super().write(facts)
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


async def main(directory: Path, port: int, at: int, when: str) -> None:
    desk = Mortal(directory, at, when)
    mail = MailSettings(host="127.0.0.1", port=port, sender="noc@operator.example", connections=3, timeout=10)
    courier = Courier(desk, [MailChannel(mail)], lambda: desk.now, pace=FAST)
    desk.wake = courier.wake
    work = asyncio.create_task(courier.run())
    for update in tuple(desk.table.updates.values()):
        await desk.ended(update.id)
    work.cancel()
    await asyncio.wait({work})
    await desk.close()


if __name__ == "__main__":
    for line in sys.stdin:
        directory, port, at, when = line.split()
        child = os.fork()
        if not child:
            asyncio.run(main(Path(directory), int(port), int(at), when))
            os._exit(0)
        print(child, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
