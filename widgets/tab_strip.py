"""One line of names of which one is chosen. Which pane that is, is its owner's business."""

from collections.abc import Sequence

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget

from widgets.looks import MUTED


class TabStrip(Widget):
    """``labels`` are (name, count) pairs; a count of None is not shown."""

    DEFAULT_CSS = """
    TabStrip { height: 1; background: $surface; padding: 0 1; }
    """

    active: var[int] = var(0)
    labels: var[tuple[tuple[str, int | None], ...]] = var(())

    class Chosen(Message):
        """A person clicked on a name."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    def __init__(self, names: Sequence[str], *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.set_reactive(TabStrip.labels, tuple((name, None) for name in names))

    def watch_active(self) -> None:
        """Show the choice."""
        self.refresh()

    def watch_labels(self) -> None:
        """Show the counts."""
        self.refresh()

    def _texts(self) -> list[str]:
        whole = [f" {name} {count:,} " if count is not None else f" {name} " for name, count in self.labels]
        if sum(map(len, whole)) + len(whole) - 1 <= self.content_size.width:
            return whole
        short = [f" {name} " for name, _ in self.labels]
        if sum(map(len, short)) + len(short) - 1 <= self.content_size.width:
            return short
        return [f" {name[:3]} " if place != self.active else f" {name} " for place, (name, _) in enumerate(self.labels)]

    def render(self) -> Content:
        """Return the line. The chosen name stands in brackets of colour and weight, so it shows without colour too."""
        parts: list[tuple[str, str]] = []
        for place, text in enumerate(self._texts()):
            if place:
                parts.append(("│", "$foreground-disabled"))
            parts.append((text, "bold reverse $primary" if place == self.active else MUTED))
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        """Choose the name that was clicked."""
        x = event.x - 1
        for place, text in enumerate(self._texts()):
            if 0 <= x < len(text):
                self.post_message(self.Chosen(place))
                return
            x -= len(text) + 1
