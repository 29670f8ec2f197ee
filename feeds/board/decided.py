"""What people decided about outages, as far as it bears on evidence that comes later."""

from datetime import datetime

from feeds.board.board import Board
from feeds.model import OutageState
from feeds.simspace import IntervalSet

OVER = frozenset({OutageState.RESOLVED, OutageState.FOLLOWED_UP})
_DECIDED = OVER | {OutageState.REJECTED}

SETTLED_LOOKED_AT = 100
"""How many of the last outages that people ended are looked at for spent evidence."""


def settled(board: Board) -> list[tuple[datetime, IntervalSet]]:
    """Return when and for which SIMs people called an outage over, or none: older cases there are spent."""
    ended = [
        (one.ended, one) for one in board.outages.outages.values() if one.state in _DECIDED and one.ended is not None
    ]
    ended.sort(key=lambda item: item[0])
    return [(until, board.outages.sims(one.id)) for until, one in ended[-SETTLED_LOOKED_AT:]]


def rejected_wheres(board: Board) -> list[set[tuple[str, str]]]:
    """Return the attribute values of which people said that nothing is wrong there."""
    return [
        set(one.where.items())
        for one in board.outages.outages.values()
        if one.state is OutageState.REJECTED and one.where
    ]
