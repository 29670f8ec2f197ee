import pytest

from feeds.simspace import LengthProfile, SimSpan, digits, grouped, merge_spans, read_sims, short_text, span_text


@pytest.mark.parametrize(
    ("pairs", "text"),
    [
        ([], ""),
        ([(894620002000100012, 894620002000100012)], "8946 2000 2000 1000 12"),
        ([(894620002000000000, 894620002039999999)], "8946 2000 2000–2039"),
        ([(894620117000000000, 894620117999999999)], "8946 2011 7*"),
        ([(894620002000001000, 894620002000001999)], "8946 2000 2000 001*"),
        ([(894620002000000000, 894620002000001499)], "8946 2000 2000 0000–0014"),
        ([(894620002000000001, 894620002000001499)], "8946 2000 2000 0000 01–0014 99"),
        ([(894620002000000001, 894620002000000002)], "8946 2000 2000 0000 01–02"),
        ([(8946200020000000010, 8946200020000000012)], "8946 2000 2000 0000 010–012"),
    ],
)
def test_a_range_is_short_and_exact(pairs: list[tuple[int, int]], text: str) -> None:
    assert short_text(pairs) == text


def test_the_biggest_range_stands_first_and_the_others_are_counted() -> None:
    pairs = [(894620001000000000, 894620001000000009), (894620002000000000, 894620002039999999), (1, 2)]
    assert short_text(pairs) == "8946 2000 2000–2039 +2"


@pytest.mark.parametrize("first", [894620002000000000, 894620002000001000, 894620002000100012])
@pytest.mark.parametrize("size", [1, 2, 10, 100, 988, 1000, 1500, 40_000])
def test_what_is_written_short_can_be_read_again(first: int, size: int) -> None:
    pair = (first, first + size - 1)
    read = read_sims(short_text([pair]), LengthProfile({"8946200": 18}))
    assert [(int(span.first), int(span.last)) for span in read.spans] == [pair]


def test_digits_are_plain_and_grouped_ones_are_for_people() -> None:
    assert digits(894620002000100012) == "894620002000100012"
    assert grouped("894620002000100012") == "8946 2000 2000 1000 12"


def test_spans_of_other_kinds_name_their_kind() -> None:
    assert span_text(SimSpan("imsi", "240010000000000", "240010000000099")) == "IMSI 2400 1000 0000 0*"
    assert span_text(SimSpan("iccid", "894620002000100012", "894620002000100012")) == "8946 2000 2000 1000 12"


def test_spans_merge_by_kind_and_length() -> None:
    merged = merge_spans(
        [
            SimSpan("imsi", "240010000000005", "240010000000009"),
            SimSpan("iccid", "8946200020000000", "8946200020000009"),
            SimSpan("iccid", "8946200020000010", "8946200020000019"),
            SimSpan("iccid", "8946200020000003", "8946200020000012"),
            SimSpan("iccid", "89462000200000200", "89462000200000200"),
        ]
    )
    assert merged == (
        SimSpan("iccid", "8946200020000000", "8946200020000019"),
        SimSpan("iccid", "89462000200000200", "89462000200000200"),
        SimSpan("imsi", "240010000000005", "240010000000009"),
    )
