"""What the ribbon of SIM space looks like, as text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from feeds.model import StretchRow
from tests.extent import examples
from widgets.columns import Bit
from widgets.ribbon_painter import RIBBON_STYLES, Look, columns, gutter, merged, paint, plan
from widgets.ribbon_scale import cells_of, mark_texts, stretch_at
from widgets.stretch_words import Line, named

START = 894620002000000000


def stretch(at: int, **fields: object) -> StretchRow:
    values: dict[str, object] = {
        "key": str(at), "first": str(START + at * 1_000), "last": str(START + at * 1_000 + 999), "sims": 1_000,
        "customer": "Vattenkraft", "customers": 1,
    }  # fmt: skip
    return StretchRow(**{**values, **fields})  # type: ignore[arg-type]


def quiet(count: int, **special: StretchRow) -> list[StretchRow]:
    rows = [stretch(at) for at in range(count)]
    for name, row in special.items():
        rows[int(name[1:])] = row
    return rows


def text(line: Line) -> str:
    return "".join(bit.text for bit in line)


def picture(rows: list[StretchRow], width: int, height: int, look: Look | None = None) -> list[str]:
    return [text(line) for line in paint(rows, width, height, look or Look(), "nothing")]


def cell(line: Line, x: int) -> Bit:
    for bit in line:
        if x < len(bit.text):
            return Bit(bit.text[x], bit.style)
        x -= len(bit.text)
    raise IndexError(x)


hostile = st.text(st.characters(codec="utf-8"), max_size=60) | st.sampled_from(
    ["[red]x[/red]", "\x1b[31m", "a\nb\tc", "北海道電力" * 9, "\u202egnitirw", "e" + "\u0301" * 200, ""]
)
rows = st.builds(
    lambda at, sims, customer, customers, alarms, cases, alone, outages, share: stretch(
        at, sims=sims, customer=customer, customers=customers, alarms=alarms, cases=cases, unexplained=alone,
        outages=outages, share=share,
    ),
    st.integers(0, 900), st.integers(0, 10**12), hostile, st.integers(0, 10**6),
    st.tuples(*[st.integers(0, 10**6)] * 4), st.integers(0, 10**7), st.integers(0, 10**7),
    st.lists(hostile, max_size=4).map(tuple), st.floats(0, 1),
)  # fmt: skip


@settings(max_examples=examples(150))
@given(
    st.lists(rows, max_size=60), st.integers(20, 400), st.integers(1, 20), st.none() | st.integers(0, 59),
    st.none() | st.tuples(st.integers(0, 59), st.integers(0, 59)), hostile,
)  # fmt: skip
def test_every_line_is_as_wide_as_the_picture_whatever_stands_in_it(
    stretches: list[StretchRow], width: int, height: int, at: int | None, drag: tuple[int, int] | None, own: str
) -> None:
    count = len(stretches)
    look = Look(
        at if at is not None and at < count else None, drag if drag is not None and max(drag) < count else None, own
    )
    lines = paint(stretches, width, height, look, "nothing \x1b here")
    assert len(lines) == height
    for line in lines:
        assert cell_len(text(line)) == width
        assert text(line).isprintable()
        assert all(set(bit.style.split()) <= RIBBON_STYLES for bit in line)


@pytest.mark.parametrize("width", [60, 100, 200])
def test_signs_stand_in_the_column_of_their_stretch(width: int) -> None:
    count, left = columns(width), gutter(width)
    lines = picture(
        quiet(count, a3=stretch(3, alarms=(0, 1, 0, 0)), a7=stretch(7, cases=4), a9=stretch(9, unexplained=2)), width, 6
    )
    alarms, axis, cases, unexplained = lines[:4]
    assert alarms[left:].rstrip() == "   M"
    assert axis[left:] == "─" * count
    assert cases[left:].rstrip() == "       █"
    assert unexplained[left:].rstrip() == "         █"


@pytest.mark.parametrize(
    ("alarms", "letter", "style"),
    [((1, 9, 9, 9), "C", "critical"), ((0, 1, 9, 9), "M", "major"), ((0, 0, 1, 9), "m", "minor"),
     ((0, 0, 0, 1), "w", "warning")],
)  # fmt: skip
def test_the_worst_alarm_is_a_letter_and_a_colour(alarms: tuple[int, int, int, int], letter: str, style: str) -> None:
    line = paint(quiet(91, a5=stretch(5, alarms=alarms)), 100, 6, Look())[0]
    assert cell(line, gutter(100) + 5) == Bit(letter, style)


def test_the_outage_that_the_picture_is_about_looks_different_from_others_by_shape_too() -> None:
    rows = quiet(87, a4=stretch(4, outages=("O-1",), share=1.0), a6=stretch(6, outages=("O-2",), share=1.0))
    axis = paint(rows, 100, 6, Look(own="O-1"))[1]
    assert cell(axis, gutter(100) + 4) == Bit("█", "own")
    assert cell(axis, gutter(100) + 6) == Bit("▓", "hit")
    assert text(axis).startswith("O-1 ")
    assert text(paint(rows, 100, 6, Look())[1]).startswith("outages ")


def test_a_small_share_of_a_stretch_is_a_low_block() -> None:
    axis = paint(quiet(87, a4=stretch(4, outages=("O-1",), share=0.1)), 100, 6, Look(own="O-1"))[1]
    assert cell(axis, gutter(100) + 4).text == "▁"


def test_an_outage_is_named_on_the_axis_where_there_is_room() -> None:
    rows = [stretch(at, outages=("O-12",) * (10 <= at < 30), share=1.0) for at in range(87)]
    assert "█ O-12 █" in text(paint(rows, 100, 6, Look(own="O-12"))[1])
    few = [stretch(at, outages=("O-12",) * (10 <= at < 14), share=1.0) for at in range(87)]
    assert "O-12" not in text(paint(few, 100, 6, Look())[1])


def test_few_cases_do_not_look_like_many() -> None:
    one = quiet(87, a4=stretch(4, cases=1))
    assert [line[gutter(100) + 4] for line in picture(one, 100, 16)].count("█") == 0
    many = quiet(87, a4=stretch(4, cases=1), a8=stretch(8, cases=100))
    assert [line[gutter(100) + 8] for line in picture(many, 100, 16)].count("█") == plan(16).cases


def test_what_hangs_is_drawn_in_reverse_and_what_is_not_there_not_at_all() -> None:
    line = paint(quiet(87, a4=stretch(4, cases=1), a8=stretch(8, cases=4)), 100, 6, Look())[2]
    assert cell(line, gutter(100) + 4) == Bit("▆", "hanging")
    assert cell(line, gutter(100) + 5).text == " "


def test_with_three_lines_there_are_alarms_axis_and_cases_and_the_unexplained_ask() -> None:
    lines = picture(quiet(51, a3=stretch(3, unexplained=1), a5=stretch(5, cases=2)), 60, 3)
    assert lines[2][gutter(60) :].rstrip() == "   ? █"


def test_stretches_of_several_cells_say_their_counts_in_figures() -> None:
    lines = picture([stretch(0, unexplained=12, alarms=(0, 0, 2, 0)), stretch(1), stretch(2)], 69, 6)
    assert " 12 " not in lines[3][:9]
    assert "12" in lines[3]
    assert lines[0].strip(" ▁").endswith("m")


def test_more_stretches_than_cells_are_put_together_without_counting_twice() -> None:
    found = merged([stretch(at, cases=3, unexplained=at % 2, outages=("O-1",), share=0.5) for at in range(100)], 10)
    assert len(found) == 10
    assert (found[0].first, found[-1].last) == (stretch(0).first, stretch(99).last)
    assert found[0].sims == 10_000
    assert (found[0].cases, found[0].unexplained, found[0].outages) == (3, 1, ("O-1",))
    assert found[0].share == pytest.approx(0.5)


@given(st.integers(1, 400), st.integers(1, 400))
def test_cells_and_stretches_belong_to_each_other(count: int, width: int) -> None:
    count = min(count, width)
    covered = [at for index in range(count) for at in range(*cells_of(index, count, width))]
    assert covered == list(range(width))
    for index in range(count):
        for at in range(*cells_of(index, count, width)):
            assert stretch_at(at, count, width) == index


def test_the_cursor_is_marked_below_and_its_stretch_is_named() -> None:
    rows = quiet(87, a12=stretch(12, cases=61, unexplained=4, alarms=(12, 40, 0, 0), customers=15,
                                 outages=("O-12",), share=0.98))  # fmt: skip
    lines = picture(rows, 130, 6, Look(at=12))
    assert lines[4][gutter(130) + cells_of(12, 87, columns(130))[0] :][0] == "▲"
    assert (
        lines[5].rstrip()
        == "▲ 8946 2000 2000 012* · 1,000 SIMs · Vattenkraft +14 · C12 M40 · 61 cases · 4 unexplained · 98 % in O-12"
    )


def test_a_label_that_the_cursor_stands_in_gives_way_whole() -> None:
    rows = quiet(87)
    label = next(line for line in [picture(rows, 100, 6)[4]] if "8946" in line)
    middle = label.index("2000")
    index = stretch_at(middle - gutter(100), 87, columns(100))
    under = picture(rows, 100, 6, Look(at=index))[4]
    assert "▲" in under
    assert "8946" not in under[: middle + 10]


def test_a_narrow_line_keeps_the_range_and_what_is_wrong_before_whose_it_is() -> None:
    one = stretch(0, cases=61, unexplained=4, alarms=(12, 40, 0, 0), customers=15, outages=("O-12",), share=0.98)
    shown = text(named(one, 60))
    assert shown.startswith("▲ 8946 2000 2000 000* · ")
    assert "61 cases · 4 unexplained" in shown
    assert "Vattenkraft" not in shown


def test_names_from_outside_are_cut_and_made_plain() -> None:
    one = stretch(0, customer="[red]\x1b[31m" + "北" * 90)
    shown = text(named(one, 100))
    assert "\x1b" not in shown
    assert "[red]␛[31m北" in shown
    assert cell_len(shown) == 100


def test_the_scale_says_the_common_beginning_once() -> None:
    assert mark_texts(["894620002000000000", "894620002010000000", "894620002020000000"]) == [
        "8946 2000 2000", "…2010", "…2020",
    ]  # fmt: skip


def test_numbers_of_different_length_stand_whole_on_the_scale() -> None:
    assert mark_texts(["8946200", "894620002010000000"]) == ["8946 200", "8946 2000"]


@pytest.mark.parametrize(
    ("height", "lines"),
    [(3, (1, 1, False, False, False)), (4, (1, 1, False, False, True)), (6, (1, 1, True, True, True)),
     (8, (1, 3, True, True, True)), (16, (4, 8, True, True, True))],
)  # fmt: skip
def test_each_height_has_a_plan(height: int, lines: tuple[int, int, bool, bool, bool]) -> None:
    found = plan(height)
    assert (found.alarms, found.cases, found.lane, found.scale, found.name) == lines


def test_what_is_being_chosen_is_told_with_its_size() -> None:
    lines = picture(quiet(87), 100, 6, Look(at=3, drag=(9, 3)))
    assert lines[5].startswith("↔ 8946 2000 2000 0030–0099 · 7,000 SIMs")


def test_without_a_stretch_it_is_said_why() -> None:
    assert any("nothing" in line for line in picture([], 60, 6))
