"""SIM space on the whole screen: the number line of the fleet, or an outage's place in it; below, what happens."""

from collections.abc import Iterable

from msgspec import Struct
from textual import on
from textual.content import Content
from textual.widget import Widget

from feeds.model import StretchRow
from feeds.simspace import range_text
from tui.acts.registry import bindings
from tui.base_screen import VakenScreen
from tui.panes.ribbon import RibbonPane
from tui.words.rows import share
from widgets.all_rows import AllRows
from widgets.columns import Bit, Cell, Column
from widgets.quantities import number
from widgets.section_rule import SectionRule
from widgets.share_bar import share_bar
from widgets.sim_ribbon import SimRibbon
from widgets.stream_table import StreamTable
from widgets.stretch_words import alarm_words


def _dim_zero(count: int, style: str = "") -> Cell:
    return Bit(number(count), style) if count else Bit("·", "dim")


def _customer(row: StretchRow) -> Cell:
    more = (Bit(f" +{number(row.customers - 1)}", "dim"),) if row.customers > 1 else ()
    return (Bit(row.customer), *more)


def _hit(row: StretchRow) -> Cell:
    if not row.share:
        return Bit("–", "dim")
    return (Bit(f"{share(row.share):>6} "), Bit(share_bar(row.share, BAR), "major"))


BAR = 8
"""Cells of a bar."""

STRETCHES = (
    Column("range", "SIMs from – to", lambda r, _: Bit(range_text(r.stretch.first, r.stretch.last), "strong"), weight=3,
           least=22, most=44, priority=9),
    Column("sims", "SIMs", lambda r, _: number(r.stretch.sims), width=11, align="right", priority=5),
    Column("customer", "customer", lambda r, _: _customer(r.stretch), weight=3, least=12, most=34, priority=6),
    Column("alarms", "alarms", lambda r, _: tuple(alarm_words(r.stretch.alarms)) or Bit("–", "dim"), width=12,
           priority=8),
    Column("share", "of it hit", lambda r, _: _hit(r.stretch), width=15, priority=4),
    Column("cases", "cases", lambda r, _: _dim_zero(r.stretch.cases), width=6, align="right", priority=8),
    Column("unexplained", "unexpl.", lambda r, _: _dim_zero(r.stretch.unexplained, "major"), width=7, align="right",
           priority=7),
    Column("outages", "outages", lambda r, _: " ".join(r.stretch.outages) or Bit("–", "dim"), weight=1, least=8,
           most=24, priority=7),
)  # fmt: skip


class StretchLine(Struct, frozen=True):
    """A stretch in the list; ``key`` is where it begins and ends: another cut of the line is not a change of it."""

    key: str
    stretch: StretchRow


def eventful(stretches: Iterable[StretchRow]) -> AllRows:
    """Return the stretches with alarms, cases or outages, in the order of the line."""
    rows = tuple(
        StretchLine(f"{one.first}-{one.last}", one)
        for one in stretches
        if one.cases or one.unexplained or one.outages or any(one.alarms)
    )
    return AllRows(rows)


class SpaceScreen(VakenScreen):
    """``outage``: the one whose place is shown; empty: the fleet."""

    where = "space"
    AUTO_FOCUS = "SimRibbon"
    BINDINGS = bindings("space")

    def __init__(self, outage: str = "") -> None:
        super().__init__()
        self.outage = outage

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps of the way to it."""
        return (self.outage, "SIM space") if self.outage else ("SIM space",)

    def compose_body(self) -> Iterable[Widget]:
        """Lay it out."""
        yield RibbonPane(id="space")
        yield SectionRule(id="stretches-rule")
        yield StreamTable(
            STRETCHES,
            now=self.vaken.hub.now,
            start_on_row=False,
            empty="nothing happens in this part: no alarm, no case, no outage",
            id="stretches",
        )

    def on_mount(self) -> None:
        """Go to the outage."""
        if self.outage:
            self.query_one(RibbonPane).look_at(self.outage, at_once=True)

    def action_back(self) -> None:
        """Let go of the cursor in the list, else go one screen back."""
        table = self.query_one(StreamTable)
        if table.has_focus and table.release():
            return
        self.vaken.go_back()

    # The keys of the ribbon, for when the list has the focus.

    @property
    def _ribbon(self) -> SimRibbon:
        return self.query_one(SimRibbon)

    def action_closer(self) -> None:
        """Look closer."""
        self._ribbon.action_closer()

    def action_farther(self) -> None:
        """Look from farther off."""
        self._ribbon.action_farther()

    def action_move_stretch(self) -> None:
        """Go to the next stretch."""
        self._ribbon.action_move(1)

    def action_into(self) -> None:
        """Look into the stretch under the cursor."""
        self._ribbon.action_into()

    def action_before(self) -> None:
        """Go back one step in."""
        self._ribbon.action_before()

    def action_whole(self) -> None:
        """Look at the whole line."""
        self._ribbon.action_whole()

    def action_alone(self) -> None:
        """The outage alone, or the fleet around it."""
        self.query_one(RibbonPane).action_alone()

    @on(RibbonPane.Showed)
    def _list(self, event: RibbonPane.Showed) -> None:
        page = eventful(event.stretches)
        self.query_one("#stretches-rule", SectionRule).text = Content.assemble(
            ("Where something happens", "bold $foreground"),
            f" {number(page.total)} of {number(len(event.stretches))} stretches in sight",
        )
        self.query_one(StreamTable).show(page)

    @on(StreamTable.RowHighlighted)
    def _point(self, event: StreamTable.RowHighlighted) -> None:
        if isinstance(event.row, StretchLine) and self.query_one(StreamTable).has_focus:
            self._ribbon.point(event.row.stretch.first)

    @on(StreamTable.RowSelected)
    def _into(self, event: StreamTable.RowSelected) -> None:
        if isinstance(event.row, StretchLine):
            self._ribbon.point(event.row.stretch.first)
            self._ribbon.action_into()
