"""What the configuration says of the desk and of urgency: checked at the start, kept in the log, shown, overruled."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from feeds.hub.serve import run_hub
from feeds.hub.settings import Settings, SettingsError, load_settings
from feeds.model import CaseKind, Channel, Desk, Weights
from tests.hub.running import RunningHub

CONFIG = """
[desk]
country = "DE"
region = "BY"
time_zone = "Europe/Berlin"
call_target = 240
monthly = { call = 300, "e-mail" = 600 }
usual_days = { incident = 2.5 }

[urgency]
vip = 40
agreements = { gold = 15 }

[zammad]
time_unit = 900
"""


def settings_of(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "config.toml"
    path.write_text(text)
    return load_settings(path)


def test_the_tables_are_read(tmp_path: Path) -> None:
    found = settings_of(tmp_path, CONFIG)
    assert found.desk == Desk(
        country="DE", region="BY", time_zone="Europe/Berlin", call_target=240.0,
        monthly={Channel.CALL: 300.0, Channel.EMAIL: 600.0}, usual_days={CaseKind.INCIDENT: 2.5},
    )  # fmt: skip
    assert found.urgency == Weights(vip=40.0, agreements={"gold": 15.0})
    assert found.zammad.time_unit == 900.0
    assert settings_of(tmp_path, "") == Settings()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[desk]\ncountry = "XX"', r"\[desk\] country: there is no calendar of 'XX'; there are AD, .*SE"),
        ('[desk]\ncountry = "DE"\nregion = "Bayern"', r"\[desk\] region: .* knows no 'Bayern'; there are .*BY"),
        ('[desk]\ntime_zone = "Stockholm"', r"\[desk\] time_zone: .* such as Europe/Stockholm"),
        ("[desk]\nmonthly = { fax = 3 }", r"Invalid enum value 'fax'.*desk\.monthly"),
        ("[desk]\nmonthly = { call = -3 }", r"desk\.monthly"),
        ("[desk]\nregions = 3", r"unknown field `regions`.*desk"),
        ("[urgency]\nvip = 5000", r"urgency\.vip"),
        ("[zammad]\ntime_unit = 0", r"zammad\.time_unit"),
    ],
)
def test_what_can_not_be_is_refused_with_file_table_and_key(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SettingsError, match=rf"config\.toml: .*{says}"):
        settings_of(tmp_path, text)


def test_a_hub_with_an_unknown_country_does_not_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[desk]\ncountry = "Sweden"')
    assert run_hub(tmp_path / "data", "127.0.0.1:0", path) == 2
    assert "[desk] country: there is no calendar of 'Sweden'" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()


def figure(rows: list[dict[str, Any]], key: str) -> dict[str, Any]:
    return next(row for row in rows if row["key"] == key)


async def test_the_log_says_what_the_configuration_says_once(make_hub: Callable[..., RunningHub]) -> None:
    hub = make_hub(CONFIG)
    assert await hub.sequence() == 2
    assert figure(await hub.rows("desk"), "calls")["usual"] == 240.0
    assert hub.stop() == 0
    hub.start()
    assert await hub.sequence() == 2
    assert hub.stop() == 0
    hub.config.write_text("")
    hub.start()
    assert await hub.sequence() == 4
    assert figure(await hub.rows("desk"), "calls")["usual"] == 320.0


async def test_without_a_configuration_the_log_stays_empty(hub: RunningHub) -> None:
    assert await hub.sequence() == 0
    assert figure(await hub.rows("desk"), "incident")["usual"] == 9.3


async def test_a_call_reported_over_http_counts_with_its_length(hub: RunningHub) -> None:
    now = datetime.now(UTC).isoformat()
    await hub.post("/v1/cases", [{"number": "1", "channel": "call", "handled": 400, "opened": now, "time": now}])
    rows = await hub.rows("desk")
    assert figure(rows, "calls") == {
        "key": "calls", "unit": "seconds", "count": 1, "value": 400.0, "usual": 320.0, "over": 1,
    }  # fmt: skip
    assert figure(rows, "contacts")["count"] == 1


async def test_a_person_sets_the_urgency_with_a_reason_and_takes_it_back(hub: RunningHub) -> None:
    sims = "894620005000000000-894620005000000099"
    outage = (await hub.done("suspect", sims=sims, why="a test"))["outage"]
    before = (await hub.rows("outages"))[0]
    status, answer = await hub.command("weigh", outage=outage, points=700)
    assert (status, answer["error"]) == (409, "say why: the sum and its parts stay on the screen beside your number")
    await hub.done("weigh", who="mk", outage=outage, points=700, why="hospital", seen=before["seq"])
    row = (await hub.rows("outages"))[0]
    assert (row["urgency"], row["urgency_by"], row["urgency_why"]) == (700, "mk", "hospital")
    assert row["urgency_parts"] == before["urgency_parts"]
    status, answer = await hub.command("weigh", outage=outage, points=1, why="no", seen=before["seq"])
    assert (status, answer["error"]) == (
        409, f"{outage} changed since you looked: urgency set to 700: hospital (mk)",
    )  # fmt: skip
    await hub.done("weigh", outage=outage, points=None)
    assert (await hub.rows("outages"))[0]["urgency"] == before["urgency"]
    status, answer = await hub.command("weigh", outage=outage, points=None)
    assert (status, answer["error"]) == (409, f"the urgency of {outage} is the sum already")
    await hub.done("reject", outage=outage)
    status, answer = await hub.command("weigh", outage=outage, points=1, why="too late")
    assert status == 409
    assert "rejected" in answer["error"]


@pytest.mark.parametrize("points", [-1, 1_001, "many"])
async def test_points_out_of_bounds_are_refused(hub: RunningHub, points: object) -> None:
    status, _ = await hub.command("weigh", outage="O-1", points=points, why="x")
    assert status == 422
