"""The question before something dangerous: where what is typed goes, and that what it lists stays in sight."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual import events
from textual.app import App
from textual.content import Content
from textual.pilot import Pilot
from textual.widgets import Button, Input, Static

from widgets.confirm import Confirm, Hit
from widgets.entry_lines import Entry, EntryLines, cut_middle, entry_line


class Asking(App[None]):
    """An app with one question."""

    def __init__(self, dialog: Confirm) -> None:
        super().__init__()
        self.dialog = dialog
        self.answers: list[str | None] = []

    def on_mount(self) -> None:
        self.push_screen(self.dialog, self.answers.append)


def counting(**more: object) -> Confirm:
    return Confirm("Is it over?", ["O-1"], verb="Resolve", must_type="12", **more)  # type: ignore[arg-type]


async def typed(pilot: Pilot[None], *keys: str) -> None:
    for key in keys:
        await pilot.press(key)
        await pilot.pause()


async def test_enter_alone_does_nothing_but_cancel() -> None:
    app = Asking(counting())
    async with app.run_test() as pilot:
        await typed(pilot, "enter")
        assert app.answers == [None]


async def test_what_is_typed_while_cancel_has_the_focus_is_written_in_the_field() -> None:
    app = Asking(counting())
    async with app.run_test() as pilot:
        await typed(pilot, "1", "2")
        assert app.dialog.query_one("#typed", Input).value == "12"
        await typed(pilot, "enter", "enter")
        assert app.answers == ["12"]


async def test_what_is_typed_on_a_button_is_added_to_what_stands_in_the_last_field() -> None:
    app = Asking(Confirm("Shelve it?", [], verb="Shelve", words=("minutes", "why")))
    async with app.run_test() as pilot:
        await typed(pilot, *"30", "enter", *"cell swap", "enter")
        assert app.focused is app.dialog.query_one("#go", Button)
        await typed(pilot, "space", *"at 3", "enter", "enter")
        assert app.answers == [""]
        assert app.dialog.written == ("30", "cell swap at 3")


async def test_what_is_pasted_on_a_button_is_written_too() -> None:
    app = Asking(counting())
    async with app.run_test() as pilot:
        app.post_message(events.Paste("12\nand more"))
        await pilot.pause()
        await pilot.pause()
        assert app.dialog.query_one("#typed", Input).value == "12"


async def test_a_question_without_a_field_takes_no_letters() -> None:
    app = Asking(Confirm("Quit?", [], verb="Quit"))
    async with app.run_test() as pilot:
        await typed(pilot, *"yes")
        assert app.answers == []


@pytest.mark.parametrize("size", [(80, 24), (130, 40)])
async def test_long_and_wide_names_do_not_push_the_rest_out(size: tuple[int, int]) -> None:
    name = "北" * 200
    hits: list[Hit] = [*(Entry(f"{name}{n}", "critical: ", f" · problem {n}" * 20) for n in range(10)), "and 26 more"]
    app = Asking(Confirm("Acknowledge 36 alarms?", hits, verb="Acknowledge"))
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        entries, last = app.dialog.query_one(EntryLines), app.dialog.query(".hits").last(Static)
        assert entries.size.height == 10
        box = app.dialog.query_one("VerticalScroll").region
        assert box.contains_region(last.region)


async def test_it_says_that_there_is_more_than_is_in_sight() -> None:
    app = Asking(counting())
    app.dialog = Confirm("Which?", [f"line {n}" for n in range(40)], verb="All")
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.pause()
        assert app.dialog.query_one("#rest").display
        app.dialog.dismiss(None)
        await pilot.pause()
        short = Confirm("Which?", ["one"], verb="All")
        await app.push_screen(short)
        await pilot.pause()
        await pilot.pause()
        assert not short.query_one("#rest").display


words = st.text(st.sampled_from("ab 北é\u0301\x1b[/"), max_size=300)


@settings(deadline=None)
@given(words, words, words, st.integers(10, 120))
def test_an_entry_is_one_line_of_its_width(before: str, name: str, after: str, width: int) -> None:
    shown = entry_line(Entry(name, before, after), width)
    assert "\n" not in shown.plain
    assert shown.cell_length <= width


def test_two_of_one_name_are_told_apart_by_what_stands_behind() -> None:
    one, other = (
        entry_line(Entry("pgw-" + "x" * 200, "major: ", after), 60).plain for after in (" · fan", " · link down")
    )
    assert one.endswith(" · fan")
    assert other.endswith(" · link down")
    assert isinstance(entry_line(Entry("a"), 10), Content)


def test_names_that_begin_alike_are_told_apart_by_their_ends() -> None:
    assert cut_middle("x" * 200 + "-7", 20).endswith("-7")
    assert cell_len(cut_middle("北" * 50, 20)) <= 20
