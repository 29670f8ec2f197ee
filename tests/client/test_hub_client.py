"""The client against a hub that says what the test wants, over real sockets."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from feeds.client import (
    AnswerLost,
    ClientError,
    HubClient,
    LinkChanged,
    LinkState,
    NotConnected,
    Pace,
    Refused,
    Reply,
    ViewChanged,
    ViewHandle,
)
from feeds.client.commands import MAX_COMMANDS
from feeds.model import TimelineRow
from feeds.model.commands import Declare

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def row(key: str, what: str = "x") -> dict[str, Any]:
    return {"key": key, "at": "2026-03-01T12:00:00Z", "who": "jl", "what": what}


def keys(handle: ViewHandle) -> list[str]:
    return [found.key for found in handle.content.rows]


async def live(watched: Any) -> None:
    await watched.until(lambda: watched.client.link.state is LinkState.LIVE)


async def loaded(watched: Any, handle: ViewHandle) -> None:
    await watched.until(lambda: handle.content.loaded)


# Views.


async def test_a_view_opened_before_the_link_is_there_gets_its_rows(hub: Any, watched: Any) -> None:
    handle = watched.client.open("timeline", sort="-at", filter="declared", window=(0, 5), of="O-12")
    assert not handle.content.loaded
    peer = await hub.greeted()
    assert await peer.heard() == {
        "open": "timeline",
        "id": handle.id,
        "sort": "-at",
        "window": [0, 5],
        "filter": "declared",
        "of": "O-12",
    }
    await peer.say(view=handle.id, seq=101, total=9, first=0, rows=[row("a"), row("b")])
    await loaded(watched, handle)
    content = handle.content
    assert keys(handle) == ["a", "b"]
    assert (content.total, content.first, content.seq, content.error) == (9, 0, 101, "")
    assert hub.paths == ["/v1/stream?who=jl"]


async def test_deltas_replace_the_content_and_leave_the_old_one_alone(hub: Any, watched: Any) -> None:
    handle = watched.client.open("timeline", of="O-1")
    peer = await hub.greeted()
    await peer.say(view=handle.id, seq=1, total=2, first=0, rows=[row("a"), row("b")])
    await loaded(watched, handle)
    old = handle.content
    await peer.say(view=handle.id, seq=2, total=2, set={"c": row("c")}, gone=["a"], order=["c", "b"])
    await watched.until(lambda: handle.content.seq == 2)
    assert keys(handle) == ["c", "b"]
    assert [found.key for found in old.rows] == ["a", "b"]


async def test_nobody_is_told_twice_before_looking(hub: Any, watched: Any) -> None:
    handle = watched.client.open("timeline", of="O-1")
    other = watched.client.open("feeds")
    peer = await hub.greeted()
    for seq in range(1, 6):
        await peer.say(view=handle.id, seq=seq, total=1, first=0, rows=[row("a")])
    await peer.say(view=other.id, seq=9, total=0, first=0, rows=[])
    await loaded(watched, other)
    told = [notice for notice in watched.notices if notice == ViewChanged(handle)]
    assert len(told) == 1
    assert handle.content.seq == 5
    await peer.say(view=handle.id, seq=6, total=1, set={"a": row("a", "y")})
    await watched.until(lambda: watched.notices.count(ViewChanged(handle)) == 2)


async def test_many_changes_of_a_query_are_sent_as_the_newest_one(hub: Any, watched: Any) -> None:
    handle = watched.client.open("alarms")
    for letter in "abcdefgh":
        handle.change(filter=letter)
    handle.change(sort="-raised", window=(60, 60))
    peer = await hub.greeted()
    asked = await peer.heard()
    assert asked == {
        "open": "alarms",
        "id": handle.id,
        "filter": "h",
        "sort": "-raised",
        "window": [60, 60],
    }
    assert (handle.filter, handle.sort, handle.window) == ("h", "-raised", (60, 60))


async def test_the_rows_stay_until_the_answer_to_a_changed_query(hub: Any, watched: Any) -> None:
    handle = watched.client.open("timeline", of="O-1")
    peer = await hub.greeted()
    await peer.heard()
    await peer.say(view=handle.id, seq=1, total=1, first=0, rows=[row("a")])
    await loaded(watched, handle)
    handle.change(filter="b")
    assert (await peer.heard())["filter"] == "b"
    assert keys(handle) == ["a"]
    await peer.say(view=handle.id, seq=2, total=1, first=0, rows=[row("b")])
    await watched.until(lambda: keys(handle) == ["b"])


async def test_a_refused_query_shows_the_reason_and_a_better_one_mends_it(hub: Any, watched: Any) -> None:
    handle = watched.client.open("timeline", filter="colour:red", of="O-1")
    peer = await hub.greeted()
    await peer.say(view=handle.id, error="filter: unknown key colour at 1")
    await loaded(watched, handle)
    assert handle.content.error == "filter: unknown key colour at 1"
    assert handle.content.rows == ()
    handle.change(filter="")
    await peer.say(view=handle.id, seq=2, total=1, first=0, rows=[row("a")])
    await watched.until(lambda: not handle.content.error)
    assert keys(handle) == ["a"]


async def test_a_closed_view_is_closed_at_the_hub_and_takes_nothing_more(hub: Any, watched: Any) -> None:
    handle = watched.client.open("timeline", of="O-1")
    other = watched.client.open("feeds")
    peer = await hub.greeted()
    assert {(await peer.heard())["id"], (await peer.heard())["id"]} == {handle.id, other.id}
    handle.close()
    assert await peer.heard() == {"close": handle.id}
    handle.close()
    handle.change(filter="x")
    await peer.say(view=handle.id, seq=3, total=1, first=0, rows=[row("a")])
    await peer.say(view=other.id, seq=4, total=0, first=0, rows=[])
    await loaded(watched, other)
    assert not handle.content.loaded


def test_a_view_that_does_not_exist_is_refused_with_the_list() -> None:
    client = HubClient("http://127.0.0.1:9", "jl")
    with pytest.raises(ClientError, match=r"no view 'alarm'; there are: outages, alarms"):
        client.open("alarm")


# The link.


async def test_a_hub_that_comes_late_is_found(hub: Any, follow: Callable[..., Any]) -> None:
    await hub.stop()
    async with follow(hub.url) as watched:
        await watched.until(lambda: watched.client.link.attempts >= 2)
        assert watched.client.link.state is LinkState.CONNECTING
        assert watched.client.link.why == f"nothing listens at {hub.url.removeprefix('http://')}"
        await hub.start()
        await hub.greeted()
        await live(watched)
        assert (watched.client.link.attempts, watched.client.link.why) == (0, "")


async def test_after_a_restart_of_the_hub_every_view_is_opened_again_with_its_query_of_now(
    hub: Any, watched: Any
) -> None:
    handle = watched.client.open("timeline", of="O-1")
    same = watched.client.open("outages", sort="-urgency")
    closed = watched.client.open("feeds")
    peer = await hub.greeted(instance="aa11")
    await peer.say(view=handle.id, seq=101, total=1, first=0, rows=[row("a")])
    await loaded(watched, handle)
    for _ in range(3):
        await peer.heard()
    await hub.stop()
    await watched.until(lambda: watched.client.link.state is LinkState.LOST)
    assert watched.client.link.why
    assert keys(handle) == ["a"], "old rows are better than none while their age is shown"
    handle.change(filter="new")
    closed.close()
    await hub.start()
    peer = await hub.greeted(instance="bb22", seq=7)
    asked = [await peer.heard(), await peer.heard()]
    assert asked == [
        {"open": "timeline", "id": handle.id, "window": [0, 60], "filter": "new", "of": "O-1"},
        {"open": "outages", "id": same.id, "window": [0, 60], "sort": "-urgency"},
    ]
    await live(watched)
    assert (watched.client.link.instance, watched.client.link.seq) == ("bb22", 7)


async def test_a_delta_does_not_belong_to_the_snapshot_of_another_connection(hub: Any, watched: Any) -> None:
    handle = watched.client.open("timeline", of="O-1")
    peer = await hub.greeted()
    await peer.say(view=handle.id, seq=101, total=1, first=0, rows=[row("a")])
    await loaded(watched, handle)
    await peer.drop()
    peer = await hub.greeted()
    await peer.say(view=handle.id, seq=102, total=1, set={"a": row("a", "wrong")})
    await peer.say(beat=103)
    await watched.until(lambda: watched.client.link.seq == 103)
    assert handle.content.seq == 101
    await peer.say(view=handle.id, seq=104, total=1, first=0, rows=[row("b")])
    await watched.until(lambda: handle.content.seq == 104)
    assert keys(handle) == ["b"]


async def test_a_hub_that_drops_each_connection_is_tried_again_each_time(hub: Any, follow: Callable[..., Any]) -> None:
    async with follow(hub.url, pace=Pace(first_delay=0.001, last_delay=0.002)) as watched:
        for _ in range(5):
            peer = await hub.greeted()
            await peer.drop()
        await watched.until(lambda: watched.client.link.state is LinkState.LOST)
        assert watched.client.link.why == "the connection broke off"


async def test_silence_is_a_dead_link(hub: Any, follow: Callable[..., Any]) -> None:
    async with follow(hub.url, pace=Pace(silence=0.2, first_delay=0.01, last_delay=0.02)) as watched:
        await hub.greeted()
        await watched.until(lambda: watched.client.link.state is LinkState.LOST)
        assert watched.client.link.why == "no word from the hub for 0.2 s"
        await hub.greeted(instance="again")
        await watched.until(lambda: watched.client.link.instance == "again")


async def test_a_hub_that_takes_the_connection_and_never_says_hello_is_a_dead_link(
    hub: Any, follow: Callable[..., Any]
) -> None:
    async with follow(hub.url, pace=Pace(silence=0.2, first_delay=0.01, last_delay=0.02)) as watched:
        await hub.peer()
        await hub.peer()
        assert watched.client.link.state is LinkState.CONNECTING


async def test_bytes_without_frames_are_a_dead_link_in_the_end(hub: Any, follow: Callable[..., Any]) -> None:
    async with follow(hub.url, pace=Pace(silence=20, long_frame=0.3)) as watched:
        peer = await hub.greeted()
        await live(watched)
        await peer.socket.ping()
        await watched.until(lambda: watched.client.link.state is LinkState.LOST)
        assert watched.client.link.why == "no whole frame from the hub for 0.3 s"


async def test_what_is_no_hub_is_said_so(hub: Any, watched: Any) -> None:
    peer = await hub.peer()
    await peer.say(welcome="to some other service")
    await watched.until(lambda: bool(watched.client.link.why))
    assert watched.client.link.why == "what answers there does not speak vaken's stream"
    await hub.greeted()
    await live(watched)


async def test_the_hub_s_clock_is_known_from_its_beats(hub: Any, follow: Callable[..., Any]) -> None:
    own = NOON - timedelta(seconds=90)
    async with follow(hub.url, clock=lambda: own) as watched:
        peer = await hub.greeted()
        await live(watched)
        assert watched.client.link.offset == 90
        assert watched.client.now() == NOON
        # A late frame does not turn the clock back.
        await peer.say(beat=120, at="2026-03-01T11:59:58Z", lag=0.5, shed=3, degraded="the log is read only")
        await watched.until(lambda: watched.client.link.seq == 120)
        link = watched.client.link
        assert (link.offset, link.lag, link.shed, link.degraded) == (90, 0.5, 3, "the log is read only")
        for beat in range(121, 130):
            await peer.say(beat=beat, at="2026-03-01T11:59:58Z")
        await watched.until(lambda: watched.client.link.seq == 129)
        assert watched.client.link.offset == 88
        assert watched.client.link.degraded == ""


async def test_a_receiver_that_fails_does_not_end_the_connection(hub: Any, follow: Callable[..., Any]) -> None:
    async with follow(hub.url) as watched:
        listening = watched.client.notify

        def fails_too(notice: Any) -> None:
            listening(notice)
            raise RuntimeError("a screen is broken")

        watched.client.notify = fails_too
        peer = await hub.greeted()
        await peer.say(beat=150)
        await watched.until(lambda: watched.client.link.seq == 150)


async def test_stop_says_goodbye_and_ends_the_thread(hub: Any, watched: Any) -> None:
    peer = await hub.greeted()
    await live(watched)
    await asyncio.to_thread(watched.client.stop)
    await peer.socket.wait_closed()
    assert peer.socket.close_code == 1000
    assert watched.client.link.state is LinkState.STOPPED
    assert not any(thread.name == "vaken-client" for thread in threading.enumerate())
    watched.client.stop()
    with pytest.raises(ClientError, match="stopped"):
        watched.client.start()


def test_stop_without_start_is_fine() -> None:
    client = HubClient("http://127.0.0.1:9", "jl")
    client.stop()
    assert client.link.state is LinkState.STOPPED


async def test_the_thread_may_be_stopped_from_a_notice(hub: Any, watched: Any) -> None:
    def stop(notice: Any) -> None:
        listening(notice)
        if isinstance(notice, LinkChanged) and notice.link.state is LinkState.LIVE:
            watched.client.stop()

    listening = watched.client.notify
    watched.client.notify = stop
    await hub.greeted()
    await watched.until(lambda: watched.client.link.state is LinkState.STOPPED)


# Frames that cannot be read.


async def test_garbage_does_not_end_the_connection_and_the_views_are_asked_again(hub: Any, watched: Any) -> None:
    handle = watched.client.open("timeline", of="O-1")
    peer = await hub.greeted()
    await peer.heard()
    await peer.say(view=handle.id, seq=1, total=1, first=0, rows=[row("a")])
    await loaded(watched, handle)
    for garbage in ("not json", "[1, 2]", "{", "[" * 100_000, b"\xff\x00", '{"view": "one"}'):
        await peer.socket.send(garbage)
    again = await peer.heard()
    assert again["open"] == "timeline"
    await peer.say(view=handle.id, seq=3, total=1, first=0, rows=[row("b")])
    await watched.until(lambda: keys(handle) == ["b"])
    assert len(hub.paths) == 1, "one connection"


async def test_a_frame_of_a_newer_hub_is_ignored(hub: Any, watched: Any) -> None:
    handle = watched.client.open("timeline", of="O-1")
    peer = await hub.greeted()
    await peer.say(weather="rain")
    await peer.say(view=handle.id, seq=1, total=0, first=0, rows=[], mood="calm")
    await loaded(watched, handle)
    assert handle.content.error == ""


async def test_a_row_that_cannot_be_read_leaves_the_others_and_the_view_is_asked_again(hub: Any, watched: Any) -> None:
    handle = watched.client.open("timeline", of="O-1")
    peer = await hub.greeted()
    await peer.heard()
    await peer.say(view=handle.id, seq=1, total=2, first=0, rows=[row("a"), {"key": "b"}])
    await loaded(watched, handle)
    assert keys(handle) == ["a"]
    assert handle.content.error.startswith("1 row could not be read")
    assert (await peer.heard())["open"] == "timeline"
    await peer.say(view=handle.id, seq=2, total=2, first=0, rows=[row("a"), row("b")])
    await watched.until(lambda: keys(handle) == ["a", "b"])
    assert handle.content.error == ""


async def test_a_delta_out_of_step_keeps_the_rows_until_the_new_snapshot(hub: Any, watched: Any) -> None:
    handle = watched.client.open("timeline", of="O-1")
    peer = await hub.greeted()
    await peer.heard()
    await peer.say(view=handle.id, seq=1, total=1, first=0, rows=[row("a")])
    await loaded(watched, handle)
    await peer.say(view=handle.id, seq=2, total=2, order=["a", "never came"])
    assert (await peer.heard())["open"] == "timeline"
    assert keys(handle) == ["a"]
    await peer.say(view=handle.id, seq=3, total=1, set={"a": row("a", "of the old query")})
    await peer.say(view=handle.id, seq=4, total=1, first=0, rows=[row("c")])
    await watched.until(lambda: keys(handle) == ["c"])


# Commands.


async def ended(future: Any) -> Any:
    async with asyncio.timeout(10):
        return await asyncio.wrap_future(future)


async def test_a_command_carries_what_was_seen_and_brings_the_answer(hub: Any, watched: Any) -> None:
    peer = await hub.greeted()
    await live(watched)
    future = watched.client.do(Declare("O-12", title="APN", seen=48260))
    asked = await peer.heard()
    number = asked.pop("id")
    assert asked == {"do": "declare", "outage": "O-12", "title": "APN", "seen": 48260}
    await peer.say(done=number, seq=48262, result={"key": "a", "at": "2026-03-01T12:00:00Z", "who": "x", "what": "y"})
    reply = await ended(future)
    assert reply.seq == 48262
    assert reply.as_(TimelineRow).at == NOON
    with pytest.raises(ClientError, match="not a int"):
        reply.as_(int)


async def test_a_refusal_brings_the_hub_s_own_words(hub: Any, watched: Any) -> None:
    peer = await hub.greeted()
    await live(watched)
    future = watched.client.do(Declare("O-12"))
    await peer.say(refused=(await peer.heard())["id"], why="O-12 was declared by ml at 02:14")
    with pytest.raises(Refused, match="declared by ml") as caught:
        await ended(future)
    assert caught.value.why == "O-12 was declared by ml at 02:14"


async def test_a_command_without_a_link_fails_at_once_and_is_not_sent_later(hub: Any, watched: Any) -> None:
    future = watched.client.do(Declare("O-12"))
    with pytest.raises(NotConnected, match="not sent"):
        future.result(timeout=0)
    peer = await hub.greeted()
    await live(watched)
    watched.client.open("feeds")
    assert (await peer.heard()).get("open") == "feeds"


async def test_an_answer_lost_with_the_connection_is_said_to_be_lost_and_not_sent_again(hub: Any, watched: Any) -> None:
    peer = await hub.greeted()
    await live(watched)
    future = watched.client.do(Declare("O-12"))
    number = (await peer.heard())["id"]
    await peer.drop()
    with pytest.raises(AnswerLost, match="look whether it was done"):
        await ended(future)
    peer = await hub.greeted()
    watched.client.open("feeds")
    assert (await peer.heard()).get("open") == "feeds"
    await peer.say(done=number, seq=1, result=None)  # nobody waits for it any more
    await peer.say(beat=999)
    await watched.until(lambda: watched.client.link.seq == 999)


async def test_an_answer_that_does_not_come_in_time_is_lost(hub: Any, watched: Any) -> None:
    await hub.greeted()
    await live(watched)
    with pytest.raises(AnswerLost, match=r"within 0\.05 s"):
        await ended(watched.client.do(Declare("O-12"), timeout=0.05))


async def test_too_many_commands_at_once_are_refused_here(hub: Any, watched: Any) -> None:
    peer = await hub.greeted()
    await live(watched)
    futures = [watched.client.do(Declare(f"O-{n}")) for n in range(MAX_COMMANDS)]
    with pytest.raises(ClientError, match="wait for the hub's answer already"):
        watched.client.do(Declare("O-x")).result(timeout=0)
    for _ in futures:
        await peer.say(done=(await peer.heard())["id"], seq=1)
    assert [(await ended(future)).as_(type(None)) for future in futures] == [None] * MAX_COMMANDS


async def test_stop_ends_commands_that_wait(hub: Any, watched: Any) -> None:
    peer = await hub.greeted()
    await live(watched)
    future = watched.client.do(Declare("O-12"))
    await peer.heard()
    await asyncio.to_thread(watched.client.stop)
    with pytest.raises(AnswerLost):
        future.result(timeout=0)
    with pytest.raises(NotConnected):
        watched.client.do(Declare("O-12")).result(timeout=0)


async def test_cancelling_a_command_does_not_pretend_that_it_was_not_sent(hub: Any, watched: Any) -> None:
    peer = await hub.greeted()
    await live(watched)
    future = watched.client.do(Declare("O-12"))
    assert not future.cancel()
    await peer.say(done=(await peer.heard())["id"], seq=5)
    assert await ended(future) == Reply(5, msgspec.Raw(b"null"))
