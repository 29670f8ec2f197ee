"""TLS at a real hub: beyond loopback, new certificates while it runs, bad ones that change nothing."""

import asyncio
import os
import signal
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from feeds.client import Credentials, HubClient, Look, Notice
from feeds.hub.access.identity import AccessError
from feeds.hub.access.settings import TlsSettings
from feeds.hub.access.tls import Certificate
from feeds.hub.access.token_file import TokenFile
from feeds.model.access import Role
from tests.hub.running import RunningHub
from tests.hub.terminal import terminal


class Paper:
    """A CA and the files of a hub."""

    def __init__(self, folder: Path) -> None:
        self.authority = trustme.CA()
        self.ca, self.cert, self.key = (folder / name for name in ("ca.pem", "cert.pem", "key.pem"))
        self.authority.cert_pem.write_to_path(self.ca)
        self.issue()

    def issue(self, *names: str, end: datetime | None = None) -> None:
        """Put a new certificate and its key in place, each by a rename."""
        leaf = self.authority.issue_cert(*(names or ("127.0.0.1", "localhost")), not_after=end)
        for path, data in (
            (self.key, leaf.private_key_pem.bytes()),
            (self.cert, b"".join(pem.bytes() for pem in leaf.cert_chain_pems)),
        ):
            beside = path.with_suffix(".new")
            beside.write_bytes(data)
            beside.chmod(0o600)
            beside.replace(path)

    @property
    def settings(self) -> TlsSettings:
        return TlsSettings(str(self.cert), str(self.key))

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca)


@pytest.fixture
def paper(tmp_path: Path) -> Paper:
    return Paper(tmp_path)


@pytest.fixture
def open_hub(tmp_path: Path, paper: Paper) -> Iterator[RunningHub]:
    """A hub on all addresses, with TLS by relative paths and the token of an admin."""
    hub = RunningHub(tmp_path / "data", '[tls]\ncert = "cert.pem"\nkey = "key.pem"\n', listen="0.0.0.0:0")
    hub.directory.mkdir(mode=0o700)
    token = TokenFile(hub.directory).add("jl", Role.ADMIN, datetime.now(UTC))
    hub.headers = {"Authorization": f"Bearer {token}"}
    hub.start()
    hub.url = hub.url.replace("0.0.0.0", "127.0.0.1")
    hub.tls = paper.context()
    yield hub
    hub.kill()


async def serial(hub: RunningHub, name: str) -> str:
    """Return the serial number of the certificate that a new connection gets. ``name``: asked for, or an address."""
    port = int(hub.url.rpartition(":")[2])
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=hub.tls, server_hostname=name)
    found: str = writer.get_extra_info("peercert")["serialNumber"]
    writer.close()
    return found


async def until_said(hub: RunningHub, words: str) -> None:
    for _ in range(600):
        if words in hub.errors():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"the hub did not say {words!r} but {hub.errors()!r}")


async def test_a_hub_that_others_reach_speaks_tls_on_every_path(open_hub: RunningHub, paper: Paper) -> None:
    assert open_hub.url.startswith("https://")
    body = [{"source": "nms", "managed_object": "pgw", "id": "a", "severity": "major"}]
    assert (await open_hub.post("/v1/alarms", body))[0] == 200, "the lane"
    assert (await open_hub.get("/v1/alarms"))[1]["total"] == 1
    async with terminal(open_hub) as one:
        assert one.hello["role"] == "admin"
    token = open_hub.headers["Authorization"].removeprefix("Bearer ")

    def look() -> str:
        with Look(open_hub.url, "somebody", Credentials(token=token, ca=paper.ca)) as at:
            at.at("alarms", timeout=20)
            return at.link.role

    assert await asyncio.to_thread(look) == "admin"
    assert await open_hub.metric("vaken_tls_not_after_timestamp_seconds") > datetime.now(UTC).timestamp()
    open_hub.headers = {}
    assert (await open_hub.get("/v1/alarms"))[0] == 401


async def test_a_client_does_not_believe_a_hub_of_another_ca(open_hub: RunningHub, tmp_path: Path) -> None:
    stranger = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(stranger)
    whys = asyncio.Queue[str]()
    loop = asyncio.get_running_loop()

    def tell(_notice: Notice) -> None:
        loop.call_soon_threadsafe(whys.put_nowait, client.link.why)

    client = HubClient(
        open_hub.url,
        "jl",
        tell,
        credentials=Credentials(token="vk_secret", ca=stranger),
    )
    client.start()
    try:
        async with asyncio.timeout(20):
            why = await whys.get()
    finally:
        await asyncio.to_thread(client.stop)
    assert "is not believed to be the hub" in why
    assert "vk_secret" not in why


async def test_a_new_certificate_counts_without_a_restart_and_a_bad_one_changes_nothing(
    open_hub: RunningHub, paper: Paper
) -> None:
    first = await serial(open_hub, "127.0.0.1")
    async with terminal(open_hub) as one:
        paper.issue()
        await until_said(open_hub, "the new certificate is in use")
        second = await serial(open_hub, "127.0.0.1")
        assert first != second == await serial(open_hub, "localhost")
        paper.cert.write_text("-----BEGIN CERTIFICATE-----\nnothing\n")
        await until_said(open_hub, "the certificate of before stays in use")
        assert await serial(open_hub, "localhost") == second
        other = paper.authority.issue_cert("127.0.0.1")
        paper.cert.write_bytes(other.cert_chain_pems[0].bytes())
        await until_said(open_hub, "the key is not that of the certificate")
        assert await serial(open_hub, "127.0.0.1") == second
        paper.issue()
        assert open_hub.process is not None
        os.kill(open_hub.process.pid, signal.SIGHUP)
        for _ in range(600):
            if await serial(open_hub, "127.0.0.1") not in (first, second):
                break
            await asyncio.sleep(0.05)
        else:
            raise AssertionError("the third certificate did not come into use")
        one.beats.clear()
        await one.until(lambda: one.beats)  # what was open stays open


async def test_names_of_the_certificate_are_names_of_the_hub(open_hub: RunningHub, paper: Paper) -> None:
    paper.issue("127.0.0.1", "vaken.example", "*.ops.example")
    await until_said(open_hub, "the new certificate is in use")
    assert "[tls.changed]" in open_hub.errors()
    port = open_hub.url.rpartition(":")[2]
    names = {"vaken.example": 200, "a.ops.example": 200, "10.1.2.3": 200, "a.b.ops.example": 403, "evil.example": 403}
    async with open_hub.session() as session:
        for name, status in names.items():
            host = {"Host": f"{name}:{port}"}
            async with session.get(open_hub.url + "/healthz", headers=host) as answer:
                assert answer.status == status, name
                said = (await answer.json()).get("error", "")
                assert said == "" or said.startswith(
                    f"this hub is not called {name}:{port}: ask by its address or by a name"
                )


def certificate(paper: Paper, now: datetime, told: list[str]) -> Certificate:
    return Certificate(paper.settings, lambda: now, lambda text, _event: told.append(text))


def test_the_end_of_a_certificate_is_said_once_a_day_in_its_last_weeks(paper: Paper) -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    paper.issue(end=now + timedelta(days=30))
    times = [now]
    told: list[str] = []
    kept = Certificate(paper.settings, lambda: times[0], lambda text, event: told.append(f"{text} [{event}]"))
    for _ in range(10):
        kept.look()
    assert not told
    times[0] += timedelta(days=10)
    for _ in range(10):
        kept.look()
    times[0] += timedelta(days=1)
    kept.look()
    assert [one.partition("expires in ")[2].partition(",")[0] for one in told] == ["20 days", "19 days"]
    assert all(one.endswith("[tls.expiring]") for one in told)
    times[0] += timedelta(days=20)
    kept.look()
    assert told[-1].endswith("[tls.expired]")


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda paper: paper.key.unlink(), "key.pem: cannot be read"),
        (lambda paper: paper.cert.write_text(""), "cert.pem.* cannot be used"),
        (lambda paper: paper.key.chmod(0o644), "chmod 600 .*key.pem"),
        (lambda paper: paper.issue(end=datetime(2026, 2, 1, tzinfo=UTC)), "cert.pem: expired on 2026-02-01"),
        (lambda paper: paper.key.write_bytes(trustme.CA().private_key_pem.bytes()), "key is not that of"),
    ],
)
def test_files_that_cannot_be_used_are_named(paper: Paper, spoil: Callable[[Paper], None], says: str) -> None:
    spoil(paper)
    with pytest.raises(AccessError, match=says):
        certificate(paper, datetime(2026, 3, 1, tzinfo=UTC), [])
