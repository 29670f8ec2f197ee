"""Asks the hub what SIMs a text speaks of, while it is being written: one question at a time, the newest text only.

An answer to a text that has changed meanwhile is dropped; whether the answer that is there is of what stands on the
screen, ``is_of`` says.
"""

from collections.abc import Awaitable, Callable

from feeds.client import ClientError, Reply
from feeds.model import AskSims, Command, SimsRead

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
        self._wanted: str | None = None
        self._busy = False

    def is_of(self, text: str) -> bool:
        """Return whether there is an answer, and it is about ``text``."""
        return self.answer is not None and not self.problem and self.text == text

    async def ask(self, text: str) -> None:
        """Ask about ``text``; returns when nothing newer is left to be asked."""
        self._wanted = text
        if self._busy:
            return
        self._busy = True
        try:
            while self._wanted is not None:
                wanted, self._wanted = self._wanted, None
                try:
                    answer = (await self._send(AskSims(wanted))).as_(SimsRead)
                except ClientError as error:
                    problem, answer = str(error), None
                else:
                    problem = ""
                if self._wanted is None:
                    # Of a text that has changed meanwhile nothing is said: its own answer is on the way.
                    self.text, self.answer, self.problem = wanted, answer, problem
                    self._changed()
        finally:
            self._busy = False
