"""The words of a chart: round times below, three counts beside it, the same at each start."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from feeds.model import CurveRow
from widgets.band_painter import paint
from widgets.chart_axes import GUTTER, Label, count_labels, short_count, time_labels

START = datetime(2026, 3, 14, 22, 50, tzinfo=UTC)


def rows(count: int, minutes: int = 5, start: datetime = START) -> list[CurveRow]:
    return [
        CurveRow(
            key=str(place), start=start + timedelta(minutes=minutes * place), minutes=minutes, seen=3, usual=2.0,
            low=1.0, high=4.0,
        )
        for place in range(count)
    ]  # fmt: skip


def labels(shown: list[CurveRow], columns: int) -> list[Label]:
    return list(time_labels(shown, paint(shown, columns, 10), columns))


def test_times_are_round_and_stand_below_the_beginning_of_their_stretch() -> None:
    shown = rows(48)
    assert labels(shown, 48) == [Label(2, "23:00"), Label(14, "00:00"), Label(26, "01:00"), Label(38, "02:00")]


def test_where_more_fits_the_times_stand_closer() -> None:
    texts = [text for _, text in labels(rows(25), 150)]
    assert texts == ["23:00", "23:15", "23:30", "23:45", "00:00", "00:15", "00:30", "00:45"]


def test_days_are_named_once_a_stretch_is_longer_than_one() -> None:
    shown = rows(56, 180, datetime(2026, 3, 9, tzinfo=UTC))
    assert [text for _, text in labels(shown, 112)] == [
        "Mon 09", "Tue 10", "Wed 11", "Thu 12", "Fri 13", "Sat 14", "Sun 15"
    ]  # fmt: skip


def test_stretches_that_begin_at_no_round_time_name_the_oldest_and_the_newest() -> None:
    assert [text for _, text in labels(rows(4, 7, START + timedelta(minutes=1)), 24)] == ["22:51", "23:12"]


@given(st.integers(1, 300), st.sampled_from((1, 5, 7, 60, 360)), st.integers(1, 250), st.integers(0, 2_000))
def test_times_keep_apart_and_within_the_chart(count: int, minutes: int, columns: int, shift: int) -> None:
    found = labels(rows(count, minutes, START + timedelta(minutes=shift)), columns)
    ends = [label.at + len(label.text) for label in found]
    assert all(label.at >= 0 for label in found)
    assert all(end <= columns for end in ends)
    assert all(after.at - end >= 2 for end, after in zip(ends, found[1:], strict=False))


@given(st.integers(0, 10**13))
def test_a_count_fits_beside_the_chart_however_large(value: int) -> None:
    assert len(short_count(value)) < GUTTER


def test_counts_name_nothing_the_half_and_the_top() -> None:
    picture = paint(rows(3), 30, 10)
    assert count_labels(picture, 10) == (Label(0, "   0"), Label(5, "   2"), Label(9, "   4"))
    assert [label.at for label in count_labels(paint(rows(3), 30, 2), 2)] == [0, 1]


_PAINTED = """
import asyncio
from textual.app import App
from textual.geometry import Region
from tests.widgets.test_chart_axes import rows
from widgets.case_chart import CaseChart

class Chart(App[None]):
    def compose(self):
        yield CaseChart()

async def main():
    app = Chart()
    async with app.run_test(size=(60, 12)) as pilot:
        chart = app.query_one(CaseChart)
        chart.show(rows(48))
        await pilot.pause()
        print("\\n".join(line.text for line in chart.render_lines(Region(0, 0, 60, 12))))

asyncio.run(main())
"""


def test_a_chart_looks_alike_at_each_start() -> None:
    """Whatever the order of sets and hashes is in a process."""
    pictures = {
        subprocess.run(
            [sys.executable, "-c", _PAINTED], env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.getcwd()},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(pictures) == 1
    assert "23:00" in pictures.pop()
