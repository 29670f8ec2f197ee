"""Last digits that a text leaves out, cut numbers that others complete, and negations that leave nothing out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.simspace import luhn_digit, read_sims

A = "894620002000001000"
B = "894620002000001099"
C = "894620002000007777"
R = f"{A}-1099"


def whys(text: str) -> str:
    return " | ".join(warning.why for warning in read_sims(text).warnings)


@given(
    st.integers(0, 99),
    st.integers(0, 20),
    st.sampled_from(["except", "außer", "utom", "unntatt", "undtagen", "behalve", "sauf", "excepto", "tranne"]),
    st.sampled_from([" ", ", ", " (", "\n"]),
)
def test_any_short_exception_takes_exactly_its_sims_away(at: int, more: int, word: str, before: str) -> None:
    last = min(at + more, 99)
    reading = read_sims(f"{R}{before}{word} 10{at:02d}-10{last:02d}")
    assert reading.count == 100 - (last - at + 1)
    assert "left out" in " ".join(warning.why for warning in reading.warnings)
    assert all(not int(span.first[-3:]) <= at <= int(span.last[-3:]) for span in reading.spans)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"{R} except 2050", "fits into nothing"),
        ("894620002000001xxx except 50", "more than one place"),
        (f"{R} and 894620002000002000-2099 except 50", "would fit another"),
        (f"{R} except 50 cards", "not by their numbers"),
        (f"{R} except the two in the cellar", "not by their numbers"),
        (f"{R} lost contact, except a few", "not by their numbers"),
    ],
)
def test_what_cannot_be_taken_away_is_said(text: str, why: str) -> None:
    assert why in whys(text)


@pytest.mark.parametrize(
    "text",
    [f"{R} are down, not 2 minutes ago", f"{R} not 100 % sure", f"{R} inte 2G", f"{R} sin datos desde 0230",
     f"Hello, {R} are down. Regards Tom, ext. 1050"],
)  # fmt: skip
def test_other_short_numbers_take_nothing_away(text: str) -> None:
    reading = read_sims(text)
    assert (reading.count, reading.warnings) == (100, ())


def test_last_digits_with_the_check_digit_are_found_by_it() -> None:
    def checked(body: str) -> str:
        return body + luhn_digit(body)

    written = f"{checked(A)} - {checked(B)} except "
    out = "894620002000001050"
    for text in (written + checked(out)[-4:], written + out[-4:]):
        (gap,) = [item for item in read_sims(text).items if item.excluded]
        assert gap.span.first == out


def test_an_exception_from_what_works_is_what_does_not() -> None:
    assert [span.first for span in read_sims(f"{R} all work, except 1050").spans] == ["894620002000001050"]
    assert read_sims(f"Everything works except {A}").count == 1
    assert read_sims(f"Nothing works except {A}").count == 0


@pytest.mark.parametrize(
    "text",
    [f"Virker ikke: {A}, {C}", f"Funktioniert nicht:\n{A}\n{C}", f"{A} funkar inte\n{C} funkar inte heller",
     f"Not only {A} but also {C}", f"De pas {A} en de pas {C} werken niet", f"Geen sessie op {A} en {C}",
     f"Al menos la {A} y la {C}", f"Brak sesji po {A} i {C}"],
)  # fmt: skip
def test_a_negated_verb_and_a_word_of_another_language_leave_nothing_out(text: str) -> None:
    reading = read_sims(text)
    assert (reading.count, reading.warnings) == (2, ())


@pytest.mark.parametrize("text", [f"cartão {A}, a {C}", f"Las tarjetas {A}, la {C}", f"{A} vika, {C} vika"])
def test_an_article_of_one_language_is_no_sign_of_a_range(text: str) -> None:
    assert read_sims(text).count == 2


def test_a_number_without_its_middle_is_completed_in_one_way_or_not_at_all() -> None:
    one = read_sims(f"8946…1000-1099 is down. We have {C} too.")
    assert one.count == 101
    assert f"with the beginning of {C}" in one.warnings[0].why
    more = read_sims(f"8946…1000-1099, {C} and 894644440000007777")
    assert more.count == 2
    assert "not guessed" in more.warnings[0].why
    assert read_sims(f"8946**********1050 and {C}").count == 2
    assert read_sims(f"8946*********1050 and {C}").count == 1


def test_named_last_digits_of_a_range_stand_for_the_range() -> None:
    reading = read_sims("cards ending 1000, 1001 and 1002 of 894620002000001xxx")
    assert [(span.first, span.last) for span in reading.spans] == [(A, "894620002000001002")]
    assert read_sims("All of 894620002000001xxx is down, for example the card ending 1050").count == 1000


def test_an_exception_at_the_end_of_a_line_does_not_reach_the_next_one() -> None:
    assert read_sims(f"{R} except 1050\n894620002000002000-2099 except 2050\n894620002000003000").count == 199
