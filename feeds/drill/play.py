"""Plays a drill into a hub over the interfaces that real sources use, at real or quickened time.

Inventory goes by HTTP, alarms by ``WS /v1/ingest`` and as Alertmanager's webhook, cases natively and as Zammad's
webhook. A hub that is restarted meanwhile is waited for. What happens in a drill is said by ``scenario`` and
``timeline``; the outage's own handling is left to the people, but for the actions that the scenario names.
"""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Generic, TypeVar

import msgspec

from feeds.client.credentials import NO_CREDENTIALS, Credentials
from feeds.drill.commander import carry_out
from feeds.drill.door import DrillError, HubDoor
from feeds.drill.fleet import Fleet, build_fleet
from feeds.drill.foreign import AlertmanagerVoice, zammad_webhook
from feeds.drill.parent import end_with_parent
from feeds.drill.push import PushError, PushFeed
from feeds.drill.scenario import Scenario, ScenarioError, load_scenario
from feeds.drill.timeline import ActionDue, AlarmSent, CaseSent, PhaseBegan, timeline

T = TypeVar("T")

INVENTORY_BATCH = 1_000
"""Ranges or customers in one request."""
TICK = 0.05
"""Seconds: what happens within one tick goes out together."""
LANE_BATCHES = 100
"""Batches that may wait for one interface. Then the drill waits and runs late: it loses nothing."""

_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


def play_drill(
    name_or_file: str,
    hub: str,
    speed: float = 1.0,
    *,
    quiet_output: bool = False,
    turns: int = 1,
    credentials: Credentials = NO_CREDENTIALS,
) -> int:
    """Play a built-in scenario, or one in a file, into the hub at URL ``hub``; return the exit code.

    ``speed`` multiplies time, beside the scenario's own scale. ``turns``: how often, 0 for until stopped. Ctrl-C ends
    it, and that is no failure.
    """

    def say(text: str) -> None:
        if not quiet_output:
            print(text, flush=True)

    try:
        if not speed > 0:
            raise ScenarioError("speed must be more than 0")
        scenario = load_scenario(name_or_file)
    except ScenarioError as error:
        print(f"vaken: {error}", file=sys.stderr)
        return 2
    try:
        asyncio.run(_play(scenario, hub, speed, turns, credentials, say))
    except KeyboardInterrupt:
        say("drill stopped")
    except (DrillError, PushError) as error:
        print(f"vaken: {error}", file=sys.stderr)
        return 1
    return 0


async def _play(
    scenario: Scenario, hub: str, speed: float, turns: int, credentials: Credentials, say: Callable[[str], None]
) -> None:
    say(f"drill {scenario.name}: {scenario.description}")
    if scenario.scale != 1:
        say(f"played {scenario.scale * speed:g} times faster than it was: {_lasts(scenario, speed)}")
    speed *= scenario.scale
    fleet = build_fleet(scenario)
    problem: BaseException | None = None
    try:
        async with HubDoor(hub, say, credentials) as door:
            await _load(fleet, door)
            sims = sum(one.count for one in fleet.ranges)
            say(f"loaded {len(fleet.customers):,} customers, {sims:,} SIMs in {len(fleet.ranges):,} ranges")
            for turn in count():
                async with PushFeed(hub, feed="drill", credentials=credentials) as feed:
                    player = Player(scenario, fleet, door, feed, hub, speed, say, credentials)
                    await player.play(turn)
                say(f"end: {feed.accepted:,} alarms pushed, {player.posted:,} alarms and cases by webhook and HTTP")
                if turn + 1 == turns:
                    return
    except* (DrillError, PushError) as group:
        problem = group
        while isinstance(problem, BaseExceptionGroup):
            problem = problem.exceptions[0]
    if problem is not None:
        raise problem


def _lasts(scenario: Scenario, speed: float) -> str:
    real, played = scenario.duration / 3600, scenario.duration / scenario.scale / speed / 60
    return f"{real:,.0f} h in {played:,.0f} min"


async def _load(fleet: Fleet, door: HubDoor) -> None:
    for path, items in (("/v1/customers", fleet.customers), ("/v1/ranges", fleet.ranges)):
        for start in range(0, len(items), INVENTORY_BATCH):
            await door.post(path, msgspec.json.encode(items[start : start + INVENTORY_BATCH]))


class Player:
    """One turn of a drill: takes what is due off the timeline and hands it to one lane for each interface."""

    def __init__(
        self,
        scenario: Scenario,
        fleet: Fleet,
        door: HubDoor,
        feed: PushFeed,
        hub: str,
        speed: float,
        say: Callable[[str], None],
        credentials: Credentials = NO_CREDENTIALS,
    ) -> None:
        self.posted = 0
        """Alarms and cases that the hub accepted over HTTP."""
        self._scenario = scenario
        self._fleet = fleet
        self._names = {customer.id: customer.name for customer in fleet.customers}
        self._names |= {contact.address: one.name for one in fleet.customers for contact in one.contacts}
        self._door = door
        self._feed = feed
        self._hub = hub
        self._credentials = credentials
        self._speed = speed
        self._say = say
        self._voice = AlertmanagerVoice("http://alertmanager.example:9093")
        self._began = datetime.now(UTC)

    async def play(self, turn: int) -> None:
        """Play to the end. Raises DrillError or PushError, in a group, when the hub cannot be played to."""
        async with asyncio.TaskGroup() as group:
            ingest = Lane[AlarmSent](group, "ingest", self._push)
            webhook = Lane[AlarmSent](group, "alertmanager", self._fire)
            native = Lane[CaseSent](group, "cases", self._post_cases)
            zammad = Lane[CaseSent](group, "zammad", self._post_tickets)
            commander = Lane[ActionDue](group, "commander", self._act)
            lanes = (ingest, webhook, native, zammad, commander)
            loop = asyncio.get_running_loop()
            self._began, start = datetime.now(UTC), loop.time()
            first_case = int((self._began - _EPOCH).total_seconds()) * 10
            for timed in timeline(self._scenario, self._fleet, turn=turn, first_case=first_case):
                late = loop.time() - (start + timed.at / self._speed)
                if late < 0:
                    for lane in lanes:
                        await lane.hand_over()
                    await asyncio.sleep(max(-late, TICK))
                match timed:
                    case PhaseBegan():
                        self._say(f"{self._time(timed.at):%H:%M:%S}  {timed.say}")
                    case AlarmSent():
                        (ingest if timed.via == "ingest" else webhook).waiting.append(timed)
                    case CaseSent():
                        (native if timed.via == "native" else zammad).waiting.append(timed)
                    case ActionDue():
                        commander.waiting.append(timed)
            for lane in lanes:
                await lane.close()

    def _time(self, at: float) -> datetime:
        return self._began + timedelta(seconds=at / self._speed)

    async def _push(self, batch: Sequence[AlarmSent]) -> None:
        await self._feed.push(alarms=[one.timed(self._time) for one in batch])

    async def _fire(self, batch: Sequence[AlarmSent]) -> None:
        events = [one.timed(self._time) for one in batch]
        await self._door.post("/hooks/alertmanager", self._voice.webhook(events))
        self.posted += len(batch)

    async def _post_cases(self, batch: Sequence[CaseSent]) -> None:
        events = [one.timed(self._time) for one in batch]
        await self._door.post("/v1/cases", msgspec.json.encode(events))
        self.posted += len(batch)

    async def _post_tickets(self, batch: Sequence[CaseSent]) -> None:
        for one in batch:
            event = one.timed(self._time)
            organization = self._names.get(event.customer, "")
            await self._door.post("/hooks/zammad", zammad_webhook(event, one.writer, organization))
            self.posted += 1

    async def _act(self, batch: Sequence[ActionDue]) -> None:
        for one in batch:
            # In a thread: the commander uses the screens' own client, which blocks.
            self._say(await asyncio.to_thread(carry_out, self._hub, one.action, self._credentials))


class Lane(Generic[T]):
    """What goes over one interface, in order: a bounded queue of batches and the task that sends them.

    The task belongs to the group given; its error ends the group.
    """

    def __init__(self, group: asyncio.TaskGroup, name: str, send: Callable[[Sequence[T]], Awaitable[None]]) -> None:
        self.waiting: list[T] = []
        """What is due now and was not handed over yet."""
        self._send = send
        self._queue: asyncio.Queue[list[T] | None] = asyncio.Queue(LANE_BATCHES)
        group.create_task(self._run(), name=f"drill {name}")

    async def hand_over(self) -> None:
        """Queue what is waiting; waits itself while the queue is full."""
        if self.waiting:
            batch, self.waiting = self.waiting, []
            await self._queue.put(batch)

    async def close(self) -> None:
        """Queue what is waiting, and the end."""
        await self.hand_over()
        await self._queue.put(None)

    async def _run(self) -> None:
        while (batch := await self._queue.get()) is not None:
            await self._send(batch)


def main() -> None:
    """Play a drill from the command line: ``python -m feeds.drill.play``. ``vaken drill`` is the same for people."""
    parser = argparse.ArgumentParser(prog="python -m feeds.drill.play", description="play a drill into a hub")
    parser.add_argument("scenario", help="name of a built-in scenario, or a file")
    parser.add_argument("--hub", required=True, help="URL of the hub")
    parser.add_argument("--speed", type=float, default=1.0, help="multiplies time")
    parser.add_argument("--turns", type=int, default=1, help="how often; 0: until stopped")
    parser.add_argument("--quiet", action="store_true", help="print nothing but errors")
    parser.add_argument("--with-parent", action="store_true", help="end when stdin is closed")
    given = parser.parse_args()
    if given.with_parent:
        end_with_parent()
    sys.exit(play_drill(given.scenario, given.hub, given.speed, quiet_output=given.quiet, turns=given.turns))


if __name__ == "__main__":
    main()
