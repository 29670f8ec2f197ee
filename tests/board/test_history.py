"""Cases by minute and hour: rings of fixed size that hold what the last days and weeks brought."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.board.surge.history import MINUTES_KEPT, History, Ring, RingDump
from feeds.model import Case, CaseState, Channel
from feeds.surges import CELL_AT, HOURS_KEPT, MEMBERS, SERIES_AT, Series
from tests.extent import examples

START = datetime(2026, 2, 3, 1, 0, 30, tzinfo=UTC)
MINUTE = int(START.timestamp()) // 60


def case(channel: Channel = Channel.API) -> Case:
    return Case(source="s", number="1", opened=START, changed=START, state=CaseState.OPEN, channel=channel)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 2)), max_size=40), st.integers(0, 30), st.integers(0, 30))
@settings(max_examples=examples(200))
def test_a_ring_is_a_table_that_forgets_what_is_older_than_its_size(
    added: list[tuple[int, int]], first: int, length: int
) -> None:
    ring, newest = Ring(10, 3), -1
    plain: dict[tuple[int, int], int] = {}
    for row, column in added:
        if row > newest:
            newest = row
            plain = {at: count for at, count in plain.items() if at[0] > newest - 10}
        if row > newest - 10:
            plain[row, column] = plain.get((row, column), 0) + 1
    for row, column in added:
        ring.add(row, column)
    again = Ring(10, 3)
    again.restore(ring.dump())
    expected = [[plain.get((row, column), 0) for column in range(3)] for row in range(first, first + length)]
    for one in (ring, again):
        assert one.rows(first, first + length - 1).tolist() == expected
    assert again.dump() == ring.dump()


def test_a_dump_of_another_ring_is_refused() -> None:
    places = np.array([900], dtype="<i8").tobytes()
    with pytest.raises(ValueError, match="do not fit"):
        Ring(10, 3).restore(RingDump(20, places, places))


def test_windows_hold_the_cases_of_their_minutes() -> None:
    history = History()
    for minutes_ago in (0, 3, 8, 59, 60):
        history.opened(case(Channel.CALL), START - timedelta(minutes=minutes_ago), START)
    calls = MEMBERS[SERIES_AT[Series(Channel.CALL)]]
    assert (history.windows(MINUTE, (1, 5, 10, 60, 120)) @ calls).tolist() == [1, 2, 3, 4, 5]
    assert history.between(MINUTE - 8, MINUTE - 3) @ calls == 2
    assert history.windows(MINUTE + MINUTES_KEPT * 2, (5, 10)).sum() == 0


def test_hours_are_kept_for_weeks_and_pairs_with_them() -> None:
    history = History()
    for _ in range(3):
        history.opened(case(), START, START)
    history.opened(case(), START + timedelta(minutes=15), START)
    hour = MINUTE // 60
    cell = next(at for (channel, _kind, _service), at in CELL_AT.items() if channel is Channel.API)
    assert history.hours.rows(hour, hour).sum() == 4
    assert history.hours.rows(hour, hour)[0, cell] == 4
    assert history.pairs.rows(hour, hour).tolist() == [[6]]  # three in one stretch: 3 × 2
    later = START + timedelta(hours=HOURS_KEPT)
    history.opened(case(), later, later)
    assert history.hours.rows(hour, hour).sum() == 0
    assert history.since == hour


def test_one_case_from_far_ahead_does_not_break_the_ring() -> None:
    history = History()
    far = START + timedelta(days=4_000)
    history.opened(case(), far, far)
    history.opened(case(), START, START)
    assert history.hours.rows(MINUTE // 60, MINUTE // 60).sum() == 0
    assert history.windows(int(far.timestamp()) // 60, (5, 10)).sum() == 2
