"""Nobody is sent an identifier of another customer: over random fleets with ranges that overlap."""

import re
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from feeds.board import Board, Touched
from feeds.courier import Ways, attachment_of, audience
from feeds.courier.freezing import approval, as_sent, frozen_at_once
from feeds.courier.rendering import message_digest, message_of
from feeds.facts import CustomersStated, Entry, Fact, OutageSuspected, RangesStated
from feeds.model import (
    Contact,
    ContactChannel,
    Customer,
    Earlier,
    Narrowing,
    Parts,
    SimRange,
    Update,
    UpdateId,
    UpdateKind,
    UpdateState,
    UpdateText,
)
from feeds.simspace import luhn_holds
from tests.extent import examples

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
BASE = 894_620_000_000_000_000
CHANNELS = [one for one in ContactChannel if one is not ContactChannel.PHONE]
TEXT = UpdateText("We moved it.", "We watch.", "Wait.", NOW, translations=(Parts("sv", "a", "b", "c"),))
LANGUAGES = ("en", "sv", "de", "fi")

runs = st.lists(st.tuples(st.integers(0, 600), st.integers(0, 120), st.integers(0, 4)), min_size=1, max_size=14)
scopes = st.lists(st.tuples(st.integers(0, 700), st.integers(0, 200)), min_size=1, max_size=3)


def address(channel: ContactChannel, customer: int) -> str:
    match channel:
        case ContactChannel.SMS:
            return f"+4670000{customer:04d}"
        case ContactChannel.WEBHOOK:
            return f"https://hooks.example/{customer}"
        case _:
            return f"ops@shared{customer % 2}.example"  # an address that customers share


def told(board: Board, *facts: Fact) -> None:
    for fact in facts:
        seq = board.seq + 1
        board.apply([Entry(seq, NOW + timedelta(seconds=seq), "jl", fact)], Touched())


@given(runs, scopes, scopes, st.integers(0, 200), st.sampled_from(list(UpdateKind)), st.booleans())
@settings(max_examples=examples(120))
def test_no_message_attachment_or_webhook_holds_an_identifier_of_another_customer(
    found: list[tuple[int, int, int]],
    hit: list[tuple[int, int]],
    hit_before: list[tuple[int, int]],
    listed_up_to: int,
    kind: UpdateKind,
    vips: bool,
) -> None:
    board = Board()
    customers = tuple(
        Customer(
            id=f"id{n}",
            name=f"Name-{n}-",
            vip=n % 2 == 0,
            language=LANGUAGES[n % 4],
            contacts=tuple(Contact(one, address(one, n)) for one in CHANNELS if one is not ContactChannel.CASE),
        )
        for n in range(5)
    )
    ranges = {
        (BASE + first, BASE + first + size): SimRange(str(BASE + first), str(BASE + first + size), f"id{customer}")
        for first, size, customer in found
    }
    told(board, CustomersStated(customers), RangesStated(tuple(ranges.values())))
    for name, stretch in (("O-1", hit), ("O-2", hit_before)):
        pairs = tuple((str(BASE + first), str(BASE + first + size)) for first, size in sorted(stretch))
        told(board, OutageSuspected(name, pairs))
    known = board.inventory.customers
    last = audience(board.outages.impact("O-2"), known, Ways(frozenset(CHANNELS))).entries
    ways = Ways(
        channels=frozenset(CHANNELS),
        narrowing=Narrowing(vips=vips),
        cases={f"id{n}": {f"zammad/CASE-{n}-": f"CASE-{n}-"} for n in range(5)},
        last=last,
        own=("noc@operator.example",),
    )
    people = audience(board.outages.impact("O-1"), known, ways)
    draft = Update(UpdateId("U-1"), "O-1", kind, TEXT, UpdateState.DRAFT, "jl", NOW)
    sent = as_sent(draft, people, number=2, earlier=Earlier(1, NOW, TEXT), iccids_up_to=listed_up_to)
    fact = approval(frozen_at_once(sent), "operator.example", canary=3)
    for entry in fact.audience:
        own = entry.customer
        message = message_of(sent, people.entries.index(structs.replace(entry, digest="")))
        assert message_digest(message) == entry.digest
        file = attachment_of(sent, entry)
        text = f"{message.subject}\n{message.body}"
        bodies = {int(one) for one in re.findall(r"894620\d{12}(?!\d)", text)}
        if file is not None:
            lines = file.data.decode("ascii").split("\r\n")[1:-1]
            iccids = [one for line in lines for one in line.split(",") if len(one) == 19]
            assert all(luhn_holds(one) for one in iccids)
            bodies |= {int(one[:-1]) for one in iccids}
            if file.name.startswith("iccids"):
                assert len(iccids) == entry.sims
        for first, last_one in entry.ranges:
            bodies |= {int(first), int(last_one)}
        for body in bodies:
            owner = board.inventory.range_at(body)
            assert owner is not None
            assert owner.customer == own, f"{body} belongs to {owner.customer} and was sent to {own or 'nobody'}"
        assert {f"id{one}" for one in re.findall(r"(?:Name|CASE)-(\d)-", text)} <= {own}
        if vips and own:
            assert known[own].vip or entry.since == "left"
