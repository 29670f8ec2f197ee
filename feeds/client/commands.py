"""Commands on their way: each is sent at most once, and each future ends.

At most ``MAX_COMMANDS`` may wait for an answer; one more is refused at once: no person sends so many without waiting,
and a program that does is wrong.
"""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import Future

from msgspec import Struct

from feeds.client.errors import AnswerLost, ClientError, NotConnected, Refused
from feeds.client.reply import Reply
from feeds.client.wire import write_command
from feeds.model.commands import Command

MAX_COMMANDS = 64


class _Waiting(Struct):
    future: Future[Reply]
    text: str
    sent: bool = False


class Commands:
    """The commands of one client. Any thread may use it. Futures end outside of the lock: callbacks may come back."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[int, _Waiting] = {}
        self._unsent: deque[int] = deque()
        self._closed_because: str | None = "there is no connection to the hub yet"

    def admit(self) -> None:
        """Take commands from here on: the link is live."""
        with self._lock:
            self._closed_because = None

    def put(self, number: int, command: Command) -> Future[Reply]:
        """Queue ``command`` and return the future of its answer, which has ended already where it cannot be sent."""
        future: Future[Reply] = Future()
        # From here on a cancel has no effect, as it would have none on the hub.
        future.set_running_or_notify_cancel()
        text = write_command(command, number)
        problem: ClientError | None = None
        with self._lock:
            if self._closed_because is not None:
                problem = NotConnected(f"not sent: {self._closed_because}")
            elif len(self._waiting) >= MAX_COMMANDS:
                problem = ClientError(f"not sent: {MAX_COMMANDS} commands wait for the hub's answer already")
            else:
                self._waiting[number] = _Waiting(future, text)
                self._unsent.append(number)
        if problem is not None:
            future.set_exception(problem)
        return future

    def to_send(self) -> list[str]:
        """Return the messages to be sent now; from here on they count as sent."""
        with self._lock:
            texts = []
            for number in self._unsent:
                self._waiting[number].sent = True
                texts.append(self._waiting[number].text)
            self._unsent.clear()
            return texts

    def answer(self, number: int, answer: Reply | Refused) -> None:
        """End a command with the hub's answer. One that was given up meanwhile is past answering."""
        waiting = self._take(number)
        if waiting is None:
            return
        if isinstance(answer, Reply):
            waiting.future.set_result(answer)
        else:
            waiting.future.set_exception(answer)

    def too_late(self, number: int, timeout: float) -> None:
        """Give up a command whose answer did not come within ``timeout`` seconds."""
        waiting = self._take(number)
        if waiting is None:
            return
        if waiting.sent:
            text = f"the hub did not answer within {timeout:g} s; look whether it was done before doing it again"
            waiting.future.set_exception(AnswerLost(text))
        else:
            waiting.future.set_exception(NotConnected(f"not sent: the hub took nothing for {timeout:g} s"))

    def end(self, why: str) -> None:
        """Take no more, and end all that wait: the link was lost."""
        with self._lock:
            self._closed_because = why
            left = list(self._waiting.values())
            self._waiting.clear()
            self._unsent.clear()
        for waiting in left:
            if waiting.sent:
                text = f"the answer was lost ({why}); look whether it was done before doing it again"
                waiting.future.set_exception(AnswerLost(text))
            else:
                waiting.future.set_exception(NotConnected(f"not sent: {why}"))

    def _take(self, number: int) -> _Waiting | None:
        with self._lock:
            waiting = self._waiting.pop(number, None)
            if waiting is not None and not waiting.sent:
                self._unsent.remove(number)
            return waiting
