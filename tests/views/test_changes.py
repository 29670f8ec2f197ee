"""What changed between two times: sums of alarms and cases, decisions line by line, promises given, kept and missed."""

from datetime import UTC, datetime, timedelta

import msgspec

from feeds.board import Board, Touched
from feeds.facts import (
    CaseReported,
    DeliveryMoved,
    Entry,
    Fact,
    OutageExplained,
    OutageScoped,
    OutageSuspected,
    UpdateApproved,
    UpdateDrafted,
    encode_entries,
    glance_entries,
)
from feeds.model import (
    AudienceEntry,
    CaseEvent,
    CaseState,
    ChangeRow,
    Channel,
    DeliveryState,
    Severity,
    UpdateKind,
    UpdateText,
)
from feeds.model.explanations import Explanation
from feeds.views.changes import LINES_KEPT, Changes
from tests.replay.recorded import alarm

START = datetime(2026, 2, 3, 1, 0, tzinfo=UTC)
ENDS = (("894620002000000000", "894620002000000999"),)
MORE = (("894620002000000000", "894620002000001999"),)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def changed(
    told: list[tuple[float, str, Fact]], since: float, now: float
) -> tuple[dict[str, list[str]], list[ChangeRow]]:
    """What changed after minute ``since``, as texts by section; facts are (minute, who, fact)."""
    entries = tuple(Entry(seq, at(minute), by, fact) for seq, (minute, by, fact) in enumerate(told, start=1))
    board, changes = Board(), Changes(at(since))
    board.apply(entries, Touched())
    for entry in glance_entries(encode_entries(entries)):
        if entry.at > changes.since:
            changes.take(entry)
    rows = changes.rows(board, at(now))
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.section, []).append(row.what)
    assert [row.rank for row in rows] == list(range(len(rows)))
    assert len({row.key for row in rows}) == len(rows)
    return found, rows


def update(id: str, due: float) -> UpdateDrafted:
    return UpdateDrafted(id, "O-1", UpdateKind.PROGRESS, UpdateText("we look", "we mend", "nothing", at(due)))


def approved(id: str) -> UpdateApproved:
    one = AudienceEntry(customer="c1", name="One", address="a@one.example")
    return UpdateApproved(id, "d", "s", "b", (one,), "operator.example")


def accepted(id: str, minute: float) -> list[tuple[float, str, Fact]]:
    steps = (DeliveryState.ATTEMPTING, DeliveryState.ACCEPTED)
    return [(minute, "vaken/courier", DeliveryMoved(id, 0, state)) for state in steps]


def test_an_approval_that_reaches_nobody_gives_no_promise_and_keeps_none() -> None:
    told: list[tuple[float, str, Fact]] = [
        (0, "vaken/grouping", OutageSuspected("O-1", ENDS)),
        (1, "jl", update("U-1", 30)),
        (2, "ab", approved("U-1")),
        *accepted("U-1", 3),
        (20, "jl", update("U-2", 60)),
        (21, "ab", approved("U-2")),
    ]
    assert changed(told, 10, 70)[0]["promises"] == ["missed: word due 01:30Z has not come"]


def test_promises_are_given_kept_and_missed_also_where_they_were_given_before() -> None:
    told: list[tuple[float, str, Fact]] = [
        (0, "vaken/grouping", OutageSuspected("O-1", ENDS)),
        (1, "jl", update("U-1", 30)),
        (2, "ab", approved("U-1")),
        *accepted("U-1", 2),
        (29, "jl", update("U-2", 60)),
        (30, "ab", approved("U-2")),
        *accepted("U-2", 30.5),
    ]
    assert changed(told, 10, 40)[0]["promises"] == ["kept: due 01:30Z, came 01:30Z", "next word promised for 02:00Z"]
    assert changed(told, 10, 60.5)[0]["promises"][-1] != "missed: word due 02:00Z has not come"
    assert changed(told, 10, 61)[0]["promises"][-1] == "missed: word due 02:00Z has not come"
    assert "promises" not in changed(told, 62, 90)[0], "that was before"
    late = [*told[:5], (40.0, "jl", update("U-2", 60)), (40.0, "ab", approved("U-2")), *accepted("U-2", 41)]
    assert "missed: word due 01:30Z came 01:41Z" in changed(late, 10, 50)[0]["promises"]


def test_alarms_cases_scopes_explanations_and_deliveries_are_summed_up() -> None:
    case = CaseEvent(number="1", channel=Channel.EMAIL, opened=at(5))
    told: list[tuple[float, str, Fact]] = [
        (0, "vaken/grouping", OutageSuspected("O-1", ENDS)),
        (1, "jl", update("U-1", 30)),
        (2, "ab", approved("U-1")),
        (3, "nms", alarm(1, Severity.CRITICAL)),
        (4, "nms", alarm(1, Severity.MINOR)),
        (4, "nms", alarm(2, Severity.MINOR)),
        (5, "nms", alarm(2, Severity.CLEARED)),
        (5, "desk", CaseReported(case)),
        (6, "desk", CaseReported(msgspec.structs.replace(case, state=CaseState.CLOSED))),
        (6, "desk", CaseReported(msgspec.structs.replace(case, number="2", opened=START - timedelta(days=2)))),
        (7, "vaken/grouping", OutageScoped("O-1", MORE)),
        (8, "vaken/explaining", OutageExplained("O-1", (Explanation({"apn": "x"}, 1.0, 0.1),))),
        (9, "vaken/explaining", OutageExplained("O-1", (Explanation({"apn": "x"}, 0.9, 0.1),))),
        (9, "vaken/courier", DeliveryMoved("U-1", 0, DeliveryState.ATTEMPTING)),
        (9, "vaken/courier", DeliveryMoved("U-1", 0, DeliveryState.UNCERTAIN)),
    ]
    found, rows = changed(told, -1, 10)
    assert found["alarms"] == [
        "critical: 1 alarm in 1 notice, 1 not clear again",
        "minor: 1 alarm in 2 notices, 0 not clear again",
        "cleared: 1 alarm in 1 notice",
    ]
    assert found["cases"] == ["opened: 1 (e-mail 1)", "closed: 1", "heard of again: 1 that had been opened before"]
    assert found["scope"] == ["grew from 1,000 to 2,000 SIMs, once"]
    assert found["explanations"] == ["explained by apn x"]
    assert found["updates"] == ["approved for 1 contact", "deliveries of 1: 1 uncertain"]
    assert found["people"] == ["texts written 1", "updates approved 1"]
    (delivered,) = (row for row in rows if row.what.startswith("deliveries"))
    assert delivered.bad
    assert delivered.outage == "O-1"


def test_a_feed_that_brings_nothing_for_long_is_silent_and_a_slow_one_is_not() -> None:
    told: list[tuple[float, str, Fact]] = [(n / 10, "nms", alarm(n)) for n in range(50)]
    assert changed(told, -1, 14)[0].get("feeds") is None
    assert "brings nothing new for 16 min" in changed(told, -1, 21)[0]["feeds"][0]
    slow: list[tuple[float, str, Fact]] = [(n * 30, "nms", alarm(n)) for n in range(5)]
    assert changed(slow, -1, 200)[0].get("feeds") is None


def test_of_very_many_lines_the_last_stay_and_it_is_said() -> None:
    told: list[tuple[float, str, Fact]] = [
        (n, "vaken/grouping", OutageSuspected(f"O-{n}", ENDS)) for n in range(1, LINES_KEPT + 11)
    ]
    lines = changed(told, 0, 1_000)[0]["outages"]
    assert len(lines) == LINES_KEPT + 1
    assert lines[0].startswith("10 earlier ones are not shown")
