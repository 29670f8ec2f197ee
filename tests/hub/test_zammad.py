"""Zammad's webhook at a hub that shares a secret with it."""

import hashlib
import hmac
from typing import Any

import orjson
import pytest

from tests.hub.running import RunningHub

SECRET = "not a real one: åäö"


@pytest.fixture(scope="module")
def hub_config() -> str:
    return f'[zammad]\nsecret = "{SECRET}"\n'


def payload(number: int, article: str = "", **ticket: Any) -> bytes:
    """What a trigger sends: the ticket as it is now and the article that set it off."""
    known = {
        "id": 4700 + number,
        "number": str(number),
        "title": "Mätare utan data",
        "state": "open",
        "group": {"id": 3, "name": "IoT Support"},
        "owner": {"login": "eva@operator.example", "firstname": "Eva", "lastname": "Lind"},
        "customer": {"email": "drift@vattenkraft.example", "firstname": "Bo", "lastname": "Ek"},
        "organization": {"id": 9, "name": "Vattenkraft AB"},
        "priority": {"id": 2, "name": "2 normal"},
        "created_at": "2026-03-01T02:30:00.282Z",
        "updated_at": "2026-03-01T02:31:00.333Z",
        "close_at": None,
        "pending_time": None,
        "create_article_type": "email",
        "preferences": {},
    }
    said = {"id": 1, "body": article, "content_type": "text/html", "type": "email", "internal": False}
    return orjson.dumps({"ticket": known | ticket, "article": said})


async def deliver(hub: RunningHub, body: bytes, secret: str = SECRET) -> tuple[int, Any]:
    signature = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
    headers = {"X-Hub-Signature": f"sha1={signature}", "X-Zammad-Trigger": "outage desk"}
    return await hub.post("/hooks/zammad", body, headers)


async def test_a_ticket_is_a_case_through_its_life(shared_hub: RunningHub) -> None:
    article = "<p>Hej,<br>kort 8946 2000 2000 1000 12 till 8946 2000 2000 1000 99 är döda</p>"
    status, said = await deliver(shared_hub, payload(1, article))
    assert (status, said["accepted"]) == (200, 1)
    (row,) = await shared_hub.rows("cases", "&filter=key:zammad/1")
    assert (row["state"], row["channel"], row["customer"], row["owner"]) == (
        "open",
        "e-mail",
        "Vattenkraft AB",
        "Eva Lind",
    )
    assert row["sims"] == 88
    assert row["opened"] == "2026-03-01T02:30:00.282000Z"

    later = {"updated_at": "2026-03-01T02:40:00Z", "title": "Mätare utan data, hela staden"}
    await deliver(shared_hub, payload(1, article, **later, state="pending reminder"))
    (row,) = await shared_hub.rows("cases", "&filter=key:zammad/1")
    assert (row["state"], row["title"]) == ("pending", "Mätare utan data, hela staden")

    late = payload(1, article)
    assert (await deliver(shared_hub, late))[0] == 200
    assert await shared_hub.rows("cases", "&filter=key:zammad/1") == [row], "what comes late changes nothing"

    opened = await shared_hub.metric("vaken_cases_open")
    closing = {"updated_at": "2026-03-01T03:00:00Z", "close_at": "2026-03-01T03:00:00Z", "state": "closed"}
    await deliver(shared_hub, payload(1, article, **closing))
    (row,) = await shared_hub.rows("cases", "&filter=key:zammad/1")
    assert (row["state"], row["changed"]) == ("closed", "2026-03-01T03:00:00Z")
    assert await shared_hub.metric("vaken_cases_open") == opened - 1


@pytest.mark.parametrize("header", [None, "", "sha1=", "sha1=" + "0" * 40, "sha256=abc", "ö"])
async def test_without_the_right_signature_nothing_is_taken(shared_hub: RunningHub, header: str | None) -> None:
    status, said = await shared_hub.post(
        "/hooks/zammad", payload(2), {} if header is None else {"X-Hub-Signature": header}
    )
    assert status == 401
    assert "X-Hub-Signature" in said["error"]
    assert SECRET not in said["error"]
    assert await shared_hub.rows("cases", "&filter=key:zammad/2") == []


async def test_a_signature_of_another_secret_or_another_body_is_none(shared_hub: RunningHub) -> None:
    assert (await deliver(shared_hub, payload(3), "guessed"))[0] == 401
    body = payload(3)
    signature = hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()
    assert (await shared_hub.post("/hooks/zammad", body + b" ", {"X-Hub-Signature": f"sha1={signature}"}))[0] == 401
    assert await shared_hub.rows("cases", "&filter=key:zammad/3") == []


async def test_a_signed_payload_that_is_none_is_refused_with_its_place(shared_hub: RunningHub) -> None:
    assert (await deliver(shared_hub, b'{"ticket": '))[0] == 400
    status, said = await deliver(shared_hub, b'{"ticket": {"number": []}}')
    assert status == 422
    assert "$.ticket.number" in said["error"]


async def test_a_hub_without_a_secret_asks_for_no_signature(hub: RunningHub) -> None:
    assert (await hub.post("/hooks/zammad", payload(4)))[0] == 200
    assert len(await hub.rows("cases", "&filter=key:zammad/4")) == 1
