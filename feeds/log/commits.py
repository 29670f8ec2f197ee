"""Appends become commits: what goes to the disk in one transaction, encoded, bounded in facts and in bytes.

Pure work on the event loop, at the end of its turn. Leaves to others: who waits in which order and is told what
(``sqlite``), the transaction (``store``).
"""

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from feeds.facts import Entry, Fact, Origin, encode_entries
from feeds.log.interface import Batch, LogRefused
from feeds.log.large import Large

COMMIT_FACTS = 4_096
"""A commit takes no further append beyond so many facts: the board takes a commit in one go, on the event loop."""
COMMIT_BYTES = 16 << 20
"""Nor beyond so many bytes."""


class Append:
    """One append on its way. Its future belongs to the event loop; the writer never touches it."""

    __slots__ = ("by", "done", "facts", "large", "origin", "seen")

    def __init__(
        self,
        by: str,
        facts: tuple[Fact, ...],
        seen: int,
        origin: Origin,
        done: asyncio.Future[Batch],
        large: Large | None = None,
    ) -> None:
        self.by = by
        self.large = large
        self.origin = origin
        self.facts = facts
        self.seen = seen
        self.done = done


class Commit(NamedTuple):
    """What goes to the disk in one transaction, and who waits for it, each with a batch of its own."""

    facts: tuple[bytes, ...]
    """Pieces of one JSON array. Put together by the writer: of a large fact that takes a while."""
    appends: list[Append]
    batches: list[Batch]
    whole: Batch


def next_commit(
    pending: deque[Append], last: int, at: datetime, largest: int, refuse: Callable[[Append, str], None]
) -> Commit | None:
    """Take appends off the ``pending`` ones, up to the bounds of a commit. None when all of them are refused.

    Their sequences follow ``last``, their time is ``at``. ``refuse`` is told which can never be kept, and why:
    a fact without a JSON form, or more bytes than the ``largest`` batch holds.
    """
    appends: list[Append] = []
    batches: list[Batch] = []
    parts: list[bytes] = []
    pieces: tuple[bytes, ...] = ()  # of a large fact, which makes a commit of its own
    size, first, seq = 0, last + 1, last
    while pending:
        append = pending[0]
        if appends and (append.large is not None or seq - first + 1 + len(append.facts) > COMMIT_FACTS):
            break
        by, seen, address, token = append.by, append.seen, append.origin.address, append.origin.token
        entries = tuple(
            [Entry(number, at, by, fact, seen, address, token) for number, fact in enumerate(append.facts, seq + 1)]
        )
        try:
            if append.large is None:
                part = _encoded(entries, largest)
            else:
                part, pieces = b"", append.large.entries(entries[0])
                _prove_size(sum(map(len, pieces)), largest)
        except LogRefused as error:
            refuse(pending.popleft(), str(error))
            continue
        if appends and size + len(part) > COMMIT_BYTES:
            break
        pending.popleft()
        appends.append(append)
        batches.append(Batch(entries, seq + 1, seq + len(entries)))
        parts.append(part)
        size += len(part)
        seq += len(entries)
        if append.large is not None:
            break
    if not appends:
        return None
    if appends[0].large is None:
        pieces = (parts[0] if len(parts) == 1 else b"[" + b",".join([part[1:-1] for part in parts]) + b"]",)
    whole = batches[0]
    if len(batches) > 1:
        whole = Batch(tuple(chain.from_iterable([batch.entries for batch in batches])), first, seq)
    return Commit(pieces, appends, batches, whole)


def _encoded(entries: tuple[Entry, ...], largest: int) -> bytes:
    """Return the JSON array of ``entries``. Raises LogRefused when there is none of at most ``largest`` bytes."""
    try:
        data = encode_entries(entries)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise LogRefused(
            f"The log cannot keep this: a fact in it has no JSON form ({error}). Nothing was kept."
        ) from error
    _prove_size(len(data), largest)
    return data


def _prove_size(size: int, largest: int) -> None:
    if size > largest:
        raise LogRefused(
            f"The log cannot keep this: {size} bytes of facts at once, and at most {largest} go. "
            "Nothing was kept: send it in parts."
        )
