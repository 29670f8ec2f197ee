"""Text messages through a real HTTP server in the role of a Kannel gateway."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import web
from msgspec import structs

from feeds.courier.channels.sms import SmsChannel, SmsSettings, report_of, report_token
from feeds.courier.pace import Backoff, Pace
from feeds.model import ContactChannel, DeliveryState, UpdateText

if TYPE_CHECKING:
    from conftest import Desk, Sink, Web

Q, T, A, F, H, U = (
    DeliveryState.QUEUED,
    DeliveryState.ATTEMPTING,
    DeliveryState.ACCEPTED,
    DeliveryState.FAILED,
    DeliveryState.HELD,
    DeliveryState.UNCERTAIN,
)
KEY = b"k" * 32
QUICK = Pace(server=Backoff(0.01, 0.05), recipient=Backoff(0.01, 0.02), look=0.01, idle=0.2)
Fixture = Callable[..., Any]


def gateway(site: Web, **changes: Any) -> SmsChannel:
    values: dict[str, Any] = {
        "url": f"{site.url}/cgi-bin/sendsms",
        "username": "vaken",
        "sender": "Operator",
        "timeout": 5.0,
    }
    return SmsChannel(SmsSettings(**(values | changes)), KEY)


def fields(path: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(path).query, strict_parsing=True).items()}


async def kannel(request: web.Request, body: bytes) -> web.StreamResponse:
    return web.Response(status=202, text="0: Accepted for delivery")


async def test_a_message_goes_out_in_kannels_form_with_a_way_back_for_its_report(
    desk: Desk, site: Web, reached_by: Fixture, carried: Fixture, tmp_path: Path
) -> None:
    site.respond = kannel
    secret = tmp_path / "password"
    secret.write_text("s3 cret&\n")
    update = await desk.approve(reached_by(ContactChannel.SMS, "+46701234567"))
    channel = gateway(site, password_file=str(secret), report_url="http://127.0.0.1:8425", smsc="north")
    async with carried(desk, [channel], QUICK):
        await desk.ended(update)
    delivery = desk.deliveries(update)[0]
    assert (delivery.state, delivery.answer) == (A, "202 Accepted: 0: Accepted for delivery")
    ((method, path, _, _),) = site.asked
    assert method == "GET"
    sent = fields(path)
    assert (sent["username"], sent["password"], sent["smsc"]) == ("vaken", "s3 cret&", "north")
    assert (sent["to"], sent["from"], sent["charset"], sent["dlr-mask"]) == ("+46701234567", "Operator", "UTF-8", "19")
    back = urlsplit(sent["dlr-url"])
    assert (back.netloc, back.path) == ("127.0.0.1:8425", "/hooks/kannel")
    told = parse_qs(back.query.replace("%d", "1").replace("%A", ""), keep_blank_values=True)
    assert told["delivery"] == [delivery.reference]
    assert told["token"] == [report_token(KEY, delivery.reference)]
    assert "s3 cret" not in str(desk.steps)


@pytest.mark.parametrize(("done", "coding"), [("Restarted it.", "0"), ("Перезапущено.", "2")])
async def test_the_coding_is_that_of_the_text(
    desk: Desk, site: Web, reached_by: Fixture, carried: Fixture, done: str, coding: str
) -> None:
    site.respond = kannel
    text = UpdateText(done=done, will=done, need=done)
    update = await desk.approve(reached_by(ContactChannel.SMS, "+46701234567"), text=text)
    async with carried(desk, [gateway(site)], QUICK):
        await desk.ended(update)
    sent = fields(site.asked[0][1])
    assert sent["coding"] == coding
    assert "dlr-url" not in sent


async def test_a_gateway_that_is_down_or_refuses_the_login_fails_nobody(
    desk: Desk, site: Web, reached_by: Fixture, carried: Fixture
) -> None:
    answers = [403, 503, 404, 302]

    async def respond(request: web.Request, body: bytes) -> web.StreamResponse:
        return web.Response(status=answers.pop(0)) if answers else await kannel(request, body)

    site.respond = respond
    await site.stop()
    update = await desk.approve(reached_by(ContactChannel.SMS, "+46701234567", "+46701234568"))
    async with carried(desk, [gateway(site)], QUICK):
        await desk.until(
            lambda: any("no connection to the SMS gateway" in one.answer for one in desk.deliveries(update))
        )
        await site.start()
        await desk.ended(update)
    assert desk.states(update) == [A, A]


async def test_a_number_that_the_gateway_cannot_route_has_failed(
    desk: Desk, site: Web, reached_by: Fixture, carried: Fixture
) -> None:
    async def respond(request: web.Request, body: bytes) -> web.StreamResponse:
        return web.Response(status=403, text="Not routable. Do not try again.")

    site.respond = respond
    update = await desk.approve(reached_by(ContactChannel.SMS, "+46701234567"))
    async with carried(desk, [gateway(site)], QUICK):
        await desk.ended(update)
    assert desk.states(update) == [F]


async def test_a_gateway_that_takes_the_message_and_says_nothing_leaves_it_uncertain_and_asks_once(
    desk: Desk, site: Web, reached_by: Fixture, carried: Fixture
) -> None:
    never = asyncio.Event()

    async def respond(request: web.Request, body: bytes) -> web.StreamResponse:
        await never.wait()
        return web.Response()

    site.respond = respond
    update = await desk.approve(reached_by(ContactChannel.SMS, "+46701234567"))
    async with carried(desk, [gateway(site, timeout=0.3)], QUICK):
        await desk.ended(update)
    never.set()
    assert desk.states(update) == [U]
    assert len(site.asked) == 1


async def test_a_connection_that_breaks_after_the_request_is_uncertain_and_is_not_repeated_by_the_library(
    desk: Desk, site: Web, reached_by: Fixture, carried: Fixture
) -> None:
    async def respond(request: web.Request, body: bytes) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    site.respond = respond
    update = await desk.approve(reached_by(ContactChannel.SMS, "+46701234567"))
    async with carried(desk, [gateway(site)], QUICK):
        await desk.ended(update)
    assert desk.states(update) == [U]
    assert len(site.asked) == 1


async def test_a_dead_gateway_does_not_hold_up_mails(
    desk: Desk, sink: Sink, site: Web, people: Fixture, reached_by: Fixture, carried: Fixture
) -> None:
    from feeds.courier.channels.mail import MailChannel

    await site.stop()
    both = people(20)
    texts = reached_by(ContactChannel.SMS, *(f"+4670123456{number}" for number in range(10)))
    update = await desk.approve(structs.replace(both, entries=(*texts.entries, *both.entries)))
    async with carried(desk, [gateway(site), MailChannel(sink.settings())], QUICK):
        await desk.until(lambda: desk.states(update)[10:] == [A] * 20)
    assert A not in desk.states(update)[:10]
    assert len(sink.mails) == 20


async def test_what_nothing_is_configured_for_waits_and_says_for_what(
    desk: Desk, sink: Sink, reached_by: Fixture, carried: Fixture
) -> None:
    from feeds.courier.channels.mail import MailChannel

    update = await desk.approve(reached_by(ContactChannel.SMS, "+46701234567"))
    async with carried(desk, [MailChannel(sink.settings())], QUICK):
        await desk.until(lambda: "set [sms] in config.toml" in desk.deliveries(update)[0].answer)
    assert desk.states(update) == [Q]


@pytest.mark.parametrize(
    ("status", "state"),
    [("1", A), ("2", DeliveryState.BOUNCED), ("8", A), ("16", DeliveryState.BOUNCED), ("34", DeliveryState.BOUNCED)],
)
def test_a_report_says_what_became_of_a_message(status: str, state: DeliveryState) -> None:
    report = report_of(status, "id:1 err:000\x1b[31m")
    assert report is not None
    assert report.state is state
    assert "\x1b" not in report.words


@pytest.mark.parametrize("status", ["4", "", "x", "-1", "%d"])
def test_a_report_that_says_nothing_final_is_none(status: str) -> None:
    assert report_of(status, "") is None
