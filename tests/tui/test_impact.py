"""The customer under the cursor of an outage's impact: what stands beside or below the table, and what it asks for."""

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from feeds.model import CallRow, DeliveryRow, DeliveryState, ImpactRow, UpdateState
from tests.tui.conftest import Opened, settle
from tests.tui.fake_hub import NOW, FakeHub, ago, case, outage, update_row
from tests.tui.seen import line_with, screen_text, until
from tui.panes.customer import CustomerPane, named
from tui.words.impact import AboutCustomer, customer_facts
from widgets.facts import fold

BROAD, HIGH, SMALL = (200, 60), (130, 40), (80, 24)
ASKED = {"updates", "cases", "calls", "deliveries"}


def delivery(number: int, customer: str, state: DeliveryState = DeliveryState.ACCEPTED) -> DeliveryRow:
    answer = "250 Ok" if state is DeliveryState.ACCEPTED else "550 no such user"
    return DeliveryRow(
        key=f"U-9/{number}",
        update="U-9",
        state=state,
        customer=customer,
        address=f"noc@{number}.example",
        answer=answer,
    )


async def on_impact(pilot: Pilot[None], what: Callable[[], bool]) -> None:
    await pilot.press("enter")
    await until(pilot, lambda: bool(pilot.app.screen.query(CustomerPane)))
    await until(pilot, what)
    await settle(pilot)


def asked_of(hub: FakeHub, name: str) -> set[str]:
    return {view.view for view in hub.views if named(name) in view.filter}


def said(about: AboutCustomer, *, brief: bool = False) -> str:
    row = ImpactRow(key="c4", customer="Hilltop Farm", sims=4_000, cases=8)
    facts = customer_facts(row, outage(), about, NOW, brief=brief)
    return "\n".join(line.plain for line in fold(facts, 120))


@pytest.mark.parametrize("brief", [False, True])
def test_whom_the_last_update_left_out_is_told_so(brief: bool) -> None:
    sent = (update_row("U-9", number=2, approved=ago(10)),)
    assert "nothing of it was addressed to them" in said(AboutCustomer(sent, ()), brief=brief)
    assert "sending" in said(AboutCustomer(sent, ()), brief=brief)
    assert "addressed" not in said(AboutCustomer(sent), brief=brief), "before it has come nobody knows"


def test_what_did_not_arrive_stands_first() -> None:
    states = (DeliveryState.QUEUED, DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN, DeliveryState.FAILED)
    sent = (update_row("U-9", number=2, approved=ago(10)),)
    about = AboutCustomer(sent, tuple(delivery(n, "Hilltop Farm", state) for n, state in enumerate(states * 3)))
    words = [line.split()[0] for line in said(about).split("\n") if "noc@" in line]
    assert words == ["failed"] * 3 + ["uncertain"] * 3
    assert "and 6 more" in said(about)
    assert "failed 3 · uncertain 3 · accepted 3 · queued 3" in said(about, brief=True)


def test_before_the_first_word_nothing_was_told() -> None:
    assert "told      nothing yet" in said(AboutCustomer(()))


def test_a_customer_whom_no_message_reaches_has_the_number_to_call() -> None:
    call = CallRow(key="c4", customer="Hilltop Farm", phones=("+46 8 123",), reason="no address")
    assert "no message reaches them · call +46 8 123 · no address" in said(AboutCustomer(call=call))
    assert "no contact is known" in said(AboutCustomer())


async def test_what_a_customer_was_told_and_waits_for_stands_beside_the_table(opened: Opened, hub: FakeHub) -> None:
    hub.put("updates", update_row("U-9", number=2, state=UpdateState.DONE, approved=ago(10)))
    hub.put("updates", update_row("U-10", number=3, state=UpdateState.DRAFT, approved=None))
    hub.put("deliveries", delivery(1, "Vattenkraft"), delivery(2, "Vattenkraft", DeliveryState.BOUNCED),
            delivery(3, "Vattenkraft Nord"), of="U-9")  # fmt: skip
    hub.put("cases", case(63, customer="Vattenkraft Nord", title="Not theirs"))
    async with opened(BROAD) as pilot:
        await on_impact(pilot, lambda: "noc@1.example" in screen_text(pilot))
        seen = screen_text(pilot)
        assert "20,000 hit · 49 % of the 41,200 in the outage" in seen
        assert "10 min ago · update 2" in seen
        assert "update 3" not in seen
        assert "bounced" in line_with(pilot, "noc@2.example")
        assert "550 no such user" in line_with(pilot, "noc@2.example")
        assert "before    first word 02:31" in seen
        assert "20 open" in seen
        assert "10404" in line_with(pilot, "6m  Meters")
        assert "and 8 more" in seen
        assert "noc@3.example" not in seen
        assert "Not theirs" not in seen
        hub.put("outages", outage(sims=80_000))
        await until(pilot, lambda: "25 % of the 80,000" in screen_text(pilot))


async def test_the_pane_goes_with_the_cursor_and_gives_up_what_it_asked_for(opened: Opened, hub: FakeHub) -> None:
    async with opened(BROAD) as pilot:
        await on_impact(pilot, lambda: asked_of(hub, "Vattenkraft") == ASKED - {"updates"})
        await pilot.press("down", "down", "down")
        await until(pilot, lambda: asked_of(hub, "Acme Lifts") == ASKED - {"updates"})
        await settle(pilot)
        assert not asked_of(hub, "Vattenkraft")
        assert "│  Acme Lifts · alarm" in screen_text(pilot)
        await pilot.press("escape", "escape")
        await until(pilot, lambda: not pilot.app.screen.query(CustomerPane))
        assert not asked_of(hub, "Acme Lifts")


async def test_on_a_middling_screen_it_stands_in_short_below_the_table(opened: Opened, hub: FakeHub) -> None:
    async with opened(HIGH) as pilot:
        await on_impact(pilot, lambda: "cases     20 open · newest 10404" in screen_text(pilot))
        assert "failed 1" in line_with(pilot, "told      first word 02:31")
        assert "ranges    8946 2000 2000–2039 +2" in screen_text(pilot), "those of the outage, not of the customer"


async def test_on_a_small_screen_there_is_none_and_nothing_is_asked_for(opened: Opened, hub: FakeHub) -> None:
    async with opened(SMALL) as pilot:
        await on_impact(pilot, lambda: "Vattenkraft" in screen_text(pilot))
        await pilot.pause(0.15)
        assert not pilot.app.screen.query_one(CustomerPane).display
        assert not asked_of(hub, "Vattenkraft")
        await pilot.resize_terminal(*BROAD)
        await until(pilot, lambda: asked_of(hub, "Vattenkraft") == ASKED - {"updates"})


async def test_a_customer_with_a_hostile_name_is_asked_for_and_shown_as_text(opened: Opened, hub: FakeHub) -> None:
    name = '[red]"Ren & Söner" \x1b[31m'
    hub.put("impact", ImpactRow(key="c0", customer=name, vip=True, sims=90_000, cases=1), of="O-12")
    hub.put("cases", case(70, customer=name, title="Theirs"))
    async with opened(BROAD) as pilot:
        await on_impact(pilot, lambda: "Theirs" in screen_text(pilot))
        assert "100 % of the 41,200" in screen_text(pilot), "the outage's own count is older than the customer's"
        assert "[red]" in screen_text(pilot)
        assert "\x1b" not in screen_text(pilot)
