"""An inventory from CSV files into a real hub."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.facts import RangesStated
from feeds.model import SimRange
from feeds.sources import native
from tui.cli.child_hub import ChildHub
from tui.cli.load import _unmistakable

HEAD = "first,last,customer,apn\n"


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with ChildHub(tmp_path_factory.mktemp("hub"), None) as child:
        yield child.wait_ready()


def ranges_in(hub: str) -> int:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{hub}/metrics") as page:
        found = re.search(r"^vaken_sim_ranges ([0-9.]+)", page.read().decode(), re.MULTILINE)
    assert found
    return int(float(found[1]))


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_ranges_and_customers_are_loaded(run: Any, hub: str, tmp_path: Path) -> None:
    before = ranges_in(hub)
    lines = "".join(f"894620002{n:09},894620002{n + 9:09},acme,iot.meter\n" for n in range(0, 50, 10))
    outcome = run("load", "ranges", write(tmp_path / "r.csv", HEAD + lines), "--hub", hub)
    assert (outcome.code, outcome.err, outcome.out) == (0, "", f"5 ranges loaded from {tmp_path / 'r.csv'}\n")
    assert ranges_in(hub) == before + 5
    customers = write(tmp_path / "c.csv", "\ufeffid;name;vip;email\nacme;Acme Lifts;yes;ops@acme.example\n")
    outcome = run("load", "customers", customers, "--hub", hub)
    assert (outcome.code, outcome.out) == (0, f"1 customers loaded from {customers}\n")


def test_one_wrong_line_and_nothing_is_loaded(run: Any, hub: str, tmp_path: Path) -> None:
    before = ranges_in(hub)
    good = "894620003000000000,894620003000000009,acme,x\n"
    path = write(tmp_path / "r.csv", f"{HEAD}{good}894620003000000100,12\x1b[2J,acme,x\n894620003000000200,,acme,x\n")
    outcome = run("load", "ranges", path, "--hub", hub)
    assert outcome.code == 1
    lines = outcome.err.splitlines()
    assert [line.split(":")[:3] for line in lines] == [
        ["vaken", f" {path}", " line 3, last"],
        ["vaken", f" {path}", " line 4, last"],
    ]
    assert "\x1b" not in outcome.err
    assert ranges_in(hub) == before


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (HEAD.encode(), "holds no ranges"),
        (b"", "line 1, first: the first line names no column 'first'"),
        ("först,last\n".encode("utf-16"), "is not UTF-8; save it as CSV UTF-8"),
    ],
)
def test_a_file_that_is_no_inventory_is_said_to_be_none(run: Any, tmp_path: Path, raw: bytes, sentence: str) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes(raw)
    outcome = run("load", "ranges", path)
    assert outcome.code == 1
    assert outcome.sentence.startswith(f"{path}: {sentence}")


def test_a_file_that_is_not_there_is_named(run: Any, tmp_path: Path) -> None:
    outcome = run("load", "customers", tmp_path / "none.csv")
    assert (outcome.code, outcome.sentence) == (
        1,
        f"{tmp_path / 'none.csv'}: cannot be read: No such file or directory",
    )


def test_without_a_hub_it_fails_with_a_sentence(run: Any, tmp_path: Path) -> None:
    path = write(tmp_path / "r.csv", f"{HEAD}894620003000000000,894620003000000009,acme,x\n")
    outcome = run("load", "ranges", path, "--hub", "http://127.0.0.1:9")
    assert outcome.code == 1
    assert outcome.sentence.startswith("the hub at http://127.0.0.1:9 cannot be reached")


@st.composite
def bodies(draw: st.DrawFn) -> SimRange:
    size = draw(st.sampled_from([18, 19]))
    first = draw(st.integers(int("89" + "0" * (size - 2)), int("89" + "9" * (size - 2)) - 20))
    return SimRange(str(first), str(first + draw(st.integers(0, 20))), "acme")


@given(st.lists(bodies(), min_size=1, max_size=4))
def test_the_hub_reads_the_same_ranges_that_were_read_here(ranges: list[SimRange]) -> None:
    facts = native.ranges(msgspec.json.encode([_unmistakable(one) for one in ranges]))
    assert [one for fact in facts if isinstance(fact, RangesStated) for one in fact.ranges] == ranges
