"""The application: it owns the connection, hands changes to whoever follows them, and knows the way between screens.

Changes come on the client's thread. They are gathered there and taken here once per frame, so that a burst of them
costs one refresh; of each view only the newest content is ever shown.
"""

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import ClassVar, TypeVar

from textual import on, work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.message import Message

from feeds.client import ClientError, LinkState, Notice, Reply, ViewChanged
from feeds.model import Command, OutageRow
from tui.acts.palette import ActionProvider
from tui.acts.registry import ACTIONS, EVERYWHERE
from tui.base_screen import VakenScreen
from tui.link import Hub, View
from tui.panes.header import StatusHeader
from tui.promises import PromiseBell
from tui.screens.alarms import AlarmsScreen
from tui.screens.board import BoardScreen
from tui.screens.cases import CasesScreen
from tui.screens.counts import CountsScreen
from tui.screens.help import HelpScreen
from tui.screens.sims import SimsScreen
from tui.screens.space import SpaceScreen
from tui.screens.updates import UpdatesScreen
from tui.situation import Situation
from tui.themes import SEVERITIES, THEMES
from tui.writing.drafting import Drafting, Written
from tui.writing.form import Form
from widgets.confirm import Confirm
from widgets.plain import plain

T = TypeVar("T")

FRAME_SECONDS = 1 / 30
"""Shortest time between two refreshes from the hub."""


class VakenApp(App[None]):
    """``hub`` is the client; ``zone`` the local time zone (None: that of this machine)."""

    TITLE = "vaken"
    CSS_PATH = Path(__file__).with_name("theme.tcss")
    COMMANDS = {ActionProvider}  # noqa: RUF012 - as Textual declares it
    COMMAND_PALETTE_BINDING = "f1"
    MODES = {  # noqa: RUF012
        "board": BoardScreen,
        "alarms": AlarmsScreen,
        "cases": CasesScreen,
        "counts": CountsScreen,
        "space": SpaceScreen,
    }
    DEFAULT_MODE = "board"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(action.key, action.name, action.title, show=False) for action in ACTIONS if EVERYWHERE in action.where
    ]

    class Noticed(Message):
        """The client has something new; what it is stands in the app's own list."""

    def __init__(
        self,
        hub: Hub,
        zone: tzinfo | None = None,
        wall_clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__()
        self.hub = hub
        self.zone = zone
        self.wall_clock = wall_clock
        self.situation = Situation(hub)
        self.forms: dict[str, Form] = {}
        """What was written for each outage and not sent yet."""
        self._followed: dict[int, tuple[View, Callable[[], None]]] = {}
        self._lock = threading.Lock()
        self._changed: set[int] = set()
        """Ids of views with new content: at most the open ones. Guarded by the lock, with what follows."""
        self._link_changed = False
        self._told = False
        self._was_live = False
        self._bell = PromiseBell()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = THEMES[0].name

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the colours of meaning for themes that do not name them."""
        return SEVERITIES

    # The connection

    def on_mount(self) -> None:
        """Connect."""
        self.hub.notify = self._notice
        self.situation.open(self.follow, self._show_situation)
        self.hub.start()
        self.set_interval(1, self._tick)
        self._show_link()

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
        self.set_timer(FRAME_SECONDS, self._take)

    def _take(self) -> None:
        if not self.is_running:
            return
        with self._lock:
            changed, self._changed = self._changed, set()
            link_changed, self._link_changed = self._link_changed, False
            self._told = False
        for number in changed:
            followed = self._followed.get(number)
            if followed is not None:
                followed[1]()
        if link_changed:
            self._show_link()

    def follow(self, view: View, changed: Callable[[], None]) -> None:
        """Call ``changed`` now if ``view`` has content, and whenever it has new content."""
        self._followed[view.id] = (view, changed)
        if view.content.loaded:
            changed()

    def unfollow(self, view: View) -> None:
        """Call nobody for ``view`` any more."""
        self._followed.pop(view.id, None)

    async def send(self, command: Command) -> Reply:
        """Send a command and return the answer. Raises ClientError."""
        return await asyncio.wrap_future(self.hub.do(command))

    async def do(self, command: Command) -> Reply | None:
        """Send a command; what goes wrong is said to the person, and None returned."""
        try:
            return await self.send(command)
        except ClientError as error:
            self.say(str(error), bad=True)
            return None

    def read(self, reply: Reply, kind: type[T]) -> T | None:
        """Return what an answer holds; what goes wrong is said to the person, and None returned."""
        try:
            return reply.as_(kind)
        except ClientError as error:
            self.say(str(error), bad=True)
            return None

    @work(group="draft")
    async def keep_draft(self, drafting: Drafting, written: Written) -> None:
        """Bring a draft to the hub although its screen is closed; what goes wrong is said."""
        await drafting.write(written)
        form = self.forms.get(drafting.outage)
        if form is not None:
            form.update = drafting.update
        if drafting.problem:
            self.say(f"The draft for {drafting.outage} is not on the hub: {drafting.problem}", bad=True)

    def say(self, text: str, *, bad: bool = False) -> None:
        """Say something to the person, in passing."""
        self.notify(plain(text), severity="error" if bad else "information", timeout=8 if bad else 4, markup=False)

    # What is shown on every screen

    def _headers(self) -> list[StatusHeader]:
        return [header for screen in self.screen_stack for header in screen.query(StatusHeader)]

    def _show_situation(self) -> None:
        for header in self._headers():
            header.show()
        for screen in self.screen_stack:
            if isinstance(screen, CountsScreen):
                screen.refresh_counts()

    def _show_link(self) -> None:
        live = self.hub.link.state is LinkState.LIVE
        self._was_live = self._was_live or live
        for stack in self._screen_stacks.values():
            for screen in stack:
                screen.set_class(not live and self._was_live, "-lost")
        for header in self._headers():
            header.show()

    def _tick(self) -> None:
        if not self.is_running:
            return
        if self._bell.rings(self.situation.promises, self.hub.now()):
            self.bell()
        for screen in self.screen_stack:
            if isinstance(screen, VakenScreen):
                screen.tick()

    # The way between screens

    def _vaken_screen(self) -> VakenScreen | None:
        return next((s for s in reversed(self.screen_stack) if isinstance(s, VakenScreen)), None)

    def open_outage(self, row: OutageRow) -> None:
        """Open the screen of one outage."""
        from tui.screens.outage import OutageScreen

        self.push_screen(OutageScreen(row))

    def go_back(self) -> None:
        """Go one screen back; from the first screen of a mode, to the board."""
        if len(self.screen_stack) > 1:
            self.pop_screen()
        elif self.current_mode != "board":
            self.switch_mode("board")

    async def _go(self, mode: str) -> None:
        """Go to a mode; once more from within it: to its first screen."""
        if self.current_mode != mode:
            await self.switch_mode(mode)
            self._show_link()
        else:
            while len(self.screen_stack) > 1:
                await self.pop_screen()

    async def action_go_board(self) -> None:
        """Show the board."""
        await self._go("board")

    async def action_go_alarms(self) -> None:
        """Show the alarms."""
        await self._go("alarms")

    async def action_go_cases(self) -> None:
        """Show the cases."""
        await self._go("cases")

    async def action_go_counts(self) -> None:
        """Show the counts."""
        await self._go("counts")

    async def action_go_space(self) -> None:
        """Show SIM space."""
        await self._go("space")

    async def show_cases(self, filter: str) -> None:
        """Show the cases that pass ``filter``."""
        await self._go("cases")
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        screen = self.screen
        if isinstance(screen, CasesScreen):
            screen.show_filtered(filter)

    def action_look_up(self) -> None:
        """Look SIMs up."""
        self.push_screen(SimsScreen())

    async def action_go_updates(self) -> None:
        """Show the updates of all outages."""
        if not isinstance(self.screen, UpdatesScreen):
            await self.push_screen(UpdatesScreen())

    def action_palette(self) -> None:
        """Open the palette."""
        self.action_command_palette()

    def action_help(self) -> None:
        """Show what the keys do."""
        screen = self._vaken_screen()
        if screen is not None:
            self.push_screen(HelpScreen(screen.where))

    async def action_back(self) -> None:
        """Let the screen let go of what it holds; else go one screen back."""
        screen = self.screen
        if isinstance(screen, VakenScreen):
            screen.action_back()
        else:
            self.go_back()

    @work(group="quit", exclusive=True)
    async def action_quit_vaken(self) -> None:
        """End; deeper than the first screen ask before."""
        if len(self.screen_stack) > 1:
            answer = await self.push_screen_wait(
                Confirm("Quit vaken?", ["The hub goes on; drafts are kept there."], verb="Quit", stay="Stay")
            )
            if answer is None:
                return
        self.exit()
