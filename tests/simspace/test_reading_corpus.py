"""Hand-written snippets in the manner of real mails, each with what is to be read out of it."""

import pytest

from bench.corpus import Snippet, snippets
from feeds.simspace import read_sims

SNIPPETS = snippets()


def test_the_corpus_is_large_enough_to_mean_something() -> None:
    assert len(SNIPPETS) >= 200
    assert len({one.name for one in SNIPPETS}) == len(SNIPPETS)


@pytest.mark.parametrize("snippet", SNIPPETS, ids=[one.name for one in SNIPPETS])
def test_a_snippet_is_read_as_a_person_would(snippet: Snippet) -> None:
    reading = read_sims(snippet.text)
    assert tuple(sorted((span.kind, span.first, span.last) for span in reading.spans)) == snippet.ranges
    assert all(snippet.text[item.start : item.end] == item.text for item in reading.items)
    if snippet.warned is None:
        return
    told = [f"{warning.text} {warning.why}" for warning in reading.warnings]
    for words in snippet.warned:
        assert any(words in one for one in told), (words, told)
    for one in told:
        assert any(words in one for words in snippet.warned), one
