"""Texts of megabytes: read as a whole in a process of its own, kept as far as a case keeps one, nothing lost unsaid."""

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

from feeds.hub.long_texts import HERE_CHARACTERS, LongTexts, Stopping
from feeds.simspace import LengthProfile
from feeds.simspace.reader import Reader
from feeds.sources.reported import TEXT_KEPT, read_text
from tests.hub.running import RunningHub

BASE = 894620006000000000
FILLER = "Hej, våra mätare är tysta sedan i morse.\n"


def long(characters: int, end: str) -> str:
    return FILLER * (characters // len(FILLER) + 1) + end


def test_a_process_of_its_own_reads_what_this_one_would_have_read() -> None:
    raw = long(HERE_CHARACTERS, f"{BASE}0 - {BASE + 9}9\r\n\x1b[2J 8.94E+17")
    reader = Reader(LengthProfile({"8946200": 19}))
    assert LongTexts().read(raw, False, reader) == read_text(raw, False, reader)
    assert LongTexts().read(raw, True, reader) == read_text(raw, True, reader)


def test_a_text_that_cannot_be_read_in_time_is_kept_with_a_doubt() -> None:
    raw = long(HERE_CHARACTERS, str(BASE)) + "\x1b"
    found = LongTexts(seconds=0.0).read(raw, False, Reader())
    assert found.spans == ()
    assert found.doubts == (f"no SIMs were read from the text of {len(raw):,} characters: it took longer than 0 s",)
    assert found.text.startswith(FILLER)
    assert "[cut here: " in found.text[-60:]
    assert len(found.text) <= TEXT_KEPT


def test_a_process_that_ends_badly_leaves_a_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    found = LongTexts().read(long(HERE_CHARACTERS, ""), False, Reader())
    assert "the reading process ended with 1" in found.doubts[0]


def test_what_is_being_read_when_the_hub_stops_is_not_taken() -> None:
    texts = LongTexts()
    texts.stop()
    with pytest.raises(Stopping) as caught:
        texts.read(long(HERE_CHARACTERS, ""), False, Reader())
    assert caught.value.status == 503


async def test_a_mail_of_twenty_megabytes_is_a_case_with_the_sims_of_its_end(shared_hub: RunningHub) -> None:
    text = long(20_000_000, f"from {BASE} to {BASE + 9}")
    status, said = await shared_hub.post("/v1/cases", {"number": "M-1", "source": "mails", "text": text})
    assert (status, said["accepted"]) == (200, 1)
    (row,) = await shared_hub.rows("cases", "&filter=key:mails/M-1")
    assert row["sims"] == 10
    assert row["warnings"][0].startswith(f"the text has {len(text):,} characters: the first 65,")
    (piece,) = await shared_hub.rows("readings", "&of=mails/M-1")
    assert (piece["part"], piece["sims"]) == ("", 10)


async def test_a_hundred_thousand_numbers_in_one_line_are_read_and_what_is_left_out_is_said(
    shared_hub: RunningHub,
) -> None:
    text = " ".join(str(BASE + number * 2) for number in range(100_000))
    status, _ = await shared_hub.post("/v1/cases", {"number": "M-2", "source": "mails", "text": text})
    assert status == 200
    (row,) = await shared_hub.rows("cases", "&filter=key:mails/M-2")
    assert row["sims"] == 20_000
    assert row["warnings"][0] == "SIMs in 100,000 separate ranges; the first 20,000 are kept"


async def test_a_long_article_of_a_ticket_is_read_as_a_whole(shared_hub: RunningHub) -> None:
    body = "<p>" + FILLER.replace("\n", "<br>") * 50_000 + f"{BASE + 100}</p>"
    ticket = {"ticket": {"number": "Z-1"}, "article": {"body": body, "content_type": "text/html"}}
    status, _ = await shared_hub.post("/hooks/zammad", ticket)
    assert status == 200
    (row,) = await shared_hub.rows("cases", "&filter=key:zammad/Z-1")
    assert row["sims"] == 1


async def test_the_hub_answers_others_while_it_reads_long_texts_and_turns_away_too_many(
    shared_hub: RunningHub,
) -> None:
    body = orjson.dumps({"number": "M-3", "source": "mails", "text": long(5_000_000, str(BASE))})
    answers = [asyncio.create_task(shared_hub.post("/v1/cases", body)) for _ in range(8)]
    healthy = 0
    while not all(answer.done() for answer in answers):
        assert (await shared_hub.get("/healthz"))[0] == 200
        healthy += 1
        await asyncio.sleep(0.02)
    statuses = sorted([status for status, _ in await asyncio.gather(*answers)])
    assert set(statuses) == {200, 503}
    assert healthy > 1


async def test_a_hub_that_is_ended_while_it_reads_ends(make_hub: Callable[..., RunningHub]) -> None:
    hub = make_hub()
    body = orjson.dumps({"number": "M-4", "text": long(30_000_000, str(BASE))})
    sending = asyncio.create_task(hub.post("/v1/cases", body))
    for _ in range(1_000):
        if readers(hub) or sending.done():
            break
        await asyncio.sleep(0.01)
    assert not sending.done(), "the text was read before the hub could be ended"
    assert hub.stop() == 0
    await asyncio.wait({sending})
    assert sending.exception() is not None or sending.result()[0] == 503, "it is for the sender to send it again"
    assert not readers(hub)


def readers(hub: RunningHub) -> list[str]:
    """The processes that read texts for this hub."""
    assert hub.process is not None
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
                if int(parent) == hub.process.pid and b"long_texts" in (folder / "cmdline").read_bytes():
                    found.append(folder.name)
            except OSError:
                continue
    return found
