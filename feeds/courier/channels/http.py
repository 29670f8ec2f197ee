"""HTTP requests of channels: made once each, never redirected, bounded, and with a word on whether they left.

Each request has a connection of its own, and only one. On a connection that is used again a server may hang up just
as the next request leaves, and nobody could tell whether it was taken.
"""

import asyncio
import ssl
from collections.abc import Container, Mapping
from email.utils import parsedate_to_datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Annotated, Generic, TypeVar
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver
from msgspec import Meta, Struct
from multidict import CIMultiDictProxy
from yarl import URL

from feeds.courier.channel import Answer
from feeds.courier.channels.reach import AddressRefused, PublicOnly, public_socket
from feeds.courier.errors import AddressError, LinkDown
from feeds.courier.texts import one_line
from feeds.model import DeliveryState

LONGEST_PAUSE = 86_400.0
"""Seconds: who asks to be left alone for longer is asked again after these."""

WORDS_BYTES = 2_048
"""So much of an answer is read where nothing but its words count."""

Timeout = Annotated[float, Meta(gt=0, le=300)]


class Reach(Struct, frozen=True):
    """How requests of a channel leave. ``timeout``: seconds for all of a request. ``ca_file``: see MailSettings."""

    timeout: float = 15.0
    allow_private: bool = True
    ca_file: str = ""


class Ask(Struct, frozen=True):
    """One request. ``url`` was checked by ``web_address``."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes = b""
    answer_bytes: int = WORDS_BYTES


class Reply(Struct, frozen=True):
    """What came back: at most ``Ask.answer_bytes`` of the body, and when the other side wants to be asked again."""

    status: int
    reason: str
    body: bytes
    whole: bool
    again: float | None = None
    etag: str = ""

    @property
    def words(self) -> str:
        """Status and the beginning of the body, on one line."""
        text = one_line(self.body[:WORDS_BYTES].decode("utf-8", "replace"), 300)
        return f"{self.status} {one_line(self.reason, 80)}" + (f": {text}" if text else "")


class NoReply(Exception):
    """A request without an answer. ``left``: it may have reached the other side. The message says what happened."""

    def __init__(self, words: str, *, left: bool, refused: bool = False) -> None:
        super().__init__(words)
        self.left = left
        self.refused = refused
        """The address is one to which nothing may be sent."""


def web_address(text: str, *, plain: bool = True) -> str:
    """Return ``text`` as an address of the web that can be asked. Raises AddressError.

    ``plain``: http is allowed as well as https. Names and passwords in it are not: they would stand in every list.
    """
    try:
        parts = urlsplit(text)
        port_fits = parts.port is None or 0 < parts.port < 65536
        host = parts.hostname
        URL(text)
    except ValueError as error:
        raise AddressError(f"not an address of the web: {error}") from error
    if parts.scheme not in ("https", "http") or not host or not port_fits:
        raise AddressError("not an address of the web: it needs https:// and a host")
    if parts.scheme == "http" and not plain:
        raise AddressError("not encrypted: it needs https://, or allow_http in the configuration")
    if parts.username is not None or parts.password is not None:
        raise AddressError("not usable: it has a name or password in it")
    return text


ParcelT = TypeVar("ParcelT")


class Requests(Generic[ParcelT]):
    """What links over HTTP have in common: a session, and requests that say whether they left."""

    def __init__(self, reach: Reach) -> None:
        self._reach = reach
        self._session: aiohttp.ClientSession | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is a session."""
        return self._session is not None

    async def open(self) -> None:
        """Make a session. Raises LinkDown."""
        await self.close()
        context: ssl.SSLContext | bool = True
        if self._reach.ca_file:
            context = await asyncio.to_thread(_trust, self._reach.ca_file)
        resolver: AbstractResolver = aiohttp.ThreadedResolver()
        if not self._reach.allow_private:
            resolver = PublicOnly(resolver)
        trace = aiohttp.TraceConfig()
        trace.on_connection_create_start.append(_connecting)
        trace.on_connection_create_end.append(_connected)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                resolver=resolver,
                ssl=context,
                force_close=True,
                socket_factory=None if self._reach.allow_private else public_socket,
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
            trust_env=False,
            trace_configs=[trace],
        )

    async def close(self) -> None:
        """Let the session go."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def ask(self, ask: Ask) -> Reply:
        """Make one request. Raises NoReply."""
        if self._session is None:
            raise NoReply("there is no session", left=False)
        path = SimpleNamespace(connected=False)
        try:
            async with asyncio.timeout(self._reach.timeout):
                async with self._session.request(
                    ask.method,
                    URL(ask.url),
                    headers={"Accept-Encoding": "identity", **ask.headers},
                    data=ask.body or None,
                    allow_redirects=False,
                    trace_request_ctx=path,
                ) as response:
                    body = await _bounded(response, ask.answer_bytes)
                    headers = response.headers
                    return Reply(
                        status=response.status,
                        reason=response.reason or "",
                        body=body,
                        whole=len(body) < ask.answer_bytes,
                        again=_again(headers),
                        etag=headers.get("ETag", ""),
                    )
        except TimeoutError as error:
            raise NoReply(f"nothing heard for {self._reach.timeout:g} s", left=path.connected) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            words = one_line(str(error) or type(error).__name__, 300)
            raise NoReply(words, left=path.connected, refused=_is_refused(error)) from error


async def _bounded(response: aiohttp.ClientResponse, most: int) -> bytes:
    parts = bytearray()
    while len(parts) < most:
        part = await response.content.read(most - len(parts))
        if not part:
            break
        parts += part
    return bytes(parts)


async def _connecting(_session: object, context: SimpleNamespace, _params: object) -> None:
    # The library repeats a GET by itself where the server hung up on it. Here that is somebody's second message.
    if context.trace_request_ctx.connected:
        raise aiohttp.ServerDisconnectedError("the server hung up")


async def _connected(_session: object, context: SimpleNamespace, _params: object) -> None:
    # From here on the request may leave at any moment, and the library does not say when it did.
    context.trace_request_ctx.connected = True


def _is_refused(error: BaseException | None) -> bool:
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, AddressRefused) or isinstance(getattr(error, "os_error", None), AddressRefused):
            return True
        error, seen = error.__cause__ or error.__context__, seen + 1
    return False


def _again(headers: CIMultiDictProxy[str]) -> float | None:
    """Return what Retry-After says, in seconds (RFC 9110 10.2.3): a date counts from the server's own one."""
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return min(float(said[:9]), LONGEST_PAUSE)
    if not said:
        return None
    try:
        seconds = (parsedate_to_datetime(said) - parsedate_to_datetime(headers.get("Date", ""))).total_seconds()
    except (ValueError, TypeError):
        return None
    return max(0.0, min(seconds, LONGEST_PAUSE))


def _trust(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    try:
        context.load_verify_locations(ca_file)
    except OSError as error:
        raise LinkDown(f"the certificates in {ca_file} cannot be read: {error}") from error
    return context


def secret_of(path: str) -> str:
    """Return what a file with one secret holds. Raises LinkDown. Blocks; call it on a thread."""
    try:
        secret = Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise LinkDown(f"the secret in {path} cannot be read: {error}") from error
    if not secret or not secret.isascii() or not secret.isprintable():
        raise LinkDown(f"the secret in {path} is empty or not one line of ASCII")
    return secret


def lost(error: NoReply, what: str) -> Answer:
    """Return the answer where none came from a gateway that serves all of a channel."""
    if error.left:
        return Answer(DeliveryState.UNCERTAIN, f"handed over to {what}, then no answer: {error}", trouble=True)
    return Answer(DeliveryState.QUEUED, f"no connection to {what}: {error}", trouble=True)


def judged(reply: Reply, reference: str = "", refusals: Container[int] = (400, 413, 422)) -> Answer:
    """Return the answer of a gateway that serves all of a channel.

    ``refusals``: what it says of one message. All else speaks of it, or of its configuration here, and holds for all.
    """
    if 200 <= reply.status < 300:
        return Answer(DeliveryState.ACCEPTED, reply.words, reference=reference)
    if reply.status in refusals:
        return Answer(DeliveryState.FAILED, reply.words)
    return Answer(DeliveryState.QUEUED, reply.words, trouble=True, again=reply.again)
