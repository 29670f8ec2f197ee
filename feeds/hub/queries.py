"""The queries that are looked at: shared by all who ask the same, kept while somebody does."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime
from time import thread_time

from feeds.board import Board, Touched
from feeds.hub.call_list import CallSource
from feeds.hub.changes_query import ChangesQuery
from feeds.hub.facts_query import FactsQuery
from feeds.hub.heard import FeedsHeard
from feeds.hub.past import Past
from feeds.hub.presence import Presence
from feeds.model import ContactChannel, ReplayRow, Row
from feeds.views import BadQuery, CasePoints, Looked, Query, Source, board_source
from feeds.views.held import HeldRows
from feeds.views.sources.desk import DeskSource
from feeds.views.sources.flood import FloodSource
from feeds.views.sources.surges import CurveSource
from feeds.views.sources.triage import TriageSource

_OF_OUTAGE = frozenset({"impact", "timeline", "explanations", "calls"})
_OF_CASE = frozenset({"readings", "triage"})
_OF_TIME = frozenset({"feeds", "desk", "curve", "flood", "triage", "present", "replay"})
"""Views that change as time goes by, and are looked at once a second for that."""

OF_LOG = frozenset({"facts", "changes"})
"""Views that are read from the log itself."""

QueryKey = tuple[str, str, str, str]
"""(view, of, sort, filter)."""

SPINE_FROM = 2_000
"""Of views with so many rows all are kept in each order that is looked at: another filter then needs no sorting."""
AT_ONCE = 20_000
"""More rows than these are made in pieces: whoever looks waits, and nobody else."""
PREPARE_SECONDS, REST_SECONDS = 0.005, 0.02
"""How long ``prepare`` computes in one go, and rests after it while something is left."""
AWAITED_SECONDS, AWAITED_REST = 0.015, 0.008
"""The same while somebody waits for it."""
IDLE_SECONDS = 0.1
WAIT_SECONDS = 60.0
"""How long somebody who asks once waits for very many rows."""


class NoReplay:
    """The view *replay* of a hub at work: empty."""

    name = "replay"
    row_type = ReplayRow
    default_sort = "key"

    def every_key(self) -> Iterable[str]:
        """There is none."""
        return ()

    def row(self, key: str) -> Row | None:
        """There is none."""
        return None


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
        self._open: dict[QueryKey, tuple[Looked, int]] = {}
        self._held: dict[tuple[str, str], HeldRows] = {}
        """The rows of (view, of), for all queries of it."""
        self._spines: dict[tuple[str, str, str], Query] = {}
        """All rows of (view, of) in one order."""
        self._points: CasePoints | None = None
        """Where the SIMs of open cases lie, for all ribbons; kept from when the first one was looked at."""
        self._ribbons_of = -1
        """The sequence that the ribbons show."""
        self.past: Past | None = None
        """Where the views of the log come from."""
        self.present = Presence(now)
        """Who is at a terminal."""
        self.replay: Source = NoReplay()
        """Where a replay stands; a hub at work has no row there."""

    def rebase(self, board: Board, heard: FeedsHeard) -> None:
        """Take all rows from another board, of another moment of the same log."""
        self._board, self._heard, self._points, self._ribbons_of = board, heard, None, -1
        self._held, self._spines = {}, {}
        for (view, of, _sort, _filter), (query, _lookers) in self._open.items():
            if isinstance(query, Query):
                query.rebase(self._held.setdefault((view, of), self._rows(view, of)))

    def __len__(self) -> int:
        return len(self._open)

    def make(self, key: QueryKey) -> Looked:
        """Return a query of one's own. Raises BadQuery."""
        view, of, sort, filter_text = key
        if view in OF_LOG and self.past is None:
            raise BadQuery(f"view: {view} is read from the log, and this hub has none to read")
        if view == "facts" and self.past is not None:
            return FactsQuery(self.past, sort, filter_text)
        if view == "changes" and self.past is not None:
            return ChangesQuery(self.past, of, sort, filter_text)
        others = [
            query for (one, its, *_), (query, _lookers) in self._open.items()
            if (one, its) == (view, of) and isinstance(query, Query)
        ]  # fmt: skip
        spine = self._spines.get((view, of, sort))
        if spine is not None:
            others.append(spine)
        return Query(self._rows(view, of), sort, filter_text, self._now, others)

    def _rows(self, view: str, of: str) -> HeldRows:
        """Return the rows of a view: those of the queries that are open, where there are any."""
        held = self._held.get((view, of))
        return held if held is not None else HeldRows(self._source(view, of), thread_time, AT_ONCE)

    def _source(self, view: str, of: str) -> Source:
        if view == "feeds":
            return self._heard
        if view == "replay":
            return self.replay
        if view == "desk":
            return DeskSource(self._board, of, self._now)
        if view == "flood":
            return FloodSource(self._board, of, self._now)
        if view == "triage" and of:
            return TriageSource(self._board, of, self._now)
        if view == "present":
            return self.present
        if view == "curve":
            return CurveSource(self._board, of, self._now)
        if view == "calls":
            if not of:
                raise BadQuery("view: calls is of one outage, name it with of")
            return CallSource(self._board, of, self._channels)
        if view == "ribbon" and self._points is None:
            self._points = CasePoints(self._board)
        return board_source(self._board, view, of, self._points)

    def take(self, key: QueryKey) -> Looked:
        """Return the query of ``key``, made when nobody looked at it yet. Raises BadQuery."""
        known = self._open.get(key)
        query, lookers = known if known is not None else (self.make(key), 0)
        self._open[key] = (query, lookers + 1)
        if isinstance(query, Query):
            view, of, sort, filter_text = key
            held = self._held.setdefault((view, of), query.held)
            if filter_text and (view, of, sort) not in self._spines and held.count >= SPINE_FROM:
                self._spines[view, of, sort] = Query(held, sort, "", self._now)
        return query

    def give_back(self, key: QueryKey) -> None:
        """Say that one looker is gone."""
        query, lookers = self._open[key]
        if lookers > 1:
            self._open[key] = (query, lookers - 1)
        else:
            del self._open[key]
            view, of, sort, _filter = key
            if not any(one[:2] == (view, of) for one in self._open):
                self._held.pop((view, of), None)
            if not any(one[:3] == (view, of, sort) for one in self._open):
                self._spines.pop((view, of, sort), None)

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
        for view, of, query in self._every():
            if view == "ribbon":
                continue
            if touched.inventory or touched.usual:
                query.touch_all()
            elif view == "totals":
                if touched.cases or touched.outages:
                    query.touch_all()
            elif view in _OF_CASE:
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

    def _every(self) -> list[tuple[str, str, Looked]]:
        """Return the queries that are kept, with what (view, of) they show."""
        kept = [(view, of, query) for (view, of, _sort, _filter), (query, _lookers) in self._open.items()]
        kept.extend((view, of, query) for (view, of, _sort), query in self._spines.items())
        return kept

    def touch_view(self, name: str) -> None:
        """Say that any row of a view may have changed."""
        for view, _of, query in self._every():
            if view == name:
                query.touch_all()

    def tick(self, ribbons: bool = True) -> None:
        """Touch what changes by time alone (rates of feeds, recent cases of live outages, the desk's figures), and
        ribbons of a board that moved: a picture of the whole fleet is made once a second at most. ``ribbons``: now is
        a good time for it.
        """
        moved = ribbons and self._ribbons_of != self._board.seq
        if moved:
            self._ribbons_of = self._board.seq
        for view, _of, query in self._every():
            if view in _OF_TIME or (view == "ribbon" and moved):
                query.touch_all()
            elif view == "outages":
                query.touch(self._board.outages.members)
            if isinstance(query, Query):
                query.pass_time()

    def prepare(self) -> float:
        """Make very many rows and be ready for filters, for a few milliseconds. Returns how long to rest, seconds."""
        awaited = [held for held in self._held.values() if held.awaited]
        until = thread_time() + (AWAITED_SECONDS if awaited else PREPARE_SECONDS)
        more = any(held.prepare(lambda: thread_time() >= until) for held in awaited or self._held.values())
        return AWAITED_REST if awaited else REST_SECONDS if more else IDLE_SECONDS

    @asynccontextmanager
    async def at_hand(self, key: QueryKey) -> AsyncIterator[Looked]:
        """Give a query whose rows are at hand, for one look. Raises BadQuery; TimeoutError where it takes too long."""
        query = self.make(key)
        if not isinstance(query, Query) or query.ready(0, 0):
            yield query
            return
        query = self.take(key)
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                while not query.ready(0, 0):
                    await asyncio.sleep(REST_SECONDS)  # it is prepared meanwhile, as for everybody
                    query.refresh()
            if isinstance(query, Query) and query.refused:
                raise BadQuery(query.refused)
            yield query
        finally:
            self.give_back(key)
