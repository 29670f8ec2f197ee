"""A whole inventory in the log: encoded beforehand, written in pieces, read back as any other fact."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.facts import AlarmAcknowledged, Entry, RangesLoaded, encode_entries
from feeds.log import Large, SqliteLog, read_only, store
from feeds.model import Coded, RangeTable

AT = datetime(2026, 3, 1, tzinfo=UTC)


def loaded(rows: int, values: tuple[str, ...] = ("acme",)) -> RangesLoaded:
    firsts = np.arange(894620000000000000, 894620000000000000 + rows, dtype="<i8").tobytes()
    codes = np.zeros(rows, dtype="<i4").tobytes()
    return RangesLoaded(RangeTable(firsts, firsts, Coded("customer", values, codes), Coded("use", (), codes)))


def opened(directory: Path) -> SqliteLog:
    return SqliteLog.open(directory, deliver=lambda _batch: None, now=lambda: AT)


@given(st.lists(st.text(max_size=5)), st.integers(0, 5), st.text(max_size=5), st.integers(0, 9))
def test_pieces_put_together_are_the_entry(values: list[str], rows: int, by: str, seen: int) -> None:
    fact = loaded(rows, tuple(values))
    entry = Entry(7, AT, by, fact, seen)
    assert b"".join(Large.of(fact).entries(entry)) == encode_entries((entry,))


async def test_a_large_fact_is_kept_between_others_and_read_back(tmp_path: Path) -> None:
    fact = loaded(300_000)
    log = opened(tmp_path)
    before, batch, after = await asyncio.gather(
        log.append("jl", [AlarmAcknowledged("a")]),
        log.append_large("jl", Large.of(fact), 3),
        log.append("jl", [AlarmAcknowledged("b")]),
    )
    assert (before.last, batch.last, after.last) == (1, 2, 3)
    assert batch.entries[0].fact is fact
    await log.close()
    recorded = read_only(tmp_path)
    entries = [entry for one in recorded.read() for entry in one.entries]
    assert recorded.damage is None
    assert [entry.seq for entry in entries] == [1, 2, 3]
    assert (entries[1].fact, entries[1].by, entries[1].seen) == (fact, "jl", 3)


async def test_a_large_fact_that_fails_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = opened(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(store, "PIECE_BYTES", 0)  # range() refuses it once room is made
        with pytest.raises(Exception, match="writer"):
            await log.append_large("jl", Large.of(loaded(300_000)))
    await log.close()
    assert read_only(tmp_path).last == 0
