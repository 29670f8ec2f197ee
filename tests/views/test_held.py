"""Queries over shared rows show what a plain look at every row shows, whatever comes, goes and is looked at when."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from functools import cmp_to_key
from random import Random
from re import findall
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from msgspec import structs

from feeds.model import AlarmRow, Severity
from feeds.views import Query, held_columns
from feeds.views import columns as columns_module
from feeds.views import held as held_module
from feeds.views import query as query_module
from feeds.views.filter import parse
from feeds.views.held import HeldRows
from tests.extent import examples

START = datetime(2026, 2, 3, 1, 2, 3, tzinfo=UTC)
ZONE = timezone(timedelta(hours=2))


def alarm(seed: int) -> AlarmRow:
    """Return a row of values that are alike; made from a number, since many are drawn."""
    draw = Random(seed).choice
    times = [START + timedelta(minutes=minutes) for minutes in range(6)]
    return AlarmRow(
        key=draw(KEYS),
        severity=draw(list(Severity)),
        source=draw(["nms", "snmp"]),
        managed_object=draw(["", "pgw-1", "pgw-10", "PGW-2", "hss\nmain", "été"]),
        raised=draw([*times, *(moment.astimezone(ZONE) for moment in times)]),
        changed=draw(times),
        cleared=draw([None, *times]),
        occurrences=draw([0, 1, 2, 10, 2**53 + 1]),
        text=draw(["", "is down", "is up,\0was down", "is\nup", "x" * 2_100 + " end"]),
        attributes=draw([{}, {"apn": "iot"}, {"apn": "iot.x", "gateway": "pgw-1"}]),
        outages=draw([(), ("O-1",), ("O-1", "O-12")]),
    )


KEYS = ["a/1", "a/2", "a/10", "a/02", "b", "b/1", "B/7x3", "c/1\0", "é9"]
alarms = st.integers(0, 10_000).map(alarm)
FILTERS = [
    "", "pgw", "pgw-1", "-pgw", "down", '"is down"', "1", "o-1", "apn=iot", "2026-02-03t01", "+02:00", "zzz",
    "severity:maj", "severity:>=minor", "-severity:<major", "managed_object:pgw-1", 'managed_object:"hss main"',
    'managed_object:""', "-managed_object:pgw,hss", "text:down,up", "attributes:iot", 'attributes:""', "outages:o-1",
    'outages:""', "key:a/1,b", "occurrences:>1", "occurrences:<=9007199254740992", "-occurrences:10", "raised:>2m",
    "raised:<=3m", "-cleared:>1m", "cleared:<4m pgw", "raised:>01:04", "raised:<2026-02-03T01:05", "~pgw-\\d$", "~^is",
    "~end$", "text:~d.*n", "-~up", "?pw1", "?isdn", "-text:?idn", "cleared:2026", "raised:03:0 down",
]  # fmt: skip
SORTS = [
    "key", "-key", "-severity,-raised", "managed_object", "-managed_object,occurrences", "raised,-key", "-cleared",
    "cleared", "occurrences", "-occurrences", "attributes", "-outages", "text,-severity", "source",
]  # fmt: skip


def counted(key: str) -> list[Any]:
    """Texts and numbers in turn, as a person would compare them."""
    return [(text, int(number) if number else -1) for text, number in findall("([^0-9]*)([0-9]*)", key)]


def plain_order(rows: Iterable[AlarmRow], sort: str) -> list[str]:
    """Sort rows the slow way: one key after the other, two rows at a time."""

    def values(row: AlarmRow, name: str) -> Any:
        value = getattr(row, name)
        if isinstance(value, Severity):
            return -list(Severity).index(value)
        if name == "key":
            return counted(value)
        return str(value) if isinstance(value, dict | tuple) and value != () else value

    def compare(one: AlarmRow, other: AlarmRow) -> int:
        for part in sort.split(","):
            name = part.removeprefix("-")
            mine, theirs = values(one, name), values(other, name)
            without = [value is None or value in ("", ()) for value in (mine, theirs)]
            if without[0] or without[1]:
                if without[0] != without[1]:
                    return 1 if without[0] else -1
            elif mine != theirs:
                return (1 if mine > theirs else -1) * (-1 if part.startswith("-") else 1)
        return 1 if one.key > other.key else -1

    return [row.key for row in sorted(rows, key=cmp_to_key(compare))]


class Shelf:
    """A source whose rows a test puts there and takes away."""

    name = "alarms"
    default_sort = "-severity,-raised"
    row_type = AlarmRow

    def __init__(self, rows: Iterable[AlarmRow] = ()) -> None:
        self.rows = {row.key: row for row in rows}

    def every_key(self) -> Iterable[str]:
        return list(self.rows)

    def row(self, key: str) -> AlarmRow | None:
        return self.rows.get(key)


class QueriesAgainstAPlainLook(RuleBasedStateMachine):
    at_once: int | None = None

    def __init__(self) -> None:
        super().__init__()
        self.shelf = Shelf()
        self.held = HeldRows(self.shelf, at_once=self.at_once)
        self.now = START + timedelta(minutes=3)
        self.queries: list[tuple[Query, str, str]] = []

    @rule(rows=st.lists(alarms, max_size=6), gone=st.sets(st.sampled_from(KEYS), max_size=3))
    def change(self, rows: list[AlarmRow], gone: set[str]) -> None:
        for row in rows:
            self.shelf.rows[row.key] = row
        for key in gone:
            self.shelf.rows.pop(key, None)
        self.touch([*(row.key for row in rows), *gone])

    def touch(self, keys: list[str]) -> None:
        if not self.queries:
            self.held.drop(keys)
        for query, _sort, _filter in self.queries:
            query.touch(keys)

    @rule(numbers=st.sets(st.integers(0, 10**6), max_size=12))
    def some_come_for_a_moment(self, numbers: set[int]) -> None:
        passing = {f"z/{number}": structs.replace(alarm(number), key=f"z/{number}") for number in numbers}
        self.shelf.rows |= passing
        self.touch(list(passing))
        for query, _sort, _filter in self.queries[:2]:
            query.refresh()
        for key in passing:
            del self.shelf.rows[key]
        self.touch(list(passing))

    @rule(rows=st.lists(alarms, max_size=6))
    def change_everything(self, rows: list[AlarmRow]) -> None:
        self.shelf.rows = {row.key: row for row in rows}
        self.held.clear()
        for query, _sort, _filter in self.queries:
            query.touch_all()

    @rule(seconds=st.integers(0, 100))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        for query, _sort, _filter in self.queries:
            query.pass_time()

    @precondition(lambda self: len(self.queries) < 5)
    @rule(sort=st.sampled_from(SORTS), filter=st.sampled_from(FILTERS), alone=st.booleans())
    def open(self, sort: str, filter: str, alone: bool) -> None:
        others = [] if alone else [query for query, _sort, _filter in self.queries]
        self.queries.append((Query(self.held, sort, filter, lambda: self.now, others), sort, filter))
        self.look(len(self.queries) - 1)

    @rule(in_part=st.booleans())
    def prepare(self, in_part: bool) -> None:
        self.held.prepare(lambda: in_part)

    @precondition(lambda self: self.queries)
    @rule(which=st.integers(0, 4))
    def look(self, which: int) -> None:
        query, sort, text = self.queries[which % len(self.queries)]
        query.pass_time()
        query.refresh()
        for _ in range(1_000):
            if query.ready(0, 99):
                break
            assert self.at_once is not None
            self.held.prepare(lambda: True)
            query.refresh()
        found = parse(text, AlarmRow)
        shown = [row for row in self.shelf.rows.values() if found is None or found(row, self.now)]
        assert [key for key, _ in query.window(0, 99)] == plain_order(shown, sort)
        assert query.total == len(shown)
        assert all(self.shelf.rows[row.key] == row for row in query.rows(0, 99))

    @precondition(lambda self: self.queries)
    @rule(which=st.integers(0, 4))
    def close(self, which: int) -> None:
        del self.queries[which % len(self.queries)]


class QueriesOfRowsMadeInPieces(QueriesAgainstAPlainLook):
    at_once = 2


def played(machine: type[QueriesAgainstAPlainLook]) -> None:
    case = machine.TestCase
    case.settings = settings(max_examples=examples(25), stateful_step_count=30)
    case("runTest").runTest()


@pytest.mark.parametrize("held", [4, 200_000])
def test_queries_over_shared_rows_show_what_a_plain_look_shows(held: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_module, "ROWS_HELD", held)
    monkeypatch.setattr(held_module, "SPARE", 1)
    monkeypatch.setattr(held_module, "MOST_DIRTY", 9)
    monkeypatch.setattr(held_columns, "SPARE", 1)
    monkeypatch.setattr(held_columns, "MOST", 3)
    monkeypatch.setattr(held_columns, "FROM", 1)
    monkeypatch.setattr(query_module, "PLACES_KEPT", 5)
    played(QueriesAgainstAPlainLook)


def test_queries_over_rows_that_are_made_in_pieces_show_the_same_once_they_are_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(held_module, "PIECE", 3)
    monkeypatch.setattr(held_module, "FEW", 2)
    monkeypatch.setattr(held_columns, "FROM", 1)
    monkeypatch.setattr(held_module, "MOST_DIRTY", 9)
    played(QueriesOfRowsMadeInPieces)


def test_who_looks_at_very_many_rows_waits_and_a_piece_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf(structs.replace(alarm(number), key=f"k/{number}") for number in range(1_000))
    made: list[str] = []
    make = shelf.row

    def noted(key: str) -> AlarmRow | None:
        made.append(key)
        return make(key)

    monkeypatch.setattr(shelf, "row", noted)
    held = HeldRows(shelf, at_once=100)
    query = Query(held, "key", "")
    assert (query.ready(0, 10), made, query.version) == (False, [], 0)
    pieces = []
    while not query.ready(0, 10):
        before = len(made)
        held.prepare(lambda: True)
        pieces.append(len(made) - before)
        query.refresh()
    assert max(pieces) <= held_module.FEW
    assert (query.total, len(made)) == (1_000, 1_000)
    words = Query(held, "key", "pgw")
    assert not words.ready(0, 10), "texts are folded in pieces too"
    while not words.ready(0, 10):
        held.prepare(lambda: True)
        words.refresh()
    found = parse("pgw", AlarmRow)
    assert found is not None
    assert words.total == sum(map(found, shelf.rows.values()))
    assert Query(held, "-key", "severity:major").ready(0, 10)


def test_keys_are_put_in_order_ahead_and_so_are_those_that_come_later(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_columns, "FROM", 1)
    read: list[str] = []

    counted_of = columns_module.counted

    def noted(key: str) -> str:
        read.append(key)
        return counted_of(key)

    shelf = Shelf(structs.replace(alarm(number), key=f"k/{number}") for number in range(1_000))
    held = HeldRows(shelf)
    assert Query(held, "", "").total == 1_000
    monkeypatch.setattr(columns_module, "counted", noted)
    while held.prepare(lambda: True):
        pass
    assert len(read) == 1_000
    for number in (2_000, 999_999, 77_777):
        shelf.rows[f"k/{number}"] = structs.replace(alarm(number), key=f"k/{number}")
    held.drop(list(shelf.rows)[-3:])
    last = [row.key for row in Query(held, "-key", "").rows(0, 5)]
    assert last == ["k/999999", "k/77777", "k/2000", "k/999", "k/998"]
    assert len(read) == 1_003


def test_slots_of_rows_that_went_are_given_back_under_the_queries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(held_module, "SPARE", 10)
    now = [START + timedelta(minutes=9)]
    shelf = Shelf(structs.replace(alarm(number), key=f"k/{number}") for number in range(40))
    held = HeldRows(shelf)
    queries = [Query(held, sort, text, lambda: now[0]) for sort in SORTS[:4] for text in ("", "pgw", "raised:>8m")]
    for turn in range(60):
        gone = [*shelf.rows][:3]
        come = [structs.replace(alarm(turn * 7 + number), key=f"n/{turn}/{number}") for number in range(3)]
        shelf.rows = {key: row for key, row in shelf.rows.items() if key not in gone} | {row.key: row for row in come}
        now[0] += timedelta(seconds=7)
        for query in queries:
            query.touch([*gone, *(row.key for row in come)])
            query.pass_time()
        for query in queries:
            query.refresh()
    assert len(held.keys) <= 2 * 40 + 10 + 3
    for query in queries:
        anew = Query(Shelf(shelf.rows.values()), _written(query), "", query._now)
        shown = [key for key, _ in query.window(0, 99)]
        found = query.filter
        assert shown == [row.key for row in anew.rows(0, 99) if found is None or found(row, now[0])]
        assert [row.key for row in Query(held, _written(query), "").rows(0, 99)] == [
            row.key for row in anew.rows(0, 99)
        ]


def _written(query: Query) -> str:
    return ",".join(("-" if falling else "") + name for name, falling in query.sort)


@given(st.lists(alarms, max_size=9, unique_by=lambda row: row.key), st.sampled_from(FILTERS), st.booleans())
@settings(max_examples=examples(200))
def test_a_term_says_the_same_of_many_rows_as_of_each(rows: list[AlarmRow], text: str, prepared: bool) -> None:
    held = HeldRows(Shelf(rows))
    slots, found, now = held.all_slots(), parse(text, AlarmRow), START + timedelta(minutes=3)
    if prepared:
        held.prepare(lambda: False)
    for term in found.terms if found is not None else ():
        one_by_one = [term.passes(row, None, now.timestamp()) is not term.negated for row in held.rows_at(slots) if row]
        assert term.mask(slots, held, now.timestamp()).tolist() == one_by_one
        assert term.mask(slots[::2], held, now.timestamp()).tolist() == one_by_one[::2]
