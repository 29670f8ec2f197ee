"""A query keeps its rows in order from what was touched, as if it had looked at all of them."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.model import AlarmRow, CaseKind, CaseRow, CaseState, Channel, OutageRow, OutageState, Row, Service, Severity
from feeds.views import BadQuery, Query
from feeds.views import query as query_module
from feeds.views.held import HeldRows
from feeds.views.query import MAX_WINDOW
from tests.extent import examples

START = datetime(2026, 2, 3, 1, 2, 3, tzinfo=UTC)


class Shelf:
    """A source whose rows a test puts there and takes away; it counts how often one was asked for."""

    name = "outages"
    default_sort = "-urgency"

    def __init__(self, rows: Iterable[Row] = (), row_type: type[Row] = OutageRow) -> None:
        self.rows = {row.key: row for row in rows}
        self.row_type = row_type
        self.asked = 0

    def every_key(self) -> Iterable[str]:
        return list(self.rows)

    def row(self, key: str) -> Row | None:
        self.asked += 1
        return self.rows.get(key)


def outage(
    key: str, urgency: int = 0, title: str = "", declared: int | None = None, coverage: float | None = None
) -> OutageRow:
    return OutageRow(
        key=key,
        state=OutageState.SUSPECTED,
        urgency=urgency,
        title=title,
        coverage=coverage,
        suspected=START,
        declared=START + timedelta(seconds=declared) if declared is not None else None,
    )


def keys(query: Query, first: int = 0, count: int = MAX_WINDOW) -> list[str]:
    return [key for key, _ in query.window(first, count)]


def test_rows_stand_in_the_order_of_the_source_where_none_is_asked_for() -> None:
    assert keys(Query(Shelf([outage("a", 5), outage("b", 9), outage("c", 7)]))) == ["b", "c", "a"]


def test_equal_rows_stand_in_the_order_of_their_keys() -> None:
    rows = [outage("b", 5), outage("a", 5), outage("c", 5)]
    assert keys(Query(Shelf(rows), "-urgency")) == keys(Query(Shelf(rows), "urgency")) == ["a", "b", "c"]


def test_several_sort_keys_each_have_their_direction() -> None:
    rows = [outage("a", 5, "x"), outage("b", 5, "y"), outage("c", 9, "x")]
    assert keys(Query(Shelf(rows), "-urgency,-title")) == ["c", "b", "a"]
    assert keys(Query(Shelf(rows), "title, -urgency")) == ["c", "a", "b"]


@pytest.mark.parametrize("field", ["declared", "title", "coverage"])
def test_rows_without_a_value_come_last_either_way(field: str) -> None:
    rows = [outage("none"), outage("a", 0, "a", 0, 0.0), outage("b", 0, "b", 1, 0.5)]
    assert keys(Query(Shelf(rows), field)) == ["a", "b", "none"]
    assert keys(Query(Shelf(rows), f"-{field}")) == ["b", "a", "none"]


def test_zero_is_a_value() -> None:
    rows = [outage("a", 0), outage("b", -3), outage("c", 3)]
    assert keys(Query(Shelf(rows), "urgency")) == ["b", "a", "c"]


def test_severities_sort_by_how_bad_they_are() -> None:
    rows = [
        AlarmRow(key=one.value, severity=one, source="nms", managed_object="m", raised=START, changed=START)
        for one in sorted(Severity, key=lambda one: one.value)
    ]
    falling = ["critical", "major", "minor", "warning", "indeterminate", "cleared"]
    assert keys(Query(Shelf(rows, AlarmRow), "-severity")) == falling
    assert keys(Query(Shelf(rows, AlarmRow), "severity")) == falling[::-1]


def test_states_sort_by_how_pressing_they_are() -> None:
    rows = [OutageRow(key=one.value, state=one, urgency=0, suspected=START) for one in OutageState]
    assert keys(Query(Shelf(rows), "-state"))[:3] == ["declared", "suspected", "mitigated"]
    assert keys(Query(Shelf(rows), "-state"))[-1] == "merged"


def test_open_cases_stand_before_pending_and_closed_ones() -> None:
    rows = [
        CaseRow(
            key=one.value,
            number="1",
            state=one,
            kind=CaseKind.ORDER,
            service=Service.DATA,
            channel=Channel.API,
            opened=START,
            changed=START,
        )
        for one in CaseState
    ]
    assert keys(Query(Shelf(rows, CaseRow), "-state")) == ["open", "pending", "closed"]


def test_numbers_in_keys_count_as_numbers() -> None:
    rows = [outage("O-10"), outage("O-9"), outage("O-2")]
    assert keys(Query(Shelf(rows), "key")) == ["O-2", "O-9", "O-10"]
    assert keys(Query(Shelf(rows), "-key")) == ["O-10", "O-9", "O-2"]


def test_times_of_different_zones_sort_as_times() -> None:
    early = OutageRow(
        key="early",
        state=OutageState.SUSPECTED,
        urgency=0,
        suspected=datetime.fromisoformat("2026-02-03T03:00:00+02:00"),
    )
    late = OutageRow(key="late", state=OutageState.SUSPECTED, urgency=0, suspected=START)
    assert keys(Query(Shelf([late, early]), "suspected")) == ["early", "late"]


@pytest.mark.parametrize("sort", ["nokey", "-", "urgency,", "--urgency", "urgency;title"])
def test_a_sort_that_cannot_be_read_is_refused_with_the_known_keys(sort: str) -> None:
    with pytest.raises(BadQuery, match=r"sort: unknown key .*(there are urg, id|did you mean)"):
        Query(Shelf(), sort)


def test_a_filter_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(BadQuery, match="filter: unknown key nokey at 1"):
        Query(Shelf(), "", "nokey:1")


@pytest.mark.parametrize(
    ("first", "count", "shown"), [(0, 2, "ab"), (1, 2, "bc"), (2, 9, "cd"), (9, 2, ""), (0, 0, "")]
)
def test_a_window_is_a_cut_of_the_rows(first: int, count: int, shown: str) -> None:
    query = Query(Shelf(outage(key) for key in "abcd"), "key")
    assert "".join(keys(query, first, count)) == shown
    assert "".join(row.key for row in query.rows(first, count)) == shown
    assert query.total == 4


def test_a_window_before_the_beginning_begins_at_the_beginning() -> None:
    query = Query(Shelf(outage(key) for key in "abcd"), "key")
    assert keys(query, -2, 3) == ["a", "b", "c"]
    assert keys(query, 0, -1) == []


def test_a_window_has_a_greatest_size() -> None:
    query = Query(Shelf(outage(str(number)) for number in range(MAX_WINDOW + 5)))
    assert len(query.window(0, MAX_WINDOW * 9)) == len(query.rows(0, MAX_WINDOW * 9)) == MAX_WINDOW


def test_rows_come_as_json_of_their_type() -> None:
    row = outage("a", 7, "x", 3)
    ((key, data),) = Query(Shelf([row])).window(0, 1)
    assert (key, msgspec.json.decode(data, type=OutageRow)) == ("a", row)


@pytest.mark.parametrize("everything", [True, False])
def test_an_unchanged_row_gives_the_same_bytes_object_and_a_changed_one_does_not(everything: bool) -> None:
    shelf = Shelf([outage("a", 1), outage("b", 2)])
    query = Query(shelf)
    before = dict(query.window(0, 9))
    shelf.rows["a"] = outage("a", 5, "changed")
    shelf.rows["b"] = outage("b", 2)
    if everything:
        query.touch_all()
    else:
        query.touch(["a", "b"])
    query.refresh()
    now = dict(query.window(0, 9))
    assert now["b"] is before["b"]
    assert msgspec.json.decode(now["a"], type=OutageRow).title == "changed"


def test_encoded_rows_are_bounded_and_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(query_module, "ENCODED_KEPT", 2)
    query = Query(Shelf([outage("a"), outage("b"), outage("c")]))
    before = dict(query.window(0, 9))
    now = dict(query.window(0, 9))
    assert now == before
    assert any(now[key] is not before[key] for key in "abc")


def test_the_version_moves_only_when_something_was_touched() -> None:
    query = Query(Shelf([outage("a")]))
    before = query.version
    query.refresh()
    query.touch([])
    query.refresh()
    assert query.version == before
    query.touch(["a"])
    query.refresh()
    assert query.version > before


def test_a_refresh_looks_at_the_touched_rows_alone() -> None:
    shelf = Shelf(outage(str(number), number) for number in range(1_000))
    query = Query(shelf)
    shelf.asked = 0
    shelf.rows["500"] = outage("500", 5_000)
    query.touch(["500", "501", "none"])
    query.refresh()
    assert shelf.asked == 3
    assert keys(query, 0, 1) == ["500"]


def test_rows_come_and_go_with_the_filter() -> None:
    shelf = Shelf([outage("a", 1), outage("b", 9)])
    query = Query(shelf, "", "urgency:>5")
    assert keys(query) == ["b"]
    shelf.rows |= {"a": outage("a", 8), "b": outage("b", 2), "c": outage("c", 6)}
    query.touch("abc")
    query.refresh()
    assert (keys(query), query.total) == (["a", "c"], 2)


rows = st.builds(
    outage,
    st.sampled_from([f"O-{n}" for n in range(12)]),
    st.integers(0, 4),
    st.sampled_from(["", "a", "B", "c 10"]),
    st.none() | st.integers(0, 3),
    st.none() | st.sampled_from([0.0, 0.5, 1.0]),
)
edits = st.lists(st.tuples(st.booleans(), rows), max_size=12)
SORTS = ["urgency", "-urgency,title", "-title", "declared,-coverage", "-declared", "-coverage,-key", "key", "-state"]


@given(
    st.lists(rows, max_size=10),
    st.lists(edits, max_size=4),
    st.sampled_from(SORTS),
    st.sampled_from(["", "urgency:>1"]),
)
@settings(max_examples=examples(250))
def test_the_order_kept_from_touches_is_that_of_a_look_at_everything(
    begin: list[OutageRow], rounds: list[list[tuple[bool, OutageRow]]], sort: str, text: str
) -> None:
    shelf = Shelf(begin)
    query = Query(shelf, sort, text)
    for changes in rounds:
        for gone, row in changes:
            if gone:
                shelf.rows.pop(row.key, None)
            else:
                shelf.rows[row.key] = row
        query.touch(row.key for _, row in changes)
        query.refresh()
        anew = Query(shelf, sort, text)
        assert query.window(0, 99) == anew.window(0, 99)
        assert query.total == anew.total
        assert query.rows(2, 3) == anew.rows(2, 3)


@given(st.lists(rows, max_size=12, unique_by=lambda row: row.key), st.booleans())
@settings(max_examples=examples(150))
def test_the_order_is_that_of_the_values_with_the_unknown_last(found: list[OutageRow], falling: bool) -> None:
    shown = Query(Shelf(found), "-declared" if falling else "declared").rows(0, 99)
    times = [row.declared for row in shown if isinstance(row, OutageRow) and row.declared is not None]
    assert times == sorted(times, reverse=falling)
    assert all(isinstance(row, OutageRow) and row.declared is None for row in shown[len(times) :])


def test_rows_come_and_go_by_time_alone_and_only_those_are_looked_at() -> None:
    shelf = Shelf(outage(str(number), declared=60 * number) for number in range(100))
    now = [START + timedelta(minutes=50)]
    query = Query(shelf, "key", "declared:>10m", lambda: now[0])
    assert query.total == 40
    now[0] += timedelta(minutes=2)
    query.pass_time()
    shelf.asked = 0
    query.refresh()
    assert (query.total, shelf.asked) == (42, 0)
    anew = Query(shelf, "key", "declared:>10m", lambda: now[0])
    assert keys(query) == keys(anew)


def test_a_time_of_day_comes_round() -> None:
    now = [START + timedelta(hours=1)]
    query = Query(Shelf([outage("a", declared=60)]), "key", "declared:>01:00", lambda: now[0])
    assert query.total == 1
    now[0] += timedelta(days=1)
    query.pass_time()
    query.refresh()
    assert query.total == 0


@given(
    st.lists(rows, max_size=12),
    st.sampled_from(SORTS),
    st.sampled_from(SORTS),
    st.sampled_from(["title:a", "a", "-c", ""]),
    st.sampled_from(["title:a urgency:>1", "a 1", "-c a", "b"]),
)
@settings(max_examples=examples(200))
def test_a_query_that_begins_from_another_shows_what_one_from_scratch_shows(
    begin: list[OutageRow], sort: str, other_sort: str, old: str, new: str
) -> None:
    shelf = Shelf(begin)
    held = HeldRows(shelf)
    others = [Query(held, other_sort, old), Query(held, sort, old)]
    assert Query(held, sort, new, others=others).window(0, 99) == Query(shelf, sort, new).window(0, 99)


def test_a_pattern_that_takes_too_long_on_the_rows_is_refused_and_says_so() -> None:
    seconds = iter(range(10_000))
    held = HeldRows(Shelf(outage(str(number)) for number in range(50)), lambda: float(next(seconds)))
    with pytest.raises(BadQuery, match="takes too long"):
        Query(held, "key", "~x.*y")
