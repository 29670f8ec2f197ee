"""Rates and time left, reasons of what did not arrive, promises as clocks: the words alone."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.model import DeliveryRow, DeliveryState, Narrowing, OutageState, Phase, TotalsRow, UpdateKind, UpdateState
from tests.tui.conftest import Opened, settle
from tests.tui.fake_hub import NOW, FakeHub, outage, quiet_outage, update_row
from tests.tui.seen import screen_text, until
from tui.promises import Promise, PromiseBell, pressing, promise_line, promises
from tui.tables.failure_groups import failure_groups, reason_of
from tui.words.sending import Pace, hold_left, stage_line
from tui.writing.form import FIRST_LANGUAGE, Form, first_phase


def paced(*ended: int, step: float = 1.0) -> Pace:
    pace = Pace()
    for place, count in enumerate(ended):
        pace.note(NOW + timedelta(seconds=place * step), count)
    return pace


def test_the_time_left_follows_from_the_rate_of_the_last_seconds() -> None:
    row = update_row(queued=364, attempting=36)
    assert stage_line(row, paced(100, 140, 180, 220), NOW).plain == "40/s · about 10 s left"


def test_a_rate_forgets_how_fast_it_was_long_ago() -> None:
    pace = paced(*range(0, 4_000, 100), *([4_000] * 40))
    assert pace.per_second() == pytest.approx(0, abs=4)


def test_two_rows_in_one_moment_are_no_rate() -> None:
    assert "not known yet" in stage_line(update_row(), paced(1, 900, step=0.01), NOW).plain


def test_deliveries_that_are_queued_again_do_not_make_the_rate_negative() -> None:
    assert paced(100, 200, 300, 150, 160, 170).per_second() == pytest.approx(10)


def test_a_rate_of_nothing_says_so_instead_of_a_time() -> None:
    assert "nothing arrived" in stage_line(update_row(), paced(5, 5, 5, 5), NOW).plain


@given(st.lists(st.integers(0, 10_000), max_size=40), st.floats(0, 5))
def test_a_rate_is_never_negative(ended: list[int], step: float) -> None:
    rate = paced(*ended, step=step).per_second()
    assert rate is None or rate >= 0


def test_a_pause_says_what_is_sent_what_is_in_flight_and_what_is_held_back() -> None:
    row = update_row(state=UpdateState.PAUSED, reason="[b]wrong text", attempting=2)
    assert stage_line(row, Pace(), NOW).plain.startswith(
        "paused: [b]wrong text · 812 sent · 2 in flight · 364 held back"
    )


def test_the_first_messages_are_told_apart_from_the_rest() -> None:
    row = update_row(state=UpdateState.CANARY, canary=5, total=412, accepted=3, failed=0, uncertain=1)
    assert stage_line(row, Pace(), NOW).plain.startswith("5 of 412 first: 3 accepted, 1 uncertain")


@pytest.mark.parametrize(("seconds", "shown"), [(24.0, 24), (23.2, 24), (0.1, 1), (0.0, 0), (-9.0, 0)])
def test_a_hold_never_shows_less_than_is_left(seconds: float, shown: int) -> None:
    assert hold_left(update_row(hold_until=NOW + timedelta(seconds=seconds)), NOW) == shown


def delivery(number: int, state: DeliveryState, answer: str, channel: str = "e-mail") -> DeliveryRow:
    return DeliveryRow(key=f"U-1/{number}", update="U-1", state=state, customer="Nordbuss",
                       address=f"noc@c{number}.example", answer=answer, channel=channel)  # fmt: skip


def test_answers_that_differ_in_names_and_queue_ids_alone_are_one_reason() -> None:
    rows = [
        delivery(3, DeliveryState.FAILED, "550 5.1.1 <noc@c3.example>: unknown user (id 4ABC12345)"),
        delivery(7, DeliveryState.FAILED, "550 5.1.1 <noc@c7.example>: unknown user (id 9FFD00127)", "sms"),
        delivery(8, DeliveryState.FAILED, "451 4.3.0 try later"),
        delivery(9, DeliveryState.UNCERTAIN, "451 4.3.0 try later"),
        delivery(10, DeliveryState.ACCEPTED, "250 ok"),
    ]
    groups = failure_groups(rows)
    assert [(one.state.value, one.reason, one.places) for one in groups] == [
        ("uncertain", "451 4.3.0 try later", (9,)),
        ("failed", "550 5.1.1 …: unknown user (id …)", (3, 7)),
        ("failed", "451 4.3.0 try later", (8,)),
    ]
    assert groups[1].channels == ("e-mail", "sms")


def test_no_answer_is_a_reason_too_and_suppressed_ones_are_not_sent_again() -> None:
    assert reason_of("") == "no answer was given"
    (group,) = failure_groups([delivery(1, DeliveryState.SUPPRESSED, "opted out")])
    assert not group.again


@given(st.lists(st.tuples(st.sampled_from(list(DeliveryState)), st.text(max_size=30)), max_size=30))
def test_each_delivery_that_did_not_arrive_is_in_exactly_one_group(given: list[tuple[DeliveryState, str]]) -> None:
    rows = [delivery(place, state, answer) for place, (state, answer) in enumerate(given)]
    good = {DeliveryState.ACCEPTED, DeliveryState.QUEUED, DeliveryState.ATTEMPTING}
    places = sorted(place for group in failure_groups(rows) for place in group.places)
    assert places == [place for place, (state, _) in enumerate(given) if state not in good]


def test_the_bell_rings_once_for_a_promise_that_is_due_in_five_minutes() -> None:
    bell, promise = PromiseBell(), Promise(NOW, "O-1")
    assert not bell.rings([promise], NOW - timedelta(minutes=6))
    assert bell.rings([promise], NOW - timedelta(minutes=5))
    assert not bell.rings([promise], NOW - timedelta(minutes=4))
    assert not bell.rings([promise], NOW + timedelta(minutes=40))
    assert bell.rings([promise, Promise(NOW, "O-2")], NOW)
    assert bell.rings([Promise(NOW + timedelta(minutes=20), "O-1")], NOW + timedelta(minutes=16))


def test_a_late_promise_stays_with_its_minutes_and_says_how_many_others_press() -> None:
    line = promise_line(Promise(NOW - timedelta(minutes=44), "[b]O-1"), NOW, 2)
    assert line.plain == "[b]O-1 next word 02:11 · OVERDUE 44 min +2"
    near = promise_line(Promise(NOW + timedelta(seconds=200), "O-1"), NOW, short=True)
    assert near.plain == "O-1 02:58 · DUE in 3 min"


def test_promises_of_outages_that_are_over_come_from_the_totals() -> None:
    late = NOW - timedelta(minutes=9)
    totals = TotalsRow(key="all", next_word=late, next_word_of="O-2", promises=2)
    rows = [outage("O-12"), quiet_outage("O-14", next_word=NOW)]
    found = promises(rows, totals)
    assert [one.outage for one in found] == ["O-2", "O-12"]
    assert pressing(found, NOW) == found


async def test_a_promise_of_an_outage_that_is_over_stands_in_the_header_of_every_screen_and_rings(
    opened: Opened, hub: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.put("outages", outage(next_word=NOW + timedelta(minutes=30), told=NOW))
    hub.put("totals", TotalsRow(key="all", next_word=NOW + timedelta(minutes=7), next_word_of="O-2", promises=2))
    async with opened((130, 40)) as pilot:
        rung: list[int] = []
        monkeypatch.setattr(pilot.app, "bell", lambda: rung.append(1))
        await settle(pilot)
        assert "O-2 next word" not in screen_text(pilot)
        hub.time = NOW + timedelta(minutes=3)
        await until(pilot, lambda: bool(rung))
        await pilot.press("2")
        await settle(pilot)
        assert "O-2 next word 03:02 · DUE in 4 min" in screen_text(pilot)
        hub.time = NOW + timedelta(minutes=12)
        pilot.app._tick()  # type: ignore[attr-defined]
        await pilot.pause()
        assert "OVERDUE 5 min" in screen_text(pilot)
        assert rung == [1]


def test_a_translation_that_was_emptied_is_not_sent_along() -> None:
    form = Form(UpdateKind.PROGRESS)
    form.of("sv").done = "Hittat."
    form.of(FIRST_LANGUAGE).done = "Found."
    assert [one.language for one in form.written(None, Narrowing()).text.translations] == ["sv"]
    form.of("sv").done = " "
    form.of("sv").true = "of a correction that it is not"
    assert form.written(None, Narrowing()).text.translations == ()


def test_the_phase_claims_no_more_than_a_person_said() -> None:
    assert first_phase(outage(shared="apn x")) is Phase.INVESTIGATING
    assert first_phase(outage(shared="apn x", shared_by="jl")) is Phase.IDENTIFIED
    assert first_phase(outage(state=OutageState.MITIGATED)) is Phase.MONITORING
