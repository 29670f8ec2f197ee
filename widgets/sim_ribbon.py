"""SIM space as a ribbon that keys and mouse look closer at. What it shows comes from its owner with ``show``.

A wish to see another part goes up as ``Moved``; the picture of before stays until that of the part has come. The
cursor is a number: when other stretches come it stays on it. How a picture is drawn is left to ribbon_painter.
"""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.reactive import var
from textual.strip import Strip
from textual.widget import Widget

from feeds.model import StretchRow
from widgets.line_travel import Picture, Span, Travel
from widgets.ribbon_painter import RIBBON_STYLES, Look, columns, gutter, paint
from widgets.ribbon_scale import stretch_at
from widgets.stretch_words import Line

CLOSER = 0.5
"""What one step in leaves of the part: half of it."""


class SimRibbon(Widget, can_focus=True):
    """``own``: the outage that it is about, drawn otherwise than others; empty: none."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"sim-ribbon--{name}" for name in RIBBON_STYLES}

    DEFAULT_CSS = """
    SimRibbon {
        height: 6; padding: 0 1; background: $background;
        & > .sim-ribbon--critical { color: $error; text-style: bold; }
        & > .sim-ribbon--major { color: $warning; }
        & > .sim-ribbon--minor { color: $accent; }
        & > .sim-ribbon--warning { color: $secondary; }
        & > .sim-ribbon--cases { color: $primary; }
        & > .sim-ribbon--hanging { color: $primary; text-style: reverse; }
        & > .sim-ribbon--unexplained { color: $accent; text-style: bold; }
        & > .sim-ribbon--axis { color: $foreground-disabled; }
        & > .sim-ribbon--hit { color: $warning; }
        & > .sim-ribbon--own { color: $error; }
        & > .sim-ribbon--dim { color: $foreground-muted; }
        & > .sim-ribbon--strong { text-style: bold; }
        & > .sim-ribbon--vip { color: $accent; text-style: bold; }
        & > .sim-ribbon--cursor { background: $foreground 20%; }
        & > .sim-ribbon--drag { background: $primary 40%; }
        &:focus > .sim-ribbon--cursor { background: $primary 50%; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "one stretch left", show=False, id="ribbon.left"),
        Binding("right", "move(1)", "one stretch right", show=False, id="ribbon.right"),
        Binding("shift+left,pageup", "pan(-1)", "half a picture left", show=False, id="ribbon.far_left"),
        Binding("shift+right,pagedown", "pan(1)", "half a picture right", show=False, id="ribbon.far_right"),
        Binding("plus,equals_sign", "closer", "look closer", show=False, id="ribbon.closer"),
        Binding("minus", "farther", "look from farther off", show=False, id="ribbon.farther"),
        Binding("enter", "into", "look into the stretch", show=False, id="ribbon.into"),
        Binding("backspace", "before", "where you were before", show=False, id="ribbon.before"),
        Binding("home", "whole", "the whole line", show=False, id="ribbon.whole"),
        Binding("end", "last", "the last stretch", show=False, id="ribbon.last"),
    ]

    own: var[str] = var("")
    empty: var[str] = var("loading …")
    """What is said where there is no stretch."""

    class _RibbonMessage(Message):
        """A message of a ribbon."""

        def __init__(self, ribbon: "SimRibbon") -> None:
            super().__init__()
            self.ribbon = ribbon

        @property
        def control(self) -> "SimRibbon":
            """The ribbon that it came from."""
            return self.ribbon

    class Moved(_RibbonMessage):
        """A person wants to see another part: ``span``, None for the whole line."""

        def __init__(self, ribbon: "SimRibbon", span: Span | None) -> None:
            super().__init__(ribbon)
            self.span = span

    class Pointed(_RibbonMessage):
        """The cursor or the mouse is on another stretch; None: on none."""

        def __init__(self, ribbon: "SimRibbon", stretch: StretchRow | None) -> None:
            super().__init__(ribbon)
            self.stretch = stretch

    class Outward(_RibbonMessage):
        """A person wants to look from farther off than the whole line that there is."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.travel = Travel()
        self.cursor = ""
        """The number that the cursor is on; empty: it is on none."""
        self._hover = ""
        self._pressed: int | None = None
        """Where the mouse went down, as a stretch, while it is down."""
        self._dragged: int | None = None
        self._lines: tuple[Line, ...] = ()
        self._drawn: tuple[object, ...] = ()
        self._looks: dict[str, Style] = {}
        self._told: StretchRow | None = None

    # What the owner calls

    @property
    def wanted_columns(self) -> int:
        """Stretches that the width has room for."""
        return columns(self.content_size.width)

    @property
    def stretch(self) -> StretchRow | None:
        """The stretch under the mouse, else under the cursor."""
        picture = self.travel.picture
        index = picture.index_of(self._hover or self.cursor)
        return None if index is None else picture.stretches[index]

    def show(self, stretches: Sequence[StretchRow], span: Span | None) -> None:
        """Show the picture of ``span`` (None: of the whole line)."""
        self.travel.arrive(Picture(stretches), span)
        if not len(self.travel.picture):
            self._pressed = self._dragged = None
        elif self.has_focus and not self.cursor:
            self.cursor = self._middle()
        self._draw()

    def point(self, body: str) -> None:
        """Put the cursor on a number; empty: on none."""
        self.cursor, self._hover = body, ""
        self._draw()

    def restart(self, *, other_line: bool = True) -> None:
        """Begin anew: the whole of a line is to come next, of ``other_line`` or of the same."""
        self.travel.restart(other_line=other_line)
        self._pressed = self._dragged = None

    # Painting

    def watch_own(self) -> None:
        """Draw the outage's place."""
        self._draw()

    def watch_empty(self) -> None:
        """Say it."""
        self._draw()

    def on_resize(self) -> None:
        """Draw the same picture at the new size."""
        self._draw()

    def notify_style_update(self) -> None:
        """Forget the colours of before."""
        super().notify_style_update()
        self._looks.clear()

    def _draw(self) -> None:
        """Draw what is to be seen now; nothing is painted where nothing changed."""
        picture = self.travel.picture
        at = picture.index_of(self._hover or self.cursor)
        drag = None if self._pressed is None or self._dragged is None else (self._pressed, self._dragged)
        width, height = self.content_size
        drawn = (picture.stretches, width, height, at, drag, self.own, self.empty)
        if drawn != self._drawn:
            self._drawn = drawn
            lines = paint(picture.stretches, width, height, Look(at, drag, self.own), self.empty)
            if lines != self._lines:
                self._lines = lines
                self.refresh()
        told = self.stretch
        if told != self._told:
            self._told = told
            self.post_message(self.Pointed(self, told))

    def render_line(self, y: int) -> Strip:
        """Return one line."""
        width = self.content_size.width
        if y >= len(self._lines):
            return Strip.blank(width, self._look(""))
        return Strip([Segment(text, self._look(style)) for text, style in self._lines[y]]).adjust_cell_length(
            width, self._look("")
        )

    def _look(self, names: str) -> Style:
        look = self._looks.get(names)
        if look is None:
            look = self.rich_style
            for name in names.split():
                component = f"sim-ribbon--{name}"
                rules = self.get_component_styles(component)
                whole = self.get_component_rich_style(component)
                look += self.get_component_rich_style(component, partial=True) + Style(
                    color=whole.color if rules.has_rule("color") else None,
                    bgcolor=whole.bgcolor if rules.has_rule("background") else None,
                )
            self._looks[names] = look
        return look

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Show whether keys reach it."""
        super().watch_has_focus(_has_focus)
        self._looks.clear()
        if _has_focus and not self.cursor and len(self.travel.picture):
            self.point(self._middle())
        self.refresh()

    def _middle(self) -> str:
        """Return where the cursor begins: at the stretch where most happens, else in the middle."""
        stretches = self.travel.picture.stretches
        best = max(stretches, key=lambda one: (self.own in one.outages if self.own else 0, one.cases, sum(one.alarms)))
        return best.first if best.cases or any(best.alarms) or best.outages else stretches[len(stretches) // 2].first

    # Keys

    def _travelled(self, moved: bool) -> None:
        if moved:
            self.post_message(self.Moved(self, self.travel.aim))

    def action_move(self, by: int) -> None:
        """Move the cursor; over the edge of a part, move the part."""
        picture = self.travel.picture
        if not len(picture):
            return
        if not self.cursor:
            self.point(self._middle())
            return
        index = picture.nearest(self.cursor) + by
        if 0 <= index < len(picture):
            self.point(picture.stretches[index].first)
        else:
            self.action_pan(by)

    def action_pan(self, by: int) -> None:
        """Move the part by half of it; the cursor stays on its number."""
        before = self.travel.aim
        if before is None or not self.travel.pan(by / 2):
            return
        self._travelled(True)

    def action_last(self) -> None:
        """Put the cursor on the last stretch."""
        if len(self.travel.picture):
            self.point(self.travel.picture.stretches[-1].first)

    def action_closer(self) -> None:
        """Look at half as much, around the cursor."""
        self._travelled(self.travel.scale(self.cursor, CLOSER))

    def action_farther(self) -> None:
        """Look at twice as much."""
        if self.travel.aim is None:
            self.post_message(self.Outward(self))
        else:
            self._travelled(self.travel.scale(self.cursor, 1 / CLOSER))

    def action_into(self) -> None:
        """Look at the stretch under the cursor alone."""
        stretch = self.stretch
        if stretch is not None and stretch.first != stretch.last:
            self._travelled(self.travel.to(stretch.first, stretch.last))

    def action_before(self) -> None:
        """Go back one step in."""
        self._travelled(self.travel.back())

    def action_whole(self) -> None:
        """Look at the whole line."""
        self._travelled(self.travel.home())

    # The mouse

    def _stretch_under(self, event: events.MouseEvent) -> int | None:
        """Return the stretch under the mouse; None beside the picture."""
        offset = event.get_content_offset(self)
        picture = self.travel.picture
        left = gutter(self.content_size.width)
        if offset is None or offset.x < left or not len(picture):
            return None
        return stretch_at(offset.x - left, len(picture), self.wanted_columns)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Name what is under the mouse; while a button is down, choose a part."""
        index = self._stretch_under(event)
        if self._pressed is not None and index is not None and (index != self._pressed or self._dragged is not None):
            self._dragged = index
        self._hover = "" if index is None else self.travel.picture.stretches[index].first
        self._draw()

    def on_leave(self) -> None:
        """Name what the cursor is on again."""
        self._hover = ""
        self._draw()

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin to choose a part."""
        self._pressed = self._stretch_under(event)
        self._dragged = None
        if self._pressed is not None:
            self.capture_mouse()

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """Look at the part that was chosen; without one, put the cursor here, a second time look into it."""
        self.release_mouse()
        pressed, dragged, self._pressed, self._dragged = self._pressed, self._dragged, None, None
        picture = self.travel.picture
        if pressed is None or pressed >= len(picture):
            self._draw()
            return
        if dragged is not None:
            low, high = sorted((pressed, min(dragged, len(picture) - 1)))
            self._travelled(self.travel.to(picture.stretches[low].first, picture.stretches[high].last))
            self._draw()
            return
        again = picture.index_of(self.cursor) == pressed
        self.cursor = picture.stretches[pressed].first
        self._draw()
        if again:
            self.action_into()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """Look closer, where the mouse is; with shift, move left."""
        event.stop()
        self._wheel(event, CLOSER, -1)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """Look from farther off; with shift, move right."""
        event.stop()
        self._wheel(event, 1 / CLOSER, 1)

    def _wheel(self, event: events.MouseEvent, factor: float, way: int) -> None:
        if event.shift:
            self._travelled(self.travel.pan(way / 4))
            return
        index = self._stretch_under(event)
        anchor = self.cursor if index is None else self.travel.picture.stretches[index].first
        self._travelled(self.travel.scale(anchor, factor))

    def on_mouse_scroll_left(self, event: events.MouseScrollLeft) -> None:
        """Move left."""
        event.stop()
        self._travelled(self.travel.pan(-0.25))

    def on_mouse_scroll_right(self, event: events.MouseScrollRight) -> None:
        """Move right."""
        event.stop()
        self._travelled(self.travel.pan(0.25))
