"""Pictures of the screens at three sizes, dark and light, on frozen rows and a frozen clock.

A picture that changed is looked at before it is renewed: see *Pictures* in docs/architecture.md.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import UTC

import pytest
from pytest_textual_snapshot import SVGImageExtension
from syrupy.assertion import SnapshotAssertion
from textual.app import App
from textual.pilot import Pilot

from feeds.model import ChangeRow, OutageRow, Row, Severity
from tests.tui.conftest import Opened, settle
from tests.tui.fake_hub import NOW, FakeHub, ago, alarm, case, curve, quiet_outage, triage, update_row
from tests.tui.seen import screen_text, until
from tui.hub_app import HubApp
from tui.looks import Looks
from tui.panes.customer import CustomerPane
from tui.screens.composer import ComposerScreen
from tui.screens.progress import ProgressScreen
from tui.screens.review import ReviewScreen
from tui.wall.app import WallApp
from widgets.facts import Facts


class Svg(SVGImageExtension):
    """The files' ending is what syrupy asks for now."""

    file_extension = "svg"


Look = tuple[int, int, str]
SMALL, MIDDLE, LARGE = (80, 24, "dark"), (130, 40, "light"), (200, 60, "dark")
ALL: tuple[Look, ...] = (SMALL, MIDDLE, LARGE)
TWO: tuple[Look, ...] = (SMALL, MIDDLE)

HOSTILE = (
    "[bold red]not bold[/] [link=x]", "\x1b[31mred\x1b[0m \x1b]0;title\x07", "\u202egnitirw\u202c \u2066x\u2069",
    "e\u0301\u0300\u0302 Z\u0351\u036b\u0343a\u0310lgo", "北海道電力 한국전력 ＦＵＬＬ",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f1f8\U0001f1ea \u2708\ufe0f", "x" * 10_000, "a\tb\r\nc\x00d",
)  # fmt: skip


def picture(app: App[None]) -> str:
    """The screen as SVG, without what the frame around it says."""
    svg = app.export_screenshot(title="vaken", simplify=True)
    return re.sub(r"terminal-\d+", "terminal", svg)


@pytest.fixture
def shot(snapshot: SnapshotAssertion) -> Callable[..., Awaitable[None]]:
    async def take(pilot: Pilot[None], looks: tuple[Look, ...] = ALL, there: Callable[[], bool] = lambda: True) -> None:
        """``there``: whether what the screen asks for by itself has come."""
        for width, height, theme in looks:
            pilot.app.theme = theme
            await pilot.resize_terminal(width, height)
            pilot.app.screen.refresh(layout=True)
            await settle_any(pilot)
            await until(pilot, there)
            await settle_any(pilot)
            name = f"{width}x{height}-{theme}"
            assert picture(pilot.app) == snapshot(name=name, extension_class=Svg), name

    return take


async def settle_any(pilot: Pilot[None]) -> None:
    """Wait until nothing is to be painted any more: nothing came that waits for its frame, and no frame is held."""
    app = pilot.app
    assert isinstance(app, HubApp)
    for _ in range(3):
        await pilot.pause()
    async with asyncio.timeout(30):
        while app._told or app._rest is not None or app._batch_count:
            await pilot.pause(0.01)
    await pilot.pause()


Shot = Callable[..., Awaitable[None]]


async def test_the_board(opened: Opened, shot: Shot) -> None:
    async with opened(SMALL[:2]) as pilot:
        await shot(pilot, (*ALL, (80, 24, "light"), (130, 40, "dark")))


async def test_the_alarms(opened: Opened, shot: Shot, hub: FakeHub) -> None:
    hub.put(
        "alarms",
        alarm(3, Severity.CRITICAL, chatter=ago(4), raises=6, raises_since=ago(42), outages=("O-12",)),
        alarm(64, Severity.WARNING, raised=ago(3_000)),
    )
    async with opened(SMALL[:2]) as pilot:
        await pilot.press("2", "down", "down", "down", "down")
        await settle(pilot)
        await shot(pilot)


async def test_the_queue_of_cases(opened: Opened, shot: Shot, hub: FakeHub) -> None:
    row = case(
        1, priority=62, priority_parts=(("VIP", 25), ("metering", 16), ("incident", 10), ("in an outage", 5)),
        vip=True, follow_up=ago(-95), owner="mk",
    )  # fmt: skip
    hub.put("cases", row, case(2, priority=31, priority_parts=(("incident", 10), ("SIMs 80", 21)), follow_up=ago(30)))
    hub.put("triage", triage(row), of=row.key)
    async with opened(SMALL[:2]) as pilot:
        await pilot.press("3", "down")
        await until(pilot, lambda: any(view.view == "triage" for view in hub.views))
        await settle(pilot)
        await shot(pilot)


async def test_the_counts(opened: Opened, shot: Shot) -> None:
    async with opened(MIDDLE[:2]) as pilot:
        await pilot.press("4")
        await settle(pilot)
        await shot(pilot, (MIDDLE,))


async def test_one_outage(opened: Opened, shot: Shot, hub: FakeHub) -> None:
    async with opened(SMALL[:2]) as pilot:
        await pilot.press("enter")
        await settle(pilot)
        pane = pilot.app.screen.query_one(CustomerPane)

        def told() -> bool:
            words = pane.query_one(Facts).render().plain
            return not pane.display or ("told" in words and "…" not in words)

        await shot(pilot, there=told)


async def test_each_pane_of_an_outage_on_a_small_screen(opened: Opened, snapshot: SnapshotAssertion) -> None:
    async with opened(SMALL[:2]) as pilot:
        await pilot.press("enter")
        for name in ("explanations", "cases", "alarms", "timeline", "updates", "calls"):
            await pilot.press("tab")
            await settle(pilot)
            await settle_any(pilot)
            assert picture(pilot.app) == snapshot(name=name, extension_class=Svg), name


async def test_the_composer(opened: Opened, shot: Shot) -> None:
    async with opened(SMALL[:2]) as pilot:
        await pilot.press("u")
        await until(pilot, lambda: isinstance(pilot.app.screen, ComposerScreen))
        await pilot.press(*"Found.", "tab", *"Moving.", "tab", *"Wait.")
        screen = pilot.app.screen
        assert isinstance(screen, ComposerScreen)
        await until(pilot, lambda: screen.drafting.is_fresh(screen._written()))
        await until(pilot, lambda: "Vattenkraft" in screen_text(pilot))
        screen.set_focus(None)  # a cursor that blinks is here in one picture and not in the other
        await shot(pilot, TWO)


async def test_the_review(opened: Opened, shot: Shot, hub: FakeHub) -> None:
    from tests.tui.test_procedure import proposed

    hub.put("updates", proposed("mk"))
    async with opened(SMALL[:2]) as pilot:
        screen = ReviewScreen("U-1")
        pilot.app.push_screen(screen)
        await until(pilot, lambda: screen.seen is not None)
        await settle(pilot)
        await shot(pilot, TWO)


async def test_the_progress(opened: Opened, shot: Shot, hub: FakeHub) -> None:
    hub.put("updates", update_row())
    async with opened(SMALL[:2]) as pilot:
        pilot.app.push_screen(ProgressScreen("U-1"))
        await settle(pilot)
        await shot(pilot, TWO)


@pytest.mark.parametrize(("what", "key"), [("settings", "S"), ("help", "question_mark"), ("handover", "8")])
async def test_what_stands_beside_the_work(opened: Opened, shot: Shot, hub: FakeHub, what: str, key: str) -> None:
    hub.put("changes", *changes(), of="")
    async with opened(SMALL[:2]) as pilot:
        await pilot.press(key)
        await settle(pilot)
        await shot(pilot, TWO)


def changes() -> list[Row]:
    return [
        ChangeRow(key="1", rank=1, section="outages", at=ago(133), seq=40, what="declared", who="jl", outage="O-12"),
        ChangeRow(key="2", rank=2, section="promises", at=ago(4), what="the promised word is late", outage="O-12",
                  bad=True),
        ChangeRow(key="3", rank=3, section="updates", at=ago(24), seq=44, what="first word to 15 customers",
                  who="mk", outage="O-12", update="U-1"),
        ChangeRow(key="4", rank=4, section="cases", what="cases opened", count=61),
    ]  # fmt: skip


class StillWall(WallApp):
    """A wall whose heart does not beat while its picture is taken, however long that takes."""

    def tick(self) -> None:
        """Show the situation; the seconds do not count."""
        self.show()


async def test_the_wall(hub: FakeHub, snapshot: SnapshotAssertion) -> None:
    hub.put("curve", *curve(5, 48), of="5/48")
    hub.put("curve", *curve(1, 10), of="1/10")
    looks = Looks(theme="dark", glyphs="unicode", colours="full")
    app = StillWall(hub, zone=UTC, looks=looks, wall_clock=lambda: NOW, clock=lambda: 0.0)
    async with app.run_test(size=(80, 24)) as pilot:
        for width, height in ((80, 24), (130, 40), (200, 60)):
            await pilot.resize_terminal(width, height)
            await settle_any(pilot)
            app.show()
            await settle_any(pilot)
            assert picture(app) == snapshot(name=f"{width}x{height}", extension_class=Svg), width


async def test_a_board_of_hostile_strings(opened: Opened, shot: Shot) -> None:
    hub = FakeHub()
    hub.put("outages", *(hostile_outage(n, text) for n, text in enumerate(HOSTILE)))
    async with opened(SMALL[:2], hub) as pilot:
        await pilot.press("down")
        await settle(pilot)
        await shot(pilot, TWO)


async def test_alarms_and_cases_of_hostile_strings(opened: Opened, shot: Shot) -> None:
    hub = FakeHub()
    for n, text in enumerate(HOSTILE):
        hub.put("alarms", alarm(n, managed_object=text, text=text, specific_problem=text, attributes={text: text}))
        hub.put("cases", case(n, customer=text, title=text, text=text, sims_text=text))
    async with opened(SMALL[:2], hub) as pilot:
        await pilot.press("2", "down", "down")
        await settle(pilot)
        await shot(pilot, (MIDDLE,))
        assert "\x1b" not in screen_text(pilot)
        await pilot.press("3", "down", "down")
        await settle(pilot)
        assert "\u202e" not in screen_text(pilot)


def hostile_outage(number: int, text: str) -> OutageRow:
    made = quiet_outage(f"O-{number}", customer=text, shared=text, title=text, reason=text, sims_text=text)
    assert isinstance(made, OutageRow)
    return made
