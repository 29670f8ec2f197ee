"""The lines before the log: whose turn it is, how much waits, what is told to whom."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.facts import AlarmReported, Entry, Fact
from feeds.hub.core import utc_now
from feeds.hub.pressure.bounds import Overloaded
from feeds.hub.pressure.line import PIECE, QUANTUM, Lines
from feeds.hub.pressure.order import Level
from feeds.log import Batch, LogError
from feeds.model import AlarmEvent, Severity

FACT = AlarmReported(AlarmEvent(source="s", id="1", managed_object="o", severity=Severity.MAJOR))
AT = utc_now()


class Disk:
    """A log that flushes when it is told to; it notes the order in which facts came to it."""

    def __init__(self) -> None:
        self.waiting = 0
        self.came: list[tuple[str, int]] = []
        self.seq = 0
        self._on_the_way: list[tuple[asyncio.Future[Batch], str, int]] = []
        self.fails: LogError | None = None

    def submit(self, by: str, facts: Sequence[Fact]) -> "asyncio.Future[Batch]":
        done: asyncio.Future[Batch] = asyncio.get_running_loop().create_future()
        self.waiting += len(facts)
        self.came.append((by, len(facts)))
        self._on_the_way.append((done, by, len(facts)))
        return done

    async def flush(self, appends: int = 1) -> None:
        for done, by, count in self._on_the_way[:appends]:
            self.waiting -= count
            if self.fails is not None:
                done.set_exception(self.fails)
                continue
            first = self.seq + 1
            self.seq += count
            entries = tuple(Entry(number, AT, by, FACT) for number in range(first, self.seq + 1))
            done.set_result(Batch(entries, first, self.seq))
        del self._on_the_way[:appends]
        await asyncio.sleep(0)
        await asyncio.sleep(0)


def lines_before(disk: Disk, most: int = 100_000, most_bytes: int = 1 << 30, in_log: int = 1_000) -> Lines:
    return Lines(disk.submit, lambda: disk.waiting, most, most_bytes, asyncio.get_running_loop().time, in_log)


async def test_while_the_log_keeps_up_facts_go_straight_to_it() -> None:
    disk = Disk()
    lines = lines_before(disk)
    kept = lines.submit("a", [FACT] * 10)
    assert disk.came == [("a", 10)]
    assert not lines.busy
    await disk.flush()
    assert (await kept).last == 10


async def test_a_quiet_feed_is_served_next_however_long_the_line_of_another_is() -> None:
    disk = Disk()
    lines = lines_before(disk)
    for _ in range(300):
        lines.submit("flood", [FACT] * 100)
    quiet = lines.submit("quiet", [FACT])
    before = sum(count for _by, count in disk.came)
    while not quiet.done():
        await disk.flush()
    place = [by for by, _count in disk.came].index("quiet")
    ahead = sum(count for _by, count in disk.came[:place])
    assert ahead - before <= QUANTUM + 100, "no more than one turn of the other went first"


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([1, 7, 100, 500, 3_000])), min_size=1, max_size=60),
    st.lists(st.integers(1, 4), min_size=1, max_size=10),
)
async def test_everything_taken_is_kept_once_in_the_order_of_its_feed(
    bodies: list[tuple[str, int]], paces: list[int]
) -> None:
    disk = Disk()
    lines = lines_before(disk, most=20_000)
    taken, told = [], Counter[str]()
    for turn, (feed, count) in enumerate(bodies):
        try:
            taken.append((feed, count, lines.submit(feed, [FACT] * count, count)))
        except Overloaded:
            told[feed] += 1
        if turn % 7 == 0:
            await disk.flush(paces[turn % len(paces)])
        assert lines.facts.held <= 20_000
    while disk.waiting or lines.busy:
        await disk.flush(paces[0])
    came = Counter[str]()
    for by, count in disk.came:
        came[by] += count
    assert came == Counter({feed: sum(count for one, count, _ in taken if one == feed) for feed, _, _ in taken})
    last = dict.fromkeys("abc", 0)
    for feed, count, kept in taken:
        batch = await kept
        assert len(batch.entries) == count
        assert batch.last > last[feed], "a body does not overtake an earlier one of its feed"
        last[feed] = batch.last
    assert (lines.facts.held, lines.bytes.held, lines.busy) == (0, 0, False)
    assert len(taken) + sum(told.values()) == len(bodies)


async def test_a_line_is_bounded_in_facts_and_in_bytes_and_leaves_room_for_others() -> None:
    disk = Disk()
    lines = lines_before(disk, most=1_000, most_bytes=10_000)
    lines.submit("flood", [FACT] * 1_000)
    for _ in range(5):
        lines.submit("flood", [FACT] * 100)
    with pytest.raises(Overloaded, match=r"500 facts wait for the disk, 500 of them from flood"):
        lines.submit("flood", [FACT] * 100)
    lines.submit("other", [FACT] * 100, 2_500)
    with pytest.raises(Overloaded):
        lines.submit("other", [FACT], 6_000)
    assert lines.level("flood") is Level.ALL
    assert lines.level("other") is Level.REPEATS
    assert lines.level("quiet") is Level.NOTHING


async def test_a_large_body_goes_in_pieces_and_is_answered_as_one() -> None:
    disk = Disk()
    lines = lines_before(disk)
    kept = lines.submit("large", [FACT] * (2 * PIECE + 5))
    other = lines.submit("other", [FACT])
    while not kept.done():
        await disk.flush()
    assert disk.came == [("large", PIECE), ("large", PIECE), ("other", 1), ("large", 5)]
    assert other.done()
    assert len((await kept).entries) == 2 * PIECE + 5


async def test_when_the_disk_refuses_a_piece_the_rest_of_the_body_stays_away_and_its_sender_knows() -> None:
    disk = Disk()
    lines = lines_before(disk)
    kept = lines.submit("large", [FACT] * (3 * PIECE))
    await disk.flush()
    disk.fails = LogError("the disk is full.")
    await disk.flush()
    with pytest.raises(
        LogError, match=r"2,048 of 6,144 facts were kept, then: the disk is full. Send all of it again."
    ):
        await kept
    await disk.flush(9)
    disk.fails = None
    assert not lines.busy
    assert lines.facts.held == 0
    after = lines.submit("large", [FACT])
    await disk.flush()
    assert len((await after).entries) == 1


async def test_the_delay_is_the_age_of_the_oldest_fact_not_on_the_board() -> None:
    disk, now = Disk(), 0.0
    lines = Lines(disk.submit, lambda: disk.waiting, 100_000, 1 << 30, lambda: now, 10)
    lines.submit("a", [FACT] * 10)
    now = 2.0
    assert lines.behind() == 2.0
    lines.submit("b", [FACT] * 10)
    now = 5.0
    assert lines.behind() == 5.0
    await disk.flush()
    assert lines.behind() == 5.0, "what was measured last counts for a second"
    now = 6.5
    assert lines.behind() == 4.5
    await disk.flush()
    now = 9.0
    assert lines.behind() == 0.0


async def test_a_log_that_keeps_up_and_is_never_empty_needs_no_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.hub.pressure.line.LOG_BYTES", 1_000)
    disk = Disk()
    lines = lines_before(disk)
    for _ in range(3):
        lines.submit("a", [FACT], 150)
    for _ in range(20):
        await disk.flush()
        lines.submit("a", [FACT], 150)
        assert disk.waiting == 3
        assert not lines.busy
    for _ in range(4):
        lines.submit("a", [FACT], 150)
    assert lines.busy, "more than so many bytes are with the log"


async def test_bytes_that_went_while_the_log_was_empty_do_not_count_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.hub.pressure.line.LOG_BYTES", 1_000)
    disk = Disk()
    lines = lines_before(disk)
    for _ in range(10):
        lines.submit("a", [FACT], 600)
        await disk.flush()
    for _ in range(3):
        lines.submit("a", [FACT], 300)
    assert not lines.busy
