"""Turns: where there are more outages than places, what presses stays and everything else is seen."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from feeds.model import OutageRow, OutageState
from tests.tui.fake_hub import NOW, ago, outage, quiet_outage
from tui.wall.turns import TURN_SECONDS, turn_at


def some(count: int, late: set[int]) -> list[OutageRow]:
    return [
        outage(f"O-{n}", urgency=99 - n, next_word=ago(n) if n in late else NOW + timedelta(days=90), told=ago(60))
        if n in late or n % 2
        else quiet_outage(f"O-{n}", urgency=99 - n, state=OutageState.SUSPECTED)
        for n in range(1, count + 1)
    ]


def test_all_are_shown_where_they_fit() -> None:
    turn = turn_at(some(3, set()), 4, NOW)
    assert [row.key for row in turn.shown] == ["O-1", "O-2", "O-3"]
    assert (turn.page, turn.pages) == (1, 1)


@given(st.integers(1, 40), st.integers(2, 12), st.sets(st.integers(1, 40), max_size=5))
def test_the_most_urgent_and_the_overdue_stay_and_each_other_one_has_its_turn(
    count: int, places: int, late: set[int]
) -> None:
    rows = some(count, late)
    pages = turn_at(rows, places, NOW).pages
    seen: set[str] = set()
    stay = {"O-1"} | {f"O-{n}" for n in late if n <= count}
    for step in range(pages):
        turn = turn_at(rows, places, NOW + timedelta(seconds=step * TURN_SECONDS))
        keys = [row.key for row in turn.shown]
        assert len(keys) <= places
        assert keys == [row.key for row in rows if row.key in keys], "the order of urgency is kept"
        assert keys[0] == "O-1"
        if len(stay) < places:
            assert stay <= set(keys)
        seen |= set(keys)
    assert seen == {row.key for row in rows}


def test_of_too_many_that_are_overdue_the_longest_stay() -> None:
    rows = some(6, {2, 3, 4, 5, 6})
    for step in range(4):
        keys = {row.key for row in turn_at(rows, 3, NOW + timedelta(seconds=step * TURN_SECONDS)).shown}
        assert {"O-1", "O-6"} <= keys


def test_a_change_of_urgency_does_not_shuffle_the_turns() -> None:
    rows = some(7, set())
    other = [rows[0], *reversed(rows[1:])]
    before, after = turn_at(rows, 3, NOW), turn_at(other, 3, NOW)
    assert {row.key for row in before.shown} == {row.key for row in after.shown}


def test_one_place_belongs_to_the_most_urgent() -> None:
    for step in range(3):
        turn = turn_at(some(5, {4}), 1, NOW + timedelta(seconds=step * TURN_SECONDS))
        assert [row.key for row in turn.shown] == ["O-1"]
