"""What is shown before an update is approved is what is approved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.board.touched import Touched
from feeds.board.update.updates import UpdateTable
from feeds.courier import DEFAULT_TEMPLATES, Audience, RenderError, TemplateSet, freeze
from feeds.courier.audience import Call
from feeds.courier.freezing import PIECE, Freezing, Frozen, approval, as_sent, canary_of, frozen_at_once, in_order
from feeds.courier.rendering import message_digest, message_of
from feeds.courier.showing import shown
from feeds.facts import UpdateDrafted
from feeds.model import (
    AudienceEntry,
    ContactChannel,
    Earlier,
    Parts,
    Phase,
    Preview,
    Update,
    UpdateId,
    UpdateKind,
    UpdateState,
    UpdateText,
)

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
TEXT = UpdateText(
    done="Done.",
    will="Will.",
    need="Need.",
    next_word=NOW + timedelta(minutes=20),
    translations=(Parts("sv", "Gjort.", "Ska.", "Behov."),),
)
DRAFT = Update(
    id=UpdateId("U-7"),
    outage="O-12",
    kind=UpdateKind.PROGRESS,
    text=TEXT,
    state=UpdateState.DRAFT,
    author="jl",
    drafted=NOW,
)
RANGES = (("894620000000000000", "894620000000000099"),)
PEOPLE = Audience(
    entries=(
        AudienceEntry(customer="v", name="Vattenkraft", address="a@v.example", sims=100, ranges=RANGES, vip=True),
        AudienceEntry(customer="v", name="Vattenkraft", address="b@v.example", sims=100, ranges=RANGES, vip=True),
        AudienceEntry(customer="n", name="Nordbuss", address="ops@n.example", sims=7, language="sv-SE"),
        AudienceEntry(customer="n", name="Nordbuss", address="+46701", channel=ContactChannel.SMS, sims=7),
        AudienceEntry(customer="f", name="Firma", address="ops@f.example", sims=3, language="fi"),
        AudienceEntry(customer="", name="", address="noc@operator.example", own=True),
    ),
    unreachable=("Acme: no e-mail address",),
    calls=(Call("acme", "Acme", "no e-mail address"),),
    suppressed=("Berg: e-mail x@b.example: opt-out",),
    joined=("Nordbuss",),
    left=("Lund",),
)


def frozen(draft: Update = DRAFT, people: Audience = PEOPLE, **more: Any) -> Frozen:
    return frozen_at_once(as_sent(draft, people, **({"number": 2} | more)))


def preview(people: Audience = PEOPLE, **more: Any) -> Preview:
    return shown(frozen(people=people), people, **more)


def test_totals_count_a_customer_once_however_many_contacts_it_has() -> None:
    found = preview()
    assert (found.customers, found.contacts, found.sims, found.vips) == (3, 6, 110, 1)
    assert found.channels == {"e-mail": 5, "sms": 1}
    assert (found.unreachable, found.suppressed) == (PEOPLE.unreachable, PEOPLE.suppressed)
    assert (found.joined, found.left) == (("Nordbuss",), ("Lund",))
    assert "update 2" in found.messages[0].body


def test_who_gets_english_instead_of_their_language_is_counted() -> None:
    found = preview()
    assert found.languages == {"en": 5, "sv": 1}
    assert found.fallbacks == {"fi": 1}
    assert found.messages[2].language == "sv"
    assert "Gjort." in found.messages[2].body
    assert "Done." in found.messages[4].body


def test_the_window_and_the_search_narrow_the_messages_and_not_the_totals() -> None:
    assert [message.address for message in preview(window=(1, 1)).messages] == ["b@v.example"]
    for find in ("NORD", "ops@N", "n.exam"):
        found = preview(find=find)
        assert found.messages[0].address == "ops@n.example"
        assert found.contacts == 6
    assert preview(window=(-5, 10_000), find="nobody").messages == ()


@pytest.mark.parametrize("canary", [0, 3])
def test_what_is_approved_is_what_was_shown_and_what_will_be_rendered(canary: int) -> None:
    made = frozen(iccids_up_to=1_000)
    found = shown(made, PEOPLE)
    fact = approval(made, "operator.example", canary=canary)
    assert fact.digest == found.digest == made.digest
    assert (fact.update, fact.message_domain, fact.unreached) == ("U-7", "operator.example", ("acme",))
    table = UpdateTable()
    table.draft(UpdateDrafted("U-7", "O-12", DRAFT.kind, TEXT), "jl", 1, NOW, Touched())
    table.approve(fact, 2, "mk", 2, NOW, Touched())
    approved = table.updates["U-7"]
    by_address = {message.address: message for message in found.messages}
    for place, entry in enumerate(approved.audience):
        message = message_of(approved, place)
        assert message == by_address[entry.address]
        assert entry.digest == message_digest(message)
    assert len(approved.audience) == len(by_address) == 6


def test_an_audience_rendered_in_pieces_gives_the_same_digest_as_at_once() -> None:
    entries = tuple(
        AudienceEntry(customer=f"c{n}", name=f"Firm {n}", address=f"a{n}@x.example", sims=n) for n in range(PIECE + 3)
    )
    update = as_sent(DRAFT, Audience(entries=entries), number=2)
    freezing = Freezing(update)
    assert freezing.step() is True
    assert freezing.step() is False
    assert freezing.frozen() == frozen_at_once(update)


def _replaced(place: int, **changes: Any) -> Audience:
    entries = list(PEOPLE.entries)
    entries[place] = msgspec.structs.replace(entries[place], **changes)
    return Audience(entries=tuple(entries))


OTHER = TemplateSet(DEFAULT_TEMPLATES.sources | {"email.en.subject": "{{ outage }} !"})
EARLIER = Earlier(1, NOW, TEXT)


@pytest.mark.parametrize(
    "digest",
    [
        lambda: frozen(people=_replaced(2, sims=8)).digest,
        lambda: frozen(people=_replaced(2, address="x@n.example")).digest,
        lambda: frozen(people=_replaced(2, contact="Somebody")).digest,
        lambda: frozen(people=_replaced(0, ranges=(("894620000000000000", "894620000000000098"),))).digest,
        lambda: frozen(people=_replaced(2, since="joined")).digest,
        lambda: frozen(people=Audience(entries=PEOPLE.entries[:2])).digest,
        lambda: frozen(number=3).digest,
        lambda: frozen(templates=OTHER).digest,
        lambda: frozen(earlier=EARLIER).digest,
        lambda: frozen(iccids_up_to=5).digest,
        lambda: frozen(msgspec.structs.replace(DRAFT, kind=UpdateKind.ALL_CLEAR)).digest,
        lambda: frozen(msgspec.structs.replace(DRAFT, outage="O-13")).digest,
        lambda: frozen(msgspec.structs.replace(DRAFT, text=msgspec.structs.replace(TEXT, need="Else."))).digest,
        lambda: frozen(msgspec.structs.replace(DRAFT, text=msgspec.structs.replace(TEXT, phase=Phase.RESOLVED))).digest,
        lambda: frozen(msgspec.structs.replace(DRAFT, text=msgspec.structs.replace(TEXT, translations=()))).digest,
    ],
)
def test_any_change_of_text_templates_or_audience_changes_the_digest(digest: Callable[[], str]) -> None:
    assert digest() != frozen().digest


def test_the_order_of_the_audience_does_not_change_the_digest() -> None:
    turned = Audience(entries=tuple(reversed(PEOPLE.entries)))
    assert frozen(people=turned).digest == frozen().digest
    assert freeze(DRAFT, PEOPLE, "d", number=2).digest == frozen().digest


def test_a_broken_template_is_told_before_anything_is_approved() -> None:
    with pytest.raises(RenderError, match=r"email\.en\.body.*simms"):
        frozen(templates=TemplateSet(DEFAULT_TEMPLATES.sources | {"email.en.body": "{{ simms }}"}))


def test_the_canary_is_a_share_of_the_contacts_a_few_at_least_and_the_own_addresses() -> None:
    assert canary_of(10_002, 2, 0.01, 5) == 102
    assert canary_of(101, 1, 0.01, 5) == 6
    assert canary_of(3, 1, 0.01, 5) == 3
    assert canary_of(500, 1, 0.0, 0) == 0


def test_the_own_addresses_come_first_then_each_channel_and_language_and_vips_last() -> None:
    fact = approval(frozen(), "d", canary=4)
    first = [entry.address for entry in fact.audience[:4]]
    assert first[0] == "noc@operator.example"
    assert set(first[1:]) == {"ops@f.example", "ops@n.example", "+46701"}
    assert [entry.address for entry in fact.audience[4:]] == ["a@v.example", "b@v.example"]


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.integers(0, 5)), max_size=30), st.integers(0, 40))
def test_ordering_for_the_canary_loses_and_repeats_nobody(found: list[tuple[bool, bool, int]], canary: int) -> None:
    entries = tuple(
        AudienceEntry(customer=f"c{n}", name="", address=str(n), own=own, vip=vip, sims=sims)
        for n, (own, vip, sims) in enumerate(found)
    )
    places = in_order(entries, canary, dict.fromkeys(entries, "en"))
    assert sorted(places) == list(range(len(entries)))
    own = sum(entry.own for entry in entries)
    if canary:
        assert all(entries[place].own for place in places[:own])
