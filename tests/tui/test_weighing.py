"""How urgent an outage is, how early a case is to be taken: what the screens say of it, and how a person sets it."""

import pytest

from feeds.model import OutageState
from feeds.model.commands import Weigh
from tests.tui.conftest import Opened, settle
from tests.tui.fake_hub import FakeHub, case, outage
from tests.tui.seen import line_with, screen_text, until
from widgets.confirm import Confirm


async def weighing(pilot: object, *keys: str) -> None:
    await pilot.press("i")  # type: ignore[attr-defined]
    await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))  # type: ignore[arg-type, attr-defined]
    await pilot.press(*keys)  # type: ignore[attr-defined]
    await settle(pilot)  # type: ignore[arg-type]


async def test_a_number_and_a_reason_are_sent_with_what_was_seen(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await weighing(pilot)
        assert pilot.app.focused is not None
        assert pilot.app.focused.id == "cancel"
        assert "97 = SIMs 41,200 (+34)" in screen_text(pilot)
        await pilot.press("shift+tab", "shift+tab", *"40", "tab", *"a test", "tab", "tab", "enter")
        await until(pilot, lambda: bool(hub.done))
        assert hub.done == [Weigh("O-12", 40, why="a test", seen=77)]


@pytest.mark.parametrize(
    ("written", "says"),
    [(["x"], "a number from 0 to 1,000"), (["1", "0", "0", "1"], "a number from 0 to 1,000"), (["5"], "Say why")],
)
async def test_what_can_not_be_is_said_and_the_dialog_stays(
    opened: Opened, hub: FakeHub, written: list[str], says: str
) -> None:
    async with opened((130, 40)) as pilot:
        await weighing(pilot, "shift+tab", "shift+tab", *written, "tab", "tab", "tab", "enter")
        assert says in screen_text(pilot)
        assert isinstance(pilot.app.screen, Confirm)
        assert hub.done == []


async def test_without_a_number_the_sum_counts_again(opened: Opened, hub: FakeHub) -> None:
    hub.put("outages", outage(urgency=98, urgency_by="mk", urgency_why="a test fleet"))
    async with opened((130, 40)) as pilot:
        await weighing(pilot, "tab", "enter")
        await until(pilot, lambda: bool(hub.done))
        assert hub.done == [Weigh("O-12", None, seen=77)]


async def test_what_a_person_said_is_shown_with_the_sum_beside_it(opened: Opened, hub: FakeHub) -> None:
    hub.put("outages", outage(urgency=98, urgency_by="[/mk]", urgency_why="a test fleet"))
    async with opened((160, 45)) as pilot:
        assert "!98" in line_with(pilot, "▸")
        assert "98 set by [/mk]: a test fleet · the sum is 97 = SIMs 41,200 (+34)" in line_with(pilot, "urgency ")


async def test_an_outage_that_is_over_is_not_weighed(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("enter")
        await settle(pilot)
        hub.put("outages", outage(state=OutageState.RESOLVED))
        await settle(pilot)
        await pilot.press("i")
        await until(pilot, lambda: len(pilot.app._notifications) > 0)
        assert [note.message for note in pilot.app._notifications] == [
            "O-12 is resolved: its urgency is not weighed any more."
        ]


async def test_a_case_tells_what_its_priority_is_made_of(opened: Opened, hub: FakeHub) -> None:
    hub.put("cases", case(1, priority=61, priority_parts=(("VIP", 25), ("SIMs 40", 12), ("alarm", 18), ("[/x]", 6))))
    async with opened((160, 45)) as pilot:
        await pilot.press("3", "down")
        await settle(pilot)
        await until(pilot, lambda: "61 = VIP (+25) · SIMs 40 (+12) · alarm (+18) · [/x] (+6)" in screen_text(pilot))
        assert "61" in line_with(pilot, "▸").split()
