"""What each contact reads."""

import re
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.courier import DEFAULT_TEMPLATES, RenderError, render
from feeds.courier.audience import Audience
from feeds.courier.freezing import as_sent
from feeds.courier.rendering import RANGES_LISTED, message_digest, render_for
from feeds.model import (
    AudienceEntry,
    ContactChannel,
    Earlier,
    Message,
    Parts,
    Phase,
    Update,
    UpdateId,
    UpdateKind,
    UpdateState,
    UpdateText,
)

NEXT = datetime(2026, 3, 1, 23, 51, tzinfo=UTC)
TEXT = UpdateText(done="We moved the APN.", will="We watch it.", need="Restart devices.", next_word=NEXT)
ENTRY = AudienceEntry(
    customer="acme",
    name="Acme Lifts",
    address="ops@acme.example",
    sims=41_200,
    ranges=(("894620000000", "894620000999"), ("894620005000", "894620005099")),
    cases=("4711", "4712"),
    time_zone="Europe/Stockholm",
)


def shown(text: UpdateText = TEXT, entry: AudienceEntry = ENTRY, kind: UpdateKind = UpdateKind.PROGRESS) -> Message:
    return render_for(update_of(text, entry, kind), entry)


def update_of(
    text: UpdateText = TEXT, entry: AudienceEntry = ENTRY, kind: UpdateKind = UpdateKind.PROGRESS, **more: Any
) -> Update:
    draft = Update(
        id=UpdateId("U-1"),
        outage="O-12",
        kind=kind,
        text=text,
        state=UpdateState.DRAFT,
        author="jl",
        drafted=NEXT,
    )
    return as_sent(draft, Audience(entries=(entry,)), number=3, **more)


def test_a_message_holds_the_persons_parts_the_customers_facts_and_the_references() -> None:
    message = shown()
    assert message.subject == "O-12: progress on the disturbance of your SIM cards (update 3)"
    for part in (
        "Hello Acme Lifts,",
        "We moved the APN.",
        "We watch it.",
        "Restart devices.",
        "41,200",
        "894620000000 - 894620000999  (1,000)",
        "894620005000 - 894620005099  (100)",
        "outage O-12, update 3",
        "4711, 4712",
    ):
        assert part in message.body
    assert (message.customer, message.address, message.sims) == ("acme", "ops@acme.example", 41_200)


def test_the_next_word_is_told_in_the_customers_zone_and_in_utc() -> None:
    body = shown().body
    assert "2026-03-02 00:51 (Europe/Stockholm)" in body
    assert "2026-03-01 23:51 UTC" in body


@pytest.mark.parametrize("zone", ["UTC", "", "Mars/Olympus", "../etc/passwd", "Europe", "a\x00b"])
def test_a_zone_that_is_not_known_gets_utc(zone: str) -> None:
    body = shown(entry=msgspec.structs.replace(ENTRY, time_zone=zone)).body
    assert "At the latest at 2026-03-01 23:51 UTC." in body


@pytest.mark.parametrize("kind", list(UpdateKind))
def test_every_kind_has_its_own_subject_and_first_sentence(kind: UpdateKind) -> None:
    others = [shown(kind=other) for other in UpdateKind if other is not kind]
    mine = shown(kind=kind)
    assert mine.subject not in {other.subject for other in others}
    assert mine.body.split("\n")[2] not in {other.body.split("\n")[2] for other in others}


def test_a_long_list_of_ranges_is_cut_and_the_rest_counted() -> None:
    ranges = tuple((f"8946{n:04}000", f"8946{n:04}999") for n in range(RANGES_LISTED + 7))
    body = shown(entry=msgspec.structs.replace(ENTRY, ranges=ranges)).body
    assert body.count(" - 8946") == RANGES_LISTED
    assert "and 7 more ranges" in body


def test_what_a_person_writes_is_text_and_never_a_template() -> None:
    evil = "{{ 7*7 }} {% for x in range(9) %}x{% endfor %} {{ customer.__class__ }} {# gone #} <b>"
    entry = msgspec.structs.replace(ENTRY, name="{{ sims }}", cases=("{% raw %}",))
    body = shown(UpdateText(done=evil, will=evil, need=evil), entry).body
    assert "Hello {{ sims }}," in body
    assert "{{ 7*7 }}" in body
    assert "{# gone #}" in body
    assert "{% raw %}" in body


@pytest.mark.parametrize(
    ("template", "why"),
    [
        ("{{ nothing }}", "'nothing' is undefined"),
        ("{% if %}", "broken in line 1"),
        ("{{ customer.__class__.__mro__ }}", "unsafe"),
        ("{{ ranges.append(1) }}", "attribute 'append' of 'list' object is unsafe"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ kind + 1 }}", "cannot be filled"),
    ],
)
def test_a_template_that_cannot_be_filled_says_so(template: str, why: str) -> None:
    with pytest.raises(RenderError, match=re.escape(why)):
        render(UpdateKind.PROGRESS, TEXT, ENTRY, "O-12", 3, "subject", template)


def test_lines_are_wrapped_and_a_persons_own_breaks_and_bullets_stay() -> None:
    bullet = "- " + "word " * 40
    body = shown(UpdateText(done=f"First.\n\n{bullet}\nLast.", will="x" * 5000, need="n")).body
    lines = body.split("\n")
    assert "First." in lines
    assert "Last." in lines
    start = next(place for place, line in enumerate(lines) if line.startswith("- word"))
    assert lines[start + 1].startswith("  word")
    assert all(len(line.encode()) <= 998 for line in lines)
    assert body.count("x") >= 5000


@given(
    st.builds(
        UpdateText,
        done=st.text(max_size=300),
        will=st.text(max_size=300),
        need=st.text(max_size=300),
        next_word=st.none() | st.just(NEXT),
    ),
    st.text(min_size=1, max_size=60),
    st.sampled_from(list(UpdateKind)),
)
def test_any_text_gives_one_line_of_subject_and_a_clean_bounded_body(
    text: UpdateText, name: str, kind: UpdateKind
) -> None:
    message = shown(text, msgspec.structs.replace(ENTRY, name=name, cases=(name,)), kind)
    assert len(message.subject.splitlines()) == 1
    for line in message.body.split("\n"):
        assert len(line.encode("utf-8")) <= 998
        assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or 0x202A <= ord(char) <= 0x202E for char in line)
    assert shown(text, msgspec.structs.replace(ENTRY, name=name, cases=(name,)), kind) == message


def test_the_digest_of_a_message_covers_address_subject_and_body() -> None:
    message = shown()
    for changed in ({"address": "x@acme.example"}, {"subject": "Other"}, {"body": "Other"}):
        assert message_digest(msgspec.structs.replace(message, **changed)) != message_digest(message)
    moved = msgspec.structs.replace(message, subject=message.subject + "x", body=message.body[1:])
    assert message_digest(moved) != message_digest(message)


def test_templates_in_three_languages_are_shipped() -> None:
    for language, words in (("en", "What we have done"), ("sv", "Vad vi har gjort"), ("de", "Was wir getan haben")):
        assert words in DEFAULT_TEMPLATES.sources[f"email.{language}.body"]


def test_an_update_of_before_renders_from_its_two_templates_as_it_did() -> None:
    message = render(UpdateKind.PROGRESS, TEXT, ENTRY, "O-12", 3, "{{ outage }}!", "{{ done }} {{ sims|grouped }}")
    assert (message.subject, message.body) == ("O-12!", "We moved the APN. 41,200\n")


EVERY_CHANNEL = [one for one in ContactChannel if one is not ContactChannel.PHONE]
IN_THREE = msgspec.structs.replace(
    TEXT, translations=(Parts("sv", "Gjort.", "Ska.", "Behov."), Parts("de", "Getan.", "Werden.", "Tun."))
)


@pytest.mark.parametrize("language", ["en", "sv", "de"])
@pytest.mark.parametrize("kind", list(UpdateKind))
@pytest.mark.parametrize("phase", list(Phase))
@pytest.mark.parametrize("since", ["", "joined", "left"])
def test_every_shipped_template_can_be_filled(language: str, kind: UpdateKind, phase: Phase, since: Any) -> None:
    text = msgspec.structs.replace(IN_THREE, phase=phase, said="It was over.", true="It is not.")
    for channel in EVERY_CHANNEL:
        if channel is ContactChannel.CASE and since == "left":
            continue  # who left has no case in the outage
        entry = msgspec.structs.replace(ENTRY, channel=channel, language=language, since=since, address="a@x.example")
        message = render_for(update_of(text, entry, kind, earlier=Earlier(2, NEXT, IN_THREE)), entry)
        assert message.language == language
        assert "O-12" in message.subject + message.body
        own = {"en": "We moved", "sv": "Gjort", "de": "Getan"}[language]
        assert (own in message.body) is (since != "left")
        assert "\n\n\n\n" not in message.body


def test_a_regional_language_gets_its_primary_one_and_an_unknown_one_english() -> None:
    for wanted, got in (("sv-FI", "sv"), ("DE_at", "de"), ("fr", "en"), ("", "en"), ("en-GB", "en")):
        entry = msgspec.structs.replace(ENTRY, language=wanted)
        assert render_for(update_of(IN_THREE, entry), entry).language == got


def test_who_joins_is_told_what_was_told_before_and_others_are_not() -> None:
    earlier = Earlier(2, NEXT, UpdateText("We look at the gateway.", "We call you.", "n"))
    joined = msgspec.structs.replace(ENTRY, since="joined")
    body = render_for(update_of(entry=joined, earlier=earlier), joined).body
    assert "update 2, 2026-03-02 00:51 (Europe/Stockholm)" in body
    assert "We look at the gateway." in body
    assert "We look at the gateway." not in render_for(update_of(earlier=earlier), ENTRY).body


def test_who_left_is_told_that_they_are_clear_and_nothing_else() -> None:
    left = msgspec.structs.replace(ENTRY, since="left", sims=0, ranges=(), cases=())
    message = render_for(update_of(entry=left), left)
    assert message.subject == "O-12: your SIM cards are no longer concerned (update 3)"
    assert "no longer does" in message.body
    assert "We moved the APN." not in message.body


def test_a_text_message_wastes_no_character_and_has_no_subject() -> None:
    entry = msgspec.structs.replace(ENTRY, channel=ContactChannel.SMS, address="+4670")
    message = render_for(update_of(entry=entry, kind=UpdateKind.FIRST_WORD), entry)
    assert message.subject == ""
    assert message.body == (
        "O-12: disturbance, 41,200 of your SIMs.\nWe moved the APN.\nTo do: Restart devices.\n"
        "Next word by 2026-03-02 00:51 Europe/Stockholm."
    )


def test_a_webhook_gets_data() -> None:
    entry = msgspec.structs.replace(ENTRY, channel=ContactChannel.WEBHOOK, address="https://x.example")
    body = msgspec.json.decode(render_for(update_of(entry=entry), entry).body)
    assert body["type"] == "outage.update"
    data = body["data"]
    assert (data["outage"], data["update"], data["kind"], data["sims"]) == ("O-12", 3, "progress", 41_200)
    assert data["ranges"][1] == {"first": "894620005000", "last": "894620005099", "count": 100}
    assert data["next_word"] == "2026-03-01T23:51:00Z"


def test_the_comment_of_an_all_clear_asks_whether_to_leave_the_case_open() -> None:
    entry = msgspec.structs.replace(ENTRY, channel=ContactChannel.CASE, address="zammad/1", cases=("1",))
    asked = "Shall we leave this case open"
    assert asked in render_for(update_of(entry=entry, kind=UpdateKind.ALL_CLEAR), entry).body
    assert asked not in render_for(update_of(entry=entry), entry).body


def test_the_digest_of_a_message_covers_its_channel() -> None:
    sms = msgspec.structs.replace(ENTRY, channel=ContactChannel.SMS)
    message = render_for(update_of(entry=sms), sms)
    assert message_digest(message) != message_digest(msgspec.structs.replace(message, channel=ContactChannel.CASE))
