"""The public status page."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.courier.channels.status_page import ATOM, PublishError, StatusPageSettings, files, publish, status
from feeds.model import (
    AudienceEntry,
    Narrowing,
    Parts,
    Phase,
    Update,
    UpdateId,
    UpdateKind,
    UpdateState,
    UpdateText,
)

NOW = datetime(2026, 3, 1, 3, tzinfo=UTC)
SETTINGS = StatusPageSettings(directory="/x", url="https://status.example/iot/")


def update(number: int = 1, outage: str = "O-12", **changes: Any) -> Update:
    values: dict[str, Any] = {
        "id": UpdateId(f"U-{outage}-{number}"),
        "outage": outage,
        "kind": UpdateKind.PROGRESS,
        "text": UpdateText(done="Restarted <it>.", will="Watch & wait.", need="Nothing.", next_word=NOW),
        "state": UpdateState.DONE,
        "author": "eva",
        "drafted": NOW,
        "number": number,
        "approved": NOW - timedelta(hours=1) + timedelta(minutes=number),
        "audience": (AudienceEntry(customer="acme", name="Acme Lifts", address="ops@acme.example", sims=4711),),
    }
    return Update(**(values | changes))


def page(*updates: Update, accepted: int = 1, settings: StatusPageSettings = SETTINGS) -> dict[str, str]:
    made = files(status([(one, accepted) for one in updates], settings, NOW), settings)
    return {name: data.decode() for name, data in made.items()}


class Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_history_of_an_outage_is_told_newest_first_in_all_three_files() -> None:
    made = page(update(1, text=UpdateText(done="First.", will="w", need="n")), update(2))
    assert made["index.html"].index("Restarted") < made["index.html"].index("First.")
    told = json.loads(made["status.json"])
    assert [one["number"] for one in told["outages"][0]["updates"]] == [2, 1]
    feed = ElementTree.fromstring(made["feed.atom"])
    entries = feed.findall(f"{{{ATOM}}}entry")
    assert [one.findtext(f"{{{ATOM}}}id") for one in entries] == [f"{SETTINGS.url}#O-12-{n}" for n in (2, 1)]
    for part in ("id", "title", "updated"):
        assert feed.findtext(f"{{{ATOM}}}{part}")
        assert all(one.findtext(f"{{{ATOM}}}{part}") for one in entries)
    assert feed.findtext(f"{{{ATOM}}}author/{{{ATOM}}}name")
    assert any(link.get("rel") == "self" for link in feed.findall(f"{{{ATOM}}}link"))


def test_nothing_of_a_customer_or_a_colleague_is_on_it() -> None:
    everything = "".join(page(update(), update(2)).values())
    for secret in ("acme", "Acme", "4711", "eva"):
        assert secret not in everything


@pytest.mark.parametrize(
    "changes",
    [
        {"state": UpdateState.DRAFT, "approved": None, "number": 0},
        {"state": UpdateState.HOLD},
        {"state": UpdateState.CANARY},
        {"state": UpdateState.PAUSED, "paused_from": UpdateState.HOLD},
        {"state": UpdateState.CANCELLED, "canary": 5},
        {"narrowing": Narrowing(only=("acme",))},
        {"narrowing": Narrowing(vips=True)},
    ],
)
def test_what_was_not_said_to_everybody_is_not_on_it(changes: dict[str, Any]) -> None:
    assert "Restarted" not in "".join(page(update(**changes)).values())


def test_what_was_cancelled_after_it_had_gone_out_stays_on_it() -> None:
    assert "Restarted" in page(update(state=UpdateState.CANCELLED, canary=5), accepted=6)["index.html"]


def test_an_all_clear_ends_an_outage_and_after_some_days_it_is_gone() -> None:
    clear = update(2, kind=UpdateKind.ALL_CLEAR)
    assert "No disturbance is known." in page(update(), clear)["index.html"]
    old: dict[str, Any] = {"approved": NOW - timedelta(days=15)}
    assert json.loads(page(update(2, kind=UpdateKind.ALL_CLEAR, **old))["status.json"])["outages"] == []
    assert json.loads(page(update(2, **old))["status.json"])["outages"], "one that is not over stays"


def test_it_speaks_the_language_of_the_page_where_the_update_does() -> None:
    parts = (Parts(language="sv", done="Startade om.", will="Bevaka.", need="Inget."),)
    text = UpdateText(done="d", will="w", need="n", phase=Phase.MONITORING, translations=parts)
    swedish = StatusPageSettings(directory="/x", url="https://status.example/", language="sv")
    made = page(update(text=text), settings=swedish)["index.html"]
    assert "Startade om." in made
    assert "bevakas" in made
    assert '<html lang="sv">' in made


@given(st.text(max_size=200), st.text(max_size=60))
def test_no_text_can_change_the_page_or_the_feed(text: str, title: str) -> None:
    settings = StatusPageSettings(directory="/x", url="https://status.example/", title=title or "t")
    odd = UpdateText(done=text, will="<script>alert(1)</script>", need="]]>&amp;")
    made = page(update(text=odd), settings=settings)
    plain = page(update(text=UpdateText(done="d" if text.strip() else "", will="w", need="n")), settings=settings)
    shown, usual = Texts(), Texts()
    shown.feed(made["index.html"])
    usual.feed(plain["index.html"])
    assert [tag for tag in shown.tags if tag not in ("h4", "p")] == [
        tag for tag in usual.tags if tag not in ("h4", "p")
    ]
    assert "<script>alert(1)</script>" in shown.text
    ElementTree.fromstring(made["feed.atom"])


def test_files_are_replaced_whole_and_only_where_they_changed(tmp_path: Path) -> None:
    target = tmp_path / "www"
    first = files(status([(update(), 1)], SETTINGS, NOW), SETTINGS)
    assert publish(target, first) == 3
    before = {name: os.stat(target / name).st_ino for name in first}
    with (target / "status.json").open("rb") as reader:
        assert publish(target, first) == 0
        assert publish(target, files(status([(update(), 1), (update(2), 1)], SETTINGS, NOW), SETTINGS)) == 3
        assert reader.read() == first["status.json"], "whoever reads goes on reading the whole old file"
    assert all(os.stat(target / name).st_ino != inode for name, inode in before.items())
    assert sorted(path.name for path in target.iterdir()) == sorted(first)


def test_a_directory_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "www").write_text("a file")
    with pytest.raises(PublishError, match=r"the status page in .*www cannot be written"):
        publish(tmp_path / "www", {"index.html": b""})
