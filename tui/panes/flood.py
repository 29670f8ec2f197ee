"""How many alarms come for each person on duty, in one line, and which of them are bad ones.

The steps are those of EEMUA 191 (3rd edition, 2013) and ISA-18.2 (2016), in alarms raised in ten minutes for one
person: one is acceptable, two can be managed, more than ten are a flood.
"""

from typing import TYPE_CHECKING, NamedTuple, cast

from textual.content import Content
from textual.reactive import var

from feeds.model import FloodRow
from tui.link import View
from widgets.kept_lines import KeptLines
from widgets.looks import MUTED
from widgets.quantities import number
from widgets.sparkline import sparkline

if TYPE_CHECKING:
    from tui.app import VakenApp


class Step(NamedTuple):
    """A step of the gauge: up to so many alarms for each person in ten minutes, its word and look."""

    most: float
    word: str
    style: str


STEPS = (
    Step(1.0, "acceptable", "$success"),
    Step(2.0, "manageable", "$success"),
    Step(5.0, "demanding", "$warning"),
    Step(10.0, "too many", "bold $warning"),
    Step(float("inf"), "FLOOD", "bold reverse $error"),
)

ACTIVE = "-severity:cleared -shelved:<0s"
CHATTERING = "chatter:<10m -shelved:<0s"
STALE = "-severity:cleared raised:>1d -shelved:<0s"
SHELVED = "shelved:<0s"
KINDS = (("active", ACTIVE), ("chattering", CHATTERING), ("stale", STALE), ("shelved", SHELVED))
"""The alarms that can be looked at, each with its filter; a shelf whose time is over hides nothing."""

CELLS = 10
"""Cells of the bar: each stands for one alarm in ten minutes for each person."""


def step_of(each: float) -> Step:
    """Return the step of so many alarms for each person in ten minutes."""
    return next(step for step in STEPS if each <= step.most)


def gauge(row: FloodRow, width: int) -> Content:
    """Return the line at ``width`` cells: what does not fit is left out, the least telling first."""
    each = row.raised / row.on_duty
    step = step_of(each)
    full = min(CELLS, round(each)) if each >= 0.5 else int(each > 0)
    colour = step.style.split()[-1]
    head = Content.assemble(
        ("█" * full, colour), ("░" * (CELLS - full), "$foreground-disabled"),
        (f" {each:,.0f}" if each >= 10 or each == int(each) else f" {each:.1f}", "bold"),
        " per person in 10 min ", (f" {step.word} " if "reverse" in step.style else step.word, step.style),
    )  # fmt: skip
    short = Content.assemble(
        ("█" * full, colour), ("░" * (CELLS - full), "$foreground-disabled"),
        (f" {each:,.0f}" if each >= 10 or each == int(each) else f" {each:.1f}", "bold"), " each in 10 min ",
        (step.word, step.style),
    )  # fmt: skip
    bad = Content(" · ").join(
        Content.assemble((number(count), "bold $warning" if count and marked else "" if count else MUTED),
                         (f" {name}", "" if count else MUTED))
        for name, count, marked in (
            ("chattering", row.chattering, True), ("stale", row.stale, True), ("shelved", row.shelved, False),
        )
    )  # fmt: skip
    duty = Content.styled(f"{number(row.raised)} raised, {row.on_duty} on duty", MUTED)
    curve = Content.assemble((sparkline(row.trend, len(row.trend)), "$primary"), (" last 4 h", MUTED))
    gap = "   "
    for parts in ((head, duty, bad, curve), (head, duty, bad), (head, bad), (short, bad), (short,)):
        line = Content(gap).join(parts)
        if line.cell_length <= width:
            return line
    return short.truncate(max(width, 1), ellipsis=True)


class FloodGauge(KeptLines):
    """One line; it asks the hub by itself."""

    DEFAULT_CSS = """
    FloodGauge { height: 1; padding: 0 3; }
    """

    flood: var[FloodRow | None] = var(None)

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._view: View | None = None

    def on_mount(self) -> None:
        """Follow the figures."""
        app = cast("VakenApp", self.app)
        self._view = app.hub.open("flood", window=(0, 1))
        app.follow(self._view, self._take)

    def on_unmount(self) -> None:
        """Follow them no longer."""
        if self._view is not None:
            cast("VakenApp", self.app).unfollow(self._view)
            self._view.close()
            self._view = None

    def _take(self) -> None:
        if self._view is not None:
            self.flood = next((row for row in self._view.content.rows if isinstance(row, FloodRow)), None)

    def watch_flood(self) -> None:
        """Show what is new."""
        self.refresh()

    def render(self) -> Content:
        """Return the line."""
        if self.flood is None:
            return Content.styled("alarms per person: not known yet", MUTED)
        return gauge(self.flood, self.content_size.width)
