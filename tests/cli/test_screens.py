"""Which hub the screens run on, and the whole of ``vaken`` in a terminal of its own."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import termios
import time
from pathlib import Path
from typing import Any

import pytest

from tui.cli import screens
from tui.cli.web import hub_version


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Where the screens would have been shown, and under which name."""
    calls: list[tuple[str, str]] = []

    def show(url: str, who: str, *_more: object) -> int:
        assert hub_version(url), "the hub is there while the screens are"
        calls.append((url, who))
        return 0

    monkeypatch.setattr(screens, "_show", show)
    monkeypatch.setattr(screens, "_at_a_terminal", lambda: True)
    return calls


def test_a_hub_that_is_named_is_used(run: Any, shown: list[tuple[str, str]], table_hub: Any) -> None:
    assert run("--hub", table_hub.url, "--who", "jl").code == 0
    assert shown == [(table_hub.url, "jl")]


def test_a_hub_that_runs_at_the_usual_place_is_used(
    run: Any, shown: list[tuple[str, str]], table_hub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screens, "DEFAULT_HUB", table_hub.url)
    assert run("--who", "jl").code == 0
    assert shown == [(table_hub.url, "jl")]


def test_a_data_directory_that_is_named_gets_a_hub_of_its_own(
    run: Any, shown: list[tuple[str, str]], table_hub: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(screens, "DEFAULT_HUB", table_hub.url)
    assert run("--data", tmp_path / "own").code == 0
    ((url, _),) = shown
    assert url != table_hub.url
    assert (tmp_path / "own" / "hub.log").exists()
    assert hub_version(url) is None, "it ended with the screens"


def test_a_hub_that_cannot_start_ends_it_with_its_last_words(
    run: Any, shown: list[tuple[str, str]], tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[weather]\n")
    outcome = run("--data", tmp_path / "own", "--config", config)
    assert outcome.code == 1
    # A slow machine is told before that the hub is on its way.
    assert outcome.err.splitlines()[-1].startswith(f"vaken: the hub did not start: {config}: ")
    assert shown == []


def test_in_a_terminal_the_board_is_shown_and_q_ends_everything(spawn: Any, tmp_path: Path) -> None:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 130, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color"}
    process = spawn("--data", tmp_path / "data", stdin=slave, stdout=slave, stderr=slave, env=environment)
    os.close(slave)
    read = b""
    end = time.monotonic() + 60
    while b"Outages" not in read:
        assert select.select([master], [], [], max(0, end - time.monotonic()))[0], read[-500:]
        read += os.read(master, 65536)
    os.write(master, b"q")
    while True:
        assert select.select([master], [], [], max(0, end - time.monotonic()))[0]
        try:
            read += os.read(master, 65536)
        except OSError:
            break  # the other end of the terminal is closed
    os.close(master)
    assert process.wait(timeout=20) == 0
    holder = int((tmp_path / "data" / "hub.lock").read_text().partition(" ")[0])
    with pytest.raises(ProcessLookupError):
        os.kill(holder, 0)
