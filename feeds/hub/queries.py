"""The queries that are looked at: shared by all who ask the same, kept while somebody does."""

from collections.abc import Callable
from datetime import datetime

from feeds.board import Board, Touched
from feeds.hub.call_list import CallSource
from feeds.hub.heard import FeedsHeard
from feeds.model import ContactChannel
from feeds.views import BadQuery, CasePoints, Query, Source, board_source
from feeds.views.sources.desk import DeskSource
from feeds.views.sources.surges import CurveSource

_OF_OUTAGE = frozenset({"impact", "timeline", "explanations", "calls"})
_OF_TIME = frozenset({"feeds", "desk", "curve"})
"""Views that change as time goes by, and are looked at once a second for that."""

QueryKey = tuple[str, str, str, str]
"""(view, of, sort, filter)."""


class Queries:
    """Open queries by what they ask, with the number of those who look."""

    def __init__(
        self,
        board: Board,
        heard: FeedsHeard,
        now: Callable[[], datetime],
        channels: frozenset[ContactChannel] = frozenset({ContactChannel.EMAIL}),
    ) -> None:
        self._board = board
        self._channels = channels
        self._heard = heard
        self._now = now
        self._open: dict[QueryKey, tuple[Query, int]] = {}
        self._points: CasePoints | None = None
        """Where the SIMs of open cases lie, for all ribbons; kept from when the first one was looked at."""
        self._ribbons_of = -1
        """The sequence that the ribbons show."""

    def __len__(self) -> int:
        return len(self._open)

    def make(self, key: QueryKey) -> Query:
        """Return a query of one's own. Raises BadQuery."""
        view, of, sort, filter_text = key
        return Query(self._source(view, of), sort, filter_text)

    def _source(self, view: str, of: str) -> Source:
        if view == "feeds":
            return self._heard
        if view == "desk":
            return DeskSource(self._board, of, self._now)
        if view == "curve":
            return CurveSource(self._board, of, self._now)
        if view == "calls":
            if not of:
                raise BadQuery("view: calls is of one outage, name it with of")
            return CallSource(self._board, of, self._channels)
        if view == "ribbon" and self._points is None:
            self._points = CasePoints(self._board)
        return board_source(self._board, view, of, self._points)

    def take(self, key: QueryKey) -> Query:
        """Return the query of ``key``, made when nobody looked at it yet. Raises BadQuery."""
        known = self._open.get(key)
        query, lookers = known if known is not None else (self.make(key), 0)
        self._open[key] = (query, lookers + 1)
        return query

    def give_back(self, key: QueryKey) -> None:
        """Say that one looker is gone."""
        query, lookers = self._open[key]
        if lookers > 1:
            self._open[key] = (query, lookers - 1)
        else:
            del self._open[key]

    def touch(self, touched: Touched) -> None:
        """Hand what a batch changed to the queries that it may concern. Ribbons wait for the next tick."""
        if self._points is not None:
            if touched.inventory:
                self._points.touch_all()
            self._points.touch(touched.cases)
        if not self._open:
            return
        keys_of = {
            "alarms": touched.alarms,
            "cases": touched.cases,
            "counts": touched.counts,
            "outages": touched.outages,
            "updates": touched.updates,
            "deliveries": touched.deliveries,
            "surges": touched.surges,
            "suppressions": touched.suppressions,
        }
        for (view, of, _sort, _filter), (query, _lookers) in self._open.items():
            if view == "ribbon":
                continue
            if touched.inventory or touched.usual:
                query.touch_all()
            elif view == "totals":
                if touched.cases or touched.outages:
                    query.touch_all()
            elif view == "readings":
                if of in touched.cases:
                    query.touch_all()
            elif view == "calls" and touched.suppressions:
                query.touch_all()
            elif view in _OF_OUTAGE:
                survivor = self._board.outages.survivor(of) if touched.outages else None
                if survivor is not None and (survivor.id in touched.outages or of in touched.outages):
                    query.touch_all()
            elif keys_of.get(view):
                query.touch(keys_of[view])

    def tick(self, ribbons: bool = True) -> None:
        """Touch what changes by time alone (rates of feeds, recent cases of live outages, the desk's figures), and
        ribbons of a board that moved: a picture of the whole fleet is made once a second at most. ``ribbons``: now is
        a good time for it.
        """
        moved = ribbons and self._ribbons_of != self._board.seq
        if moved:
            self._ribbons_of = self._board.seq
        for (view, _of, _sort, _filter), (query, _lookers) in self._open.items():
            if view in _OF_TIME or (view == "ribbon" and moved):
                query.touch_all()
            elif view == "outages":
                query.touch(self._board.outages.members)
