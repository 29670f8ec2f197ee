"""How much a feed may hold: there is always room left for one that was quiet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.hub.pressure.bodies import Bodies
from feeds.hub.pressure.bounds import Bound, Overloaded


def test_one_feed_gets_half_and_two_get_a_third_each() -> None:
    bound = Bound(90)
    while bound.has_room("a", 1):
        bound.add("a", 1)
    assert bound.of("a") == 45
    for _ in range(200):
        for feed in ("a", "b"):
            if bound.of(feed):
                bound.remove(feed, 1)
            while bound.has_room(feed, 1):
                bound.add(feed, 1)
    assert {bound.of("a"), bound.of("b")} == {30}


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 40)), max_size=80))
def test_whoever_takes_what_they_can_a_newcomer_finds_room(wishes: list[tuple[str, int]]) -> None:
    bound = Bound(1_000)
    for feed, size in wishes:
        if bound.has_room(feed, size):
            bound.add(feed, size)
        assert bound.held <= 1_000
    assert bound.has_room("newcomer", 1_000 // 16), "one after the other takes half of what is left"
    for feed in "abcd":
        bound.remove(feed, bound.of(feed))
    assert (bound.held, bound.fullness("a")) == (0, 0.0)


def test_bodies_are_told_to_come_back_before_they_are_read_and_room_returns_with_them() -> None:
    bodies = Bodies(100)
    with bodies.holding("flood") as one, bodies.holding("flood") as other:
        one.add(30)
        other.add(20)
        with pytest.raises(Overloaded, match="send it again"):
            other.add(1)
        with bodies.holding("quiet") as quiet:
            quiet.add(20)
            assert bodies.held == 70
    assert bodies.held == 0
