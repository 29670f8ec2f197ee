"""Snapshots and deltas against a model, over the bytes of the wire."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.client.window import OutOfStep, RowWindow
from feeds.client.wire import Frame, read_frame
from feeds.model import FeedRow, TimelineRow


def row(key: str, what: str = "x") -> dict[str, Any]:
    return {"key": key, "at": "2026-03-01T12:00:00Z", "who": "jl", "what": what}


def frame(**fields: Any) -> Frame:
    return read_frame(json.dumps({"view": 1, "seq": 5, **fields}))


def timeline(*rows: dict[str, Any]) -> RowWindow:
    window = RowWindow(TimelineRow)
    window.apply(frame(total=len(rows), first=0, rows=list(rows)))
    return window


def shown(window: RowWindow) -> list[tuple[str, str]]:
    return [(r.key, r.what) for r in window.rows if isinstance(r, TimelineRow)]


KEYS = st.sampled_from([f"k{n}" for n in range(8)])
STATES = st.lists(st.dictionaries(KEYS, st.integers(0, 3), max_size=8), min_size=1, max_size=12)


@given(states=STATES, orders=st.randoms(use_true_random=False), telling_gone=st.booleans())
def test_the_rows_are_those_of_the_hub_after_any_run_of_deltas(
    states: list[dict[str, int]], orders: Any, telling_gone: bool
) -> None:
    before: list[tuple[str, str]] = []
    window = RowWindow(TimelineRow)
    for number, state in enumerate(states):
        after = [(key, str(value)) for key, value in state.items()]
        orders.shuffle(after)
        if number == 0:
            sent = frame(total=len(after), first=0, rows=[row(*pair) for pair in after])
        else:
            fields: dict[str, Any] = {"total": len(after)}
            changed = [pair for pair in after if pair not in before]
            if changed:
                fields["set"] = {key: row(key, what) for key, what in changed}
            if gone := [key for key, _ in before if key not in state]:
                fields["gone"] = gone if telling_gone else []
            if [key for key, _ in after] != [key for key, _ in before]:
                fields["order"] = [key for key, _ in after]
            sent = frame(**fields)
        assert window.apply(sent)
        assert shown(window) == after
        assert (window.total, window.unreadable) == (len(after), 0)
        before = after


@given(states=STATES, bad=st.sets(KEYS, max_size=4), orders=st.randoms(use_true_random=False))
def test_rows_that_cannot_be_read_never_disturb_the_order_of_the_others(
    states: list[dict[str, int]], bad: set[str], orders: Any
) -> None:
    def sent(key: str, what: str) -> dict[str, Any]:
        return {"key": key, "at": "the day before"} if key in bad else row(key, what)

    window = RowWindow(TimelineRow)
    for number, state in enumerate(states):
        after = [(key, str(value)) for key, value in state.items()]
        orders.shuffle(after)
        if number == 0:
            window.apply(frame(total=len(after), rows=[sent(*pair) for pair in after]))
        else:
            window.apply(frame(set={key: sent(key, what) for key, what in after}, order=[key for key, _ in after]))
        assert shown(window) == [pair for pair in after if pair[0] not in bad]
        assert window.unreadable == len(bad & state.keys())


def test_a_row_that_is_readable_again_stands_in_its_old_place() -> None:
    window = timeline(row("a"), {"key": "b", "at": 7}, row("c"))
    assert shown(window) == [("a", "x"), ("c", "x")]
    assert window.unreadable == 1
    assert window.problems
    window.apply(frame(set={"b": row("b", "new")}))
    assert shown(window) == [("a", "x"), ("b", "new"), ("c", "x")]
    assert window.unreadable == 0
    assert not window.problems


def test_a_delta_without_a_snapshot_is_not_taken() -> None:
    window = RowWindow(TimelineRow)
    assert not window.apply(frame(set={"a": row("a")}, order=["a"]))
    assert window.rows == ()


def test_a_row_that_left_the_window_is_not_remembered() -> None:
    window = timeline(row("a"), row("b"))
    window.apply(frame(order=["a"]))
    with pytest.raises(OutOfStep, match="'b'"):
        window.apply(frame(order=["a", "b"]))


@pytest.mark.parametrize(
    "fields",
    [
        {"order": ["a", "stranger"]},
        {"order": ["a", "a"]},
        {"set": {"new": row("new")}},
        {"set": {"a": row("b")}},
        {"rows": {"a": 1}},
        {"rows": [row("a"), row("a")]},
    ],
)
def test_a_frame_that_does_not_fit_is_out_of_step_and_leaves_the_rows_alone(fields: dict[str, Any]) -> None:
    window = timeline(row("a"))
    with pytest.raises(OutOfStep):
        window.apply(frame(**fields))
    assert shown(window) == [("a", "x")]


def test_unknown_fields_are_ignored_in_frames_and_rows() -> None:
    window = RowWindow(FeedRow)
    window.apply(frame(total=1, rows=[{"key": "noc", "kind": "alarms", "mood": "calm"}], colour="red"))
    assert window.rows == (FeedRow(key="noc", kind="alarms"),)


def test_times_are_aware() -> None:
    (only,) = timeline(row("a")).rows
    assert isinstance(only, TimelineRow)
    assert only.at == datetime(2026, 3, 1, 12, tzinfo=UTC)
