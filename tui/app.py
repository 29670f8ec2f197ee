"""The application: what stands on all screens, what is kept, how all of it looks.

The connection and the pace of frames are the matter of what it is built on (tui/hub_app.py), the way between screens
that of tui.acts.going.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from textual import events, on, work
from textual.command import CommandPalette
from textual.screen import Screen

from feeds.client import ClientError, LinkState, Reply
from feeds.model import Command
from tui.acts.chords import Chords
from tui.acts.going import GoingActions
from tui.acts.hints import Hints
from tui.acts.key_turns import KeyTurns
from tui.acts.palette import ActionProvider, CommandLine
from tui.acts.registry import EVERYWHERE, bindings, is_allowed
from tui.acts.replay import ReplayActions, Replaying
from tui.base_screen import VakenScreen
from tui.hub_app import HubApp
from tui.kept import Kept, KeptFile, NotKept, left_key, with_chosen, with_left
from tui.link import Hub
from tui.looks import zone_of
from tui.panes.header import StatusHeader
from tui.panes.replay_bar import ReplayBar
from tui.preferences import Preferences, problems_words
from tui.promises import PromiseBell
from tui.screens.reading import MODES, first_screen, read_ahead
from tui.situation import Situation
from tui.writing.drafting import Drafting, Written
from tui.writing.form import Form
from widgets.clocks import Clocks
from widgets.confirm import Confirm
from widgets.plain import plain

T = TypeVar("T")

KEEP_LEFT_EVERY = 60
"""Seconds between two notes that this person is here."""


class VakenApp(GoingActions, ReplayActions, HubApp):
    """``hub`` is the client; ``zone`` the local time zone (None: that of this machine)."""

    TITLE = "vaken"
    CSS_PATH = Path(__file__).with_name("theme.tcss")
    COMMANDS = {ActionProvider}  # noqa: RUF012 - as Textual declares it
    COMMAND_PALETTE_BINDING = "f1"
    MODES = {mode: partial(first_screen, mode) for mode in MODES}  # noqa: RUF012
    DEFAULT_MODE = "board"
    BINDINGS = [*bindings(EVERYWHERE), *bindings("replay")]  # noqa: RUF012 - as Textual declares it

    def __init__(
        self,
        hub: Hub,
        zone: tzinfo | None = None,
        wall_clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        kept: KeptFile | None = None,
        preferences: Preferences | None = None,
    ) -> None:
        super().__init__(hub)
        self.kept = kept if kept is not None else KeptFile()
        """What the person chose: tables, filters by name, the history of filters."""
        self.preferences = preferences if preferences is not None else Preferences.plain()
        """How the person wants screens and keys to be; changed with ``choose``."""
        self.preferences.know(self.kept.now.chosen)
        self.keymap = self.preferences.keymap()
        """Which key does what."""
        self.key_turns = KeyTurns(self, self._hand_on)
        self.chords = Chords()
        self._offered = hub.link.may
        """What this terminal may do, as it is offered now."""
        self.zone = zone if zone is not None else zone_of(self.preferences.looks.zone)
        self.wall_clock = wall_clock
        self.situation = Situation(hub)
        self.replaying = Replaying(self)
        """Where the replay stands, if the hub is one."""
        self.exports = Path.cwd()
        """Where notes and timelines are written."""
        self.left_before = self.kept.now.left.get(left_key(hub.who, hub.url))
        """When this person left last, by the hub's clock; None: it is not known."""
        self._stayed = 0
        self.forms: dict[str, Form] = {}
        """What was written for each outage and not sent yet."""
        self.has_started: Callable[[], None] = lambda: None
        """Called on a thread when the first screen stands and the others are read."""
        self._bell = PromiseBell()
        self._dress()

    # The connection

    def on_mount(self) -> None:
        """Connect."""
        self.situation.open(self.follow, self._show_situation)
        self.connect()
        self.set_interval(1, self._tick)
        self.set_keymap(self.keymap.bound())
        self.show_link()
        if self.preferences.problems:
            self.say(problems_words(self.preferences.problems), bad=True)
        if self.kept.trouble:
            self.say(self.kept.trouble, bad=True)

    def on_ready(self) -> None:
        """Read the other screens, now that the first one stands."""
        self.run_worker(self._read_ahead, group="read ahead", thread=True)

    def _read_ahead(self) -> None:
        read_ahead()
        self.has_started()

    async def on_unmount(self) -> None:
        """Note when the person left, before the connection ends."""
        self._keep_left()

    def _keep_left(self) -> None:
        """Note that this person was here until now: at the end, and now and then, since terminals are killed too."""
        if self._was_live and not self.replaying.here:
            key, now = left_key(self.hub.who, self.hub.url), self.hub.now()
            self.keep(lambda kept: with_left(kept, key, now))

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

    def keep(self, change: Callable[[Kept], Kept]) -> None:
        """Keep a choice for the next start; where that cannot be, it is said."""
        try:
            self.kept.save(change)
        except NotKept as error:
            self.say(str(error), bad=True)

    # What is shown on every screen

    def _headers(self) -> list[StatusHeader]:
        return [header for screen in self.screen_stack for header in screen.query(StatusHeader)]

    def show_pace(self) -> None:
        """Say how many frames there are."""
        for header in self._headers():
            header.show()

    def _show_situation(self) -> None:
        for header in self._headers():
            header.show()
        for screen in self.screen_stack:
            if isinstance(screen, VakenScreen):
                screen.situation_changed()

    def show_link(self) -> None:
        """Show the state of the connection on all screens."""
        live = self.hub.link.state is LinkState.LIVE
        self._was_live = self._was_live or live
        self.replaying.look()
        self.show_replay()
        for stack in self._screen_stacks.values():
            for screen in stack:
                screen.set_class(not live and self._was_live, "-lost")
        for header in self._headers():
            header.show()
        if self.hub.link.may != self._offered:
            self._offered = self.hub.link.may
            self.refresh_bindings()
            self._show_hints()

    def _tick(self) -> None:
        if not self.is_running:
            return
        self._stayed += 1
        if self._stayed % KEEP_LEFT_EVERY == 0:
            self._keep_left()
        if self._bell.rings(self.situation.promises, self.hub.now()):
            self.bell()
        for screen in self.screen_stack:
            if isinstance(screen, VakenScreen):
                screen.tick()

    def show_replay(self) -> None:
        """Show where the replay stands, on every screen; nothing on a hub at work."""
        for stack in self._screen_stacks.values():
            for screen in stack:
                for bar in screen.query(ReplayBar):
                    bar.show()

    def stack_of(self, screen: Screen[Any]) -> list[Screen[Any]]:
        """Return the screens among which one lies, the lowest first; that one alone where it is not shown yet."""
        return next((list(stack) for stack in self._screen_stacks.values() if screen in stack), [screen])

    def _vaken_screen(self) -> VakenScreen | None:
        return next((s for s in reversed(self.screen_stack) if isinstance(s, VakenScreen)), None)

    # Looks and keys

    def choose(self, name: str, value: str) -> None:
        """Let a choice count from now on and at the next start; empty: as it is without one. Raises BadChoice."""
        self.preferences.choose(name, value)
        self.keep(lambda kept: with_chosen(kept, name, value))
        self.keymap = self.preferences.keymap()
        self.chords.first = ""
        self.set_keymap(self.keymap.bound())
        self.zone = zone_of(self.preferences.looks.zone)
        self._dress()
        for stack in self._screen_stacks.values():
            for screen in stack:
                for widget in screen.walk_children(with_self=True):
                    if isinstance(widget, Clocks):
                        widget.zone = self.zone
                    widget.notify_style_update()
                    widget.refresh(layout=isinstance(widget, Clocks))

    def _dress(self) -> None:
        """Put on theme, density and signs."""
        looks = self.preferences.looks
        self.wear(looks)
        self.set_class(looks.density == "compact", "-compact")

    def _show_hints(self) -> None:
        for stack in self._screen_stacks.values():
            for screen in stack:
                for hints in screen.query(Hints):
                    hints.refresh()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave out what this terminal may not do."""
        if action.startswith("replay_"):
            return self.replaying.takes_keys
        return is_allowed(EVERYWHERE, action, self.hub.link.may)

    async def on_event(self, event: events.Event) -> None:
        """Take what is typed one key at a time."""
        if isinstance(event, events.Key | events.Paste) and not event.is_forwarded:
            await self.key_turns.take(event)
        else:
            await super().on_event(event)

    @on(KeyTurns.Done)
    def _key_is_done(self, message: KeyTurns.Done) -> None:
        self.key_turns.done(message)

    async def _hand_on(self, event: events.Event) -> None:
        """Take two keys that belong together before one of them does something else."""
        if isinstance(event, events.Key) and isinstance(self.screen, VakenScreen):
            waited = self.chords.first
            if waited or self.keymap.follows(event.key):
                used, act = self.chords.take(event, self.screen.active_bindings, self.screen.focused)
                if waited != self.chords.first:
                    self._show_hints()
                if act is not None:
                    await self.run_action(act.binding.action, act.node)
                if used:
                    return
        await super().on_event(event)

    def action_palette(self) -> None:
        """Open the palette."""
        self.action_command_palette()

    def action_command_palette(self) -> None:
        """Open the palette over the screen that is in sight."""
        if not isinstance(self.screen, CommandPalette):
            self.push_screen(CommandLine(self.screen))

    @work(group="help", exclusive=True)
    async def action_help(self) -> None:
        """Show what the keys do; from there to the tour and the settings."""
        from tui.screens.help import HelpScreen

        screen = self._vaken_screen()
        if screen is None:
            return
        match await self.push_screen_wait(HelpScreen(screen.where)):
            case "tour":
                self.action_tour()
            case "settings":
                self.action_settings()

    def action_tour(self) -> None:
        """Show the screen part by part."""
        from tui.screens.tour import TourScreen

        screen = self._vaken_screen()
        if screen is not None:
            self.push_screen(TourScreen(screen))

    def action_settings(self) -> None:
        """Show what a person can choose."""
        from tui.screens.settings import SettingsScreen

        self.push_screen(SettingsScreen())

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
