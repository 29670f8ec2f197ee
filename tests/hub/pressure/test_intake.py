"""What load keeps out, in which order, on a real log and board; and that what was accepted is there in the end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.board import Board
from feeds.facts import AlarmReported, CaseReported, Fact
from feeds.hub.core import Hub, utc_now
from feeds.hub.pressure.bounds import Overloaded
from feeds.hub.pressure.echoes import Echoes
from feeds.hub.pressure.intake import Intake, Taken
from feeds.hub.pressure.order import Level, kept_out_at, level
from feeds.hub.settings import LimitSettings, Settings
from feeds.log import SqliteLog
from feeds.model import AlarmEvent, CaseEvent, Severity

START = datetime(2026, 3, 1, 2, tzinfo=UTC)
QUEUE = 120


def alarm(key: str, severity: Severity = Severity.MAJOR, second: int = 0, source: str = "flood") -> AlarmReported:
    time = START + timedelta(seconds=second)
    return AlarmReported(AlarmEvent(source=source, id=key, managed_object="pgw", severity=severity, time=time))


def case(number: str) -> CaseReported:
    return CaseReported(CaseEvent(source="tickets", number=number, time=START))


@asynccontextmanager
async def door(directory: Path, queue: int = QUEUE) -> AsyncIterator[tuple[Hub, Intake]]:
    hub = Hub(Board(), Settings(limits=LimitSettings(queue_facts=queue)), directory)
    log = SqliteLog.open(directory / "data", deliver=hub.deliver, now=utc_now)
    hub.follow(log)
    try:
        yield hub, Intake(hub, log_facts=4)
    finally:
        await log.close()


async def drained(hub: Hub, intake: Intake) -> None:
    """Wait until nothing is on its way."""
    async with asyncio.timeout(30):
        while intake.lines.busy or hub.log.waiting or intake.echoes:  # noqa: ASYNC110 - what ends last differs
            await asyncio.sleep(0)


async def pressed(intake: Intake, to: Level, feed: str = "flood") -> None:
    """Fill the line of a feed until so much is kept out, with some of it settled."""
    number = 0
    async with asyncio.timeout(30):
        while True:
            while intake.lines.level(feed) < to:
                intake.take(feed, [alarm(f"fill-{number}", Severity.CLEARED)], 100, feed)
                number += 1
            if intake.lines.settled:
                return
            await asyncio.sleep(0)


def test_the_fuller_a_line_and_the_longer_it_waits_the_more_is_kept_out() -> None:
    assert [level(fullness, 0.0) for fullness in (0.0, 0.2, 0.3, 0.6, 0.9, 1.0)] == [
        Level.NOTHING, Level.NOTHING, Level.REPEATS, Level.WARNINGS, Level.LESSER, Level.ALL,
    ]  # fmt: skip
    assert [level(0.01, waited) for waited in (0.5, 1.5, 4.0, 100.0)] == [
        Level.NOTHING, Level.REPEATS, Level.WARNINGS, Level.WARNINGS,
    ]  # fmt: skip


@pytest.mark.parametrize("queue", [1_000, 4_000, 8_192, 20_000])
async def test_however_few_facts_may_wait_a_quiet_feed_is_let_in_beside_a_flood(tmp_path: Path, queue: int) -> None:
    hub = Hub(Board(), Settings(limits=LimitSettings(queue_facts=queue)), tmp_path)
    log = SqliteLog.open(tmp_path / "data", deliver=hub.deliver, now=utc_now, queue_facts=queue)
    hub.follow(log)
    intake = Intake(hub)
    refused: set[int] = set()
    number = 0
    while len(refused) < 16:  # nothing of it gets to the disk meanwhile: the event loop has no turn
        number += 1
        for flooder in range(16):
            try:
                raised = [alarm(f"{number}-{at}", Severity.CRITICAL, source=f"f{flooder}") for at in range(20)]
                intake.take(f"f{flooder}", raised, 2_000)
            except Overloaded:
                refused.add(flooder)
            assert number < queue
    size = queue // 200
    bodies: list[list[Fact]] = [
        [alarm(f"raise-{at}", Severity.CRITICAL, source="quiet") for at in range(size)],
        [alarm(f"raise-{at}", Severity.CLEARED, 1, source="quiet") for at in range(size)],
        [case("1")],
    ]
    taken = [intake.take("quiet", body, 2_000, "quiet") for body in bodies]
    assert [(one.accepted, one.turned_away) for one in taken] == [(size, 0), (size, 0), (1, 0)]
    for one in taken:
        assert one.kept is not None
        await one.kept
    await drained(hub, intake)
    await log.close()


async def test_repeats_go_first_then_warnings_and_what_matters_never(tmp_path: Path) -> None:
    async with door(tmp_path) as (hub, intake):
        intake.take("nms", [alarm("known"), alarm("known-c", Severity.CRITICAL), alarm("w", Severity.WARNING)])
        await drained(hub, intake)
        table = hub.board.alarms
        facts: dict[str, Fact] = {
            "repeat": alarm("known", second=5),
            "repeated warning": alarm("w", Severity.WARNING, 5),
            "repeated critical": alarm("known-c", Severity.CRITICAL, 5),
            "new warning": alarm("x", Severity.WARNING),
            "new minor": alarm("x", Severity.MINOR),
            "new major": alarm("x"),
            "better": alarm("known-c", Severity.MINOR, 5),
            "worse": alarm("known", Severity.CRITICAL, 5),
            "new critical": alarm("x", Severity.CRITICAL),
            "clear": alarm("known", Severity.CLEARED, 5),
            "clear of a warning": alarm("w", Severity.CLEARED, 5),
            "case": case("1"),
        }
        assert {name: kept_out_at(fact, table) for name, fact in facts.items()} == {
            "repeat": Level.REPEATS,
            "repeated warning": Level.REPEATS,
            "repeated critical": Level.REPEATS,
            "new warning": Level.WARNINGS,
            "new minor": Level.LESSER,
            "new major": Level.LESSER,
            "better": Level.LESSER,
            "worse": Level.ALL,
            "new critical": Level.ALL,
            "clear": Level.ALL,
            "clear of a warning": Level.ALL,
            "case": Level.ALL,
        }


@pytest.mark.parametrize(
    ("at", "turned_away"), [(Level.REPEATS, set()), (Level.WARNINGS, {"w"}), (Level.LESSER, {"w", "m"})]
)
async def test_what_is_turned_away_is_told_and_the_rest_of_the_body_is_kept(
    tmp_path: Path, at: Level, turned_away: set[str]
) -> None:
    async with door(tmp_path) as (hub, intake):
        await pressed(intake, at)
        body: list[Fact] = [alarm("w", Severity.WARNING), alarm("m"), alarm("c", Severity.CRITICAL), case("7")]
        taken = intake.take("flood", body, 100, "flood")
        assert (taken.accepted, taken.turned_away) == (4 - len(turned_away), len(turned_away))
        await drained(hub, intake)
        there = {key.partition("/")[2] for key in (*hub.board.alarms.active, *hub.board.cases.open)}
        assert there == {"w", "m", "c", "7"} - turned_away
        again = intake.take("flood", body, 100, "flood")
        assert again.turned_away == 0
        await drained(hub, intake)
        assert {key.partition("/")[2] for key in hub.board.alarms.active} == {"w", "m", "c"}


async def test_a_repeat_waits_for_room_counts_as_shed_and_its_time_stands_in_the_end(tmp_path: Path) -> None:
    async with door(tmp_path) as (hub, intake):
        intake.take("nms", [alarm("1")])
        await drained(hub, intake)
        await pressed(intake, Level.REPEATS)
        for second in (5, 9, 7):
            assert intake.take("flood", [alarm("1", second=second)], 100, "flood") == Taken(1, 0, None)
        assert hub.heard.shed == 3
        await drained(hub, intake)
        known = hub.board.alarms.active["flood/1"]
        assert (known.occurrences, known.changed) == (2, START + timedelta(seconds=9))


async def test_a_late_clear_does_not_end_an_alarm_whose_repeat_was_put_together(tmp_path: Path) -> None:
    async with door(tmp_path) as (hub, intake):
        intake.take("nms", [alarm("1")])
        await drained(hub, intake)
        await pressed(intake, Level.REPEATS)
        intake.take("flood", [alarm("1", second=9)], 100, "flood")
        intake.take("flood", [alarm("1", Severity.CLEARED, 3)], 100, "flood")
        await drained(hub, intake)
        assert hub.board.alarms.active["flood/1"].last_cleared is None


async def test_a_raise_behind_a_clear_that_waits_is_no_repeat(tmp_path: Path) -> None:
    async with door(tmp_path) as (hub, intake):
        intake.take("nms", [alarm("1", Severity.CRITICAL)])
        await drained(hub, intake)
        await pressed(intake, Level.REPEATS)
        intake.take("flood", [alarm("1", Severity.CLEARED, 3)], 100, "flood")
        raised = intake.take("flood", [alarm("1", Severity.CRITICAL, 4)], 100, "flood")
        assert raised.kept is not None, "accepted means kept: it is not left to be written some time"
        await raised.kept
        assert "flood/1" in hub.board.alarms.active
        await drained(hub, intake)


async def test_what_is_full_for_one_feed_is_open_for_another(tmp_path: Path) -> None:
    async with door(tmp_path, 3_000) as (hub, intake):
        await pressed(intake, Level.ALL)
        with pytest.raises(Overloaded, match="send it again"):
            intake.admit("flood")
        with pytest.raises(Overloaded):
            intake.take("flood", [case("1")], 100, "flood")
        intake.admit("quiet")
        taken = intake.take("quiet", [alarm("q", Severity.WARNING, source="quiet")], 100, "quiet")
        assert taken.kept is not None
        await taken.kept
        assert intake.lines.busy, "it did not wait for the others' line"
        await drained(hub, intake)


async def test_without_a_name_the_source_of_the_facts_is_whose_share_it_is(tmp_path: Path) -> None:
    async with door(tmp_path) as (hub, intake):
        for number in range(40):
            intake.take("alarms", [alarm(str(number), source="loud")])
        intake.take("alarms", [alarm("1", source="soft")])
        assert intake.lines.facts.of("loud") == 36
        assert intake.lines.facts.of("soft") == 1
        await drained(hub, intake)


def test_echoes_are_bounded() -> None:
    echoes = Echoes(2)
    assert [echoes.hold("nms", alarm(key)) for key in ("1", "2", "3", "1")] == [True, True, False, True]
    assert len(echoes) == 2


events = st.tuples(st.sampled_from("12345"), st.sampled_from(["a", "b"]), st.sampled_from(list(Severity)))


@settings(max_examples=25)
@given(
    st.lists(st.lists(events, min_size=1, max_size=6), min_size=1, max_size=40),
    st.integers(8, 60),
    st.sets(st.integers(0, 39)),
)
async def test_whatever_the_load_the_board_says_in_the_end_what_was_sent_last(
    bodies: list[list[tuple[str, str, Severity]]], queue: int, breaths: set[int]
) -> None:
    second = 0
    last: dict[str, AlarmReported] = {}
    with TemporaryDirectory() as place:
        async with door(Path(place), queue) as (hub, intake):
            again: list[list[Fact]] = []
            for number, body in enumerate(bodies):
                facts: list[Fact] = []
                for key, source, severity in body:
                    second += 1
                    fact = alarm(key, severity, second, source)
                    last[f"{source}/{key}"] = fact
                    facts.append(fact)
                again.append(facts)
                again = [one for one in again if not await sent(intake, one)]
                if number in breaths:
                    await asyncio.sleep(0.001)
            while again:
                await asyncio.sleep(0)
                again = [one for one in again if not await sent(intake, one)]
            await drained(hub, intake)
            table = hub.board.alarms
            for key, fact in last.items():
                known = table.get(key)
                assert known is not None
                assert (known.severity, known.changed) == (fact.event.severity, fact.event.time)


async def sent(intake: Intake, facts: list[Fact]) -> bool:
    """Send a body as a feed does; False: it has to be sent again."""
    try:
        return intake.take("anybody", facts, 100).turned_away == 0
    except Overloaded:
        return False
