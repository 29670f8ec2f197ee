"""``vaken locate``: the contract of its output, and one sentence for every file that it cannot use."""

import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.conftest import Run
from tests.locating.tables_of import Floats, Where, changes, columns, counts

TABLE = columns()
WHERE: Where = {"rat": "rat-1", "gateway": "gateway-2"}


def written(path: Path, names: tuple[str, str], first: Floats, second: Floats, divider: str = ",") -> Path:
    rows = zip(*TABLE.values(), first.tolist(), second.tolist(), strict=True)
    lines = [divider.join((*TABLE, *names)), *(divider.join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8-sig" if divider == ";" else "utf-8")
    return path


@pytest.fixture
def counted(tmp_path: Path) -> Path:
    return written(tmp_path / "c.csv", ("affected", "total"), *counts(TABLE, [(WHERE, 0.7), ({"apn": "apn-3"}, 0.4)]))


def test_json_is_the_contract(run: Run, counted: Path) -> None:
    said = json.loads(run("locate", counted, "--json").out)
    assert list(said) == ["verdict", "causes", "candidates"]
    assert said["verdict"] == "explained"
    assert sorted(len(cause["where"]) for cause in said["causes"]) == [1, 2]
    assert said["candidates"][:2] == said["causes"]
    assert len(said["candidates"]) == 10
    pair = next(cause for cause in said["causes"] if cause["where"] == WHERE)
    assert list(pair) == ["where", "coverage", "lift", "affected", "total"]
    assert isinstance(pair["affected"], int)
    assert 0 < pair["coverage"] < 1 < pair["lift"]


def test_top_bounds_the_candidates(run: Run, counted: Path) -> None:
    assert len(json.loads(run("locate", counted, "--json", "--top", 3).out)["candidates"]) == 3
    assert run("locate", counted, "--top", 0).code == 2


def test_people_read_the_cause_with_its_counter_evidence(run: Run, counted: Path) -> None:
    out = run("locate", counted, "--top", 3).out
    assert out.startswith("explained: ")
    assert "rat rat-1 + gateway gateway-2" in out
    assert "affected outside" in out
    assert "healthy inside" in out


def test_real_and_predict_are_read_too(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path / "r.csv", ("Real", "predict"), *changes(TABLE, [(WHERE, 0.4)]))
    said = json.loads(run("locate", file, "--json").out)
    assert [cause["where"] for cause in said["causes"]] == [WHERE]


def test_semicolons_a_byte_order_mark_capitals_and_blank_lines_do_not_matter(
    run: Run, tmp_path: Path, counted: Path
) -> None:
    affected, total = counts(TABLE, [(WHERE, 0.7), ({"apn": "apn-3"}, 0.4)])
    file = written(tmp_path / "s.csv", ("Affected", "TOTAL"), affected, total, ";")
    text = file.read_text(encoding="utf-8-sig")
    file.write_bytes(("\ufeff" + text.replace("\n", "\r\n\r\n") + ";" * 5 + "\r\n").encode())
    assert run("locate", file, "--json").out == run("locate", counted, "--json").out


def test_a_file_in_utf_16_is_read(run: Run, tmp_path: Path, counted: Path) -> None:
    file = tmp_path / "u.csv"
    file.write_text(counted.read_text().replace(",", "\t"), encoding="utf-16")
    assert run("locate", file, "--json").out == run("locate", counted, "--json").out


def test_an_even_table_is_unexplained(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path / "e.csv", ("affected", "total"), *counts(TABLE, [], base=0.05))
    said = json.loads(run("locate", file, "--json").out)
    assert (said["verdict"], said["causes"]) == ("unexplained", [])
    assert run("locate", file).out.startswith("unexplained: nothing stands out (")


def test_one_row_is_unexplained(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "one.csv"
    file.write_text("apn,affected,total\nx,3,9\n")
    assert json.loads(run("locate", file, "--json").out) == {"verdict": "unexplained", "causes": [], "candidates": []}


HEAD = "apn,affected,total\n"


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        (HEAD + "x,3,9\n\ny,-3,9\n", "line 4, affected", "-3 is negative"),
        (HEAD + "x,3,9\ny,many,9\n", "line 3, affected", "'many' is not a number"),
        (HEAD + "x,3,9\ny,1,nan\n", "line 3, total", "'nan' is not a number"),
        (HEAD + "x,3,9\ny,1,inf\n", "line 3, total", "'inf' is too large"),
        (HEAD + "x,3,9\ny,,9\n", "line 3, affected", "is empty"),
        (HEAD + '"x\nz",3,9\n\ny,13,9\n', "line 5, affected", "13 is more than the total of 9"),
        (HEAD + "x,3,9\ny,1\n", "line 3", "2 cells, but the first line names 3 columns"),
        (HEAD, "line 1", "no rows follow"),
        ("", "line 1, affected", "there is no such column"),
        ("apn,affected,tota\nx,1,2\n", "line 1, total", "there is no such column"),
        ("apn,predict\nx,1\n", "line 1, real", "there is no such column"),
        ("\naffected,total\n1,2\n", "line 2", "no attribute column"),
        ("apn,apn,affected,total\nx,x,1,2\n", "line 1, apn", "names this column twice"),
        ("apn,,affected,total\nx,x,1,2\n", "line 1, column 2", "has no name"),
        ("apn,affected,total,real,predict\nx,1,2,3,4\n", "line 1, real", "leave one pair out"),
        (",".join(f"a{at}" for at in range(65)) + ",affected,total\n" + "x," * 65 + "1,2\n", "line 1", "at most 64"),
    ],
)
def test_a_file_that_cannot_be_right_is_one_sentence_with_line_and_field(
    run: Run, tmp_path: Path, text: str, place: str, why: str
) -> None:
    file = tmp_path / "bad.csv"
    file.write_text(text)
    outcome = run("locate", file)
    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.sentence.startswith(f"{file}: {place}: ")
    assert why in outcome.sentence


def test_an_error_far_into_a_file_names_its_line(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "long.csv"
    file.write_text(HEAD + "x,1,2\n" * 45_000 + "\n" + "x,3,2\n")
    assert "line 45003, affected: 3 is more than the total of 2" in run("locate", file).sentence


def test_a_file_that_is_missing_or_no_text_is_one_sentence(run: Run, tmp_path: Path) -> None:
    assert "cannot be read" in run("locate", tmp_path / "none.csv").sentence
    (tmp_path / "b.csv").write_bytes(HEAD.encode() + b"x\xff,1,2\n")
    assert "line 2: is not UTF-8" in run("locate", tmp_path / "b.csv").sentence


def test_foreign_text_does_not_reach_the_terminal(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "evil.csv"
    file.write_text("apn,affected,total\n\x1b[31mx,900,1000\ny,2,1000\nz,1,1000\nw,2,1000\n")
    out = run("locate", file).out
    assert "explained: apn" in out
    assert "\x1b" not in out
    assert "\x1b" not in run("locate", file, "--json").out


def test_a_column_of_unique_values_and_repeated_rows_do_no_harm(run: Run, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = [f"id{at},apn{at % 7},{int(rng.random() < (0.7 if at % 7 == 3 else 0.02))},1" for at in range(4_000)]
    file = tmp_path / "ids.csv"
    file.write_text("id,apn,affected,total\n" + "\n".join(rows) + "\n")
    said = json.loads(run("locate", file, "--json").out)
    assert [cause["where"] for cause in said["causes"]] == [{"apn": "apn3"}]
