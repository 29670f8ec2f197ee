"""The watcher of silence: a feed that says nothing for longer than its rhythm is an alarm of its own.

The alarm is raised and cleared by facts, so that a replay shows it. Nothing is said of a feed whose rhythm is not known
yet, nor for time in which the hub itself was away: stopped, suspended, or with a clock that jumped.
"""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from feeds.facts import AlarmReported, Fact
from feeds.hub.core import Hub
from feeds.hub.trouble import Trouble
from feeds.log import LogError
from feeds.model import AlarmEvent, AlarmKey, FeedRow, Severity

LOOK_EVERY: Final = 2.0
"""Seconds between two looks."""
AWAY: Final = 10.0
"""Seconds by which a look is late, or the clock is off, before the hub itself is taken to have been away."""
SOURCE: Final = "vaken"
_ID: Final = "silent:"


class Silences:
    """Decides which feeds are silent. Times are the hub's; ``steady``: seconds of a clock that never jumps."""

    def __init__(self, now: datetime, steady: float) -> None:
        self._awake = now
        """Since when the hub would have heard whatever came."""
        self._looked = (now, steady)

    def look(self, feeds: Iterable[tuple[str, FeedRow]], now: datetime, steady: float) -> dict[str, float]:
        """Return the feeds that are silent beyond their rhythm, and for how many seconds."""
        before, before_steady = self._looked
        self._looked = (now, steady)
        passed = (now - before).total_seconds()
        if steady - before_steady > LOOK_EVERY + AWAY or abs(passed - (steady - before_steady)) > AWAY:
            self._awake = now
        silent = {}
        for name, feed in feeds:
            last = max((one for one in (feed.heard, feed.knocked) if one is not None and one <= now), default=None)
            if feed.stale_after <= 0.0 or (feed.heard is None and not feed.expected):
                continue
            seconds = (now - max(last or self._awake, self._awake)).total_seconds()
            if seconds > feed.stale_after:
                silent[name] = seconds
        return silent


def silence_facts(hub: Hub, silent: Mapping[str, float], now: datetime) -> list[Fact]:
    """Return the facts that make the alarms on the board say what is silent, and what is no longer."""
    active = hub.board.alarms.active
    facts: list[Fact] = []
    for name, feed in hub.heard.feeds():
        alarm = active.get(AlarmKey(f"{SOURCE}/{_ID}{name}"))
        if alarm is None and name in silent:
            heard = f"last heard {feed.heard:%Y-%m-%d %H:%M:%S}Z" if feed.heard is not None else "never heard"
            why = f"{heard}; unusual after {_span(feed.stale_after)}"
            facts.append(_event(name, Severity.MAJOR, now, f"the feed {name} is silent: {why}"))
        elif alarm is not None and name not in silent and feed.heard is not None and feed.heard > alarm.raised:
            facts.append(_event(name, Severity.CLEARED, max(now, alarm.changed), f"the feed {name} is heard again"))
    return facts


def _event(name: str, severity: Severity, now: datetime, text: str) -> Fact:
    return AlarmReported(
        AlarmEvent(
            source=SOURCE,
            id=f"{_ID}{name}",
            managed_object=f"feed {name}",
            severity=severity,
            time=now,
            event_type="communicationsAlarm",
            probable_cause="lossOfSignal",
            specific_problem="feed silent",
            text=text,
        )
    )


def _span(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7_200 else f"{seconds / 3_600:.1f} h"


async def watch_feeds(hub: Hub) -> None:
    """Raise and clear alarms of silent feeds, until cancelled."""
    loop = asyncio.get_running_loop()
    silences, trouble = Silences(hub.now(), loop.time()), Trouble(hub.warn)
    while True:
        await asyncio.sleep(LOOK_EVERY)
        now = hub.now()
        silent = silences.look(hub.heard.feeds(), now, loop.time())
        facts = [] if hub.not_kept else silence_facts(hub, silent, now)
        if facts:
            try:
                await hub.append("vaken/feeds", facts)
            except LogError as error:
                trouble.say(error, f"a silent feed could not be written down: {error}")
                continue
            trouble.over()
            for fact in facts:
                assert isinstance(fact, AlarmReported)
                hub.journal.warn(fact.event.text, "feed.silence", feed=fact.event.id.removeprefix(_ID))
