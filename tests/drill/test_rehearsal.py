"""Rehearsals in virtual time: small drills through the real doors and the real watchers."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from feeds.drill.fleet import build_fleet
from feeds.drill.judging import judge
from feeds.drill.record import Record
from feeds.drill.rehearsal import Rehearsal, rehearse
from feeds.drill.scenario import Scenario, parse_scenario
from feeds.model import Channel
from tui.cli.drill import drill

SMALL = """
name = "small"
description = "a small drill"
seed = 5
duration = "2h"
[fleet]
customers = 40
sims = 200_000
ranges = 200
languages = { en = 2, sv = 1, de = 1 }
uses = { metering = 1, tracking = 1 }
[[fleet.issuers]]
prefix = "89462000"
[[fleet.attributes]]
name = "apn"
values = { "iot.meter" = 1, "iot.fleet" = 4, "iot.pay" = 4 }
[[fleet.attributes]]
name = "hss"
values = { "hss-1" = 1, "hss-2" = 1 }
[[fleet.attributes]]
name = "gateway"
values = { "pgw-1" = 1, "pgw-2" = 1, "pgw-3" = 1 }
[quiet.cases]
per_hour = 2
history = "3h"
lasts = { median = "40m" }
mix = { channels = { "e-mail" = 3, call = 1, api = 1 }, ways = { full = 3, spaced = 1 } }
"""
FAULT = """
[[faults]]
name = "APN rejected"
at = "20m"
repaired = "80m"
where = { apn = "iot.meter" }
[faults.cases]
complain = 1.0
closes = { median = "10m" }
curve = [{ after = 0, per_hour = 0 }, { after = "10m", per_hour = 40 }, { after = "1h", per_hour = 20 }]
[faults.cases.mix]
channels = { "e-mail" = 3, call = 1, api = 1 }
ways = { full = 3, list = 2, from-to = 2, dash = 1, count = 1 }
"""
ALARMS = """
[[faults.alarms]]
objects = ["pgw-1"]
pattern = ["major"]
probable_cause = "communicationsProtocolError"
attributes = { apn = "iot.meter" }
within = "2m"
every = "10m"
via = "alertmanager"
"""


def small(*parts: str) -> Scenario:
    return parse_scenario("".join((SMALL, *parts)), "small.toml")


@pytest.fixture(scope="module")
def played() -> tuple[Rehearsal, Record]:
    """A rehearsal of a fault that only cases tell of, and what it wrote down."""
    room = Rehearsal(small(FAULT), build_fleet(small(FAULT)))
    return room, room.play()


def test_an_attribute_is_found_from_cases_alone_and_its_customers_with_it(played: tuple[Rehearsal, Record]) -> None:
    scenario = small(FAULT)
    report = judge(scenario, build_fleet(scenario), played[1])
    assert report.right
    assert report.stages[0].answer == {"apn": "iot.meter"}
    assert report.after_fifth_case is not None
    assert (report.sims_precision, report.sims_recall) == (1, 1)
    assert (report.alarms, report.fault_cases > 20) == (0, True)


def test_an_alarm_is_heard_through_its_own_source_and_speaks_before_any_case() -> None:
    record = rehearse(small(FAULT, ALARMS))
    assert not record.evidence[0].case
    suspected = next(look.at for look in record.looks if any(one.where == {"apn": "iot.meter"} for one in look.outages))
    assert suspected - record.evidence[0].at < 1


def test_the_board_of_a_rehearsal_holds_what_the_sources_read(played: tuple[Rehearsal, Record]) -> None:
    room, record = played
    cases = room.board.cases
    known = [*cases.open.values(), *cases.closed.values()]
    assert len(known) == record.cases
    assert {one.source for one in known} == {"zammad", "desk"}
    assert {one.channel for one in known} == {Channel.EMAIL, Channel.CALL, Channel.API}
    assert sum(bool(one.sims) for one in known) > 0.9 * len(known)
    assert room.board.inventory.fleet == 200_000
    assert min(one.opened for one in known) < small().starts
    assert room.board.at <= room.clock(2 * 3_600)


def test_the_same_drill_gives_the_same_record(played: tuple[Rehearsal, Record]) -> None:
    again = rehearse(small(FAULT))
    assert (again.evidence, again.looks, again.surges) == (
        played[1].evidence,
        played[1].looks,
        played[1].surges,
    )


def test_the_command_prints_a_table_or_json(tmp_path: Path) -> None:
    file = tmp_path / "small.toml"
    file.write_text(SMALL.replace('"2h"', '"10m"').replace('"3h"', '"5m"'), encoding="utf-8")
    outcome = CliRunner().invoke(drill, ["--report", str(file)], standalone_mode=False)
    assert outcome.exit_code == 0
    assert outcome.stdout.splitlines()[2].split()[:3] == ["small", "yes", "unexplained"]
    outcome = CliRunner().invoke(drill, ["--report", "--json", str(file)], standalone_mode=False)
    (line,) = outcome.stdout.splitlines()
    assert json.loads(line)["verdict"] == "unexplained"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name one drill"),
        (("a", "b"), "several go with --report"),
        (("apn-fault", "--json"), "--json goes with --report"),
        (("--report", "nonesuch"), "no drill 'nonesuch'"),
    ],
)
def test_wrong_use_of_the_command_is_said(arguments: tuple[str, ...], said: str) -> None:
    outcome = CliRunner().invoke(drill, list(arguments))
    assert outcome.exit_code == 2
    assert said in outcome.output
