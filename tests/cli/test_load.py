"""An inventory from CSV files into a real hub."""

from __future__ import annotations

import json
import os
import pty
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tui.cli.child_hub import ChildHub

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


def test_ranges_and_customers_are_loaded(run: Any, tmp_path: Path) -> None:
    lines = "".join(f"894620002{n:09},894620002{n + 9:09},acme,iot.meter\n" for n in range(0, 50, 10))
    with ChildHub(tmp_path / "hub", None) as child:
        hub = child.wait_ready()
        outcome = run("load", "ranges", write(tmp_path / "r.csv", HEAD + lines), "--hub", hub)
        assert (outcome.code, outcome.err, outcome.out) == (0, "", f"5 ranges loaded from {tmp_path / 'r.csv'}\n")
        assert ranges_in(hub) == 5
    customers = write(tmp_path / "c.csv", "\ufeffid;name;vip;email\nacme;Acme Lifts;yes;ops@acme.example\n")
    with ChildHub(tmp_path / "hub", None) as child:
        hub = child.wait_ready()
        assert ranges_in(hub) == 5
        outcome = run("load", "customers", customers, "--hub", hub)
        assert (outcome.code, outcome.out) == (0, f"1 customers loaded from {customers}\n")


def sequence(hub: str) -> int:
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{hub}/readyz") as page:
        return int(json.loads(page.read())["seq"])


def test_a_second_load_shows_the_difference_and_needs_a_yes(run: Any, hub: str, tmp_path: Path) -> None:
    def row(n: int, customer: str = "acme", apn: str = "iot.meter") -> str:
        return f"894620004{n:09},894620004{n + 9:09},{customer},{apn}\n"

    old = write(tmp_path / "old.csv", HEAD + "".join(row(n) for n in range(0, 60, 10)))
    assert run("load", "ranges", old, "--hub", hub, "--yes").code == 0
    before = sequence(hub)
    again = run("load", "ranges", old, "--hub", hub)
    assert (again.code, again.out) == (0, "the hub has these 6 ranges already: nothing changes\n")
    new = write(
        tmp_path / "new.csv", HEAD + row(0) + row(10) + row(20, "lifts") + row(30, apn="x") + row(90) + row(200)
    )
    refused = run("load", "ranges", new, "--hub", hub)
    assert refused.code == 1
    assert refused.sentence.startswith("nothing was loaded: there is no terminal to ask at")
    table = {cells[0]: cells[1:] for line in refused.out.splitlines()[:7] if (cells := line.split())}
    assert table == {
        "ranges": ["SIMs"],
        "now": ["6", "60"],
        "added": ["2", "20"],
        "moved": ["1", "10"],
        "changed": ["1"],
        "gone": ["2", "20"],
        "then": ["6", "60"],
    }
    assert "acme → lifts" in refused.out
    assert "apn iot.meter → x" in refused.out
    assert run("load", "ranges", new, "--hub", hub, "--check").code == 0
    assert sequence(hub) == before, "nothing was applied so far"
    assert run("load", "ranges", new, "--hub", hub, "--yes").code == 0
    assert sequence(hub) == before + 1, "one fact"


@pytest.mark.parametrize(("answer", "code", "facts"), [("\n", 1, 0), ("y\n", 0, 1)])
def test_at_a_terminal_it_asks_and_the_default_is_no(
    spawn: Any, run: Any, hub: str, tmp_path: Path, answer: str, code: int, facts: int
) -> None:
    one = write(tmp_path / "a.csv", f"{HEAD}894620005000000000,894620005000000009,acme,x\n")
    assert run("load", "ranges", one, "--hub", hub, "--yes").code == 0
    before = sequence(hub)
    two = write(tmp_path / "b.csv", f"{HEAD}894620005000000000,894620005000000009,lifts,{answer!r}\n")
    ours, theirs = pty.openpty()
    process = spawn("load", "ranges", two, "--hub", hub, stdin=theirs)
    os.close(theirs)
    os.write(ours, answer.encode())
    out, _ = process.communicate(timeout=60)
    os.close(ours)
    assert process.returncode == code, out
    assert "moved" in out
    assert sequence(hub) == before + facts


def test_objects_are_loaded(run: Any, hub: str, tmp_path: Path) -> None:
    rules = write(tmp_path / "o.csv", "object,gateway\nnode *,{1}\n")
    before = sequence(hub)
    assert run("load", "objects", rules, "--hub", hub).code == 0
    assert sequence(hub) == before + 1


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
        (b"first,last,customer\n89\x00,\x9d\x81,x\n", "byte "),
        (
            "först,last\n".encode("utf-16"),
            "line 1, first: the first line names no column 'first'; it names först, last",
        ),
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
