"""Keys one at a time: the next is handed on when all that the one before led to is done.

Over a slow line several keys come in one piece. Textual gives each to what has the focus when it comes, and moves the
focus later: of ``/down`` the letters would be commands. Here they wait until the filter is there to be written in.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Final

from textual import events
from textual.app import App
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget

MOST: Final = 2_000
"""Keys that wait, at most. No hand is so far ahead: the oldest are what counts, what comes then is dropped."""
SECONDS: Final = 0.5
"""For so long one key holds up the next, where what it was handed to does not come to an end with it."""
LOOK_EVERY: Final = 0.01
"""Seconds between two looks whether that is still there: what has gone, as a dialog that is answered, says nothing."""


class KeyTurns:
    """The keys and pastes of ``app``; ``hand_on`` gives one to what has the focus."""

    class Done(Message):
        """Follows a key from widget to widget: what comes to the app before it was led to by that key.

        It goes twice: at the second time behind what the key's action has said, such as that a button was pressed.
        """

        def __init__(self, turn: int, rounds: int = 1) -> None:
            super().__init__()
            self.turn = turn
            self.rounds = rounds

    def __init__(self, app: App[Any], hand_on: Callable[[events.Event], Awaitable[None]]) -> None:
        self._app = app
        self._hand_on = hand_on
        self._waiting: deque[events.Event] = deque()
        self._turn = 0
        self._over: asyncio.TimerHandle | None = None
        """There while a key is under way."""

    @property
    def at_rest(self) -> bool:
        """Whether all that was typed has been handed on, and all that it led to is done."""
        return self._over is None and not self._waiting

    async def take(self, event: events.Event) -> None:
        """Hand a key on, now or when its turn comes."""
        if len(self._waiting) >= MOST:
            self._app.bell()
            return
        self._waiting.append(event)
        await self._hand_on_waiting()

    def done(self, message: "KeyTurns.Done") -> None:
        """Note that a key has come through all widgets."""
        if message.turn == self._turn and not (message.rounds and self._first.post_message(self.Done(message.turn, 0))):
            self._leave_widgets()

    def _leave_widgets(self) -> None:
        """Go on at the app. The focus may still be about to move: that stands in line there."""
        if self._over is not None:
            self._app.call_later(self._settle, self._turn, self._screen)

    async def _hand_on_waiting(self) -> None:
        while self._waiting and self._over is None:
            event = self._waiting.popleft()
            if self._is_text(event):
                await self._hand_on(event)
            else:
                await self._hand(event)

    def _is_text(self, event: events.Event) -> bool:
        """Return whether what has the focus just writes it: the focus stays, and nothing has to wait."""
        focused = self._app.focused
        if focused is None or not isinstance(event, events.Key):
            return False
        return event.is_printable and focused.check_consume_key(event.key, event.character)

    async def _hand(self, event: events.Event) -> None:
        self._turn += 1
        self._screen = self._app.screen
        self._over = asyncio.get_running_loop().call_later(SECONDS, self._app.call_later, self._next, self._turn)
        self._first: Widget = self._app.focused or self._screen
        await self._hand_on(event)
        self._first.post_message(self.Done(self._turn))
        self._look_after(self._turn)

    def _look_after(self, turn: int) -> None:
        """Go on where what a key was handed to has gone."""
        if turn != self._turn or self._over is None:
            return
        if self._first.is_attached and self._first.is_running:
            asyncio.get_running_loop().call_later(LOOK_EVERY, self._look_after, turn)
        else:
            self._leave_widgets()

    async def _settle(self, turn: int, before: Screen[Any]) -> None:
        """Let another screen that was put on top come to itself first."""
        top = self._app.screen
        if top is before or not top.call_later(self._app.call_later, self._settle, turn, top):
            await self._next(turn)

    async def _next(self, turn: int) -> None:
        if turn != self._turn or self._over is None:
            return
        self._over.cancel()
        self._over = None
        await self._hand_on_waiting()
