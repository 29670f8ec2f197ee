"""A row of small bars as text: the shape of a series in one line."""

from collections.abc import Sequence

_BARS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float], width: int) -> str:
    """Return the last ``width`` of ``values`` as bars against the largest of them; nothing is the lowest bar."""
    shown = list(values)[-width:] if width > 0 else []
    largest = max(shown, default=0)
    if largest <= 0:
        return _BARS[0] * len(shown)
    return "".join(_BARS[min(7, int(max(value, 0) / largest * 7.999))] for value in shown)
