"""Patterns of filters: what is taken means what ``re`` means by it, and what could take for ever is refused."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.views.pattern import BadPattern, compiled
from tests.extent import examples


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("pgw.*12", "pgw-sto-12", True),
        ("a.*b.*c", "xaxbxcx", True),
        ("a.*b.*c", "acb", False),
        (r"^gw.*\d$", "gw-sto-7", True),
        (r"^gw.*\d$", "a gw-7", False),
        (r"\d+\.\d+\.\d+\.\d+", "at 10.0.0.1", True),
        ("straße", "strasse", True),
        ("[A-F]+$", "xabf", True),
        ("[^a]b", "ab", False),
        ("(link|port) down", "port down", True),
        ("a.b", "a\nb", False),
        (r"a\sb", "a\nb", False),
        ("a.*b", "a\nb", False),
        ("x{2,3}y", "xxy", True),
        (r"\[x\]", "[x]", True),
    ],
)
def test_a_pattern_is_searched_for_in_one_line_of_folded_text(pattern: str, text: str, found: bool) -> None:
    assert (compiled(pattern).search(text) is not None) is found


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "a*a*a*b", "(a?b?)*c", "a?" * 25 + "a" * 25, ".*a.*b+c.*d"])
def test_a_pattern_that_could_take_for_ever_is_refused(pattern: str) -> None:
    with pytest.raises(BadPattern):
        compiled(pattern)


@pytest.mark.parametrize(
    ("pattern", "at"), [("ab[c", 2), ("a(b", 1), ("ab)", 2), ("*a", 0), (r"a\1", 1), ("a(?=b)", 1), ("a**", 2)]
)
def test_what_is_wrong_with_a_pattern_is_said_with_its_place(pattern: str, at: int) -> None:
    with pytest.raises(BadPattern) as caught:
        compiled(pattern)
    assert caught.value.at == at


pieces = st.sampled_from(["a", "b", ".", "[ab]", "[^a]", ".*", "a?", "b+", "(a|b)", "(?:ab)?", "^", "$", r"\w", "{2}"])


@given(st.lists(pieces, max_size=6).map("".join), st.text(alphabet="abc\n", max_size=8))
@settings(max_examples=examples(400))
def test_what_is_taken_finds_what_re_finds_line_by_line(pattern: str, text: str) -> None:
    try:
        mine = compiled(pattern)
    except BadPattern:
        return
    wanted = any(re.search(pattern, line) for line in text.split("\n"))
    assert (mine.search(text) is not None) is wanted
