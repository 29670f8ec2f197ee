"""Who brings facts, from where, with which token: one line a visit, however often and under whatever names it comes."""

import io

from aiohttp import ClientSession

from feeds.hub.access.identity import ANYBODY, Identity
from feeds.hub.feed_visits import A_MINUTE, AGAIN, HASTE, KEPT, QUIET, FeedVisits
from feeds.hub.journal import Journal
from feeds.model.access import CAPABILITIES, Role
from tests.hub.running import RunningHub

NMS = Identity("nms", Role.FEED, CAPABILITIES[Role.FEED], "abcd1234")


class Room:
    def __init__(self) -> None:
        self.now = 1_000.0
        self._out = io.StringIO()
        self.visits = FeedVisits(Journal("console", self._out), lambda: self.now)

    def came(self, feed: str = "nms", address: str = "192.0.2.7", identity: Identity = NMS) -> None:
        self.visits.came(feed, identity, address, "/v1/alarms")

    @property
    def said(self) -> list[str]:
        return self._out.getvalue().splitlines()


def test_a_visitor_is_said_once_with_address_and_token_until_it_was_quiet() -> None:
    room = Room()
    for _ in range(100):
        room.came()
        room.now += QUIET / 50
    (line,) = room.said
    assert line.endswith("[feed.came feed=nms address=192.0.2.7 token=abcd1234 way=/v1/alarms]")
    room.now += QUIET
    room.came()
    assert len(room.said) == 2


def test_another_address_or_token_is_another_visitor() -> None:
    room = Room()
    room.came()
    room.came(address="192.0.2.8")
    room.came(identity=ANYBODY)
    room.came()
    assert len(room.said) == 3
    assert "token=none" in room.said[-1]


def test_one_that_goes_on_is_said_again_each_day() -> None:
    room = Room()
    end = room.now + 2.5 * AGAIN
    while room.now < end:
        room.came()
        room.now += QUIET / 2
    assert len(room.said) == 3


def test_who_takes_new_names_fills_neither_the_journal_nor_the_memory() -> None:
    room = Room()
    for number in range(KEPT + 100):
        room.came(f"f{number}")
    assert len(room.said) == A_MINUTE
    assert len(room.visits._seen) == KEPT
    room.now += 60
    room.came("after")
    assert f"left_out={KEPT + 100 - A_MINUTE}" in room.said[-1]


def test_a_socket_is_said_when_it_opens_and_ends_and_one_in_haste_once() -> None:
    room = Room()
    with room.visits.staying("nms", NMS, "192.0.2.7", "/v1/ingest"):
        room.now += 90
    assert [line.partition("[")[2].split()[0] for line in room.said] == ["feed.connected", "feed.disconnected"]
    assert "seconds=90" in room.said[-1]
    room.now += HASTE
    for _ in range(50):
        with room.visits.staying("nms", NMS, "192.0.2.7", "/v1/ingest"):
            room.now += 0.1
    assert len(room.said) == 4
    room.now += HASTE
    with room.visits.staying("nms", NMS, "192.0.2.7", "/v1/ingest"):
        pass
    assert "before=49" in room.said[4]


async def test_a_steady_feed_stands_in_the_journal_of_a_hub(shared_hub: RunningHub) -> None:
    url = f"{shared_hub.url.replace('http', 'ws', 1)}/v1/ingest?feed=steady"
    async with ClientSession() as session, session.ws_connect(url) as socket:
        await socket.send_json({"id": 1})
        await socket.receive_json()
        assert "[feed.connected feed=steady address=127.0.0.1 token=none way=/v1/ingest]" in shared_hub.errors()
    await shared_hub.post("/v1/alarms", [])
    assert "[feed.came feed=alarms address=127.0.0.1 token=none way=/v1/alarms]" in shared_hub.errors()


async def test_without_trusted_proxies_nobody_is_believed_who_names_another_address(shared_hub: RunningHub) -> None:
    assert (await shared_hub.post("/v1/alarms?feed=liar", [], {"X-Forwarded-For": "203.0.113.9"}))[0] == 200
    assert "the feed liar sends from 127.0.0.1" in shared_hub.errors()
    assert "203.0.113.9" not in shared_hub.errors()
