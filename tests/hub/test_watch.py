"""How often the watcher of groups looks."""

from feeds.board.suspicion.grouping import NEW_AT_ONCE
from feeds.hub.watch import LOOK_EVERY, SLOW_EVERY, UNREST, LookPace


def test_a_watcher_that_decides_without_end_is_slowed_and_says_so_once() -> None:
    said: list[str] = []
    pace = LookPace(said.append)
    assert {pace.after(1) for _ in range(UNREST - 1)} == {LOOK_EVERY}
    assert said == []
    assert {pace.after(2) for _ in range(UNREST)} == {SLOW_EVERY}
    assert said == [f"grouping does not come to rest; it looks every {SLOW_EVERY:g} s until it does"]
    assert pace.after(0) == LOOK_EVERY
    assert pace.after(1) == LOOK_EVERY


def test_what_is_left_for_the_next_look_does_not_wait_and_is_no_unrest() -> None:
    said: list[str] = []
    pace = LookPace(said.append)
    assert {pace.after(NEW_AT_ONCE) for _ in range(2 * UNREST)} == {0.0}
    assert said == []
