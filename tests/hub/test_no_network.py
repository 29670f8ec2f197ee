"""The ops room's own network is part of the outage: no interface but loopback, no resolver, no way out.

Everything that needs nobody else works; mail waits and says why. The test runs on a thread in a network namespace of
its own, and so do the processes that it starts.
"""

import asyncio
import ctypes
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import orjson
import pytest
from aiohttp import ClientSession

import feeds
from tests.hub.running import RunningHub
from tests.hub.terminal import terminal
from tests.hub.update_text import TEXT

CLONE_NEWNET = 0x40000000
APN = "iot.meter"
AWAY = "somewhere.operator.example"
CONFIG = f"""
[mail]
host = "mail.{AWAY}"
sender = "noc@operator.example"
security = "none"

[updates]
hold = 0
canary_share = 0
canary_least = 0

[zammad.api]
url = "http://tickets.{AWAY}/"
token_file = "zammad.token"

[access]
required = true

[access.oidc]
issuer = "https://id.{AWAY}"
audience = "vaken"
jwks = "https://id.{AWAY}/keys"
claim = "groups"
roles = {{ noc = "responder" }}
"""


def cut_off() -> None:
    """Take this thread, and what it starts, off every network but a loopback of its own. Raises OSError."""
    library = ctypes.CDLL(None, use_errno=True)
    if library.unshare(CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True, capture_output=True)


def alone(work: Callable[[], Coroutine[None, None, None]]) -> None:
    """Run ``work`` where there is no network; skip where none can be done without."""
    if not sys.platform.startswith("linux") or shutil.which("ip") is None:
        pytest.skip("needs Linux and ip")
    with ThreadPoolExecutor(1) as thread:
        try:
            thread.submit(cut_off).result()
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"a network namespace is refused here: {error}")
        thread.submit(lambda: asyncio.run(work())).result()


async def nothing_answers() -> None:
    """The room is cut off indeed."""
    with pytest.raises(OSError, match=r"(?i)name"):
        await asyncio.get_running_loop().getaddrinfo(AWAY, 80)
    with socket.socket() as out, pytest.raises(OSError, match=r"(?i)unreachable"):
        out.connect(("192.0.2.1", 80))


async def everything_but_mail(hub: RunningHub) -> None:
    """A desk works through an outage on a hub that reaches nobody."""
    await nothing_answers()
    hub.headers = {"Authorization": f"Bearer {(hub.directory / 'local.token').read_text().strip()}"}
    assert (await hub.get("/readyz"))[0] == 200
    first = 894_620_010_000_000_000
    contact = {"channel": "e-mail", "address": "ops@acme.example", "name": "Operations"}
    assert (await hub.post("/v1/customers", [{"id": "acme", "name": "Acme", "contacts": [contact]}]))[0] == 200
    ranges = [{"first": str(first), "count": 100, "customer": "acme", "attributes": {"apn": APN}}]
    assert (await hub.post("/v1/ranges", ranges))[0] == 200
    alarm = {"source": "noc", "id": "1", "managed_object": "pgw-1", "severity": "critical", "attributes": {"apn": APN}}
    async with hub.session() as session, terminal(hub) as seen:
        shown = await seen.open("alarms")
        async with session.ws_connect(f"{hub.url.replace('http', 'ws', 1)}/v1/ingest") as feed:
            await feed.send_json({"id": 1, "alarms": [alarm], "cases": [{"number": "W-1", "sims": [f"{first + 7}"]}]})
            assert (await feed.receive_json())["accepted"] == 2
        await seen.until(lambda: list(shown.rows) == ["noc/1"])
    firing = {"labels": {"alertname": "Direct", "apn": APN}}
    assert (await hub.post("/api/v2/alerts", [firing]))[0] == 200
    (outage,) = await hub.until("outages", lambda rows: rows and rows[0]["cases"] == 1)
    key = outage["key"]
    await hub.done("declare", outage=key)
    update = (await hub.done("draft", outage=key, kind="first word", text=TEXT))["update"]
    preview = await hub.done("preview", update=update)
    await hub.done("propose", update=update, digest=preview["digest"], customers=1)
    await hub.done("approve", "bo", update=update, digest=preview["digest"], customers=1)
    (waiting,) = await hub.until("deliveries", lambda rows: rows and rows[0].get("answer"), f"&of={update}")
    assert waiting["state"] == "queued", waiting
    assert f"mail.{AWAY}" in waiting["answer"]
    assert (await hub.get("/openapi.json"))[0] == 200
    assert await hub.metric("vaken_alarms_active") == 2
    tail = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tui.cli", "tail", "outages", "--hub", hub.url, "--json", "--once"),
        *("--token-file", str(hub.directory / "local.token")),
        cwd=Path(feeds.__file__).parent.parent,
        stdout=subprocess.PIPE,
    )
    said, _ = await tail.communicate()
    assert orjson.loads(said)["key"] == key
    wrong = {"Authorization": "Bearer " + "a.b.c"}
    async with ClientSession(headers=wrong) as session, session.get(f"{hub.url}/v1/outages") as answer:
        assert answer.status in (401, 503), "the issuer cannot be asked, which lets nobody in"
    assert hub.stop() == 0


def test_everything_but_mail_works_without_a_network(tmp_path: Path) -> None:
    (tmp_path / "zammad.token").write_text("zt\n")
    hub = RunningHub(tmp_path / "data", CONFIG.replace("zammad.token", str(tmp_path / "zammad.token")))
    hub.within = ("env",)

    async def work() -> None:
        hub.start()
        try:
            await everything_but_mail(hub)
        finally:
            if hub.process is not None and hub.process.poll() is None:
                hub.kill()

    alone(work)
