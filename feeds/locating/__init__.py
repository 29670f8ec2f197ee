"""Locating: which attribute value, pair or triple explains who is affected? Counts or changes in, causes out.

Pure: no input or output, no clock, no chance; the same table gives the same answer, in whatever order its rows stand.
Where the table comes from and what follows from the answer is not known here.
"""

from feeds.locating.explaining import MOST_CAUSES, TOP, Cause, Condition, Explanation, locate, locate_change
from feeds.locating.tables import MOST_ATTRIBUTES, Attributes, NotLocatable, Numbered

__all__ = [
    "MOST_ATTRIBUTES",
    "MOST_CAUSES",
    "TOP",
    "Attributes",
    "Cause",
    "Condition",
    "Explanation",
    "NotLocatable",
    "Numbered",
    "locate",
    "locate_change",
]
