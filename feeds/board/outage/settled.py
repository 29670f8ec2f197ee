"""What people called over, or none: cases from before that are spent, they do not make a group again."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from feeds.board.outage.scopes import ScopeIndex
from feeds.model import Outage, OutageState
from feeds.simspace import IntervalSet

OVER: Final = frozenset({OutageState.RESOLVED, OutageState.FOLLOWED_UP})
DECIDED: Final = OVER | {OutageState.REJECTED}

LOOKED_AT: Final = 100
"""How many of the last outages that people ended are looked at for spent evidence."""


class Settled:
    """Where and when people settled something."""

    def __init__(self) -> None:
        self._until: dict[str, tuple[datetime, IntervalSet]] = {}
        self._index = ScopeIndex()

    def renew(self, decided: Iterable[Outage], sims: Callable[[str], IntervalSet]) -> IntervalSet:
        """Look anew at what people ended. Return the SIMs where that differs from before."""
        ended = sorted((one.ended, len(one.id), str(one.id)) for one in decided if one.ended is not None)
        until = {outage: (at, sims(outage)) for at, _size, outage in ended[-LOOKED_AT:]}
        differ = [
            known[1]
            for outage in self._until.keys() | until.keys()
            if self._until.get(outage) != until.get(outage)
            for known in (self._until.get(outage), until.get(outage))
            if known is not None
        ]
        if differ:
            self._until = until
            self._index.build({outage: scope for outage, (_at, scope) in until.items()})
        return IntervalSet.union(differ)

    def holds(self, opened: datetime, bodies: IntervalSet) -> bool:
        """Whether a case of that time about these SIMs was there, and within, when people settled something."""
        for outage in self._index.meeting(bodies.pairs()) if self._until else ():
            until, scope = self._until[outage]
            if opened <= until and (bodies.count == 1 or bodies.issubset(scope)):
                return True
        return False
