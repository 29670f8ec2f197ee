"""Comments in cases, against a real HTTP server in the roles of Zammad and of a TMF621 system."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from feeds.courier.channels.case_comment import CaseChannel, Tmf621Settings, ZammadApi
from feeds.courier.pace import Backoff, Pace
from feeds.model import Case, CaseState, ContactChannel, DeliveryState

if TYPE_CHECKING:
    from conftest import Desk, Web

from datetime import UTC, datetime

Q, T, A, F, H, U = (
    DeliveryState.QUEUED,
    DeliveryState.ATTEMPTING,
    DeliveryState.ACCEPTED,
    DeliveryState.FAILED,
    DeliveryState.HELD,
    DeliveryState.UNCERTAIN,
)
WHEN = datetime(2026, 3, 1, tzinfo=UTC)
QUICK = Pace(server=Backoff(0.01, 0.05), recipient=Backoff(0.01, 0.02), look=0.01, idle=0.2)
Fixture = Callable[..., Any]


class Zammad:
    """As much of Zammad as comments need: tickets with articles."""

    def __init__(self, site: Web) -> None:
        self.articles: dict[str, list[dict[str, Any]]] = {"77": [{"id": 1, "body": "It does not work."}], "78": []}
        self.before_answer: Callable[[], Any] | None = None
        self._site = site
        site.respond = self.respond

    async def respond(self, request: web.Request, body: bytes) -> web.StreamResponse:
        if request.headers["Authorization"] != "Token token=t0ken":
            return web.json_response({"error": "token"}, status=401)
        if request.method == "GET":
            ticket = request.path.rpartition("/")[2]
            if ticket not in self.articles:
                return web.json_response({"error": "not found"}, status=404)
            return web.json_response(self.articles[ticket])
        article = json.loads(body)
        ticket = str(article["ticket_id"])
        if ticket not in self.articles:
            return web.json_response({"error": "not found"}, status=404)
        self.articles[ticket].append({**article, "id": 100 + len(self._site.asked)})
        if self.before_answer is not None:
            await self.before_answer()
        return web.json_response(self.articles[ticket][-1], status=201)


@pytest.fixture
def zammad(site: Web, desk: Desk) -> Zammad:
    for number in ("77", "78", "79"):
        desk.cases[f"zammad/{number}000"] = Case(
            source="zammad", number=f"{number}000", opened=WHEN, changed=WHEN, state=CaseState.OPEN, reference=number
        )
    return Zammad(site)


@pytest.fixture
def channel(site: Web, desk: Desk, tmp_path: Path) -> CaseChannel:
    token = tmp_path / "token"
    token.write_text("t0ken\n")
    return CaseChannel(desk.case, ZammadApi(url=site.url, token_file=str(token), timeout=0.5))


async def test_each_case_gets_a_public_comment_and_a_ticket_that_is_gone_has_failed(
    desk: Desk, zammad: Zammad, channel: CaseChannel, reached_by: Fixture, carried: Fixture
) -> None:
    update = await desk.approve(reached_by(ContactChannel.CASE, "zammad/77000", "zammad/78000", "zammad/79000"))
    async with carried(desk, [channel], QUICK):
        await desk.ended(update)
    assert desk.states(update) == [A, A, F]
    for ticket in ("77", "78"):
        article = zammad.articles[ticket][-1]
        assert (article["internal"], article["content_type"]) == (False, "text/plain")
        assert "Restarted it." in article["body"]
    assert desk.deliveries(update)[0].reference == str(zammad.articles["77"][-1]["id"])


async def test_one_whose_answer_was_lost_is_recognised_by_its_mark_when_it_is_tried_again(
    desk: Desk, zammad: Zammad, channel: CaseChannel, reached_by: Fixture, carried: Fixture
) -> None:
    zammad.before_answer = lambda: asyncio.sleep(3600)
    update = await desk.approve(reached_by(ContactChannel.CASE, "zammad/77000"))
    async with carried(desk, [channel], QUICK):
        await desk.until(lambda: desk.states(update) == [U])
        zammad.before_answer = None
        await desk.move(update, 0, Q)
        await desk.until(lambda: desk.states(update) == [A])
    assert len(zammad.articles["77"]) == 2
    assert desk.deliveries(update)[0].answer == "found in the case: it was written before"


@pytest.mark.parametrize(
    ("case", "why"),
    [("jira/1", "nothing is configured"), ("zammad/404", "not known"), ("zammad/77000", "closed")],
)
async def test_a_case_into_which_nothing_can_be_written_is_held(
    desk: Desk, zammad: Zammad, channel: CaseChannel, reached_by: Fixture, carried: Fixture, case: str, why: str
) -> None:
    known = desk.cases["zammad/77000"]
    desk.cases["zammad/77000"] = Case(
        source="zammad", number="77000", opened=WHEN, changed=WHEN, state=CaseState.CLOSED, reference=known.reference
    )
    update = await desk.approve(reached_by(ContactChannel.CASE, case))
    async with carried(desk, [channel], QUICK):
        await desk.ended(update)
    assert desk.states(update) == [H]
    assert why in desk.deliveries(update)[0].answer


class Tickets:
    """A TMF621 system whose PATCH is a merge patch: the list of notes is replaced."""

    def __init__(self, site: Web) -> None:
        self.notes: list[dict[str, Any]] = [{"id": "1", "author": "eve", "text": "Please help.", "odd": {"x": 1}}]
        self.version = 1
        self.between: Callable[[], None] = lambda: None
        site.respond = self.respond

    async def respond(self, request: web.Request, body: bytes) -> web.StreamResponse:
        assert request.path == "/tt/troubleTicket/T-1"
        if request.method == "GET":
            answer = web.json_response({"id": "T-1", "note": self.notes}, headers={"ETag": f'"{self.version}"'})
            self.between()
            return answer
        assert request.content_type == "application/merge-patch+json"
        if request.headers["If-Match"] != f'"{self.version}"':
            return web.Response(status=412)
        self.notes = json.loads(body)["note"]
        self.version += 1
        return web.json_response({"id": "T-1"})


async def test_a_note_is_added_to_those_that_are_there_even_when_somebody_writes_meanwhile(
    desk: Desk, site: Web, reached_by: Fixture, carried: Fixture
) -> None:
    tickets = Tickets(site)

    def another() -> None:
        tickets.between = lambda: None
        tickets.notes = [*tickets.notes, {"id": "2", "author": "bo", "text": "Me too."}]
        tickets.version += 1

    tickets.between = another
    desk.cases["native/T-1"] = Case(source="native", number="T-1", opened=WHEN, changed=WHEN, state=CaseState.OPEN)
    channel = CaseChannel(desk.case, tmf621=Tmf621Settings(url=f"{site.url}/tt"))
    update = await desk.approve(reached_by(ContactChannel.CASE, "native/T-1"))
    async with carried(desk, [channel], QUICK):
        await desk.ended(update)
    assert desk.states(update) == [A]
    assert [note.get("id") for note in tickets.notes] == ["1", "2", None]
    assert tickets.notes[0]["odd"] == {"x": 1}, "what is not understood is kept"
    assert "Restarted it." in tickets.notes[2]["text"]
