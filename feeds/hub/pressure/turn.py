"""Bodies of alarms that come in one turn of the event loop are taken in together: one look, one append, one wait.

Senders of one alarm a request come by the dozen, and most of what a body costs then is not its alarm. Only bodies of
one feed are put together. While anything waits in a line or an echo is held, each goes by itself, in its order: what
load keeps out is decided body by body.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from feeds.facts import Fact
from feeds.hub.pressure.intake import source_of
from feeds.hub.pressure.line import PIECE

Answer = Callable[[int, bytes], None]
"""Takes status and body of the answer to one request."""


class Brought(NamedTuple):
    """One body of ``size`` bytes: whose token brought it (empty: nobody's), what it says, and who waits."""

    by: str
    facts: Sequence[Fact]
    size: int
    answer: Answer


class Pressure(Protocol):
    """What the intake says of itself."""

    @property
    def calm(self) -> bool:
        """Whether all that comes goes straight to the log."""


class Turn:
    """What came since the event loop last looked at its sockets. Bounded: each connection has one body in it."""

    def __init__(self, intake: Pressure, take: Callable[[Sequence[Brought]], None]) -> None:
        """``take``: has bodies of one feed taken in, and answers them."""
        self._intake = intake
        self._take = take
        self._bodies: list[Brought] = []
        self._loop = asyncio.get_running_loop()

    def add(self, body: Brought) -> None:
        """Have a body taken in at the end of this turn."""
        if not self._bodies:
            self._loop.call_soon(self._end)
        self._bodies.append(body)

    def _end(self) -> None:
        bodies, self._bodies = self._bodies, []
        if len(bodies) == 1:
            self._take(bodies)
            return
        groups: dict[tuple[str, str], list[Brought]] = {}
        for body in bodies:
            groups.setdefault((body.by, body.by or source_of(body.facts, "")), []).append(body)
        for group in groups.values():
            for part in _parts(group):
                if self._intake.calm:
                    self._take(part)
                else:
                    for body in part:
                        self._take((body,))


def _parts(group: list[Brought]) -> Sequence[Sequence[Brought]]:
    """Return a group in parts of at most PIECE facts, of which so many go to the log at once; a larger body alone."""
    if sum([len(body.facts) for body in group]) <= PIECE:
        return (group,)
    parts: list[list[Brought]] = []
    room = 0
    for body in group:
        room -= len(body.facts)
        if room < 0 or not parts:
            parts.append([])
            room = PIECE - len(body.facts)
        parts[-1].append(body)
    return parts
