"""How a row becomes a line, without a screen."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from rich.style import Style
from textual.strip import Strip

from widgets.columns import Bit, Column
from widgets.line_painter import LinePainter
from widgets.plain import Align

NOW = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Line:
    key: str
    number: int = 0
    since: datetime = NOW


COLUMNS = (
    Column("key", "id", lambda r, _: r.key, width=6, sort="key"),
    Column("number", "n", lambda r, _: str(r.number), width=5, align="right"),
    Column("age", "age", lambda r, now: f"{(now - r.since).seconds}s", width=5, timed=True),
)


@dataclass
class Clock:
    now: datetime = NOW


def style(name: str) -> Style:
    return Style(bold=True) if name == "changed" else Style()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def painter(clock: Clock) -> LinePainter:
    painter = LinePainter(style, lambda: clock.now)
    painter.place(COLUMNS, 24)
    return painter


def bold(strip: Strip) -> list[str]:
    return [segment.text.strip() for segment in strip if segment.style is not None and segment.style.bold]


def test_a_line_is_painted_once_for_as_long_as_its_row_is_the_same(painter: LinePainter) -> None:
    row = Line("a", 1)
    assert painter.row(row, "") is painter.row(row, "")
    assert painter.row(replace(row, number=2), "").text.split() == ["a", "2", "0s"]


def test_a_changed_cell_is_marked_until_its_time_is_over(painter: LinePainter) -> None:
    old, new = Line("a", 1), Line("a", 2)
    painter.row(old, "")
    painter.change(old, new, until=10.0)
    assert bold(painter.row(new, "")) == ["2"]
    assert painter.expire(9.0) == []
    assert painter.expire(10.0) == ["a"]
    assert not painter.marked
    assert bold(painter.row(new, "")) == []


def test_a_change_of_a_row_that_nobody_saw_is_not_marked(painter: LinePainter) -> None:
    painter.change(Line("a", 1), Line("a", 2), until=10.0)
    assert not painter.marked


def test_an_age_alone_is_not_marked_and_makes_its_line_outdated(painter: LinePainter, clock: Clock) -> None:
    row, unseen = Line("a"), Line("b")
    painter.row(row, "")
    assert painter.outdated([None, row, unseen]) == []
    clock.now += timedelta(seconds=3)
    assert painter.outdated([None, row, unseen]) == [1]
    assert painter.row(row, "").text.split() == ["a", "0", "3s"]
    older = replace(row, since=NOW - timedelta(seconds=5))
    painter.change(row, older, until=10.0)
    assert not painter.marked


@pytest.mark.parametrize("width", [1, 8, 24, 200])
def test_every_line_is_as_wide_as_the_table(painter: LinePainter, width: int) -> None:
    painter.place(COLUMNS, width)
    strips = [painter.header("-key"), painter.row(Line("a"), "cursor"), painter.placeholder(""), painter.note("none")]
    assert [strip.cell_length for strip in (*strips, painter.blank())] == [width] * 5


@pytest.mark.parametrize("align", ["left", "right"])
def test_a_cell_that_stands_out_has_its_ground_under_its_words_alone(align: Align) -> None:
    column = Column("a", "a", lambda _row, _now: Bit("late", "alert"), width=10, align=align)
    painter = LinePainter(lambda name: Style(reverse=name == "alert"), lambda: NOW)
    painter.place([column], 12)
    strip = painter.row(Line("r"), "")
    assert strip.cell_length == 12
    assert "".join(part.text for part in strip if part.style is not None and part.style.reverse) == "late"
