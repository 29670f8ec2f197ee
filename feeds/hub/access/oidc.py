"""Bearer tokens of a single sign-on: signed by the issuer, read here, mapped to a role. No call is made for one.

The keys are an issuer's public ones (JWKS, RFC 7517), from a file or an address. They are kept while the issuer cannot
be reached, for as long as the configuration says: the ops room's own network may be part of the outage.
"""

import asyncio
import math
import ssl
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import aiohttp
import msgspec
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import GuestProtocol, Key, KeySet

from feeds.hub.access.identity import Denied, Identity
from feeds.hub.access.settings import OidcSettings
from feeds.hub.trouble import Trouble, Warn
from feeds.model.access import CAPABILITIES, Role
from feeds.sources import parse

KEYS_BYTES: Final = 1024 * 1024
FETCH_SECONDS: Final = 5.0
AGAIN_SECONDS: Final = 30.0
"""Between two looks while there is trouble, and between two that a token with an unknown key asks for."""
TOKEN_LENGTH: Final = 16 * 1024
ID_LENGTH: Final = 40


class KeysUnusable(Exception):
    """The keys cannot be had, or are none."""


class IssuerKeys:
    """The issuer's keys. ``clock``: monotonic seconds."""

    def __init__(self, settings: OidcSettings, clock: Callable[[], float], warn: Warn) -> None:
        self._settings = settings
        self._clock = clock
        self._warn = warn
        self._keys: KeySet | None = None
        self._had_at = 0.0
        self._asked_at = -math.inf
        self._trouble = Trouble(lambda text: warn(text, "access.keys_unreachable"))
        self._turn = asyncio.Lock()

    def age(self) -> float:
        """Return how old the keys are, seconds; NaN where there are none."""
        return self._clock() - self._had_at if self._keys is not None else math.nan

    def now(self) -> KeySet | None:
        """Return the keys; None where there are none, or they are too old."""
        if self._keys is None or self.age() > self._settings.keep + self._settings.refresh:
            return None
        return self._keys

    async def look_again(self) -> None:
        """Look for new keys, but not more often than is good for the issuer."""
        async with self._turn:
            if self._clock() - self._asked_at >= AGAIN_SECONDS:
                await self._look()

    async def run(self) -> None:
        """Keep the keys fresh, until cancelled."""
        while True:
            async with self._turn:
                await self._look()
            await asyncio.sleep(AGAIN_SECONDS if self._trouble else self._settings.refresh)

    async def _look(self) -> None:
        self._asked_at = self._clock()
        try:
            data = await self._bytes()
            keys = await asyncio.to_thread(_keys_in, data)
        except KeysUnusable as error:
            still = "; those of before are used on" if self.now() is not None else "; nobody can come in with one"
            self._trouble.say(error, f"keys of the single sign-on: {error}{still}")
            return
        if self._trouble:
            self._warn("keys of the single sign-on: they can be had again", "access.keys_back")
        self._keys, self._had_at = keys, self._clock()
        self._trouble.over()

    async def _bytes(self) -> bytes:
        where = self._settings.jwks
        if not where.startswith(("https://", "http://")):
            try:
                return await asyncio.to_thread(Path(where).read_bytes)
            except OSError as error:
                raise KeysUnusable(f"{where}: cannot be read: {error.strerror}") from error
        try:
            context = ssl.create_default_context(cafile=self._settings.ca) if self._settings.ca else True
            timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
            async with aiohttp.ClientSession(timeout=timeout) as session, session.get(where, ssl=context) as answer:
                if answer.status != 200:
                    raise KeysUnusable(f"{where} answers {answer.status}")
                data = bytearray()
                async for part in answer.content.iter_any():
                    data += part
                    if len(data) > KEYS_BYTES:
                        raise KeysUnusable(f"{where} answers more than {KEYS_BYTES:,} bytes")
                return bytes(data)
        except TimeoutError as error:
            raise KeysUnusable(f"{where} does not answer within {FETCH_SECONDS:g} s") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise KeysUnusable(f"{where} cannot be reached: {error}") from error


def _keys_in(data: bytes) -> KeySet:
    if len(data) > KEYS_BYTES:
        raise KeysUnusable(f"they are more than {KEYS_BYTES:,} bytes")
    try:
        found: Any = msgspec.json.decode(data)
        keys = KeySet.import_key_set(found)
    except (msgspec.DecodeError, JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise KeysUnusable(f"they are no key set: {type(error).__name__}") from error
    if not keys:
        raise KeysUnusable("the key set is empty")
    return keys


class SignOn:
    """Reads tokens of one issuer. ``now``: Unix seconds."""

    def __init__(self, settings: OidcSettings, keys: IssuerKeys, now: Callable[[], float]) -> None:
        self._settings = settings
        self.keys = keys
        self._now = now

    async def identify(self, token: str) -> Identity:
        """Return who is behind a token. Raises Denied; ``kind`` *token* where it was not made by the issuer."""
        if len(token) > TOKEN_LENGTH:
            raise Denied(401, "token", "the token is too long")
        for last in (False, True):
            keys = self.keys.now()
            if keys is None and last:
                raise Denied(503, "keys", "the keys of the single sign-on cannot be had; use a token of this hub", 5)
            if keys is not None:
                try:
                    claims = await asyncio.to_thread(_claims, token, keys, self._settings.algorithms)
                    return self._identity(claims)
                except _UnknownKey:
                    pass
            await self.keys.look_again()
        raise Denied(401, "token", "the token is not signed by a key of the single sign-on")

    def _identity(self, claims: dict[str, Any]) -> Identity:
        settings, now = self._settings, self._now()
        audience = claims.get("aud")
        if claims.get("iss") != settings.issuer:
            raise Denied(401, "token", "the token is of another issuer")
        if settings.audience not in (audience if isinstance(audience, list) else [audience]):
            raise Denied(401, "token", "the token is for another program")
        end, begin, made = (_number(claims.get(name)) for name in ("exp", "nbf", "iat"))
        if end is None or now >= end + settings.leeway:
            raise Denied(401, "expired", "the token has expired; sign in again")
        if max(begin or 0.0, made or 0.0) > now + settings.leeway:
            raise Denied(401, "token", "the token is not good yet; look at the clocks")
        name = parse.person(str(claims.get(settings.name) or claims.get("sub") or ""))
        if not name or name.startswith("vaken/"):
            raise Denied(403, "capability", f"the token names nobody: it has no claim {settings.name}")
        roles = [settings.roles[group] for group in _groups(claims, settings.claim) if group in settings.roles]
        if not roles:
            raise Denied(403, "capability", f"{name} has no role here: no group in {settings.claim} is one")
        may = frozenset[Any]().union(*(CAPABILITIES[role] for role in roles))
        known_by = parse.person(str(claims.get("jti") or claims.get("sub") or ""))[:ID_LENGTH]
        return Identity(name, max(roles, key=_weight), may, f"oidc/{known_by}", end + settings.leeway)


class _UnknownKey(Exception):
    """Signed by a key that is not there: there may be newer ones."""


def _claims(token: str, keys: KeySet, algorithms: Sequence[str]) -> dict[str, Any]:
    """Return the claims of a token that was signed by one of ``keys``. For a thread."""

    def named(signed: GuestProtocol) -> Key:
        kid = signed.headers().get("kid")
        # Without a name the library would take any of several keys.
        return keys.get_by_kid(kid if isinstance(kid, str) else None)

    try:
        return jwt.decode(token, named, algorithms=list(algorithms)).claims
    except InvalidKeyIdError:
        raise _UnknownKey from None
    except JoseError as error:
        raise Denied(401, "token", "the token cannot be read, or is signed in a way that is not allowed") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise Denied(401, "token", "the token cannot be read") from error


def _number(claim: object) -> float | None:
    if isinstance(claim, int | float) and not isinstance(claim, bool):
        try:
            value = float(claim)
        except OverflowError:
            return None
        return value if math.isfinite(value) else None
    return None


def _groups(claims: dict[str, Any], path: str) -> list[str]:
    """Return the texts at a claim, which may lie in objects (``realm_access.roles``)."""
    found: Any = claims
    for name in [path] if path in claims else path.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, str)]


def _weight(role: Role) -> int:
    return len(CAPABILITIES[role])
