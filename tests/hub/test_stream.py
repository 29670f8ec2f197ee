"""``WS /v1/stream``: snapshot, deltas, windows, commands; and terminals that do not read."""

import asyncio
import socket
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import pytest
from aiohttp import ClientSession
from websockets.client import ClientProtocol
from websockets.frames import Frame, Opcode
from websockets.uri import parse_uri

from tests.hub.running import RunningHub
from tests.hub.terminal import terminal


def alarm(number: int | str, source: str, **more: Any) -> dict[str, Any]:
    return {"source": source, "id": str(number), "managed_object": "pgw-1", "severity": "major", **more}


async def push(hub: RunningHub, *alarms: dict[str, Any]) -> int:
    status, said = await hub.post("/v1/alarms", list(alarms))
    assert status == 200, said
    return int(said["seq"])


# -- views -----------------------------------------------------------------------------------------------------------


async def test_a_terminal_is_greeted_and_hears_a_beat(shared_hub: RunningHub) -> None:
    before = await shared_hub.sequence()
    async with terminal(shared_hub) as one:
        assert one.hello["hub"].startswith("vaken ")
        assert one.hello["instance"]
        assert before <= one.hello["seq"] <= await shared_hub.sequence()
        assert one.hello["degraded"] == ""
        await one.until(lambda: one.beats)
        assert one.beats[0]["beat"] >= one.hello["seq"]
        assert one.beats[0]["at"] > one.hello["at"]
    async with terminal(shared_hub) as other:
        assert other.hello["instance"] == one.hello["instance"]


async def test_a_view_is_a_snapshot_and_then_what_changes(shared_hub: RunningHub) -> None:
    await push(shared_hub, *(alarm(number, "deltas") for number in range(3)))
    async with terminal(shared_hub) as one:
        shown = await one.opened("alarms", sort="key", filter="source:deltas")
        assert shown.order == ["deltas/0", "deltas/1", "deltas/2"]
        seq = await push(shared_hub, alarm(1, "deltas", severity="minor"), alarm(9, "deltas"))
        frame: dict[str, Any] = {}
        while "view" not in frame:
            frame = await one.read()
        assert set(frame["set"]) == {"deltas/1", "deltas/9"}, "only what changed is sent"
        assert frame["order"] == ["deltas/0", "deltas/1", "deltas/2", "deltas/9"]
        assert (frame["seq"], frame["total"]) == (seq, 4)
        assert shown.rows["deltas/1"]["severity"] == "minor"
        assert shown.snapshots == 1


async def test_a_flood_of_alarms_comes_in_few_frames_and_ends_in_the_newest_state(shared_hub: RunningHub) -> None:
    async with terminal(shared_hub) as one, ClientSession() as session:
        shown = await one.opened("alarms", sort="key", filter="source:flood", window=[0, 1000])
        frames: list[dict[str, Any]] = []

        async def feed(first: int) -> None:
            for number in range(first, 500, 10):
                body = orjson.dumps(alarm(number % 250, "flood", text=str(number)))
                async with session.post(f"{shared_hub.url}/v1/alarms", data=body) as said:
                    assert said.status == 200

        async def watch() -> None:
            while True:
                frames.append(await one.read())

        watching = asyncio.create_task(watch())
        async with asyncio.TaskGroup() as feeds:
            for first in range(10):
                feeds.create_task(feed(first))
        watching.cancel()
        await asyncio.wait({watching})
        newest = await shared_hub.rows("alarms", "&filter=source:flood&sort=key")
        await one.until(lambda: shown.listed == newest)
        assert len(newest) == 250
        assert shown.snapshots == 1
        assert shown.deltas < 100, "500 facts were conflated into at most ten frames a second"


async def test_a_window_shows_its_rows_of_the_whole(shared_hub: RunningHub) -> None:
    await push(shared_hub, *(alarm(number, "window") for number in range(10, 20)))
    async with terminal(shared_hub) as one:
        shown = await one.opened("alarms", sort="key", filter="source:window", window=[2, 3])
        assert shown.order == ["window/12", "window/13", "window/14"]
        assert shown.total == 10
        await push(shared_hub, alarm(1, "window"))
        await one.until(lambda: shown.total == 11)
        assert shown.order == ["window/11", "window/12", "window/13"]
        await push(shared_hub, alarm(30, "window"))
        await one.until(lambda: shown.total == 12)
        assert shown.order == ["window/11", "window/12", "window/13"], "what happens below the window only counts"


@pytest.mark.parametrize("window", [[0, 0], [-5, 2], [10**6, 10], [0, 10**9]])
async def test_an_odd_window_is_cut_to_what_there_is(shared_hub: RunningHub, window: list[int]) -> None:
    await push(shared_hub, alarm(1, "odd"), alarm(2, "odd"))
    async with terminal(shared_hub) as one:
        shown = await one.opened("alarms", filter="source:odd", window=window)
        assert (shown.total, shown.error) == (2, "")


async def test_opening_under_a_number_again_replaces_the_query(shared_hub: RunningHub) -> None:
    await push(shared_hub, alarm(1, "first"), alarm(1, "second"))
    async with terminal(shared_hub) as one:
        await one.opened("alarms", filter="source:first")
        shown = await one.opened("alarms", filter="source:second")
        assert shown.order == ["second/1"]
        await push(shared_hub, alarm(2, "first"))
        await push(shared_hub, alarm(2, "second"))
        await one.until(lambda: len(shown.rows) == 2)
        assert set(shown.rows) == {"second/1", "second/2"}


async def test_a_view_that_is_closed_is_heard_of_no_more(shared_hub: RunningHub) -> None:
    async with terminal(shared_hub) as one:
        closed = await one.opened("alarms", 1, filter="source:closing")
        kept = await one.opened("alarms", 2, filter="source:closing")
        await one.send({"close": 1})
        await one.do("nothing", 1)
        await push(shared_hub, alarm(1, "closing"))
        await one.until(lambda: kept.rows)
        assert not closed.rows


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"open": "alarms", "filter": "nothing:1"}, "unknown key nothing"),
        ({"open": "alarms", "filter": 'a "b'}, "quote is not closed"),
        ({"open": "alarms", "sort": "loudness"}, "loudness"),
        ({"open": "weather"}, "weather"),
        ({"open": "impact"}, "of"),
    ],
)
async def test_a_view_that_cannot_be_is_an_error_and_the_connection_lives(
    shared_hub: RunningHub, asked: dict[str, Any], words: str
) -> None:
    async with terminal(shared_hub) as one:
        shown = await one.opened(asked.pop("open"), 5, **asked)
        assert words in shown.error
        assert (await one.opened("alarms", 5)).snapshots == 1


@pytest.mark.parametrize(
    "frame", ["{", "[]", "5", '{"open": 1, "id": 1}', '{"open": "alarms"}', '{"close": "x"}', "{}", b"\xff\xff"]
)
async def test_a_frame_that_is_none_is_an_error_and_the_connection_lives(
    shared_hub: RunningHub, frame: str | bytes
) -> None:
    async with terminal(shared_hub) as one:
        await one.send(frame)
        await one.until(lambda: one.errors)
        assert (await one.opened("alarms")).snapshots == 1


async def test_a_terminal_has_no_more_than_so_many_views(shared_hub: RunningHub) -> None:
    async with terminal(shared_hub) as one:
        for number in range(64):
            await one.open("feeds", number)
        assert "no more than 64" in (await one.opened("feeds", 64)).error
        assert (await one.opened("counts", 3)).snapshots == 1, "replacing one is not one more"


async def test_a_terminal_that_leaves_gives_its_queries_back(shared_hub: RunningHub) -> None:
    async with terminal(shared_hub) as one, terminal(shared_hub) as other:
        for number, view in enumerate(("alarms", "cases", "outages", "feeds")):
            await one.opened(view, number, filter="-leaving")
        await other.opened("alarms", filter="-leaving")
        assert await shared_hub.metric("vaken_queries_open") == 4
        assert await shared_hub.metric("vaken_terminals") == 2
        await one.send({"close": 3})
        await shared_hub.until_metric("vaken_queries_open", lambda value: value == 3)
    await shared_hub.until_metric("vaken_queries_open", lambda value: value == 0)
    await shared_hub.until_metric("vaken_terminals", lambda value: value == 0)


# -- terminals that do not read --------------------------------------------------------------------------------------


class Sleeper:
    """A terminal on a socket of its own, which is read only when the test says so."""

    def __init__(self, url: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._protocol = ClientProtocol(parse_uri(url), max_size=None)
        self._reader = reader
        self._writer = writer
        self._events: deque[Any] = deque()

    async def greet(self) -> None:
        self._protocol.send_request(self._protocol.connect())
        await self._flush()
        assert "hub" in await self.frame()

    async def send(self, frame: dict[str, Any]) -> None:
        self._protocol.send_text(orjson.dumps(frame))
        await self._flush()

    async def frame(self) -> dict[str, Any]:
        """Read until a frame is complete; return it."""
        async with asyncio.timeout(60):
            while True:
                while self._events:
                    event = self._events.popleft()
                    if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                        return dict(orjson.loads(event.data))
                data = await self._reader.read(65_536)
                assert data, "the hub hung up"
                self._protocol.receive_data(data)
                self._events.extend(self._protocol.events_received())
                await self._flush()

    async def shown(self, view: int) -> dict[str, Any]:
        """Read until a frame of a view comes; return it."""
        while (frame := await self.frame()).get("view") != view:
            pass
        return frame

    async def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            self._writer.write(data)
        await self._writer.drain()


@asynccontextmanager
async def sleeper(hub: RunningHub) -> AsyncIterator[Sleeper]:
    """Connect a terminal that takes next to nothing into its buffers."""
    host, port = hub.url.removeprefix("http://").split(":")
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, (host, int(port)))
    reader, writer = await asyncio.open_connection(sock=sock, limit=65_536)
    one = Sleeper(f"ws://{host}:{port}/v1/stream", reader, writer)
    await one.greet()
    yield one
    writer.transport.abort()


LARGE = {f"note{number}": "x" * 500 for number in range(40)}
"""Attributes that make a row of 20 KB."""


async def test_a_terminal_that_does_not_read_holds_up_nobody_and_gets_what_is_newest(shared_hub: RunningHub) -> None:
    rounds = 20
    async with sleeper(shared_hub) as asleep, terminal(shared_hub) as awake:
        await asleep.send({"open": "alarms", "id": 1, "filter": "source:sleepy", "window": [0, 1000]})
        first = await asleep.shown(1)
        assert first["rows"] == []
        shown = await awake.opened("alarms", filter="key:sleepy/0")
        for number in range(rounds):
            await push(shared_hub, *(alarm(place, "sleepy", text=f"{number}", attributes=LARGE) for place in range(60)))
            await awake.until(lambda: shown.rows and shown.rows["sleepy/0"]["text"] == f"{number}")  # noqa: B023
        newest = await shared_hub.rows("alarms", "&filter=source:sleepy")
        rows: dict[str, Any] = {}
        frames = 0
        while [rows.get(row["key"]) for row in newest] != newest:
            rows |= (await asleep.shown(1)).get("set", {})
            frames += 1
        assert frames < rounds / 2, "what it missed was not kept for it"


async def test_a_view_that_was_replaced_while_its_terminal_slept_says_nothing_more(shared_hub: RunningHub) -> None:
    async with sleeper(shared_hub) as asleep, terminal(shared_hub) as awake:
        await push(shared_hub, alarm(1, "small"), alarm(2, "small"))
        await awake.opened("alarms", filter="key:small/2")
        await asleep.send({"open": "alarms", "id": 1, "filter": "source:broad", "window": [0, 1000]})
        await asleep.send({"open": "alarms", "id": 2, "filter": "key:small/1"})
        await asleep.shown(2)
        broad = [alarm(place, "broad", attributes=LARGE) for place in range(400)]
        await push(shared_hub, *broad, alarm(1, "small", text="changed"))
        await asleep.send({"open": "alarms", "id": 2, "filter": "key:small/2"})
        await shared_hub.until_metric("vaken_queries_open", lambda value: value == 2)
        frame = await asleep.shown(2)
        assert [row["key"] for row in frame["rows"]] == ["small/2"]


# -- commands --------------------------------------------------------------------------------------------------------


async def test_an_acknowledgement_is_done_and_seen(shared_hub: RunningHub) -> None:
    await push(shared_hub, alarm(1, "ack"), alarm(2, "ack"))
    async with terminal(shared_hub, who="eva") as one:
        shown = await one.opened("alarms", filter="source:ack")
        answer = await one.do("ack", 7, alarms=["ack/1", "ack/2"], seen=shown.seq)
        assert answer["done"] == 7
        await one.until(lambda: all(row.get("acknowledged_by") == "eva" for row in shown.listed))
        assert shown.seq >= answer["seq"]


async def test_an_alarm_that_never_was_is_not_said_to_be_clear(shared_hub: RunningHub) -> None:
    await push(shared_hub, alarm(1, "was"), alarm(1, "was", severity="cleared"))
    async with terminal(shared_hub) as one:
        assert (await one.do("ack", alarms=["was/7"]))["why"] == "there is no alarm was/7, or no longer"
        assert (await one.do("ack", alarms=["was/1"]))["why"] == "was/1 cleared meanwhile"


async def test_an_alarm_that_changed_since_is_not_acknowledged_unseen(shared_hub: RunningHub) -> None:
    seen = await push(shared_hub, alarm(1, "moved"), alarm(2, "moved"))
    await push(shared_hub, alarm(1, "moved", severity="critical"))
    await push(shared_hub, alarm(2, "moved", severity="cleared"))
    async with terminal(shared_hub) as one:
        answer = await one.do("ack", alarms=["moved/1"], seen=seen)
        assert answer["refused"] == 1
        assert "moved/1" in answer["why"]
        assert "critical" in answer["why"]
        answer = await one.do("ack", alarms=["moved/2"])
        assert "moved/2 cleared" in answer["why"]
        assert "done" in await one.do("ack", alarms=["moved/1"])
    (row,) = await shared_hub.rows("alarms", "&filter=key:moved/2")
    assert "acknowledged_by" not in row


async def range_with(hub: RunningHub, first: int, apn: str) -> None:
    """Make 100 SIMs known that share an APN."""
    body = {"first": str(first), "count": 100, "customer": f"c-{apn}", "attributes": {"apn": apn}}
    assert (await hub.post("/v1/ranges", body))[0] == 200


async def suspected(hub: RunningHub, first: int, apn: str) -> dict[str, Any]:
    """Have an outage suspected at an APN; return its row."""
    await range_with(hub, first, apn)
    await push(hub, alarm(apn, "outages", severity="critical", attributes={"apn": apn}))
    rows = await hub.until("outages", lambda rows: rows, f"&filter=shared:{apn}")
    return dict(rows[0])


async def test_a_command_that_did_not_see_the_last_decision_is_refused_with_it(shared_hub: RunningHub) -> None:
    outage = await suspected(shared_hub, 894620007000000000, "seen.test")
    async with terminal(shared_hub, who="eva") as eva, terminal(shared_hub, who="bo") as bo:
        assert "done" in await eva.do("declare", 1, outage=outage["key"], title="APN down", seen=outage["seq"])
        answer = await bo.do("reject", 2, outage=outage["key"], why="a test", seen=outage["seq"])
        assert answer["refused"] == 2
        assert "declared" in answer["why"]
        assert "eva" in answer["why"]
        (row,) = await shared_hub.rows("outages", f"&filter=key:{outage['key']}")
        assert (row["state"], row["commander"], row["title"]) == ("declared", "eva", "APN down")
        answer = await bo.do("reject", 3, outage=outage["key"], seen=row["seq"])
        assert answer["why"] == f"{outage['key']} is declared, it cannot become rejected"
        assert "done" in await bo.do("mitigate", 4, outage=outage["key"], seen=row["seq"])


async def test_views_of_one_outage_follow_it(shared_hub: RunningHub) -> None:
    outage = await suspected(shared_hub, 894620007100000000, "of.test")
    await shared_hub.post("/v1/customers", {"id": "c-of.test", "name": "Of & Sons", "vip": True})
    async with terminal(shared_hub) as one:
        impact = await one.opened("impact", 1, of=outage["key"])
        timeline = await one.opened("timeline", 2, of=outage["key"])
        updates = await one.opened("updates", 3, of=outage["key"])
        assert [(row["customer"], row["sims"], row["vip"]) for row in impact.listed] == [("Of & Sons", 100, True)]
        assert not any("declared" in row["what"] for row in timeline.listed)
        await one.do("declare", outage=outage["key"])
        # Watchers may have had their say as well by now.
        await one.until(lambda: any("declared" in row["what"] for row in timeline.listed))
        assert [row["who"] for row in timeline.listed if "declared" in row["what"]] == ["jl"]
        text = {"done": "a", "will": "b", "need": "c"}
        answer = await one.do("draft", 9, outage=outage["key"], kind="first word", text=text)
        await one.until(lambda: updates.rows)
        assert updates.order == [answer["result"]["update"]]


async def test_an_outage_that_was_merged_is_answered_with_where_it_went(shared_hub: RunningHub) -> None:
    first, apn = 894620007200000000, "merge.test"
    await range_with(shared_hub, first, apn)
    sims = [f"{first + number}" for number in range(60)]
    await shared_hub.post("/v1/cases", [{"number": "M-1", "source": "desk-merge", "sims": sims}])
    rows = await shared_hub.until("outages", lambda rows: rows, "&filter=reason:customer state:suspected")
    gone = rows[0]["key"]
    survivor = (await suspected(shared_hub, first, apn))["key"]
    await shared_hub.until("outages", lambda rows: rows[0]["state"] == "merged", f"&filter=key:{gone}")
    async with terminal(shared_hub) as one:
        answer = await one.do("declare", outage=gone)
        assert answer["why"] == f"{gone} was merged into {survivor}; look there"
        timeline = await one.opened("timeline", of=survivor)
        assert any(gone in row["what"] for row in timeline.listed)


@pytest.mark.parametrize(
    ("name", "fields", "words"),
    [
        ("explode", {}, "there is no command explode; there are ack"),
        (5, {}, "there is no command 5"),
        (None, {}, "there is no command None"),
        ("declare", {}, "outage"),
        ("declare", {"outage": 5}, "$.outage"),
        ("declare", {"outage": "O-999"}, "there is no outage O-999"),
        ("declare", {"outage": "O-1", "seen": -1}, "$.seen"),
        ("ack", {"alarms": "all"}, "$.alarms"),
        ("ack", {"alarms": ["x"] * 10_001}, "no more than 10,000"),
        ("steer", {"update": "U-1", "to": "explode"}, "$.to"),
        ("preview", {"update": "U-99"}, "there is no update U-99"),
        ("approve", {"update": "U-99", "digest": "x", "customers": 1}, "there is no update U-99"),
        ("retry", {"update": "U-99", "deliveries": [0]}, "there is no update U-99"),
    ],
)
async def test_a_command_that_cannot_be_is_refused_with_its_reason(
    shared_hub: RunningHub, name: Any, fields: dict[str, Any], words: str
) -> None:
    before = await shared_hub.sequence()
    async with terminal(shared_hub) as one:
        answer = await one.do(name, "n", **fields)
        assert answer["refused"] == "n"
        assert words in answer["why"]
    assert await shared_hub.told_since(before) == []


async def test_commands_over_http_answer_as_on_the_stream(shared_hub: RunningHub) -> None:
    outage = await suspected(shared_hub, 894620007300000000, "http.test")
    assert (await shared_hub.command("declare"))[0] == 422
    assert (await shared_hub.command("declare", outage="O-999"))[0] == 409
    status, said = await shared_hub.command("declare", "eva", outage=outage["key"], seen=outage["seq"])
    assert (status, said["done"]) == (200, True)
    status, said = await shared_hub.command("declare", "bo", outage=outage["key"], seen=outage["seq"])
    assert status == 409
    assert "eva" in said["error"]


async def test_who_gives_a_command_is_cleaned(shared_hub: RunningHub) -> None:
    await push(shared_hub, alarm(1, "who"))
    async with terminal(shared_hub, who="%1b%5b2Jeva%e2%80%ae" + "x" * 200) as one:
        await one.do("ack", alarms=["who/1"])
    (row,) = await shared_hub.rows("alarms", "&filter=source:who")
    assert row["acknowledged_by"].startswith("\\x1b[2Jeva\\u202ex")
    assert len(row["acknowledged_by"]) <= 64


async def test_what_a_person_writes_is_cleaned_at_the_door_and_keeps_its_lines(shared_hub: RunningHub) -> None:
    fleet = {"first": "894699000000000000", "last": "894699000000000099", "customer": "clean"}
    contact = {"channel": "e-mail", "address": "noc@clean.example"}
    await shared_hub.post("/v1/customers", {"id": "clean", "name": "Clean AB", "contacts": [contact]})
    await shared_hub.post("/v1/ranges", fleet | {"attributes": {"apn": "clean"}})
    place = {"managed_object": "x", "severity": "critical", "attributes": {"apn": "clean"}}
    await push(shared_hub, {"source": "clean", **place})
    (row,) = await shared_hub.until("outages", lambda rows: len(rows) == 1, '&filter=shared:"apn clean"')
    text = {"done": "one\ntwo\x1b[31m", "will": "\u202ethree", "need": "four", "next_word": "2030-01-01T00:00:00Z"}
    draft = {"outage": row["key"], "kind": "first word", "text": text}
    async with terminal(shared_hub) as one:
        by_stream = await one.do("draft", **draft)
        status, by_http = await shared_hub.post("/v1/commands/draft", draft)
        assert status == 200, by_http
        for answer in (by_stream, by_http):
            shown = await one.do("preview", update=answer["result"]["update"])
            (message,) = shown["result"]["messages"]
            assert "one\ntwo\\x1b[31m\n" in message["body"]
            assert "\\u202ethree\n" in message["body"]
