"""What a rehearsal writes down: what came in when, and what the room saw after each change. ``judging`` measures it.

Times are seconds from the start of the drill, as it was: nothing is scaled.
"""

from msgspec import Struct

from feeds.simspace import IntervalSet

Where = dict[str, str]


class Evidence(Struct, frozen=True):
    """Something of a fault came in: a case was opened, or an alarm raised or repeated."""

    at: float
    fault: str
    case: bool


class Candidate(Struct, frozen=True):
    """An explanation as the room saw it. ``stands``: it is one that the room stands for; others are only ranked."""

    where: Where
    stands: bool
    note: str = ""


class Seen(Struct, frozen=True):
    """A live outage. ``where``: what it stands on; ``candidates``: its explanations, best first."""

    id: str
    scope: IntervalSet
    where: Where
    reason: str
    candidates: tuple[Candidate, ...] = ()


class Look(Struct, frozen=True):
    """The live outages at a time, until the next look."""

    at: float
    outages: tuple[Seen, ...]


class Surge(Struct, frozen=True):
    """More cases than usual were said to come."""

    at: float
    id: str


class Record(Struct, frozen=True):
    """A whole rehearsal; each in the order of time. ``cpu``: seconds of CPU that it took."""

    evidence: tuple[Evidence, ...]
    looks: tuple[Look, ...]
    surges: tuple[Surge, ...] = ()
    cases: int = 0
    alarms: int = 0
    cpu: float = 0.0
