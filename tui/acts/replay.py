"""Steering a replay from any screen: the keys count only where the hub is a replay, and come before those of tables.

Mixed into the app. What the bar shows of it is ``tui.panes.replay_bar``.
"""

from datetime import datetime
from typing import TYPE_CHECKING, cast

from textual import work
from textual.widgets import Input, TextArea

from feeds.client import LinkState
from feeds.model import Replay, ReplayRow
from tui.link import View

if TYPE_CHECKING:
    from tui.app import VakenApp

SPEEDS = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 1000.0)
"""Times real time."""


def next_speed(speed: float, faster: bool) -> float:
    """Return the next speed up or down."""
    if faster:
        return next((one for one in SPEEDS if one > speed), SPEEDS[-1])
    return next((one for one in reversed(SPEEDS) if one < speed), SPEEDS[0])


class Replaying:
    """Where the replay stands that the app is connected to; ``row`` None: it is a hub at work."""

    def __init__(self, app: "VakenApp") -> None:
        self._app = app
        self._view: View | None = None

    @property
    def here(self) -> bool:
        """Whether this is a replay."""
        return self._app.hub.link.rate is not None

    @property
    def row(self) -> ReplayRow | None:
        """Where it stands."""
        rows = self._view.content.rows if self._view is not None and self.here else ()
        return next((row for row in rows if isinstance(row, ReplayRow)), None)

    def look(self) -> None:
        """Follow the replay, once it is known to be one; called when the link changed."""
        if self.here and self._view is None and self._app.hub.link.state is LinkState.LIVE:
            self._view = self._app.hub.open("replay", window=(0, 1))
            self._app.follow(self._view, self._app.show_replay)

    @property
    def takes_keys(self) -> bool:
        """Whether the keys of a replay count now: not while somebody writes, or a dialog is open."""
        app = self._app
        return self.here and not app.screen.is_modal and not isinstance(app.focused, Input | TextArea)


class ReplayActions:
    """The actions ``replay_…`` of the app."""

    def _replay_app(self) -> "VakenApp":
        return cast("VakenApp", self)

    async def _steer(self, command: Replay) -> None:
        await self._replay_app().do(command)

    async def action_replay_play(self) -> None:
        """Play, or stand still."""
        row = self._replay_app().replaying.row
        await self._steer(Replay(to="pause" if row is not None and row.playing else "play"))

    async def action_replay_step(self, steps: int = 1) -> None:
        """Go by facts."""
        await self._steer(Replay(to="step", steps=steps))

    async def action_replay_back(self) -> None:
        """Go one fact back."""
        await self.action_replay_step(-1)

    async def action_replay_next_event(self) -> None:
        """Go to the next event of an outage."""
        await self._steer(Replay(to="event", steps=1))

    async def action_replay_last_event(self) -> None:
        """Go to the event of an outage before."""
        await self._steer(Replay(to="event", steps=-1))

    async def action_replay_faster(self) -> None:
        """Play faster."""
        await self._change_speed(faster=True)

    async def action_replay_slower(self) -> None:
        """Play slower."""
        await self._change_speed(faster=False)

    async def _change_speed(self, *, faster: bool) -> None:
        row = self._replay_app().replaying.row
        if row is not None:
            await self._steer(Replay(to="speed", speed=next_speed(row.speed, faster)))

    async def action_replay_mark(self) -> None:
        """Name this moment."""
        app = self._replay_app()
        if await app.do(Replay(to="mark")) is not None:
            app.say("This moment has a bookmark; t shows them all.")

    @work(group="replay", exclusive=True)
    async def action_replay_seek(self) -> None:
        """Ask for a moment, or a bookmark, and go there."""
        from tui.screens.moment import MomentScreen

        app = self._replay_app()
        row = app.replaying.row
        if row is None:
            return
        found = await app.push_screen_wait(MomentScreen("Go to", row.last_at or row.at, row.marks))
        match found:
            case datetime():
                await self._steer(Replay(to="seek", at=found))
            case int():
                await self._steer(Replay(to="seek", seq=found))
            case str():
                await self._steer(Replay(to="seek", name=found))
