"""Access at a real hub: every path and command asks for its capability; a token that ends takes its sockets along."""

import asyncio
import hmac
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from feeds.hub.access.token_file import TokenFile
from feeds.log import read_only
from feeds.model import COMMANDS
from feeds.model.access import CAPABILITIES, COMMAND_NEEDS, Capability, Role
from tests.hub.running import RunningHub
from tests.hub.terminal import terminal

ALARM = {"source": "nms", "managed_object": "pgw", "id": "a1", "severity": "major"}
RANGE = {"first": "894620007100000000", "last": "894620007100000099", "customer": "c1"}


NOBODYS_MAIL = '[mail]\nhost = "127.0.0.1"\nport = 9\nsender = "noc@operator.example"\nsecurity = "none"\n'
"""A mail server that does not answer: what is approved waits for it."""


class Desk:
    """A hub with one token of each role."""

    def __init__(self, hub: RunningHub) -> None:
        self.hub = hub
        self.file = TokenFile(hub.directory)
        self.tokens = {role: self.file.add(f"the {role.value}", role, datetime.now(UTC)) for role in Role}

    def headers(self, role: Role) -> dict[str, str]:
        return bearer(self.tokens[role])

    async def ask(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> tuple[int, Any]:
        async with (
            self.hub.session() as session,
            session.request(method, self.hub.url + path, data=body or None, headers=headers) as answer,
        ):
            data = await answer.read()
            return answer.status, orjson.loads(data) if answer.content_type == "application/json" else data

    @asynccontextmanager
    async def socket(self, path: str, role: Role) -> AsyncIterator[ClientConnection]:
        url = self.hub.url.replace("http", "ws", 1) + path
        async with connect(url, proxy=None, additional_headers=self.headers(role)) as socket:
            yield socket


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    hub = RunningHub(tmp_path_factory.mktemp("desk") / "data", f'[zammad]\nsecret = "zs"\n{NOBODYS_MAIL}')
    hub.directory.mkdir(mode=0o700)
    desk = Desk(hub)
    hub.start()
    yield desk
    hub.kill()


NEEDS = [
    ("GET", "/v1/outages", b"", Capability.LOOK),
    ("GET", "/v1/alarms", b"", Capability.LOOK),
    ("GET", "/metrics", b"", Capability.LOOK),
    ("GET", "/v1/updates/U-1/deliveries.csv", b"", Capability.LOOK),
    ("POST", "/v1/alarms", orjson.dumps([]), Capability.FEED),
    ("POST", "/v1/alarms?feed=x", orjson.dumps([]), Capability.FEED),
    ("POST", "/v1/cases", orjson.dumps([]), Capability.FEED),
    ("POST", "/api/v2/alerts", orjson.dumps([]), Capability.FEED),
    ("POST", "/hooks/alertmanager", b"{}", Capability.FEED),
    ("POST", "/v1/ranges", orjson.dumps([]), Capability.INVENTORY),
    ("POST", "/v1/customers", orjson.dumps([]), Capability.INVENTORY),
    ("POST", "/v1/objects", b"x", Capability.INVENTORY),
    ("POST", "/v1/inventory/ranges", b"x", Capability.INVENTORY),
    ("POST", "/v1/inventory/ranges/abc?seen=1", b"", Capability.INVENTORY),
    *(("POST", f"/v1/commands/{name}", b"{}", needs) for name, needs in COMMAND_NEEDS.items()),
]


@pytest.mark.parametrize(("method", "path", "body", "needs"), NEEDS, ids=[f"{one[0]} {one[1]}" for one in NEEDS])
async def test_each_path_is_open_to_those_who_may_and_to_nobody_else(
    desk: Desk, method: str, path: str, body: bytes, needs: Capability
) -> None:
    for role in Role:
        status, answer = await desk.ask(method, path, desk.headers(role), body)
        if needs in CAPABILITIES[role]:
            assert status not in (401, 403), (role, answer)
        else:
            assert (status, answer["error"].startswith(f"the role {role.value} may not ")) == (403, True)
    for headers in ({}, bearer("vk_aaaaaaaa_" + "a" * 40)):
        status, answer = await desk.ask(method, path, headers, body)
        assert (status, list(answer)) == (401, ["error"])


def test_every_command_says_what_it_needs() -> None:
    assert set(COMMANDS) == set(COMMAND_NEEDS)


async def test_probes_are_open(desk: Desk) -> None:
    assert (await desk.ask("GET", "/healthz", {}))[0] == 200
    assert (await desk.ask("GET", "/readyz", {}))[0] == 200


async def test_paths_that_are_not_there_tell_strangers_nothing(desk: Desk) -> None:
    assert (await desk.ask("GET", "/v2/secret", {}))[0] == 401
    assert (await desk.ask("GET", "/v2/secret", desk.headers(Role.FEED)))[0] == 404
    assert (await desk.ask("DELETE", "/v1/alarms", desk.headers(Role.FEED)))[0] == 405


async def test_a_signature_is_as_good_as_a_token_for_the_one_who_signs(desk: Desk) -> None:
    good = {"X-Hub-Signature": "sha1=" + hmac.digest(b"zs", b"{}", "sha1").hex()}
    bad = {"X-Hub-Signature": "sha1=" + "0" * 40}
    assert (await desk.ask("POST", "/hooks/zammad", good, b"{}"))[0] == 422
    assert (await desk.ask("POST", "/hooks/zammad", desk.headers(Role.FEED) | bad, b"{}"))[0] == 401
    status, answer = await desk.ask("POST", "/hooks/zammad", {}, b"{}")
    assert (status, "asks for a token" in answer["error"]) == (401, True)
    assert (await desk.ask("POST", "/v1/alarms", good, b"[]"))[0] == 401, "elsewhere it says nothing"


async def test_a_body_is_not_read_from_somebody_who_may_not_send_it(desk: Desk) -> None:
    host, port = desk.hub.url.removeprefix("http://").split(":")
    for path in (b"/v1/alarms", b"/v1/inventory/ranges", b"/v1/commands/declare"):
        reader, writer = await asyncio.open_connection(host, int(port))
        head = b"POST %b HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999\r\n\r\n"
        writer.write(head % path)
        async with asyncio.timeout(20):  # the answer comes without a byte of the body
            assert b" 401 " in await reader.readline()
        writer.close()


async def test_on_the_lane_a_token_is_asked_for_each_request(desk: Desk) -> None:
    host, port = desk.hub.url.removeprefix("http://").split(":")
    body = orjson.dumps([ALARM])

    def request(token: str) -> bytes:
        length = f"Content-Length: {len(body)}\r\nAuthorization: Bearer {token}\r\n\r\n"
        return f"POST /v1/alarms HTTP/1.1\r\nHost: localhost\r\n{length}".encode() + body

    reader, writer = await asyncio.open_connection(host, int(port))
    feed, viewer = desk.tokens[Role.FEED], desk.tokens[Role.VIEWER]
    statuses = []
    for token in (feed, feed, viewer):
        writer.write(request(token))
        async with asyncio.timeout(20):
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length")
            )
            await reader.readexactly(length)
        statuses.append(head.split(b" ")[1])
        assert b"Server:" not in head, "it is the lane that answers"
    async with asyncio.timeout(20):
        assert await reader.read() == b"", "after a refusal the connection is closed"
    writer.close()
    assert statuses == [b"200", b"200", b"403"]
    batches = [entry.by for batch in read_only(desk.hub.directory).read() for entry in batch.entries]
    assert "the feed" in batches


async def test_the_stream_says_who_one_is_and_refuses_what_one_may_not(desk: Desk) -> None:
    commands = {name: Capability.LOOK if name == "sims" else needs for name, needs in COMMAND_NEEDS.items()}
    for role in (Role.VIEWER, Role.RESPONDER, Role.COMMANDER, Role.ADMIN):
        desk.hub.headers = desk.headers(role)
        async with terminal(desk.hub) as one:
            assert (one.hello["role"], set(one.hello["may"])) == (role.value, set(CAPABILITIES[role]))
            for number, (name, needs) in enumerate(commands.items()):
                answer = await one.do(name, number)
                refused = f"the role {role.value} may not" in answer.get("why", "")
                assert refused is (needs not in CAPABILITIES[role]), (role, name, answer)
    desk.hub.headers = {}
    with pytest.raises(InvalidStatus) as caught:
        async with desk.socket("/v1/stream", Role.FEED):
            pass
    assert caught.value.response.status_code == 403


async def test_a_feed_brings_alarms_on_its_socket_and_no_inventory(desk: Desk) -> None:
    async with desk.socket("/v1/ingest", Role.FEED) as socket:
        await socket.send(orjson.dumps({"id": 1, "ranges": [RANGE]}))
        answer = orjson.loads(await socket.recv())
        assert (answer["error"]["status"], "may not load" in answer["error"]["message"]) == (403, True)
        await socket.send(orjson.dumps({"id": 2, "alarms": [ALARM]}))
        assert orjson.loads(await socket.recv())["accepted"] == 1


async def test_a_browser_gives_its_token_as_a_subprotocol(desk: Desk) -> None:
    url = desk.hub.url.replace("http", "ws", 1) + "/v1/stream"
    token = desk.tokens[Role.VIEWER]
    async with connect(url, proxy=None, subprotocols=["vaken", f"vaken.token.{token}"]) as socket:  # type: ignore[list-item]
        assert socket.subprotocol == "vaken", "the token is not said back"
        assert orjson.loads(await socket.recv())["role"] == "viewer"
    elsewhere = {"Origin": "http://evil.example"}
    with pytest.raises(InvalidStatus) as caught:
        async with connect(url, proxy=None, additional_headers=bearer(token) | elsewhere):
            pass
    assert caught.value.response.status_code == 403


async def test_a_fact_carries_who_by_the_token_from_where_and_what_they_saw(desk: Desk) -> None:
    await desk.ask("POST", "/v1/ranges", desk.headers(Role.ADMIN), orjson.dumps([RANGE]))
    body = orjson.dumps({"sims": "894620007100000000-894620007100000009", "title": "audit", "seen": 1})
    status, answer = await desk.ask("POST", "/v1/commands/suspect?who=boss", desk.headers(Role.RESPONDER), body)
    assert status == 200, answer
    entries = [
        one for batch in read_only(desk.hub.directory).read() for one in batch.entries if one.seq == answer["seq"]
    ]
    token = desk.tokens[Role.RESPONDER].split("_")[1]
    assert [(one.by, one.address, one.token, one.seen) for one in entries] == [("the responder", "127.0.0.1", token, 1)]


async def test_who_writes_takes_a_proposal_back_and_cannot_touch_what_was_approved(desk: Desk) -> None:
    async def do(role: Role, name: str, **fields: Any) -> tuple[int, Any]:
        return await desk.ask("POST", f"/v1/commands/{name}", desk.headers(role), orjson.dumps(fields))

    contacts = [{"channel": "e-mail", "address": "ops@firm.example"}]
    firm = {"id": "firm", "name": "Firm", "contacts": contacts}
    owned = {"first": "894620007200000000", "last": "894620007200000099", "customer": "firm"}
    for path, body in (("/v1/customers", [firm]), ("/v1/ranges", [owned])):
        status, answer = await desk.ask("POST", path, desk.headers(Role.ADMIN), orjson.dumps(body))
        assert status == 200, answer
    _, answer = await do(Role.RESPONDER, "suspect", sims="894620007200000000-894620007200000009", title="t")
    outage = answer["result"]["outage"]
    text = {"done": "Found.", "will": "Moving.", "need": "Wait.", "next_word": "2030-03-01T04:00:00Z"}
    _, answer = await do(Role.RESPONDER, "draft", outage=outage, kind="first word", text=text)
    update = answer["result"]["update"]

    async def proposed() -> dict[str, Any]:
        _, preview = await do(Role.RESPONDER, "preview", update=update)
        asked = {"update": update, "digest": preview["result"]["digest"], "customers": 1}
        assert (await do(Role.RESPONDER, "propose", **asked))[0] == 200
        return asked

    await proposed()
    assert (await do(Role.RESPONDER, "steer", update=update, to="undo"))[0] == 200
    asked = await proposed()
    assert (await do(Role.RESPONDER, "approve", **asked))[0] == 403
    status, answer = await do(Role.COMMANDER, "approve", **asked)
    assert status == 200, answer
    for to in ("pause", "undo", "cancel"):
        status, answer = await do(Role.RESPONDER, "steer", update=update, to=to)
        assert (status, "for those who may send" in answer["error"]) == (409, True)
    assert (await do(Role.COMMANDER, "steer", update=update, to="undo"))[0] == 200


async def closed(socket: ClientConnection) -> tuple[int | None, str]:
    """Read until the hub has closed a socket; return how."""
    async with asyncio.timeout(30):
        try:
            while True:
                await socket.recv()
        except ConnectionClosed as error:
            return (error.rcvd.code, error.rcvd.reason) if error.rcvd else (None, "")


async def test_revoking_ends_open_sockets_and_expiry_does_too(desk: Desk) -> None:
    url = desk.hub.url.replace("http", "ws", 1)
    now = datetime.now(UTC)
    brief = desk.file.add("brief", Role.VIEWER, now, now + timedelta(seconds=3))
    gone = desk.file.add("gone", Role.ADMIN, now)
    await asyncio.sleep(0.5)  # until the hub has seen them
    stays = connect(url + "/v1/stream", proxy=None, additional_headers=desk.headers(Role.VIEWER))
    async with (
        stays as kept,
        connect(url + "/v1/stream", proxy=None, additional_headers=bearer(gone)) as stream,
        connect(url + "/v1/ingest", proxy=None, additional_headers=bearer(gone)) as ingest,
        connect(url + "/v1/stream", proxy=None, additional_headers=bearer(brief)) as short,
    ):
        command = [sys.executable, "-m", "tui.cli", "token", "revoke", "gone", "--data", str(desk.hub.directory)]
        revoked = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True)
        assert revoked.returncode == 0, revoked.stderr
        for socket in (stream, ingest, short):
            assert await closed(socket) == (1008, "the token is no longer good")
        assert (await desk.ask("GET", "/v1/outages", bearer(gone)))[1]["error"] == "this token was revoked"
        assert "expired" in (await desk.ask("GET", "/v1/outages", bearer(brief)))[1]["error"]
        await kept.recv()
        assert orjson.loads(await kept.recv())["beat"] >= 0


async def test_sockets_that_were_open_to_everybody_end_with_the_first_token(
    make_hub: Callable[..., RunningHub],
) -> None:
    hub = make_hub()
    async with terminal(hub) as one:
        assert one.hello["role"] == "admin"
        TokenFile(hub.directory).add("jl", Role.VIEWER, datetime.now(UTC))
        assert (await closed(one.socket))[0] == 1008
    assert (await hub.get("/v1/outages"))[0] == 401


async def test_the_machines_own_token_opens_and_goes_with_the_hub(make_hub: Callable[..., RunningHub]) -> None:
    hub = make_hub("[access]\nrequired = true\n")
    port = hub.url.rpartition(":")[2]
    files = [hub.directory / "local.token", hub.directory.parent / f"state/vaken/hubs/{port}.token"]
    (secret,) = {path.read_text().strip() for path in files}
    assert [path.stat().st_mode & 0o777 for path in files] == [0o600, 0o600]
    assert (await hub.get("/v1/outages"))[0] == 401
    environment = os.environ | {"XDG_STATE_HOME": str(hub.directory.parent / "state")}
    environment.pop("VAKEN_TOKEN", None)
    command = [sys.executable, "-m", "tui.cli", "tail", "outages", "--once", "--hub", hub.url]
    tail = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, env=environment)
    assert (tail.returncode, tail.stderr) == (0, "")
    hub.stop()
    assert not any(path.exists() for path in files)
    hub.start()
    hub.headers = bearer(secret)
    assert (await hub.get("/v1/outages"))[0] == 401, "it was good for one life of the hub"


@pytest.mark.parametrize("name", ["evil.example", "127.0.0.1.evil.example", "10.0.0.7"])
async def test_a_hub_on_loopback_has_no_other_name(desk: Desk, name: str) -> None:
    status, answer = await desk.ask("GET", "/healthz", {"Host": name})
    assert (status, "not called" in answer["error"]) == (403, True)


async def test_names_in_the_configuration_are_its_own(make_hub: Callable[..., RunningHub]) -> None:
    hub = make_hub('[access]\nnames = ["Vaken.example"]\n')
    async with hub.session() as session:
        for name, status in (("vaken.example", 401), ("VAKEN.example:8425", 401), ("evil.example", 403)):
            async with session.get(hub.url + "/v1/outages", headers={"Host": name}) as answer:
                assert answer.status == status, name


def test_beyond_loopback_it_starts_with_tls_and_tokens_or_says_how(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tui.cli", "hub", "--data", str(tmp_path), "--listen", "0.0.0.0:0"]
    said = subprocess.run(command, capture_output=True, text=True, check=False)
    assert said.returncode == 2
    for part in ("[tls] cert", "vaken token add", str(tmp_path), "127.0.0.1"):
        assert part in said.stderr
    assert not (tmp_path / "log").exists()
