"""SIM lookup: what is typed is read at once, the hub adds what it knows, stale answers are dropped."""

import pytest
from textual import events
from textual.pilot import Pilot
from textual.widgets import Button, Input

from feeds.client import ClientError, Reply
from feeds.model import AskSims, Command, SimsRead, Suspect
from tests.tui.conftest import Opened, settle
from tests.tui.fake_hub import FakeHub, sims_of
from tests.tui.seen import line_with, screen_text, until
from tui.screens.sims import MOST_CHARACTERS, SimsScreen
from tui.writing.asking_sims import AskingSims
from widgets.confirm import Confirm
from widgets.sims_area import SimsArea

RANGE = "894620002000000123-894620002000000999"


async def write(pilot: Pilot[None], text: str) -> None:
    area = pilot.app.screen.query_one(SimsArea)
    area.insert(text)
    await pilot.pause()


async def look_up(pilot: Pilot[None], text: str) -> None:
    """Open the dialog, write ``text`` and wait for the hub's answer."""
    await pilot.press("s")
    await until(pilot, lambda: isinstance(pilot.app.screen, SimsScreen))
    await write(pilot, text)
    await until(pilot, lambda: "hit by" in screen_text(pilot))


async def test_what_is_typed_is_read_before_the_hub_has_answered(opened: Opened, hub: FakeHub) -> None:
    hub.held = []
    async with opened((130, 40)) as pilot:
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SimsScreen))
        await pilot.press(*"894620002000000123-999")
        await settle(pilot)
        assert "877 SIMs · 8946 2000 2000 0001 23–0009 99" in screen_text(pilot)
        assert "the hub is being asked" in screen_text(pilot)


async def test_the_hub_is_asked_once_the_hand_rests_and_adds_whose_they_are(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await look_up(pilot, f"our {RANGE} are down")
        assert hub.done == [AskSims(f"our {RANGE} are down")]
        text = screen_text(pilot)
        assert "★Vattenkraft 658 · 219 outside the inventory" in text
        assert "O-12" in line_with(pilot, "hit by")
        assert "lies over 8946 2000* (Acme Lifts)" in line_with(pilot, "overlap")


async def test_nothing_is_asked_about_nothing(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SimsScreen))
        await write(pilot, "   \n ")
        screen = pilot.app.screen
        assert isinstance(screen, SimsScreen)
        assert screen._timer is None
        assert hub.done == []
        assert "no SIM is read yet" in screen_text(pilot)


async def test_an_answer_to_a_text_that_has_changed_is_not_shown(opened: Opened, hub: FakeHub) -> None:
    hub.held = []
    async with opened((130, 40)) as pilot:
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SimsScreen))
        await write(pilot, RANGE)
        await until(pilot, lambda: len(hub.done) == 1)
        await write(pilot, " 894620002000005000")
        hub.let_go()
        await settle(pilot)
        assert "Vattenkraft 658" not in screen_text(pilot)
        assert "878 SIMs" in screen_text(pilot)
        await until(pilot, lambda: len(hub.done) == 2)
        hub.let_go()
        await until(pilot, lambda: "★Vattenkraft 659 ·" in screen_text(pilot))
        assert hub.done[-1] == AskSims(f"{RANGE} 894620002000005000")


async def test_what_cannot_be_read_stands_in_the_list_with_the_reason(opened: Opened) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SimsScreen))
        await write(pilot, "8.94620E+18 and [bold]894620002000000123")
        await settle(pilot)
        await until(
            pilot, lambda: "a spreadsheet has rounded this number, its last digits are lost" in screen_text(pilot)
        )
        assert "[bold]894620002000000123" in screen_text(pilot)


async def test_a_refusal_is_said_where_the_answer_would_be(opened: Opened, hub: FakeHub) -> None:
    hub.refuse = "[/red] these are SIMs in 20,000 separate ranges"
    async with opened((130, 40)) as pilot:
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SimsScreen))
        await write(pilot, RANGE)
        await until(pilot, lambda: hub.refuse in screen_text(pilot))
        assert pilot.app.screen.query_one("#suspect", Button).disabled


async def test_a_paste_is_cleaned_and_cut(opened: Opened) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SimsScreen))
        area = pilot.app.screen.query_one(SimsArea)
        area.post_message(events.Paste("\x1b[31m8946\u202e" + "x" * MOST_CHARACTERS))
        await settle(pilot)
        assert area.written.startswith("␛[31m8946xxx")
        assert area.written.count("x") <= MOST_CHARACTERS
        assert "10 characters were left out" in "\n".join(str(n.message) for n in pilot.app._notifications)


async def test_escape_closes_and_nothing_was_made(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await look_up(pilot, RANGE)
        await pilot.press("escape")
        await settle(pilot)
        assert not isinstance(pilot.app.screen, SimsScreen)
        assert all(isinstance(command, AskSims) for command in hub.done)


async def press_suspect(pilot: Pilot[None]) -> Confirm:
    pilot.app.screen.query_one("#suspect", Button).press()
    await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
    await settle(pilot)
    screen = pilot.app.screen
    assert isinstance(screen, Confirm)
    return screen


async def test_a_suspected_outage_is_made_after_a_question_that_begins_on_cancel(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await look_up(pilot, RANGE)
        dialog = await press_suspect(pilot)
        text = screen_text(pilot)
        assert "Suspect an outage of 877 SIMs?" in text
        assert "8946 2000 2000 0001 23–0009 99" in text
        assert "Some of them are in O-12 already." in text
        assert pilot.app.focused is dialog.query_one("#cancel")
        dialog.query_one("#words-0", Input).value = "Meters offline"
        dialog.query_one("#words-1", Input).value = "three calls in a row"
        await pilot.press("tab", "enter")
        await until(pilot, lambda: len(hub.done) == 2)
        assert hub.done[1] == Suspect(RANGE, title="Meters offline", why="three calls in a row")
        await until(pilot, lambda: not isinstance(pilot.app.screen, SimsScreen))
        assert "O-16 is suspected." in [n.message for n in pilot.app._notifications]


async def test_a_question_that_is_cancelled_leads_back_to_the_text(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await look_up(pilot, RANGE)
        await press_suspect(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, SimsScreen))
        assert len(hub.done) == 1
        assert pilot.app.screen.query_one(SimsArea).written == RANGE


async def test_a_refused_suspicion_is_said_and_the_text_stays(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await look_up(pilot, RANGE)
        await press_suspect(pilot)
        hub.refuse = "O-12 is exactly these SIMs already"
        pilot.app.screen.query_one("#go", Button).press()
        await until(pilot, lambda: isinstance(pilot.app.screen, SimsScreen))
        await until(pilot, lambda: hub.refuse in [n.message for n in pilot.app._notifications])


async def test_without_an_answer_to_this_text_there_is_nothing_to_suspect(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await look_up(pilot, RANGE)
        hub.held = []
        await write(pilot, " 894620002000005000")
        assert pilot.app.screen.query_one("#suspect", Button).disabled


@pytest.mark.parametrize("key", ["2", "3", "4", "5"])
async def test_the_key_works_on_every_screen(opened: Opened, key: str) -> None:
    async with opened((80, 24)) as pilot:
        await pilot.press(key)
        await settle(pilot)
        await pilot.press("s")
        await until(pilot, lambda: isinstance(pilot.app.screen, SimsScreen))
        assert "Suspect an outage" in screen_text(pilot)


class Desk:
    """Answers in the order that a test wants."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.newer: list[str] = []
        self.asking: AskingSims | None = None
        self.problem = ""

    async def send(self, command: Command) -> Reply:
        import msgspec

        assert isinstance(command, AskSims)
        self.asked.append(command.text)
        if self.newer:
            assert self.asking is not None
            await self.asking.ask(self.newer.pop(0))
        if self.problem:
            raise ClientError(self.problem)
        return Reply(1, msgspec.Raw(msgspec.json.encode(sims_of(command.text))))


async def test_of_texts_written_meanwhile_the_newest_alone_is_asked_about() -> None:
    desk, shown = Desk(), []
    asking = AskingSims(desk.send, lambda: shown.append(asking.text))
    desk.asking = asking
    desk.newer = ["b"]
    await asking.ask("a")
    assert desk.asked == ["a", "b"]
    assert shown == ["b"]
    assert asking.is_of("b")
    assert not asking.is_of("a")


async def test_after_a_problem_the_next_text_is_asked_about_again() -> None:
    desk = Desk()
    asking = AskingSims(desk.send, lambda: None)
    desk.problem = "not connected"
    await asking.ask("a")
    assert (asking.problem, asking.is_of("a")) == ("not connected", False)
    desk.problem = ""
    await asking.ask("a")
    assert asking.is_of("a")
    assert isinstance(asking.answer, SimsRead)


async def test_doubts_are_read_whole_where_there_is_room(opened: Opened) -> None:
    text = "89462000000000001239 and 894620000000000012*"
    async with opened((200, 60)) as pilot:
        await look_up(pilot, text)
        assert "89462000000000001239: the check digit should be" in line_with(pilot, "8946 2000 0000 0000 123 ")
        await pilot.resize_terminal(130, 40)
        await settle(pilot)
        assert "the check digit should be" not in line_with(pilot, "8946 2000 0000 0000 123 ")
