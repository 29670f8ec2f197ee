"""An app on a hub: it owns the connection, hands changes to whoever follows them, and keeps the pace of frames.

Changes come on the client's thread. They are gathered there and taken here once a frame, so that a burst of them costs
one refresh; of each view only the newest content is ever shown. A terminal that takes what is written too slowly gets
fewer frames. While it takes nothing at all nothing more is written; the feed goes on, and what is painted then is new.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from time import monotonic

from textual import events, on
from textual.app import App
from textual.color import Color
from textual.filter import LineFilter, Monochrome
from textual.message import Message
from textual.timer import Timer

from feeds.client import LinkState, Notice, ViewChanged
from tui.frame_pace import FramePace, pace_words
from tui.kept_rules import KeptRules
from tui.link import Hub, View
from tui.looks import Looks, on_terminal
from tui.terminal_gauge import TerminalGauge, gauged
from tui.themes import NAMED, SEVERITIES, THEMES
from widgets.few_colours import NoColours, SixteenColours
from widgets.glyphs import AsciiGlyphs

LOOK_SECONDS = 0.25
"""Between two looks at how the terminal takes what is written."""
PAINT_SECONDS = 0.05
"""How long painting is let go: Textual paints within a sixtieth of a second."""
STIR_SECONDS = 0.012
"""How long painting is let go for the frame that was gathered: Textual looks 120 times a second."""
GATHER_SECONDS = 0.01
"""How long a frame waits for what follows from it on the screen, so that all of it is painted at once."""


class HubApp(App[None]):
    """``fps``: the most frames a second, 0: as many as there are (ten)."""

    class Noticed(Message):
        """The client has something new; what it is stands in the app's own list."""

    def __init__(self, hub: Hub, fps: float = 0.0, clock: Callable[[], float] = monotonic) -> None:
        super().__init__()
        self.hub = hub
        self.pace = FramePace(fps)
        self.gauge = TerminalGauge(clock)
        self.driver_class = gauged(self.driver_class, self.gauge)
        self._clock = clock
        self._followed: dict[int, tuple[View, Callable[[], None]]] = {}
        self._lock = threading.Lock()
        self._changed: set[int] = set()
        """Ids of views with new content: at most the open ones. Guarded by the lock, with what follows."""
        self._link_changed = False
        self._told = False
        self._was_live = False
        self._held: AbstractContextManager[None] | None = None
        """While it is there nothing is painted; what is to be painted gathers in Textual, each widget once."""
        self._painted = self._taken = clock()
        self._painter: Timer | None = None
        self._resting: AbstractContextManager[None] | None = None
        """While it is there what changes waits for the frame that is gathered or due."""
        self._rest: asyncio.TimerHandle | None = None
        """The next step of a frame: paint, rest, be ready."""
        self._filters_of_looks: tuple[LineFilter, ...] = ()
        for theme in THEMES:
            self.register_theme(theme)
        self.stylesheet = KeptRules(self.get_css_variables())

    # How it looks

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the colours of meaning for themes that do not name them."""
        return SEVERITIES

    def wear(self, looks: Looks) -> None:
        """Put on what the looks come to on this terminal: theme, signs, colours, frames."""
        seen = on_terminal(looks)
        filters: list[LineFilter] = [AsciiGlyphs()] if seen.ascii else []
        if seen.colours == "none":
            filters.append(NoColours(Color.parse(NAMED[seen.theme].ground)))
        elif seen.colours == "16":
            filters.append(SixteenColours())
        self._filters_of_looks = tuple(filters)
        self.pace.cap = float(looks.fps)
        self.theme = seen.theme
        self.stylesheet.set_variables(self.get_css_variables())

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Return what is done to each painted line. Colours are ours to leave out: the greys of Textual are colours."""
        own = [one for one in super().get_line_filters() if not isinstance(one, Monochrome)]
        return [*own, *self._filters_of_looks]

    # What an app fills in

    def show_link(self) -> None:
        """Show the state of the connection."""

    def show_pace(self) -> None:
        """Show how many frames there are."""

    # The connection

    def connect(self) -> None:
        """Connect, and begin to look at the terminal."""
        self.hub.notify = self._notice
        self.hub.start()
        self.set_interval(LOOK_SECONDS, self.look_at_terminal)
        self._painter = self.set_interval(PAINT_SECONDS, self._pace_painting, pause=True)

    async def on_unmount(self) -> None:
        """Disconnect."""
        await asyncio.to_thread(self.hub.stop)

    def _notice(self, notice: Notice) -> None:
        """Take note; called on the client's thread."""
        with self._lock:
            if isinstance(notice, ViewChanged):
                self._changed.add(notice.handle.id)
            else:
                self._link_changed = True
            if self._told:
                return
            self._told = True
        self.post_message(self.Noticed())

    @on(Noticed)
    def _wait_for_frame(self) -> None:
        due = self._taken + 1 / self.pace.fps - self._clock()
        if due > 0:
            asyncio.get_running_loop().call_later(due, self._take)
        else:
            self._take()

    def _take(self) -> None:
        if not self.is_running:
            return
        with self._lock:
            changed, self._changed = self._changed, set()
            link_changed, self._link_changed = self._link_changed, False
            self._told = False
        self._taken = self._clock()
        self._gather()
        for number in changed:
            followed = self._followed.get(number)
            if followed is not None:
                followed[1]()
        if link_changed:
            self._was_live = self._was_live or self.hub.link.state is LinkState.LIVE
            self.show_link()

    @property
    def is_lost(self) -> bool:
        """Whether there was a connection and is none."""
        return self._was_live and self.hub.link.state is not LinkState.LIVE

    def follow(self, view: View, changed: Callable[[], None]) -> None:
        """Call ``changed`` now if ``view`` has content, and whenever it has new content."""
        self._followed[view.id] = (view, changed)
        if view.content.loaded:
            changed()

    def unfollow(self, view: View) -> None:
        """Call nobody for ``view`` any more."""
        self._followed.pop(view.id, None)

    # The pace

    @property
    def pace_words(self) -> str:
        """What is to be said of the rate of frames; empty where it is as it should be."""
        return pace_words(self.pace)

    def look_at_terminal(self) -> None:
        """Look how the terminal takes what is written, and go slower or faster."""
        if self.pace.look(self._clock(), self.gauge.waiting, self.gauge.busy()):
            self.show_pace()
        if self._painter is not None:
            if self.pace.slow or self._held is not None or self.gauge.waiting > LOOK_SECONDS:
                self._painter.resume()
            else:
                self._painter.pause()
        self._pace_painting()

    def _pace_painting(self) -> None:
        """Let painting go for a moment when a frame is due, hold it otherwise. At full rate it is never held."""
        now = self._clock()
        stalled = self.gauge.waiting > LOOK_SECONDS
        if not stalled and (not self.pace.slow or now - self._painted >= 1 / self.pace.fps):
            self._painted = now
            self._let_go()
        elif self._held is None and self.is_running and (stalled or now - self._painted >= PAINT_SECONDS):
            self._held = self.batch_update()
            self._held.__enter__()

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.__exit__(None, None, None)

    # A frame at the full rate: what follows from the newest is gathered, painted once, and then painting rests until
    # the next. Where nothing comes, nothing rests.

    def _gather(self) -> None:
        self._step_on(GATHER_SECONDS, self._paint)
        self._be_still()

    def _paint(self) -> None:
        self._step_on(STIR_SECONDS, self._be_ready_later)
        self._stir()

    def _be_ready_later(self) -> None:
        self._step_on(1 / self.pace.fps - GATHER_SECONDS - STIR_SECONDS, self._be_ready)
        self._be_still()

    def _be_ready(self) -> None:
        self._rest = None
        self._stir()

    def _step_on(self, seconds: float, step: Callable[[], None]) -> None:
        if self._rest is not None:
            self._rest.cancel()
        self._rest = asyncio.get_running_loop().call_later(max(seconds, 0.0), step)

    def _be_still(self) -> None:
        if self._resting is None and self.is_running:
            self._resting = self.batch_update()
            self._resting.__enter__()

    def _stir(self) -> None:
        resting, self._resting = self._resting, None
        if resting is not None:
            resting.__exit__(None, None, None)
            if self.is_running and self._screen_stacks[self.current_mode]:
                self.screen.check_idle()

    async def on_event(self, event: events.Event) -> None:
        """Let what a person does be answered at once, also at a low rate, as long as the terminal takes anything."""
        if isinstance(event, events.InputEvent):
            if self._rest is not None:
                self._rest.cancel()
            self._be_ready()
            if isinstance(event, events.Key) and self._held is not None and self.gauge.waiting < LOOK_SECONDS:
                self._painted = self._clock()
                self._let_go()
        await super().on_event(event)
