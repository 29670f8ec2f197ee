"""How much of something bounded a feed may hold. Pure."""

from feeds.sources import SourceError


class Overloaded(SourceError):
    """The hub has enough to do with what came before; the same body may be sent again."""

    status = 503


class Bound:
    """So much of something may be held, by all feeds together; each at most as much as is still free then.

    One feed alone gets half, two get a third each: there is always room left for one that was quiet, and nobody has
    to say beforehand how many feeds there are (Choudhury and Hahne, dynamic queue length thresholds, 1998).
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self.held = 0
        """By all feeds."""
        self._by: dict[str, int] = {}

    def of(self, feed: str) -> int:
        """Return how much a feed holds."""
        return self._by.get(feed, 0)

    def has_room(self, feed: str, size: int) -> bool:
        """Whether a feed may hold ``size`` more."""
        return self.of(feed) + size <= self.most - self.held

    def fullness(self, feed: str) -> float:
        """Return what a feed holds as a share of what it may hold: 0 nothing, 1 and more: full."""
        own = self._by.get(feed, 0)
        return own / max(1, self.most - self.held) if own else float(self.held >= self.most)

    def add(self, feed: str, size: int) -> None:
        """Note that a feed holds ``size`` more."""
        self.held += size
        self._by[feed] = self._by.get(feed, 0) + size

    def remove(self, feed: str, size: int) -> None:
        """Note that a feed holds ``size`` less."""
        self.held -= size
        left = self._by.get(feed, 0) - size
        if left > 0:
            self._by[feed] = left
        else:
            self._by.pop(feed, None)
