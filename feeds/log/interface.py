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
    """Where a log stops being good. ``after`` is the last good sequence, 0 where nothing is good.

    ``behind`` to ``last``: what is good again at its end, proven by the chain; 0: nothing is. ``base``: the sequence of
    a board that holds what the damaged facts did, from which a hub goes on; 0: there is none.
    """

    place: str
    after: int
    why: str
    behind: int = 0
    last: int = 0
    base: int = 0

    @property
    def count(self) -> int:
        """How many facts behind it are good."""
        return self.last - self.behind + 1 if self.behind else 0

    def __str__(self) -> str:
        good = f"the facts up to {self.after} are good" if self.after else "no fact before it is left"
        said = f"The log is damaged at {self.place}: {self.why}; {good}"
        behind = f"{self.count:,} behind it, {self.behind}–{self.last}, are good too"
        if self.base:
            return (
                f"{said}, and {behind}. The snapshot at {self.base} holds what the damaged ones did: a hub goes on "
                "from it and takes facts. Copy the directory, leave its snapshots alone, and look at the disk."
            )
        # Who reads facts does not look for snapshots: what is said of them has to be true whether there is one or not.
        served = f"{said} and served" if self.after else said
        if self.behind:
            served = f"{served}; {behind}, but of use only with a snapshot that holds what the damaged ones did"
            return f"{served}: without one nothing is appended until a backup is restored or the log is cut there."
        return f"{served}, and nothing is appended until a backup is restored or the log is cut there."


class Report(Struct, frozen=True):
    """What a check of a whole log found. ``last`` is the last good sequence, ``batches`` how many are good.

    ``base``: what is wrong with the board that a pruned log begins from; ``doubt``: what cannot be told of a log that
    is not damaged. Both are sentences, empty where all is well.
    """

    last: int
    batches: int
    damage: Damage | None
    base: str = ""
    doubt: str = ""


class LogError(Exception):
    """The log cannot do what was asked. The message says what, where and what to do."""


class LogLocked(LogError):
    """Another hub holds the directory."""


class LogDamaged(LogError):
    """The log is damaged and takes no more facts."""

    def __init__(self, damage: Damage) -> None:
        super().__init__(str(damage))
        self.damage = damage


class LogChanged(LogError):
    """The chain is sound, but it is not the one that an earlier head was of."""


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
    def gap(self) -> Damage | None:
        """Damage under the board that this log was opened with: facts are taken all the same, and nothing is pruned."""

    def note_gap(self, gap: Damage) -> None:
        """Take note of such damage, found by a look at what lies before that board."""

    @property
    def doubt(self) -> str:
        """What could not be told of this log when it was opened, as a sentence; empty when all could be."""

    @property
    def waiting(self) -> int:
        """How many facts are appended and not yet answered."""

    @property
    def begins(self) -> int:
        """The sequence after which the log begins: 0, or the last one that was pruned."""

    @property
    def shut(self) -> str:
        """Why the disk let the log be opened for reading alone, as a sentence; empty when it is open for appends."""

    @property
    def refused(self) -> str:
        """Why the disk did not take facts, as a sentence, until it takes as much again; empty while it does."""

    async def try_disk(self) -> bool:
        """Ask the disk whether it takes facts, as many bytes as it refused; open the log for appends if it is ``shut``.

        Returns whether facts are taken; ``shut`` and ``refused`` say why not. Nothing is appended.
        """

    @property
    def failure(self) -> str:
        """Why the log takes nothing more until the hub is started again, as a sentence; empty when it does."""

    def read(self, after: int = 0, check: bytes = b"") -> Iterator[Batch]:
        """Yield the good batches with facts after sequence ``after``, in order, each verified; stop at damage.

        ``check``: the chain's check at ``after`` as a snapshot knows it; then nothing before is looked at.

        Blocks on the disk: call it from a thread, or before the event loop has other work. When it ends early,
        ``damage`` says why.
        """

    def check_at(self, seq: int) -> bytes | None:
        """Return the chain check (16 bytes) of the batch that ends at ``seq``, or None when no good batch ends there.

        Two logs with the same check at a sequence hold the same facts up to it. Blocks on the disk.
        """

    def belongs(self, seq: int, check: bytes) -> bool:
        """Return whether a board after sequence ``seq``, where the chain's check was ``check``, is one of this log.

        Blocks on the disk.
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
