import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.sources import TooDeep
from feeds.sources.clean import clean, clean_tree, cut, needs_cleaning

NASTY = [
    ("\x1b[31mred", "\\x1b[31mred"),
    ("a\x00b", "a\\x00b"),
    ("\x7f\x9b2J", "\\x7f\\x9b2J"),
    ("abc\u202egpj.exe", "abc\\u202egpj.exe"),
    ("\u2066x\u2069\u200e\u200f\u061c", "\\u2066x\\u2069\\u200e\\u200f\\u061c"),
    ("one\u2028two\u2029", "one\\u2028two\\u2029"),
    ("in\u200bvis\ufeffible\u2060", "in\\u200bvis\\ufeffible\\u2060"),
    ("tag\U000e0041", "tag\\U000e0041"),
    ("lone \ud800", "lone \\ud800"),
    ("line\r\nline\ttab\n", "line\\r\\nline\\ttab\\n"),
]


@pytest.mark.parametrize(("text", "shown"), NASTY)
def test_what_could_steer_a_terminal_becomes_visible(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_free_text_keeps_its_lines_and_nothing_else() -> None:
    assert clean("a\r\nb\tc\n\x1b]0;x\x07\r", newlines=True) == "a\nb\tc\n\\x1b]0;x\\x07\\r"


@pytest.mark.parametrize("text", ["Störung in Malmö ☃", "می‌خواهم", "👩‍🔧 [/eNB-12] {x}", "a\u00a0b"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@given(st.text())
def test_clean_text_is_clean(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert not any(ord(char) < 32 or char in "\u202e\u2066\u200b\u2028" for char in clean(text))


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=5))
def test_a_body_that_needs_no_cleaning_is_not_changed_by_it(value: object) -> None:
    raw = orjson.dumps(value)
    if not needs_cleaning(raw):
        assert clean_tree(orjson.loads(raw)) == orjson.loads(raw)


@pytest.mark.parametrize("text", [text for text, _ in NASTY if "\ud800" not in text])
def test_a_nasty_body_is_noticed_raw_and_escaped(text: str) -> None:
    assert needs_cleaning(orjson.dumps([text]))
    escaped = "".join(f"\\u{ord(char):04x}" if ord(char) < 0x10000 else char for char in text)
    assert needs_cleaning(f'["{escaped}"]'.encode())


def test_an_ordinary_body_costs_no_cleaning() -> None:
    assert not needs_cleaning('[{"text": "Störung ☃ 👩 – ok"}]'.encode())


def test_keys_are_cleaned_and_only_free_texts_keep_lines() -> None:
    tree = {"text": "a\nb", "id": "a\nb", "at\x1b": [{"summary": "a\nb"}]}
    assert clean_tree(tree) == {"text": "a\nb", "id": "a\\nb", "at\\x1b": [{"summary": "a\nb"}]}


def test_a_deep_tree_is_refused() -> None:
    deep: object = "x"
    for _ in range(100):
        deep = [deep]
    with pytest.raises(TooDeep):
        clean_tree(deep)


def test_a_cut_can_be_seen() -> None:
    assert cut("abcdef", 4) == "abc…"
    assert cut("abcd", 4) == "abcd"
