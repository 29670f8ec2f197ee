"""The watchers: they look at the board and append what they decide as facts."""

import asyncio
from datetime import datetime, timedelta

from msgspec import structs

from feeds.board.suspicion.grouping import NEW_AT_ONCE, propose
from feeds.facts import AlarmReported, Fact
from feeds.hub.core import Hub
from feeds.log import LogError
from feeds.model import LAPSED, AlarmEvent, AlarmKey, Severity, alarm_key

LOOK_EVERY = 0.25
"""Seconds between two looks at a board that moves."""
GRACE = timedelta(minutes=5)
"""After a start, alarms that their source renews have so long to be renewed before they lapse."""
LAPSES_CHECKED_EVERY = 1.0

_LAPSED_MARK = f"-{LAPSED}"
"""What an alarm that lapsed has among its marks."""


async def watch_groups(hub: Hub) -> None:
    """Suspect, widen, merge and withdraw outages as the evidence moves, until cancelled."""
    while True:
        await hub.news.wait()
        hub.news.clear()
        facts: list[Fact] = []
        async with hub.deciding:
            if not hub.degraded:
                facts = propose(hub.board)
                if facts:
                    try:
                        await hub.append("vaken/grouping", facts)
                    except LogError as error:
                        hub.warn(f"grouping could not write: {error}")
        # What was left for the next look does not wait; others have their turn all the same.
        await asyncio.sleep(LOOK_EVERY if len(facts) < NEW_AT_ONCE else 0)


class Lapses:
    """Alarms that their source renews as long as they last (Prometheus does): who is not renewed is clear.

    Renewals themselves are not logged; after a restart every such alarm gets time to be renewed.
    """

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        start = hub.now()
        self._ends: dict[AlarmKey, datetime] = {
            alarm.key: max(alarm.lapses, start + GRACE)
            for alarm in hub.board.alarms.active.values()
            if alarm.lapses is not None
        }

    def renew(self, key: AlarmKey, ends: datetime) -> None:
        """Note until when an alarm lasts unless renewed."""
        self._ends[key] = ends

    def revived(self, fact: Fact, now: datetime) -> Fact:
        """Return ``fact`` as it is, or as of ``now`` where it renews an alarm that lapsed.

        The source was away and the alarm lasted: it still says the time at which it began, which is before the clear.
        """
        if not isinstance(fact, AlarmReported) or fact.event.severity is Severity.CLEARED:
            return fact
        known = self._hub.board.alarms.cleared.get(alarm_key(fact.event))
        if known is None or _LAPSED_MARK not in known.marks:
            return fact
        return AlarmReported(structs.replace(fact.event, time=now))

    async def run(self) -> None:
        """Clear what lapsed, until cancelled."""
        while True:
            await asyncio.sleep(LAPSES_CHECKED_EVERY)
            now = self._hub.now()
            over = {key: ends for key, ends in self._ends.items() if ends <= now}
            facts = []
            for key, ends in over.items():
                alarm = self._hub.board.alarms.active.get(key)
                if alarm is not None and alarm.lapses is not None:  # not raised again by one that clears by itself
                    facts.append(
                        AlarmReported(
                            AlarmEvent(
                                source=alarm.source,
                                id=alarm.id,
                                managed_object=alarm.managed_object,
                                severity=Severity.CLEARED,
                                time=max(ends, alarm.changed),
                                text="not renewed by its source",
                                event=LAPSED,
                            )
                        )
                    )
            if facts:
                try:
                    await self._hub.append("vaken/lapses", facts)
                except LogError as error:
                    self._hub.warn(f"lapsed alarms could not be cleared, trying again: {error}")
                    continue
            for key, ends in over.items():
                if self._ends.get(key) == ends:
                    del self._ends[key]
