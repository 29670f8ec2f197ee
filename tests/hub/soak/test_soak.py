"""Everything at once, for as long as you like: alarms, cases, ranges, terminals, updates by mail, kills at any moment.

Outside the hub, journals and a mailbox know what must be there. Nothing that was answered may be missing, nothing may
be there that nobody said, nobody gets a mail twice, and memory stays flat. ``make soak`` runs it for half an hour, or
for VAKEN_SOAK_MINUTES.
"""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from websockets.exceptions import WebSocketException

from feeds.board import Board, Touched
from feeds.facts import AlarmReported, CaseReported
from feeds.log import read_only
from tests.hub.mailbox import Mailbox
from tests.hub.running import RunningHub
from tests.hub.soak.told import FIRST_SIM, KEYS, SIMS_A_RANGE, Journal, candidates, event
from tests.hub.terminal import Shown, terminal
from tests.hub.test_update import address, approved, customer, mail_config, outage_of

FEEDS = (("alarms", "soak-a", 0.1), ("alarms", "soak-b", 0.25), ("cases", "soak-c", 0.4), ("ranges", "soak-r", 1.0))
"""Kind, name, seconds between two batches."""
SHORT_ROUNDS = 5
CUSTOMERS = 12
SETTLED_GROWTH = 48 * 1024 * 1024
"""Bytes by which a hub may grow in its last life between its middle and its end."""
OVER = ("cleared", "closed")
VIEWS = ("alarms", "cases", "outages", "feeds", "totals")


class Feed:
    """A feed process that is started again whenever it was killed."""

    def __init__(self, kind: str, name: str, pause: float, place: Path) -> None:
        self.kind = kind
        self.name = name
        self.journal = Journal(place / f"{name}.journal")
        self._pause = pause
        self._stop = place / "stop"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, url: str) -> None:
        command = [sys.executable, "-m", "tests.hub.soak.feed", url, str(self.journal.path)]
        command += [self.kind, self.name, str(self._pause), str(self._stop)]
        self.process = subprocess.Popen(command)

    def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(30)

    def finish(self) -> None:
        """Wait until its last batch is answered."""
        assert self.process is not None
        self._stop.touch()
        assert self.process.wait(60) == 0, f"{self.name} was refused"


class Soak:
    """One run."""

    def __init__(self, place: Path, mailbox: Mailbox, seed: int) -> None:
        self.chance = Random(seed)
        self.mailbox = mailbox
        self.hub = RunningHub(place / "data", mail_config(mailbox) + "[limits]\nsnapshot_every = 5000\n")
        self.feeds = [Feed(kind, name, pause, place) for kind, name, pause in FEEDS]
        self.updates: dict[str, str] = {}
        """Update → domain of its addresses."""
        self.kills = 0
        self.memory: list[int] = []
        """What the hub of now held, bytes, sample by sample."""

    def start(self) -> None:
        self.hub.start()
        self.hub.listen = self.hub.url.removeprefix("http://")  # the feeds come back to the same place
        for feed in self.feeds:
            feed.start(self.hub.url)

    async def more(self, batches: int) -> None:
        """Wait until the first feed has had so many more batches answered."""
        journal = self.feeds[0].journal
        wanted = journal.bounds()[0] + batches * 60
        async with asyncio.timeout(120 + batches):
            while journal.bounds()[0] < wanted:
                for feed in self.feeds:
                    assert feed.process is not None
                    assert feed.process.poll() is None, f"{feed.name} ended by itself"
                self.memory.append(self._resident())
                await asyncio.sleep(0.1)

    def _resident(self) -> int:
        assert self.hub.process is not None
        return int(Path(f"/proc/{self.hub.process.pid}/statm").read_text().split()[1]) * 4096

    def kill_something(self) -> None:
        """Kill a feed, or the hub; start it again."""
        if self.chance.random() < 0.4:
            feed = self.chance.choice(self.feeds)
            feed.kill()
            feed.start(self.hub.url)
        else:
            self.hub.kill()
            self.kills += 1
            self.memory.clear()
            self.hub.start()

    async def update(self) -> None:
        """Have one update on its way to customers of its own."""
        number = len(self.updates)
        domain = f"soak{number}.example"
        outage = await outage_of(self.hub, number, domain, [customer(n, domain) for n in range(CUSTOMERS)])
        self.updates[await approved(self.hub, outage)] = domain

    # -- what must be so ---------------------------------------------------------------------------------------------

    async def hold(self) -> None:
        """Compare what the hub shows with what the feeds said; batches that are on their way may be there or not."""
        for feed in self.feeds:
            if feed.kind == "ranges":
                continue
            before = feed.journal.bounds()[0]
            rows = [row for row in await self.hub.rows(feed.kind) if row["key"].startswith(f"{feed.name}/")]
            after = feed.journal.bounds()[1]
            field = "text" if feed.kind == "alarms" else "title"
            shown = {row["key"].rpartition("/")[2]: row for row in rows}
            assert set(shown) <= {str(key) for key in range(KEYS)}, "invented"
            for key in range(KEYS):
                may = [_said(feed, number) for number in candidates(key, before, after)]
                row = shown.get(str(key))
                state = row["state" if feed.kind == "cases" else "severity"] if row else OVER[0]
                found = (state, row[field]) if row and state not in OVER else None
                assert found in may, f"{feed.name}/{key}: shown {found}, said {may}"

    async def sent_once(self) -> None:
        """Every update has ended; what it says of each contact is what the mailbox knows."""
        came = Counter(self.mailbox.recipients())
        for update, domain in self.updates.items():
            rows = await self.hub.until("deliveries", _over, f"&of={update}")
            states = {row["address"]: row["state"] for row in rows}
            assert set(states) == {address(number, domain) for number in range(CUSTOMERS)}
            for to, state in states.items():
                count = came.pop(to, 0)
                assert state in ("accepted", "uncertain"), f"{to} was skipped: {state}"
                assert count == 1 if state == "accepted" else count <= 1, f"{to} got {count}, {state}"
        assert not came, f"somebody else got mail: {came}"

    def hold_log(self) -> None:
        """Compare the log itself, replayed without the hub, with what the feeds said: nothing more, nothing less."""
        board, touched = Board(), Touched()
        reader = read_only(self.hub.directory, after=0)
        said = {feed.name: feed.journal.bounds()[1] for feed in self.feeds}
        for batch in reader.read(after=0):
            for entry in batch.entries:
                fact = entry.fact
                if isinstance(fact, AlarmReported | CaseReported) and fact.event.source in said:
                    text = fact.event.text if isinstance(fact, AlarmReported) else fact.event.title
                    number = int(text.split()[1])
                    assert 0 <= number < said[fact.event.source], "invented"
            board.apply(batch.entries, touched)
            touched.clear()
        for feed in self.feeds:
            answered, sent = feed.journal.bounds()
            assert answered == sent, "each feed ended with its last batch answered"
            for key in range(KEYS):
                (number,) = candidates(key, answered, sent)
                said_last = _said(feed, number)
                if feed.kind == "alarms":
                    alarm = board.alarms.active.get(f"{feed.name}/{key}")
                    assert ((str(alarm.severity), alarm.text) if alarm else None) == said_last
                elif feed.kind == "cases":
                    case = board.cases.open.get(f"{feed.name}/{key}")
                    assert ((str(case.state), case.title) if case else None) == said_last
        ranges = self.feeds[-1]
        answered = ranges.journal.bounds()[0]
        for key in range(KEYS):
            (number,) = candidates(key, answered, answered)
            stated = board.inventory.range_at(FIRST_SIM + key * SIMS_A_RANGE)
            plan = stated.attributes.get("plan") if stated is not None else None
            assert plan == (f"event-{number}" if number >= 0 else None)

    def end(self) -> None:
        for feed in self.feeds:
            if feed.process is not None and feed.process.poll() is None:
                feed.kill()
        if self.hub.process is not None and self.hub.process.poll() is None:
            self.hub.kill()


def _said(feed: Feed, number: int) -> tuple[str, str] | None:
    """Return what is shown of a key after an event; None: nothing is."""
    if number < 0:
        return None
    told = event(feed.kind, feed.name, number)
    if feed.kind == "ranges":
        return None
    state = told["severity"] if feed.kind == "alarms" else told["state"]
    if state in OVER:
        return None
    return state, f"event {number}"


def _over(rows: list[dict[str, Any]]) -> bool:
    return bool(rows) and all(row["state"] in ("accepted", "uncertain", "failed", "bounced", "held") for row in rows)


async def look_on(soak: Soak, pause: float, ended: asyncio.Event) -> dict[str, Shown]:
    """Be a terminal that comes back whenever it is cut off. Return what it shows in the end."""
    views: dict[str, Shown] = {}
    while True:
        with suppress(OSError, TimeoutError, WebSocketException):
            async with terminal(soak.hub) as one:
                views = {view: await one.open(view, number) for number, view in enumerate(VIEWS)}
                while True:
                    await one.read()
                    await asyncio.sleep(pause)
                    if ended.is_set() and len(one.beats) and all(view.snapshots for view in views.values()):
                        one.beats.clear()
                        await one.until(lambda one=one: len(one.beats) >= 2)  # type: ignore[misc]
                        return views
        await asyncio.sleep(0.1)


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    box.seconds_a_mail = 0.05
    box.start()
    yield box
    box.stop()


@pytest.mark.parametrize(
    "minutes",
    [0.0, pytest.param(float(os.environ.get("VAKEN_SOAK_MINUTES", "30")), marks=pytest.mark.soak)],
)
async def test_under_mixed_load_and_kills_nothing_is_lost_and_nothing_invented(
    tmp_path: Path, mailbox: Mailbox, minutes: float
) -> None:
    seed = 20265 if not minutes else int(time.time())
    print(f"soak: seed {seed}")
    soak = Soak(tmp_path, mailbox, seed)
    ended, rounds, end = asyncio.Event(), 0, time.monotonic() + minutes * 60
    try:
        soak.start()
        async with asyncio.TaskGroup() as group:
            terminals = [group.create_task(look_on(soak, pause, ended)) for pause in (0.0, 0.0, 0.2)]
            while rounds < SHORT_ROUNDS or time.monotonic() < end:
                rounds += 1
                if rounds % 2 and len(soak.updates) < 200:
                    await soak.update()
                await soak.more(soak.chance.randint(1, 8))
                soak.kill_something()
                await soak.hold()
            soak.memory.clear()
            await soak.more(40 if not minutes else 3_000)
            settled = soak.memory
            for feed in soak.feeds:
                await asyncio.to_thread(feed.finish)
            await soak.hold()
            await soak.sent_once()
            ended.set()
        rows = {view: {row["key"] for row in await soak.hub.rows(view)} for view in ("alarms", "cases")}
        for one in terminals:
            for view, its in one.result().items():
                if view in rows:
                    assert its.total == len(rows[view]), f"a terminal shows {its.total} {view}"
                    assert set(its.rows) <= rows[view]
        assert soak.hub.stop() == 0
        soak.hold_log()
        middle = max(settled[: len(settled) // 2])
        print(f"soak: {rounds} rounds, {soak.kills} kills of the hub, {max(settled) / 2**20:.0f} MiB at the end")
        assert max(settled[len(settled) // 2 :]) - middle < SETTLED_GROWTH
        assert "Traceback" not in soak.hub.errors()
    finally:
        soak.end()
