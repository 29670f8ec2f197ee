"""The hub as a child of the screens: real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tui.cli.child_hub import ChildHub
from tui.cli.failure import Failed
from tui.cli.web import hub_version

ROOT = Path(__file__).parents[2]

PARENT = """
import sys, time
from pathlib import Path
from tui.cli.child_hub import ChildHub
with ChildHub(Path(sys.argv[1]), None) as child:
    print(child.wait_ready(), flush=True)
    print(child._process.pid, flush=True)
    time.sleep(600)
"""


def gone(pid: int) -> bool:
    """Whether the process has ended, waiting for that at most as long as its own end may take."""
    try:
        watch = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        import select

        return bool(select.select([watch], [], [], 30)[0])
    finally:
        os.close(watch)


def test_it_answers_when_it_is_ready_and_is_gone_afterwards(tmp_path: Path) -> None:
    with ChildHub(tmp_path / "data", None) as child:
        url = child.wait_ready()
        assert url.startswith("http://127.0.0.1:")
        assert hub_version(url)
    assert hub_version(url) is None
    with ChildHub(tmp_path / "data", None) as again:
        assert hub_version(again.wait_ready()), "the data directory is free again"


def test_a_hub_that_cannot_start_gives_its_last_words(tmp_path: Path) -> None:
    with ChildHub(tmp_path, None) as first:
        first.wait_ready()
        with ChildHub(tmp_path, None) as second, pytest.raises(Failed, match="held by another hub"):
            second.wait_ready()


def test_a_configuration_that_is_wrong_is_said(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[weather]\n")
    with ChildHub(tmp_path / "data", config) as child, pytest.raises(Failed, match="weather"):
        child.wait_ready()


def test_a_data_directory_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Failed, match="no log of the hub can be written there"), ChildHub(tmp_path / "file" / "x", None):
        pass


def test_ctrl_c_in_the_terminal_does_not_reach_it(tmp_path: Path) -> None:
    with ChildHub(tmp_path, None) as child:
        child.wait_ready()
        assert child._process is not None
        assert os.getpgid(child._process.pid) != os.getpgid(0)


def test_it_ends_with_its_parent_also_when_that_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    url, child = parent.stdout.readline().strip(), int(parent.stdout.readline())
    try:
        assert hub_version(url)
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        assert gone(child)
    finally:
        parent.kill()
        parent.communicate()
    assert hub_version(url) is None
