"""Repeats that load kept out: the newest one of each alarm, until there is room to write it.

A repeat says that an alarm goes on. While the hub is busy nothing is lost when several become one, but the last time
must not be: a clear that comes late, older than the repeat, would end an alarm that goes on. So the echo is written
before any further event of its alarm, and by itself once the load is over.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from feeds.facts import AlarmReported, Fact
from feeds.model import alarm_key

MOST: Final = 50_000
"""Alarms with an echo. Repeats of further ones are told to come back later."""


class Echo(NamedTuple):
    """The newest repeat of one alarm; ``by``: who sent it."""

    by: str
    fact: AlarmReported


class Echoes:
    """The echoes by alarm."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._held: dict[str, Echo] = {}

    def __len__(self) -> int:
        return len(self._held)

    def hold(self, by: str, fact: AlarmReported) -> bool:
        """Keep a repeat, whose time is known, unless a newer one is held. False: there is no room for it."""
        key = alarm_key(fact.event)
        known = self._held.get(key)
        if known is None and len(self._held) >= self._most:
            return False
        if known is None or _time(known.fact) <= _time(fact):
            self._held[key] = Echo(by, fact)
        return True

    def ahead(self, facts: Sequence[Fact]) -> tuple[Sequence[Fact], list[Echo]]:
        """Return ``facts`` with the echo of an alarm before its first event among them, and which echoes those are.

        They are held no longer.
        """
        if not self._held:
            return facts, []
        led: list[Fact] = []
        echoes: list[Echo] = []
        for fact in facts:
            if type(fact) is AlarmReported:
                echo = self._held.pop(alarm_key(fact.event), None)
                if echo is not None:
                    led.append(echo.fact)
                    echoes.append(echo)
            led.append(fact)
        return led, echoes

    def take(self, most: int) -> list[Echo]:
        """Take the ``most`` oldest ones out."""
        taken = []
        for key in list(self._held)[:most]:
            taken.append(self._held.pop(key))
        return taken

    def give_back(self, echoes: Iterable[Echo]) -> None:
        """Hold again what could not be written, unless a newer one came."""
        for echo in echoes:
            self.hold(echo.by, echo.fact)


def _time(fact: AlarmReported) -> float:
    assert fact.event.time is not None
    return fact.event.time.timestamp()
