"""Which feeds the board knows of, and when what it holds of them happened last: for a hub that begins to listen.

What a hub heard is kept beside the log (``rhythms_kept``), as of a minute before it was killed, or not at all where the
file is lost. The board says less, as it holds the times of events and not of their coming in, but never too much: a
time that is not over yet is no sign that a feed lives, and counts as the time of the last fact.
"""

from collections.abc import Iterator
from datetime import datetime

from feeds.board import Board
from feeds.hub.watch_feeds import SOURCE
from feeds.model import Alarm, Case


def heard_before(board: Board) -> dict[str, tuple[str, datetime]]:
    """Return each feed of the board's alarms and cases, with what kind it is and when it was heard, at the latest."""
    newest: dict[str, dict[str, datetime]] = {"alarms": {}, "cases": {}}
    for kind, things in (("alarms", _alarms(board)), ("cases", _cases(board))):
        times = newest[kind]
        for thing in things:
            known = times.get(thing.source)
            if known is None or thing.changed > known:
                times[thing.source] = thing.changed
    found: dict[str, tuple[str, datetime]] = {}
    for kind, times in newest.items():
        for source, at in times.items():
            before = found.get(source)
            if source != SOURCE and (before is None or at > before[1]):
                found[source] = (before[0] if before is not None else kind, min(at, board.at))
    return found


def _alarms(board: Board) -> Iterator[Alarm]:
    yield from board.alarms.active.values()
    yield from board.alarms.cleared.values()


def _cases(board: Board) -> Iterator[Case]:
    yield from board.cases.open.values()
    yield from board.cases.closed.values()
