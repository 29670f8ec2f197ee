"""The line below the outages: what stands in none of them. Each part leads to the cases that it counts."""

from typing import TYPE_CHECKING, ClassVar, NamedTuple, cast

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget

from feeds.model import TotalsRow
from tui.link import View
from widgets.looks import MUTED
from widgets.quantities import number, plural

if TYPE_CHECKING:
    from tui.app import VakenApp

OPEN_CASES = "-state:closed"
UNEXPLAINED = f"{OPEN_CASES} lane:unexplained"
"""The filters of the cases: those that the screen begins with, and those that no live outage holds."""


class Part(NamedTuple):
    """A part of the line: its words, their look, and the filter of the cases that it counts."""

    text: str
    style: str
    filter: str


def parts(totals: TotalsRow) -> list[Part]:
    """Return what is to be told; what counts nothing is quiet, and single SIMs are told where there are any."""
    found = [
        Part(
            plural(totals.unexplained, "unexplained case"),
            "bold $warning" if totals.unexplained else MUTED,
            UNEXPLAINED,
        )
    ]
    if totals.single:
        found.append(Part(plural(totals.single, "single-SIM case"), "", f"{UNEXPLAINED} sims:1"))
    found.append(
        Part(f"{number(totals.without_sims)} without SIMs", "" if totals.without_sims else MUTED,
             f'{OPEN_CASES} lane:"no SIMs"')
    )  # fmt: skip
    return found


def together(totals: TotalsRow) -> str:
    """Return what all live outages are together; a case or a SIM in two of them counts once."""
    return (
        f"all outages: {plural(totals.sims, 'SIM')} · {plural(totals.customers, 'customer')}"
        f" · {plural(totals.grouped, 'case')}"
    )


class LeftoverLine(Widget, can_focus=True):
    """Left and right choose a part, enter and a click go to its cases."""

    DEFAULT_CSS = """
    LeftoverLine { height: 1; padding: 0 3; }
    LeftoverLine:focus { background: $primary 15%; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "choose(-1)", "the part before", show=False, id="leftover.left"),
        Binding("right", "choose(1)", "the next part", show=False, id="leftover.right"),
        Binding("enter", "open_part", "its cases", show=False, id="leftover.open"),
    ]

    totals: var[TotalsRow | None] = var(None)
    chosen: var[int] = var(0)

    class Chosen(Message):
        """A person wants to see the cases that pass ``filter``."""

        def __init__(self, filter: str) -> None:
            super().__init__()
            self.filter = filter

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._view: View | None = None

    @property
    def vaken(self) -> "VakenApp":
        """The app, as what it is."""
        return cast("VakenApp", self.app)

    def on_mount(self) -> None:
        """Follow the totals."""
        self._view = self.vaken.hub.open("totals", window=(0, 1))
        self.vaken.follow(self._view, self._take)

    def on_unmount(self) -> None:
        """Follow them no longer."""
        if self._view is not None:
            self.vaken.unfollow(self._view)
            self._view.close()

    def _take(self) -> None:
        assert self._view is not None
        for row in self._view.content.rows:
            if isinstance(row, TotalsRow):
                self.totals = row

    def watch_totals(self) -> None:
        """Show the counts."""
        self.refresh()

    def watch_chosen(self) -> None:
        """Show the choice."""
        self.refresh()

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Show whether keys reach it."""
        super().watch_has_focus(_has_focus)
        self.refresh()

    def _parts(self) -> list[Part]:
        return parts(self.totals) if self.totals is not None else []

    def render(self) -> Content:
        """Return the line."""
        if self.totals is None:
            return Content("")
        found = self._parts()
        pieces: list[str | tuple[str, str]] = []
        at = min(self.chosen, len(found) - 1)
        for place, part in enumerate(found):
            if place:
                pieces.append((" · ", MUTED))
            pieces.append(
                (part.text, f"{part.style} reverse".strip() if self.has_focus and place == at else part.style)
            )
        line = Content.assemble(*pieces)
        end = together(self.totals)
        gap = self.content_size.width - line.cell_length - len(end)
        return line if gap < 3 else Content.assemble(line, " " * gap, (end, MUTED))

    def action_choose(self, by: int) -> None:
        """Choose another part."""
        found = self._parts()
        if found:
            self.chosen = (min(self.chosen, len(found) - 1) + by) % len(found)

    def action_open_part(self) -> None:
        """Go to the cases of the chosen part."""
        found = self._parts()
        if found:
            self.post_message(self.Chosen(found[min(self.chosen, len(found) - 1)].filter))

    def on_click(self, event: events.Click) -> None:
        """Go to the cases of the part that was clicked."""
        offset = event.get_content_offset(self)
        if offset is None:
            return
        x = offset.x
        for part in self._parts():
            if 0 <= x < len(part.text):
                self.post_message(self.Chosen(part.filter))
                return
            x -= len(part.text) + 3
