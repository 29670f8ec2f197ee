"""What a person chose is found again, survives bad files, and is shared by terminals that run at once."""

from pathlib import Path

import pytest
from msgspec import structs

from tui.kept import (
    HISTORY,
    Kept,
    KeptFile,
    NotKept,
    SavedFilter,
    TableKept,
    with_filter,
    with_table,
    with_used,
    without_filter,
)


def test_choices_are_found_again(tmp_path: Path) -> None:
    path = tmp_path / "state" / "kept.json"
    KeptFile(path).save(lambda kept: with_table(kept, "alarms/alarms", TableKept(sort="-raised", widths={"text": 40})))
    assert KeptFile(path).now.tables["alarms/alarms"] == TableKept(sort="-raised", widths={"text": 40})
    assert [one.name for one in path.parent.iterdir() if one.suffix == ".new"] == []


def test_two_terminals_do_not_undo_each_others_choices(tmp_path: Path) -> None:
    one, two = KeptFile(tmp_path / "kept.json"), KeptFile(tmp_path / "kept.json")
    one.save(lambda kept: with_used(kept, "acme"))
    two.save(lambda kept: with_filter(kept, SavedFilter("night", "alarms", "raised:<10m")))
    assert KeptFile(one.path).now == Kept(history=("acme",), filters=(SavedFilter("night", "alarms", "raised:<10m"),))


@pytest.mark.parametrize("text", ["{", "[]", '{"history": 5}', "\xff", "[" * 100_000, " " * (1024 * 1024 + 1)])
def test_a_file_that_cannot_be_used_is_kept_beside_and_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "kept.json"
    path.write_text(text, encoding="latin-1")
    file = KeptFile(path)
    assert file.now == Kept()
    (beside,) = tmp_path.glob("kept.bad-*.json")
    assert beside.name in file.trouble
    assert beside.read_text(encoding="latin-1") == text


def test_a_file_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "kept.json"
    path.write_text('{"version": 99}')
    file = KeptFile(path)
    assert "newer" in file.trouble
    with pytest.raises(NotKept, match="newer"):
        file.save(lambda kept: with_used(kept, "x"))
    assert (file.now.history, path.read_text()) == (("x",), '{"version": 99}')


def test_a_choice_that_cannot_be_written_counts_and_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    file = KeptFile(tmp_path / "file" / "kept.json")
    with pytest.raises(NotKept, match="until the end of this program"):
        file.save(lambda kept: with_used(kept, "x"))
    assert file.now.history == ("x",)


def test_the_history_holds_each_filter_once_and_not_too_many() -> None:
    kept = Kept()
    for number in range(HISTORY + 5):
        kept = with_used(kept, f"f{number}")
    assert (len(kept.history), kept.history[0]) == (HISTORY, "f5")
    assert with_used(kept, "f9").history[-1] == "f9"
    assert with_used(kept, "f9").history.count("f9") == 1


def test_a_name_is_of_one_filter_of_a_view_and_can_be_taken_away() -> None:
    kept = with_filter(Kept(), SavedFilter("night", "alarms", "a"))
    kept = with_filter(with_filter(kept, SavedFilter("night", "cases", "b")), SavedFilter("night", "alarms", "c"))
    assert [one.text for one in kept.filters] == ["c", "b"]
    assert without_filter(kept, "night", "alarms").filters == (SavedFilter("night", "cases", "b"),)
    assert structs.replace(with_table(kept, "x", TableKept()), filters=()) == Kept()
