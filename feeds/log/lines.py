"""The log as lines of JSON, one for each fact, for auditors and other programs. Reads only; a hub may run meanwhile.

A line is the entry as the log keeps it: ``seq``, ``at``, ``by``, ``fact``, and where a person said it ``seen``,
``address`` and ``token``.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from feeds.log.interface import LogDamaged
from feeds.log.records import RecordedLog

_entries = msgspec.json.Decoder(list[msgspec.Raw])
_BEFORE = timedelta(microseconds=1)


def export(
    directory: Path, begin: int | datetime | None = None, until: int | datetime | None = None
) -> Iterator[tuple[int, bytes]]:
    """Yield (sequence, line without its end) from ``begin`` to ``until``, both included, in order, batch by batch.

    A time means the facts appended at it or after, and at it or before. Raises LogError, and LogDamaged after the last
    good fact where the log is damaged there.
    """
    log = RecordedLog(directory)
    first = begin if isinstance(begin, int) else 1 if begin is None else log.seq_at(begin - _BEFORE) + 1
    end = log.seq_at(until) if isinstance(until, datetime) else until
    if end is not None and end < first:
        return
    after = max(first - 1, 0)
    # Who asks for what lies behind damage gets it: proven from there on, by the hash that stands at its beginning.
    for last, facts in log.raw(after, (log.check_at(after) or b"") if after else b""):
        lines = _entries.decode(facts)
        for seq, line in enumerate(lines, last - len(lines) + 1):
            if end is not None and seq > end:
                return
            if seq >= first:
                yield seq, bytes(line)
        if last == end:
            return
    if log.damage is not None:
        raise LogDamaged(log.damage)
