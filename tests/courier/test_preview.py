"""What is shown before an update is approved is what is approved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from feeds.courier import DEFAULT_TEMPLATES, Audience, RenderError, Templates, freeze, preview
from feeds.courier.lint import problems
from feeds.courier.rendering import message_digest, message_of, update_digest
from feeds.model import AudienceEntry, Update, UpdateId, UpdateKind, UpdateState, UpdateText

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
TEXT = UpdateText(done="Done.", will="Will.", need="Need.", next_word=NOW + timedelta(minutes=20))
DRAFT = Update(
    id=UpdateId("U-7"),
    outage="O-12",
    kind=UpdateKind.PROGRESS,
    text=TEXT,
    state=UpdateState.DRAFT,
    author="jl",
    drafted=NOW,
)
PEOPLE = Audience(
    entries=(
        AudienceEntry(customer="v", name="Vattenkraft", address="a@v.example", sims=100, vip=True),
        AudienceEntry(customer="v", name="Vattenkraft", address="b@v.example", sims=100, vip=True),
        AudienceEntry(customer="n", name="Nordbuss", address="ops@n.example", sims=7),
    ),
    unreachable=("Acme: no e-mail address",),
)


def test_totals_count_a_customer_once_however_many_contacts_it_has() -> None:
    shown = preview(DRAFT, PEOPLE, NOW, number=2)
    assert (shown.customers, shown.contacts, shown.sims, shown.vips) == (2, 3, 107, 1)
    assert shown.unreachable == ("Acme: no e-mail address",)
    assert shown.problems == ()
    assert "update 2" in shown.messages[0].body


def test_the_window_and_the_search_narrow_the_messages_and_not_the_totals() -> None:
    shown = preview(DRAFT, PEOPLE, NOW, window=(1, 1))
    assert [message.address for message in shown.messages] == ["b@v.example"]
    for find in ("NORD", "ops@N", "n.exam"):
        shown = preview(DRAFT, PEOPLE, NOW, find=find)
        assert [message.address for message in shown.messages] == ["ops@n.example"]
        assert shown.contacts == 3
    assert preview(DRAFT, PEOPLE, NOW, window=(-5, 10_000), find="nobody").messages == ()


def test_what_is_approved_is_what_was_shown_and_what_will_be_rendered() -> None:
    shown = preview(DRAFT, PEOPLE, NOW, number=2)
    fact = freeze(DRAFT, PEOPLE, "operator.example", number=2)
    assert fact.digest == shown.digest
    assert (fact.update, fact.message_domain) == ("U-7", "operator.example")
    approved = msgspec.structs.replace(
        DRAFT,
        number=2,
        audience=fact.audience,
        subject_template=fact.subject_template,
        body_template=fact.body_template,
    )
    for place, message in enumerate(shown.messages):
        assert message_of(approved, place) == message
        assert fact.audience[place].digest == message_digest(message)


def _replaced(place: int, **changes: Any) -> Audience:
    entries = list(PEOPLE.entries)
    entries[place] = msgspec.structs.replace(entries[place], **changes)
    return Audience(entries=tuple(entries))


OTHER_TEMPLATES = Templates(DEFAULT_TEMPLATES["en"].subject + "!", DEFAULT_TEMPLATES["en"].body)


@pytest.mark.parametrize(
    "digest",
    [
        lambda: freeze(DRAFT, _replaced(2, sims=8), "d", number=1).digest,
        lambda: freeze(DRAFT, _replaced(2, address="x@n.example"), "d", number=1).digest,
        lambda: freeze(DRAFT, _replaced(2, contact="Somebody"), "d", number=1).digest,
        lambda: freeze(DRAFT, Audience(entries=PEOPLE.entries[:2]), "d", number=1).digest,
        lambda: freeze(DRAFT, PEOPLE, "d", number=2).digest,
        lambda: freeze(DRAFT, PEOPLE, "d", number=1, templates=OTHER_TEMPLATES).digest,
        lambda: freeze(msgspec.structs.replace(DRAFT, kind=UpdateKind.ALL_CLEAR), PEOPLE, "d", number=1).digest,
        lambda: freeze(msgspec.structs.replace(DRAFT, outage="O-13"), PEOPLE, "d", number=1).digest,
        lambda: (
            freeze(
                msgspec.structs.replace(DRAFT, text=msgspec.structs.replace(TEXT, need="Else.")), PEOPLE, "d", number=1
            ).digest
        ),
    ],
)
def test_any_change_of_text_templates_or_audience_changes_the_digest(digest: Callable[[], str]) -> None:
    assert digest() != freeze(DRAFT, PEOPLE, "d", number=1).digest


def test_the_order_of_the_audience_does_not_change_the_digest() -> None:
    entries = freeze(DRAFT, PEOPLE, "d", number=1).audience
    digests = {
        update_digest(DRAFT.kind, TEXT, "O-12", 1, DEFAULT_TEMPLATES["en"], order)
        for order in (entries, tuple(reversed(entries)))
    }
    assert len(digests) == 1


def test_a_broken_template_is_told_before_anything_is_approved() -> None:
    with pytest.raises(RenderError, match="body template"):
        preview(DRAFT, PEOPLE, NOW, templates=Templates("s", "{{ simms }}"))


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"done": "  \n"}, "'what we have done' is empty"),
        ({"will": ""}, "'what we will do' is empty"),
        ({"need": ""}, "'what you need to do' is empty"),
        ({"done": "Fixed {{ cause }}."}, "'what we have done' has a placeholder left over: {{ cause }}"),
        ({"will": "TODO ask core"}, "'what we will do' has a placeholder left over: TODO"),
        ({"need": "Call XXX."}, "'what you need to do' has a placeholder left over: XXX"),
        ({"next_word": None}, "no time is promised for the next word"),
        ({"next_word": NOW}, "the next word is promised for 2026-03-01 02:00 UTC, which is in the past"),
    ],
)
def test_slips_are_pointed_at(changes: dict[str, Any], found: str) -> None:
    assert problems(UpdateKind.PROGRESS, msgspec.structs.replace(TEXT, **changes), 3, NOW) == (found,)


def test_an_all_clear_may_be_the_last_word() -> None:
    text = msgspec.structs.replace(TEXT, next_word=None)
    assert problems(UpdateKind.ALL_CLEAR, text, 3, NOW) == ()


def test_an_update_that_nobody_would_get_is_pointed_at() -> None:
    assert preview(DRAFT, Audience(), NOW).problems == (
        "nobody would get it: no customer in the outage has an e-mail address",
    )
