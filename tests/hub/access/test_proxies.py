"""Behind a reverse proxy: the real address counts where the proxy is trusted; else nothing that is written counts."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from hypothesis import given
from hypothesis import strategies as st

from feeds.hub.access.guesses import FREE
from feeds.hub.access.identity import AccessError
from feeds.hub.access.proxies import HOPS, Proxies
from feeds.hub.access.token_file import TokenFile
from feeds.hub.config_check import faults
from feeds.hub.settings import SettingsError, load_settings
from feeds.log import read_only
from feeds.model.access import Role
from tests.hub.running import RunningHub

HERE, INNER, OUTER = "127.0.0.1", "10.1.2.3", "203.0.113.9"


@pytest.mark.parametrize(
    ("trusted", "remote", "said", "counts"),
    [
        ((), HERE, [OUTER], HERE),
        (("10.0.0.0/8",), HERE, [OUTER], HERE),
        ((HERE,), HERE, [], HERE),
        ((HERE,), HERE, [OUTER], OUTER),
        ((HERE,), HERE, [f"198.51.100.1, {OUTER}"], OUTER),
        ((HERE,), HERE, ["198.51.100.1", f" {OUTER} "], OUTER),
        ((HERE,), HERE, [f"{OUTER}, {INNER}"], INNER),
        ((HERE, "10.0.0.0/8"), HERE, [f"198.51.100.1, {OUTER}, {INNER}"], OUTER),
        ((HERE, "10.0.0.0/8"), HERE, [f"10.9.9.9, {INNER}"], "10.9.9.9"),
        ((HERE,), HERE, ["unknown"], HERE),
        ((HERE,), HERE, [""], HERE),
        ((HERE, "10.0.0.0/8"), HERE, [f"{OUTER}, <script>, {INNER}"], INNER),
        ((HERE,), HERE, [f"{OUTER}:4711"], OUTER),
        ((HERE,), HERE, ["[2001:db8::9]:4711"], "2001:db8::9"),
        (("2001:db8::/64",), "2001:db8::1%eth0", ["2001:0DB8:1::0009"], "2001:db8:1::9"),
        ((HERE,), "::ffff:127.0.0.1", [f"::ffff:{OUTER}"], OUTER),
        ((HERE,), "", [OUTER], ""),
    ],
)
def test_the_last_address_that_is_no_trusted_proxy_counts(
    trusted: tuple[str, ...], remote: str, said: list[str], counts: str
) -> None:
    assert Proxies(trusted).address(remote, said) == counts


@given(st.lists(st.text(max_size=30), max_size=5), st.sampled_from([HERE, INNER, OUTER]))
def test_what_is_written_before_the_last_address_changes_nothing(written: list[str], last: str) -> None:
    proxies = Proxies((HERE, "10.0.0.0/8"))
    said = [*written, f"198.51.100.7, {last}"]
    assert proxies.address(HERE, said) == ("198.51.100.7" if last != OUTER else OUTER)
    assert Proxies(("192.0.2.0/24",)).address(HERE, said) == HERE


def test_a_long_way_is_read_so_far() -> None:
    way = ", ".join([OUTER] + [INNER] * (HOPS + 5))
    assert Proxies((HERE, "10.0.0.0/8")).address(HERE, [way]) == INNER


@pytest.mark.parametrize("wrong", ["proxy.example", "10.1.2.3/8", "0.0.0.0/0", "::/0", "10.0.0.0/33"])
def test_what_is_no_network_or_all_of_them_is_refused_with_its_place(tmp_path: Path, wrong: str) -> None:
    with pytest.raises(AccessError, match=r"trust|network"):
        Proxies((wrong,))
    path = tmp_path / "config.toml"
    path.write_text(f'[hub]\ntrusted_proxies = ["127.0.0.1", "{wrong}"]\n')
    with pytest.raises(SettingsError, match="trusted_proxies"):
        load_settings(path)
    (fault,) = faults(path)
    assert (fault.line, fault.field) == (2, "hub.trusted_proxies")


class Behind:
    """A hub behind a proxy on its own machine, as the proxy asks it."""

    def __init__(self, directory: Path) -> None:
        self.hub = RunningHub(directory / "data", f'[hub]\ntrusted_proxies = ["{HERE}"]\n')
        self.hub.directory.mkdir(mode=0o700)
        file = TokenFile(self.hub.directory)
        self.tokens = {role: file.add(role.value, role, datetime.now(UTC)) for role in (Role.FEED, Role.COMMANDER)}

    async def ask(self, path: str, body: Any, token: str, way: str) -> tuple[int, str | None]:
        headers = {"Authorization": f"Bearer {token}"} | ({"X-Forwarded-For": way} if way else {})
        async with (
            ClientSession() as session,
            session.post(self.hub.url + path, json=body, headers=headers) as answer,
        ):
            return answer.status, answer.headers.get("Retry-After")


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    behind = Behind(tmp_path_factory.mktemp("behind"))
    behind.hub.start()
    yield behind
    behind.hub.kill()


ALARM = {"source": "nms", "managed_object": "pgw", "id": "a1", "severity": "major"}


async def test_a_lock_on_guessing_is_of_the_one_behind_the_proxy(behind: Behind) -> None:
    wrong = behind.tokens[Role.FEED][:-40] + "x" * 40
    for number in range(FREE + 2):  # whatever the guesser writes before it
        status, later = await behind.ask("/v1/cases", [], f"{wrong[:-2]}{number:02}", f"192.0.2.{number}, {OUTER}")
        assert status == 401
    assert later is not None
    unknown = "vk_nobody00_" + "x" * 40
    assert (await behind.ask("/v1/cases", [], unknown, "203.0.113.77")) == (401, None)
    assert (await behind.ask("/v1/alarms", [], unknown, "")) == (401, None), "nor is the proxy itself locked"
    assert f"wrong tokens from {OUTER} again and again" in behind.hub.errors()
    assert (await behind.ask("/v1/cases", [], behind.tokens[Role.FEED], OUTER))[0] == 200


async def test_facts_of_people_and_the_journal_tell_the_one_behind_the_proxy(behind: Behind) -> None:
    feed = behind.tokens[Role.FEED]
    assert (await behind.ask("/v1/alarms", ALARM, feed, f"198.51.100.1, {INNER}"))[0] == 200
    assert (await behind.ask("/v1/alarms", ALARM, feed, ""))[0] == 200
    assert (await behind.ask("/v1/commands/ack", {"alarms": ["nms/a1"]}, behind.tokens[Role.COMMANDER], OUTER))[
        0
    ] == 200
    entries = [entry for batch in read_only(behind.hub.directory).read() for entry in batch.entries]
    (ack,) = [entry for entry in entries if entry.by == "commander"]
    assert ack.address == OUTER
    said = behind.hub.errors()
    id_ = feed.split("_")[1]
    for address in (INNER, HERE):
        line = f"the feed feed sends from {address} [feed.came feed=feed address={address} token={id_} way=/v1/alarms]"
        assert line in said
    assert feed not in said


async def test_a_hub_with_proxies_before_it_asks_for_tokens(behind: Behind) -> None:
    assert (await behind.ask("/v1/alarms", [], "", OUTER))[0] == 401
