"""The pushing feed against a small hub on a real socket that can misbehave on purpose."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import WSMsgType, web

from feeds.client import Credentials
from feeds.drill.push import FRAME_EVENTS, PushError, PushFeed, PushRefused, ingest_url
from feeds.model import AlarmEvent, CaseEvent, Severity

Behaviour = Callable[["StubHub", int, dict[str, object]], dict[str, object] | None]
"""What to answer to the n-th frame of all (from 1): an answer, or None for dropping the connection without one."""


class StubHub:
    """Takes frames in, keeps what it acknowledged in order, answers as its behaviour says."""

    def __init__(self, behaviour: Behaviour) -> None:
        self.behaviour = behaviour
        self.frames: list[dict[str, object]] = []
        self.kept: list[str] = []
        self.connections = 0
        self.feeds: list[str] = []
        self.tokens: list[str] = []
        self.url = ""

    def keep(self, frame: dict[str, object]) -> dict[str, object]:
        """Accept a frame as the real hub does."""
        events = [event for kind in ("alarms", "cases", "ranges", "customers") for event in items(frame, kind)]
        self.kept.extend(str(event.get("id") or event.get("number")) for event in events)
        return {"id": frame["id"], "accepted": len(events), "seq": len(self.kept)}

    async def ingest(self, request: web.Request) -> web.WebSocketResponse:
        self.connections += 1
        self.feeds.append(request.query.get("feed", ""))
        self.tokens.append(request.headers.get("Authorization", ""))
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            frame: dict[str, object] = json.loads(message.data)
            self.frames.append(frame)
            answer = self.behaviour(self, len(self.frames), frame)
            if answer is None:
                assert request.transport is not None
                request.transport.abort()
                break
            await socket.send_str(json.dumps(answer))
        return socket


def items(frame: dict[str, object], kind: str) -> list[dict[str, object]]:
    found = frame.get(kind, [])
    assert isinstance(found, list)
    return found


@asynccontextmanager
async def stub_hub(behaviour: Behaviour, port: int = 0) -> AsyncIterator[StubHub]:
    hub = StubHub(behaviour)
    app = web.Application()
    app.router.add_get("/v1/ingest", hub.ingest)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    hub.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield hub
    finally:
        await runner.cleanup()


def accept(hub: StubHub, _number: int, frame: dict[str, object]) -> dict[str, object]:
    return hub.keep(frame)


def alarm(name: str, severity: Severity = Severity.MAJOR) -> AlarmEvent:
    return AlarmEvent(source="test", managed_object="node", severity=severity, id=name)


async def push_each(feed: PushFeed, *names: str) -> None:
    async with feed:
        for name in names:
            await feed.push(alarms=[alarm(name)])


async def test_everything_pushed_is_accepted_and_counted_when_the_feed_is_left() -> None:
    async with stub_hub(accept) as hub:
        async with PushFeed(hub.url, feed="probe one", credentials=Credentials(token="secret")) as feed:
            await feed.push(alarms=[alarm("a"), alarm("b")], cases=[CaseEvent(number="7")])
        assert hub.kept == ["a", "b", "7"]
        assert (feed.accepted, feed.last_seq, feed.reconnects) == (3, 3, 0)
        assert hub.feeds == ["probe one"]
        assert hub.tokens == ["Bearer secret"]


async def test_a_large_batch_goes_out_in_frames_of_bounded_size_and_in_order() -> None:
    names = [str(number) for number in range(FRAME_EVENTS * 2 + 1)]
    async with stub_hub(accept) as hub:
        async with PushFeed(hub.url, feed="test") as feed:
            await feed.push(alarms=[alarm(name) for name in names])
        assert [len(items(frame, "alarms")) for frame in hub.frames] == [FRAME_EVENTS, FRAME_EVENTS, 1]
        assert hub.kept == names


async def test_what_was_not_answered_is_sent_again_after_a_lost_connection() -> None:
    def drop_second(hub: StubHub, number: int, frame: dict[str, object]) -> dict[str, object] | None:
        return None if number == 2 else hub.keep(frame)

    async with stub_hub(drop_second) as hub:
        async with PushFeed(hub.url, feed="test") as feed:
            for name in "abcd":
                await feed.push(alarms=[alarm(name)])
        assert list(dict.fromkeys(hub.kept)) == list("abcd")
        assert feed.accepted == 4
        assert feed.reconnects == 1


async def test_an_overloaded_hub_gets_the_frame_again_and_all_later_ones_behind_it() -> None:
    overloaded = iter([True])

    def busy_once(hub: StubHub, number: int, frame: dict[str, object]) -> dict[str, object]:
        if items(frame, "alarms")[0]["id"] == "raise" and next(overloaded, False):
            return {"id": frame["id"], "error": {"status": 503, "message": "busy", "retry_after": 0}}
        return hub.keep(frame)

    async with stub_hub(busy_once) as hub:
        async with PushFeed(hub.url, feed="test") as feed:
            for name in ("before", "raise", "clear"):
                await feed.push(alarms=[alarm(name)])
        last = {name: place for place, name in enumerate(hub.kept)}
        assert last["before"] < last["raise"] < last["clear"]
        assert feed.accepted == 3
        assert feed.reconnects == 0


async def test_a_refused_frame_is_not_repeated_and_is_told_when_the_feed_is_left() -> None:
    def refuse_bad(hub: StubHub, number: int, frame: dict[str, object]) -> dict[str, object]:
        if items(frame, "alarms")[0]["id"] == "bad":
            return {"id": frame["id"], "error": {"status": 422, "message": "$[0].severity: unknown"}}
        return hub.keep(frame)

    async with stub_hub(refuse_bad) as hub:
        feed = PushFeed(hub.url, feed="test")
        with pytest.raises(PushRefused, match=r"1 events: \$\[0\].severity: unknown \(status 422\)"):
            await push_each(feed, "good", "bad", "fine")
        assert hub.kept == ["good", "fine"]
        assert (feed.accepted, feed.refused, feed.refusals[0].status) == (2, 1, 422)


async def test_no_more_frames_than_allowed_wait_for_an_answer_and_push_waits_instead() -> None:
    full, go_on = asyncio.Event(), asyncio.Event()
    seen: list[int] = []

    async def slow(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        async for message in socket:
            seen.append(json.loads(message.data)["id"])
            if len(seen) == 3:
                full.set()
                await go_on.wait()
            if len(seen) >= 3:
                for number in seen[:3] if len(seen) == 3 else seen[-1:]:
                    await socket.send_str(json.dumps({"id": number, "accepted": 1, "seq": 1}))
        return socket

    app = web.Application()
    app.router.add_get("/v1/ingest", slow)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with PushFeed(f"http://127.0.0.1:{runner.addresses[0][1]}", feed="test", in_flight=3) as feed:
        for name in "abc":
            await feed.push(alarms=[alarm(name)])
        fourth = asyncio.create_task(feed.push(alarms=[alarm("d")]))
        await full.wait()
        assert not fourth.done()
        assert len(seen) == 3
        go_on.set()
        await fourth
    assert len(seen) == 4
    await runner.cleanup()


async def test_a_feed_started_before_its_hub_delivers_when_the_hub_comes() -> None:
    async with stub_hub(accept) as first:
        url = first.url
    async with PushFeed(url, feed="test") as feed:
        await feed.push(alarms=[alarm("early")])
        async with stub_hub(accept, port=int(url.rpartition(":")[2])) as hub:
            await feed.flush()
            assert hub.kept == ["early"]
    assert feed.accepted == 1


async def test_a_place_without_an_ingest_is_an_error_and_not_tried_for_ever() -> None:
    runner = web.AppRunner(web.Application())
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    with pytest.raises(PushError, match="404"):
        await push_each(PushFeed(f"http://127.0.0.1:{runner.addresses[0][1]}", feed="test"), "a")
    await runner.cleanup()


async def test_leaving_by_an_exception_does_not_wait_for_a_hub_that_is_away() -> None:
    async with stub_hub(accept) as hub:
        url = hub.url

    async def fail() -> None:
        async with PushFeed(url, feed="test") as feed:
            await feed.push(alarms=[alarm("lost")])
            raise LookupError

    with pytest.raises(LookupError):
        await fail()


async def test_pushing_outside_of_the_context_is_an_error() -> None:
    feed = PushFeed("http://127.0.0.1:9", feed="test")
    with pytest.raises(PushError, match="async with"):
        await feed.push(alarms=[alarm("a")])


@pytest.mark.parametrize(
    ("hub", "url"),
    [
        ("http://hub.example:8425", "ws://hub.example:8425/v1/ingest?feed=a%20b"),
        ("https://hub.example/vaken/", "wss://hub.example/vaken/v1/ingest?feed=a%20b"),
        ("127.0.0.1:1", "ws://127.0.0.1:1/v1/ingest?feed=a%20b"),
    ],
)
def test_the_ingest_lies_below_the_address_of_the_hub(hub: str, url: str) -> None:
    assert ingest_url(hub, "a b") == url


@pytest.mark.parametrize("hub", ["ftp://hub", "http://", ""])
def test_what_is_no_address_of_a_hub_is_said_to_be_none(hub: str) -> None:
    with pytest.raises(PushError, match="not the address"):
        ingest_url(hub, "a")
