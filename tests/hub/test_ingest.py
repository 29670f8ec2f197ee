"""The door: what is taken in, what is refused and in which words, over HTTP and over ``WS /v1/ingest``."""

import asyncio
import gzip
import json
import zlib
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest
from aiohttp import ClientSession
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from feeds.hub import watch_feeds
from feeds.sources.parse import OWN_SOURCE
from tests.hub.running import RunningHub

BODY_BYTES = 1_000_000
INVENTORY_BYTES = 200_000


@pytest.fixture(scope="module")
def hub_config() -> str:
    return f"[limits]\nbody_bytes = {BODY_BYTES}\ninventory_bytes = {INVENTORY_BYTES}\n"


def alarm(number: int | str, source: str, **more: Any) -> dict[str, Any]:
    return {"source": source, "id": str(number), "managed_object": "pgw-1", "severity": "major", **more}


def ingest(hub: RunningHub, feed: str = "feed-1") -> connect:
    return connect(f"{hub.url.replace('http', 'ws')}/v1/ingest?feed={feed}", max_size=None, proxy=None)


async def answer(socket: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(30):
        return dict(orjson.loads(await socket.recv()))


# -- bodies ----------------------------------------------------------------------------------------------------------


async def test_one_alarm_and_many_alarms_are_taken(shared_hub: RunningHub) -> None:
    assert (await shared_hub.post("/v1/alarms", alarm(1, "many")))[1]["accepted"] == 1
    status, said = await shared_hub.post("/v1/alarms", [alarm(number, "many") for number in range(2, 5)])
    assert (status, said["accepted"]) == (200, 3)
    rows = await shared_hub.rows("alarms", "&filter=source:many&sort=key")
    assert [row["key"] for row in rows] == ["many/1", "many/2", "many/3", "many/4"]


async def test_an_empty_batch_is_taken_and_is_nothing(shared_hub: RunningHub) -> None:
    before = await shared_hub.sequence()
    assert await shared_hub.post("/v1/alarms", []) == (200, {"accepted": 0, "seq": before})


@pytest.mark.parametrize(
    ("body", "place"),
    [
        (b'{"source":', "line 1, column 11 (byte 10)"),
        (b'[{"source": "a"},\n {"source" "b"}]', "line 2, column 12 (byte 29)"),
        (b'{"text": "\xff"}', "byte 10"),
        (b"", "empty"),
    ],
)
@pytest.mark.parametrize("path", ["/v1/alarms", "/v1/ranges", "/api/v2/alerts", "/hooks/alertmanager", "/hooks/zammad"])
async def test_malformed_json_is_refused_with_its_position(
    shared_hub: RunningHub, path: str, body: bytes, place: str
) -> None:
    status, said = await shared_hub.post(path, body)
    assert status == 400
    assert place in said["error"]


@pytest.mark.parametrize(
    ("path", "body", "place"),
    [
        ("/v1/alarms", {"source": "a", "severity": "major"}, "managed_object"),
        ("/v1/alarms", {"source": "a", "managed_object": 5, "severity": "major"}, "$.managed_object"),
        ("/v1/alarms", [alarm(1, "a"), alarm(2, "a", severity="loud")], "$[1].severity"),
        ("/v1/alarms", [alarm(1, "a", attributes={"apn": 5})], "$[0].attributes"),
        ("/v1/alarms", alarm(1, "a", time="2026-03-01T02:00:00"), "$.time"),
        ("/v1/alarms", alarm(1, "no/slash"), "$.source"),
        ("/v1/alarms", "text", "$"),
        ("/v1/cases", {"title": "no number"}, "number"),
        ("/v1/cases", [{"number": "1", "state": "lost"}], "$[0].state"),
        ("/v1/cases", {"number": "1", "sims": "89"}, "$.sims"),
        ("/v1/ranges", {"first": "8946200020001000", "last": "8946200020001999"}, "customer"),
        ("/v1/ranges", [{"first": "8946200020001999", "last": "8946200020001000", "customer": "c"}], "$[0].last"),
        ("/v1/customers", {"id": "c", "name": "C", "contacts": [{"channel": "smoke", "address": "x"}]}, "channel"),
        ("/v1/customers", [{"id": "c", "name": "C", "time_zone": "Mars/Base"}], "$[0].time_zone"),
        ("/api/v2/alerts", [{"labels": {"a": 1}}], "$[0].labels"),
        ("/hooks/alertmanager", {"version": "4", "alerts": [{"labels": {"a": "b"}}]}, "$.alerts[0].status"),
        ("/hooks/zammad", {"ticket": {"title": "no number"}}, "number"),
    ],
)
async def test_a_wrong_value_is_refused_with_its_path(shared_hub: RunningHub, path: str, body: Any, place: str) -> None:
    before = await shared_hub.sequence()
    status, said = await shared_hub.post(path, orjson.dumps(body))
    assert status == 422, said
    assert place in said["error"]
    assert await shared_hub.told_since(before) == []


async def test_unknown_fields_are_ignored(shared_hub: RunningHub) -> None:
    status, _ = await shared_hub.post("/v1/alarms", alarm(1, "newer", colour="red", nested={"a": [1, {"b": None}]}))
    assert status == 200
    (row,) = await shared_hub.rows("alarms", "&filter=source:newer")
    assert "colour" not in row


async def test_a_batch_is_taken_whole_or_not_at_all(shared_hub: RunningHub) -> None:
    before = await shared_hub.sequence()
    batch = [alarm(number, "whole") for number in range(50)] + [alarm(50, "whole", severity="none")]
    status, said = await shared_hub.post("/v1/alarms", batch)
    assert status == 422
    assert "$[50].severity" in said["error"]
    assert await shared_hub.rows("alarms", "&filter=source:whole") == []
    assert await shared_hub.told_since(before) == []


async def test_a_body_may_be_as_large_as_the_limit_and_no_larger(shared_hub: RunningHub) -> None:
    body = orjson.dumps(alarm(1, "large")).ljust(BODY_BYTES)
    assert (await shared_hub.post("/v1/alarms", body))[0] == 200
    status, said = await shared_hub.post("/v1/alarms", body + b" ")
    assert status == 413
    assert "1,000,000 bytes" in said["error"]


async def test_the_inventory_has_a_limit_of_its_own(shared_hub: RunningHub) -> None:
    assert (await shared_hub.post("/v1/customers", b"[" + b" " * INVENTORY_BYTES + b"]"))[0] == 413
    assert (await shared_hub.post("/v1/cases", b"[" + b" " * INVENTORY_BYTES + b"]"))[0] == 200


async def test_a_chunked_body_that_grows_too_large_is_refused(shared_hub: RunningHub) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"["
        for _ in range(20):
            yield b" " * 65_536
        yield b"]"

    status, said = await shared_hub.post("/v1/alarms", chunks())
    assert status == 413
    assert "send smaller batches" in said["error"]


async def test_a_compressed_body_is_taken(shared_hub: RunningHub) -> None:
    body = gzip.compress(orjson.dumps([alarm(number, "gzip") for number in range(100)]))
    status, said = await shared_hub.post("/v1/alarms", body, {"Content-Encoding": "gzip"})
    assert (status, said["accepted"]) == (200, 100)


async def test_a_gzip_bomb_is_refused_without_filling_the_memory(shared_hub: RunningHub) -> None:
    packer = zlib.compressobj(1, wbits=31)
    bomb = b"".join(packer.compress(b" " * 1_048_576) for _ in range(256)) + packer.flush()
    assert len(bomb) > BODY_BYTES, "a small one would say less: this one is too large on the way already"
    small = bomb[: BODY_BYTES // 2]
    await shared_hub.post("/v1/alarms", alarm(1, "bomb"))
    before = shared_hub.peak_bytes()
    for body in (small, bomb):
        status, said = await shared_hub.post("/v1/alarms", body, {"Content-Encoding": "gzip"})
        assert status == 413
        assert "larger than 1,000,000 bytes" in said["error"]
    assert shared_hub.peak_bytes() - before < 32 * 1024 * 1024
    assert (await shared_hub.get("/readyz"))[0] == 200


async def test_what_is_not_compressed_as_it_says_is_the_senders_fault(shared_hub: RunningHub) -> None:
    body = orjson.dumps(alarm(1, "liar"))
    status, said = await shared_hub.post("/v1/alarms", body, {"Content-Encoding": "gzip"})
    assert status == 400
    assert "gzip" in said["error"]
    assert "Traceback" not in shared_hub.errors()


async def test_a_body_that_nests_too_deep_is_refused(shared_hub: RunningHub) -> None:
    body = b'{"source": "a", "extra": ' + b"[" * 5_000 + b"]" * 5_000 + b"}"
    status, said = await shared_hub.post("/v1/alarms", body)
    assert status == 400
    assert "deep" in said["error"]


async def test_what_could_steer_a_terminal_comes_out_visible(shared_hub: RunningHub) -> None:
    await shared_hub.post("/v1/alarms", alarm(1, "steer", text="\x1b[2Jgone\u202e", managed_object="a\nb"))
    (row,) = await shared_hub.rows("alarms", "&filter=source:steer")
    assert (row["text"], row["managed_object"]) == ("\\x1b[2Jgone\\u202e", "a\\nb")


async def test_a_sender_that_hangs_up_leaves_nothing(shared_hub: RunningHub) -> None:
    host, port = shared_hub.url.removeprefix("http://").split(":")
    before = await shared_hub.sequence()
    _, writer = await asyncio.open_connection(host, int(port))
    body = orjson.dumps(alarm(1, "cut"))
    head = f"POST /v1/alarms HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: {len(body) + 1}\r\n\r\n"
    writer.write(head.encode() + body)
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    assert await shared_hub.told_since(before) == []
    assert "Traceback" not in shared_hub.errors()


# -- repeats ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keyed", [{}, {"event": "n-1"}])
async def test_the_same_event_again_changes_nothing(shared_hub: RunningHub, keyed: dict[str, str]) -> None:
    source = f"again{len(keyed)}"
    event = alarm(1, source, time="2026-03-01T02:00:00Z", text="x", **keyed)
    await shared_hub.post("/v1/alarms", event)
    (row,) = await shared_hub.rows("alarms", f"&filter=source:{source}")
    before = await shared_hub.sequence()
    repeats = await shared_hub.metric("vaken_repeats_total")
    assert await shared_hub.post("/v1/alarms", [event, event]) == (200, {"accepted": 2, "seq": before})
    assert await shared_hub.rows("alarms", f"&filter=source:{source}") == [row]
    assert await shared_hub.metric("vaken_repeats_total") == repeats + 2


async def test_a_clear_and_its_repeat_clear_once(shared_hub: RunningHub) -> None:
    await shared_hub.post("/v1/alarms", alarm(1, "clears", time="2026-03-01T02:00:00Z"))
    clear = alarm(1, "clears", time="2026-03-01T02:05:00Z", severity="cleared")
    await shared_hub.post("/v1/alarms", clear)
    (row,) = await shared_hub.rows("alarms", "&filter=source:clears")
    assert (row["severity"], row["cleared"]) == ("cleared", "2026-03-01T02:05:00Z")
    before = await shared_hub.sequence()
    assert (await shared_hub.post("/v1/alarms", clear))[1]["seq"] == before


async def test_the_same_case_again_changes_nothing(shared_hub: RunningHub) -> None:
    case = {"number": "C-77", "source": "desk-again", "time": "2026-03-01T02:00:00Z", "title": "no data"}
    await shared_hub.post("/v1/cases", case)
    rows = await shared_hub.rows("cases", "&filter=key:desk-again/C-77")
    opened = [row["total"] for row in await shared_hub.rows("counts")]
    assert (await shared_hub.post("/v1/cases", case))[0] == 200
    assert await shared_hub.rows("cases", "&filter=key:desk-again/C-77") == rows
    assert [row["total"] for row in await shared_hub.rows("counts")] == opened


async def test_a_feed_that_repeats_itself_is_heard(shared_hub: RunningHub) -> None:
    event = alarm(1, "parrot", time="2026-03-01T02:00:00Z")
    for _ in range(3):
        await shared_hub.post("/v1/alarms", event)
    (row,) = await shared_hub.rows("feeds", "&filter=key:parrot")
    assert (row["kind"], row["events"]) == ("alarms", 3)


async def test_a_refused_payload_is_counted_for_the_feed_that_names_itself(shared_hub: RunningHub) -> None:
    await shared_hub.post("/v1/alarms?feed=clumsy", b"{")
    (row,) = await shared_hub.rows("feeds", "&filter=key:clumsy")
    assert (row["refused"], row.get("events", 0)) == (1, 0)


# -- paths -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/v1/nothing", 404),
        ("POST", "/v2/alarms", 404),
        ("PUT", "/v1/alarms", 405),
        ("POST", "/v1/outages", 405),
        ("DELETE", "/hooks/zammad", 405),
        ("POST", "/v1/commands/explode", 404),
        ("GET", "/v1/ingest", 400),
        ("GET", "/v1/stream", 400),
        ("GET", "/v1/alarms?limit=many", 422),
        ("GET", "/v1/alarms?first=-1", 422),
        ("GET", "/v1/alarms?limit=10001", 422),
        ("GET", "/v1/alarms?sort=nothing", 422),
        ("GET", '/v1/alarms?filter="open', 422),
        ("GET", "/v1/impact", 422),
    ],
)
async def test_every_refusal_is_json(shared_hub: RunningHub, method: str, path: str, status: int) -> None:
    async with ClientSession() as session, session.request(method, shared_hub.url + path, data=b"{}") as said:
        assert said.status == status
        assert said.content_type == "application/json"
        assert orjson.loads(await said.read())["error"]
        if status == 405:
            assert "GET" in said.headers["Allow"] or "POST" in said.headers["Allow"]


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1"])
async def test_a_page_of_another_origin_is_refused(shared_hub: RunningHub, origin: str) -> None:
    before = await shared_hub.sequence()
    status, said = await shared_hub.post("/v1/alarms", alarm(1, "origin"), {"Origin": origin})
    assert status == 403
    assert origin in said["error"]
    assert await shared_hub.told_since(before) == []
    for path in ("/v1/stream", "/v1/ingest"):
        with pytest.raises(InvalidStatus) as refusal:
            await connect(
                shared_hub.url.replace("http", "ws") + path, additional_headers={"Origin": origin}, proxy=None
            )
        assert refusal.value.response.status_code == 403


async def test_a_page_of_the_hub_itself_is_served(shared_hub: RunningHub) -> None:
    status, _ = await shared_hub.post("/v1/alarms", alarm(1, "own"), {"Origin": shared_hub.url})
    assert status == 200


# -- cases and inventory ---------------------------------------------------------------------------------------------


async def test_sims_are_read_from_fields_and_text_of_a_case(shared_hub: RunningHub) -> None:
    case = {
        "number": "S-1",
        "source": "desk-sims",
        "sims": ["894620002000100100-894620002000100149"],
        "text": "Hej, de här är också döda: 8946 2000 2000 1003 00 till 8946 2000 2000 1003 09. /Bo",
    }
    await shared_hub.post("/v1/cases", case)
    (row,) = await shared_hub.rows("cases", "&filter=key:desk-sims/S-1")
    assert row["sims"] == 60
    assert row["sims_text"]


async def test_inventory_gives_cases_their_customer_and_alarms_their_sims(shared_hub: RunningHub) -> None:
    customers = [{"id": "vk", "name": "Vattenkraft", "vip": True, "domains": ["vk.example"]}]
    ranges = [
        {"first": "894620003000000000", "count": 500, "customer": "vk", "attributes": {"apn": "inventory.test"}},
        {"first": "894620003000001000", "count": 250, "customer": "vk", "attributes": {"apn": "inventory.test"}},
    ]
    known = await shared_hub.metric("vaken_sim_ranges")
    assert (await shared_hub.post("/v1/customers", customers))[1]["accepted"] == 1
    assert (await shared_hub.post("/v1/ranges", ranges))[0] == 200
    assert await shared_hub.metric("vaken_sim_ranges") == known + 2
    await shared_hub.post("/v1/ranges", ranges)
    assert await shared_hub.metric("vaken_sim_ranges") == known + 2, "the same range again replaces itself"

    await shared_hub.post("/v1/alarms", alarm(1, "inv", severity="warning", attributes={"apn": "inventory.test"}))
    (served,) = await shared_hub.rows("alarms", "&filter=source:inv")
    assert served["sims"] == 750
    await shared_hub.post("/v1/cases", {"number": "I-1", "source": "desk-inv", "sims": ["894620003000001007"]})
    (case,) = await shared_hub.rows("cases", "&filter=key:desk-inv/I-1")
    assert (case["customer"], case["vip"]) == ("Vattenkraft", True)


# -- the socket ------------------------------------------------------------------------------------------------------


async def test_many_frames_in_flight_are_each_answered_by_their_id(shared_hub: RunningHub) -> None:
    async with ingest(shared_hub) as socket:
        for number in range(200):
            frame = {"id": number, "alarms": [alarm(f"{number}-{place}", "flight") for place in range(3)]}
            await socket.send(orjson.dumps(frame).decode())
        answers = [await answer(socket) for _ in range(200)]
    assert sorted(one["id"] for one in answers) == list(range(200))
    assert all(one["accepted"] == 3 and one["seq"] > 0 for one in answers)
    rows = await shared_hub.rows("alarms", "&filter=source:flight")
    assert len(rows) == 600


async def test_a_frame_may_hold_all_kinds_and_is_taken_whole(shared_hub: RunningHub) -> None:
    frame = {
        "id": "all",
        "ranges": {"first": "894620004000000000", "count": 10, "customer": "fr"},
        "customers": {"id": "fr", "name": "Frame & Co"},
        "alarms": alarm(1, "frame"),
        "cases": [{"number": "F-1", "source": "desk-frame", "customer": "fr"}],
    }
    async with ingest(shared_hub) as socket:
        await socket.send(orjson.dumps(frame))
        said = await answer(socket)
        assert (said["id"], said["accepted"]) == ("all", 4)
        before = await shared_hub.sequence()
        await socket.send(orjson.dumps(frame | {"id": 2, "cases": [{"number": 5}], "alarms": alarm(2, "frame")}))
        said = await answer(socket)
        assert (said["id"], said["error"]["status"]) == (2, 422)
    assert await shared_hub.told_since(before) == []
    (case,) = await shared_hub.rows("cases", "&filter=key:desk-frame/F-1")
    assert case["customer"] == "Frame & Co"


async def test_a_bad_frame_is_answered_and_the_socket_lives_on(shared_hub: RunningHub) -> None:
    async with ingest(shared_hub, "bad-frames") as socket:
        for frame, number, status in (
            ("{", None, 400),
            ("[]", None, 422),
            ('{"id": {}}', None, 422),
            ('{"id": 4, "alarms": 5}', 4, 422),
            ('{"id": "five", "alarms": [{"source": "a"}]}', "five", 422),
            ("", None, 400),
        ):
            await socket.send(frame)
            said = await answer(socket)
            assert said["id"] == number
            assert said["error"]["status"] == status
            assert said["error"]["message"]
        await socket.send(orjson.dumps({"id": 6, "alarms": [alarm(1, "survivor")]}))
        assert (await answer(socket))["accepted"] == 1
    (row,) = await shared_hub.rows("feeds", "&filter=key:bad-frames")
    assert row["refused"] == 6


async def test_the_source_of_the_hubs_own_alarms_is_taken_at_no_door(shared_hub: RunningHub) -> None:
    assert watch_feeds.SOURCE == OWN_SOURCE == "vaken"
    for name in ("vaken", "Vaken"):
        raised = alarm("silent:nms", name, severity="critical")
        for body in (raised, [alarm(1, "not-own"), raised], [alarm(1, "not-own"), raised | {"text": "\u2028"}]):
            for way in ({}, {"X-Other": "1"}):  # the lane, and beside it
                status, said = await shared_hub.post("/v1/alarms", body, way)
                assert status == 422
                assert f".source: {name} is the hub's own source" in said["error"]
        assert (await shared_hub.post("/v1/cases", {"number": "1", "source": name}))[0] == 422
        async with ingest(shared_hub) as socket:
            for frame in ({"alarms": raised | {"severity": "cleared"}}, {"cases": {"number": "1", "source": name}}):
                await socket.send(json.dumps({"id": 1} | frame))
                assert (await answer(socket))["error"]["status"] == 422
    assert await shared_hub.rows("alarms", "&filter=source:vaken,Vaken,not-own") == []


MOST = 2**63 - 1
NOT_NUMBERED: dict[str, tuple[dict[str, Any], int | str | None, str]] = {
    "sequence beyond 64 bits": ({"id": 1, "sequence": 2**70}, 1, "$.sequence: "),
    "sequence beyond 63 bits": ({"id": 2, "sequence": 2**63}, 2, "$.sequence: "),
    "negative sequence": ({"id": "three", "sequence": -1}, "three", "$.sequence: "),
    "sequence as text": ({"id": 4, "sequence": "7"}, 4, "$.sequence: "),
    "id beyond 64 bits": ({"id": 2**64, "sequence": 1}, None, "$.id: "),
    "negative id": ({"id": -1, "sequence": 1}, None, "$.id: "),
    "id without end": ({"id": "x" * 257, "sequence": 1}, None, "$.id: "),
    "two faults": ({"sequence": -1, "id": True}, None, "$."),
}


@pytest.mark.parametrize("name", NOT_NUMBERED)
async def test_a_frame_with_a_number_that_is_none_is_refused_by_its_id_and_nothing_of_it_is_kept(
    shared_hub: RunningHub, name: str
) -> None:
    frame, number, place = NOT_NUMBERED[name]
    feed = "number-" + name.replace(" ", "-")
    async with ingest(shared_hub, feed) as socket:
        await socket.send(json.dumps(frame | {"alarms": [alarm(1, feed)]}))
        said = await answer(socket)
        assert (said["id"], said["error"]["status"]) == (number, 422)
        assert said["error"]["message"].startswith(place)
        assert await shared_hub.rows("alarms", f"&filter=source:{feed}") == []
        # Neither this socket nor the next one of that name suffers from it.
        await socket.send(json.dumps({"id": 5, "sequence": 7, "alarms": [alarm(1, feed)]}))
        assert (await answer(socket))["accepted"] == 1
    async with ingest(shared_hub, feed) as socket:
        await socket.send(json.dumps({"id": 6, "sequence": 8}))
        assert await answer(socket) == {"id": 6, "accepted": 0, "seq": await shared_hub.sequence()}
    assert "Traceback" not in shared_hub.errors()


async def test_the_largest_numbers_are_taken_and_what_is_missing_between_can_be_said(shared_hub: RunningHub) -> None:
    async with ingest(shared_hub, "leaps") as socket:
        for sequence in (0, MOST, 0, MOST):
            await socket.send(json.dumps({"id": MOST, "sequence": sequence}))
            assert (said := await answer(socket))["id"] == MOST
        assert said["missing"] == [[1, MOST - 1]]
    (row,) = await shared_hub.rows("feeds", "&filter=key:leaps")
    assert row["missing"] == MOST - 1


async def test_binary_frames_are_taken_as_text_frames_are(shared_hub: RunningHub) -> None:
    async with ingest(shared_hub) as socket:
        await socket.send(orjson.dumps({"id": 1, "alarms": [alarm(1, "binary")]}))
        assert (await answer(socket))["accepted"] == 1


async def test_a_frame_that_is_too_large_closes_the_socket(shared_hub: RunningHub) -> None:
    async with ingest(shared_hub) as socket:
        await socket.send(b" " * (BODY_BYTES + 1))
        with pytest.raises(ConnectionClosedError) as closed:
            await answer(socket)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009
    assert (await shared_hub.get("/readyz"))[0] == 200


async def test_a_small_frame_does_not_overtake_a_large_one(shared_hub: RunningHub) -> None:
    async with ingest(shared_hub) as socket:
        for number in range(10):
            raised = [alarm(place, f"order{number}", text="x" * 100) for place in range(3_000)]
            cleared = alarm(2_999, f"order{number}", severity="cleared")
            await socket.send(orjson.dumps({"id": f"{number}+", "alarms": raised}))
            await socket.send(orjson.dumps({"id": f"{number}-", "alarms": cleared}))
        answers = [await answer(socket) for _ in range(20)]
    assert all("accepted" in one for one in answers)
    for number in range(10):
        (row,) = await shared_hub.rows("alarms", f"&filter=key:order{number}/2999")
        assert row["severity"] == "cleared"
