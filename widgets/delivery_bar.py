"""How far an update has come: a bar and the counts of its ledger. What failed is never hidden in the bar alone."""

from textual.content import Content
from textual.reactive import var
from textual.widget import Widget

from feeds.model import UpdateRow
from widgets.looks import MUTED

_PARTS = (
    ("accepted", "█", "$success"),
    ("uncertain", "?", "$warning"),
    ("held", "h", "$warning"),
    ("failed", "x", "$error"),
    ("attempting", "▓", "$primary"),
)
"""Fields of the row, the sign each has in the bar, its colour. What is left is queued."""


def delivery_bar(update: UpdateRow, width: int) -> Content:
    """Return a bar of ``width`` cells; each part that is not empty has at least one cell."""
    if update.total <= 0 or width <= 0:
        return Content.styled("░" * max(width, 0), MUTED)
    lengths: dict[str, int] = {}
    left = width
    # The small and bad ones get their cells first: the large one can spare them.
    for field, _, _ in reversed(_PARTS):
        count = getattr(update, field)
        lengths[field] = min(left, max(1, count * width // update.total)) if count else 0
        left -= lengths[field]
    cells = [(sign * lengths[field], style) for field, sign, style in _PARTS if lengths[field]]
    return Content.assemble(*cells, ("░" * left, MUTED))


def delivery_counts(update: UpdateRow) -> Content:
    """Return the counts in words."""
    parts: list[tuple[str, str]] = [(f"{update.accepted:,}/{update.total:,} accepted", "bold")]
    for field, style in (("failed", "$error"), ("uncertain", "$warning"), ("held", "$warning")):
        if count := getattr(update, field):
            parts.append((f" · {count:,} {field}", style))
    if update.attempting:
        parts.append((f" · {update.attempting:,} on the way", ""))
    if update.queued:
        parts.append((f" · {update.queued:,} waiting", MUTED))
    return Content.assemble(*parts)


class DeliveryBar(Widget):
    """Two lines: the bar, the counts."""

    DEFAULT_CSS = """
    DeliveryBar { height: 2; padding: 0 3; }
    """

    update_row: var[UpdateRow | None] = var(None)

    def watch_update_row(self) -> None:
        """Show the new counts."""
        self.refresh()

    def render(self) -> Content:
        """Return both lines."""
        if self.update_row is None:
            return Content.styled("loading …", MUTED)
        return delivery_bar(self.update_row, self.content_size.width) + Content("\n") + delivery_counts(self.update_row)
