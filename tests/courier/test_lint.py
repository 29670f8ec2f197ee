"""Slips that are pointed at before an update is approved, with their places."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from feeds.courier.lint import Circumstances, Stray, in_words, slips
from feeds.courier.names import NameFinder
from feeds.courier.numbers_said import Total, wrong_numbers
from feeds.courier.sending import would_wait
from feeds.courier.sms_length import SmsLength, sms_length
from feeds.model import Parts, Slip, UpdateKind, UpdateText

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
TEXT = UpdateText(done="Done.", will="Will.", need="Need.", next_word=NOW + timedelta(minutes=20))
AROUND = Circumstances(NOW, customers=12, contacts=15, sims=41_200, ranges=3)


def found(
    text: UpdateText = TEXT,
    kind: UpdateKind = UpdateKind.PROGRESS,
    names: tuple[str, ...] = (),
    **around: Any,
) -> tuple[Slip, ...]:
    return slips(kind, text, structs.replace(AROUND, **around), NameFinder(names))


def test_a_clean_text_has_no_slips() -> None:
    assert found() == ()


@pytest.mark.parametrize(
    ("changes", "words", "stops"),
    [
        ({"done": "  \n"}, "'what we have done' is empty", True),
        ({"will": ""}, "'what we will do' is empty", True),
        ({"need": ""}, "'what you need to do' is empty", True),
        ({"done": "Fixed {{ cause }}."}, "'what we have done' has a placeholder left over: {{ cause }}", True),
        ({"will": "TODO ask core"}, "'what we will do' has a placeholder left over: TODO", True),
        ({"need": "Call XXX."}, "'what you need to do' has a placeholder left over: XXX", True),
        ({"need": "Back at [time]."}, "'what you need to do' has a placeholder left over: [time]", True),
        ({"next_word": None}, "no time is promised for the next word", False),
        ({"next_word": NOW}, "the next word is promised for 2026-03-01 02:00 UTC, which is in the past", True),
        (
            {"next_word": NOW + timedelta(minutes=45)},
            "the next word is promised in 45 min, 20 min are usual",
            False,
        ),
        ({"done": "It hits 40,000 SIMs."}, "'what we have done' says 40,000; it goes to 41,200 SIMs", False),
        ({"done": "It hits 11 customers."}, "'what we have done' says 11; it goes to 12 customers", False),
    ],
)
def test_slips_are_pointed_at(changes: dict[str, Any], words: str, stops: bool) -> None:
    (slip,) = found(structs.replace(TEXT, **changes))
    assert (slip.what, slip.stops) == (words, stops)


def test_a_slip_says_where_it_is() -> None:
    text = structs.replace(TEXT, will="We wait for {{ who }} now.", translations=(Parts("sv", "a", "b", "TBD"),))
    one, two = found(text, spoken=frozenset({"en", "sv"}))
    assert (one.part, text.will[one.start : one.end]) == ("will", "{{ who }}")
    assert (two.part, two.language, two.start, two.end) == ("need", "sv", 0, 3)
    assert in_words((two,)) == ("sv: 'what you need to do' has a placeholder left over: TBD",)


def test_an_all_clear_may_be_the_last_word_and_not_while_cases_come_in() -> None:
    text = structs.replace(TEXT, next_word=None)
    assert found(text, UpdateKind.ALL_CLEAR) == ()
    (slip,) = found(text, UpdateKind.ALL_CLEAR, incoming="3 cases came in the last 10 minutes")
    assert slip.what == "an all-clear, and 3 cases came in the last 10 minutes"
    assert found(incoming="3 cases came in the last 10 minutes") == ()


def test_a_correction_says_what_was_said_and_what_is_true() -> None:
    whats = [slip.what for slip in found(kind=UpdateKind.CORRECTION)]
    assert whats == ["'what we told you' is empty", "'what is true' is empty"]
    assert found(structs.replace(TEXT, said="It was over.", true="It is not."), UpdateKind.CORRECTION) == ()


def test_an_update_that_nobody_would_get_is_stopped() -> None:
    (slip,) = found(contacts=0, without_address="no customer in the outage has an e-mail address")
    assert slip.what == "nobody would get it: no customer in the outage has an e-mail address"
    assert slip.stops


@pytest.mark.parametrize("all_wait", [True, False])
def test_messages_that_would_wait_for_a_channel_are_named_and_stop_where_all_would(all_wait: bool) -> None:
    why = would_wait("e-mail", 44)
    assert why == "no mail server is configured: 44 mails would wait; set [mail]"
    assert [(one.what, one.stops) for one in found(would_wait=(why,), all_wait=all_wait)] == [(why, all_wait)]
    assert would_wait("e-mail", 1).startswith("no mail server is configured: 1 mail would wait")


def test_the_name_of_a_customer_is_pointed_at_where_others_would_read_it() -> None:
    text = structs.replace(TEXT, done="The meters of Vattenkraft Nord are back, and power is on.")
    names = ("Vattenkraft Nord AB", "Power", "Kraft", "AB")
    (slip,) = found(text, names=names)
    assert slip.what == "'what we have done' names a customer: Vattenkraft Nord AB"
    assert text.done[slip.start : slip.end] == "Vattenkraft Nord"
    assert found(text, names=names, only="Vattenkraft Nord AB") == ()
    assert [slip.what for slip in found(structs.replace(TEXT, done="Power is back"), names=names)] == [
        "'what we have done' names a customer: Power"
    ]


def test_sims_that_stand_in_the_text_stop_it() -> None:
    (slip,) = found(strays=(Stray("done", "", 3, 9, "names SIMs of Acme"),))
    assert (slip.part, slip.start, slip.end, slip.stops) == ("done", 3, 9, True)


def test_what_text_messages_cost_and_share_is_pointed_at() -> None:
    (slip,) = found(longest_sms=SmsLength(4, 250, True, "→"))
    assert slip.what == "a text message takes 4 segments (16 bits a character, because of '→'); at most 3 are usual"
    assert found(longest_sms=SmsLength(3, 400)) == ()
    (slip,) = found(sms_shares="text messages need hss h1 as well")
    assert not slip.stops


def test_missing_double_and_useless_translations_are_pointed_at() -> None:
    (slip,) = found(fallbacks={"sv": 120})
    assert slip.what == "no translation to sv: 120 contacts get English"
    both = (Parts("sv", "a", "b", "c"), Parts("SV", "a", "b", "c"))
    (twice,) = found(structs.replace(TEXT, translations=both), spoken=frozenset({"en", "sv"}))
    assert (twice.language, twice.stops) == ("SV", True)
    (useless,) = found(structs.replace(TEXT, translations=(Parts("fi", "a", "b", "c"),)))
    assert useless.what == "there is no template in this language: its customers get English"


@pytest.mark.parametrize(
    "text",
    [
        "41,200 SIM cards",
        "41 200 SIM-kort",
        "41.200 SIM-Karten",
        "about 41,000 SIMs",
        "41,000 SIMs",
        "around 40,000 cards",
        "41k SIMs",
        "more than 41 thousand SIM cards",
        "12 customers",
        "12 of our customers",
        "version 4.18 and 3 min later",
        "100 % of the SIMs",
        "the SIM cards of 12 customers",
        "case 4711: cards",
        "3 days after SIMs",
        "at 02:15 SIMs came back",
        "We moved 2 gateways. SIMs are back",
    ],
)
def test_numbers_that_may_stand_for_the_totals_are_no_slip(text: str) -> None:
    assert list(wrong_numbers(text, (Total("sims", 41_200), Total("customers", 12)))) == []


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("42,000 SIM cards", "42,000"),
        ("40,000 SIMs", "40,000"),
        ("about 50,000 SIMs", "50,000"),
        ("31 200 SIM-kort", "31 200"),
        ("52k SIMs", "52k"),
        ("1.2 million SIMs", "1.2 million"),
        ("13 of our customers", "13"),
        ("14 drabbade kunder", "14"),
        ("20 Kunden", "20"),
    ],
)
def test_numbers_that_differ_are_found_where_they_stand(text: str, written: str) -> None:
    (wrong,) = wrong_numbers(text, (Total("sims", 41_200), Total("customers", 12)))
    assert (wrong.written, text[wrong.start : wrong.end]) == (written, written)


@given(st.integers(1, 10**9), st.sampled_from([",", " ", ".", ""]))
def test_the_total_itself_is_never_wrong_however_it_is_grouped(total: int, separator: str) -> None:
    written = f"{total:,}".replace(",", separator)
    assert list(wrong_numbers(f"It hits {written} SIMs", (Total("sims", total),))) == []


@pytest.mark.parametrize(
    ("text", "segments", "ucs2"),
    [
        ("", 1, False),
        ("a" * 160, 1, False),
        ("a" * 161, 2, False),
        ("a" * 306, 2, False),
        ("a" * 307, 3, False),
        ("€" * 80, 1, False),
        ("€" * 81, 2, False),
        ("a" * 152 + "€" + "a" * 100, 2, False),
        ("a" * 152 + "€" + "a" * 152, 3, False),
        ("åäö" * 50, 1, False),
        ("ł" * 70, 1, True),
        ("ł" * 71, 2, True),
        ("😀" * 35, 1, True),
        ("😀" * 66, 2, True),
        ("😀" * 67, 3, True),
    ],
)
def test_segments_of_text_messages_are_counted_as_the_network_does(text: str, segments: int, ucs2: bool) -> None:
    length = sms_length(text)
    assert (length.segments, length.ucs2) == (segments, ucs2)


def test_many_names_cost_what_the_text_costs() -> None:
    finder = NameFinder(f"Firm {n} of the North" for n in range(100_000))
    assert [one.name for one in finder.find("news for firm 777 of the north, and no more")] == ["Firm 777 of the North"]
