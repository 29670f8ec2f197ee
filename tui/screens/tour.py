"""The tour: a small box that points at one part of the real screen after the other, while the screen goes on behind it.

It can be left at any time; it changes nothing. What it says is in tui.words.tour.
"""

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Offset, Region
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Static

from tui.base_screen import VakenScreen
from tui.words.tour import Step, steps_of, with_keys
from widgets.looks import MUTED

if TYPE_CHECKING:
    from tui.app import VakenApp

WIDTH = 64
"""Cells of the box, where there are so many."""

SHOWN_PART = "-toured"
"""Class of the part that is pointed at."""


def beside(part: Region, box_height: int, screen_height: int) -> tuple[int, str]:
    """Return the line at which the box begins, and the arrow that points at the part: ``▲``, ``▼`` or none.

    Below the part where there is room, else above it, else on its lower end.
    """
    if part.bottom + box_height <= screen_height:
        return part.bottom, "▲"
    if part.y - box_height >= 0:
        return part.y - box_height, "▼"
    return max(0, min(part.bottom, screen_height) - box_height), ""


class TourScreen(ModalScreen[None]):
    """``behind`` is the screen that is shown."""

    DEFAULT_CSS = """
    TourScreen { background: transparent; }
    TourScreen > Vertical {
        width: 64; max-width: 100%; height: auto; border: round $accent; background: $surface; padding: 0 1;
    }
    TourScreen Static { height: auto; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,right,space,down,j,l", "go(1)", "on", show=False),
        Binding("left,backspace,up,k,h", "go(-1)", "back", show=False),
        Binding("escape,q,question_mark", "leave", "leave", show=False),
    ]

    def __init__(self, behind: VakenScreen) -> None:
        super().__init__()
        self._behind = behind
        self._place = 0
        self._marked: Widget | None = None

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with Vertical():
            yield Static(id="tour-title")
            yield Static(id="tour-text")
            yield Static(id="tour-keys")

    def on_mount(self) -> None:
        """Begin."""
        self._show()

    def on_resize(self, _event: events.Resize) -> None:
        """Point at the same part where it is now."""
        self.call_after_refresh(self._put)

    def on_unmount(self) -> None:
        """Leave nothing behind."""
        self._mark(None)

    @property
    def steps(self) -> list[tuple[Step, Widget]]:
        """The steps whose parts are in sight."""
        found = []
        for step in steps_of(self._behind.where):
            part = next((one for one in self._behind.query(step.part) if one.region.area and one.display), None)
            if part is not None:
                found.append((step, part))
        return found

    def action_go(self, by: int) -> None:
        """Go on or back; behind the last step the tour ends."""
        self._place = max(0, self._place + by)
        if self._place >= len(self.steps):
            self.dismiss()
        else:
            self._show()

    def action_leave(self) -> None:
        """End the tour."""
        self.dismiss()

    def on_click(self) -> None:
        """Go on."""
        self.action_go(1)

    def _show(self) -> None:
        steps = self.steps
        if not steps:
            self.dismiss()
            return
        self._place = min(self._place, len(steps) - 1)
        step, part = steps[self._place]
        self._mark(part)
        keymap = cast("VakenApp", self.app).keymap
        self.query_one("#tour-text", Static).update(Content(with_keys(step.text, keymap)))
        keys = (("enter", "on" if self._place < len(steps) - 1 else "ends"), ("←", "back"), ("esc", "leaves the tour"))
        self.query_one("#tour-keys", Static).update(
            Content("  ").join(Content.assemble((key, "bold $primary"), (f" {what}", MUTED)) for key, what in keys)
        )
        self._title(step, len(steps), "")
        self.call_after_refresh(self._put)

    def _title(self, step: Step, count: int, arrow: str) -> None:
        self.query_one("#tour-title", Static).update(
            Content.assemble(
                (f"{arrow} " if arrow else "", "bold $accent"), (step.title, "bold"),
                (f"   {self._place + 1} of {count}", MUTED),
            )
        )  # fmt: skip

    def _put(self) -> None:
        """Put the box beside the part."""
        steps = self.steps
        if not self.is_attached or self._place >= len(steps):
            return
        step, part = steps[self._place]
        box = self.query_one(Vertical)
        line, arrow = beside(part.region, box.outer_size.height, self.size.height)
        column = min(max(part.region.x + 2, 0), max(0, self.size.width - box.outer_size.width))
        box.styles.offset = Offset(column, line)
        self._title(step, len(steps), arrow)

    def _mark(self, part: Widget | None) -> None:
        if self._marked is not None:
            self._marked.remove_class(SHOWN_PART)
        self._marked = part
        if part is not None:
            part.add_class(SHOWN_PART)
