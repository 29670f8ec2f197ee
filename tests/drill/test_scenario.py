"""Scenario files: what is read, and what is said about one that cannot be played."""

from pathlib import Path

import pytest

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
        ("seed = 1", "", r"x\.toml: top level: .*seed"),
    ],
)
def test_a_mistake_is_told_with_file_and_field(old: str, new: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        parse_scenario(GOOD.replace(old, new), "x.toml")
