from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tui.cli.child_hub import ChildHub
from tui.cli.web import post

TEXT = "Dear all, 89462000200000001000-1099 and 8946200020000000200 are down"


@pytest.fixture
def mail(tmp_path: Path) -> Path:
    path = tmp_path / "mail.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_the_json_is_that_of_the_contract(run: Any, mail: Path) -> None:
    outcome = run("sims", mail, "--json")
    assert outcome.code == 0
    found = json.loads(outcome.out)
    assert set(found) == {"count", "ranges", "warnings", "items"}
    assert found["count"] == sum(r["count"] for r in found["ranges"]) > 1
    assert all(set(r) == {"kind", "first", "last", "count"} for r in found["ranges"])
    assert all(set(w) == {"text", "why"} for w in found["warnings"])


def test_the_table_shows_the_same(run: Any, mail: Path) -> None:
    found = json.loads(run("sims", mail, "--json").out)
    lines = run("sims", mail).out.splitlines()
    assert lines[0].split() == ["iccid", *(str(found["ranges"][0][name]) for name in ("first", "last", "count"))]
    assert f"SIMs: {found['count']}, ranges: {len(found['ranges'])}" in lines


def test_stdin_is_read_where_no_file_is_named(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"imsi 240991234567890")))
    found = json.loads(run("sims", "--json").out)
    assert found["ranges"] == [{"kind": "imsi", "first": "240991234567890", "last": "240991234567890", "count": 1}]


@pytest.mark.parametrize("code", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig", "latin-1", "cp1252"])
def test_files_of_spreadsheets_are_read(run: Any, tmp_path: Path, code: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Störung;8946200020000000200\n", encoding=code)
    assert json.loads(run("sims", path, "--json").out)["count"] == 1


def test_nothing_in_it_is_no_failure(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "empty.txt"
    path.write_text("no numbers here")
    assert json.loads(run("sims", path, "--json").out) == {"count": 0, "ranges": [], "warnings": [], "items": []}


def test_a_file_that_is_not_there_is_named(run: Any, tmp_path: Path) -> None:
    outcome = run("sims", tmp_path / "none")
    assert outcome.code == 1
    assert outcome.sentence == f"{tmp_path / 'none'}: cannot be read: No such file or directory"


def test_bytes_of_two_codes_in_one_mail_are_both_read(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "mail.txt"
    first, last = "894620002000000001", "894620002000000009"
    path.write_bytes("Störung: ".encode() + f"{first} \x96 {last} (".encode("latin-1") + "nede på)".encode("cp1252"))
    assert json.loads(run("sims", path, "--json").out)["count"] == 9


def test_items_say_what_is_left_out_and_where_it_stands(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "mail.txt"
    text = "894620002000000000-0099 except 894620002000000050"
    path.write_text(text)
    found = json.loads(run("sims", path, "--json").out)
    assert found["count"] == 99
    assert [(item["excluded"], text[item["start"] : item["end"]]) for item in found["items"]] == [
        (False, "894620002000000000-0099"),
        (True, "894620002000000050"),
    ]


def test_lengths_can_be_said(run: Any, mail: Path) -> None:
    mail.write_text("8946200020*")
    found = json.loads(run("sims", mail, "--json", "--body-length", "8946200=19").out)
    assert found["ranges"][0]["first"] == "8946200020000000000"
    assert run("sims", mail, "--body-length", "46=19").code == 2


INVENTORY = (
    "first,last,customer,imsi_first,batch\n"
    "894620002000000000,894620002000000999,acme,240010000000000,B-2019-14\n"
    "894620002000000100,894620002000000199,nordbuss,,K12/7\n"
    "894620002000005000,894620002000005999,otto,,\n"
)


@pytest.fixture
def inventory(tmp_path: Path) -> Path:
    path = tmp_path / "fleet.csv"
    path.write_text(INVENTORY, encoding="utf-8")
    return path


def test_an_inventory_tells_customers_and_batches(run: Any, mail: Path, inventory: Path) -> None:
    mail.write_text("Batch b-2019-14 and 894620002000009000, IMSI 240010000000005", encoding="utf-8")
    found = json.loads(run("sims", mail, "--json", "--inventory", inventory).out)
    assert found["count"] == 1000 + 1 + 1
    assert found["customers"] == [
        {"customer": "acme", "sims": 901},
        {"customer": "nordbuss", "sims": 100},
        {"customer": "", "sims": 1},
    ]
    lines = run("sims", mail, "--inventory", inventory).out.splitlines()
    assert "customer nordbuss: 100" in lines
    assert "customer (not in the inventory): 1" in lines


def test_a_wrong_inventory_is_named_with_line_and_field(run: Any, mail: Path, tmp_path: Path) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text("first,last,customer\n89x,89y,acme\n")
    outcome = run("sims", mail, "--inventory", path)
    assert outcome.code == 1
    assert str(path) in outcome.sentence
    assert "line 2" in outcome.sentence


def test_two_inventories_are_one_too_many(run: Any, mail: Path, inventory: Path) -> None:
    assert run("sims", mail, "--inventory", inventory, "--hub", "http://127.0.0.1:9").code == 2


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with ChildHub(tmp_path_factory.mktemp("hub"), None) as child:
        url = child.wait_ready()
        row = {"first": "894620002000000000", "last": "894620002000000999", "customer": "acme"}
        post(url, "/v1/ranges", json.dumps([row]).encode())
        yield url


def test_a_hub_tells_whose_sims_they_are(run: Any, mail: Path, hub: str) -> None:
    mail.write_text("894620002000000010-0019 and 894620002000009000", encoding="utf-8")
    found = json.loads(run("sims", mail, "--json", "--hub", hub).out)
    assert found["count"] == 11
    assert {"kind": "iccid", "first": "894620002000000010", "last": "894620002000000019", "count": 10} in found[
        "ranges"
    ]
    assert {"customer": "acme", "sims": 10} in found["customers"]


def test_a_hub_that_is_asked_for_and_is_not_there_is_a_failure(run: Any, mail: Path) -> None:
    outcome = run("sims", mail, "--hub", "http://127.0.0.1:9")
    assert outcome.code == 1
    assert "cannot be reached" in outcome.sentence


def test_a_hub_that_only_the_surroundings_name_is_done_without(
    run: Any, mail: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VAKEN_HUB", "http://127.0.0.1:9")
    outcome = run("sims", mail, "--json")
    assert outcome.code == 0
    assert json.loads(outcome.out)["count"] > 1
    assert "does not answer" in outcome.sentence
