"""The gate: who is behind a token, looked up at once where it was looked at before; and what ends when a token does.

argon2 takes some hundredths of a second, so it runs on threads, once per token: what was found is remembered under a
keyed hash with a key of this process, never under the token. A change of the token file is noticed within a quarter of
a second; tokens that are gone are forgotten then, and their open sockets closed.
"""

import asyncio
import contextlib
import hmac
import math
import secrets
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Final

from aiohttp import WSCloseCode, web

from feeds.hub.access.guesses import Guesses, place_of
from feeds.hub.access.identity import ANYBODY, AccessError, Denied, Identity
from feeds.hub.access.local import LOCAL
from feeds.hub.access.settings import AccessSettings
from feeds.hub.access.token_file import TokenFile
from feeds.hub.access.tokens import Parts, TokenRecord, fits, mark_of, split
from feeds.hub.trouble import Trouble, Warn
from feeds.model.access import CAPABILITIES

if TYPE_CHECKING:
    from feeds.hub.access.oidc import SignOn

LOOK_EVERY: Final = 0.25
"""Seconds between two looks at the token file, and at what has expired."""
REMEMBERED: Final = 4_096
"""Tokens whose holders are known without a look; the one that came first makes room."""
THREADS: Final = 2
WAITING: Final = 256
"""Different tokens that may wait for a thread; one more is told to come back later."""
SIGN_ON_REMEMBERED: Final = 300.0
"""Seconds for which a token of the single sign-on is believed without a look: its keys may be exchanged."""
CLOSE_SECONDS: Final = 2.0
"""How long a socket may take to say goodbye before it is cut."""
TELL_EVERY: Final = 10.0
"""Seconds between two lines about guessing."""
HEADER_LENGTH: Final = 24 * 1024
_NO_TOKEN: Final = (
    "this hub asks for a token: give it in VAKEN_TOKEN or a token file, or as 'Authorization: Bearer …'; "
    "'vaken token add' on its machine makes one"
)
_WRONG: Final = "this token is not known here, or no longer"


class _Held:
    """An open socket and whose it is."""

    __slots__ = ("identity", "request", "socket")

    def __init__(self, identity: Identity, request: web.Request, socket: web.WebSocketResponse) -> None:
        self.identity = identity
        self.request = request
        self.socket = socket

    async def end(self, why: bytes) -> None:
        """Close it, or cut it where it does not take the goodbye."""
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.socket.close(code=WSCloseCode.POLICY_VIOLATION, message=why)
        except (TimeoutError, ConnectionError):
            pass
        if self.request.transport is not None:
            self.request.transport.abort()


class Gate:
    """Who may come in to one hub. Raises AccessError where its files cannot be used.

    ``beyond``: it can be reached from other machines. ``local``: the machine's own token, empty: there is none.
    """

    def __init__(
        self,
        directory: Path,
        settings: AccessSettings,
        *,
        beyond: bool = False,
        local: str = "",
        warn: Warn = lambda _text, _event: None,
        now: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._file = TokenFile(directory)
        self._now = now
        self._warn = warn
        self._local = local.encode()
        self._stamp = self._file.stamp()
        self._trouble = Trouble(lambda text: warn(text, "access.tokens_unreadable"))
        self._records: dict[str, TokenRecord] = {one.id: one for one in self._file.read()}
        others = settings.required or beyond or bool(settings.names) or settings.oidc is not None
        self.required = others or bool(self._records)
        """Whether a token is asked for. Once so, always so, until the hub is started anew."""
        self.version = 0
        """Counts changes of what is good: who remembers an identity asks again when it moved."""
        self._key = secrets.token_bytes(32)
        self._known: dict[bytes, tuple[Identity, float]] = {}
        self._ended: dict[bytes, Denied] = {}
        """What is told to tokens that were good once; bounded as ``_known`` is."""
        self._looking: dict[bytes, asyncio.Task[Identity]] = {}
        self._threads = ThreadPoolExecutor(THREADS, "tokens")
        self._held: set[_Held] = set()
        self._told_at = 0.0
        self.addresses = Guesses(clock, lambda key, wait: self._tell(f"from {key}", wait))
        self.ids = Guesses(clock, lambda key, wait: self._tell(f"for the id of {self._name(key)}", wait))
        self.refused: dict[str, int] = {}
        """How many requests were turned away, by kind."""
        self.sign_on: SignOn | None = None
        if settings.oidc is not None:
            from feeds.hub.access import oidc  # its libraries take a while to import

            self.sign_on = oidc.SignOn(settings.oidc, oidc.IssuerKeys(settings.oidc, clock, warn), now)

    # -- who ---------------------------------------------------------------------------------------------------------

    def at_once(self, header: bytes | None) -> Identity | None:
        """Return who shows an ``Authorization`` header; None where that takes a look: see ``identify``.

        Raises Denied, which is not counted yet, where one is needed and there is none. Costs about a microsecond.
        """
        if not self.required:
            # Nothing is asked for, so nothing can be wrong: a token left over from elsewhere does no harm.
            return ANYBODY
        if header is None:
            raise Denied(401, "missing", _NO_TOKEN)
        if header[:7] != b"Bearer ":
            return None
        found = self._known.get(blake2b(header[7:], digest_size=16, key=self._key).digest())
        return found[0] if found is not None and found[1] > self._now() else None

    async def identify(self, header: str | None, address: str) -> Identity:
        """Return who shows an ``Authorization`` header: Bearer, or Basic with the token as password. Raises Denied."""
        try:
            found = self.at_once(header.encode("utf-8", "surrogateescape") if header is not None else None)
            if found is not None:
                return found
            assert header is not None
            return await self._look_up(_token_in(header), place_of(address))
        except Denied as denied:
            self.count(denied)
            raise

    async def _look_up(self, token: str, place: str) -> Identity:
        key = blake2b(token.encode("utf-8", "surrogateescape"), digest_size=16, key=self._key).digest()
        known = self._known.get(key)
        if known is not None and known[1] > self._now():
            return known[0]
        if (ended := self._ended.get(key)) is not None:
            raise Denied(ended.status, ended.kind, str(ended))
        if self._is_local(token):
            self._remember(key, LOCAL, math.inf)
            return LOCAL
        if (parts := split(token)) is not None:
            record = self._records.get(parts.id)
            if record is None or not hmac.compare_digest(record.mark, mark_of(parts.secret)):
                raise self._wrong(place, record)
        elif self.sign_on is None or token.count(".") != 2:
            raise self._wrong(place, None)
        looking = self._looking.get(key)
        if looking is None:
            if len(self._looking) >= WAITING:
                raise Denied(503, "busy", "too many tokens are being looked at; try again", 1)
            # One look for all who come with it meanwhile; it goes on when the first of them hangs up.
            looking = self._looking[key] = asyncio.get_running_loop().create_task(self._look(key, token, parts, place))
            looking.add_done_callback(lambda done: self._looked(key, done))
        return await asyncio.shield(looking)

    async def _look(self, key: bytes, token: str, parts: Parts | None, place: str) -> Identity:
        if parts is None:
            assert self.sign_on is not None
            try:
                identity = await self.sign_on.identify(token)
            except Denied as denied:
                if denied.kind == "token":
                    wait = self.addresses.wrong(place)
                    raise Denied(401, "token", f"{denied}{_locked(wait)}", wait) from None
                raise
            assert identity.until is not None
            self._remember(key, identity, min(identity.until, self._now() + SIGN_ON_REMEMBERED))
            return identity
        record = self._records.get(parts.id)
        loop = asyncio.get_running_loop()
        if record is None or not await loop.run_in_executor(self._threads, fits, record, parts.secret):
            raise self._wrong(place, record)
        record = self._records.get(parts.id)  # it may have been revoked meanwhile
        if record is None or record.revoked is not None:
            raise self._past(key, Denied(401, "revoked", "this token was revoked"))
        if not record.good(self._when()):
            why = f"this token expired on {record.expires:%Y-%m-%d %H:%M}Z; ask for a new one"
            raise self._past(key, Denied(401, "expired", why))
        until = record.expires.timestamp() if record.expires is not None else None
        identity = Identity(record.name, record.role, CAPABILITIES[record.role], record.id, until)
        self._remember(key, identity, until if until is not None else math.inf)
        return identity

    def _looked(self, key: bytes, done: "asyncio.Task[Identity]") -> None:
        self._looking.pop(key, None)
        if not done.cancelled():
            done.exception()  # who waits for it is told; where nobody does any more, nobody need be

    def _is_local(self, token: str) -> bool:
        return bool(self._local) and hmac.compare_digest(token.encode("utf-8", "surrogateescape"), self._local)

    def _remember(self, key: bytes, identity: Identity, until: float) -> None:
        self._known.pop(key, None)
        if len(self._known) >= REMEMBERED:
            del self._known[next(iter(self._known))]
        self._known[key] = (identity, until)

    def _past(self, key: bytes, denied: Denied) -> Denied:
        """Remember why a token is no longer good: whoever has it may come as often as they like."""
        if len(self._ended) >= REMEMBERED:
            del self._ended[next(iter(self._ended))]
        self._ended[key] = denied
        return denied

    def _wrong(self, place: str, record: TokenRecord | None) -> Denied:
        wait = self.addresses.wrong(place)
        if record is not None:
            wait = max(wait, self.ids.wrong(record.id))
        return Denied(401, "token", f"{_WRONG}{_locked(wait)}", wait)

    def count(self, denied: Denied) -> None:
        """Count a request that was turned away."""
        self.refused[denied.kind] = self.refused.get(denied.kind, 0) + 1

    def _tell(self, where: str, wait: int) -> None:
        now = self._now()
        if abs(now - self._told_at) < TELL_EVERY:
            return  # who guesses from many places must not fill the log; the figures tell the rest
        self._told_at = now
        self._warn(
            f"wrong tokens {where} again and again: no more are looked at for {wait} s; the right one still counts",
            "access.wrong_token",
        )

    def _name(self, id_: str) -> str:
        record = self._records.get(id_)
        return f"{record.name} ({id_})" if record is not None else id_

    # -- what ends with a token ---------------------------------------------------------------------------------------

    @contextmanager
    def holding(self, identity: Identity, request: web.Request, socket: web.WebSocketResponse) -> Iterator[None]:
        """While an open socket is in use: it is closed when the token behind it ends."""
        held = _Held(identity, request, socket)
        self._held.add(held)
        try:
            yield
        finally:
            self._held.discard(held)

    def good(self, identity: Identity) -> bool:
        """Return whether what an identity rests on still counts."""
        if identity is ANYBODY:
            return not self.required
        if identity.until is not None and self._now() >= identity.until:
            return False
        if identity is LOCAL or "/" in identity.token:
            return True  # of this process, or of the single sign-on, which takes none back before its end
        record = self._records.get(identity.token)
        return record is not None and record.revoked is None

    async def run(self) -> None:
        """Follow the token file, close what has ended, keep the issuer's keys fresh; until cancelled."""
        async with asyncio.TaskGroup() as group:
            if self.sign_on is not None:
                group.create_task(self.sign_on.keys.run())
            while True:
                await asyncio.sleep(LOOK_EVERY)
                await self.look()
                for held in [one for one in self._held if not self.good(one.identity)]:
                    self._held.discard(held)
                    group.create_task(held.end(b"the token is no longer good"))

    async def look(self) -> None:
        """Read the token file again where it changed. Where it cannot be read, what was known before counts on."""
        try:
            stamp = self._file.stamp()
            if stamp == self._stamp:
                return
            records = {one.id: one for one in await asyncio.to_thread(self._file.read)}
        except AccessError as error:
            self._trouble.say(error, f"{error}; the tokens of before stay in use, and revoking does not reach this hub")
            return
        self._stamp, self._records = stamp, records
        self._trouble.over()
        self.required = self.required or bool(records)
        self.version += 1
        for key, (identity, _until) in list(self._known.items()):
            if not self.good(identity):
                del self._known[key]

    async def close(self) -> None:
        """End the looks that are under way, and give the threads back."""
        looking = list(self._looking.values())
        for one in looking:
            one.cancel()
        await asyncio.gather(*looking, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    # -- figures ------------------------------------------------------------------------------------------------------

    def tokens(self) -> int:
        """Return how many tokens are good now."""
        now = self._when()
        return sum(one.good(now) for one in self._records.values())

    def next_expiry(self) -> float:
        """Return when the next good token expires, Unix seconds; NaN where none does."""
        now = self._when()
        ends = [one.expires.timestamp() for one in self._records.values() if one.good(now) and one.expires is not None]
        return min(ends, default=math.nan)

    def _when(self) -> datetime:
        return datetime.fromtimestamp(self._now(), UTC)


def _token_in(header: str) -> str:
    """Return the token in an ``Authorization`` header; empty where there is none."""
    if len(header) > HEADER_LENGTH:
        return ""
    scheme, _, rest = header.partition(" ")
    rest = rest.strip()
    match scheme.lower():
        case "bearer":
            return rest
        case "basic":
            with contextlib.suppress(ValueError):
                return b64decode(rest, validate=True).decode("utf-8").partition(":")[2]
    return ""


def _locked(wait: int) -> str:
    return f"; too many wrong ones came, wait {wait} s" if wait else ""
