"""Scenario files: what is read, and what is said about one that cannot be played."""

from datetime import timedelta
from pathlib import Path

import pytest

from feeds.drill.quantities import seconds_of
from feeds.drill.scenario import ScenarioError, built_in_scenarios, load_scenario, parse_scenario

GOOD = """
name = "small"
description = "one fault"
seed = 1
duration = 60
[fleet]
customers = 2
sims = 1_000_000
ranges = 10
uses = { metering = 1 }
[[fleet.issuers]]
prefix = "89462000"
[[fleet.attributes]]
name = "apn"
values = { "iot.meter" = 1 }
[[faults]]
name = "it breaks"
at = 10
repaired = 30
where = { apn = "iot.meter" }
[faults.cases]
complain = 1.0
closes = { median = "1m" }
curve = [{ after = 0, per_hour = 10 }, { after = "15s", per_hour = 0 }]
mix = { channels = { call = 1 }, ways = { full = 1 } }
"""


def test_every_built_in_scenario_can_be_read_by_its_name() -> None:
    assert "apn-fault" in built_in_scenarios()
    for name in built_in_scenarios():
        assert load_scenario(name).name == name


def test_a_scenario_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(GOOD, encoding="utf-8")
    assert load_scenario(str(file)).faults[0].where == {"apn": "iot.meter"}


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ScenarioError, match=r"no drill 'nonesuch'.*apn-fault"):
        load_scenario("nonesuch")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("customers = 2", "customers = 'two'", r"x\.toml: fleet\.customers: Expected `int`"),
        ("customers = 2", "cusomers = 2", r"x\.toml: fleet: .*"),
        ("customers = 2", "customers = 20", r"x\.toml: fleet\.ranges: .*too few"),
        ("sims = 1_000_000", "sims = 5", r"x\.toml: fleet\.sims: .*cannot fill"),
        ('prefix = "89462000"', 'prefix = "12"', r"x\.toml: fleet\.issuers\[0\]\.prefix"),
        ('prefix = "89462000"', 'prefix = "89462000123"\nbody = 17', r"x\.toml: fleet\.issuers\[0\]\.prefix: .*room"),
        ("repaired = 30", "repaired = 5", r"x\.toml: faults\[0\]\.repaired: .*later"),
        ("repaired = 30", "repaired = 90", r"x\.toml: faults\[0\]\.repaired: .*duration"),
        ('where = { apn = "iot.meter" }', 'where = { apn = "other" }', r"x\.toml: faults\[0\]\.where\.apn: .*'other'"),
        ("seed = 1", "seed = ", r"x\.toml: .*line 4"),
        (
            '"15s"',
            '"15 minutes"',
            r"x\.toml: faults\[0\]\.cases\.curve\[1\]\.after: '15 minutes' is no duration.*1h 30m",
        ),
        ('"15s"', '"2m"', r"x\.toml: faults\[0\]\.cases\.curve\[1\]\.after: .*within the fault"),
        ('"15s"', "0", r"x\.toml: faults\[0\]\.cases\.curve\[1\]\.after: .*later than the point before"),
        (
            "curve = ",
            "delay = { median = 5 }\ncurve = ",
            r"x\.toml: faults\[0\]\.cases\.curve: .*either delay or curve",
        ),
        ("complain = 1.0", "complain = 1.0\ntopic = 'weather'", r"x\.toml: faults\[0\]\.cases\.topic: .*weather"),
        ("at = 10", "at = 10\nspreads = '1m'", r"x\.toml: faults\[0\]\.spreads: .*longer"),
        ("at = 10", "at = 10\nrestored = [{ after = 30, left = 0.5 }]", r"faults\[0\]\.restored\[0\]\.after: .*within"),
        (
            "at = 10",
            "at = 10\nrestored = [{ after = 5, left = 0.5 }, { after = 9, left = 0.6 }]",
            r"faults\[0\]\.restored\[1\]: .*no more",
        ),
        ("at = 10", "at = 10\nbegan = 'C9'", r"x\.toml: faults\[0\]\.began: .*'C9'"),
        ("at = 10", "at = 10\nbreaks = 'customer'", r"x\.toml: faults\[0\]\.where\.customer: "),
        ('where = { apn = "iot.meter" }', "where = {}", r"x\.toml: faults\[0\]\.where: .*it breaks nothing"),
        ('where = { apn = "iot.meter" }', "where = { apn = [] }", r"x\.toml: faults\[0\]\.where\.apn: needs a value"),
        ('where = { apn = "iot.meter" }', "where = { customer = 'C3' }", r"faults\[0\]\.where\.customer: .*'C3'"),
        (
            "[[faults]]",
            "[truth]\noperator = 'x'\nbegan = 2026-01-01T00:00:00\n[[faults]]",
            r"truth\.began: .*time zone",
        ),
        (
            "[[faults]]",
            "[[tickets]]\nat = 0\nnumber = '1'\ntitle = 't'\ncustomer = 'X'\n[[faults]]",
            r"tickets\[0\]\.customer",
        ),
        (
            "[[faults]]",
            "[[tickets]]\nat = 0\nnumber = '1'\ntitle = 't'\nway = 'full'\n[[faults]]",
            r"tickets\[0\]\.way",
        ),
        (
            "[[faults]]",
            "[[fleet.accounts]]\nid = 'C0001'\nname = 'a'\nsims = 5\nranges = 1\nuse = 'x'\n[[faults]]",
            r"fleet\.accounts\[0\]\.id: .*already",
        ),
        (
            "[[faults]]",
            "[[fleet.accounts]]\nid = 'A'\nname = 'a'\nsims = 1\nranges = 2\nuse = 'x'\n[[faults]]",
            r"fleet\.accounts\[0\]\.sims: .*cannot fill",
        ),
        (
            "[[faults]]",
            "[[fleet.attributes]]\nname = 'hss'\ngiven = 'pgw'\nvalues = { a = 1 }\n[[faults]]",
            r"fleet\.attributes\[1\]\.given: .*'pgw'",
        ),
        (
            "[[faults]]",
            "[[fleet.attributes]]\nname = 'hss'\ngiven = 'apn'\nvalues = { a = 1 }\nby_value.x = { b = 1 }\n[[faults]]",
            r"fleet\.attributes\[1\]\.by_value\.x: .*no such value",
        ),
        ("seed = 1", "seed = 1\nbase = 'none.toml'", r"x\.toml: base: none\.toml: cannot be read"),
        ("seed = 1", "seed = 1\nbase = 3", r"x\.toml: base: the name of a file"),
        ("seed = 1", "", r"x\.toml: top level: .*seed"),
    ],
)
def test_a_mistake_is_told_with_file_and_field(old: str, new: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        parse_scenario(GOOD.replace(old, new), "x.toml")


def test_durations_are_read_as_people_write_them(tmp_path: Path) -> None:
    assert seconds_of("1h 30m") == 5_400
    assert seconds_of("2d3h") == 183_600
    assert seconds_of("45s") == 45
    assert [seconds_of(text) for text in ("", "h", "1x", "90", "30m 1h")] == [None] * 5


def test_a_scenario_lies_over_its_base_key_by_key_and_attributes_by_name(tmp_path: Path) -> None:
    base = GOOD.partition("[[faults]]")[0]
    base += (
        "[quiet.cases]\nper_hour = 3\nlasts = { median = 5 }\nmix = { channels = { call = 1 }, ways = { none = 1 } }\n"
    )
    (tmp_path / "bases").mkdir()
    (tmp_path / "bases" / "small.toml").write_text(base, encoding="utf-8")
    own = tmp_path / "own.toml"
    own.write_text(
        """
base = "bases/small.toml"
name = "own"
description = "other values"
[fleet]
ranges = 20
uses = { health = 1 }
[[fleet.attributes]]
name = "hss"
values = { a = 1 }
[[fleet.attributes]]
name = "apn"
values = { other = 1 }
[quiet.cases]
per_hour = 4
""",
        encoding="utf-8",
    )
    scenario = load_scenario(str(own))
    assert (scenario.name, scenario.seed) == ("own", 1)
    assert (scenario.fleet.customers, scenario.fleet.ranges) == (2, 20)
    assert scenario.fleet.uses == {"health": 1}
    assert [(one.name, one.values) for one in scenario.fleet.attributes] == [("apn", {"other": 1}), ("hss", {"a": 1})]
    assert scenario.quiet.cases is not None
    assert (scenario.quiet.cases.per_hour, scenario.quiet.cases.lasts.median) == (4, 5)


def test_a_mistake_in_the_base_names_the_base(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text("seed = ", encoding="utf-8")
    own = tmp_path / "own.toml"
    own.write_text('base = "base.toml"', encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"base\.toml: Invalid value"):
        load_scenario(str(own))


def test_real_outages_say_where_they_are_told_and_when_they_began() -> None:
    real = [one for one in map(load_scenario, built_in_scenarios()) if one.truth is not None]
    assert len(real) == 11
    for scenario in real:
        assert scenario.truth is not None
        assert scenario.truth.confidence
        assert scenario.truth.trap
        began = scenario.truth.began
        if began is not None:
            assert scenario.starts + timedelta(seconds=scenario.faults[0].at) == began


def test_each_drill_lasts_a_quarter_of_an_hour_or_less_in_a_hub() -> None:
    for scenario in map(load_scenario, built_in_scenarios()):
        assert scenario.duration / scenario.scale <= 15.5 * 60
