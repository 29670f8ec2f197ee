"""The customer's own SIMs as a file."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from feeds.courier.attachments import Attachment, attachment_of, attachment_words
from feeds.model import AudienceEntry, ContactChannel, Update, UpdateId, UpdateKind, UpdateState, UpdateText
from feeds.simspace import luhn_digit

UPDATE = Update(
    id=UpdateId("U-1"),
    outage="O-12",
    kind=UpdateKind.PROGRESS,
    text=UpdateText("a", "b", "c"),
    state=UpdateState.SENDING,
    author="jl",
    drafted=datetime(2026, 3, 1, tzinfo=UTC),
    number=3,
    iccids_up_to=100,
)
FIRST = "894620000000000098"
ENTRY = AudienceEntry(customer="x", name="X", address="a@x.example", sims=5, ranges=((FIRST, "894620000000000102"),))


def made(**changes: Any) -> Attachment | None:
    return attachment_of(UPDATE, structs.replace(ENTRY, **changes))


@given(st.integers(10**17, 9 * 10**17), st.integers(0, 99))
def test_every_iccid_is_listed_once_with_its_check_digit(first: int, more: int) -> None:
    file = made(ranges=((str(first), str(first + more)),), sims=more + 1)
    assert file is not None
    lines = file.data.decode("ascii").split("\r\n")
    assert (file.name, lines[0], lines[-1]) == ("iccids-O-12-3.csv", "iccid", "")
    assert lines[1:-1] == [f"{body}{luhn_digit(str(body))}" for body in range(first, first + more + 1)]


def test_a_body_keeps_its_leading_zeros() -> None:
    file = made(ranges=(("000000000000000007", "000000000000000007"),), sims=1)
    assert file is not None
    assert file.data.split(b"\r\n")[1] == b"0000000000000000075"


def test_of_many_sims_the_ranges_are_listed() -> None:
    file = made(sims=101)
    assert file is not None
    assert file.name == "iccid-ranges-O-12-3.csv"
    low, high = luhn_digit(FIRST), luhn_digit("894620000000000102")
    said = f"first_iccid,last_iccid,sims\r\n{FIRST}{low},894620000000000102{high},5\r\n"
    assert file.data.decode() == said
    assert attachment_words(UPDATE, structs.replace(ENTRY, sims=101)) == "iccid-ranges-O-12-3.csv: 1 range"
    assert attachment_words(UPDATE, ENTRY) == "iccids-O-12-3.csv: 5 ICCIDs"


@pytest.mark.parametrize(
    "changes", [{"channel": ContactChannel.SMS}, {"channel": ContactChannel.CASE}, {"since": "left"}, {"ranges": ()}]
)
def test_where_nothing_can_go_along_nothing_does(changes: dict[str, Any]) -> None:
    assert made(**changes) is None
    assert attachment_of(structs.replace(UPDATE, iccids_up_to=0), ENTRY) is None


def test_the_name_of_the_file_is_safe_whatever_the_outage_is_called() -> None:
    file = attachment_of(structs.replace(UPDATE, outage='../"O\r\n12'), ENTRY)
    assert file is not None
    assert file.name == "iccids--O-12-3.csv"
