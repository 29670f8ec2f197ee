"""The views over the board: for each, which keys there are and what row a key has."""

from collections.abc import Callable

from feeds.board.board import Board
from feeds.views.case_points import CasePoints
from feeds.views.query import BadQuery, Source
from feeds.views.sources.alarms import AlarmSource
from feeds.views.sources.bounds import TEXT_IN_ROW
from feeds.views.sources.cases import CaseSource, CountSource
from feeds.views.sources.desk import DeskSource
from feeds.views.sources.explanations import ExplanationSource
from feeds.views.sources.flood import FloodSource
from feeds.views.sources.outages import ImpactSource, OutageSource, TimelineSource
from feeds.views.sources.readings import ReadingSource
from feeds.views.sources.ribbon import RibbonSource
from feeds.views.sources.surges import CurveSource, SurgeSource
from feeds.views.sources.totals import TotalsSource
from feeds.views.sources.triage import TriageSource
from feeds.views.sources.updates import DeliverySource, SuppressionSource, UpdateSource

__all__ = ["TEXT_IN_ROW", "board_source"]

_WITH_PARENT = {
    "impact": "outage",
    "timeline": "outage",
    "readings": "case",
    "triage": "case",
    "explanations": "outage",
}


def board_source(board: Board, view: str, of: str = "", points: CasePoints | None = None) -> Source:
    """Return the source of a view. Raises BadQuery for an unknown view, and for an ``of`` that it cannot use.

    ``points``: for the ribbon, where the caller keeps them for several ribbons and says what moves.
    """
    if view == "ribbon":
        return RibbonSource(board, of, points)
    made = _SOURCES.get(view)
    if made is None:
        raise BadQuery(f"view: there is no {view}; there are {', '.join([*_SOURCES, 'feeds'])}")
    if view in _WITH_PARENT and not of:
        raise BadQuery(f"view: {view} is of one {_WITH_PARENT[view]}, name it with of")
    return made(board, of)


_SOURCES: dict[str, Callable[[Board, str], Source]] = {
    "outages": OutageSource,
    "alarms": AlarmSource,
    "cases": CaseSource,
    "readings": ReadingSource,
    "totals": TotalsSource,
    "ribbon": RibbonSource,
    "counts": CountSource,
    "curve": CurveSource,
    "surges": SurgeSource,
    "desk": DeskSource,
    "flood": FloodSource,
    "triage": TriageSource,
    "explanations": ExplanationSource,
    "impact": ImpactSource,
    "timeline": TimelineSource,
    "updates": UpdateSource,
    "deliveries": DeliverySource,
    "suppressions": SuppressionSource,
}
