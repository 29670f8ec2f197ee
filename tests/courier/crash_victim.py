"""A courier in a process of its own, to be killed. Arguments: the directory of the log, the port of the mail server."""

import asyncio
import sys
from pathlib import Path

from conftest import FAST, NOW, Desk  # this file runs as a program, from its own folder

from feeds.courier import Courier, MailSettings


async def main(directory: Path, port: int) -> None:
    desk = Desk(directory)
    mail = MailSettings(host="127.0.0.1", port=port, sender="noc@operator.example", connections=3, timeout=10)
    courier = Courier(desk, mail, lambda: NOW, pace=FAST)
    desk.wake = courier.wake
    work = asyncio.create_task(courier.run())
    for update in tuple(desk.table.updates.values()):
        await desk.ended(update.id)
    work.cancel()
    await asyncio.wait({work})
    await desk.close()


asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
