"""Alarms on the board: what the newest event says is so, in whatever order and how often events are delivered."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.board import Board, Touched
from feeds.board import alarms as alarm_rules
from feeds.facts import AlarmAcknowledged, AlarmReported, Entry, Fact, RangesStated
from feeds.model import Alarm, AlarmEvent, Severity, SimRange, alarm_key
from tests.extent import examples

START = datetime(2026, 2, 3, 1, 2, 0, tzinfo=UTC)
ARRIVAL = START + timedelta(hours=1)
KEY = "nms/7"


def sec(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def event(
    severity: Severity,
    second: float | None,
    *,
    text: str = "",
    key: str = "",
    id: str = "7",
    raised: float | None = None,
) -> AlarmEvent:
    return AlarmEvent(
        source="nms",
        id=id,
        managed_object="pgw-1",
        severity=severity,
        time=sec(second) if second is not None else None,
        raised=sec(raised) if raised is not None else None,
        text=text,
        event=key,
    )


def up(second: float | None, key: str = "", text: str = "", **more: str) -> AlarmEvent:
    return event(Severity.MAJOR, second, text=text, key=key, **more)  # type: ignore[arg-type]


def down(second: float | None, key: str = "", **more: str) -> AlarmEvent:
    return event(Severity.CLEARED, second, key=key, **more)  # type: ignore[arg-type]


def tell(board: Board, *facts: Fact, at: datetime = ARRIVAL, by: str = "nms") -> Touched:
    touched = Touched()
    board.apply([Entry(board.seq + n, at, by, fact) for n, fact in enumerate(facts, start=1)], touched)
    return touched


def after(*events: AlarmEvent, at: datetime = ARRIVAL) -> Board:
    board = Board()
    tell(board, *(AlarmReported(one) for one in events), at=at)
    return board


def active(*events: AlarmEvent, at: datetime = ARRIVAL) -> bool:
    return KEY in after(*events, at=at).alarms.active


def only(board: Board) -> Alarm:
    (alarm,) = [*board.alarms.active.values(), *board.alarms.cleared.values()]
    return alarm


def test_a_raise_begins_an_alarm() -> None:
    alarm = only(after(up(1, text="link down")))
    assert (alarm.key, alarm.raised, alarm.changed, alarm.cleared) == (KEY, sec(1), sec(1), None)
    assert (alarm.severity, alarm.text, alarm.occurrences) == (Severity.MAJOR, "link down", 1)


def test_an_event_without_time_happened_when_it_came() -> None:
    assert only(after(up(None))).raised == ARRIVAL


def test_the_source_may_say_that_the_alarm_began_before_the_event() -> None:
    assert only(after(event(Severity.MAJOR, 9, raised=2))).raised == sec(2)


def test_an_alarm_never_begins_after_its_own_event() -> None:
    assert only(after(event(Severity.MAJOR, 9, raised=20))).raised == sec(9)


def test_another_severity_at_a_later_time_is_a_change() -> None:
    alarm = only(after(up(1), event(Severity.CRITICAL, 5)))
    assert (alarm.severity, alarm.raised, alarm.changed) == (Severity.CRITICAL, sec(1), sec(5))
    assert (alarm.occurrences, alarm.seq) == (1, 2)


def test_the_same_content_at_a_later_time_is_counted_as_an_occurrence() -> None:
    alarm = only(after(up(1), up(5), up(9)))
    assert (alarm.occurrences, alarm.changed, alarm.raised, alarm.seq) == (3, sec(9), sec(1), 1)


def test_a_clear_ends_the_alarm_and_keeps_what_it_was() -> None:
    board = after(up(1, text="link down"), down(5))
    alarm = only(board)
    assert not board.alarms.active
    assert (alarm.severity, alarm.raised, alarm.cleared, alarm.text) == (Severity.CLEARED, sec(1), sec(5), "link down")


def test_an_alarm_that_is_raised_again_counts_from_one_and_knows_when_it_was_clear() -> None:
    alarm = only(after(up(1), up(2), down(5), up(8)))
    assert (alarm.raised, alarm.last_cleared, alarm.cleared, alarm.occurrences) == (sec(8), sec(5), None, 1)


def test_a_change_that_comes_late_changes_nothing() -> None:
    board = after(up(5))
    before = board.alarms.active[KEY]
    touched = tell(board, AlarmReported(event(Severity.CRITICAL, 3)))
    assert board.alarms.active[KEY] is before
    assert not touched.alarms


def test_a_raise_from_before_the_clear_comes_late() -> None:
    assert not active(up(1), down(5), up(3))


def test_a_clear_for_an_unknown_alarm_is_kept_so_that_the_late_raise_leaves_no_zombie() -> None:
    board = after(down(5), up(1))
    assert not board.alarms.active
    assert board.alarms.cleared[KEY].cleared == sec(5)


def test_a_clear_from_before_the_newest_raise_comes_late() -> None:
    assert active(up(1), up(5), down(3))


def test_a_second_clear_is_remembered_for_the_raise_that_comes_between_them_late() -> None:
    board = after(up(1), down(2), down(4), up(3))
    assert not board.alarms.active
    assert board.alarms.cleared[KEY].cleared == sec(2)


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_raise_clear_raise_ends_active_in_every_order(order: tuple[int, ...]) -> None:
    events = (up(1), down(2), up(3))
    assert active(*(events[place] for place in order))


@pytest.mark.parametrize("again", [0, 1, 2, 3])
def test_the_same_event_again_changes_nothing(again: int) -> None:
    events = [up(1), event(Severity.CRITICAL, 2), down(3), up(4)][: again + 1]
    board = after(*events)
    before = board.alarms.get(KEY)
    touched = tell(board, AlarmReported(events[-1]))
    assert board.alarms.get(KEY) == before
    assert not touched.alarms
    assert not board.alarms.is_news(events[-1])


def test_a_clear_at_the_time_of_the_raise_ends_the_alarm() -> None:
    board = after(up(1), down(1))
    assert not board.alarms.active
    assert only(board).cleared == only(board).raised == sec(1)


def test_raise_and_clear_of_one_time_delivered_twice_stay_clear() -> None:
    assert not active(up(1), down(1), up(1), down(1))
    assert not active(up(1), down(1), up(1))
    assert not active(down(1), up(1))


def test_a_repeat_of_the_change_at_the_time_of_the_clear_is_no_new_raise() -> None:
    assert not active(up(1), up(5, text="worse"), down(5), up(5, text="worse"))


def test_an_alarm_is_raised_again_at_the_time_of_its_clear() -> None:
    assert active(up(1), down(5), up(5))


def test_without_keys_a_second_clear_of_that_time_is_the_first_one_again() -> None:
    assert active(up(1), down(5), up(5), down(5))


def test_keys_tell_a_second_clear_of_that_time_from_the_first_one_again() -> None:
    again = (up(1, "a"), down(5, "b"), up(5, "c"))
    assert active(*again, down(5, "b"))
    assert not active(*again, down(5, "d"))


def test_keys_tell_two_raises_of_one_time_apart() -> None:
    assert active(up(5, "a"), down(5, "b"), up(5, "c"))
    assert active(up(5, "a"), down(5, "b"), up(5, "c"), up(5, "a"), down(5, "b"))
    assert not active(up(5, "a"), down(5, "b"), up(5, "c"), down(5, "d"), up(5, "a"), up(5, "c"))


def test_a_source_that_gives_raise_and_clear_the_same_key_still_gets_its_clear_through() -> None:
    assert not active(up(5, "incident-1"), down(5, "incident-1"))


def test_an_event_whose_key_is_known_is_a_repeat_whatever_its_content() -> None:
    board = after(up(5, "a", text="one"), up(5, "b", text="two"), up(5, "a", text="one"))
    assert only(board).text == "two"


def test_two_keyed_events_of_one_time_with_the_same_content_are_two_occurrences() -> None:
    assert only(after(up(5, "a"), up(5, "b"), up(5, "b"))).occurrences == 2


def test_of_two_contents_of_one_time_the_last_one_counts() -> None:
    alarm = only(after(up(5, text="one"), up(5, text="two")))
    assert (alarm.text, alarm.occurrences) == ("two", 1)


def test_without_times_the_order_of_arrival_counts() -> None:
    assert not active(up(None), down(None))
    assert active(up(None), down(None), up(None))
    assert only(after(up(None), up(None))).occurrences == 1


def test_a_clear_without_time_ends_an_alarm_of_a_source_whose_clock_is_ahead() -> None:
    board = after(up(30), down(None), up(30), at=START)
    assert not board.alarms.active
    assert only(board).cleared == sec(30)


def test_a_time_far_ahead_is_not_believed_so_that_the_clear_is_still_heard() -> None:
    board = Board()
    tell(board, AlarmReported(up(400 * 86_400)), at=sec(1))
    assert board.alarms.active[KEY].changed == sec(1)
    tell(board, AlarmReported(down(5)), at=sec(5))
    assert not board.alarms.active


def test_a_time_of_another_zone_is_the_same_time() -> None:
    elsewhere = datetime.fromisoformat("2026-02-03T03:02:05+02:00")
    assert not active(up(1), AlarmEvent("nms", "pgw-1", Severity.CLEARED, id="7", time=elsewhere), up(4))


def test_without_an_id_object_type_cause_and_problem_are_the_identity() -> None:
    one = AlarmEvent("nms", "pgw-1", Severity.MAJOR, event_type="comms", probable_cause="LOS", specific_problem="p1")
    other = AlarmEvent("nms", "pgw-1", Severity.MAJOR, event_type="comms", probable_cause="LOS", specific_problem="p2")
    board = Board()
    tell(board, AlarmReported(one), AlarmReported(other))
    assert set(board.alarms.active) == {"nms/pgw-1|comms|LOS|p1", "nms/pgw-1|comms|LOS|p2"}
    end = AlarmEvent(
        "nms", "pgw-1", Severity.CLEARED, event_type="comms", probable_cause="LOS", specific_problem="p1", text="gone"
    )
    tell(board, AlarmReported(end))
    assert set(board.alarms.active) == {"nms/pgw-1|comms|LOS|p2"}


def test_the_same_id_of_two_sources_is_two_alarms() -> None:
    board = after(up(1))
    tell(board, AlarmReported(AlarmEvent("probe", "pgw-1", Severity.CLEARED, id="7", time=sec(9))))
    assert set(board.alarms.active) == {KEY}
    assert set(board.alarms.cleared) == {"probe/7"}


def test_a_person_takes_note_of_an_active_alarm_until_it_is_raised_again() -> None:
    board = after(up(1))
    touched = tell(board, AlarmAcknowledged(KEY), by="jl")
    assert board.alarms.active[KEY].acknowledged_by == "jl"
    assert touched.alarms == {KEY}
    tell(board, AlarmReported(up(2)))
    assert board.alarms.active[KEY].acknowledged_by == "jl"
    tell(board, AlarmReported(down(3)), AlarmReported(up(4)))
    assert board.alarms.active[KEY].acknowledged_by == ""


def test_taking_note_of_a_cleared_or_unknown_alarm_changes_nothing() -> None:
    board = after(up(1), down(2))
    touched = tell(board, AlarmAcknowledged(KEY), AlarmAcknowledged("nms/none"), by="jl")
    assert not touched.alarms
    assert only(board).acknowledged_by == ""


def test_the_oldest_cleared_alarms_are_forgotten_and_active_ones_never(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alarm_rules, "CLEARED_KEPT", 5)
    monkeypatch.setattr(alarm_rules, "FORGOTTEN_AT_ONCE", 3)
    board = Board()
    tell(board, *(AlarmReported(up(n, id=f"a{n}")) for n in range(20)))
    touched = tell(board, *(AlarmReported(down(100 + n, id=f"c{n}")) for n in range(8)))
    assert list(board.alarms.cleared) == [f"nms/c{n}" for n in range(3, 8)]
    assert {"nms/c0", "nms/c1", "nms/c2"} <= touched.alarms
    assert len(board.alarms.active) == 20
    assert board.alarms.is_news(up(1, id="c0"))
    assert not board.alarms.is_news(up(1, id="c7"))


def test_counts_by_place_follow_raise_change_and_clear() -> None:
    board = Board()
    fleet = SimRange(first="894620002000000000", last="894620002000000999", customer="c", attributes={"apn": "x"})
    tell(board, RangesStated((fleet,)))
    place = (("apn", "x"),)

    def at(severity: Severity, second: int) -> AlarmReported:
        attributes = {"apn": "x", "rack": "4"}
        return AlarmReported(AlarmEvent("nms", "pgw-1", severity, id="7", time=sec(second), attributes=attributes))

    tell(board, at(Severity.MINOR, 1))
    assert board.alarms.counts == {place: [0, 0, 1, 0, 0, 0]}
    assert board.alarms.where_of(KEY) == place
    tell(board, at(Severity.CRITICAL, 2))
    assert board.alarms.counts == {place: [1, 0, 0, 0, 0, 0]}
    tell(board, at(Severity.CLEARED, 3))
    assert board.alarms.counts == {}
    assert board.alarms.where_of(KEY) == ()


# -- order and repetition --------------------------------------------------------------------------------------------

stories = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from([Severity.CRITICAL, Severity.MINOR, Severity.CLEARED])),
    max_size=10,
)
"""What happened, in order, one event a second: (which alarm, severity)."""


def told_by(story: Sequence[tuple[str, Severity]]) -> list[AlarmEvent]:
    return [event(severity, second, id=name) for second, (name, severity) in enumerate(story)]


@given(stories, st.data())
@settings(max_examples=examples(200))
def test_the_newest_event_of_each_alarm_counts_in_any_order_and_however_often_delivered(
    story: list[tuple[str, Severity]], data: st.DataObject
) -> None:
    events = told_by(story)
    repeats = data.draw(st.lists(st.sampled_from(events), max_size=8)) if events else []
    delivered = data.draw(st.permutations([*events, *repeats]))
    newest = {alarm_key(one): one.severity for one in events}
    board = after(*delivered)
    assert {key: alarm.severity for key, alarm in board.alarms.active.items()} == {
        key: severity for key, severity in newest.items() if severity is not Severity.CLEARED
    }
    assert set(board.alarms.active) | set(board.alarms.cleared) == set(newest)
    assert not set(board.alarms.active) & set(board.alarms.cleared)


seconds = st.integers(0, 3)
deliveries = st.lists(
    st.builds(
        event,
        st.sampled_from([Severity.MAJOR, Severity.CLEARED]),
        st.none() | seconds,
        key=st.sampled_from(["", "p", "q"]),
        id=st.sampled_from("ab"),
        raised=st.none() | seconds,
    ),
    max_size=14,
)


@given(deliveries, st.integers(1, 14))
@settings(max_examples=examples(300))
def test_a_door_that_leaves_out_what_is_no_news_loses_nothing_of_a_batch(events: list[AlarmEvent], size: int) -> None:
    filtered = Board()
    for start in range(0, len(events), size):
        batch = [AlarmReported(one) for one in events[start : start + size]]
        tell(filtered, *(fact for fact in batch if filtered.alarms.is_news(fact.event)))
    whole = after(*events)
    assert set(filtered.alarms.active) == set(whole.alarms.active)
    assert {key: (one.raised, one.changed) for key, one in filtered.alarms.active.items()} == {
        key: (one.raised, one.changed) for key, one in whole.alarms.active.items()
    }


@given(deliveries, st.data())
@settings(max_examples=examples(200))
def test_what_is_no_news_changes_nothing(events: list[AlarmEvent], data: st.DataObject) -> None:
    board = after(*events)
    one = data.draw(st.builds(event, st.sampled_from(Severity), seconds, id=st.sampled_from("ab")))
    if not board.alarms.is_news(one):
        before = board.alarms.get(alarm_key(one))
        tell(board, AlarmReported(one))
        assert board.alarms.get(alarm_key(one)) == before


def test_until_places_are_derived_anew_a_clear_takes_its_alarm_off_the_place_that_it_was_at() -> None:
    """What the alarm's object serves is another place by then; facts of the same batch may look at either."""
    board = Board()
    before = SimRange(first="8946200000", last="8946200009", customer="acme", attributes={"apn": "iot"})
    tell(board, RangesStated((before,)), AlarmReported(with_apn("1")), AlarmReported(with_apn("2")))
    assert board.alarms.where_of("nms/1") == (("apn", "iot"),)
    renamed = SimRange(first="8946200000", last="8946200009", customer="acme", attributes={"apn": "other"})
    board.inventory.state_ranges((renamed,), ARRIVAL)
    board.alarms.report([Entry(board.seq, ARRIVAL, "nms", AlarmReported(down(5, id="1")))], ARRIVAL, Touched())
    assert list(board.alarms.at((("apn", "iot"),))) == ["nms/2"]
    assert board.alarms.where_of("nms/2") == (("apn", "iot"),)
    tell(board, AlarmAcknowledged("nms/2"))
    assert board.alarms.counts == {}
    assert board.alarms.where_of("nms/2") == ()
    tell(board, RangesStated((before,)))
    assert board.alarms.where_of("nms/2") == (("apn", "iot"),)
    assert list(board.alarms.at((("apn", "iot"),))) == ["nms/2"]


def with_apn(id: str) -> AlarmEvent:
    return AlarmEvent(
        source="nms", id=id, managed_object="pgw-1", severity=Severity.MAJOR, time=sec(1), attributes={"apn": "iot"}
    )


def test_alarms_of_one_time_are_counted_together_and_in_their_minutes() -> None:
    board = Board()
    tell(board, *(AlarmReported(up(1, id=str(number))) for number in range(5)))
    tell(board, AlarmAcknowledged("nms/1"), AlarmReported(up(2, id="6")), AlarmReported(down(3, id="6")), by="jl")
    minute = int(ARRIVAL.timestamp()) // 60
    assert board.alarms.raised_within(minute, 1) == 6
    assert board.counts.minutes[minute][""] == 7
    assert board.seq == 8
