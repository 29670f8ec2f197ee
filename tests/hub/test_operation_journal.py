"""What the hub says of itself: one line for each event, nothing secret in it, and nothing that steers a terminal."""

import io
import logging
import os
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.hub.journal import Journal, safe
from tests.hub.running import RunningHub


def said(form: Any, say: str, **fields: Any) -> str:
    out = io.StringIO()
    Journal(form, out).warn(say, **fields)
    return out.getvalue()


@given(st.text(), st.text())
def test_an_event_is_one_line_whatever_its_words(text: str, value: str) -> None:
    for form in ("console", "json"):
        line = said(form, text, feed=value)
        assert line.endswith("\n")
        assert len(line.splitlines()) == 1
        assert not any(ord(letter) < 32 for letter in line[:-1])


def test_json_has_names_and_the_console_a_sentence() -> None:
    event = orjson.loads(said("json", "it is late", event="feed.silence", feed="nms"))
    assert (event["event"], event["level"], event["text"], event["feed"]) == (
        *("feed.silence", "warning"),
        *("it is late", "nms"),
    )
    assert event["time"].endswith("Z")
    line = said("console", "it is late", event="feed.silence", feed="nms")
    assert line.endswith("Z vaken hub: warning: it is late [feed.silence feed=nms]\n")


def test_no_secret_is_said() -> None:
    token = "vk_abcd1234_" + "S" * 40
    for words in (
        f"the token {token} is bad",
        f"Authorization: Bearer {'e' * 30}.{'f' * 30}",
        "cannot reach https://user:hunter2secret@host/x",
        "Basic dXNlcjpodW50ZXIyc2VjcmV0",
    ):
        shown = safe(words)
        assert "S" * 8 not in shown
        assert "hunter2" not in shown
        assert "e" * 30 not in shown
        assert "dXNlcjpod" not in shown
    assert "vk_abcd1234_…" in safe(token), "which token it was may be said"


class _Broken(io.StringIO):
    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")


def test_who_says_something_does_not_fail_of_a_full_disk() -> None:
    Journal("console", _Broken()).warn("all is lost")


def test_who_says_something_does_not_wait_for_a_stopped_terminal() -> None:
    read, write = os.pipe()
    with os.fdopen(write, "w") as out:
        journal = Journal("console", out)
        for _ in range(200):
            journal.warn("x" * 1_000)
        assert 0 < journal.lost < 200
        os.read(read, 1 << 20)
        lost = journal.lost
        journal.warn("it goes on")
        assert journal.lost == lost
    os.close(read)


@pytest.fixture
def heard() -> Iterator[tuple[io.StringIO, list[int]]]:
    out, malformed = io.StringIO(), list[int]()
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    Journal("console", out).hear_libraries(lambda: malformed.append(1))
    yield out, malformed
    root.handlers[:], root.level = before, level


def test_an_error_in_a_library_is_one_line_with_its_place(heard: tuple[io.StringIO, list[int]]) -> None:
    try:
        raise RuntimeError("a\nb")
    except RuntimeError:
        logging.getLogger("aiohttp.server").exception("Error handling %s", "x")
    (line,) = heard[0].getvalue().splitlines()
    assert "Error handling x" in line
    assert "RuntimeError: a\\nb" in line
    assert "Traceback, innermost first: test_operation_journal.py:" in line


async def test_a_hub_says_json_where_it_is_told_to(make_hub: Any) -> None:
    hub: RunningHub = make_hub('[log]\nformat = "json"\n')
    assert hub.stop() == 0
    events = [orjson.loads(line) for line in hub.errors().splitlines()]
    assert [one["event"] for one in events] == ["hub.ready", "hub.stopping", "hub.stopped"]
