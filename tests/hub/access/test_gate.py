"""The gate: who is behind a token, what is remembered, what a lock does and does not stop."""

import asyncio
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from feeds.hub.access import gate as gate_module
from feeds.hub.access import tokens
from feeds.hub.access.gate import Gate
from feeds.hub.access.identity import ANYBODY, AccessError, Denied
from feeds.hub.access.settings import AccessSettings
from feeds.hub.access.token_file import TokenFile
from feeds.model.access import Capability, Role

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
HERE = "192.0.2.7"


class Time:
    def __init__(self) -> None:
        self.now = NOW.timestamp()

    def __call__(self) -> float:
        return self.now


class Looks:
    """Counts how often a secret was compared with its hash."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0

        def counted(record: tokens.TokenRecord, secret: str) -> bool:
            self.count += 1
            return tokens.fits(record, secret)

        monkeypatch.setattr(gate_module, "fits", counted)


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    return Looks(monkeypatch)


@contextmanager
def denied(kind: str) -> Iterator[None]:
    with pytest.raises(Denied) as caught:
        yield
    assert caught.value.kind == kind, str(caught.value)


def bearer(token: str) -> str:
    return f"Bearer {token}"


async def test_a_hub_without_tokens_lets_everybody_in_until_there_is_one(tmp_path: Path) -> None:
    gate = Gate(tmp_path, AccessSettings())
    assert await gate.identify(None, HERE) is ANYBODY
    assert await gate.identify(bearer("of another hub"), HERE) is ANYBODY
    token = TokenFile(tmp_path).add("jl", Role.VIEWER, NOW)
    await gate.look()
    with denied("missing"):
        await gate.identify(None, HERE)
    assert (await gate.identify(bearer(token), HERE)).name == "jl"
    TokenFile(tmp_path).revoke("jl", NOW)
    await gate.look()
    with denied("missing"):  # revoking the last one opens nothing
        await gate.identify(None, HERE)


@pytest.mark.parametrize(
    ("settings", "beyond"),
    [
        (AccessSettings(required=True), False),
        (AccessSettings(names=("vaken.example",)), False),
        (AccessSettings(), True),
    ],
)
async def test_a_hub_that_others_reach_asks_from_the_start(
    tmp_path: Path, settings: AccessSettings, beyond: bool
) -> None:
    with denied("missing"):
        await Gate(tmp_path, settings, beyond=beyond).identify(None, HERE)


async def test_a_token_is_compared_with_its_hash_once(tmp_path: Path, looks: Looks) -> None:
    token = TokenFile(tmp_path).add("snmp", Role.FEED, NOW)
    gate = Gate(tmp_path, AccessSettings())
    assert gate.at_once(bearer(token).encode()) is None
    found = await asyncio.gather(*(gate.identify(bearer(token), HERE) for _ in range(50)))
    assert {one.name for one in found} == {"snmp"}
    assert found[0].may == {Capability.FEED}
    assert gate.at_once(bearer(token).encode()) is found[0]
    assert looks.count == 1


async def test_a_token_comes_as_a_password_too(tmp_path: Path) -> None:
    token = TokenFile(tmp_path).add("zammad", Role.FEED, NOW)
    gate = Gate(tmp_path, AccessSettings())
    basic = "Basic " + b64encode(f"anybody:{token}".encode()).decode()
    assert (await gate.identify(basic, HERE)).name == "zammad"


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Basic !!", "Basic /w==", "Digest x", "Bearer \udc80", "Bearer " + "a" * 50_000]
)
async def test_what_is_no_token_is_turned_away(tmp_path: Path, header: str) -> None:
    with denied("token"):
        await Gate(tmp_path, AccessSettings(required=True)).identify(header, HERE)


async def test_a_token_ends_when_it_expires_also_where_it_is_remembered(tmp_path: Path, looks: Looks) -> None:
    time = Time()
    token = TokenFile(tmp_path).add("jl", Role.VIEWER, NOW, NOW + timedelta(hours=1))
    gate = Gate(tmp_path, AccessSettings(), now=time)
    who = await gate.identify(bearer(token), HERE)
    time.now += 3599
    assert gate.at_once(bearer(token).encode()) is who
    time.now += 1
    assert not gate.good(who)
    for _ in range(10):
        with denied("expired"):
            await gate.identify(bearer(token), HERE)
    assert looks.count == 2, "who holds an old token cannot keep the hub busy with it"


async def test_a_revoked_token_is_forgotten(tmp_path: Path) -> None:
    token = TokenFile(tmp_path).add("jl", Role.ADMIN, NOW)
    other = TokenFile(tmp_path).add("ks", Role.ADMIN, NOW)
    gate = Gate(tmp_path, AccessSettings())
    who, kept = [await gate.identify(bearer(one), HERE) for one in (token, other)]
    before = gate.version
    TokenFile(tmp_path).revoke("jl", NOW)
    await gate.look()
    assert gate.at_once(bearer(token).encode()) is None
    assert (gate.good(who), gate.good(kept), gate.version > before) == (False, True, True)
    with denied("revoked"):
        await gate.identify(bearer(token), HERE)


async def test_guessing_locks_an_address_and_an_id_but_never_the_right_token(tmp_path: Path, looks: Looks) -> None:
    told: list[str] = []
    token = TokenFile(tmp_path).add("jl", Role.VIEWER, NOW)
    time = Time()
    gate = Gate(tmp_path, AccessSettings(), warn=lambda text, event: told.append(f"{text} [{event}]"), now=time)
    id_ = token.split("_")[1]
    for number in range(20):
        with denied("token"):
            await gate.identify(bearer(f"vk_{id_}_{number:040}"), HERE)
    with pytest.raises(Denied) as caught:
        await gate.identify(bearer("vk_00000000_" + "0" * 40), HERE)
    assert caught.value.retry_after > 0
    assert caught.value.headers["Retry-After"]
    assert (gate.addresses.locked(), gate.ids.locked()) == (1, 1)
    assert looks.count == 0, "the mark turns guesses away"
    assert (await gate.identify(bearer(token), HERE)).name == "jl"
    assert [HERE in one for one in told] == [True], "the id's lock came in the same second and is not said"
    assert told[0].endswith("[access.wrong_token]")
    time.now += 60
    for number in range(6):
        with denied("token"):
            await gate.identify(bearer(f"vk_{number:08}_" + "0" * 40), "192.0.2.8")
    assert ["192.0.2.8" in one for one in told] == [False, True]
    assert not any(token in one or "0" * 30 in one for one in told)


async def test_what_is_remembered_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_module, "REMEMBERED", 2)
    file = TokenFile(tmp_path)
    made = [bearer(file.add(name, Role.FEED, NOW)) for name in "abc"]
    gate = Gate(tmp_path, AccessSettings())
    for header in made:
        await gate.identify(header, HERE)
    assert [gate.at_once(header.encode()) is not None for header in made] == [False, True, True]


async def test_too_many_tokens_at_once_are_told_to_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate_module, "WAITING", 1)
    file = TokenFile(tmp_path)
    made = [bearer(file.add(name, Role.FEED, NOW)) for name in "ab"]
    gate = Gate(tmp_path, AccessSettings())
    outcomes = await asyncio.gather(*(gate.identify(one, HERE) for one in made), return_exceptions=True)
    (busy,) = [one for one in outcomes if isinstance(one, Denied)]
    assert (busy.status, busy.kind, busy.headers["Retry-After"]) == (503, "busy", "1")


async def test_a_damaged_file_leaves_the_tokens_of_before_in_use(tmp_path: Path) -> None:
    told: list[str] = []
    token = TokenFile(tmp_path).add("jl", Role.VIEWER, NOW)
    gate = Gate(tmp_path, AccessSettings(), warn=lambda text, event: told.append(f"{text} [{event}]"))
    TokenFile(tmp_path).path.write_text("{")
    for _ in range(3):
        await gate.look()
    assert (await gate.identify(bearer(token), HERE)).name == "jl"
    assert len(told) == 1
    assert "tokens.json" in told[0]
    assert told[0].endswith("[access.tokens_unreadable]")
    with pytest.raises(AccessError):
        Gate(tmp_path, AccessSettings())
