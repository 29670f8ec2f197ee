"""What may be pruned of a hub's log: never the time of what still goes on, and never more than a board covers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from feeds.board import Board
from feeds.facts import AlarmReported, Fact, OutageMoved, OutageSuspected, UpdateDrafted, UpdateSteered
from feeds.hub.core import Hub
from feeds.hub.restore import restore
from feeds.hub.retention import Retention, board_at, plan
from feeds.hub.settings import Settings
from feeds.log import LogError, SqliteLog, prune, read_only, snapshots
from feeds.model import AlarmEvent, OutageState, Severity, UpdateId, UpdateKind, UpdateText
from feeds.replay.recording import Recording

START = datetime(2026, 3, 1, tzinfo=UTC)


def alarm(number: int, at: datetime) -> AlarmReported:
    return AlarmReported(
        AlarmEvent(source="noc", id=f"{number}", managed_object="pgw", severity=Severity.MAJOR, time=at)
    )


class Years:
    """A hub whose days go by as the test wants them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.day = 0
        self.hub = Hub(Board(), Settings(), directory)
        self.log = SqliteLog.open(directory, deliver=self.hub.deliver, now=self.now)
        self.hub.follow(self.log)

    def now(self) -> datetime:
        return START + timedelta(days=self.day)

    async def live(self, days: int, *facts: Fact) -> None:
        if facts:
            await self.hub.append("anna", facts)
        for _ in range(days):
            await self.hub.append("noc", [alarm(self.day, self.now()), alarm(self.day + 1, self.now())])
            self.day += 1


@pytest.fixture
def years(tmp_path: Path) -> Years:
    return Years(tmp_path / "data")


async def test_a_pruned_log_gives_the_same_board_and_the_log_says_what_is_gone(years: Years) -> None:
    await years.live(20)
    before = years.hub.board.dump()
    await years.log.close()
    found = plan(years.directory, START + timedelta(days=10))
    assert (found.begins, found.until, found.last, found.held) == (0, 20, 40, "")
    assert plan(years.directory, START + timedelta(days=500)).until == 38, "the last batch stays"
    assert plan(years.directory, START).until == 0
    prune(years.directory, found.until, board_at(years.directory, found.until), "anna")
    said: list[str] = []
    board, base = restore(years.directory, read_only(years.directory), said.append)
    assert (board.dump(), base, said) == (before, 20, [])
    assert plan(years.directory, START + timedelta(days=5)).until == 20
    again = plan(years.directory, START + timedelta(days=15))
    prune(years.directory, again.until, board_at(years.directory, again.until), "anna")
    assert restore(years.directory, read_only(years.directory), said.append)[0].dump() == before


@pytest.mark.parametrize(
    ("begun", "ended"),
    [
        (
            OutageSuspected("O-1", ()),
            [OutageMoved("O-1", OutageState.DECLARED), OutageMoved("O-1", OutageState.REJECTED)],
        ),
        (
            UpdateDrafted(UpdateId("U-1"), "O-1", UpdateKind.PROGRESS, UpdateText("a", "b", "c")),
            [UpdateSteered(UpdateId("U-1"), "cancel")],
        ),
    ],
)
async def test_the_time_of_what_still_goes_on_is_kept(years: Years, begun: Fact, ended: list[Fact]) -> None:
    await years.live(5)
    await years.live(10, begun)
    at = years.directory
    held = plan(at, START + timedelta(days=12))
    assert held.until == 10
    assert "goes on since 2026-03-06 00:00 UTC" in held.held
    assert plan(at, START + timedelta(days=2)).held == ""
    await years.live(1, ended[-1])
    if isinstance(begun, UpdateDrafted):
        assert not years.hub.board.updates.under_way
    free = plan(at, START + timedelta(days=12))
    assert (free.until, free.held) == (25, "")
    await years.log.close()


async def test_a_running_hub_prunes_by_itself(years: Years) -> None:
    await years.live(20)
    board = years.hub.board.dump()
    retention = Retention(years.directory, years.log, 5, years.now)
    assert await retention.prune() == 30
    assert await retention.prune() == 30
    await years.live(1)
    assert years.log.last == 42
    await years.log.close()
    assert [(one.last, one.by) for one in read_only(years.directory).pruned()] == [(30, "vaken/retention")]
    assert board_at(years.directory, 40) == board


async def test_a_hub_does_not_start_on_half_of_its_facts(years: Years) -> None:
    await years.live(10)
    await years.log.close()
    prune(years.directory, 10, board_at(years.directory, 10), "anna")
    base = years.directory / "log" / "base.snap"
    (good,) = snapshots.newest(years.directory, lambda *_: None)
    snapshots.write_base(years.directory / "log", good.seq, good.check, b"of another version")
    said: list[str] = []
    with pytest.raises(LogError, match="begins after sequence 10"):
        restore(years.directory, read_only(years.directory), said.append)
    assert "is not used" in said[0]
    base.unlink()
    with pytest.raises(LogError, match="begins after sequence 10"):
        restore(years.directory, read_only(years.directory), said.append)
    with pytest.raises(LogError, match="nothing more is pruned"):
        board_at(years.directory, 14)


async def test_pruned_facts_are_called_that_in_the_view_of_the_log(years: Years) -> None:
    from feeds.hub.facts_query import FactsQuery
    from feeds.log import RecordedLog

    await years.live(10)
    await years.log.close()
    prune(years.directory, 10, board_at(years.directory, 10), "anna")
    query: Any = FactsQuery(years.hub.past, "", "")
    query.ready(0, 20)
    job = query.plan()
    job.read(RecordedLog(years.directory))
    assert sorted(job.rows) == list(range(1, 21))
    assert b"pruned" in job.rows[10]
    assert b"pruned" not in job.rows[11]


async def test_a_replay_of_a_pruned_log_begins_where_the_log_does(years: Years) -> None:
    await years.live(20)
    await years.log.close()
    prune(years.directory, 20, board_at(years.directory, 20), "anna")
    recording = Recording(years.directory, print)
    assert (recording.begins, recording.last) == (20, 40)
    assert recording.first_at == START + timedelta(days=10)
    assert recording.board_at(20).seq == 20
    assert recording.board_at(30).dump() == board_at(years.directory, 30)
    with pytest.raises(LogError, match="begins after sequence 20"):
        recording.board_at(12)
