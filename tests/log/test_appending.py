"""Appending: order, atomicity, answers, bounds, time."""

import asyncio
import tempfile
from collections.abc import Callable
from datetime import datetime
from itertools import chain
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.facts import AlarmAcknowledged, Entry, Fact, RangesStated
from feeds.log import Batch, LogBusy, LogError, LogRefused, SqliteLog, commits
from feeds.log import sqlite as sqlite_log
from feeds.model import SimRange

Acks = Callable[..., list[Fact]]


def entries_of(batches: list[Batch]) -> list[Entry]:
    return list(chain.from_iterable(batch.entries for batch in batches))


@settings(max_examples=25)
@given(st.lists(st.lists(st.integers(1, 40), max_size=12), max_size=5))
def test_what_is_delivered_is_what_is_read_back_in_order_and_without_gaps(rounds: list[list[int]]) -> None:
    async def play(directory: Path) -> None:
        delivered: list[Batch] = []
        clock = datetime.fromisoformat("2026-03-01T02:00:00+00:00")
        log = SqliteLog.open(directory, deliver=delivered.append, now=lambda: clock)
        answers: list[Batch] = []
        for number, sizes in enumerate(rounds):
            answers += await asyncio.gather(
                *(
                    log.append(f"feed-{place}", [AlarmAcknowledged(f"net/{number}-{place}-{i}") for i in range(size)])
                    for place, size in enumerate(sizes)
                )
            )
        await log.close()
        told = entries_of(delivered)
        assert [entry.seq for entry in told] == list(range(1, sum(map(sum, rounds)) + 1))
        assert entries_of(answers) == told
        assert all((a.first, a.last) == (a.entries[0].seq, a.entries[-1].seq) for a in answers + delivered)
        again = SqliteLog.open(directory, deliver=delivered.append, now=lambda: clock)
        assert list(again.read()) == delivered
        assert again.last == len(told)
        for after in {0, len(told) // 2, len(told)}:
            assert entries_of(list(again.read(after))) == told[after:]
        await again.close()

    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(play(Path(directory)))


async def test_an_append_is_answered_after_its_delivery_with_its_own_entries(room: Any, make_acks: Acks) -> None:
    log = room.open()
    batch = await log.append("desk/jl", make_acks(2), seen=7)
    assert room.delivered == [batch]
    assert log.last == 2
    assert [(e.seq, e.by, e.seen, e.at) for e in batch.entries] == [
        (1, "desk/jl", 7, room.clock.time),
        (2, "desk/jl", 7, room.clock.time),
    ]
    await log.close()


async def test_appends_that_wait_together_share_a_commit(room: Any, make_acks: Acks) -> None:
    log = room.open()
    await asyncio.gather(*(log.append("feed", make_acks(1, f"{n}-")) for n in range(500)))
    assert len(room.delivered) < 100
    await log.close()


async def test_a_commit_stays_small_enough_for_one_delivery(room: Any, make_acks: Acks) -> None:
    log = room.open()
    await asyncio.gather(*(log.append("feed", make_acks(1_000, f"{n}-")) for n in range(20)))
    assert max(len(batch.entries) for batch in room.delivered) <= commits.COMMIT_FACTS
    assert [batch.first for batch in room.delivered[1:]] == [batch.last + 1 for batch in room.delivered[:-1]]
    await log.close()


async def test_a_commit_is_bounded_in_bytes_too(room: Any, monkeypatch: pytest.MonkeyPatch, make_acks: Acks) -> None:
    monkeypatch.setattr(commits, "COMMIT_BYTES", 1_000)
    log = room.open()
    answers = await asyncio.gather(*(log.append("feed", make_acks(10, f"{n}-")) for n in range(10)))
    assert room.delivered == answers
    await log.close()


async def test_a_large_append_is_one_commit(room: Any, make_acks: Acks) -> None:
    ranges = tuple(SimRange(f"8946{n:014}", f"8946{n:014}", "acme") for n in range(1_000))
    load: list[Fact] = [RangesStated(ranges)] * 100
    log = room.open()
    _, large, _ = await asyncio.gather(
        log.append("feed", make_acks(1)), log.append("desk/jl", load), log.append("feed", make_acks(1))
    )
    assert [e.seq for e in large.entries] == list(range(2, 102))
    holding = [batch for batch in log.read() if batch.first <= 101 and batch.last >= 2]
    assert len(holding) == 1
    await log.close()


async def test_no_facts_are_no_batch(room: Any, make_acks: Acks) -> None:
    log = room.open()
    await log.append("feed", make_acks(4))
    assert await log.append("feed", []) == Batch((), 5, 4)
    assert len(room.delivered) == 1
    await log.close()


async def test_time_never_goes_back_not_even_over_a_restart(room: Any, make_acks: Acks) -> None:
    log = room.open()
    first = await log.append("feed", make_acks(1))
    room.clock.move(-3600)
    second = await log.append("feed", make_acks(1))
    await log.close()
    log = room.open()
    third = await log.append("feed", make_acks(1))
    room.clock.move(7200)
    fourth = await log.append("feed", make_acks(1))
    await log.close()
    times = [batch.entries[0].at for batch in (first, second, third, fourth)]
    assert times == [times[0], times[0], times[0], room.clock.time]


async def test_a_full_queue_refuses_at_once_and_keeps_nothing_of_it(room: Any, make_acks: Acks) -> None:
    log = room.open(queue_facts=10)
    waiting = [asyncio.ensure_future(log.append("feed", make_acks(4, f"{n}-"))) for n in range(2)]
    await asyncio.sleep(0)  # both are queued, and no answer can come before the loop turns again
    assert log.waiting == 8
    with pytest.raises(LogBusy, match="8 facts wait for the disk, and at most 10 may"):
        await log.append("feed", make_acks(3, "late-"))
    await asyncio.gather(*waiting)
    assert log.waiting == 0
    await log.append("feed", make_acks(3, "again-"))
    assert log.last == 11
    await log.close()


async def test_an_append_beyond_the_bound_goes_when_nothing_waits(room: Any, make_acks: Acks) -> None:
    log = room.open(queue_facts=10)
    large = asyncio.ensure_future(log.append("desk/jl", make_acks(50)))
    await asyncio.sleep(0)
    with pytest.raises(LogBusy):
        await log.append("feed", make_acks(1))
    assert (await large).last == 50
    await log.close()


async def test_a_fact_without_json_form_is_refused_and_its_neighbours_are_kept(room: Any, make_acks: Acks) -> None:
    log = room.open()
    answers = await asyncio.gather(
        log.append("feed", make_acks(2, "a")),
        log.append("feed", [*make_acks(1), AlarmAcknowledged("net/\ud800")]),
        log.append("feed", make_acks(2, "b")),
        return_exceptions=True,
    )
    assert isinstance(answers[1], LogRefused)
    assert [entry.seq for entry in entries_of(room.delivered)] == [1, 2, 3, 4]
    assert entries_of(list(log.read())) == entries_of(room.delivered)
    await log.close()


async def test_cancelling_the_wait_does_not_take_the_facts_back(room: Any, make_acks: Acks) -> None:
    log = room.open()
    wait = asyncio.ensure_future(log.append("feed", make_acks(3)))
    await asyncio.sleep(0)
    wait.cancel()
    await log.append("feed", make_acks(1))
    assert [entry.seq for entry in entries_of(room.delivered)] == [1, 2, 3, 4]
    assert log.waiting == 0
    await log.close()


async def test_a_delivery_that_fails_closes_the_log_for_everybody_and_loses_nothing(room: Any, make_acks: Acks) -> None:
    def fail(_: Batch) -> None:
        raise ZeroDivisionError("the board broke")

    loud: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: loud.append(context))
    log = SqliteLog.open(room.directory, deliver=fail, now=room.clock)
    answers = await asyncio.gather(
        *(log.append("feed", make_acks(3_000, f"{n}-")) for n in range(5)), return_exceptions=True
    )
    assert [type(answer) for answer in answers] == [LogError] * 5
    assert all("the board broke" in str(a) and isinstance(a.__cause__, ZeroDivisionError) for a in answers)  # type: ignore[union-attr]
    with pytest.raises(LogError, match="restart the hub"):
        await log.append("feed", make_acks(1))
    assert len(loud) == 1
    assert log.last == 0
    await log.close()
    log = room.open()
    assert log.last % 3_000 == 0
    assert log.last >= 3_000
    await log.close()


@pytest.mark.parametrize("waiting", [sqlite_log.OVERLAP_FACTS, 10])
async def test_while_facts_are_put_on_the_board_the_disk_takes_the_next_ones_where_many_wait(
    room: Any, make_acks: Acks, waiting: int
) -> None:
    written: list[int] = []
    log: SqliteLog

    def deliver(batch: Batch) -> None:
        if batch.first == 1:
            until = monotonic() + (10 if waiting >= sqlite_log.OVERLAP_FACTS else 0.05)
            while monotonic() < until and room.on_disk() == batch.last:
                pass
            written.append(room.on_disk())

    log = SqliteLog.open(room.directory, deliver=deliver, now=room.clock)
    first = log.submit("feed", make_acks(1))
    await asyncio.sleep(0)
    later = [log.submit("feed", make_acks(waiting, f"{n}-")) for n in range(2)]
    await asyncio.gather(first, *later)
    await log.close()
    assert written == [1 + 2 * waiting if 2 * waiting >= sqlite_log.OVERLAP_FACTS else 1]


async def test_a_delivery_that_fails_refuses_what_the_disk_was_given_meanwhile(room: Any, make_acks: Acks) -> None:
    def deliver(batch: Batch) -> None:
        raise RuntimeError("the board fell")

    asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
    log = SqliteLog.open(room.directory, deliver=deliver, now=room.clock)
    first = log.submit("feed", make_acks(1))
    await asyncio.sleep(0)
    later = log.submit("feed", make_acks(sqlite_log.OVERLAP_FACTS, "later-"))
    outcomes = await asyncio.gather(first, later, return_exceptions=True)
    assert all(isinstance(one, LogError) and "the board fell" in str(one) for one in outcomes)
    assert log.waiting == 0
    await log.close()


async def test_a_clock_that_fails_is_told_to_every_waiter(room: Any, make_acks: Acks) -> None:
    def broken() -> datetime:
        raise OSError("no clock")

    log = SqliteLog.open(room.directory, deliver=room.delivered.append, now=broken)
    answers = await asyncio.gather(*(log.append("feed", make_acks(1)) for _ in range(3)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [LogError] * 3
    assert all("no clock" in str(answer) for answer in answers)
    await log.close()
    await room.open().close()


async def test_closing_keeps_and_answers_what_waits_and_refuses_what_comes_later(room: Any, make_acks: Acks) -> None:
    log = room.open()
    waiting = [asyncio.ensure_future(log.append("feed", make_acks(100, f"{n}-"))) for n in range(50)]
    await asyncio.sleep(0)
    closing = asyncio.ensure_future(log.close())
    await asyncio.sleep(0)
    with pytest.raises(LogError, match="closed"):
        await log.append("feed", make_acks(1))
    await closing
    assert [wait.result().last for wait in waiting] == list(range(100, 5_001, 100))
    await log.close()
    assert not room.wal.exists()


async def test_a_log_that_was_never_used_closes(room: Any) -> None:
    log = room.open()
    await log.close()
    assert list(log.read()) == []
