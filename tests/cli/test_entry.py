"""What holds for every command: exit codes, sentences, help."""

from __future__ import annotations

from typing import Any

import pytest

from tui.cli import sims as sims_module


def test_help_is_done(run: Any) -> None:
    outcome = run("--help")
    assert (outcome.code, outcome.err) == (0, "")
    assert "tail" in outcome.out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--nope",), "No such option"),
        (("fly",), "No such command"),
        (("tail",), "Missing argument"),
        (("tail", "alarm"), "there is no view 'alarm'; there are: outages, alarms"),
        (("tail", "impact"), "vaken tail impact --of O-12"),
        (("tail", "deliveries"), "vaken tail deliveries --of U-3"),
        (("tail", "alarms", "--hub", "hub:8425"), "is no address of a hub"),
        (("tail", "alarms", "--limit", "0"), "0 is not in the range"),
        (("tail", "alarms", "--who", "a\x1bb"), "printable characters"),
        (("--hub", "http://x", "tail", "alarms"), "--hub stands behind the command"),
        (("load", "cars", "x.csv"), "is not one of 'ranges', 'customers'"),
        (("drill", "apn-fault", "--speed", "0"), "0"),
    ],
)
def test_wrong_use_is_code_2_and_one_sentence(run: Any, arguments: tuple[str, ...], sentence: str) -> None:
    outcome = run(*arguments)
    assert outcome.code == 2
    assert sentence in outcome.sentence
    assert outcome.out == ""


def test_the_screens_without_a_terminal_say_what_to_use_instead(run: Any) -> None:
    outcome = run()
    assert outcome.code == 2
    assert "vaken hub" in outcome.sentence
    assert "vaken tail outages" in outcome.sentence


def test_a_crash_is_a_sentence_and_with_debug_a_traceback(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_file: object) -> bytes:
        raise ZeroDivisionError("a fault of\nthe program")

    monkeypatch.setattr(sims_module, "bytes_of", broken)
    outcome = run("sims")
    assert outcome.code == 1
    assert outcome.sentence.startswith("failed unexpectedly: ZeroDivisionError: a fault of the program; VAKEN_DEBUG=1")
    monkeypatch.setenv("VAKEN_DEBUG", "1")
    outcome = run("sims")
    assert outcome.code == 1
    assert "Traceback" in outcome.err


def test_the_module_is_the_command(spawn: Any) -> None:
    process = spawn("--help")
    out, err = process.communicate(timeout=30)
    assert (process.returncode, err) == (0, "")
    assert out.startswith("Usage: vaken")
