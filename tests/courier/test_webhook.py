"""Webhooks against a real HTTP server that misbehaves."""

# ruff: noqa: ASYNC240

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from msgspec import structs
from standardwebhooks import Webhook, WebhookVerificationError

from feeds.courier.channels.webhook import INTERVALS, WebhookChannel, WebhookSettings
from feeds.courier.pace import Backoff, Pace, Steps
from feeds.model import ContactChannel, DeliveryState

if TYPE_CHECKING:
    from conftest import Desk, Web

Q, T, A, F, H, U = (
    DeliveryState.QUEUED,
    DeliveryState.ATTEMPTING,
    DeliveryState.ACCEPTED,
    DeliveryState.FAILED,
    DeliveryState.HELD,
    DeliveryState.UNCERTAIN,
)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDazzk"
QUICK = Pace(server=Backoff(0.01, 0.05), recipient=Steps((0.01, 0.01, 0.02)), look=0.01, idle=0.2)
Fixture = Callable[..., Any]


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    path = tmp_path / "secrets.toml"
    path.write_text(f'c0 = "{SECRET}"\nc1 = ["{OTHER}", "{SECRET}"]\n')
    return path


def channel(secrets: Path, **changes: Any) -> WebhookChannel:
    values = {"allow_private": True, "allow_http": True, "timeout": 5.0} | changes
    return WebhookChannel(WebhookSettings(secrets_file=str(secrets), **values))


async def test_each_customer_gets_its_own_facts_signed_with_its_own_secret(
    desk: Desk, site: Web, secrets: Path, reached_by: Fixture, carried: Fixture
) -> None:
    update = await desk.approve(reached_by(ContactChannel.WEBHOOK, f"{site.url}/a", f"{site.url}/b"))
    async with carried(desk, [channel(secrets)], QUICK):
        await desk.ended(update)
    assert desk.states(update) == [A, A]
    by_path = {path: (headers, body) for _, path, headers, body in site.asked}
    for path, secret, other, customer in (("/a", SECRET, OTHER, "c0"), ("/b", OTHER, "whsec_" + "A" * 32, "c1")):
        headers, body = by_path[path]
        told = Webhook(secret).verify(body, dict(headers))
        assert told["data"]["customer"] == customer
        with pytest.raises(WebhookVerificationError):
            Webhook(other).verify(body, dict(headers))
    headers, body = by_path["/b"]
    assert Webhook(SECRET).verify(body, dict(headers)), "while a customer changes over, both of its secrets fit"
    assert "c0" not in json.dumps(json.loads(body))


async def test_the_webhook_id_is_the_same_at_every_try_and_retry_after_is_waited_for(
    desk: Desk, site: Web, secrets: Path, reached_by: Fixture, carried: Fixture
) -> None:
    answers = [web.Response(status=503), web.Response(status=429, headers={"Retry-After": "1"}), web.Response()]
    times: list[float] = []

    async def respond(request: web.Request, body: bytes) -> web.StreamResponse:
        times.append(asyncio.get_running_loop().time())
        return answers[len(times) - 1]

    site.respond = respond
    update = await desk.approve(reached_by(ContactChannel.WEBHOOK, f"{site.url}/a"))
    async with carried(desk, [channel(secrets)], QUICK):
        await desk.ended(update)
    assert [step.state for step in desk.steps] == [T, Q, T, Q, T, A]
    assert len({headers["webhook-id"] for _, _, headers, _ in site.asked}) == 1
    assert times[2] - times[1] >= 1.0


async def test_what_is_never_taken_is_given_up_after_the_specifications_tries(
    desk: Desk, site: Web, secrets: Path, reached_by: Fixture, carried: Fixture
) -> None:
    async def respond(request: web.Request, body: bytes) -> web.StreamResponse:
        return web.Response(status=500, text="broken")

    site.respond = respond
    update = await desk.approve(reached_by(ContactChannel.WEBHOOK, f"{site.url}/a"))
    async with carried(desk, [channel(secrets)], structs.replace(QUICK, recipient=Steps((0.001,) * len(INTERVALS)))):
        await desk.ended(update)
    assert desk.states(update) == [F]
    assert len(site.asked) == len(INTERVALS) + 1
    assert desk.deliveries(update)[0].answer.endswith("500 Internal Server Error: broken")


async def test_an_address_that_says_gone_is_suppressed_and_not_asked_again(
    desk: Desk, site: Web, secrets: Path, reached_by: Fixture, carried: Fixture
) -> None:
    async def respond(request: web.Request, body: bytes) -> web.StreamResponse:
        return web.Response(status=410)

    site.respond = respond
    update = await desk.approve(reached_by(ContactChannel.WEBHOOK, f"{site.url}/a"))
    async with carried(desk, [channel(secrets)], QUICK):
        await desk.ended(update)
        second = await desk.approve(reached_by(ContactChannel.WEBHOOK, f"{site.url}/a"), "U-2")
        await desk.ended(second)
    assert desk.states(update) == [F]
    assert desk.states(second) == [DeliveryState.SUPPRESSED]
    assert len(site.asked) == 1


async def test_a_redirect_is_not_followed(
    desk: Desk, site: Web, secrets: Path, reached_by: Fixture, carried: Fixture
) -> None:
    async def respond(request: web.Request, body: bytes) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": f"{site.url}/elsewhere"})

    site.respond = respond
    update = await desk.approve(reached_by(ContactChannel.WEBHOOK, f"{site.url}/a"))
    async with carried(desk, [channel(secrets)], QUICK):
        await desk.ended(update)
    assert desk.states(update) == [F]
    assert {path for _, path, _, _ in site.asked} == {"/a"}


@pytest.mark.parametrize(("repeats", "state"), [(False, U), (True, A)])
async def test_a_timeout_after_the_request_left_is_uncertain_unless_repeats_were_chosen(
    desk: Desk, site: Web, secrets: Path, reached_by: Fixture, carried: Fixture, repeats: bool, state: DeliveryState
) -> None:
    never = asyncio.Event()

    async def respond(request: web.Request, body: bytes) -> web.StreamResponse:
        if len(site.asked) == 1:
            await never.wait()
        return web.Response()

    site.respond = respond
    update = await desk.approve(reached_by(ContactChannel.WEBHOOK, f"{site.url}/a"))
    async with carried(desk, [channel(secrets, timeout=0.3, repeat_unanswered=repeats)], QUICK):
        await desk.ended(update)
    never.set()
    assert desk.states(update) == [state]
    assert "handed over, then no answer: nothing heard for 0.3 s" in next(
        step.answer for step in desk.steps if step.answer
    )
    assert len({headers["webhook-id"] for _, _, headers, _ in site.asked}) == 1


async def test_a_machine_that_is_down_loses_nothing_and_holds_up_nobody(
    desk: Desk, site: Web, secrets: Path, reached_by: Fixture, carried: Fixture
) -> None:
    update = await desk.approve(reached_by(ContactChannel.WEBHOOK, "http://127.0.0.1:9/a", f"{site.url}/b"))
    patient = structs.replace(QUICK, recipient=Backoff(0.02, 0.02))
    async with carried(desk, [channel(secrets)], patient):
        await desk.until(lambda: desk.states(update)[1] is A and "no connection" in desk.deliveries(update)[0].answer)
    assert desk.states(update)[0] in (Q, T)


@pytest.mark.parametrize("address", ["http://127.0.0.1:1/a", "http://[::ffff:10.0.0.1]/", "https://[fe80::1]/x"])
async def test_an_address_of_a_private_network_is_held_before_anything_is_asked(
    desk: Desk, site: Web, secrets: Path, reached_by: Fixture, carried: Fixture, address: str
) -> None:
    update = await desk.approve(reached_by(ContactChannel.WEBHOOK, address))
    async with carried(desk, [channel(secrets, allow_private=False)], QUICK):
        await desk.ended(update)
    assert desk.states(update) == [H]
    assert "private network" in desk.deliveries(update)[0].answer


async def test_a_name_that_leads_to_a_private_network_is_refused_at_the_connection(
    desk: Desk, site: Web, secrets: Path, reached_by: Fixture, carried: Fixture
) -> None:
    port = site.url.rpartition(":")[2]
    addresses = [f"http://{name}:{port}/a" for name in ("localhost", "127.1", "2130706433")]
    update = await desk.approve(reached_by(ContactChannel.WEBHOOK, *addresses))
    secrets.write_text("".join(f'c{number} = "{SECRET}"\n' for number in range(3)))
    async with carried(desk, [channel(secrets, allow_private=False)], QUICK):
        await desk.ended(update)
    assert set(desk.states(update)) <= {F, H}
    assert site.asked == []


async def test_a_customer_without_a_secret_is_held_and_is_sent_when_there_is_one(
    desk: Desk, site: Web, secrets: Path, reached_by: Fixture, carried: Fixture
) -> None:
    before = secrets.read_text()
    secrets.write_text("")
    update = await desk.approve(reached_by(ContactChannel.WEBHOOK, f"{site.url}/a"))
    async with carried(desk, [channel(secrets)], QUICK):
        await desk.ended(update)
        assert desk.states(update) == [H]
        assert "c0 has no secret" in desk.deliveries(update)[0].answer
        secrets.write_text(before)
        await desk.move(update, 0, Q)
        await desk.until(lambda: desk.states(update) == [A])
    assert SECRET[6:] not in str(desk.steps)


@pytest.mark.parametrize("secret", ["whsec_short", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa w", "", "whsec_" + "A" * 200])
async def test_a_secret_that_is_mistyped_signs_nothing(
    desk: Desk, site: Web, secrets: Path, reached_by: Fixture, carried: Fixture, secret: str
) -> None:
    secrets.write_text(f'c0 = "{secret}"\n')
    update = await desk.approve(reached_by(ContactChannel.WEBHOOK, f"{site.url}/a"))
    async with carried(desk, [channel(secrets)], QUICK):
        await desk.until(lambda: "webhook secret of c0" in desk.deliveries(update)[0].answer)
    assert site.asked == []


async def test_an_endless_answer_is_read_to_its_bound(
    desk: Desk, site: Web, secrets: Path, reached_by: Fixture, carried: Fixture
) -> None:
    async def respond(request: web.Request, body: bytes) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 65536)
        except ConnectionError:
            return response

    site.respond = respond
    update = await desk.approve(reached_by(ContactChannel.WEBHOOK, f"{site.url}/a"))
    async with carried(desk, [channel(secrets)], QUICK):
        await desk.ended(update)
    assert desk.states(update) == [A]
    assert len(desk.deliveries(update)[0].answer) <= 500
