"""In which order load keeps facts out: what says least first, what may never be missed not at all. Pure.

1. *Repeats* of an alarm that is active with this very content. Their sender is told 2xx: what they say is on the
   board. The newest one of each alarm is written when there is room again (``echoes``).
2. *Warnings*: told to come back later (503).
3. *Lesser alarms and changes*: the same, when little room is left.
4. Clears, first raises of critical alarms, cases and the inventory have that last room to themselves. Where it is full
   too, they are told 503 and come again. Nothing that was answered with 2xx is ever left out.
"""

from enum import IntEnum
from typing import Final

from feeds.board.alarms import AlarmTable
from feeds.facts import AlarmReported, Fact
from feeds.model import Severity, alarm_key


class Level(IntEnum):
    """How much load keeps out: each level what the ones below it do, and one thing more."""

    NOTHING = 0
    REPEATS = 1
    WARNINGS = 2
    LESSER = 3
    ALL = 4


FULLNESS: Final = ((0.8, Level.LESSER), (0.5, Level.WARNINGS), (0.25, Level.REPEATS))
"""From how full a feed's line is on."""
WAITED: Final = ((3.0, Level.WARNINGS), (1.0, Level.REPEATS))
"""From how long the oldest of a feed's line has waited on, seconds: a disk that stands still fills no line at once."""


def level(fullness: float, waited: float) -> Level:
    """Return how much is kept out of a line that is so full and whose oldest fact has waited so many seconds."""
    if fullness >= 1.0:
        return Level.ALL
    by_size = next((found for least, found in FULLNESS if fullness >= least), Level.NOTHING)
    by_time = next((found for least, found in WAITED if waited >= least), Level.NOTHING)
    return max(by_size, by_time)


def kept_out_at(fact: Fact, alarms: AlarmTable) -> Level:
    """Return the level from which on a fact, which is news, is kept out."""
    if type(fact) is not AlarmReported:
        return Level.ALL
    event = fact.event
    if event.severity is Severity.CLEARED:
        return Level.ALL
    if alarms.repeats(event):
        return Level.REPEATS
    if event.severity is Severity.WARNING:
        return Level.WARNINGS
    known = alarms.active.get(alarm_key(event))
    if event.severity is Severity.CRITICAL and (known is None or known.severity is not Severity.CRITICAL):
        return Level.ALL
    return Level.LESSER
