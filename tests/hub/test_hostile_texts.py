"""Texts that want to be more than text, in every field of every way in: they are seen as what they are, everywhere."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import ClientSession

from feeds.model import ROW_TYPES
from feeds.sources.clean import clean
from tests.hub.mailbox import Mailbox
from tests.hub.running import RunningHub

EVIL = "\x1b]0;x\x07\x1b[2J\u202e\u2066\x00\x9b\r\nBcc: x@evil.example\r\n\r\n{{ 7*7 }}{% raw %}<b>../../x=1"
KEY = EVIL[:9]
PLAIN_EVIL = clean(EVIL)
"""The same as it has to be seen."""


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    box.start()
    yield box
    box.stop()


@pytest.fixture(scope="module")
def hub_config(mailbox: Mailbox) -> str:
    return (
        f'[mail]\nhost = "127.0.0.1"\nport = {mailbox.port}\nsender = "noc@operator.example"\nsecurity = "none"\n'
        "[updates]\nhold = 0\ncanary_share = 0\ncanary_least = 0\n"
    )


def texts(value: object) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from texts(list(value.items()))
    elif isinstance(value, list | tuple):
        for one in value:
            yield from texts(one)


def seen_to(value: object) -> None:
    for text in texts(value):
        assert clean(text, newlines=True) == text, ascii(text)[:200]


async def fill(hub: RunningHub) -> str:
    """Bring evil texts in by every way; return the outage that comes of it."""
    contacts = [{"channel": "e-mail", "address": "ops@acme.example", "name": EVIL}]
    bodies: dict[str, Any] = {
        "/v1/customers": {"id": "acme", "name": EVIL, "language": "en", "contacts": contacts},
        "/v1/ranges": {
            **{"first": "8946200100000000000", "count": 100, "customer": "acme", "use": EVIL},
            "attributes": {"apn": EVIL, KEY: EVIL},
        },
        "/v1/objects": [{"object": EVIL, "source": "nms", "attributes": {"gateway": EVIL}}],
        "/v1/alarms": {
            **{"source": "nms", "id": EVIL, "managed_object": EVIL, "severity": "critical", "event_type": EVIL},
            **{"probable_cause": EVIL, "specific_problem": EVIL, "text": EVIL},
            "attributes": {"apn": EVIL, KEY: EVIL},
        },
        "/v1/cases": {
            **{"number": EVIL, "source": "crm", "customer": EVIL, "title": EVIL, "text": EVIL, "owner": EVIL},
            **{"sims": [EVIL, "894620010000000001"], "country": EVIL, "visited_network": EVIL, "reference": EVIL},
        },
        "/hooks/zammad": {
            "ticket": {"number": EVIL, "title": EVIL, "owner": EVIL, "customer": {"firstname": EVIL, "login": EVIL}},
            "article": {"body": f"<p>{EVIL}&#27;[2J&#8238;</p>", "content_type": "text/html", "sender": EVIL},
        },
        "/api/v2/alerts": [{"labels": {"alertname": EVIL, "evil": EVIL}, "annotations": {"summary": EVIL}}],
        "/hooks/alertmanager": {
            "version": "4",
            "alerts": [
                {"status": "firing", "labels": {"alertname": EVIL, "two": EVIL}, "annotations": {"message": EVIL}}
            ],
        },
    }  # fmt: skip
    for path, body in bodies.items():
        status, answer = await hub.post(f"{path}?feed={quote(EVIL)}", body)
        assert status == 200, (path, answer)
        seen_to(answer)
    rows = await hub.until("outages", len)
    return str(rows[0]["key"])


async def test_nothing_of_it_steers_a_terminal_a_mail_a_template_or_a_path(
    shared_hub: RunningHub, mailbox: Mailbox
) -> None:
    hub = shared_hub
    outage = await fill(hub)
    who = quote(EVIL)
    asked: dict[str, dict[str, Any]] = {
        "ack": {"alarms": [EVIL]},
        "declare": {"outage": outage, "title": EVIL},
        "weigh": {"outage": outage, "points": 7, "why": EVIL},
        "explain": {"outage": outage, "where": {"apn": EVIL, KEY: EVIL}, "why": EVIL},
        "place": {"outage": outage, "case": f"crm/{PLAIN_EVIL}", "inside": True, "why": EVIL},
        "sims": {"text": EVIL},
        "suppress": {"channel": "e-mail", "address": EVIL, "why": EVIL},
        EVIL: {},
    }
    for name, fields in asked.items():
        status, answer = await hub.command(quote(name, safe=""), who, **fields)
        assert status < 500, (name, answer)
        seen_to(answer)
    written = {"done": EVIL, "will": EVIL, "need": EVIL, "next_word": "2030-03-01T04:00:00Z", "subject": EVIL}
    status, answer = await hub.command("draft", who, outage=outage, kind="first word", text=written)
    seen_to(answer)
    good = {"done": "Done.", "will": "w", "need": "n", "next_word": "2030-03-01T04:00:00Z"}
    update = (await hub.done("draft", who, outage=outage, kind="first word", text=good))["update"]
    preview = await hub.done("preview", who, update=update)
    seen_to(preview)
    counts = {"digest": preview["digest"], "customers": preview["customers"]}
    await hub.done("propose", who, update=update, **counts)
    await hub.done("approve", "bo", update=update, **counts)
    await hub.until("updates", lambda rows: rows[0]["state"] == "done", f"&filter=key:{update}")

    (mail,) = mailbox.of("acme.example")
    assert mail["Bcc"] is None
    assert mailbox.recipients() == ["ops@acme.example"]
    for header, value in mail.items():
        assert str(value).isprintable(), header
    text = str(mail.get_body(("plain",)).get_content())  # type: ignore[union-attr]
    assert "{{ 7*7 }}" in text, "a name is no template"
    assert "\x1b" not in text
    assert "<b>" not in str(mail.get_body(("html",)).get_content())  # type: ignore[union-attr]
    for attached in mail.iter_attachments():
        assert set(str(attached.get_filename())) <= set(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
        )

    for view in ROW_TYPES:
        of = {"impact": outage, "timeline": outage, "deliveries": update, "readings": f"crm/{PLAIN_EVIL}"}.get(view, "")
        status, answer = await hub.get(f"/v1/{view}?limit=1000&of={quote(of, safe='')}")
        assert status in (200, 422), (view, answer)
        seen_to(answer)
    async with ClientSession() as session:
        for path in ("/metrics", f"/v1/updates/{update}/deliveries.csv"):
            async with session.get(hub.url + path) as raw:
                page = (await raw.text()).replace("\r\n", "\n")
                assert clean(page, newlines=True) == page, path
    assert clean(hub.errors(), newlines=True) == hub.errors()
    kept = sorted(one.name for one in hub.directory.parent.iterdir())
    assert set(kept) <= {"data", "config.toml", "hub.err", "state"}, kept
