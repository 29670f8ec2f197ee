"""The other ways than mail, through a whole hub: what is sent, what comes back, and what the public reads."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import orjson
import pytest
from aiohttp import ClientSession, web

from tests.hub.running import RunningHub
from tests.hub.update_text import TEXT


@pytest.fixture
async def gateway() -> AsyncIterator[tuple[str, list[dict[str, str]]]]:
    """A gateway for text messages: its address, and what it was asked."""
    asked: list[dict[str, str]] = []

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        asked.append(dict(request.query))
        return web.Response(status=202, text="0: Accepted for delivery")

    runner = web.ServerRunner(web.Server(handle))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/cgi-bin/sendsms", asked
    await runner.cleanup()


def config(url: str, folder: Path) -> str:
    for name in ("new", "cur", "tmp"):
        (folder / "mail" / name).mkdir(parents=True)
    return (
        f'[sms]\nurl = "{url}"\nsender = "Operator"\nreport_url = "http://127.0.0.1:1"\n'
        f'[status_page]\ndirectory = "{folder / "www"}"\nurl = "https://status.example/"\n'
        f'[bounces]\nmaildir = "{folder / "mail"}"\nevery = 0.1\n'
        "[updates]\nhold = 0\ncanary_share = 0\ncanary_least = 0\n"
    )


async def sent(hub: RunningHub) -> str:
    """Approve an update to two customers who have numbers; return it."""
    customers: list[dict[str, Any]] = [
        {
            "id": f"acme-{number}",
            "name": f"Acme {number}",
            "contacts": [{"channel": "sms", "address": f"+4670123456{number}"}],
        }
        for number in range(2)
    ]
    ranges = [
        {
            "first": str(894_620_010_000_000_000 + number * 1_000),
            "count": 100,
            "customer": f"acme-{number}",
            "attributes": {"apn": "iot"},
        }
        for number in range(2)
    ]
    await hub.post("/v1/customers", customers)
    await hub.post("/v1/ranges", ranges)
    alarm = {
        "source": "noc",
        "id": "1",
        "managed_object": "pgw-1",
        "severity": "critical",
        "attributes": {"apn": "iot"},
    }
    await hub.post("/v1/alarms", alarm)
    rows = await hub.until("outages", lambda rows: rows)
    outage = rows[0]["key"]
    await hub.done("declare", outage=outage, title="Acme's gateway")
    update = (await hub.done("draft", outage=outage, kind="first word", text=TEXT))["update"]
    preview = await hub.done("preview", update=update)
    await hub.done("propose", update=update, digest=preview["digest"], customers=2)
    await hub.done("approve", "bo", update=update, digest=preview["digest"], customers=2)
    await hub.until("updates", lambda rows: rows[0]["state"] == "done")
    return str(update)


async def report(hub: RunningHub, asked: dict[str, str], **changes: str) -> int:
    """Report on a message as its gateway would."""
    back = {name: values[0] for name, values in parse_qs(urlsplit(asked["dlr-url"]).query).items()}
    query = urlencode(back | {"words": "stat:DELIVRD"} | changes)
    async with ClientSession() as session, session.get(f"{hub.url}/hooks/kannel?{query}") as answer:
        await answer.read()
        return answer.status


async def test_text_messages_go_out_their_reports_come_back_and_the_public_reads_what_was_said(
    make_hub: Callable[..., RunningHub], gateway: tuple[str, list[dict[str, str]]], tmp_path: Path
) -> None:
    url, asked = gateway
    hub = make_hub(config(url, tmp_path))
    update = await sent(hub)
    assert sorted(one["to"] for one in asked) == ["+46701234560", "+46701234561"]
    first, second = sorted(asked, key=lambda one: one["to"])

    assert await report(hub, first, status="1", token="0" * 32) == 403
    assert await report(hub, first, status="1") == 200
    hub.kill()
    hub.start()
    assert await report(hub, first, status="1") == 200, "the key outlives the process"
    assert await report(hub, second, status="2") == 200
    assert await report(hub, second, status="2") == 200
    rows = await hub.until(
        "deliveries", lambda rows: any(row["state"] == "bounced" for row in rows), f"&of={update}&sort=key"
    )
    by_address = {row["address"]: row for row in rows}
    assert by_address["+46701234560"]["state"] == "accepted"
    assert by_address["+46701234560"]["answer"] == "reached the phone: stat:DELIVRD"
    assert by_address["+46701234561"]["answer"] == "did not reach the phone: stat:DELIVRD"

    www = tmp_path / "www"
    for _ in range(600):
        if (www / "status.json").exists() and orjson.loads((www / "status.json").read_bytes())["outages"]:
            break
        await asyncio.sleep(0.05)
    everything = "".join(path.read_text() for path in www.iterdir())
    assert TEXT["done"] in everything
    assert not re.search("acme", everything, re.IGNORECASE)
