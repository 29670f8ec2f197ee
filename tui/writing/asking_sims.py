"""Asks the hub what SIMs a text speaks of, while it is being written: one question at a time, the newest text only.

An answer to a text that has changed meanwhile is dropped; whether the answer that is there is of what stands on the
screen, ``is_of`` says.
"""

from collections.abc import Awaitable, Callable

from feeds.client import ClientError, Reply
from feeds.model import AskSims, Command, SimsRead
from tui.newest import NewestOnly

Send = Callable[[Command], Awaitable[Reply]]
"""Sends a command and gives the answer. Raises ClientError."""


class AskingSims:
    """``changed`` is called when ``answer`` or ``problem`` changed."""

    def __init__(self, send: Send, changed: Callable[[], None]) -> None:
        self.answer: SimsRead | None = None
        self.text = ""
        """The text that the answer, or the problem, is about."""
        self.problem = ""
        self._send = send
        self._changed = changed
        self._asking = NewestOnly(self._ask)

    def is_of(self, text: str) -> bool:
        """Return whether there is an answer, and it is about ``text``."""
        return self.answer is not None and not self.problem and self.text == text

    async def ask(self, text: str) -> None:
        """Ask about ``text``; returns when nothing newer is left to be asked."""
        await self._asking.wish(text)

    async def _ask(self, text: str) -> None:
        try:
            answer = (await self._send(AskSims(text))).as_(SimsRead)
        except ClientError as error:
            problem, answer = str(error), None
        else:
            problem = ""
        if not self._asking.has_newer:
            # Of a text that has changed meanwhile nothing is said: its own answer is on the way.
            self.text, self.answer, self.problem = text, answer, problem
            self._changed()
