"""The page: read-only, for whoever may look at the hub, with nothing from elsewhere; in a real browser too."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import ClientSession, CookieJar, WSCloseCode, WSMsgType, web
from yarl import URL

from tests.tui.wall.chromium import CHROMIUM, browser, colours, near
from tui.wall.page import LOOKERS, PageError, WallPage, page_address
from tui.wall.page_access import COOKIE, PageAccess
from tui.wall.page_session import LEAST, MOST, bounded

ECHO = r"""
import os, sys
out = sys.stdout.buffer
def data(text):
    payload = text.encode()
    out.write(b"D" + len(payload).to_bytes(4, "big") + payload); out.flush()
out.write(b"__GANGLION__\n"); out.flush()
data("size " + os.environ["COLUMNS"] + "x" + os.environ["ROWS"])
while True:
    head = sys.stdin.buffer.read(5)
    if len(head) < 5: break
    body = sys.stdin.buffer.read(int.from_bytes(head[1:], "big"))
    if b'"quit"' in body: break
    data("got " + head[:1].decode() + body.decode())
"""
"""A program that speaks as an app in a browser does, and says what it is told."""

Served = Callable[..., AbstractAsyncContextManager[str]]


class AskedHub:
    """A hub that is asked who may look: ``good`` tokens may; with ``open`` everybody may."""

    def __init__(self) -> None:
        self.good = {"viewer-token"}
        self.open = True
        self.status = 200
        self.asked = 0
        self.url = ""

    async def totals(self, request: web.Request) -> web.Response:
        self.asked += 1
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        may = self.open or token in self.good
        return web.json_response({}, status=self.status if may else 401)


@pytest.fixture
async def asked() -> AsyncIterator[AskedHub]:
    hub = AskedHub()
    app = web.Application()
    app.add_routes([web.get("/v1/totals", hub.totals)])
    async with _listening(app) as url:
        hub.url = url
        yield hub


@pytest.fixture
def served(asked: AskedHub) -> Served:
    @asynccontextmanager
    async def serve(*command: str) -> AsyncIterator[str]:
        page = WallPage(command or (sys.executable, "-c", ECHO), PageAccess(asked.url))
        async with _listening(await page._make_app()) as url:
            yield url
        for _ in range(3_000):  # the program of the wall has to end first
            if not page.lookers:
                break
            await asyncio.sleep(0.01)
        assert page.lookers == 0

    return serve


@asynccontextmanager
async def _listening(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_the_page_and_all_it_loads_come_from_here(served: Served) -> None:
    async with served() as url, ClientSession() as session:
        async with session.get(url) as answer:
            text = await answer.text()
            policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "http:" not in text
        assert "https:" not in text
        for part in text.split('"'):
            if part.startswith(("static/", "page/")):
                async with session.get(f"{url}/{part}") as answer:
                    assert answer.status == 200, part
        for path in ("/static/", "/page/", "/download/x", "/page/../app.py", "/static/..%2f..%2fserver.py"):
            async with session.get(URL(url + path, encoded=True)) as answer:
                assert answer.status in (403, 404), path


async def test_sizes_pass_within_bounds_and_what_is_typed_goes_nowhere(served: Served) -> None:
    async with (
        served() as url,
        ClientSession() as session,
        session.ws_connect(f"{url}/ws?width=9999&height=1") as socket,
    ):
        assert await socket.receive_bytes() == f"size {MOST[0]}x{LEAST[1]}".encode()
        for sent in ('["stdin","q"]', '["stdin","\\u0003"]', "no json", "[]", '["focus"]', '["resize",{"width":"x"}]'):
            await socket.send_str(sent)
        await socket.send_str('["ping","17"]')
        assert await socket.receive_json() == ["pong", "17"]
        await socket.send_str('["resize",{"width":120,"height":100000}]')
        said = (await socket.receive_bytes()).decode()
        assert said.startswith('got M{"type": "resize", "width": 120')
        assert f'"height": {MOST[1]}' in said


async def test_a_program_that_does_not_start_leaves_nothing_running(served: Served) -> None:
    async with (
        served(sys.executable, "-c", "pass") as url,
        ClientSession() as session,
        session.ws_connect(f"{url}/ws") as socket,
    ):
        await socket.close()


async def test_only_so_many_browsers_look_at_a_time(served: Served) -> None:
    async with served() as url, ClientSession() as session:
        sockets = [await session.ws_connect(f"{url}/ws") for _ in range(LOOKERS)]
        async with session.get(f"{url}/ws") as answer:
            assert answer.status == 503
        for socket in sockets:
            await socket.close()


async def test_foreign_names_and_pages_are_refused(served: Served) -> None:
    async with served() as url, ClientSession() as session:
        for headers in ({"Host": "wall.example"}, {"Origin": "http://evil.example"}, {"Origin": "null"}):
            for path in ("/", "/ws", "/static/js/textual.js"):
                async with session.get(url + path, headers=headers) as answer:
                    assert answer.status == 403, (headers, path)
        async with session.get(url, headers={"Origin": url}) as answer:
            assert answer.status == 200


async def test_a_hub_that_asks_for_a_token_makes_the_page_ask_too(served: Served, asked: AskedHub) -> None:
    asked.open = False
    async with served() as url:
        async with ClientSession() as session:
            for path in (
                "/",
                "/ws",
                "/ready",
                "/page/wall.js",
                "/?token=wrong",
                "/?token=" + "x" * 5000,
                "/?token=a%0db",
            ):
                async with session.get(url + path) as answer:
                    assert answer.status == 401, path
        async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
            async with session.get(f"{url}/?token=viewer-token", allow_redirects=False) as answer:
                assert answer.status == 303
                assert answer.headers["Location"] == "/"
                cookie = answer.headers["Set-Cookie"]
            assert "HttpOnly" in cookie
            assert "SameSite=Strict" in cookie
            async with session.get(url) as answer:
                assert answer.status == 200
            async with session.ws_connect(f"{url}/ws") as socket:
                assert (await socket.receive_bytes()).startswith(b"size")


async def test_a_revoked_token_loses_its_wall(asked: AskedHub) -> None:
    asked.open = False
    page = WallPage((sys.executable, "-c", ECHO), PageAccess(asked.url, again=0.05))
    async with (
        _listening(await page._make_app()) as url,
        ClientSession(cookies={COOKIE: "viewer-token"}, cookie_jar=CookieJar(unsafe=True)) as session,
        session.ws_connect(f"{url}/ws") as socket,
    ):
        assert (await socket.receive_bytes()).startswith(b"size")
        asked.good.clear()
        async with asyncio.timeout(20):
            assert (await socket.receive()).type is WSMsgType.CLOSE
        assert socket.close_code == WSCloseCode.POLICY_VIOLATION


async def test_the_hub_is_asked_once_and_its_answer_held_for_a_while(asked: AskedHub) -> None:
    asked.open = False
    access = PageAccess(asked.url)
    assert [await access.may_look("viewer-token") for _ in range(5)] == [True] * 5
    assert not await access.may_look("")
    assert asked.asked == 2


async def test_without_the_hub_nobody_is_let_in(served: Served, asked: AskedHub) -> None:
    asked.status = 500
    async with served() as url, ClientSession() as session:
        async with session.get(url) as answer:
            assert answer.status == 503
            assert "Refresh" in answer.headers
        asked.status = 200
        async with session.get(url) as answer:
            assert answer.status == 200


def test_sizes_are_bounded() -> None:
    assert bounded(10**9, -3) == (MOST[0], LEAST[1])
    assert bounded(None, "x") == (80, 24)


@pytest.mark.parametrize("listen", ["0.0.0.0:80", "192.168.1.2:8426", "wall.example:1", "8426", "127.0.0.1:x", ":1"])
def test_the_page_listens_on_this_machine_alone(listen: str) -> None:
    with pytest.raises(PageError):
        page_address(listen)


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
async def test_a_real_browser_paints_the_wall_and_asks_nobody_else(served: Served, tmp_path: Path) -> None:
    command = (sys.executable, "-m", "tests.tui.wall.furnished_wall")
    async with served(*command) as url, browser(tmp_path / "profile", 1280, 760) as page:
        await page.do("Page.navigate", url=url)
        await page.until("document.body !== null && document.body.classList.contains('-first-byte')")
        found: dict[tuple[int, int, int], int] = {}
        async with asyncio.timeout(30):
            while near(found, (255, 107, 107)) < 2_000:  # the bar of a declared outage, and what is overdue
                found = colours(await page.picture())
        assert near(found, (214, 218, 224)) > 2_000, "the number"
        assert near(found, (111, 207, 151)) > 100, "the heart"
        assert near(found, (15, 19, 24)) > 20_000, "the ground is the theme's"
        assert page.said == []
        assert {URL(address).authority for address in page.asked} == {URL(url).authority}
        before = await page.picture()
        for kind in ("keyDown", "keyUp"):
            await page.do("Input.dispatchKeyEvent", type=kind, key="q", text="q", code="KeyQ")
        async with asyncio.timeout(30):
            while await page.picture() == before:  # the clock goes on: it did not end
                await page.value("new Promise(done => setTimeout(done, 100))")
        assert not await page.value("document.body.classList.contains('-closed')")
