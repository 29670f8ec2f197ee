"""What is usual in numbers of cases, and when there are more: numbers in, numbers out.

Which cases came, and what is said about a surge, is the matter of feeds.board (history.py, surging.py).
"""

from feeds.surges.learning import HOURS_KEPT, History, learned
from feeds.surges.series import CELL_AT, CELLS, MEMBERS, NAMES, SERIES, SERIES_AT, Floats, Series
from feeds.surges.usual import Scatter, Usual

__all__ = [
    "CELLS",
    "CELL_AT",
    "HOURS_KEPT",
    "MEMBERS",
    "NAMES",
    "SERIES",
    "SERIES_AT",
    "Floats",
    "History",
    "Scatter",
    "Series",
    "Usual",
    "learned",
]
