"""Feeds that go silent, frames that go missing, tickets that a ticket system gave up on."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from feeds.hub.gaps import RANGES_KEPT, Gaps
from feeds.hub.watch_feeds import AWAY, LOOK_EVERY, Silences
from feeds.model import FeedRow
from feeds.sources.zammad import webhook
from feeds.sources.zammad_tickets import payload, tickets
from tests.hub.running import RunningHub

START = datetime(2026, 3, 1, 2, 30, tzinfo=UTC)


def row(name: str, heard: datetime | None, stale_after: float, **more: Any) -> tuple[str, FeedRow]:
    return name, FeedRow(key=name, kind="alarms", heard=heard, stale_after=stale_after, **more)


class Room:
    """Looks at feeds every two seconds of a clock that the test turns."""

    def __init__(self) -> None:
        self.now, self.steady = START, 0.0
        self._silences = Silences(START, 0.0)

    def look(self, *feeds: tuple[str, FeedRow], seconds: float = LOOK_EVERY, clock: float | None = None) -> set[str]:
        self.now += timedelta(seconds=seconds if clock is None else clock)
        self.steady += seconds
        return set(self._silences.look(feeds, self.now, self.steady))

    def until(self, seconds: float, *feeds: tuple[str, FeedRow]) -> set[str]:
        """Look every two seconds until so much time went by."""
        found: set[str] = set()
        for _ in range(int(seconds / LOOK_EVERY)):
            found = self.look(*feeds)
        return found


def test_a_feed_is_silent_beyond_its_rhythm_and_not_before() -> None:
    room = Room()
    assert room.until(58, row("nms", START, 60)) == set()
    assert room.until(6, row("nms", START, 60)) == {"nms"}
    assert room.look(row("nms", room.now, 60)) == set()


def test_nothing_is_said_while_a_rhythm_is_learnt_or_of_a_feed_nobody_expects() -> None:
    room = Room()
    assert room.until(4_000, row("new", START, 0), row("never", None, 60)) == set()
    assert room.look(row("never", None, 60, expected=True)) == {"never"}


def test_a_feed_that_is_refused_or_told_to_come_back_is_not_silent() -> None:
    room = Room()
    room.until(120)
    assert room.look(row("nms", START, 60, knocked=room.now)) == set()


@pytest.mark.parametrize("gap", [3_600.0, AWAY + LOOK_EVERY + 1])
def test_time_in_which_the_hub_was_away_is_no_silence(gap: float) -> None:
    room = Room()
    feeds = [row(f"f{at}", START, 60) for at in range(50)]
    assert room.look(*feeds, seconds=gap) == set(), "a suspended hub raised a storm"
    assert room.until(58, *feeds) == set()
    assert len(room.until(6, *feeds)) == 50


@pytest.mark.parametrize("jump", [86_400.0, -86_400.0])
def test_a_clock_that_jumps_makes_no_feed_silent(jump: float) -> None:
    room = Room()
    assert room.look(row("nms", START, 60), clock=jump) == set()
    assert room.until(58, row("nms", START, 60)) == set()
    assert room.until(6, row("nms", START, 60)) == {"nms"}


async def test_a_silent_feed_is_an_alarm_until_it_is_heard(make_hub: Callable[..., RunningHub]) -> None:
    hub = make_hub('[feeds.nms]\nkind = "alarms"\nsilent_after = 3\n')
    (alarm,) = await hub.until("alarms", len)
    assert (alarm["key"], alarm["severity"]) == ("vaken/silent:nms", "major")
    assert "never heard" in alarm["text"]
    hub.kill()
    hub.start()
    assert len(await hub.rows("alarms")) == 1, "it is a fact"
    await hub.post("/v1/alarms", {"source": "nms", "managed_object": "o", "severity": "minor"})
    for _ in range(600):
        if "the feed nms is heard again [feed.silence feed=nms]" in hub.errors():
            break
        await asyncio.sleep(0.05)
    else:
        raise AssertionError(hub.errors())


async def test_an_empty_batch_of_a_feed_that_names_itself_is_a_heartbeat(shared_hub: RunningHub) -> None:
    await shared_hub.post("/v1/cases", {"number": "1", "source": "crm"})
    for path in ("/v1/alarms?feed=quiet", "/v1/cases?feed=crm", "/v1/alarms"):
        assert (await shared_hub.post(path, []))[0] == 200
    async with (
        ClientSession() as session,
        session.ws_connect(f"{shared_hub.url.replace('http', 'ws', 1)}/v1/ingest?feed=beating") as socket,
    ):
        await socket.send_json({"id": 1})
        await socket.receive_json()
    feeds = {one["key"]: one for one in await shared_hub.rows("feeds")}
    assert {name: (one["kind"], one.get("events", 0)) for name, one in feeds.items()} == {
        "quiet": ("alarms", 0),
        "crm": ("cases", 1),
        "beating": ("alarms", 0),
    }
    assert all(one["heard"] for one in feeds.values())


# -- numbers of frames ------------------------------------------------------------------------------------------------


def test_what_comes_late_or_again_is_not_missing() -> None:
    gaps = Gaps()
    assert [gaps.take(number) for number in (5, 6, 9, 9, 6)] == [False, False, True, False, False]
    assert gaps.ranges == ((7, 8),)
    gaps.take(8)
    assert (gaps.ranges, gaps.missing) == (((7, 7),), 1)
    gaps.take(1)
    assert gaps.missing == 0, "it begins anew"


@given(st.sets(st.integers(3, 60)))
def test_exactly_what_did_not_come_is_missing(came: set[int]) -> None:
    order = sorted(came)
    gaps = Gaps()
    gaps.take(2)
    for number in order[::2] + order[1::2]:
        gaps.take(number)
    highest = max(came, default=2)
    missing = {number for first, end in gaps.ranges for number in range(first, end + 1)}
    assert missing == set(range(3, highest + 1)) - came
    assert gaps.missing == len(missing)


def test_gaps_take_bounded_memory() -> None:
    gaps = Gaps()
    for number in range(2, 4 * RANGES_KEPT * 2, 2):
        gaps.take(number)
    assert len(gaps.ranges) == RANGES_KEPT
    assert gaps.missing == 4 * RANGES_KEPT - 2


async def test_a_feed_learns_which_of_its_frames_are_missing(shared_hub: RunningHub) -> None:
    async with (
        ClientSession() as session,
        session.ws_connect(f"{shared_hub.url.replace('http', 'ws', 1)}/v1/ingest?feed=numbered") as socket,
    ):
        answers = []
        for number in (1, 2, 5, 4):
            await socket.send_json({"id": number, "sequence": number, "alarms": []})
            answers.append(await socket.receive_json())
        assert [one.get("missing") for one in answers] == [None, None, [[3, 4]], [[3, 3]]]
        await socket.send_json({"id": 9, "sequence": -1})
        assert (await socket.receive_json())["error"]["status"] == 422
    (feed,) = await shared_hub.rows("feeds", "&filter=key:numbered")
    assert feed["missing"] == 1
    assert await shared_hub.metric('vaken_feed_missing{feed="numbered"}') == 1


# -- what Zammad gave up on -------------------------------------------------------------------------------------------


class FakeZammad:
    """Zammad's interface as far as it is asked: a list of changed tickets in pages, and articles."""

    def __init__(self) -> None:
        self.tickets: list[dict[str, Any]] = []
        self.asked: list[dict[str, str]] = []
        self.articles_asked = 0
        self.fails = 0

    def add(self, number: int, updated: str, body: str = "<p>SIM 8946200020000000011</p>") -> None:
        self.tickets.append(
            {
                **{"id": number, "number": str(number), "title": f"t{number}", "state": "open", "group": "Users"},
                **{"customer": "a@acme.se", "owner": "-", "created_at": "2026-03-01T02:00:00Z", "updated_at": updated},
                "body": body,
            }
        )

    async def search(self, request: web.Request) -> web.Response:
        """Answer a list."""
        assert request.headers["Authorization"] == "Token token=zt"
        if self.fails:
            self.fails -= 1
            return web.Response(status=502, text="bad gateway")
        self.asked.append(dict(request.query))
        since = request.query["query"].removeprefix("updated_at:[").partition(" TO ")[0]
        found = sorted((one for one in self.tickets if one["updated_at"] >= since), key=lambda one: one["updated_at"])
        size, page = int(request.query["per_page"]), int(request.query["page"])
        return web.json_response(found[(page - 1) * size : page * size])

    async def articles(self, request: web.Request) -> web.Response:
        """Answer the articles of one ticket."""
        self.articles_asked += 1
        (ticket,) = (one for one in self.tickets if one["id"] == int(request.match_info["id"]))
        article = {"body": ticket["body"], "content_type": "text/html", "type": "email", "sender": "Customer"}
        note = {"body": "internal 8946200020000000099", "internal": True, "created_at": ticket["updated_at"]}
        return web.json_response([article | {"created_at": ticket["updated_at"], "internal": False}, note])


@pytest.fixture
async def zammad() -> AsyncIterator[tuple[FakeZammad, str]]:
    """A ticket system over real HTTP, and where it is."""
    fake = FakeZammad()
    app = web.Application()
    app.router.add_get("/api/v1/tickets/search", fake.search)
    app.router.add_get("/api/v1/ticket_articles/by_ticket/{id}", fake.articles)
    async with TestServer(app) as server:
        yield fake, str(server.make_url("/"))


def config(tmp_path: Path, url: str, more: str = "") -> str:
    (tmp_path / "zammad.token").write_text("zt\n")
    return f'[zammad.api]\nurl = "{url}"\ntoken_file = "{tmp_path / "zammad.token"}"\n{more}'


async def test_tickets_that_were_missed_are_fetched_once(
    tmp_path: Path, zammad: tuple[FakeZammad, str], make_hub: Callable[..., RunningHub]
) -> None:
    fake, url = zammad
    now = datetime.now(UTC).replace(microsecond=0)
    for number in range(230):
        fake.add(number, (now - timedelta(seconds=600 - number)).isoformat().replace("+00:00", "Z"))
    fake.fails = 1
    hub = make_hub(config(tmp_path, url))
    await hub.until_metric("vaken_cases_open", lambda count: count == 230)
    assert "Zammad could not be asked" in hub.errors()
    assert [one["page"] for one in fake.asked] == ["1", "2", "3"]
    case = (await hub.rows("cases", "&filter=number:229"))[0]
    assert case["sims"] == 1
    assert len(await hub.rows("feeds", "&filter=key:zammad")) == 0, "what was fetched does not make the webhook alive"
    assert hub.stop() == 0
    fake.add(500, now.isoformat().replace("+00:00", "Z"))
    fake.asked.clear()
    fake.articles_asked = 0
    seen = fake.tickets[229]["updated_at"]
    hub.start()
    await hub.until_metric("vaken_cases_open", lambda count: count == 231)
    since = datetime.fromisoformat(fake.asked[0]["query"][12:].partition(" TO ")[0])
    assert since == datetime.fromisoformat(seen) - timedelta(minutes=5)
    assert fake.articles_asked == 1, "what is known is not asked for"
    facts = await hub.sequence()
    assert facts == await hub.sequence()


async def test_a_ticket_that_cannot_be_read_does_not_hide_the_others(
    tmp_path: Path, zammad: tuple[FakeZammad, str], make_hub: Callable[..., RunningHub]
) -> None:
    fake, url = zammad
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    fake.add(1, now)
    fake.tickets[0]["created_at"] = "0001-01-01T00:00:00Z"
    fake.add(2, now, "\x1b[2J\u202e evil 8946200020000000011")
    hub = make_hub(config(tmp_path, url))
    await hub.until_metric("vaken_cases_open", lambda count: count == 1)
    assert "ticket 1, which was missed, cannot be taken" in hub.errors()
    (case,) = await hub.rows("cases")
    assert case["number"] == "2"


def test_public_articles_since_the_last_known_one_become_one_text() -> None:
    listed = orjson.dumps([{"id": 7, "number": "22", "updated_at": "2026-03-01T02:30:00Z", "state": "open"}])
    (ticket,) = tickets(listed)
    made = [
        {"body": "old", "content_type": "text/plain", "created_at": "2026-03-01T02:00:00Z", "sender": "Customer"},
        {"body": "a < b\nc", "content_type": "text/plain", "created_at": "2026-03-01T02:20:00Z", "sender": "Agent"},
        {"body": "<b>new</b>", "content_type": "text/html", "created_at": "2026-03-01T02:25:00Z", "sender": "Customer"},
        {"body": "secret", "internal": True, "created_at": "2026-03-01T02:26:00Z"},
    ]
    body = payload(ticket, orjson.dumps(made), datetime(2026, 3, 1, 2, 10, tzinfo=UTC))
    (fact,) = webhook(body)
    event: Any = fact
    assert event.event.text.split() == ["a", "<", "b", "c", "new"]
    assert event.event.contact
