"""Where cases lie, kept from touched keys: always what a look at every case gives."""

from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.board import Board
from feeds.facts import Fact, OutageMoved, OutageSuspected
from feeds.model import CaseState, OutageState
from feeds.views import CasePoints
from tests.extent import examples
from tests.views.telling import case, ends, sim_range, stated, tell

steps = st.one_of(
    st.builds(
        lambda number, sims, state: case(number, *sims, state=state),
        st.sampled_from("12345"),
        st.lists(st.integers(0, 40), max_size=4),
        st.sampled_from(CaseState),
    ),
    st.builds(
        lambda id, first: OutageSuspected(id, (ends(first, first + 5),)),
        st.sampled_from(["O-1", "O-2"]),
        st.integers(0, 40),
    ),
    st.builds(OutageMoved, st.sampled_from(["O-1", "O-2"]), st.sampled_from(OutageState)),
    st.builds(lambda customer: stated(sim_range(0, customer)), st.sampled_from(["c1", "c2"])),
)


def seen(points: CasePoints) -> list[tuple[tuple[tuple[int, int], ...], bool]]:
    """Runs and lane of each case, in no order."""
    runs = points.runs()
    by_case: dict[int, tuple[list[tuple[int, int]], bool]] = {}
    for first, last, number, unexplained in zip(*(column.tolist() for column in runs), strict=True):
        by_case.setdefault(number, ([], unexplained))[0].append((first, last))
    return sorted((tuple(pairs), unexplained) for pairs, unexplained in by_case.values())


@given(st.lists(st.lists(steps, max_size=4), max_size=12))
@settings(max_examples=examples(300))
def test_points_kept_from_touched_keys_are_those_made_anew(batches: list[list[Fact]]) -> None:
    board = Board()
    kept = CasePoints(board)
    kept.runs()
    for batch in batches:
        touched = tell(board, *batch)
        if touched.inventory:
            kept.touch_all()
        kept.touch(touched.cases)
        assert seen(kept) == seen(CasePoints(board))


def test_runs_of_one_case_follow_each_other_also_after_many_changes() -> None:
    board = Board()
    kept = CasePoints(board)
    kept.runs()
    for turn in range(40):
        for number in range(100):
            kept.touch(tell(board, case(str(number), turn, turn + 10 + number)).cases)
    runs = kept.runs()
    assert len(runs.firsts) == 200
    changes = int((runs.cases[1:] != runs.cases[:-1]).sum()) + 1
    assert changes == 100


def test_a_look_when_nothing_moved_costs_nothing() -> None:
    board = Board()
    tell(board, case("1", 5))
    points = CasePoints(board)
    first = points.runs()
    assert points.runs() is first
    assert points.version == 1
