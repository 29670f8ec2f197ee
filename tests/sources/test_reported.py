"""Texts of cases: read as a whole, kept up to a bound, never cut without a word."""

import orjson
import pytest

from feeds.facts import CaseReported
from feeds.simspace.reader import Reader
from feeds.sources import Invalid, native, zammad
from feeds.sources.clean import needs_cleaning
from feeds.sources.reported import SPANS, TEXT_KEPT, TextRead, kept_text, read_text, unread_text

SIM = 894620002000000000


def case(text: str, **more: object) -> CaseReported:
    (fact,) = native.cases(orjson.dumps({"number": "1", "text": text, **more}))
    assert isinstance(fact, CaseReported)
    return fact


@pytest.mark.parametrize("more", [0, 1, 30, 31, 1_000, 934_464, 10**6])
def test_a_text_is_kept_up_to_the_bound_with_a_mark_that_says_how_much_is_gone(more: int) -> None:
    text = "x" * (TEXT_KEPT + more)
    kept = kept_text(text)
    assert len(kept) <= TEXT_KEPT
    if not more:
        assert kept == text
        return
    beginning, mark, rest = kept.partition("\n… [cut here: ")
    assert mark
    assert len(beginning) + int(rest.partition(" ")[0].replace(",", "")) == len(text)
    assert len(kept) >= TEXT_KEPT - 2


def test_sims_behind_the_bound_are_read_and_the_case_says_that_it_was_cut() -> None:
    fact = case("x" * TEXT_KEPT + f" {SIM}")
    assert [span.first for span in fact.sims] == [str(SIM)]
    assert fact.warnings[0].startswith("the text has 65,555 characters: the first 65,5")
    assert fact.event.text.endswith("more characters]")


def test_one_long_text_among_others_is_read_and_the_others_are_as_before() -> None:
    texts = [f"{SIM + 1}", "y" * TEXT_KEPT + f" {SIM}", "short"]
    body = orjson.dumps([{"number": str(n), "text": text} for n, text in enumerate(texts)])
    facts = [fact for fact in native.cases(body) if isinstance(fact, CaseReported)]
    assert [len(fact.sims) for fact in facts] == [1, 1, 0]
    assert [fact.event.text for fact in facts][::2] == texts[::2]


def test_a_text_that_is_too_long_once_it_is_cleaned_is_cut_too() -> None:
    fact = case("\x1b" * 30_000 + f" {SIM}")
    assert len(fact.event.text) <= TEXT_KEPT
    assert "\x1b" not in fact.event.text
    assert [span.first for span in fact.sims] == [str(SIM)]


def test_other_fields_keep_their_bounds() -> None:
    for field, value in (("title", "x" * 257), ("text", 7), ("text", None), ("owner", "x" * 70_000)):
        with pytest.raises(Invalid) as caught:
            native.cases(orjson.dumps({"number": "1", field: value}))
        assert caught.value.path == f"$.{field}"


def test_a_long_article_is_read_as_html_where_it_is_html() -> None:
    body = "<p>" + "z" * TEXT_KEPT + "</p><p>8946<b>20002000000</b>000</p>"
    for kind, found in (("text/html", 1), ("text/plain", 0)):
        article = {"body": body, "content_type": kind}
        (fact,) = zammad.webhook(orjson.dumps({"ticket": {"number": "1"}, "article": article}))
        assert isinstance(fact, CaseReported)
        assert len(fact.sims) == found
        assert len(fact.event.text) <= TEXT_KEPT


def test_separate_ranges_beyond_the_bound_are_counted_in_a_doubt() -> None:
    fact = case(" ".join(str(SIM + 2 * n) for n in range(SPANS + 5)))
    assert len(fact.sims) == SPANS
    assert fact.warnings[0] == f"SIMs in {SPANS + 5:,} separate ranges; the first {SPANS:,} are kept"


def test_a_long_text_goes_to_the_reader_that_is_given() -> None:
    seen: list[tuple[int, bool]] = []

    def read(raw: str, markup: bool, reader: Reader) -> TextRead:
        seen.append((len(raw), markup))
        return read_text("cut", markup, reader)

    body = orjson.dumps([{"number": "1", "text": "x" * 70_000}, {"number": "2", "text": "x" * 60_000}])
    facts = native.cases(body, Reader(), read)
    assert seen == [(70_000, False)]
    assert [fact.event.text[:3] for fact in facts if isinstance(fact, CaseReported)] == ["cut", "xxx"]


def test_a_text_that_was_not_read_is_kept_clean_with_its_reason() -> None:
    found = unread_text("<p>a\x1b" * 40_000, True, "no time")
    assert len(found.text) <= TEXT_KEPT
    assert "\x1b" not in found.text
    assert "<p>" not in found.text
    assert found.doubts == ("no SIMs were read from the text of 200,000 characters: no time",)
    assert found.spans == ()


@pytest.mark.parametrize("at", [0, 1_048_573, 1_048_574, 1_048_575, 1_048_576, 1_048_577, 2_000_000])
def test_what_needs_cleaning_is_found_wherever_it_stands(at: int) -> None:
    body = ("å" + "x" * at).encode()[: at + 1].ljust(at, b"x") + "\u202e".encode() + b"y" * 100
    assert needs_cleaning(body)
    assert not needs_cleaning(body.replace("\u202e".encode(), b"zzz"))
