"""Replaying, timelines and completion from the command line: real processes on a real log."""

import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.client import HubClient, LinkState, Look, Refused
from feeds.model import Declare, OutageRow, OutageState, Replay
from tests.replay.recorded import START, night, record
from tui.cli import main
from tui.cli.replay import replayed
from tui.words.moments import BadMoment, read_moment
from tui.words.outage_record import NoSuchOutage, make_record

END = datetime(2026, 2, 3, 4, 30, tzinfo=UTC)


def test_a_replay_is_served_to_terminals_of_its_user_and_ends_with_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record(tmp_path / "data", night())
    for name in ("XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        (tmp_path / name).mkdir(mode=0o700)
        monkeypatch.setenv(name, str(tmp_path / name))
    with replayed(tmp_path / "data", ["--at", (START + timedelta(seconds=25)).isoformat()]) as url:
        with Look(url, "jl") as look:
            (outage,) = look.at("outages").rows
            assert isinstance(outage, OutageRow)
            assert outage.state is OutageState.SUSPECTED
            assert look.link.rate == 0.0
            assert [row.key for row in look.at("facts", window=(0, 2)).rows] == ["7", "6"]
            (change,) = look.at("changes", of="6", filter="section:outages").rows
            assert "suspected" in str(change)
        told = threading.Event()
        client = HubClient(url, "jl", lambda _notice: told.set())
        client.start()
        try:
            while client.link.state is not LinkState.LIVE:
                assert told.wait(30), "no word from the replay"
                told.clear()
            with pytest.raises(Refused):
                client.do(Declare("O-1")).result()
            assert client.do(Replay(to="event")).result().seq == 13
        finally:
            client.stop()


def test_the_timeline_of_a_recorded_outage_is_markdown_or_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    record(tmp_path / "data", night())
    for name in ("XDG_RUNTIME_DIR", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        (tmp_path / name).mkdir(mode=0o700)
        monkeypatch.setenv(name, str(tmp_path / name))
    assert main(["timeline", "O-1", "--data", str(tmp_path / "data"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["outage"]["state"] == "resolved"
    assert told["spans"] == {"to_suspicion": 10.0, "to_declaration": 30.0, "to_first_word": None, "to_end": 50.0}
    assert [line["what"].partition(":")[0] for line in told["timeline"]] == ["suspected", "declared", "resolved"]
    with pytest.raises(NoSuchOutage, match="there is no outage O-7"):
        make_record("O-7", {"outage": ()}, START)


def test_wrong_moments_and_directories_are_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["replay", str(tmp_path), "--at", "02:00"]) == 1
    assert "There is no log" in capsys.readouterr().err
    record(tmp_path / "data", night()[:1])
    assert main(["replay", str(tmp_path / "data"), "--at", "soon"]) == 2
    assert "names no moment" in capsys.readouterr().err
    assert main(["replay", str(tmp_path / "data")]) == 2
    assert "need a terminal" in capsys.readouterr().err
    assert main(["timeline", "O-1", "--at", "02:00"]) == 2
    assert "--at goes with --data" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("02:55", datetime(2026, 2, 3, 2, 55, tzinfo=UTC)),
        ("23:10:09Z", datetime(2026, 2, 2, 23, 10, 9, tzinfo=UTC)),
        ("-2h", END - timedelta(hours=2)),
        ("-90 min", END - timedelta(minutes=90)),
        ("2026-02-03T02:55:07+01:00", datetime(2026, 2, 3, 1, 55, 7, tzinfo=UTC)),
        ("2026-02-03 02:55", datetime(2026, 2, 3, 2, 55, tzinfo=UTC)),
        ("4711", 4711),
        ("#12", 12),
    ],
)
def test_moments_are_read_as_people_write_them(text: str, meant: datetime | int) -> None:
    assert read_moment(text, END) == meant


@given(st.text(max_size=30))
def test_any_other_text_names_no_moment_and_breaks_nothing(text: str) -> None:
    try:
        moment = read_moment(text, END)
    except BadMoment:
        return
    assert isinstance(moment, int) or moment.tzinfo is not None


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_a_script_that_asks_vaken(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == 0
    assert f"{shell}_complete" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("vaken ti", "timeline"),
        ("vaken tail de", "desk"),
        ("vaken drill apn", "apn-fault"),
        ("vaken tail --so", "--sort"),
    ],
)
def test_words_are_completed(words: str, found: str) -> None:
    answer = subprocess.run(
        [sys.executable, "-c", "import sys; sys.argv[0] = 'vaken'; from tui.cli import main; main()"],
        env={
            **os.environ,
            "_VAKEN_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(words.count(" ")),
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert f"plain,{found}" in answer.stdout
