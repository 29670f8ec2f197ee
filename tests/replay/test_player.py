"""A replay shows what the room saw, at every moment, however it got there."""

import asyncio
import shutil
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.board import Board
from feeds.facts import Fact
from feeds.hub.commands import Refused
from feeds.hub.core import Hub
from feeds.hub.settings import Settings
from feeds.log import Batch, LogError
from feeds.model import Declare, Moment, Replay
from feeds.replay.bookmarks import BookmarkError, Bookmarks
from feeds.replay.commands import ReplayCommands
from feeds.replay.kept import KeptBoards
from feeds.replay.player import CannotGo, Player
from feeds.replay.recording import Recording
from tests.replay.recorded import START, night, record
from tests.views.test_sources import OF, VIEWS, steps

NO_MARKS: Path | None = None


def player_of(directory: Path, marks: Path | None = None, wall: Callable[[], float] = lambda: 0.0) -> Player:
    recording = Recording(directory, pytest.fail)
    return Player(recording, Bookmarks(marks, recording.identity), wall=wall)


def shown(hub: Hub) -> dict[str, Any]:
    """Every view as terminals see it."""
    return {
        view: [row for _key, row in hub.queries.make((view, OF.get(view, ""), "", "")).window(0, 500)] for view in VIEWS
    }


def live(directory: Path, batches: list[Batch]) -> dict[int, dict[str, Any]]:
    """What a hub showed after each batch."""
    time = START
    hub = Hub(Board(), Settings(), directory, lambda: time)
    seen = {}
    for batch in batches:
        time = batch.entries[0].at
        hub.deliver(batch)
        seen[batch.last] = shown(hub)
    return seen


def do(player: Player, command: object) -> Moment:
    _seq, result = asyncio.run(ReplayCommands(player).do(command, "jl"))
    return msgspec.json.decode(result, type=Moment)


@settings(max_examples=6)
@given(st.lists(st.lists(steps, min_size=1, max_size=4), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_at_every_batch_and_from_anywhere_it_shows_what_a_hub_showed(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[Fact]], random: Any
) -> None:
    directory = tmp_path_factory.mktemp("log")
    seen = live(directory, record(directory, batches))
    player = player_of(directory)
    places = [*seen, *seen]
    random.shuffle(places)
    for seq in places:
        asyncio.run(player.go_to(seq))
        assert player.hub.board.seq == seq
        assert shown(player.hub) == seen[seq]


def test_playing_applies_facts_when_their_time_comes_and_stands_still_at_the_end(tmp_path: Path) -> None:
    batches = record(tmp_path, night())
    seen = live(tmp_path, batches)
    wall = 0.0
    player = player_of(tmp_path, wall=lambda: wall)

    async def play() -> None:
        nonlocal wall
        await player.go_to_time(START)
        player.change_speed(10)
        player.play()
        for batch in batches[1:]:
            wall += 0.9
            await player._play_on()
            assert player.hub.board.seq == batch.first - 1, "its time has not come"
            wall += 0.1
            await player._play_on()
            assert player.hub.board.seq == batch.last
            assert shown(player.hub) == seen[batch.last]
        wall += 60
        await player._play_on()

    asyncio.run(play())
    assert not player.clock.playing
    assert player.now() == batches[-1].entries[0].at


def test_steps_events_and_times_lead_where_they_say(tmp_path: Path) -> None:
    batches = record(tmp_path, night())
    player = player_of(tmp_path)
    assert do(player, Replay(to="seek", at=START + timedelta(seconds=25))) == Moment(7, START + timedelta(seconds=25))
    assert do(player, Replay(to="step", steps=-1)) == Moment(6, START + timedelta(seconds=10))
    assert do(player, Replay(to="step", steps=3)) == Moment(9, START + timedelta(seconds=30))
    assert do(player, Replay(to="event")) == Moment(13, START + timedelta(seconds=40))
    assert do(player, Replay(to="event", steps=-1)).seq == 7
    assert do(player, Replay(to="event", steps=2)).seq == 20
    with pytest.raises(Refused, match="no later event"):
        do(player, Replay(to="event"))
    assert do(player, Replay(to="seek", at=START - timedelta(days=1))).seq == 0
    assert do(player, Replay(to="step", steps=-5)).seq == 0
    assert do(player, Replay(to="seek", seq=10_000)).seq == batches[-1].last


def test_it_refuses_what_belongs_to_a_hub_at_work_and_says_that_it_is_a_replay(tmp_path: Path) -> None:
    record(tmp_path, night())
    player = player_of(tmp_path)
    with pytest.raises(Refused, match="this is a replay"):
        do(player, Declare("O-1"))
    with pytest.raises(LogError, match="this is a replay"):
        asyncio.run(player.hub.append("jl", []))
    with pytest.raises(Refused, match="needs its zone"):
        do(player, Replay(to="seek", at=START.replace(tzinfo=None)))
    with pytest.raises(Refused, match="give one of them"):
        do(player, Replay(to="seek"))


def test_bookmarks_belong_to_the_log_and_are_there_again_for_a_copy(tmp_path: Path) -> None:
    record(tmp_path / "data", night())
    marks = tmp_path / "state" / "marks.json"
    player = player_of(tmp_path / "data", marks)
    do(player, Replay(to="seek", seq=7))
    do(player, Replay(to="mark", name="  it  began "))
    do(player, Replay(to="mark"))
    shutil.copytree(tmp_path / "data", tmp_path / "copy")
    copy = player_of(tmp_path / "copy", marks)
    assert [name for name, _seq, _at in copy.row().marks] == ["it began", "mark 1"]
    assert do(copy, Replay(to="seek", name="it began")).seq == 7
    do(copy, Replay(to="unmark", name="mark 1"))
    assert [name for name, _seq, _at in player_of(tmp_path / "data", marks).row().marks] == ["it began"]
    with pytest.raises(Refused, match="there is no bookmark 'nowhere'"):
        do(copy, Replay(to="seek", name="nowhere"))
    record(tmp_path / "other", night()[1:])
    assert player_of(tmp_path / "other", marks).row().marks == ()
    marks.write_text("{broken")
    with pytest.raises(BookmarkError, match="cannot be read"):
        player_of(tmp_path / "data", marks)


def test_a_damaged_log_is_shown_up_to_the_damage_and_says_so(tmp_path: Path) -> None:
    batches = record(tmp_path, night())
    with sqlite3.connect(tmp_path / "log" / "facts.db") as connection:
        connection.execute(
            "UPDATE batches SET facts = CAST(replace(CAST(facts AS TEXT), 'pgw-7', 'pgw-0') AS BLOB) WHERE first = 8"
        )
    connection.close()
    player = player_of(tmp_path)
    assert do(player, Replay(to="seek", seq=batches[-1].last)).seq == 7
    assert "damaged" in player.hub.degraded
    assert player.row().damage
    assert player.row().last_seq == 7


def test_nothing_is_written_into_the_directory_and_none_is_found_in_an_empty_one(tmp_path: Path) -> None:
    record(tmp_path / "data", night())
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "data").rglob("*") if path.suffix == ".db"}
    names = sorted(path.name for path in (tmp_path / "data").rglob("*") if not path.name.endswith(("-wal", "-shm")))
    player = player_of(tmp_path / "data")
    do(player, Replay(to="seek", seq=3))
    do(player, Replay(to="mark", name="x"))
    assert before == {path: path.stat().st_mtime_ns for path in before}
    assert names == sorted(
        path.name for path in (tmp_path / "data").rglob("*") if not path.name.endswith(("-wal", "-shm"))
    )
    with pytest.raises(LogError, match="no log"):
        player_of(tmp_path / "nothing")


def test_boards_that_are_kept_make_the_way_back_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("feeds.replay.recording.KEEP_EVERY", 4)
    record(tmp_path, night())
    player = player_of(tmp_path)
    asyncio.run(player.go_to(21))
    asyncio.run(player.go_to(13))
    found = player.recording.kept.last(13)
    assert found is not None
    assert 13 - found[0] <= 8


@given(
    st.lists(st.tuples(st.integers(1, 1_000), st.integers(1, 60)), max_size=60),
    st.integers(1, 8),
    st.integers(60, 300),
    st.integers(0, 1_000),
)
def test_kept_boards_stay_within_their_bounds_and_the_nearest_before_is_found(
    boards: list[tuple[int, int]], most: int, most_bytes: int, seq: int
) -> None:
    kept = KeptBoards(most, most_bytes)
    for place, size in boards:
        kept.keep(place, bytes(size))
        assert len(kept) <= most
        assert kept.size <= most_bytes
        assert kept.has_between(place, place), "the one just kept is there"
    held = [place for place in range(1, 1_001) if kept.has_between(place, place)]
    found = kept.last(seq)
    assert (found[0] if found is not None else None) == max((one for one in held if one <= seq), default=None)


def test_without_events_it_says_so(tmp_path: Path) -> None:
    record(tmp_path, night()[:2])
    player = player_of(tmp_path)

    async def go() -> Awaitable[None] | None:
        await player.go_to(1)
        with pytest.raises(CannotGo, match="no later event"):
            await player.go_to_event(1)
        return None

    asyncio.run(go())
