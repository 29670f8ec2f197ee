from hypothesis import given
from hypothesis import strategies as st

from feeds.client.backoff import Backoff


@given(failures=st.integers(1, 2000))
def test_waits_never_pass_their_bounds(failures: int) -> None:
    backoff = Backoff(0.2, 10, 30)
    for number in range(failures):
        assert 0 <= backoff.failed(0) <= min(10, 0.2 * 2.0 ** min(number, 60))


def test_waits_are_spread_over_the_whole_range() -> None:
    waits = []
    for _ in range(200):
        backoff = Backoff(0.2, 10, 30)
        waits.append([backoff.failed(0) for _ in range(8)][-1])
    assert min(waits) < 3
    assert max(waits) > 7


def test_what_worked_for_long_starts_again_with_short_waits() -> None:
    backoff = Backoff(0.2, 10, 30)
    for _ in range(20):
        backoff.failed(0)
    backoff.well(100)
    assert backoff.failed(131) <= 0.2


def test_what_works_for_moments_only_is_left_in_peace_ever_longer() -> None:
    ceilings = []
    for _ in range(100):
        backoff = Backoff(0.2, 10, 30)
        for second in range(10):
            backoff.well(second)
            wait = backoff.failed(second + 1)
        ceilings.append(wait)
    assert max(ceilings) > 5
