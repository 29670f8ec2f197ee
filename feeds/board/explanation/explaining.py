"""The explaining watcher's eyes: what explains an outage, and is that news?

Three pure steps, so that a hub can do the second one on a thread, and a rehearsal all of them by itself:

- ``question`` takes what is known of an outage off the board (affected.py): an immutable value;
- ``answer`` ranks what may explain it (candidates.py); it needs no board;
- ``news`` returns the facts that say so, where they say anything new.
"""

from datetime import datetime, timedelta
from typing import Final

from feeds.board.board import Board
from feeds.board.explanation.affected import Question, question
from feeds.board.explanation.candidates import answer
from feeds.facts import Fact, OutageExplained
from feeds.model.explanations import Explanation

__all__ = ["AGAIN", "Question", "answer", "news", "question"]

AGAIN: Final = timedelta(seconds=5)
"""An outage is not explained anew before that."""
_MOVED: Final = 0.05
"""A share that differs by so much is news."""
_GREW: Final = 1.25
"""Numbers of SIMs that differ by this factor are news."""
_SHOWN: Final = 3
"""Of so many candidates the numbers are looked at."""


def news(
    board: Board, outage_id: str, explanations: tuple[Explanation, ...], now: datetime | None = None
) -> list[Fact]:
    """Return the fact that an outage is explained so, where that is news; ``now``: the board's time where None.

    News is another first candidate, another explanation that stands, or numbers that moved clearly; and never before
    AGAIN is over since the last. An outage that was never explained and has no candidate is no news.
    """
    if outage_id not in board.outages.members:
        return []
    known = board.explanations.latest.get(outage_id)
    if known is None:
        return [OutageExplained(outage_id, explanations)] if explanations else []
    if (now or board.at) < known.at + AGAIN or not _differ(known.explanations, explanations):
        return []
    return [OutageExplained(outage_id, explanations)]


def _differ(before: tuple[Explanation, ...], now: tuple[Explanation, ...]) -> bool:
    if before == now:
        return False
    if [one.where for one in before[:1]] != [one.where for one in now[:1]]:
        return True
    if [one.where for one in before if one.stands] != [one.where for one in now if one.stands]:
        return True
    earlier = {tuple(sorted(one.where.items())): one for one in before}
    for place, one in enumerate(now[:_SHOWN]):
        known = earlier.get(tuple(sorted(one.where.items())))
        if known is None:
            return True
        if place == 0 and known.note != one.note:
            return True
        if _numbers_differ(known, one):
            return True
    return False


def _numbers_differ(before: Explanation, now: Explanation) -> bool:
    shares = ((before.coverage, now.coverage), (before.fleet_share, now.fleet_share))
    counts = ((before.affected, now.affected), (before.outside, now.outside), (before.total, now.total))
    return any(abs(one - other) >= _MOVED for one, other in shares) or any(
        max(one, other) >= _GREW * min(one, other) and one != other for one, other in counts
    )
