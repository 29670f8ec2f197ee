"""Power goes at any moment: what had been answered is there, nothing is invented, and nothing is called damaged.

A program runs a log on a recorded disk (``power``); then every moment of it is a loss of power, in several ways.
"""

import asyncio
import random
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feeds.facts import AlarmAcknowledged
from feeds.log import SqliteLog, check, read_only, snapshots
from tests.log.power import environment, moments, steps

LIVES = """
import asyncio, ctypes, sys
from datetime import UTC, datetime
from pathlib import Path
from feeds.facts import AlarmAcknowledged
from feeds.log import SqliteLog, snapshots
from feeds.log import back_up, prune as log_prune, read_only, sqlite, store

sqlite.MERGE_IDLE_BYTES = 60_000  # so that a short life sees many merges
store.LARGE_BYTES = 20_000  # and facts that are written in pieces
mark = ctypes.CDLL(None).disk_mark
place, rounds = Path(sys.argv[1]), int(sys.argv[2])

def said(what):
    mark(what.encode())

def prune():
    until = read_only(place).end_before(25)
    said(f"P {until}")
    log_prune(place, until, b"board", "operator")
    said("Q")

async def life(number):
    log = SqliteLog.open(place, deliver=lambda batch: None, now=lambda: datetime.now(UTC))
    async def feed(name, count, long=0):
        for turn in range(count):
            names = [f"{number}.{name}.{turn}.{part}" + "x" * long for part in range(1 + turn % 3)]
            said("S " + " ".join(names))
            batch = await log.append(name, [AlarmAcknowledged(one) for one in names])
            said(f"A {batch.first} " + " ".join(names))
    await asyncio.gather(feed("one", rounds), feed("two", rounds), feed("long", 2, 30_000))
    check = log.check_at(log.last)
    snapshots.write(place, log.last, check, b"board" * 2_000)
    said(f"B {log.last}")
    await feed("late", 3)
    if number != 1:
        await log.close()
    else:
        log._thread = None  # this life ends as a kill ends it: nothing is merged, nothing is closed

asyncio.run(life(0))
asyncio.run(life(2))
prune()
said(f"K {back_up(place, place.parent / 'kept').last}")
asyncio.run(life(3))
"""


class Model:
    """What a sender knows: what it sent, and what was answered."""

    def __init__(self) -> None:
        self.sent: set[str] = set()
        self.answered: dict[int, str] = {}
        self.snapshot = 0
        self.prunable = 0
        self.backup = 0

    def hear(self, said: str) -> None:
        kind, *words = said.split()
        if kind == "S":
            self.sent.update(words)
        elif kind == "A":
            self.answered.update(enumerate(words[1:], int(words[0])))
        elif kind == "P":
            self.prunable = int(words[0])
        elif kind == "K":
            self.backup = int(words[0])
        elif kind == "B":
            self.snapshot = int(words[0])

    def prove(self, place: Path) -> None:
        """Open the log in ``place`` as a hub would and compare."""
        asyncio.run(self._prove(place))
        backup = place.with_name("kept")
        if self.backup or backup.exists():
            report = check(backup)
            assert report.damage is None
            assert report.last >= max(self.backup, 1)
            assert read_only(backup).begins in (0, self.prunable)
            assert any(snapshots.newest(backup, lambda _path, _why: None))

    async def _prove(self, place: Path) -> None:
        log = SqliteLog.open(place, deliver=lambda _batch: None, now=lambda: datetime.now(UTC))
        try:
            assert log.damage is None, log.damage
            kept = {
                entry.seq: entry.fact.alarm
                for batch in log.read()
                for entry in batch.entries
                if isinstance(entry.fact, AlarmAcknowledged)
            }
            begins = log.begins
            assert begins <= self.prunable
            assert not begins or (place / "log" / "base.snap").exists()
            assert list(kept) == list(range(begins + 1, log.last + 1))
            assert {seq: name for seq, name in self.answered.items() if seq > begins}.items() <= kept.items()
            assert set(kept.values()) <= self.sent
            bad: list[str] = []
            found = list(snapshots.newest(place, lambda path, why: bad.append(f"{path.name}: {why}")))
            assert not bad
            assert max([one.seq for one in found], default=0) >= max(self.snapshot, begins)
            assert all(log.check_at(one.seq) == one.check for one in found)
            assert (await log.append("later", [AlarmAcknowledged("later")])).first == log.last
        finally:
            await log.close()


def lose_power(tmp_path: Path, rounds: int, share: float, ways: int, seed: int) -> int:
    """Play a life; lose power after ``share`` of its steps in ``ways`` ways each; return how many states were seen."""
    root = tmp_path / "disk"
    root.mkdir()
    command = [sys.executable, "-c", LIVES, str(root / "data"), str(rounds)]
    trace = tmp_path / "trace"
    done = subprocess.run(command, env=environment(root, trace), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    chance, model, seen, pruning = random.Random(seed), Model(), 0, False
    recorded = steps(trace)
    assert sum(step.kind == "F" for step in recorded) > rounds
    for _number, disk, step in moments(recorded, root):
        if step.kind == "A":
            model.hear(step.first)
            pruning = step.first.startswith("P")
        if chance.random() < share * (4 if pruning else 1):
            for luck in ("none", "all", *[None] * ways):
                place = tmp_path / "left"
                disk.leave(place, luck, chance)  # type: ignore[arg-type]
                model.prove(place / "data")
                shutil.rmtree(place)
                seen += 1
    return seen


def test_what_was_answered_survives_a_loss_of_power(tmp_path: Path) -> None:
    assert lose_power(tmp_path, 8, 0.05, 1, 1) > 60


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(3))
def test_what_was_answered_survives_a_loss_of_power_after_every_step(tmp_path: Path, seed: int) -> None:
    assert lose_power(tmp_path, 8, 1.0, 2, seed) > 1_000
