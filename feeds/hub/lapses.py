"""Alarms that their source renews as long as they last (Prometheus does): who is not renewed is clear.

Renewals themselves are not logged; after a restart every such alarm gets time to be renewed. How long one has left is
taken when it is renewed, and counted by a clock that cannot be set. What its source calls now is never known: after a
jump of this machine's clock either of them may be right, and an end is judged by the one before it (``judged``).
"""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import Final, NamedTuple

from msgspec import structs

from feeds.facts import AlarmReported, Fact
from feeds.hub.core import Hub
from feeds.hub.trouble import Trouble
from feeds.log import LogError
from feeds.model import LAPSED, AlarmEvent, AlarmKey, Severity, alarm_key

GRACE: Final = 300.0
"""Seconds that alarms have after a start to be renewed before they lapse."""
LOOK_EVERY: Final = 1.0
"""Seconds between two looks."""
LOOK_AGAIN: Final = 3_600.0
"""Seconds after which it is looked at whether an alarm is still active that has long to go: else it is forgotten."""
NEAR: Final = 2.0
"""Seconds by which the other times that may be right are not known exactly."""
SPARE: Final = 1_024
"""Places in the order of looks that may be out of date before it is made anew."""
AWAY: Final = 10.0
"""Seconds by which a look is late before the hub itself is taken to have been away: renewals still wait unread then."""

_LAPSED_MARK = f"-{LAPSED}"
"""What an alarm that lapsed has among its marks."""


class _Left(NamedTuple):
    """``ends``: as its source said last, None where this hub has not heard it; ``over``: the counter when it lapses."""

    ends: datetime | None
    over: float


class Lapses:
    """The alarms of one hub that lapse. ``counted``: seconds that cannot be set, those of a suspended machine aside."""

    def __init__(self, hub: Hub, counted: Callable[[], float] = time.monotonic) -> None:
        self._hub = hub
        self._counted = counted
        now, here = hub.now(), counted()
        self._left: dict[AlarmKey, _Left] = {
            alarm.key: _Left(None, here + max(_seconds(alarm.lapses, now), GRACE))
            for alarm in hub.board.alarms.active.values()
            if alarm.lapses is not None
        }
        self._next: list[tuple[float, AlarmKey]] = []
        """The order of looks: each key of ``_left``, not later than it lapses. Bounded by ``_order``."""
        self._order(here)
        self._looked = here
        self._trouble = Trouble(hub.warn)

    def __len__(self) -> int:
        """How many alarms lapse unless they are renewed."""
        return len(self._left)

    @property
    def earliest(self) -> datetime:
        """The earliest of the times that may be right: what ended by then is over."""
        return self._hub.now() + timedelta(seconds=min((0.0, *self._hub.doubts())))

    def renew(self, key: AlarmKey, ends: datetime) -> None:
        """Note until when an alarm lasts unless renewed."""
        here, doubts, left = self._counted(), self._hub.doubts(), self._left.get(key)
        seconds = _seconds(ends, self._hub.now())
        if doubts and left is not None and left.ends is not None:
            over = left.over + _seconds(ends, left.ends)  # as much later as its source says, whatever that calls now
        else:
            over = here + max(0.0, seconds, *(seconds - off for off in doubts))
        self._left[key] = _Left(ends, over)
        if left is None or over < left.over:  # else it is looked at in time, and put back then
            heappush(self._next, (min(over, here + LOOK_AGAIN), key))
            if len(self._next) > 2 * len(self._left) + SPARE:
                self._order(here)

    def _order(self, here: float) -> None:
        self._next = [(min(left.over, here + LOOK_AGAIN), key) for key, left in self._left.items()]
        heapify(self._next)

    def judged(self, fact: Fact) -> Fact:
        """Return a notice as it is, as a clear, or as of now.

        A clear: its end may be over, and is earlier than its source said before, or of an alarm that nobody renews. As
        of now: it renews an alarm that lapsed, whose source was away and still says the time at which it began, which
        is before the clear.
        """
        if not isinstance(fact, AlarmReported) or fact.event.severity is Severity.CLEARED:
            return fact
        event = fact.event
        key, now = alarm_key(event), self._hub.now()
        doubts = self._hub.doubts()
        latest = now + timedelta(seconds=max(0.0, *doubts) + NEAR) if doubts else now
        if event.lapses is not None and event.lapses <= latest and self._is_over(key, event.lapses):
            return AlarmReported(structs.replace(event, severity=Severity.CLEARED, time=event.lapses, lapses=None))
        known = self._hub.board.alarms.cleared.get(key)
        if known is None or _LAPSED_MARK not in known.marks:
            return fact
        return AlarmReported(structs.replace(event, time=now))

    def _is_over(self, key: AlarmKey, ends: datetime) -> bool:
        """Return whether an end that may be past is a clear."""
        left = self._left.get(key)
        if left is not None:
            return left.ends is not None and ends < left.ends
        return key in self._hub.board.alarms.active  # raised otherwise: nobody would let it lapse

    def over(self) -> dict[AlarmKey, _Left]:
        """Return what has lapsed; ``settled`` takes it off. Once after each ``LOOK_EVERY`` seconds."""
        here = self._counted()
        late = here - self._looked - LOOK_EVERY
        self._looked = here
        if late > AWAY:
            self._left = {key: _Left(left.ends, left.over + late) for key, left in self._left.items()}
            self._order(here)
        found: dict[AlarmKey, _Left] = {}
        while self._next and self._next[0][0] <= here:
            _, key = heappop(self._next)
            left = self._left.get(key)
            if left is None:
                continue
            if left.over <= here:
                found[key] = left
            elif key in self._hub.board.alarms.active:
                heappush(self._next, (min(left.over, here + LOOK_AGAIN), key))
            else:
                del self._left[key]
        return found

    def settled(self, over: dict[AlarmKey, _Left], kept: bool) -> None:
        """Forget what lapsed, where it is written down (``kept``) and was not renewed meanwhile."""
        for key, left in over.items():
            if not kept or self._left.get(key) != left:
                heappush(self._next, (self._left[key].over, key))
            else:
                del self._left[key]

    def facts(self, over: dict[AlarmKey, _Left]) -> list[Fact]:
        """Return the facts that clear what lapsed."""
        facts: list[Fact] = []
        for key, left in over.items():
            alarm = self._hub.board.alarms.active.get(key)
            if alarm is None or alarm.lapses is None:
                continue  # raised again by one that clears by itself
            facts.append(
                AlarmReported(
                    AlarmEvent(
                        source=alarm.source,
                        id=alarm.id,
                        managed_object=alarm.managed_object,
                        severity=Severity.CLEARED,
                        time=max(left.ends or self._hub.now(), alarm.changed),
                        text="not renewed by its source",
                        event=LAPSED,
                    )
                )
            )
        return facts

    async def run(self) -> None:
        """Clear what lapsed, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            over = self.over()
            facts = self.facts(over)
            kept = True
            if facts:
                try:
                    await self._hub.append("vaken/lapses", facts)
                except LogError as error:
                    kept = False
                    self._trouble.say(error, f"lapsed alarms could not be cleared, trying again: {error}")
                else:
                    self._trouble.over()
            self.settled(over, kept)


def _seconds(ends: datetime, now: datetime) -> float:
    return (ends - now).total_seconds()
