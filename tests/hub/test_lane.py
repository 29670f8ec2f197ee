"""The fast lane takes the plain case and nothing else; what it does not take is answered as if it were not there."""

import asyncio
from itertools import pairwise

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.hub.lane import BODY_BYTES, Plain, plain
from tests.hub.running import RunningHub

LINE = b"POST /v1/alarms HTTP/1.1"


def head(*headers: bytes, line: bytes = LINE) -> bytes:
    return b"\r\n".join((line, *headers))


@pytest.mark.parametrize(
    ("given_head", "length"),
    [
        (head(b"Host: localhost", b"Content-Length: 12"), 12),
        (head(b"content-length:0", b"HOST: x", b"Accept: */*", b"User-Agent: curl"), 0),
        (head(b"Host: localhost"), None),
        (head(b"Content-Length: 1", b"Content-Length: 1"), None),
        (head(b"Content-Length: 1", b"Transfer-Encoding: chunked"), None),
        (head(b"Content-Length: 1", b"Content-Encoding: gzip"), None),
        (head(b"Content-Length: 1", b"Origin: http://elsewhere.example"), None),
        (head(b"Content-Length: 1", b"Expect: 100-continue"), None),
        (head(b"Content-Length: 1", b"Connection: close"), None),
        (head(b"Content-Length: +1"), None),
        (head(b"Content-Length: 1,1"), None),
        (head(b"Content-Length : 1"), None),
        (head(b"Content-Length: 9999999999"), None),
        (head(b"Content-Length: %d" % (BODY_BYTES + 1)), None),
        (head(b" folded: 1", b"Content-Length: 1"), None),
        (head(b"Content-Length: 1", line=b"POST /v1/alarms?feed=x HTTP/1.1"), None),
        (head(b"Content-Length: 1", line=b"POST /v1/alarms HTTP/1.0"), None),
        (head(b"Content-Length: 1", line=b"GET /v1/alarms HTTP/1.1"), None),
    ],
)
def test_only_the_plain_head_is_for_the_lane(given_head: bytes, length: int | None) -> None:
    assert plain(given_head) == (None if length is None else Plain(length, None))


def test_one_authorization_is_read_and_two_are_not_for_the_lane() -> None:
    one = (b"AUTHORIZATION:\tBearer abc ", b"Content-Length: 1")
    assert plain(head(*one)) == Plain(1, b"Bearer abc")
    assert plain(head(*one, b"Authorization: Bearer other")) is None


@given(st.binary(max_size=60))
def test_no_head_makes_it_fail(rest: bytes) -> None:
    found = plain(LINE + b"\r\n" + rest)
    assert found is None or 0 <= found.length <= BODY_BYTES


async def conversation(hub: RunningHub, parts: list[bytes], answers: int) -> list[tuple[int, dict[str, object]]]:
    """Send ``parts`` one by one over one connection; return status and body of so many answers."""
    host, port = hub.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    found: list[tuple[int, dict[str, object]]] = []
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
        for _ in range(answers):
            lines = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
            body = await reader.readexactly(int(headers["content-length"]))
            assert headers["content-type"].startswith("application/json")
            assert "date" in headers
            found.append((int(lines[0].split()[1]), orjson.loads(body)))
    finally:
        writer.close()
    return found


def request(body: bytes, path: str = "/v1/alarms", extra: bytes = b"") -> bytes:
    return b"POST %b HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n%b\r\n%b" % (
        path.encode(),
        len(body),
        extra,
        body,
    )


def alarm(number: str, severity: str = "major") -> bytes:
    return orjson.dumps([{"source": "lane", "id": number, "managed_object": "pgw", "severity": severity}])


async def test_requests_in_a_row_are_answered_in_order_also_when_nobody_waits(shared_hub: RunningHub) -> None:
    answers = await conversation(shared_hub, [b"".join(request(alarm(f"row-{n}")) for n in range(40))], 40)
    assert [status for status, _ in answers] == [200] * 40
    seqs = [int(str(body["seq"])) for _, body in answers]
    assert all(later > earlier for earlier, later in pairwise(seqs))
    assert len(await shared_hub.rows("alarms", "&filter=key:" + ",".join(f"lane/row-{n}" for n in range(40)))) == 40


async def test_a_request_that_comes_octet_by_octet_is_taken(shared_hub: RunningHub) -> None:
    whole = request(alarm("slow"))
    answers = await conversation(shared_hub, [whole[at : at + 1] for at in range(len(whole))], 1)
    assert answers[0][0] == 200


async def test_what_is_not_plain_goes_to_the_whole_server_with_all_that_follows(shared_hub: RunningHub) -> None:
    parts = [
        request(alarm("before")),
        request(alarm("beside"), extra=b"X-Anything: 1\r\n"),
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        request(alarm("after")),
    ]
    answers = await conversation(shared_hub, [b"".join(parts)], 4)
    assert [status for status, _ in answers] == [200] * 4
    assert answers[2][1]["status"] == "ok"
    keys = {row["key"] for row in await shared_hub.rows("alarms", "&filter=source:lane")}
    assert {"lane/before", "lane/beside", "lane/after"} <= keys


async def test_both_ways_refuse_with_the_same_words(shared_hub: RunningHub) -> None:
    for body in (b"[{", b'[{"source":"x"}]', b"", b"\xff", b'[{"source":"x","managed_object":"y","severity":"bad"}]'):
        plain, whole = await conversation(shared_hub, [request(body) + request(body, extra=b"X-Anything: 1\r\n")], 2)
        assert plain == whole
        assert plain[0] in (400, 422)


async def test_a_foreign_origin_is_refused_also_here(shared_hub: RunningHub) -> None:
    answers = await conversation(shared_hub, [request(alarm("page"), extra=b"Origin: http://evil.example\r\n")], 1)
    assert answers[0][0] == 403


async def test_heads_that_differ_from_the_one_before_are_read_anew(shared_hub: RunningHub) -> None:
    """Also where the beginning and the end are as before: what lies between is the length and nothing else."""
    body = alarm("form")
    first = request(body)
    smuggled = first.replace(b"Content-Length: %d" % len(body), b"Content-Length: %d\r\nX-More: 1" % len(body))
    doubled = first.replace(b"Content-Length: %d" % len(body), b"Content-Length: %d, %d" % (len(body), len(body)))
    parts = [first, request(alarm("form-2") + b" " * 1_000), first, smuggled]
    answers = await conversation(shared_hub, parts, 4)
    assert [status for status, _ in answers] == [200] * 4
    host, port = shared_hub.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(first + doubled)
    said = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    assert said.startswith(b"HTTP/1.1 200")
    assert b" 400 Bad Request" in said


async def test_senders_of_one_moment_are_each_told_of_their_own(shared_hub: RunningHub) -> None:
    bodies = [orjson.dumps([orjson.loads(alarm(f"moment-{n}-{i}"))[0] for i in range(n)]) for n in range(1, 30)]
    bad = b'[{"source":"lane","managed_object":"y","severity":"bad"}]'
    told = await asyncio.gather(*(conversation(shared_hub, [request(one)], 1) for one in [*bodies, bad, b"[]"]))
    assert [answers[0][0] for answers in told] == [200] * 29 + [422, 200]
    assert [answers[0][1].get("accepted") for answers in told] == [*range(1, 30), None, 0]


@pytest.mark.parametrize("name", ["", "a/b", "-a", "a b", "a" * 65, "a\n"])
async def test_the_name_of_a_source_is_looked_at_once_a_body_and_refused_with_its_place(
    shared_hub: RunningHub, name: str
) -> None:
    events = [*orjson.loads(alarm("named")), {"source": name, "managed_object": "pgw", "severity": "major"}]
    ((status, said),) = await conversation(shared_hub, [request(orjson.dumps(events))], 1)
    assert status == 422
    assert str(said["error"]).startswith("$[1].source: ")
