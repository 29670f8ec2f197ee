"""Lines for people and for programs, none of which may do anything to a terminal."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from feeds.model import ROW_TYPES, AlarmRow, Severity, TimelineRow
from tui.cli.plain_rows import PLAIN_COLUMNS, gone_json, head_line, row_json, row_line

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def alarm(text: str, place: str = "eNB-12") -> AlarmRow:
    return AlarmRow(
        key=f"noc/{place}",
        severity=Severity.MAJOR,
        source="noc",
        managed_object=place,
        raised=NOON,
        changed=NOON,
        text=text,
    )


@pytest.mark.parametrize("view", ROW_TYPES)
def test_every_view_can_be_printed(view: str) -> None:
    assert PLAIN_COLUMNS[view]
    assert head_line(view)


def test_columns_stand_below_their_titles() -> None:
    head, first, second = (
        head_line("alarms"),
        row_line("alarms", alarm("down")),
        row_line("alarms", alarm("下り", "基地局")),
    )
    at = head.index("TEXT")
    assert first[at:] == "down"
    assert cell_len(second[: second.index("下り")]) == at
    assert first.startswith("2026-03-01T12:00:00Z  major ")


def test_json_has_every_field_also_those_with_their_default() -> None:
    found = json.loads(row_json("alarms", alarm("down")))
    assert found["view"] == "alarms"
    assert found["key"] == "noc/eNB-12"
    assert found["occurrences"] == 1
    assert found["cleared"] is None
    assert set(found) == {"view", *AlarmRow.__struct_fields__}


@given(st.text() | st.text(st.sampled_from("a\u202e\u2066\u200f\x9b\x1b\u2028\r\n\t\x7f\ufeff")))
def test_no_text_reaches_the_terminal_as_anything_but_text(text: str) -> None:
    row = alarm(text, place=text or "x")
    for line in (row_line("alarms", row), row_json("alarms", row), gone_json("alarms", text)):
        assert not [char for char in line if unicodedata.category(char) in ("Cc", "Zl", "Zp")]
        assert not [
            char for char in line if unicodedata.bidirectional(char) in ("RLO", "LRO", "RLE", "LRE", "RLI", "LRI")
        ]
    assert json.loads(row_json("alarms", row))["text"] == text
    assert json.loads(gone_json("alarms", text)) == {"view": "alarms", "gone": text}


def test_markup_is_text() -> None:
    row = TimelineRow(key="1", at=NOON, who="jl", what="[/eNB-12] [red]x[/]")
    assert row_line("timeline", row).endswith("[/eNB-12] [red]x[/]")
