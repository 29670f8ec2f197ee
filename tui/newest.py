"""One thing at a time, the newest wish only: what is wished for while a step is under way replaces what was wished."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Wish = TypeVar("Wish")


class NewestOnly(Generic[Wish]):
    """Calls ``step`` with wishes, never twice at the same time."""

    def __init__(self, step: Callable[[Wish], Awaitable[None]]) -> None:
        self.busy = False
        """Whether a step is under way."""
        self._step = step
        self._wished: list[Wish] = []

    @property
    def has_newer(self) -> bool:
        """Whether something was wished for since the step under way began."""
        return bool(self._wished)

    async def wish(self, wish: Wish) -> None:
        """Ask for a step; returns when nothing newer is left to be done, or at once where a step is under way."""
        self._wished[:] = [wish]
        if self.busy:
            return
        self.busy = True
        try:
            while self._wished:
                await self._step(self._wished.pop())
        finally:
            self.busy = False
