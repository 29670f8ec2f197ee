"""SIM space over the hub's ribbon: opens the part that a person looks at, keeps the old picture until the new one is
there, and finds the place of an outage with what lies around it.
"""

from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.timer import Timer

from feeds.model import StretchRow
from feeds.simspace import range_text
from tui.link import View
from widgets.line_travel import Span
from widgets.plain import plain
from widgets.quantities import plural
from widgets.section_rule import SectionRule
from widgets.sim_ribbon import SimRibbon

if TYPE_CHECKING:
    from tui.app import VakenApp

MOST_COLUMNS = 1_000
"""Stretches that the hub gives at most."""

SETTLE = 0.12
"""Seconds that a cursor stays on an outage before its place is looked up: keys that hurry past cost nothing."""

AROUND = 1.0
"""What is shown beside an outage, at each side, as a share of the room between its first and its last SIM."""


def asked(outage: str, span: Span | None, columns: int) -> str:
    """Return the ``of`` of a ribbon. Both ends are written with as many digits: shorter ones stand for themselves."""
    part = ""
    if span is not None:
        first, last = span
        digits = max(len(first), len(last))
        part = f":{first.zfill(digits)}-{last.zfill(digits)}"
    return f"{outage}{part}/{min(max(columns, 1), MOST_COLUMNS)}"


class RibbonPane(Vertical):
    """``name`` begins the title. ``look_at`` says which outage it is about; by itself it is about the whole fleet."""

    DEFAULT_CSS = """
    RibbonPane { height: auto; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w", "alone", "the outage alone, or the fleet around it", show=False, id="ribbon.alone"),
    ]

    class Showed(Message):
        """A new picture is shown: ``stretches``, of the part ``span`` (None: the whole line)."""

        def __init__(self, stretches: tuple[StretchRow, ...], span: Span | None) -> None:
            super().__init__()
            self.stretches = stretches
            self.span = span

    def __init__(self, title: str = "SIM space", *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.title = title
        self.outage = ""
        self.alone = False
        """Whether the line is that of the outage's SIMs alone, not the fleet's."""
        self.rule = SectionRule()
        self.ribbon = SimRibbon(id=f"{id}-line" if id else None)
        self._shown: View | None = None
        self._coming: View | None = None
        self._spot: View | None = None
        """The outage's line as one stretch: where its first and its last SIM are."""
        self._place: Span | None = None
        """Where the outage is, while the fleet's line has not come yet."""
        self._line = ""
        """Whose line is shown: the outage's own, or with "" the fleet's."""
        self._opened = ""
        self._error = ""
        self._timer: Timer | None = None
        self._resized: Timer | None = None

    @property
    def vaken(self) -> "VakenApp":
        """The app, as what it is."""
        return cast("VakenApp", self.app)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield self.rule
        yield self.ribbon

    def on_mount(self) -> None:
        """Say what it will be."""
        self._tell()

    def on_unmount(self) -> None:
        """Give the views up."""
        for view in (self._shown, self._coming, self._spot):
            self._close(view)
        self._shown = self._coming = self._spot = None

    # What the owner says

    def look_at(self, outage: str, *, at_once: bool = False) -> None:
        """Show where ``outage`` is, with what lies around it; empty: the whole fleet."""
        if outage == self.outage:
            return
        self.outage = outage
        if self._timer is not None:
            self._timer.stop()
        if at_once:
            self._find()
        else:
            self._timer = self.set_timer(SETTLE, self._find)

    def action_alone(self) -> None:
        """Show the outage's own SIMs alone, or the fleet around them again."""
        if not self.outage:
            self.vaken.say("There is no outage here: this is the whole fleet.")
            return
        self.alone = not self.alone
        self._begin()

    # The way there

    def _find(self) -> None:
        """Begin with another outage."""
        self.alone = False
        self.ribbon.own = plain(self.outage)
        if self.ribbon.content_size.width:
            self._begin()

    def _begin(self) -> None:
        """Begin with the line that is meant: the fleet's, where the outage's place is then looked for; or its own."""
        self._close(self._spot)
        self._spot = self._place = None
        self._error = ""
        travel, line = self.ribbon.travel, self.outage if self.alone else ""
        other = self._line != line or travel.whole is None
        self._line = line
        self.ribbon.restart(other_line=other)
        if self.outage and not self.alone:
            self._spot = self.vaken.hub.open("ribbon", of=f"{self.outage}/1", window=(0, 1))
            if other:
                self._open(None)
            self.vaken.follow(self._spot, self._take_spot)
        elif other or travel.shown is not None or self._coming is not None:
            self._open(None)

    def _take_spot(self) -> None:
        """Take where the outage is. It is looked up once: the picture does not move under a hand."""
        if self._spot is None:
            return
        content = self._spot.content
        self._close(self._spot)
        self._spot = None
        places = [(row.first, row.last) for row in content.rows if isinstance(row, StretchRow)]
        self._place = places[0] if places else ("", "")
        self._go_there()

    def _go_there(self) -> None:
        """Look at the outage and its surroundings, once both its place and the fleet's line are known."""
        travel = self.ribbon.travel
        line = travel.whole
        if self._place is None or line is None or not len(line):
            return
        (first, last), self._place = self._place, None
        start, end = line.place_of(first), line.place_of(last)
        size = end - start + 1
        begin, stop = max(0.0, start - AROUND * size), min(line.size - 1.0, end + AROUND * size)
        self.ribbon.point(first)
        if first and stop - begin + 1 < line.size / 2:
            travel.to(*line.part(begin, stop - begin + 1))
        if travel.aim != travel.shown or self._coming is not None:
            self._open(travel.aim)

    def _open(self, span: Span | None) -> None:
        """Ask for a picture of ``span``; the one of before stays until it comes."""
        self._close(self._coming)
        columns = self.ribbon.wanted_columns
        self._opened = asked(self._line, span, columns)
        coming = self.vaken.hub.open("ribbon", of=self._opened, window=(0, MOST_COLUMNS))
        self._coming = coming
        self._tell()
        self.vaken.follow(coming, partial(self._take, coming, span))

    def _take(self, view: View, span: Span | None) -> None:
        if view is not self._coming and view is not self._shown:
            return
        content = view.content
        rows = tuple(row for row in content.rows if isinstance(row, StretchRow))
        self._error = content.error
        if view is self._coming:
            self._coming = None
            if content.error and not rows:
                # The picture of before is still right: what was asked for is not to be had.
                self._close(view)
                self.ribbon.travel.aim = self.ribbon.travel.shown
                self._tell()
                return
            self._close(self._shown)
            self._shown = view
        if not rows:
            part = f" in {range_text(*span)}" if span is not None else ""
            self.ribbon.empty = f"no SIM is known{part}: neither of the inventory nor of a case"
        self.ribbon.show(rows, span)
        self._tell()
        self.post_message(self.Showed(self.ribbon.travel.picture.stretches, span))
        self._go_there()

    def _close(self, view: View | None) -> None:
        if view is not None:
            self.vaken.unfollow(view)
            view.close()

    @on(SimRibbon.Moved)
    def _move(self, event: SimRibbon.Moved) -> None:
        event.stop()
        self._place = None
        self._open(event.span)

    @on(SimRibbon.Outward)
    def _outward(self, event: SimRibbon.Outward) -> None:
        event.stop()
        if self.alone:
            self.action_alone()

    @on(events.Resize)
    def _resize(self) -> None:
        """Ask for as many stretches as there is room for now; the first time at once, then when the edge is still."""
        if not self.ribbon.content_size.width:
            return
        if self._resized is not None:
            self._resized.stop()
        if self._shown is None and self._coming is None:
            self._begin()
        elif not self._opened.endswith(f"/{min(self.ribbon.wanted_columns, MOST_COLUMNS)}"):
            self._resized = self.set_timer(SETTLE, lambda: self._open(self.ribbon.travel.aim))

    def _tell(self) -> None:
        """Write the line above the picture."""
        travel = self.ribbon.travel
        parts: list[str | tuple[str, str]] = [(self.title, "bold $foreground")]
        whose = f"{plain(self.outage)} alone" if self.alone else "fleet"
        parts.append(f" · {whose}")
        if travel.aim is not None:
            first, last = travel.aim
            parts.append((f" · {range_text(first, last)}", "$primary"))
        picture = travel.picture
        if len(picture):
            parts.append(f" · {plural(picture.size, 'SIM')}")
        if self._coming is not None and travel.aim != travel.shown:
            parts.append(" · …")
        if self._error:
            parts.append((f" · {plain(self._error)}", "bold $error"))
        self.rule.text = Content.assemble(*parts)
        self.rule.note = Content("+ − ← → enter ⌫ home") if self.ribbon.has_focus else Content("")

    def on_descendant_focus(self) -> None:
        """Say which keys move it."""
        self._tell()

    def on_descendant_blur(self) -> None:
        """Its keys do not reach it now."""
        self._tell()
