"""A hub starts from a snapshot and reads only what came since. What lies below is looked through afterwards, and daily.

By a process of its own, with the least priority and much rest: feeds come first. Damage found there does not stop the
hub. The board holds what the damaged facts did, so it is right, and so is what is appended: facts are taken, and every
screen says where the damage is. How a log is proven, and what is left of a damaged one, is ``feeds.log``'s.
"""

import asyncio
import os
import sys
from pathlib import Path
from time import perf_counter, sleep
from typing import Final

import msgspec

from feeds.hub.core import Hub
from feeds.hub.module_process import run_module
from feeds.log import LogError, Proof, prove

AFTER_START: Final = 1.0
"""Seconds after a start: terminals and feeds come back first."""
AGAIN: Final = 86_400.0
"""Seconds between two looks of a hub that runs on."""
WORK: Final = 0.05
"""Seconds of work at a time …"""
RESTS: Final = 3.0
"""… and so many times as long it rests: a quarter of one core at the most."""


async def prove_log(hub: Hub, base: int) -> None:
    """Look through the log under the newest snapshot, soon after a start from the one at ``base`` (0: all was read)."""
    await asyncio.sleep(AFTER_START if base else AGAIN)
    said = ""
    while True:
        code, output, errors = await run_module("feeds.hub.proving", str(hub.directory), hear_errors=True)
        if code:
            lines = errors.decode(errors="replace").strip().splitlines() or [f"exit {code}"]
            hub.warn(f"the log under the snapshot could not be looked through: {lines[-1]}", "log.unproven")
        else:
            proof = msgspec.json.decode(output, type=Proof)
            if proof.damage is not None:
                if proof.damage != hub.log.gap:
                    hub.log.note_gap(proof.damage)
                    hub.warn(str(proof.damage), "log.damaged", after=proof.damage.after, behind=proof.damage.behind)
            else:
                hub.journal.say("log.proved", "the log up to the newest snapshot is good as well", seq=proof.upto)
            if proof.base != said:
                said = proof.base
                hub.warn(said or "the board that the log begins from is good again", "log.base")
        await asyncio.sleep(AGAIN)


class _Pace:
    """Rests after some work."""

    def __init__(self) -> None:
        self._since = perf_counter()

    def __call__(self) -> None:
        worked = perf_counter() - self._since
        if worked >= WORK:
            sleep(worked * RESTS)
            self._since = perf_counter()


if __name__ == "__main__":
    os.nice(19)
    try:
        found = prove(Path(sys.argv[1]), _Pace())
    except LogError as error:
        print(error, file=sys.stderr)
        sys.exit(1)
    sys.stdout.buffer.write(msgspec.json.encode(found))
