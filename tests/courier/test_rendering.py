"""What each contact reads."""

import re
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.courier import DEFAULT_TEMPLATES, RenderError, audience, freeze, render
from feeds.courier.rendering import RANGES_LISTED, message_digest, message_of
from feeds.model import (
    AudienceEntry,
    Contact,
    ContactChannel,
    Customer,
    CustomerImpact,
    Message,
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
    return render(kind, text, entry, "O-12", 3)


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


def test_templates_in_english_are_shipped() -> None:
    assert "What we have done" in DEFAULT_TEMPLATES["en"].body


fleets = st.lists(
    st.tuples(
        st.lists(st.tuples(st.integers(0, 9_999), st.integers(1, 400)), max_size=30),
        st.integers(0, 3),
        st.integers(1, 3),
    ),
    min_size=2,
    max_size=6,
)


@given(fleets)
@settings(max_examples=60)
def test_no_message_holds_an_identifier_of_another_customer(
    fleet: list[tuple[list[tuple[int, int]], int, int]],
) -> None:
    customers: dict[str, Customer] = {}
    impacts: list[CustomerImpact] = []
    for place, (runs, cases, contacts) in enumerate(fleet):
        # Every customer has its own block of the number line, so that a stray body can be told.
        base = 8_946_000_000_000_000_000 + (place + 1) * 10**12
        ranges = tuple((str(base + start * 1000), str(base + start * 1000 + count)) for start, count in runs)
        customers[f"id{place}"] = Customer(
            id=f"id{place}",
            name=f"Name-{place}-",
            contacts=tuple(
                Contact(channel=ContactChannel.EMAIL, address=f"ops{n}@customer{place}.example")
                for n in range(contacts)
            ),
        )
        impacts.append(
            CustomerImpact(
                customer=f"id{place}",
                ranges=ranges,
                sims=len(ranges),
                cases=tuple(f"CASE-{place}-{n}" for n in range(cases)),
            )
        )
    draft = Update(
        id=UpdateId("U-1"),
        outage="O-12",
        kind=UpdateKind.FIRST_WORD,
        text=TEXT,
        state=UpdateState.DRAFT,
        author="jl",
        drafted=NEXT,
    )
    fact = freeze(draft, audience(impacts, customers), "operator.example", number=1)
    sent = msgspec.structs.replace(
        draft,
        number=1,
        audience=fact.audience,
        subject_template=fact.subject_template,
        body_template=fact.body_template,
    )
    assert len(fact.audience) == sum(contacts for _, _, contacts in fleet)
    for place, entry in enumerate(fact.audience):
        message = message_of(sent, place)
        assert message_digest(message) == entry.digest
        own = int(entry.customer.removeprefix("id"))
        text = f"{message.subject}\n{message.body}"
        bodies = {int(found) for found in re.findall(r"8946\d{15}", text)}
        assert all((body - 8_946_000_000_000_000_000) // 10**12 == own + 1 for body in bodies)
        assert {int(found) for found in re.findall(r"CASE-(\d+)-", text)} <= {own}
        assert {int(found) for found in re.findall(r"Name-(\d+)-", text)} == {own}
        assert ".example" not in text
