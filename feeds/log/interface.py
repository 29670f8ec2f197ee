"""What the rest of the hub knows of the log: batches, damage, errors and the protocol that every log keeps.

Leaves to others: how facts reach the disk (``sqlite``), what a fact is (``feeds.facts``).
"""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Protocol

from msgspec import Struct

from feeds.facts import NOWHERE, Entry, Fact, Origin
from feeds.log.large import Large


class Batch(Struct, frozen=True):
    """Entries that follow each other without a gap, from ``first`` to ``last``, both included."""

    entries: tuple[Entry, ...]
    first: int
    last: int


class Damage(Struct, frozen=True):
    """Where a log stops being good. ``after`` is the last good sequence, 0 where nothing is good."""

    place: str
    after: int
    why: str

    def __str__(self) -> str:
        good = f"the facts up to {self.after} are good and served" if self.after else "no fact before it is left"
        return (
            f"The log is damaged at {self.place}: {self.why}; {good}, "
            "and nothing is appended until a backup is restored or the log is cut there."
        )


class Report(Struct, frozen=True):
    """What a check of a whole log found. ``last`` is the last good sequence, ``batches`` how many are good."""

    last: int
    batches: int
    damage: Damage | None


class LogError(Exception):
    """The log cannot do what was asked. The message says what, where and what to do."""


class LogLocked(LogError):
    """Another hub holds the directory."""


class LogDamaged(LogError):
    """The log is damaged and takes no more facts."""

    def __init__(self, damage: Damage) -> None:
        super().__init__(str(damage))
        self.damage = damage


class LogFull(LogError):
    """The disk did not take the facts: full, read-only or failing. Nothing of this append was kept; try again later.

    One exception to *nothing*: where the machine dies at once after a disk refused the flush, the facts may be found
    in the log at the next start. Nobody was told that they are kept, so a sender who repeats them is right.
    """


class LogBusy(LogError):
    """Too many facts wait for the disk. Nothing of this append was kept; try again shortly."""


class LogRefused(LogError):
    """This append can never be kept: a fact in it has no JSON form, or it is too large for one batch."""


class FactLog(Protocol):
    """One ordered, durable log of facts."""

    @property
    def last(self) -> int:
        """The last durable sequence that was delivered; 0 when the log is empty."""

    @property
    def damage(self) -> Damage | None:
        """Where the log stops being good, or None as far as was looked."""

    @property
    def waiting(self) -> int:
        """How many facts are appended and not yet answered."""

    @property
    def begins(self) -> int:
        """The sequence after which the log begins: 0, or the last one that was pruned."""

    @property
    def shut(self) -> str:
        """Why the disk let the log be opened for reading alone, as a sentence; empty when it is open for appends."""

    async def open_again(self) -> bool:
        """Open a log that is ``shut`` for appends, where the disk lets it be; return whether it is open."""

    @property
    def failure(self) -> str:
        """Why the log takes nothing more until the hub is started again, as a sentence; empty when it does."""

    def read(self, after: int = 0) -> Iterator[Batch]:
        """Yield the good batches with facts after sequence ``after``, in order, each verified; stop at damage.

        Blocks on the disk: call it from a thread, or before the event loop has other work. When it ends early,
        ``damage`` says why.
        """

    def check_at(self, seq: int) -> bytes | None:
        """Return the chain check (16 bytes) of the batch that ends at ``seq``, or None when no good batch ends there.

        Two logs with the same check at a sequence hold the same facts up to it. Blocks on the disk.
        """

    async def append(self, by: str, facts: Sequence[Fact], seen: int = 0, origin: Origin = NOWHERE) -> Batch:
        """Keep ``facts``, all or none, and return them as entries once they are on disk and delivered.

        ``by`` is who said them, ``seen`` the sequence that a person saw when deciding, ``origin`` where that person
        was. Cancelling the wait does not take the facts back. Raises LogFull, LogBusy, LogRefused, LogDamaged, or
        LogError when the log is closed or has failed.
        """

    def submit(
        self, by: str, facts: Sequence[Fact], seen: int = 0, origin: Origin = NOWHERE
    ) -> "asyncio.Future[Batch]":
        """As ``append``, for those who have no task that could wait; what cannot be queued is raised at once."""

    async def append_large(self, by: str, large: Large, seen: int = 0, origin: Origin = NOWHERE) -> Batch:
        """As ``append``, for one fact that was encoded beforehand."""

    async def prune(self, until: int, board: bytes, by: str) -> int:
        """Take what is up to the batch that ends at ``until`` off the beginning; ``board`` is the board after it."""

    async def close(self) -> None:
        """Keep and deliver what waits, then let the directory go. May be called again."""
