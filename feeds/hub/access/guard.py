"""Asked before every request, by its head alone: whose page sent it, by which name, with which token, for what.

What is turned away here has not had its body read.
"""

from collections.abc import Awaitable, Callable
from functools import lru_cache
from ipaddress import ip_address
from typing import Final, cast

import orjson
from aiohttp import web
from aiohttp.typedefs import Middleware

from feeds.hub.access.gate import Gate
from feeds.hub.access.identity import ANYBODY, Denied, Identity, needed
from feeds.hub.access.paths import OPEN, SIGNED, needs_of
from feeds.hub.access.proxies import HEADER, Proxies
from feeds.hub.journal import safe
from feeds.hub.metrics import Metrics
from feeds.sources import parse
from feeds.sources.clean import clean

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

PROTOCOL: Final = "vaken"
"""The subprotocol of the WebSockets, where one is asked for."""
_TOKEN_PROTOCOL: Final = "vaken.token."
"""A browser cannot set headers on a WebSocket: it gives its token as a subprotocol that begins so, beside ``vaken``."""
_IDENTITY: Final = "vaken.identity"
_ADDRESS: Final = "vaken.address"


class Guard:
    """The middleware. ``called``: whether this hub has a host name, beside those of the machine from within.

    ``beyond``: it is reached by its addresses as well. ``proxies``: those that are before it.
    """

    def __init__(
        self,
        gate: Gate,
        called: Callable[[str], bool],
        beyond: bool,
        signed: bool,
        metrics: Metrics,
        proxies: Proxies | None = None,
    ) -> None:
        self._gate = gate
        self._called = called
        self._beyond = beyond
        self._signed = signed
        self._metrics = metrics
        self._proxies = proxies or Proxies()

    def middleware(self) -> Middleware:
        """Return it as aiohttp wants it."""

        @web.middleware
        async def guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
            request[_ADDRESS] = self._proxies.address(request.remote or "", request.headers.getall(HEADER, ()))
            try:
                self._from_here(request)
                request[_IDENTITY] = await self._identity(request)
            except Denied as denied:
                self._metrics.refused.labels(status=str(denied.status)).inc()
                answer = web.Response(status=denied.status, body=denied.body, headers=denied.headers)
                if request.can_read_body:
                    answer.force_close()  # what it wanted to send is of no interest
                return answer
            try:
                return await handler(request)
            except web.HTTPException as error:
                if error.status < 400:
                    raise
                what = f"{error.reason}: {clean(request.method[:20])} {safe(request.path[:200])}"
                response = web.Response(
                    status=error.status, body=orjson.dumps({"error": what}), content_type="application/json"
                )
                if "Allow" in error.headers:
                    response.headers["Allow"] = error.headers["Allow"]
                return response

        return guarded

    def _from_here(self, request: web.Request) -> None:
        """Refuse what a page of another origin asks for in somebody's browser, by whatever name it found this machine.

        A name that was pointed at this machine (DNS rebinding) is another origin too, whatever the page calls itself.
        """
        origin = request.headers.get("Origin")
        if origin is not None and origin.partition("://")[2] != request.host:
            raise Denied(403, "origin", f"requests from pages of {clean(origin[:100])} are not taken")
        name, is_address, is_loopback = _host(request.host)
        if not (is_loopback or (is_address and self._beyond) or self._called(name)):
            more = "ask for 127.0.0.1 or localhost"
            if self._beyond:
                more = "ask by its address or by a name in its certificate, or put the name under [access] names"
            raise Denied(403, "name", f"this hub is not called {clean(request.host[:100])}: {more}")

    async def _identity(self, request: web.Request) -> Identity:
        resource = request.match_info.route.resource
        route = resource.canonical if resource is not None else None
        if route in OPEN:
            return ANYBODY
        header = request.headers.get("Authorization")
        if header is None and "Sec-WebSocket-Protocol" in request.headers:
            header = _header_of(request.headers["Sec-WebSocket-Protocol"])
        if route == SIGNED and header is None and self._signed and "X-Hub-Signature" in request.headers:
            return ANYBODY  # the signature is looked at with the body that it signs
        identity = await self._gate.identify(header, address_of(request))
        try:
            needed(identity, needs_of(request.method, route, request.match_info.get("name", "")))
        except Denied as denied:
            self._gate.count(denied)
            raise
        return identity


def identity_of(request: web.Request) -> Identity:
    """Return who sent a request that was let in."""
    return cast(Identity, request[_IDENTITY])


def who_of(request: web.Request) -> str:
    """Return the name that goes into facts: of the token; only where that is nobody's, what ``?who=`` says."""
    return identity_of(request).who(parse.person(request.query.get("who", "")))


def address_of(request: web.Request) -> str:
    """Return the network address that a request came from, behind the proxies that are trusted."""
    return cast(str, request.get(_ADDRESS)) or request.remote or ""


def _header_of(protocols: str) -> str | None:
    for one in protocols.split(","):
        name = one.strip()
        if name.startswith(_TOKEN_PROTOCOL):
            return f"Bearer {name.removeprefix(_TOKEN_PROTOCOL)}"
    return None


@lru_cache(maxsize=64)
def _host(host: str) -> tuple[str, bool, bool]:
    """Return the name in a Host header, whether it is an address, and whether it names this machine from within."""
    name = host.rsplit("]", 1)[0].lstrip("[") if host.startswith("[") else host.partition(":")[0]
    try:
        return name, True, ip_address(name).is_loopback
    except ValueError:
        name = name.lower().removesuffix(".")
        return name, False, name == "localhost"
