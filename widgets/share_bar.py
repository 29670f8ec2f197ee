"""A share as a bar of eighths of a cell: short enough for a column, honest about what is small."""

_EIGHTHS = " ▏▎▍▌▋▊▉"


def share_bar(part: float, width: int) -> str:
    """Return ``width`` cells, filled from the left by ``part`` (0 to 1); what is more than nothing is seen."""
    if width <= 0:
        return ""
    eighths = round(min(max(part, 0.0), 1.0) * width * 8)
    if part > 0.0:
        eighths = max(eighths, 1)
    if part < 1.0:
        eighths = min(eighths, width * 8 - 1)
    whole, rest = divmod(eighths, 8)
    return ("█" * whole + (_EIGHTHS[rest] if rest else "")).ljust(width)
