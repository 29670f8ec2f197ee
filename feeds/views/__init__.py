"""Views: what screens subscribe to. Rows made from the board, filtered, sorted and cut to a window. Pure, no I/O."""

from feeds.views.case_points import CasePoints
from feeds.views.filter import BadFilter, Filter
from feeds.views.query import BadQuery, Looked, Query, Source
from feeds.views.sources import board_source

__all__ = ["BadFilter", "BadQuery", "CasePoints", "Filter", "Looked", "Query", "Source", "board_source"]
