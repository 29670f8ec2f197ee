"""Bodies in memory: what is being read and parsed, bounded in bytes, in all and fairly by feed.

What is full answers 503 at once; nothing waits here. The lane's small bodies are bounded by its connections.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from feeds.hub.pressure.bounds import Bound, Overloaded


class Held:
    """The bytes of one body, as far as it has come."""

    __slots__ = ("_bodies", "_feed", "size")

    def __init__(self, bodies: "Bodies", feed: str) -> None:
        self._bodies = bodies
        self._feed = feed
        self.size = 0

    def add(self, size: int) -> None:
        """Note that ``size`` more bytes came. Raises Overloaded."""
        self._bodies.add(self._feed, size)
        self.size += size

    def release(self) -> None:
        """The body is no longer needed."""
        if self.size:
            self._bodies.remove(self._feed, self.size)
            self.size = 0


class Bodies:
    """Bodies of one kind. ``most``: bytes of all of them together."""

    def __init__(self, most: int) -> None:
        self._bound = Bound(most)

    @property
    def held(self) -> int:
        """Bytes that are held now."""
        return self._bound.held

    def add(self, feed: str, size: int) -> None:
        """Note that ``size`` more bytes came. Raises Overloaded."""
        if not self._bound.has_room(feed, size):
            raise Overloaded(
                f"{self._bound.held / 2**20:,.0f} MiB of bodies are being read already, and at most "
                f"{self._bound.most / 2**20:,.0f} are; nothing of this was kept: send it again in a moment"
            )
        self._bound.add(feed, size)

    def remove(self, feed: str, size: int) -> None:
        """Note that so many bytes are no longer needed."""
        self._bound.remove(feed, size)

    @contextmanager
    def holding(self, feed: str) -> Iterator[Held]:
        """While a body of ``feed`` is read and parsed."""
        held = Held(self, feed)
        try:
            yield held
        finally:
            held.release()
