"""The command line wins, then variables, then the file, then defaults; and info says which it was."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

NOWHERE = "http://127.0.0.1:9"


def origins(text: str) -> dict[str, tuple[str, str]]:
    """Value and origin of each setting in what info prints."""
    found = re.findall(r"^  (config|hub|data|listen|who) +(.+?)  \((.+)\)$", text, re.MULTILINE)
    return {name: (value, origin) for name, value, origin in found}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config" / "vaken" / "config.toml"
    path.parent.mkdir(parents=True)
    return path


def test_without_anything_there_are_defaults(run: Any, tmp_path: Path) -> None:
    outcome = run("info", "--who", "jl")
    assert outcome.code == 0
    found = origins(outcome.out)
    assert found["hub"] == ("http://127.0.0.1:8425", "default")
    assert found["data"] == (str(tmp_path / "share" / "vaken"), "default")
    assert found["listen"] == ("127.0.0.1:8425", "default")
    assert found["who"] == ("jl", "command line")


def test_the_file_gives_way_to_variables_and_they_to_the_command_line(
    run: Any, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config.write_text(
        '[client]\nhub = "http://127.0.0.1:1"\nwho = "file"\nlisten = "127.0.0.1:2"\n[mail]\nhost = "mx"\n'
    )
    monkeypatch.setenv("VAKEN_WHO", "variable")
    monkeypatch.setenv("VAKEN_HUB", "http://127.0.0.1:3")
    found = origins(run("info", "--hub", NOWHERE).out)
    assert found["hub"] == (NOWHERE, "command line")
    assert found["who"] == ("variable", "variable VAKEN_WHO")
    assert found["listen"] == ("127.0.0.1:2", f"file {config}")
    assert found["config"][0] == str(config)


def test_another_file_can_be_named(run: Any, config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text('[client]\nwho = "usual"\n')
    other = tmp_path / "other.toml"
    other.write_text(f'[client]\nhub = "{NOWHERE}"\n')
    monkeypatch.setenv("VAKEN_CONFIG", str(other))
    found = origins(run("info").out)
    assert found["hub"] == (NOWHERE, f"file {other}")
    assert found["config"] == (str(other), "variable VAKEN_CONFIG")
    assert found["who"][1] == "default"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[client]\nhob = 1\n", "unknown field `hob`"),
        ("[client]\nwho = 1\n", "$.client.who"),
        ("[client\n", "line 1"),
        ('[client]\nhub = "hub"\n', "is no address of a hub"),
    ],
)
def test_a_file_that_is_wrong_is_wrong_use_and_named(run: Any, config: Path, text: str, sentence: str) -> None:
    config.write_text(text)
    outcome = run("tail", "alarms", "--once")
    assert outcome.code == 2
    assert sentence in outcome.sentence


def test_a_named_file_that_is_missing_is_wrong_use(run: Any, tmp_path: Path) -> None:
    outcome = run("info", "--config", tmp_path / "none.toml")
    assert outcome.code == 2
    assert outcome.sentence == f"{tmp_path / 'none.toml'}: cannot be read: No such file or directory"
