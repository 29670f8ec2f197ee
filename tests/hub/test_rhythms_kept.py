"""What was learnt of feeds outlives the hub, also one that is killed; and a file that is no good stops nobody."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.board import Board, Touched
from feeds.facts import AlarmReported, CaseReported, Entry, Fact
from feeds.hub.heard import FEEDS_KEPT, OTHERS, FeedsHeard
from feeds.hub.heard_before import heard_before
from feeds.hub.rhythm import Rhythm
from feeds.hub.rhythms_kept import FILE, FORGOTTEN_AFTER, MOST_BYTES, RhythmsKept
from feeds.hub.settings import FeedSettings
from feeds.hub.watch_feeds import LOOK_EVERY, Silences
from feeds.model import AlarmEvent, CaseEvent, FeedRow, Severity
from tests.hub.running import RunningHub

START = datetime(2026, 3, 1, tzinfo=UTC)


class Life:
    """One life of a hub on a directory: what it hears, and when."""

    def __init__(
        self,
        directory: Path,
        begin: datetime,
        expected: dict[str, FeedSettings] | None = None,
        board: dict[str, tuple[str, datetime]] | None = None,
    ) -> None:
        self.now = begin
        self.said: list[str] = []
        self.heard = FeedsHeard(lambda: self.now, expected)
        self.kept = RhythmsKept(directory, self.heard, self.said.append)
        self.kept.read(begin, board)

    def hear(self, name: str, every: float, times: int) -> None:
        event = AlarmEvent(source=name, id="1", managed_object="o", severity=Severity.MAJOR, time=START)
        for _ in range(times):
            self.now += timedelta(seconds=every)
            self.heard.facts([AlarmReported(event)])

    def row(self, name: str) -> FeedRow:
        row = self.heard.row(name)
        assert row is not None
        return row


@given(st.lists(st.integers(0, 10**6), max_size=60))
def test_a_rhythm_that_was_kept_says_the_same_and_learns_on(seconds: list[int]) -> None:
    before = Rhythm("cases")
    for second in sorted(seconds):
        before.heard(second)
    learnt = before.learnt
    assert (learnt is None) == (before.usual == 0 and len(set(seconds)) < 2)
    if learnt is None:
        return
    after = Rhythm("cases")
    after.remember(msgspec.json.decode(msgspec.json.encode(learnt), type=type(learnt)))
    assert after.usual == before.usual
    for rhythm in (before, after):
        rhythm.heard(10**7)  # of the two, one knows what was before it
    assert after.learnt == learnt
    for rhythm in (before, after):
        rhythm.heard(10**7 + 30)
    assert after.learnt is not None
    assert after.learnt.gaps == learnt.gaps + 1


async def test_a_feed_that_died_with_the_hub_is_silent_after_its_rhythm(tmp_path: Path) -> None:
    first = Life(tmp_path, START)
    first.hear("nms", 30, 40)
    stale_after = first.row("nms").stale_after
    assert stale_after > 0
    assert await first.kept.write()
    last = first.now
    later = Life(tmp_path, last + timedelta(hours=3))
    assert (later.row("nms").stale_after, later.row("nms").heard) == (stale_after, last)
    silences, steady = Silences(later.now, 0.0), 0.0
    looked: list[set[str]] = []
    while steady < stale_after + 2 * LOOK_EVERY:
        later.now += timedelta(seconds=LOOK_EVERY)
        steady += LOOK_EVERY
        looked.append(set(silences.look(later.heard.feeds(), later.now, steady)))
    assert looked[0] == set(), "the hub was away, that is no silence"
    assert looked[-1] == {"nms"}


async def test_the_time_between_two_lives_is_no_gap(tmp_path: Path) -> None:
    first = Life(tmp_path, START)
    first.hear("nms", 30, 20)
    await first.kept.write()
    second = Life(tmp_path, first.now + timedelta(hours=8))
    second.hear("nms", 30, 1)
    assert second.heard.learnt()["nms"].rhythm == first.heard.learnt()["nms"].rhythm
    second.hear("nms", 30, 1)
    learnt = second.heard.learnt()["nms"].rhythm
    assert learnt is not None
    assert learnt.gaps == 20


async def test_who_was_heard_once_is_remembered_and_after_two_weeks_forgotten(tmp_path: Path) -> None:
    first = Life(tmp_path, START)
    first.hear("once", 30, 1)
    first.hear("gone", 30, 20)
    await first.kept.write()
    later = Life(tmp_path, first.now + FORGOTTEN_AFTER / 2)
    assert list(later.heard.every_key()) == ["once", "gone"]
    assert later.row("once").heard == START + timedelta(seconds=30)
    assert later.row("once").stale_after == 0, "a rhythm that was not learnt is not known"
    assert list(Life(tmp_path, first.now + FORGOTTEN_AFTER).heard.every_key()) == []


async def test_what_the_board_knows_of_feeds_stands_in_for_the_file_and_goes_on_where_it_ends(tmp_path: Path) -> None:
    first = Life(tmp_path, START)
    first.hear("nms", 30, 20)
    await first.kept.write()
    kept, now = first.now, first.now + timedelta(hours=3)
    board = {
        "nms": ("alarms", kept + timedelta(seconds=50)),
        "desk": ("cases", kept - timedelta(hours=1)),
        "ahead": ("alarms", now + timedelta(hours=1)),
        "gone": ("alarms", now - FORGOTTEN_AFTER),
    }
    life = Life(tmp_path, now, board=board)
    rows = dict(life.heard.feeds())
    assert {name: (row.kind, row.heard) for name, row in rows.items()} == {
        "nms": ("alarms", kept + timedelta(seconds=50)),
        "desk": ("cases", kept - timedelta(hours=1)),
        "ahead": ("alarms", now),
    }
    assert rows["nms"].stale_after == first.row("nms").stale_after
    assert await life.kept.write(), "it is kept at once"
    again = Life(tmp_path, now)
    assert set(again.heard.every_key()) == {"nms", "desk", "ahead"}
    (tmp_path / FILE).unlink()
    assert set(Life(tmp_path, now, board=board).heard.every_key()) == {"nms", "desk", "ahead"}


def test_the_board_names_its_feeds_by_alarms_and_cases_and_never_says_too_late() -> None:
    board, ahead = Board(), START + timedelta(hours=1)
    facts: list[Fact] = [
        AlarmReported(AlarmEvent("nms", "o", Severity.MAJOR, id="1", time=START - timedelta(minutes=9))),
        AlarmReported(AlarmEvent("nms", "o", Severity.CLEARED, id="1", time=START - timedelta(minutes=5))),
        AlarmReported(AlarmEvent("nms", "o", Severity.MAJOR, id="2", time=START - timedelta(minutes=7))),
        AlarmReported(AlarmEvent("fast", "o", Severity.MAJOR, id="1", time=ahead)),
        AlarmReported(AlarmEvent("vaken", "feed nms", Severity.MAJOR, id="silent:nms", time=START)),
        CaseReported(CaseEvent("1", source="desk", opened=START - timedelta(minutes=4))),
    ]
    board.apply([Entry(n, START, "feed", fact) for n, fact in enumerate(facts, start=1)], Touched())
    assert heard_before(board) == {
        "nms": ("alarms", START - timedelta(minutes=5)),
        "fast": ("alarms", START),
        "desk": ("cases", START),
    }


async def test_what_the_configuration_says_is_stronger_and_a_clock_that_went_back_makes_no_news(tmp_path: Path) -> None:
    first = Life(tmp_path, START)
    first.hear("nms", 30, 40)
    await first.kept.write()
    row = Life(tmp_path, START, {"nms": FeedSettings("cases", 7.0)}).row("nms")
    assert (row.kind, row.stale_after, row.heard, row.expected) == ("cases", 7.0, START, True)


async def test_nothing_is_written_where_nothing_is_new_and_names_beyond_the_bound_are_not_kept(tmp_path: Path) -> None:
    life = Life(tmp_path, START)
    assert not await life.kept.write()
    life.hear("nms", 30, 2)
    assert await life.kept.write()
    assert not await life.kept.write()
    for number in range(FEEDS_KEPT + 5):
        life.hear(f"f{number}", 1, 2)
    assert OTHERS in life.heard.every_key()
    await life.kept.write()
    again = Life(tmp_path, life.now)
    assert len(again.heard.learnt()) == FEEDS_KEPT
    assert not await again.kept.write()
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"{", b"[]", b"\xff", b'{"feeds": {"a": 1}}', b"[" * 100_000, b'{"feeds": {"": 1}}'),
        b'{"feeds": {"a": {"kind": "alarms", "heard": "2026-03-01", "rhythm": {"gaps": 9, "weights": []}}}}',
        b'{"feeds": {"a": {"kind": "alarms", "heard": "2026-03-01T00:00:00Z", "rhythm": {"gaps": 9, "weights": '
        b"[[64, 1.0]]}}}}",
        b'{"feeds": {}, "x": "' + b"x" * MOST_BYTES + b'"}',
    ],
)
def test_a_file_that_is_no_good_is_told_and_left(tmp_path: Path, data: bytes) -> None:
    (tmp_path / FILE).write_bytes(data)
    life = Life(tmp_path, START)
    assert list(life.heard.every_key()) == []
    (said,) = life.said
    assert str(tmp_path / FILE) in said
    assert "learnt anew" in said


async def test_a_folder_that_takes_nothing_is_told_once(tmp_path: Path) -> None:
    life = Life(tmp_path / "gone", START)
    for times in (2, 3):
        life.hear("nms", 30, times)
        assert await life.kept.write()
    (said,) = life.said
    assert "do not outlive this hub" in said


async def test_a_killed_hub_knows_its_feeds_when_it_comes_again(tmp_path: Path) -> None:
    hub = RunningHub(tmp_path / "data", "")
    hub.directory.mkdir()
    known = Life(hub.directory, datetime.now(UTC) - timedelta(hours=1))
    known.hear("nms", 20, 30)
    await known.kept.write()
    hub.start()
    for _ in range(600):
        await hub.post("/v1/alarms?feed=nms", [])
        if msgspec.json.decode((hub.directory / FILE).read_bytes())["feeds"]["nms"]["rhythm"]["gaps"] > 29:
            break
        await asyncio.sleep(0.05)
    else:
        raise AssertionError("what was learnt was not written")
    hub.kill()
    hub.start()
    feeds = await hub.rows("feeds")
    assert len(feeds) == 1, f"{hub.errors()} {(hub.directory / FILE).read_text()}"
    (feed,) = feeds
    assert (feed["key"], feed["kind"]) == ("nms", "alarms")
    assert feed["stale_after"] == known.row("nms").stale_after
    assert datetime.now(UTC) - datetime.fromisoformat(feed["heard"]) < timedelta(minutes=10)
    hub.kill()


async def test_a_hub_that_is_killed_before_it_wrote_knows_silent_feeds_and_what_was_stale_is(tmp_path: Path) -> None:
    hub = RunningHub(tmp_path / "data", "")
    hub.directory.mkdir()
    hub.start()
    long_ago = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
    alarm = {"source": "nms", "id": "1", "managed_object": "o", "severity": "major", "time": long_ago}
    assert (await hub.post("/v1/alarms", [alarm]))[0] == 200
    assert (await hub.post("/v1/cases", [{"number": "1", "opened": long_ago}]))[0] == 200
    hub.kill()
    (hub.directory / FILE).unlink(missing_ok=True)
    hub.start()
    feeds = {row["key"]: row for row in await hub.rows("feeds")}
    assert {name: row["kind"] for name, row in feeds.items()} == {"nms": "alarms", "native": "cases"}
    assert datetime.fromisoformat(feeds["nms"]["heard"]) == datetime.fromisoformat(long_ago)
    assert (feeds["nms"].get("events", 0), feeds["nms"].get("per_minute", 0)) == (0, 0)
    hub.kill()
