"""A connection that the lane gave away: aiohttp's, with the hub's own patience and the hub's own words.

aiohttp waits for the rest of a head as long as for the next request, and answers what it cannot read by repeating it.
"""

import asyncio
from collections.abc import Callable

import orjson
from aiohttp import web
from aiohttp.http_exceptions import ContentEncodingError

from feeds.hub.connections import HEAD_SECONDS, KEEPALIVE_SECONDS, LINGER_SECONDS
from feeds.hub.no_http import what_is_wrong
from feeds.hub.reading_bodies import CODINGS, NotRead


class AfterLane(web.RequestHandler):
    """One connection. ``gone`` is called when it is lost."""

    __slots__ = ("_gone", "_head")

    def __init__(self, server: web.Server, gone: Callable[[], None]) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type]  # as AppRunner takes it: none is kept
            keepalive_timeout=KEEPALIVE_SECONDS,
            lingering_time=LINGER_SECONDS,
        )
        self._gone = gone
        self._head: asyncio.TimerHandle | None = None
        """Runs while a head has begun and is not there as a whole."""

    def data_received(self, data: bytes) -> None:
        """Take what came."""
        super().data_received(data)
        if self._idle() and not self._upgraded:
            if self._head is None and data:
                self._head = self._loop.call_later(HEAD_SECONDS, self._late)
        elif self._head is not None:
            self._head.cancel()
            self._head = None

    def connection_lost(self, exc: BaseException | None) -> None:
        """Forget the connection."""
        if self._head is not None:
            self._head.cancel()
            self._head = None
        self._gone()
        super().connection_lost(exc)

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what could not be read, or over which the hub failed: in JSON, and without a word of what was sent."""
        super().handle_error(request, status, exc, "")
        headers: dict[str, str] = {}
        if isinstance(exc, ContentEncodingError):
            refused = NotRead()
            status, said, headers = refused.status, refused.message, {"Accept-Encoding": CODINGS}
        elif status == 500:
            said = "the hub failed over this request, and its journal says how"
        else:
            said = what_is_wrong(exc)
        answer = web.Response(
            status=status, body=orjson.dumps({"error": said}), content_type="application/json", headers=headers
        )
        answer.force_close()
        return answer

    def _idle(self) -> bool:
        """Whether a request is waited for. Before the first one nobody waits yet: its task has not begun."""
        waits = self._waiter is not None and not self._waiter.done()
        return not self._messages and (waits or self._request_count == 0)

    def _late(self) -> None:
        self._head = None
        if self._idle():
            self.force_close()
