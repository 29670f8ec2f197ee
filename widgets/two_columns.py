"""Two columns of text beside each other: where to cut what comes one after the other. Painting is left to screens."""

from collections.abc import Sequence


def best_cut(heights: Sequence[int]) -> int:
    """Return how many of the pieces go into the first column, so that the higher of both is as low as it can be;
    of two such cuts the one with more in the first.

    ``heights``: lines of each piece, in order. The first column is never empty where there is a piece.
    """
    if len(heights) < 2:
        return len(heights)
    return min(range(len(heights), 0, -1), key=lambda at: max(sum(heights[:at]), sum(heights[at:])))
