"""The door: one file per foreign format, payload → facts. Everything is typed, bounded and cleaned here."""

from feeds.sources.errors import Invalid, Malformed, NotSigned, SourceError, TooDeep
from feeds.sources.problems import InvalidTable, Problem
from feeds.sources.tables import customers_csv, ranges_csv

__all__ = [
    "Invalid",
    "InvalidTable",
    "Malformed",
    "NotSigned",
    "Problem",
    "SourceError",
    "TooDeep",
    "customers_csv",
    "ranges_csv",
]
