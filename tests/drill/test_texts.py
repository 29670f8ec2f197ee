"""What customers write."""

import random
from typing import get_args

import pytest

from feeds.drill.happenings import Topic
from feeds.drill.texts import write_case
from feeds.drill.topics import TOPICS
from feeds.model import CaseKind

EVERY: list[tuple[CaseKind, Topic | None]] = [
    *((CaseKind.INCIDENT, topic) for topic in get_args(Topic)),
    *((kind, None) for kind in CaseKind),
]


@pytest.mark.parametrize(("kind", "topic"), EVERY)
@pytest.mark.parametrize("language", ["en", "sv", "de", "nb", "nl", "fr", "es", "fi"])
def test_every_text_can_be_written_in_every_language(kind: CaseKind, topic: Topic | None, language: str) -> None:
    for seed in range(20):
        title, text = write_case(
            random.Random(seed),
            kind=kind,
            topic=topic,
            language=language,
            sims="8946200010001402176",
            who="Acme",
            person="Ida",
        )
        assert title
        assert "8946200010001402176" in text
        assert text.endswith("Ida\nAcme")
        assert "{" not in text


def test_every_topic_has_english_words_and_others() -> None:
    for texts in TOPICS.values():
        assert len(texts["en"]) >= 2
        assert {"sv", "de"} <= texts.keys()
