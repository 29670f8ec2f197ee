"""The wall as a page in a browser, through textual-serve: read-only, on this machine, without anything from elsewhere.

The page, its script and its style are our own; xterm and the font come from textual-serve's package. What a browser
sends is its size and nothing else that counts. Who may look, the hub decides (tui/wall/page_access.py).
"""

import asyncio
import contextlib
import ipaddress
import signal
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Final

import orjson
from aiohttp import WSCloseCode, WSMsgType, web
from textual_serve.server import Server

from tui.wall.page_access import COOKIE, HubUnreachable, PageAccess, stranger
from tui.wall.page_session import PageSession, bounded

OWN: Final = Path(__file__).with_name("page")
LOOKERS: Final = 8
"""Browsers at a time: each has a process of its own."""
MESSAGE_BYTES: Final = 4_096
"""A browser sends sizes; what it types is not read."""
COOKIE_SECONDS: Final = 90 * 86_400
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "font-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PageError(Exception):
    """The page cannot be served; the message says why and what to do."""


class WallPage(Server):
    """``command``: the program that paints the wall, with its arguments; ``access``: who may look."""

    def __init__(self, command: Sequence[str], access: PageAccess) -> None:
        super().__init__(command[0], title="vaken wall")
        self._arguments = tuple(command)
        self._access = access
        self._lookers: set[web.WebSocketResponse] = set()

    async def _make_app(self) -> web.Application:
        app = web.Application(middlewares=[self._guarded], client_max_size=0)
        app.add_routes(
            [
                web.get("/", self._page, name="index"),
                web.get("/ready", self._ready),
                web.get("/ws", self.handle_websocket, name="websocket"),
                web.static("/static", self.statics_path, name="static"),
                web.static("/page", OWN),
            ]
        )
        app.on_shutdown.append(self.on_shutdown)
        return app

    async def on_shutdown(self, app: web.Application) -> None:
        """Say goodbye to all browsers; their walls end with them."""
        await asyncio.gather(*(one.close(code=WSCloseCode.GOING_AWAY) for one in list(self._lookers)))

    @property
    def lookers(self) -> int:
        """How many browsers look."""
        return len(self._lookers)

    @web.middleware
    async def _guarded(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Refuse other names, other origins and whoever may not look at the hub."""
        why = stranger(request)
        if why:
            return _text(403, why)
        brought = request.query.get("token", "")
        try:
            if not await self._access.may_look(brought or request.cookies.get(COOKIE, "")):
                return _text(401, "this page asks for a token: open it once as /?token=… with one that may look")
        except HubUnreachable as error:
            if request.path == "/ready":
                return _text(503, str(error))
            # Nothing is shown that was not allowed: without the hub nobody knows who may look.
            return _text(503, f"{error}; the page comes back with the hub", again=True)
        if brought and request.path == "/":
            # Out of the address line, where it would be read by whoever passes.
            answer: web.StreamResponse = web.Response(status=303, headers={"Location": "/"})
            answer.set_cookie(COOKIE, brought, max_age=COOKIE_SECONDS, httponly=True, samesite="Strict")
        else:
            answer = await handler(request)
        if not answer.prepared:
            answer.headers.update(HEADERS)
        return answer

    async def _page(self, request: web.Request) -> web.StreamResponse:
        return web.FileResponse(OWN / "index.html")

    async def _ready(self, request: web.Request) -> web.StreamResponse:
        return web.Response(text="ready\n")

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """Run a wall for one browser until it is gone."""
        socket = web.WebSocketResponse(heartbeat=15, max_msg_size=MESSAGE_BYTES)
        if len(self._lookers) >= LOOKERS:
            raise web.HTTPServiceUnavailable(text=f"{LOOKERS} browsers look already\n")
        self._lookers.add(socket)
        try:
            await socket.prepare(request)
            size = bounded(_number(request.query.get("width")), _number(request.query.get("height")))
            session = PageSession(self._arguments, socket, self.download_manager)
            watch = asyncio.create_task(self._while_allowed(request.cookies.get(COOKIE, ""), socket))
            try:
                await session.start(*size)
                await self._listen(socket, session)
            finally:
                watch.cancel()
                await asyncio.gather(watch, return_exceptions=True)
                await session.end()
        finally:
            self._lookers.discard(socket)
        return socket

    async def _while_allowed(self, token: str, socket: web.WebSocketResponse) -> None:
        """Close ``socket`` when its token may not look any more. A hub that is away took nothing back."""
        while not socket.closed:
            await asyncio.sleep(self._access.again)
            try:
                if not await self._access.may_look(token):
                    await socket.close(code=WSCloseCode.POLICY_VIOLATION)
            except HubUnreachable:
                continue

    @staticmethod
    async def _listen(socket: web.WebSocketResponse, session: PageSession) -> None:
        """Take in sizes and answer pings; all else that a browser sends is let fall."""
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                continue
            try:
                asked = orjson.loads(message.data)
            except orjson.JSONDecodeError:
                continue
            match asked:
                case ["resize", {"width": width, "height": height}]:
                    await session.set_terminal_size(*bounded(width, height))
                case ["ping", str(stamp)]:
                    await socket.send_json(["pong", stamp[:40]])
                case _:
                    pass


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and text.isascii() and text.isdecimal() and len(text) < 6 else None


def _text(status: int, sentence: str, *, again: bool = False) -> web.Response:
    headers = dict(HEADERS) | ({"Refresh": "5"} if again else {})
    return web.Response(status=status, text=f"{sentence}\n", headers=headers)


def page_address(listen: str) -> tuple[str, int]:
    """Return host and port of ``HOST:PORT``. Raises PageError where it is none, or can be reached from elsewhere."""
    host, colon, port = listen.rpartition(":")
    host = host.strip("[]")
    if not colon or not host or not port.isascii() or not port.isdecimal() or int(port) > 65_535:
        raise PageError(f"--listen takes HOST:PORT, such as 127.0.0.1:8426, not {listen!r}")
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if not loopback:
        raise PageError(
            f"{host} can be reached from other machines, and the page has no TLS: let it listen on 127.0.0.1 and "
            "bring it to the screen through SSH (ssh -L)"
        )
    return host, int(port)


async def serve_page(command: Sequence[str], access: PageAccess, listen: str, say: Callable[[str], None]) -> None:
    """Serve the page until SIGTERM or SIGINT; ``say`` is given one line with its address when it is ready.

    Raises PageError where it cannot listen there.
    """
    host, port = page_address(listen)
    page = WallPage(command, access)
    runner = web.AppRunner(await page._make_app(), access_log=None, shutdown_timeout=5.0)
    await runner.setup()
    try:
        site = web.TCPSite(runner, host, port)
        try:
            await site.start()
        except OSError as error:
            raise PageError(f"--listen {listen}: cannot listen there: {error.strerror or error}") from error
        bound = runner.addresses[0][1]
        name = f"[{host}]" if ":" in host else host
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(NotImplementedError):
                loop.add_signal_handler(number, ended.set)
        say(f"vaken wall ready at http://{name}:{bound}/")
        await ended.wait()
    finally:
        await runner.cleanup()
