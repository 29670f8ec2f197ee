from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

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
    assert set(found) == {"count", "ranges", "warnings"}
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


@pytest.mark.parametrize("code", ["utf-16", "utf-8-sig", "latin-1"])
def test_files_of_spreadsheets_are_read(run: Any, tmp_path: Path, code: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Störung;8946200020000000200\n", encoding=code)
    assert json.loads(run("sims", path, "--json").out)["count"] == 1


def test_nothing_in_it_is_no_failure(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "empty.txt"
    path.write_text("no numbers here")
    assert json.loads(run("sims", path, "--json").out) == {"count": 0, "ranges": [], "warnings": []}


def test_a_file_that_is_not_there_is_named(run: Any, tmp_path: Path) -> None:
    outcome = run("sims", tmp_path / "none")
    assert outcome.code == 1
    assert outcome.sentence == f"{tmp_path / 'none'}: cannot be read: No such file or directory"
