"""Drills played into a real hub over its real interfaces."""

import asyncio
import mailbox
import sys
from collections.abc import Awaitable, Callable
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest

from feeds.drill.fleet import build_fleet
from feeds.drill.play import play_drill
from feeds.drill.scenario import load_scenario
from feeds.drill.sink import MailSink
from feeds.drill.timeline import AlarmSent, CaseSent, timeline
from feeds.model import CaseState, ContactChannel, Severity

StartHub = Callable[[int], Awaitable[str]]

SCENARIO = """
name = "short"
description = "a short one"
seed = 5
duration = 60

[fleet]
customers = 12
sims = 20_000
ranges = 60
uses = { metering = 1, vehicle = 1 }
[[fleet.issuers]]
prefix = "89462000"
[[fleet.attributes]]
name = "apn"
values = { "iot.fleet" = 1 }
by_use.metering = { "iot.meter" = 1 }

[quiet.alarms]
per_minute = 120
standing = 5
severities = { minor = 1 }
lasts = { median = 10 }
[[quiet.alarms.objects]]
pattern = "enb-#"
count = 30
causes = { degradedSignal = 1 }
[[quiet.alarms.objects]]
pattern = "exporter-#"
count = 30
causes = { storageCapacityProblem = 1 }
via = "alertmanager"

[[phases]]
at = 5
say = "it breaks"

[[faults]]
name = "apn"
at = 5
repaired = 50
where = { apn = "iot.meter" }
[[faults.alarms]]
objects = ["pgw-1", "pgw-2"]
pattern = ["major", "critical"]
probable_cause = "communicationsProtocolError"
attributes = { apn = "iot.meter" }
within = 1
clears_within = 1000
[faults.cases]
complain = 1
again = 2
delay = { median = 10 }
closes = { median = 5 }
[faults.cases.mix]
channels = { "e-mail" = 1, call = 1, api = 1 }
ways = { full = 3, list = 1, from-to = 1, none = 1 }

[[actions]]
at = 30
do = "declare"
where = { apn = "iot.meter" }
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "short.toml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


async def rows(hub: str, view: str, find: str = "") -> list[dict[str, object]]:
    async with aiohttp.ClientSession() as session:
        answer = await session.get(f"{hub}/v1/{view}?limit=1000&filter={quote(find)}")
        body: dict[str, list[dict[str, object]]] = await answer.json()
        assert answer.status == 200, body
        return body["rows"]


async def play(file: Path, hub: str, speed: float) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "feeds.drill.play", str(file), "--hub", hub, "--speed", str(speed)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


def expected(file: Path) -> tuple[set[str], int, int]:
    """Return what is left at the end: keys of active alarms pushed, cases in all, cases open."""
    scenario = load_scenario(str(file))
    whole = list(timeline(scenario, build_fleet(scenario)))
    active: dict[str, bool] = {}
    state: dict[str, CaseState] = {}
    for one in whole:
        if isinstance(one, AlarmSent) and one.via == "ingest":
            active[one.event.id] = one.event.severity is not Severity.CLEARED
        elif isinstance(one, CaseSent):
            state[one.event.number] = one.event.state
    open_cases = sum(one is not CaseState.CLOSED for one in state.values())
    return {f"drill/{key}" for key, is_active in active.items() if is_active}, len(state), open_cases


def active_keys(found: list[dict[str, object]], source: str) -> set[str]:
    return {str(row["key"]) for row in found if row["source"] == source and not row.get("cleared")}


async def test_a_drill_ends_with_the_alarms_cases_and_the_outage_that_its_scenario_makes(
    start_hub: StartHub, file: Path
) -> None:
    hub = await start_hub(0)
    player = await play(file, hub, 30)
    said, errors = await player.communicate()
    assert (player.returncode, errors) == (0, b"")
    assert "it breaks" in said.decode()
    assert "commander: declare O-1" in said.decode()
    alarms, cases, open_cases = expected(file)
    found = await rows(hub, "alarms")
    assert active_keys(found, "drill") == alarms
    assert any(row["source"] != "drill" for row in found)
    assert len(await rows(hub, "cases", "state:closed")) == cases - open_cases
    outages = await rows(hub, "outages")
    assert [(one["state"], one["shared"]) for one in outages if one["state"] == "declared"] == [
        ("declared", "apn iot.meter")
    ]


async def test_a_hub_that_is_killed_and_started_again_during_a_drill_misses_nothing(
    start_hub: StartHub, file: Path
) -> None:
    hub = await start_hub(0)
    player = await play(file, hub, 20)
    assert player.stdout is not None
    while b"it breaks" not in (line := await player.stdout.readline()):
        assert line, "the player ended early"
    assert await start_hub(int(hub.rpartition(":")[2])) == hub
    _said, errors = await player.communicate()
    assert (player.returncode, errors) == (0, b"")
    alarms, cases, open_cases = expected(file)
    assert active_keys(await rows(hub, "alarms"), "drill") == alarms
    assert len(await rows(hub, "cases", "state:closed")) == cases - open_cases


UPDATE = """
[[actions]]
at = 40
do = "update"
where = { apn = "iot.meter" }
done = "We found that sessions on one APN are rejected."
will = "We repair it."
need = "Nothing."
"""


@pytest.fixture
def file_with_update(file: Path) -> Path:
    file.write_text(SCENARIO + UPDATE, encoding="utf-8")
    return file


async def test_a_scenario_can_send_an_update_to_the_customers_hit_and_each_contact_gets_one_mail(
    start_hub: StartHub, file_with_update: Path, tmp_path: Path
) -> None:
    file = file_with_update
    scenario = load_scenario(str(file))
    fleet = build_fleet(scenario)
    hit = {one.customer for one in fleet.ranges_where({"apn": "iot.meter"})}
    addresses = {
        contact.address
        for customer in fleet.customers
        if customer.id in hit
        for contact in customer.contacts
        if contact.channel is ContactChannel.EMAIL
    }
    async with MailSink(maildir=tmp_path / "mails") as sink:
        mail = (
            f'[mail]\nhost = "127.0.0.1"\nport = {sink.port}\nsender = "desk@operator.example"\n[updates]\nhold = 1\n'
        )
        (tmp_path / "hub.toml").write_text(mail, encoding="utf-8")
        hub = await start_hub(0)
        said, errors = await (await play(file, hub, 30)).communicate()
        assert errors == b""
        assert f"sent to {len(hit)} customers, {len(addresses)} contacts" in said.decode()
        async with asyncio.timeout(60):
            while [row["state"] for row in await rows(hub, "updates")] != ["done"]:
                pass
    kept = [str(message["To"]) for message in mailbox.Maildir(tmp_path / "mails")]
    assert len(kept) == len(addresses)
    assert {parseaddr(one)[1] for one in kept} == addresses


async def test_an_interrupt_ends_a_drill_quietly(start_hub: StartHub, file: Path) -> None:
    player = await play(file, await start_hub(0), 1)
    assert player.stdout is not None
    while b"loaded" not in (line := await player.stdout.readline()):
        assert line, "the player ended early"
    player.send_signal(2)
    said, errors = await player.communicate()
    assert said.decode().splitlines()[-1] == "drill stopped"
    assert (player.returncode, errors) == (0, b"")


def test_an_unknown_drill_is_wrong_use_and_says_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert play_drill("nonesuch", "http://127.0.0.1:9", 1) == 2
    assert "apn-fault" in capsys.readouterr().err


def test_an_address_that_is_none_fails_with_a_sentence(capsys: pytest.CaptureFixture[str], file: Path) -> None:
    assert play_drill(str(file), "http://", 1, quiet_output=True) == 1
    assert capsys.readouterr().err.startswith("vaken: ")
