"""What a timeline consists of, and how chance is used to make it."""

import math
import random
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from feeds.drill.happenings import Action, Via
from feeds.drill.quantities import LogNormal
from feeds.model import AlarmEvent, CaseEvent, Contact

Clock = Callable[[float], datetime]
"""Turns seconds from the start of the drill into a time of day."""


class PhaseBegan(Struct, frozen=True):
    """The drill has come to a phase."""

    at: float
    say: str


class AlarmSent(Struct, frozen=True):
    """An alarm, its time left open, and the way it goes. ``fault``: the fault that it is of; empty: quiet traffic."""

    at: float
    via: Via
    event: AlarmEvent
    fault: str = ""

    def timed(self, clock: Clock) -> AlarmEvent:
        """Return the event with its time."""
        return replace(self.event, time=clock(self.at))


class CaseSent(Struct, frozen=True):
    """A case, its times left open, and the way it goes. ``opened``: when it was opened, in seconds like ``at``."""

    at: float
    via: Literal["native", "zammad"]
    event: CaseEvent
    opened: float
    writer: Contact
    fault: str = ""

    def timed(self, clock: Clock) -> CaseEvent:
        """Return the event with its times."""
        return replace(self.event, opened=clock(self.opened), time=clock(self.at))


class ActionDue(Struct, frozen=True):
    """The drill's commander does something."""

    at: float
    action: Action


Timed = PhaseBegan | AlarmSent | CaseSent | ActionDue


def lasting(chance: random.Random, duration: LogNormal) -> float:
    """Draw how long something lasts, in seconds."""
    return chance.lognormvariate(math.log(duration.median), duration.spread)


def arrivals(chance: random.Random, per_second: float, until: float, start: float = 0.0) -> Iterator[float]:
    """Yield the times of a Poisson process."""
    at = start
    while per_second > 0:
        at += chance.expovariate(per_second)
        if at > until:
            return
        yield at


def poisson(chance: random.Random, mean: float) -> int:
    """Return a Poisson number (Knuth, TAOCP 3.4.1); good for the small means of a scenario."""
    product, count = chance.random(), 0
    while product > math.exp(-mean):
        product *= chance.random()
        count += 1
    return count
