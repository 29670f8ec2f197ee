"""The clock of the room: UTC with seconds, and local time. A clock that stands still shows that the screen does."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

from textual.content import Content
from textual.widget import Widget

from widgets.looks import MUTED
from widgets.quantities import local


class Clocks(Widget):
    """``now`` gives the time (UTC), ``zone`` the local time zone (None: that of this machine)."""

    DEFAULT_CSS = """
    Clocks { width: auto; height: 1; }
    """

    def __init__(self, now: Callable[[], datetime], zone: tzinfo | None = None, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._now = now
        self.zone = zone

    def on_mount(self) -> None:
        """Start to tick."""
        self.set_interval(1, self.tick)

    def tick(self) -> None:
        """Show the time of now."""
        self.refresh()

    def get_content_width(self, *_: object) -> int:
        """Return the width of both clocks."""
        return self.render().cell_length

    def render(self) -> Content:
        """Return both clocks."""
        now = self._now().astimezone(UTC)
        return Content.assemble((f"{now:%H:%M:%S}Z", "bold"), (f"  {local(now, self.zone)}", MUTED))
