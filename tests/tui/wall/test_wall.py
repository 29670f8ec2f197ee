"""The wall as a room sees it: numbers, promises, staleness, a heartbeat; no input, no end by itself."""

from datetime import timedelta

import pytest
from msgspec import structs

from feeds.client import Link, LinkState
from feeds.model import FeedRow, OutageState, TotalsRow
from tests.tui.fake_hub import NOW, FakeHub, ago, curve, outage, quiet_outage
from tests.tui.seen import line_with, screen_text
from tests.tui.wall.conftest import OpenedWall, painted, wall_of
from tui.wall.layout import SHIFT_EVERY
from tui.wall.turns import TURN_SECONDS
from widgets.large_digits import paint

SIZES = [(80, 24), (130, 40), (200, 60), (400, 100)]


async def test_the_bar_of_a_surge_is_no_alarm_while_no_more_than_usual_come(opened: OpenedWall, hub: FakeHub) -> None:
    async with opened(SIZES[0]) as pilot:
        hub.put("curve", *(structs.replace(row, seen=0) for row in curve(1, 10)), of="1/10")
        await pilot.pause()
        assert "SURGE FADING  0 CASES IN 10 MIN" in screen_text(pilot)
        assert "▲ SURGE" not in screen_text(pilot)


@pytest.mark.parametrize("size", SIZES)
async def test_each_size_shows_state_number_promise_surge_and_feeds(opened: OpenedWall, size: tuple[int, int]) -> None:
    async with opened(size) as pilot:
        text = screen_text(pilot)
        for part in ("O-12  DECLARED", "OVERDUE 4 min", "15 customers", "★Vattenkraft", "apn iot.meter  98 %"):
            assert part in text
        for part in (
            "SURGE  60 CASES IN 10 MIN",
            "WORD OVERDUE O-12",
            "3 feeds ok",
            "4 outages" if size[1] < 30 else "UTC",
        ):
            assert part in text


async def test_the_number_of_sims_stands_in_large_digits(opened: OpenedWall) -> None:
    async with opened((200, 60)) as pilot:
        text = screen_text(pilot)
        assert any(all(line in text for line in paint("41,200", size)) for size in range(2, 8))


async def test_without_sims_the_number_is_that_of_customers_and_then_of_cases(opened: OpenedWall, hub: FakeHub) -> None:
    hub.put("outages", outage(sims=0), quiet_outage("O-14", sims=0, customers=0))
    async with opened((130, 40)) as pilot:
        assert "customers" in screen_text(pilot)
        assert " cases" in screen_text(pilot)


async def test_a_promise_counts_down_then_turns_red_and_stays(opened: OpenedWall, hub: FakeHub) -> None:
    hub.put("outages", outage(next_word=NOW + timedelta(seconds=90)))
    async with opened((130, 40)) as pilot:
        assert "NEXT WORD O-12" in screen_text(pilot)
        assert all(line in screen_text(pilot) for line in paint("1:30", 1))
        hub.time = NOW + timedelta(hours=5)
        await painted(pilot)
        assert "WORD OVERDUE O-12" in screen_text(pilot)
        assert all(line in screen_text(pilot) for line in paint("+4h58", 1))


async def test_a_declared_outage_of_which_nobody_was_told_is_a_duty_too(opened: OpenedWall, hub: FakeHub) -> None:
    hub.put("outages", outage(told=None, next_word=None))
    hub.drop("outages", "O-9")
    async with opened((130, 40)) as pilot:
        assert "NO WORD SENT YET" in screen_text(pilot)
        assert "O-12 nobody told, 2 h 13 min" in screen_text(pilot)


async def test_more_outages_than_fit_take_turns_and_the_page_is_said(opened: OpenedWall, hub: FakeHub) -> None:
    hub.put("outages", *(quiet_outage(f"O-{n}", urgency=20) for n in range(20, 30)))
    seen: set[str] = set()
    async with opened((80, 24)) as pilot:
        for step in range(13):
            hub.time = NOW + timedelta(seconds=step * TURN_SECONDS)
            await painted(pilot)
            text = screen_text(pilot)
            assert "O-12  DECLARED" in text
            assert "/13" in line_with(pilot, "page")
            seen |= {f"O-{n}" for n in range(9, 30) if f"O-{n}  " in text}
    assert {f"O-{n}" for n in range(20, 30)} <= seen


async def test_the_heart_moves_every_second_and_the_clock_with_it(opened: OpenedWall) -> None:
    async with opened((130, 40)) as pilot:
        places = set()
        for _ in range(8):
            wall_of(pilot).tick()
            await pilot.pause()
            places.add(
                next(line.index("█") for line in screen_text(pilot).split("\n") if "────" in line and "█" in line)
            )
        assert len(places) == 8


async def test_the_whole_picture_moves_and_comes_back(opened: OpenedWall, hub: FakeHub) -> None:
    async with opened((80, 24)) as pilot:
        places = []
        for step in range(7):
            hub.time = NOW + timedelta(seconds=step * SHIFT_EVERY)
            await painted(pilot)
            lines = screen_text(pilot).split("\n")
            row = next(number for number, line in enumerate(lines) if "DECLARED" in line)
            places.append((lines[row].index("O-12"), row))
            assert any("of" in line or "feed" in line for line in lines[-7:])
        assert len(set(places)) == 6
        assert places[0] == places[6]


async def test_a_lost_hub_is_a_banner_over_dim_numbers_and_no_end(opened: OpenedWall, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        hub.set_link(Link(LinkState.LIVE, since=ago(9), heard=ago(3.2)))
        await painted(pilot)
        hub.set_link(Link(LinkState.LOST, since=ago(3.2), heard=ago(3.2), why="http://secret.example refused"))
        await painted(pilot)
        assert "HUB LOST 3 min · numbers of 02:51Z" in screen_text(pilot)
        assert "secret" not in screen_text(pilot)
        assert "O-12  DECLARED" in screen_text(pilot)
        assert pilot.app.screen.has_class("-lost")
        hub.set_link(Link(LinkState.LIVE, since=NOW, heard=NOW))
        await painted(pilot)
        assert "LOST" not in screen_text(pilot)
        assert not pilot.app.screen.has_class("-lost")
        assert pilot.app.is_running


async def test_the_oldest_silent_feed_comes_first_with_what_is_usual_for_it(opened: OpenedWall, hub: FakeHub) -> None:
    hub.put(
        "feeds",
        FeedRow(key="zammad", kind="cases", heard=ago(22), rhythm=40, stale_after=120),
        FeedRow(key="nms-se", kind="alarms", heard=ago(31), rhythm=2, stale_after=60),
    )
    async with opened((130, 40)) as pilot:
        text = screen_text(pilot)
        assert "2 of 3 FEEDS SILENT" in text
        assert "S nms-se 31m · usual 2 s" in text
        assert text.index("S nms-se") < text.index("S zammad")
        assert "22m OLD" in text, "the curve is of a feed that is silent"


async def test_no_outage_is_said_in_green_only_while_somebody_is_heard(opened: OpenedWall, hub: FakeHub) -> None:
    hub.drop("outages", "O-12", "O-14", "O-9", "O-15")
    hub.put("totals", TotalsRow(key="all", cases=7))
    async with opened((130, 40)) as pilot:
        assert "NO OUTAGE " in screen_text(pilot)
        assert "open cases" in screen_text(pilot)
        hub.time = NOW + timedelta(days=2)
        await painted(pilot)
        assert "NO OUTAGE KNOWN · NO FEED IS HEARD" in screen_text(pilot)


async def test_no_key_does_anything_but_end_it_and_no_command_is_ever_sent(opened: OpenedWall, hub: FakeHub) -> None:
    async with opened((80, 24)) as pilot:
        before = screen_text(pilot)
        for key in ("d", "u", "a", "enter", "escape", "f1", "ctrl+p", "ctrl+q", "tab", "/", ":", "down"):
            await pilot.press(key)
        await painted(pilot)
        assert pilot.app.is_running
        assert len(pilot.app.screen_stack) == 1
        assert screen_text(pilot).split("\n")[3:] == before.split("\n")[3:]
        assert hub.done == []
        await pilot.press("q")
        await pilot.pause()
        assert not pilot.app.is_running


async def test_what_a_visitor_must_not_read_is_not_there(opened: OpenedWall, hub: FakeHub) -> None:
    hub.put(
        "outages",
        outage(shared="batch 8946200020001234", customer="Eva +46701234567", commander="eva@example.net",
               title="call 0701234567", reason="SIM 89462000200000000012"),
    )  # fmt: skip
    async with opened((200, 60)) as pilot:
        text = screen_text(pilot)
        for part in ("8946200020001234", "8946 2000", "0701234567", "+4670", "eva@example.net", "89462000"):
            assert part not in text
        assert "batch •••" in text
    views = {view.view for view in hub.views}
    assert not views & {"cases", "readings", "deliveries", "impact", "calls", "suppressions", "timeline"}


async def test_customers_may_go_unnamed(opened: OpenedWall) -> None:
    async with opened((130, 40), names=False) as pilot:
        text = screen_text(pilot)
        assert "Vattenkraft" not in text
        assert "Nordbuss" not in text
        assert "★VIP" in text


async def test_hostile_words_stay_words(opened: OpenedWall, hub: FakeHub) -> None:
    evil = "[red]x[/] \x1b[2J\u202e" + "長" * 400
    hub.put("outages", outage(customer=evil, shared=evil))
    hub.put("feeds", FeedRow(key=evil, kind="alarms", heard=ago(99)))
    async with opened((130, 40)) as pilot:
        assert "[red]x[/]" in screen_text(pilot)
        assert "\x1b" not in screen_text(pilot)
        assert "\u202e" not in screen_text(pilot)


@pytest.mark.parametrize("size", [(20, 5), (39, 9), (60, 15), (5, 2)])
async def test_a_small_terminal_shows_what_it_can(opened: OpenedWall, size: tuple[int, int]) -> None:
    async with opened(size) as pilot:
        assert pilot.app.is_running
        if size[0] >= 20:
            assert "O-12" in screen_text(pilot)


async def test_it_follows_the_size_of_its_terminal(opened: OpenedWall) -> None:
    async with opened((80, 24)) as pilot:
        for size in ((20, 5), (400, 100), (80, 24)):
            await pilot.resize_terminal(*size)
            await painted(pilot)
            assert "O-12" in screen_text(pilot)


async def test_before_the_hub_said_anything_nothing_is_claimed(opened: OpenedWall, hub: FakeHub) -> None:
    empty = FakeHub()
    empty.link = Link(LinkState.CONNECTING, since=ago(2))
    hub.__dict__.update(empty.__dict__)
    hub.open = lambda *_a, **_k: _Blank()  # type: ignore[assignment,method-assign]
    async with opened((130, 40)) as pilot:
        text = screen_text(pilot)
        assert "CONNECTING TO THE HUB 2 min" in text
        assert "nothing heard of the hub yet" in text
        assert "NO OUTAGE" not in text


class _Blank:
    id = 1

    @property
    def content(self) -> object:
        from feeds.client import Content

        return Content((), 0, 0, 0, NOW, loaded=False)


async def test_a_mitigated_outage_says_so_in_words(opened: OpenedWall, hub: FakeHub) -> None:
    hub.put("outages", outage(state=OutageState.MITIGATED, next_word=None))
    async with opened((130, 40)) as pilot:
        assert "O-12  MITIGATED" in screen_text(pilot)
        assert "told 02:31" in screen_text(pilot)
