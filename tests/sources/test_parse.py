import pytest

from feeds.sources import Invalid, Malformed, SourceError, TooDeep
from feeds.sources.parse import decode, feed_name, person


@pytest.mark.parametrize(
    ("body", "place", "position"),
    [
        (b'{"a": x}', "line 1, column 7 (byte 6)", 6),
        ('{"ort": "Malmö",\n "b": tru}'.encode(), "line 2, column 7 (byte 25)", None),
        (b"[1,]", "byte 2", 2),
        (b"", "empty", 0),
        (b" \n", "empty", 0),
        (b'["\xff"]', "not UTF-8: byte 2", 2),
        (b'"\\ud800"', "byte", None),
        (b'{"a": "\x01"}', "byte 7", None),
    ],
)
def test_malformed_json_is_named_by_line_column_and_byte(body: bytes, place: str, position: int | None) -> None:
    with pytest.raises(Malformed) as caught:
        decode(body)
    assert caught.value.status == 400
    assert position is None or caught.value.position == position
    if "column" in place or "empty" in place or "UTF-8" in place:
        assert place.split(" (")[0] in caught.value.message


def test_bytes_are_counted_where_letters_take_two() -> None:
    with pytest.raises(Malformed) as caught:
        decode('["ööö", x]'.encode())
    assert caught.value.position == len('["ööö", '.encode())


@pytest.mark.parametrize("levels", [2_000, 100_000])
def test_endless_nesting_is_refused(levels: int) -> None:
    with pytest.raises(TooDeep):
        decode(b"[" * levels + b"]" * levels)


def test_nesting_with_something_to_clean_is_refused_earlier() -> None:
    with pytest.raises(TooDeep):
        decode(b"[" * 100 + b'"\\u001b"' + b"]" * 100)


def test_texts_are_clean_after_decoding() -> None:
    assert decode(b'{"id": "\\u001b[2J", "text": "a\\nb"}') == {"id": "\\x1b[2J", "text": "a\nb"}


def test_the_errors_are_one_family() -> None:
    assert issubclass(Malformed, SourceError)
    assert issubclass(TooDeep, SourceError)
    assert Invalid("x").status == 422


def test_names_of_feeds_and_people_are_bounded() -> None:
    assert feed_name("nms-1.a") == "nms-1.a"
    assert feed_name("a/b") == ""
    assert feed_name("x" * 65) == ""
    assert person(" Anna\x1b[2J ") == "Anna\\x1b[2J"
    assert len(person("\x1b" * 200)) == 64
