"""Locks on guessing: they grow, they end, they are bounded."""

from hypothesis import given
from hypothesis import strategies as st

from feeds.hub.access.guesses import FREE, KEPT, LONGEST, Guesses, place_of


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def silent(_key: str, _wait: int) -> None:
    pass


def test_a_few_wrong_tokens_cost_nothing_and_then_the_wait_doubles() -> None:
    clock, told = Clock(), []
    guesses = Guesses(clock, lambda key, wait: told.append((key, wait)))
    assert [guesses.wrong("a") for _ in range(FREE)] == [0] * FREE
    waits = []
    for _ in range(4):
        waits.append(guesses.wrong("a"))
        clock.now += waits[-1]
    assert waits == [3, 5, 9, 17]
    assert told == [("a", 2)]
    assert guesses.wait("b") == 0


def test_who_goes_on_while_locked_is_not_locked_for_longer() -> None:
    clock = Clock()
    guesses = Guesses(clock, silent)
    for _ in range(FREE + 1):
        first = guesses.wrong("a")
    assert {guesses.wrong("a") for _ in range(1_000)} == {first}


def test_after_a_quiet_time_all_is_forgotten() -> None:
    clock = Clock()
    guesses = Guesses(clock, silent)
    for _ in range(30):
        clock.now += guesses.wrong("a")
    assert guesses.wrong("a") > LONGEST - 1
    clock.now += 3 * LONGEST
    assert guesses.wrong("a") == 0


@given(st.lists(st.tuples(st.integers(0, 9), st.floats(0, 2_000)), max_size=200))
def test_no_history_of_tries_locks_for_longer_than_the_longest(tries: list[tuple[int, float]]) -> None:
    clock = Clock()
    guesses = Guesses(clock, silent)
    for key, pause in tries:
        clock.now += pause
        assert 0 <= guesses.wrong(str(key)) <= LONGEST + 1
    clock.now += LONGEST + 1
    assert guesses.locked() == 0


def test_many_addresses_do_not_make_it_grow() -> None:
    guesses = Guesses(Clock(), silent)
    for number in range(KEPT + 500):
        guesses.wrong(str(number))
    assert len(guesses) == KEPT


def test_addresses_of_one_network_are_one_place() -> None:
    assert place_of("2001:db8:1:2:3:4:5:6") == place_of("2001:db8:1:2::9") == "2001:db8:1:2::/64"
    assert place_of("::ffff:192.0.2.7") == place_of("192.0.2.7") == "192.0.2.7"
    assert place_of("fe80::1%eth0") == "fe80::/64"
    assert place_of("") == ""
