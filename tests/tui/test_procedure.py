"""From the text to the customers: mending, translating, narrowing, proposing, a second person, one person alone."""

from datetime import timedelta

import msgspec
import pytest
from textual.pilot import Pilot
from textual.widgets import Digits, OptionList, Select, TextArea

from feeds.model import (
    CallRow,
    ContactChannel,
    DraftText,
    Narrowing,
    Parts,
    Preview,
    Slip,
    Suppress,
    SuppressionRow,
    UpdateKind,
    UpdateRow,
    UpdateState,
    UpdateText,
)
from feeds.model.commands import Approve, AskPreview, Draft, Propose, Retry, Steer
from tests.tui.conftest import Opened, settle
from tests.tui.fake_hub import NOW, FakeHub, preview_of, update_row
from tests.tui.seen import screen_text, until
from tui.screens.composer import ComposerScreen
from tui.screens.progress import ProgressScreen
from tui.screens.review import ReviewScreen
from tui.screens.updates import UpdatesScreen
from tui.writing.narrowing import BadNarrowing, read_narrowing, with_without, write_narrowing
from widgets.confirm import Confirm


async def composing(pilot: Pilot[None]) -> ComposerScreen:
    await pilot.press("u")
    await until(pilot, lambda: isinstance(pilot.app.screen, ComposerScreen))
    screen = pilot.app.screen
    assert isinstance(screen, ComposerScreen)
    await pilot.pause()
    await pilot.press(*"Found.", "tab", *"Moving.", "tab", *"Wait.")
    await fresh(pilot, screen)
    return screen


async def fresh(pilot: Pilot[None], screen: ComposerScreen) -> None:
    await until(pilot, lambda: screen.drafting.is_fresh(screen._written()))
    await pilot.pause()


def drafts(hub: FakeHub) -> list[Draft]:
    return [command for command in hub.done if isinstance(command, Draft)]


def with_slips(*slips: Slip, **fields: object) -> "Preview":
    return msgspec.structs.replace(preview_of("U-1"), slips=slips, **fields)


def proposed(author: str, **fields: object) -> UpdateRow:
    values: dict[str, object] = {
        "state": UpdateState.PROPOSED, "author": author, "proposed_by": author, "proposed_for": 3, "approver": "",
        "approved": None, "total": 0, "accepted": 0, "failed": 0, "uncertain": 0, "attempting": 0, "queued": 0,
    }  # fmt: skip
    return update_row(**{**values, **fields})  # type: ignore[arg-type]


async def reviewing(pilot: Pilot[None]) -> ReviewScreen:
    screen = ReviewScreen("U-1")
    pilot.app.push_screen(screen)
    await until(pilot, lambda: screen.seen is not None)
    await settle(pilot)
    return screen


async def test_what_needs_a_second_person_is_proposed_with_its_count_and_waits(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        screen = await composing(pilot)
        seen = screen.drafting.seen
        assert seen is not None
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert "Propose this for 3 customers?" in screen_text(pilot)
        assert "Nothing leaves yet" in screen_text(pilot)
        hub.put("updates", proposed("jl"))
        await pilot.press("tab", "3", "enter", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen))
        commands = [one for one in hub.done if isinstance(one, Propose | Approve)]
        assert commands == [Propose("U-1", "3fa9c2d4e5f60718", customers=3, seen=seen.seq)]
        assert "O-12" not in pilot.app.forms  # type: ignore[attr-defined]


def written(author: str, **fields: object) -> DraftText:
    text = UpdateText(
        "Found.", "Moving.", "Wait.", NOW + timedelta(minutes=25),
        translations=(Parts("sv", "Hittat.", "Flyttar.", "Vänta."),),
    )  # fmt: skip
    values: dict[str, object] = {
        "update": "U-7", "outage": "O-12", "kind": UpdateKind.CORRECTION, "text": text, "author": author,
        "state": UpdateState.DRAFT, "narrowing": Narrowing(("SE", "NO"), only=("a b",), vips=True),
    }  # fmt: skip
    return DraftText(**{**values, **fields})  # type: ignore[arg-type]


async def test_ones_own_draft_begun_elsewhere_is_written_on(opened: Opened, hub: FakeHub) -> None:
    hub.texts = [written("jl")]
    async with opened((130, 40)) as pilot:
        await pilot.press("u")
        await until(pilot, lambda: isinstance(pilot.app.screen, ComposerScreen))
        screen = pilot.app.screen
        assert isinstance(screen, ComposerScreen)
        await until(pilot, lambda: screen.form.update == "U-7" and screen.drafting.seen is not None)
        await fresh(pilot, screen)
        assert screen.query_one("#will", TextArea).text == "Moving."
        assert screen.form.of("sv").done == "Hittat."
        screen.query_one("#done", TextArea).focus()
        await pilot.press("end", *" It is APN iot.")
        await fresh(pilot, screen)
        last = drafts(hub)[-1]
        assert (last.update, last.kind, last.text.done) == ("U-7", UpdateKind.CORRECTION, "Found. It is APN iot.")
        assert last.text.next_word == NOW.replace(second=0) + timedelta(minutes=25)
        assert last.narrowing == Narrowing(("SE", "NO"), only=("a b",), vips=True)


async def test_another_persons_draft_is_told_of_and_left_alone(opened: Opened, hub: FakeHub) -> None:
    hub.texts = [written("mk")]
    async with opened((130, 40)) as pilot:
        await pilot.press("u")
        await until(pilot, lambda: "mk has a draft for O-12" in screen_text(pilot))
        screen = pilot.app.screen
        assert isinstance(screen, ComposerScreen)
        assert screen.form.update == ""
        assert screen.query_one("#will", TextArea).text == ""


async def test_a_draft_written_elsewhere_is_opened_from_where_it_is_read(opened: Opened, hub: FakeHub) -> None:
    hub.texts = [written("mk", update="U-1")]
    hub.put("updates", proposed("mk"))
    async with opened((130, 40)) as pilot:
        await reviewing(pilot)
        await pilot.press("w")
        await until(pilot, lambda: isinstance(pilot.app.screen, ComposerScreen))
        screen = pilot.app.screen
        assert isinstance(screen, ComposerScreen)
        await fresh(pilot, screen)
        assert (screen.form.update, screen.query_one("#need", TextArea).text) == ("U-1", "Wait.")


@pytest.mark.parametrize(
    "narrowing",
    [
        Narrowing(),
        Narrowing(("SE",), ("metering", "two words"), True, ("a,b", "c"), ("d e",), (ContactChannel.SMS,)),
    ],
)
def test_a_narrowing_is_written_as_it_is_read(narrowing: Narrowing) -> None:
    assert read_narrowing(write_narrowing(narrowing)) == narrowing


async def test_another_person_sees_what_leaves_and_approves_it_with_the_count(opened: Opened, hub: FakeHub) -> None:
    hub.put("updates", proposed("mk"))
    async with opened((130, 40)) as pilot:
        screen = await reviewing(pilot)
        text = screen_text(pilot)
        assert "mk proposed it for 3 customers" in text
        assert "exactly this text 3fa9c2d4" in text
        assert "What we will do: we move the APN." in text
        assert "1 to call, no address: Hilltop Farm" in text
        assert screen.seen is not None
        seq = screen.seen.seq
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert "ALONE" not in screen_text(pilot)
        assert pilot.app.focused is not None
        assert pilot.app.focused.id == "cancel"
        await pilot.press("tab", "3", "enter", "enter")
        await until(pilot, lambda: any(isinstance(one, Approve) for one in hub.done))
        assert [one for one in hub.done if isinstance(one, Approve)] == [
            Approve("U-1", "3fa9c2d4e5f60718", customers=3, seen=seq)
        ]
        hub.put("updates", update_row(state=UpdateState.HOLD, hold_until=NOW + timedelta(seconds=24), seq=300))
        await until(pilot, lambda: isinstance(pilot.app.screen, ProgressScreen))


async def test_an_author_alone_is_told_what_that_means_and_has_to_give_a_reason(opened: Opened, hub: FakeHub) -> None:
    hub.put("updates", proposed("jl"))
    hub.preview = lambda _update: with_slips(
        channels={"e-mail": 3, "sms": 1}, languages={"en": 4}, fallbacks={"sv": 2}, joined=("A", "B"), left=("C",),
        suppressed=("noc@x.example: it bounced",), canary=5, hold=30.0,
    )  # fmt: skip
    async with opened((80, 24)) as pilot:
        await reviewing(pilot)
        await pilot.press("a")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        text = screen_text(pilot)
        assert "Approve ALONE and send to 3 customers?" in text
        assert "nobody else has read it" in text
        assert "Send alone" in text
        await pilot.press("tab", "3", "tab", *"too short", "tab", "tab", "enter")
        await pilot.pause()
        assert "at least 10 characters" in screen_text(pilot)
        assert not any(isinstance(one, Approve) for one in hub.done)
        await pilot.press("shift+tab", "shift+tab", "end", *", night", "tab", "tab", "enter")
        await until(pilot, lambda: any(isinstance(one, Approve) for one in hub.done))
        approvals = [one for one in hub.done if isinstance(one, Approve)]
        assert [one.alone for one in approvals] == ["too short, night"]


async def test_what_was_rewritten_meanwhile_is_not_approved_before_it_was_looked_at(
    opened: Opened, hub: FakeHub
) -> None:
    hub.put("updates", proposed("mk"))
    async with opened((130, 40)) as pilot:
        await reviewing(pilot)
        asked = len(hub.done)
        hub.put("updates", proposed("mk", seq=5_000))
        await settle(pilot)
        await until(pilot, lambda: len(hub.done) > asked)
        await settle(pilot)
        assert "OLD: it changed meanwhile" in screen_text(pilot)
        await pilot.press("a")
        await settle(pilot)
        assert not isinstance(pilot.app.screen, Confirm)


async def test_a_text_with_something_that_stops_is_not_proposed_and_the_slip_leads_to_its_place(
    opened: Opened, hub: FakeHub
) -> None:
    hub.preview = lambda _update: with_slips(
        Slip("[red]no translation", stops=False),
        Slip("a placeholder is left over", part="will", start=2, end=5, stops=True),
    )
    async with opened((130, 40)) as pilot:
        screen = await composing(pilot)
        text = screen_text(pilot)
        assert "1 STOP sending" in text
        assert text.index("STOP a placeholder") < text.index("look [red]no translation")
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert not isinstance(pilot.app.screen, Confirm)
        assert isinstance(pilot.app.focused, OptionList)
        await pilot.press("enter")
        await settle(pilot)
        area = screen.query_one("#will", TextArea)
        assert area.has_focus
        assert area.selected_text == "vin"


async def test_a_language_that_contacts_want_is_a_tab_and_what_is_written_there_is_a_translation(
    opened: Opened, hub: FakeHub
) -> None:
    hub.preview = lambda _update: with_slips(languages={"en": 4}, fallbacks={"sv": 3, "fi": 1})
    async with opened((130, 40)) as pilot:
        screen = await composing(pilot)
        assert "en 4 │ +sv 3 │ +fi 1" in screen_text(pilot)
        await pilot.press("f5")
        await pilot.pause()
        assert screen.query_one("#done", TextArea).text == ""
        screen.query_one("#done", TextArea).focus()
        await pilot.press(*"Hittat.")
        await fresh(pilot, screen)
        last = drafts(hub)[-1].text
        assert last.done == "Found."
        assert [(one.language, one.done) for one in last.translations] == [("sv", "Hittat.")]
        await pilot.press("f5", "f5")
        await pilot.pause()
        assert screen.query_one("#done", TextArea).text == "Found."


async def test_said_and_true_are_there_for_corrections_alone(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        screen = await composing(pilot)
        assert "What is true" not in screen_text(pilot)
        screen.query_one("#kind", Select).value = UpdateKind.CORRECTION
        await settle(pilot)
        assert "What is true" in screen_text(pilot)
        screen.query_one("#true", TextArea).focus()
        await pilot.press(*"12 SIMs")
        await fresh(pilot, screen)
        assert (drafts(hub)[-1].kind, drafts(hub)[-1].text.true) == (UpdateKind.CORRECTION, "12 SIMs")
        screen.query_one("#kind", Select).value = UpdateKind.PROGRESS
        await until(pilot, lambda: drafts(hub)[-1].kind is UpdateKind.PROGRESS)
        assert drafts(hub)[-1].text.true == ""


async def test_whom_it_goes_to_is_narrowed_in_one_line_and_what_cannot_be_read_is_not_sent(
    opened: Opened, hub: FakeHub
) -> None:
    async with opened((130, 40)) as pilot:
        screen = await composing(pilot)
        await pilot.press("f2", *"country:se vip")
        await fresh(pilot, screen)
        assert drafts(hub)[-1].narrowing == Narrowing(countries=("SE",), vips=True)
        await pilot.press("f9")
        await fresh(pilot, screen)
        assert drafts(hub)[-1].narrowing.without == ("c0",)
        await pilot.press("end", *" planet:mars")
        await settle(pilot)
        assert "'planet:' is not known" in screen_text(pilot)
        await pilot.press("ctrl+s")
        await settle(pilot)
        assert not isinstance(pilot.app.screen, Confirm)


async def test_the_messages_are_searched_on_the_hub_and_the_totals_stay(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        screen = await composing(pilot)
        count = len(drafts(hub))
        await pilot.press("f3", *"lift", "enter")
        await until(pilot, lambda: screen.drafting.seen is not None and screen.drafting.seen.find == "lift")
        assert [one.find for one in hub.done if isinstance(one, AskPreview)][-1] == "lift"
        assert len(drafts(hub)) == count
        assert screen.drafting.is_fresh(screen._written())


async def test_a_hold_counts_down_in_large_digits_and_is_undone_with_a_key(opened: Opened, hub: FakeHub) -> None:
    hub.put("updates", update_row(state=UpdateState.HOLD, hold_until=NOW + timedelta(seconds=23.4), seq=91))
    async with opened((80, 24)) as pilot:
        screen = ProgressScreen("U-1")
        pilot.app.push_screen(screen)
        await settle(pilot)
        assert screen.query_one(Digits).value == "24"
        assert "leaves in 24 s · z undoes it" in screen_text(pilot)
        hub.time = NOW + timedelta(seconds=20)
        screen.tick()
        assert screen.query_one(Digits).value == "4"
        await pilot.press("z")
        await until(pilot, lambda: bool(hub.done))
        assert hub.done[0] == Steer("U-1", "undo", seen=91)


async def test_what_failed_for_one_reason_is_sent_again_together_after_its_count(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        pilot.app.push_screen(ProgressScreen("U-1"))
        await settle(pilot)
        text = screen_text(pilot)
        assert "By reason 4" in text
        assert "550 5.1.1 no such user" in text
        await pilot.press("f", "down", "t")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert "Send 2 messages again?" in screen_text(pilot)
        assert "customers get them twice" not in screen_text(pilot)
        await pilot.press("tab", "2", "enter", "enter")
        await until(pilot, lambda: bool(hub.done))
        assert hub.done == [Retry("U-1", (0, 1))]


async def test_uncertain_ones_stand_apart_and_say_that_they_may_come_twice(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        pilot.app.push_screen(ProgressScreen("U-1"))
        await settle(pilot)
        await pilot.press("f", "t")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert "customers get them twice" in screen_text(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert hub.done == []


async def test_the_list_of_all_updates_opens_what_waits_for_a_second_person(opened: Opened, hub: FakeHub) -> None:
    hub.put("updates", proposed("mk"))
    async with opened((80, 24)) as pilot:
        await pilot.press("6")
        await until(pilot, lambda: isinstance(pilot.app.screen, UpdatesScreen))
        await settle(pilot)
        assert "proposed" in screen_text(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen))


async def test_what_waits_for_a_second_person_stands_on_every_screen_of_all_but_its_author(
    opened: Opened, hub: FakeHub
) -> None:
    hub.put("updates", proposed("jl"))
    async with opened((80, 24)) as pilot:
        assert "waits for you" not in screen_text(pilot)
        hub.put("updates", proposed("[mk]"))
        await settle(pilot)
        assert "U-1 of O-12 waits for you: [mk] proposed it · 6 opens" in screen_text(pilot)
        hub.put("updates", proposed("[mk]", state=UpdateState.CANCELLED))
        await settle(pilot)
        assert "waits for you" not in screen_text(pilot)


async def test_a_change_of_the_customers_after_the_approval_asks_for_a_second_look(
    opened: Opened, hub: FakeHub
) -> None:
    row = update_row(state=UpdateState.PAUSED, scope_changed=0.25, reason="3 more are hit [/x]", author="mk", seq=92)
    hub.put("updates", row)
    async with opened((130, 40)) as pilot:
        pilot.app.push_screen(ProgressScreen("U-1"))
        await settle(pilot)
        await pilot.press("r")
        await settle(pilot)
        assert hub.done == []
        await pilot.press("v")
        await until(pilot, lambda: isinstance(pilot.app.screen, ReviewScreen))
        await settle(pilot)
        assert "changed by 25 % since the approval: 3 more are hit [/x]" in screen_text(pilot)


@pytest.mark.parametrize(
    ("text", "narrowing"),
    [
        ("", Narrowing()),
        ("  vip ", Narrowing(vips=True)),
        ("country:se,NO use:metering,alarm", Narrowing(countries=("SE", "NO"), uses=("metering", "alarm"))),
        ("channel:sms,email", Narrowing(channels=(ContactChannel.SMS, ContactChannel.EMAIL))),
        ('only:c1,"a b, c" without:"[x]"', Narrowing(only=("c1", "a b, c"), without=("[x]",))),
    ],
)
def test_a_narrowing_is_read_as_filters_are(text: str, narrowing: Narrowing) -> None:
    assert read_narrowing(text) == narrowing


@pytest.mark.parametrize("text", ["mars", "planet:mars", "channel:pigeon", 'only:"open', "country:"])
def test_what_narrows_nothing_is_refused_so_that_nobody_is_told_by_mistake(text: str) -> None:
    with pytest.raises(BadNarrowing):
        read_narrowing(text)


@pytest.mark.parametrize("customer", ["c1", "a b", "x,y", "[/x]"])
def test_leaving_a_customer_out_is_read_back_as_that_customer(customer: str) -> None:
    once = with_without("vip", customer)
    assert read_narrowing(once) == Narrowing(vips=True, without=(customer,))
    assert with_without(once, customer) == once


async def test_who_is_not_written_to_is_listed_and_written_to_again_with_a_reason(opened: Opened, hub: FakeHub) -> None:
    hub.put("suppressions", SuppressionRow(
        key="e-mail/it@acme.example", channel="e-mail", address="it@acme.example", why="hard bounce",
        words="550 no [b]such[/b] user", since=NOW - timedelta(hours=3), by="vaken/courier",
    ))  # fmt: skip
    async with opened((130, 40)) as pilot:
        await pilot.press("6", "n")
        await until(pilot, lambda: "it@acme.example" in screen_text(pilot))
        assert "550 no [b]such[/b] user" in screen_text(pilot)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("tab", "enter")
        await until(pilot, lambda: "Say why" in screen_text(pilot))
        await pilot.press("shift+tab", "shift+tab", *"mailbox is back", "enter", "enter")
        await until(pilot, lambda: any(isinstance(one, Suppress) for one in hub.done))
        assert [one for one in hub.done if isinstance(one, Suppress)] == [
            Suppress(ContactChannel.EMAIL, "it@acme.example", lift=True, why="mailbox is back")
        ]


async def test_the_customers_to_call_stand_in_the_outage_with_their_numbers(opened: Opened, hub: FakeHub) -> None:
    hub.put("calls", CallRow(key="c1", customer="Hilltop Farm", sims=40, phones=("+46 70 1", "+46 70 2"),
                             reason="no address"))  # fmt: skip
    async with opened((160, 45)) as pilot:
        await pilot.press("enter")
        await settle(pilot)
        await pilot.press("shift+tab")
        await until(pilot, lambda: "+46 70 1, +46 70 2" in screen_text(pilot))
        assert "Hilltop Farm" in screen_text(pilot)


async def test_an_address_can_be_struck_off_from_its_delivery(opened: Opened, hub: FakeHub) -> None:
    hub.put("updates", update_row())
    async with opened((130, 40)) as pilot:
        screen = ProgressScreen("U-1")
        pilot.app.push_screen(screen)
        await until(pilot, lambda: screen.row is not None and "acme" in screen_text(pilot).lower())
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert pilot.app.focused is not None
        assert pilot.app.focused.id == "cancel"
        await pilot.press("shift+tab", *"asked to", "enter", "enter")
        await until(pilot, lambda: any(isinstance(one, Suppress) for one in hub.done))
        (command,) = [one for one in hub.done if isinstance(one, Suppress)]
        assert (command.lift, command.why, command.channel) == (False, "asked to", ContactChannel.EMAIL)
