"""Who may look at the page: whoever may look at the hub. The hub is asked; the page keeps no rules and no tokens.

A hub that answers without a token leaves the page open on this machine. With one that asks for tokens the page asks for
one too: a visitor brings it once as ``?token=…``, and the page keeps it in a cookie that no script can read.
"""

import asyncio
import hashlib
import ssl
from time import monotonic
from typing import Final
from urllib.error import HTTPError

from aiohttp import web

from feeds.client import ClientError, Credentials
from feeds.client.address import http_url, is_this_machine

COOKIE: Final = "vaken_wall"
ASK_AGAIN: Final = 30.0
"""Seconds that an answer of the hub holds: a revoked token loses the page within this time."""
ANSWERS_KEPT: Final = 64
TOKEN_LENGTH: Final = 4_096


class HubUnreachable(Exception):
    """The hub cannot be asked who may look; the message says why."""


class PageAccess:
    """Asks the hub at ``url`` whether a token may look. An empty token asks whether one is needed at all."""

    def __init__(self, url: str, tls: ssl.SSLContext | None = None, again: float = ASK_AGAIN) -> None:
        """``tls``: how the hub is believed; None: as the system does. ``again``: seconds that an answer holds."""
        self.again = again
        self._url = url
        self._tls = tls
        self._answers: dict[str, tuple[float, bool]] = {}
        """By the digest of a token: when the hub was asked, and what it said. Bounded; the oldest goes first."""

    async def may_look(self, token: str) -> bool:
        """Return whether ``token`` may look. Raises HubUnreachable."""
        if len(token) > TOKEN_LENGTH or not token.isascii() or not token.isprintable() or " " in token:
            return False
        digest = hashlib.sha256(token.encode()).hexdigest()
        known = self._answers.get(digest)
        if known is not None and monotonic() - known[0] < self.again:
            return known[1]
        said = await asyncio.to_thread(_ask, self._url, token, self._tls)
        self._answers.pop(digest, None)
        self._answers[digest] = (monotonic(), said)
        while len(self._answers) > ANSWERS_KEPT:
            self._answers.pop(next(iter(self._answers)))
        return said


def _ask(url: str, token: str, tls: ssl.SSLContext | None) -> bool:
    from http.client import HTTPException
    from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

    try:
        # Without a token of the visitor none is shown: this machine's own would open the page to everybody.
        headers = Credentials(token=token).headers_for(url) if token else {}
    except ClientError as error:
        raise HubUnreachable(str(error)) from error
    handlers = [ProxyHandler({})] if is_this_machine(url) else []
    opener = build_opener(*handlers, HTTPSHandler(context=tls))
    try:
        with opener.open(Request(http_url(url, "/v1/totals?limit=0"), headers=headers), timeout=5):
            return True
    except HTTPError as error:
        if error.code in (401, 403):
            return False
        raise HubUnreachable(f"the hub at {url} answers with HTTP {error.code}") from error
    except (OSError, HTTPException) as error:
        raise HubUnreachable(f"the hub at {url} cannot be reached: {error}") from error


def stranger(request: web.Request) -> str:
    """Return why a request is not for this page: of another origin, or by a name that is not this machine's."""
    if not is_this_machine(f"http://{request.host}"):
        return f"this page is not called {request.host[:100]}: ask for 127.0.0.1 or localhost"
    origin = request.headers.get("Origin")
    if origin is not None and origin.partition("://")[2] != request.host:
        return f"requests from pages of {origin[:100]} are not taken"
    return ""
