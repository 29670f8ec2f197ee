"""Surges that were said, and what is usual: the table of the one, and the memory of the other.

What the watcher said is primary state. What is usual is derived: it is learned anew each hour, and when the desk's
figures change. Deciding is the matter of surging.py.
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import numpy as np
from msgspec import Struct

from feeds.board.surge.history import History
from feeds.board.touched import Touched
from feeds.facts import SurgeBegan, SurgeEnded, SurgeGrew
from feeds.model import CaseKind, Channel, Desk, Service
from feeds.surges import HOURS_KEPT, Series, Usual, learned
from feeds.surges import History as Learnt

SURGES_KEPT = 500
"""Surges that are over are forgotten beyond so many, the oldest first; the log keeps them."""
LEFT_OUT = 72
"""Hours of one surge that are not learned from. What lasts longer is no outage but a new level."""
STRETCHED_BACK = timedelta(days=7)
"""How far back what a surge says of itself is believed."""


class Surge(Struct, frozen=True, gc=False, omit_defaults=True):
    """A surge: its numbers are those of its height; see feeds.facts.SurgeBegan."""

    id: str
    began: datetime
    said: datetime
    minutes: int
    until: datetime
    seen: int
    usual: float
    low: float
    high: float
    chance: float
    channel: Channel | None = None
    kind: CaseKind | None = None
    service: Service | None = None
    ended: datetime | None = None

    @property
    def series(self) -> Series:
        """What it is a surge of."""
        return Series(self.channel, self.kind, self.service)


class SurgeTable:
    """Surges by id, and what is usual."""

    def __init__(self, history: History) -> None:
        self.surges: dict[str, Surge] = {}
        self.live: dict[str, Surge] = {}
        """Those that go on. Derived."""
        self.count = 0
        """How many surges there ever were: the next id follows from it."""
        self._history = history
        self._usual: Usual | None = None
        self._usual_of: tuple[int, Desk, int] = (0, Desk(), 0)

    # -- facts -----------------------------------------------------------------------------------------------------

    def begin(self, fact: SurgeBegan, at: datetime, touched: Touched) -> None:
        """Begin a surge. One that is there already is left alone."""
        if fact.surge in self.surges:
            return
        self.count += 1
        until = _believed(fact.until, at)
        self._put(
            Surge(
                id=fact.surge,
                began=until - timedelta(minutes=fact.minutes),
                said=at,
                until=until,
                **_statement(fact),
            ),
            touched,
        )
        if len(self.surges) > SURGES_KEPT:
            over = next((one for one in self.surges.values() if one.ended is not None), None)
            if over is not None:
                del self.surges[over.id]
                touched.surges.add(over.id)

    def grow(self, fact: SurgeGrew, at: datetime, touched: Touched) -> None:
        """Take a surge that goes on to a new height."""
        known = self.live.get(fact.surge)
        if known is None:
            return
        until = _believed(fact.until, at)
        self._put(
            msgspec.structs.replace(
                known,
                began=min(known.began, until - timedelta(minutes=fact.minutes)),
                until=until,
                **_statement(fact),
            ),
            touched,
        )

    def end(self, fact: SurgeEnded, at: datetime, touched: Touched) -> None:
        """End a surge."""
        known = self.live.get(fact.surge)
        if known is not None:
            self._put(msgspec.structs.replace(known, ended=at), touched)

    def restore(self, surges: list[Surge], count: int) -> None:
        """Take over what a dump holds."""
        self.surges = {surge.id: surge for surge in surges}
        self.live = {surge.id: surge for surge in surges if surge.ended is None}
        self.count = count

    def _put(self, surge: Surge, touched: Touched) -> None:
        self.surges[surge.id] = surge
        if surge.ended is None:
            self.live[surge.id] = surge
        else:
            self.live.pop(surge.id, None)
        touched.surges.add(surge.id)

    # -- what is usual ---------------------------------------------------------------------------------------------

    def usual(self, at: datetime, desk: Desk) -> Usual:
        """Return what is usual as of ``at``: learned from the hours before, once an hour.

        Who asks for a time a little earlier gets what was learned last.
        """
        asked = (int(at.timestamp()) // 3600, desk, self._history.since)
        known = self._usual_of
        if self._usual is None or known[1:] != asked[1:] or not 0 <= known[0] - asked[0] <= 1:
            self._usual, self._usual_of = learned(self.learnt(asked[0]), desk), asked
        return self._usual

    def learnt(self, hour: int) -> Learnt:
        """Return what can be learned from: the hours from the first case on, up to and without ``hour``."""
        history = self._history
        first = hour if history.since < 0 else max(history.since, hour - HOURS_KEPT)
        first = min(first, hour)
        usable = np.ones(hour - first, dtype=np.bool_)
        for surge in self.surges.values():
            start = int(surge.began.timestamp()) // 3600
            end = hour if surge.ended is None else int(surge.ended.timestamp()) // 3600 + 1
            end = min(end, start + LEFT_OUT)
            usable[max(0, start - first) : max(0, end - first)] = False
        return Learnt(
            first=first,
            counts=history.hours.rows(first, hour - 1).astype(np.float64),
            pairs=history.pairs.rows(first, hour - 1)[:, 0].astype(np.float64),
            usable=usable,
        )


def _statement(fact: SurgeBegan | SurgeGrew) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in _STATED}


_STATED = ("minutes", "seen", "usual", "low", "high", "chance", "channel", "kind", "service")


def _believed(until: datetime, at: datetime) -> datetime:
    """A statement from far away in time is taken as one of now: what follows would count for years."""
    return until if at - STRETCHED_BACK <= until <= at + timedelta(days=1) else at
