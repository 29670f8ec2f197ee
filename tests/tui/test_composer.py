"""Writing, looking, sending, watching it go."""

import msgspec
from textual.pilot import Pilot

from feeds.model import DeliveryState, Preview, UpdateId, UpdateKind, UpdateState
from feeds.model.commands import Approve, AskDraft, AskPreview, Draft, Retry, Steer
from tests.tui.conftest import Opened, settle
from tests.tui.fake_hub import NOW, FakeHub, message, preview_of, update_row
from tests.tui.seen import screen_text, until
from tui.screens.composer import ComposerScreen
from tui.screens.progress import ProgressScreen
from widgets.confirm import Confirm
from widgets.stream_table import StreamTable


async def write(pilot: Pilot[None]) -> ComposerScreen:
    await pilot.press("u")
    await until(pilot, lambda: isinstance(pilot.app.screen, ComposerScreen))
    await pilot.pause()
    await pilot.press(*"Found.", "tab", *"Moving.", "tab", *"Wait.")
    screen = pilot.app.screen
    assert isinstance(screen, ComposerScreen)
    return screen


async def written(pilot: Pilot[None]) -> ComposerScreen:
    screen = await write(pilot)
    await until(pilot, lambda: screen.drafting.is_fresh(screen._written()))
    await pilot.pause()
    return screen


async def test_before_the_first_words_the_preview_says_what_it_waits_for(opened: Opened) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("u")
        await until(pilot, lambda: isinstance(pilot.app.screen, ComposerScreen))
        await until(pilot, lambda: "the preview comes with your first words" in screen_text(pilot))
        assert "loading" not in screen_text(pilot)
        assert not pilot.app.screen.query_one("#preview").has_class("-old")


async def test_what_is_written_is_drafted_once_and_previewed(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await written(pilot)
        drafts = [command for command in hub.done if isinstance(command, Draft)]
        assert {draft.update for draft in drafts[1:]} <= {"U-1"}
        assert drafts[0].update == ""
        last = drafts[-1]
        assert (last.outage, last.kind, last.text.done, last.text.will, last.text.need) == (
            "O-12", UpdateKind.PROGRESS, "Found.", "Moving.", "Wait."
        )  # fmt: skip
        assert last.text.next_word is not None
        assert f"{last.text.next_word:%H:%M}" == "03:16"
        text = screen_text(pilot)
        assert "exactly what is sent" in text
        assert "3 customers (1 ★) · 4 contacts · 41,200 SIMs" in text
        assert "1 to call, no address: Hilltop Farm" in text
        assert "[O-12] First word: data service for your SIMs" in text
        assert "by 03:16Z  04:16 CET · in 20 min" in text


async def test_the_preview_says_that_it_is_old_while_the_text_is_newer(opened: Opened) -> None:
    async with opened((130, 40)) as pilot:
        screen = await written(pilot)
        await pilot.press("x")
        assert "OLD: the text has changed" in screen_text(pilot)
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert pilot.app.screen is screen


async def test_sending_needs_the_number_of_customers_and_names_what_was_seen(opened: Opened, hub: FakeHub) -> None:
    hub.preview = lambda update: msgspec.structs.replace(preview_of(update), needs_second=False)
    async with opened((130, 40)) as pilot:
        screen = await written(pilot)
        seen = screen.drafting.seen
        assert seen is not None
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        focused = pilot.app.focused
        assert focused is not None
        assert focused.id == "cancel"
        text = screen_text(pilot)
        assert "Send this to 3 customers?" in text
        assert "3fa9c2d4e5f6" in text
        await pilot.press("tab", "3", "enter", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ProgressScreen))
        assert hub.done[-1] == Approve("U-1", "3fa9c2d4e5f60718", customers=3, seen=seen.seq)


async def test_a_wrong_number_does_not_send(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await written(pilot)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("tab", "4", "enter", "tab", "enter")
        await settle(pilot)
        assert not any(isinstance(command, Approve) for command in hub.done)


async def test_a_refused_approval_is_said_and_the_text_stays(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        screen = await written(pilot)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        hub.refuse = "its scope changed: 3 customers are 5 now [/b]"
        await pilot.press("tab", "3", "enter", "enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        await until(pilot, lambda: len(pilot.app._notifications) > 0)
        assert hub.refuse in [n.message for n in pilot.app._notifications]
        assert "Found." in screen_text(pilot)


async def test_leaving_keeps_the_draft_and_coming_back_finds_it(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await write(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: any(isinstance(command, AskPreview) for command in hub.done))
        await until(pilot, lambda: not isinstance(pilot.app.screen, ComposerScreen))
        drafts = [command for command in hub.done if isinstance(command, Draft)]
        assert drafts[-1].text.need == "Wait."
        await pilot.press("u")
        await until(pilot, lambda: isinstance(pilot.app.screen, ComposerScreen))
        await settle(pilot)
        assert "Moving." in screen_text(pilot)
        again = [command for command in hub.done if isinstance(command, Draft)]
        assert all(draft.update == "U-1" for draft in again[1:])


async def test_nothing_is_drafted_before_a_word_is_written(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        await pilot.press("u")
        await until(pilot, lambda: isinstance(pilot.app.screen, ComposerScreen))
        await pilot.press("escape")
        await settle(pilot)
        assert [one for one in hub.done if not isinstance(one, AskDraft)] == []


async def test_hostile_words_in_a_message_stay_text(opened: Opened, hub: FakeHub) -> None:
    bad = message(0, name="[/eNB-12]", subject="[red]sub[/red]", body="[bold]\x1b[2J body [/x]")
    hub.preview = lambda update: Preview(
        UpdateId(update), "ff", 1, 1, 1, 0, (bad,), ("[/nobody]",), ("[red]a problem",)
    )  # fmt: skip
    async with opened((130, 40)) as pilot:
        await written(pilot)
        text = screen_text(pilot)
        for part in ("[/eNB-12]", "[red]sub[/red]", "[bold]␛[2J body [/x]", "[/nobody]", "[red]a problem"):
            assert part in text


async def test_progress_shows_the_ledger_and_has_its_brakes(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        pilot.app.push_screen(ProgressScreen("U-1"))
        await settle(pilot)
        text = screen_text(pilot)
        assert "812/1,200 accepted · 3 failed · 1 uncertain · 20 on the way · 364 waiting" in text
        assert "550 5.1.1 no such user" in text
        await pilot.press("p")
        await until(pilot, lambda: bool(hub.done))
        assert hub.done == [Steer("U-1", "pause", seen=90)]
        hub.put("updates", update_row(state=UpdateState.PAUSED, accepted=900))
        await settle(pilot)
        assert "900/1,200" in screen_text(pilot)
        assert "paused" in screen_text(pilot)


async def test_cancelling_the_rest_needs_its_count_typed(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        pilot.app.push_screen(ProgressScreen("U-1"))
        await settle(pilot)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert "364 contacts will not hear of this update." in screen_text(pilot)
        await pilot.press("tab", *"364", "enter", "enter")
        await until(pilot, lambda: bool(hub.done))
        assert hub.done == [Steer("U-1", "cancel", seen=90)]


async def test_an_uncertain_delivery_is_sent_again_after_a_question_that_says_what_that_may_mean(
    opened: Opened, hub: FakeHub
) -> None:
    async with opened((130, 40)) as pilot:
        pilot.app.push_screen(ProgressScreen("U-1"))
        await settle(pilot)
        table = pilot.app.screen.query_one("#deliveries StreamTable", StreamTable)
        for _ in range(50):
            if table.cursor_row is not None and table.cursor_row.state is DeliveryState.UNCERTAIN:
                break
            await pilot.press("down")
        assert table.cursor_row is not None
        key = table.cursor_row.key
        await pilot.press("t")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert "It may have arrived." in screen_text(pilot)
        await pilot.press("tab", "enter")
        await until(pilot, lambda: bool(hub.done))
        assert hub.done == [Retry("U-1", (int(key.rpartition("/")[2]),))]


def test_the_fake_answers_as_the_hub_would() -> None:
    hub = FakeHub()
    reply = hub.do(AskPreview("U-9")).result()
    assert reply.as_(Preview) == msgspec.json.decode(reply.result, type=Preview)
    assert hub.now() == NOW
