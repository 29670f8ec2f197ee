"""Tokens of a single sign-on: keys from a real server, made here; every way in which a token may be wrong."""

import asyncio
import hmac
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from feeds.hub.access import oidc as oidc_module
from feeds.hub.access.gate import Gate
from feeds.hub.access.identity import Denied, Identity
from feeds.hub.access.oidc import IssuerKeys, SignOn
from feeds.hub.access.settings import AccessSettings, OidcSettings
from feeds.model.access import CAPABILITIES, Role

NOW = 1_772_366_400.0
RSA = RSAKey.generate_key(2048, {"kid": "one"})
EC = ECKey.generate_key("P-256", {"kid": "two"})
ROLES = {"ops": Role.RESPONDER, "leads": Role.COMMANDER, "probes": Role.FEED}


class Issuer:
    """Serves keys; the test may change them, and make it fail."""

    def __init__(self) -> None:
        self.body = orjson.dumps(KeySet([RSA, EC]).as_dict(private=False))
        self.status = 200
        self.asked = 0
        self.url = ""

    async def keys(self, _request: web.Request) -> web.Response:
        self.asked += 1
        return web.Response(status=self.status, body=self.body)


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    issuer = Issuer()
    app = web.Application()
    app.add_routes([web.get("/keys", issuer.keys)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    issuer.url = f"http://127.0.0.1:{port}/keys"
    yield issuer
    await runner.cleanup()


class Clock:
    def __init__(self) -> None:
        self.now = 50_000.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """A sign-on at an issuer, with clocks and warnings of the test."""

    def __init__(self, jwks: str, **more: Any) -> None:
        self.clock = Clock()
        self.told: list[str] = []
        self.settings = OidcSettings("https://id.example", "vaken", jwks, "realm_access.roles", ROLES, **more)
        self.keys = IssuerKeys(self.settings, self.clock, lambda text, _event: self.told.append(text))
        self.sign_on = SignOn(self.settings, self.keys, lambda: NOW)

    async def who(self, token: str) -> Identity:
        return await self.sign_on.identify(token)


def base64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def claims(**changes: Any) -> dict[str, Any]:
    good = {
        "iss": "https://id.example",
        "aud": ["other", "vaken"],
        "exp": NOW + 300,
        "iat": NOW - 5,
        "sub": "8f1",
        "jti": "t-1",
        "preferred_username": "jl",
        "realm_access": {"roles": ["staff", "ops"]},
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def token(key: RSAKey | ECKey = RSA, algorithm: str = "RS256", kid: str | None = "one", **changes: Any) -> str:
    header = {"alg": algorithm} | ({"kid": kid} if kid else {})
    return jwt.encode(header, claims(**changes), key, algorithms=[algorithm])


@contextmanager
def denied(kind: str, says: str) -> Iterator[None]:
    with pytest.raises(Denied, match=says) as caught:
        yield
    assert caught.value.kind == kind


async def test_a_good_token_is_a_person_with_a_role(issuer: Issuer) -> None:
    desk = Desk(issuer.url)
    who = await desk.who(token())
    assert (who.name, who.role, who.token, who.until) == ("jl", Role.RESPONDER, "oidc/t-1", NOW + 360)
    assert who.may == CAPABILITIES[Role.RESPONDER]
    other = await desk.who(token(EC, "ES256", "two", preferred_username=None, realm_access={"roles": "leads"}))
    assert (other.name, other.role) == ("8f1", Role.COMMANDER)
    both = await desk.who(token(realm_access={"roles": ["probes", "leads"]}))
    assert (both.role, both.may) == (Role.COMMANDER, CAPABILITIES[Role.COMMANDER] | CAPABILITIES[Role.FEED])
    assert issuer.asked == 1


@pytest.mark.parametrize(
    ("changes", "kind", "says"),
    [
        ({"iss": "https://evil.example"}, "token", "another issuer"),
        ({"iss": None}, "token", "another issuer"),
        ({"aud": "other"}, "token", "another program"),
        ({"aud": {"vaken": 1}}, "token", "another program"),
        ({"exp": None}, "expired", "expired"),
        ({"exp": NOW - 61}, "expired", "expired"),
        ({"exp": "tomorrow"}, "expired", "expired"),
        ({"exp": True}, "expired", "expired"),
        ({"exp": 10**400}, "expired", "expired"),
        ({"nbf": NOW + 61}, "token", "not good yet"),
        ({"iat": NOW + 3600}, "token", "not good yet"),
        ({"preferred_username": None, "sub": None}, "capability", "names nobody"),
        ({"preferred_username": "vaken/grouping"}, "capability", "names nobody"),
        ({"realm_access": {"roles": ["staff"]}}, "capability", "no role here"),
        ({"realm_access": {"roles": [["ops"], 1, None]}}, "capability", "no role here"),
        ({"realm_access": "ops"}, "capability", "no role here"),
        ({"realm_access": None}, "capability", "no role here"),
    ],
)
async def test_claims_that_are_not_good_are_named(
    issuer: Issuer, changes: dict[str, Any], kind: str, says: str
) -> None:
    with denied(kind, says):
        await Desk(issuer.url).who(token(**changes))


async def test_clocks_may_differ_by_the_leeway(issuer: Issuer) -> None:
    assert (await Desk(issuer.url).who(token(exp=NOW - 59, nbf=NOW + 59))).name == "jl"


async def test_a_name_is_cleaned(issuer: Issuer) -> None:
    who = await Desk(issuer.url).who(token(preferred_username="j\x1b[2Jl\u202e" + "x" * 100))
    assert who.name.isprintable()
    assert len(who.name) <= 64


async def test_only_signatures_that_are_allowed_count(issuer: Issuer) -> None:
    desk = Desk(issuer.url)
    head, body, sign = token().split(".")
    symmetric = base64(b'{"alg":"HS256","kid":"one"}')
    public = RSA.as_pem(private=False)
    forged = f"{symmetric}.{body}.{base64(hmac.digest(public, f'{symmetric}.{body}'.encode(), 'sha256'))}"
    nothing = "eyJhbGciOiJub25lIn0"
    wrong = [
        forged,
        f"{nothing}.{body}.",
        f"{nothing}.{body}.{sign}",
        f"{head}.{body}.{'A' * len(sign)}",
        f"{head}.{body}.",
        f"{head}.e30.{sign}",
        token(RSA, "PS256"),
        token(RSAKey.generate_key(2048, {"kid": "one"})),
        "..",
        "a.b.c",
        "é.é.é",
        "[" * 5000 + "." + "." * 5,
    ]
    for one in wrong:
        with denied("token", "token"):
            await desk.who(one)


async def test_a_token_that_names_no_key_is_not_tried_with_any(issuer: Issuer) -> None:
    desk = Desk(issuer.url)
    with denied("token", "not signed by a key"):
        await desk.who(token(kid=None))
    issuer.body = orjson.dumps(KeySet([RSA]).as_dict(private=False))
    desk.clock.now += 60
    await desk.keys.look_again()
    with denied("token", "not signed by a key"):
        await desk.who(token(EC, "ES256", "two"))
    assert (await desk.who(token(kid=None))).name == "jl", "there is one key only"


async def test_a_new_key_is_fetched_but_strangers_cannot_have_it_asked_for_all_the_time(issuer: Issuer) -> None:
    desk = Desk(issuer.url)
    await desk.who(token())
    new = RSAKey.generate_key(2048, {"kid": "three"})
    issuer.body = orjson.dumps(KeySet([RSA, new]).as_dict(private=False))
    for _ in range(5):
        with denied("token", "not signed by a key"):
            await desk.who(token(new, kid="three"))
    assert issuer.asked == 1
    desk.clock.now += oidc_module.AGAIN_SECONDS
    assert (await desk.who(token(new, kid="three"))).name == "jl"
    assert issuer.asked == 2


@pytest.mark.parametrize("trouble", [500, 404, b"", b"{}", b'{"keys": []}', b'{"keys": 7}', b"[]", b"x" * 1_100_000])
async def test_keys_of_before_are_used_while_the_issuer_is_away_until_they_are_too_old(
    issuer: Issuer, trouble: int | bytes
) -> None:
    desk = Desk(issuer.url, keep=1_000.0)
    assert (await desk.who(token())).name == "jl"
    if isinstance(trouble, int):
        issuer.status = trouble
    else:
        issuer.body = trouble
    desk.clock.now += 900
    await desk.keys.look_again()
    await desk.keys.look_again()
    assert (await desk.who(token())).name == "jl"
    (said,) = desk.told
    assert "those of before are used on" in said
    desk.clock.now += 500
    with denied("keys", "cannot be had"):
        await desk.who(token())
    issuer.status, issuer.body = 200, orjson.dumps(KeySet([RSA]).as_dict(private=False))
    desk.clock.now += 60
    assert (await desk.who(token())).name == "jl"
    assert "again" in desk.told[-1]


async def test_keys_may_stand_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    desk = Desk(str(path))
    with denied("keys", "cannot be had"):
        await desk.who(token())
    assert "keys.json: cannot be read" in desk.told[0]
    path.write_bytes(orjson.dumps(KeySet([RSA]).as_dict(private=False)))
    desk.clock.now += 60
    assert (await desk.who(token())).name == "jl"


async def test_the_gate_remembers_a_signed_token_and_counts_forged_ones(issuer: Issuer, tmp_path: Path) -> None:
    settings = OidcSettings("https://id.example", "vaken", issuer.url, "realm_access.roles", ROLES)
    gate = Gate(tmp_path, AccessSettings(oidc=settings), now=lambda: NOW)
    good = f"Bearer {token()}"
    who = await gate.identify(good, "192.0.2.7")
    assert gate.at_once(good.encode()) is who
    assert gate.good(who)
    bad = good[:-20] + "A" * 20
    outcomes = await asyncio.gather(
        *(gate.identify(bad + "A" * n, "192.0.2.7") for n in range(9)), return_exceptions=True
    )
    assert all(isinstance(one, Denied) for one in outcomes)
    assert gate.addresses.locked() == 1
    assert (await gate.identify(f"Bearer {token(jti='t-2')}", "192.0.2.7")).name == "jl"
