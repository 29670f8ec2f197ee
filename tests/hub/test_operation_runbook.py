"""The runbook's commands, as they are typed, on the hub it speaks of: TLS, tokens, an own data directory."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from feeds.hub.access.token_file import TokenFile
from feeds.model.access import Role
from tests.hub.running import RunningHub

RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook.md"


@pytest.fixture
def open_hub(tmp_path: Path) -> Iterator[RunningHub]:
    """A hub that other machines reach: with TLS, and a token that everybody else needs."""
    authority = trustme.CA(key_type=trustme.KeyType.ECDSA)
    leaf = authority.issue_cert("127.0.0.1", "vaken.example", key_type=trustme.KeyType.ECDSA)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    leaf.private_key_pem.write_to_path(tmp_path / "key.pem")
    (tmp_path / "key.pem").chmod(0o600)
    leaf.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    TokenFile(tmp_path / "data").add("jl", Role.ADMIN, datetime.now(UTC))
    hub = RunningHub(tmp_path / "data", '[tls]\ncert = "cert.pem"\nkey = "key.pem"\n', "0.0.0.0:0").start()
    yield hub
    if hub.process is not None and hub.process.poll() is None:
        hub.kill()


def typed() -> list[str]:
    """The commands of the runbook that ask or tell a running hub something, in their order."""
    text = RUNBOOK.read_text()
    blocks = re.findall(r"(?:^(?: {4}| {7}).+\n)+", text, re.MULTILINE)
    lines = [line.strip() for block in blocks for line in block.replace("|\n", "| ").splitlines()]
    spans = re.findall(r"`([^`\n]+)`", text)
    wanted = re.compile(r"(?:v (?:tail|log check|token list)|curl -sk|sudo sed .*\bcurl) ")
    return list(dict.fromkeys(one.partition("  #")[0].strip() for one in (*lines, *spans) if wanted.match(one)))


def test_the_commands_of_the_runbook_do_what_it_says(open_hub: RunningHub, tmp_path: Path) -> None:
    assert shutil.which("curl") is not None
    (head,) = re.findall(r"(?:^ {4}(?:export|alias).+\n)+", RUNBOOK.read_text(), re.MULTILINE)
    program = f"{shlex.quote(sys.executable)} -m tui.cli"
    script = f'shopt -s expand_aliases\nsudo() {{ if [ $1 = -u ]; then shift 2; fi; "$@"; }}\n{head}'
    commands = typed()
    assert {"v tail updates --once", "v tail feeds --once"} <= set(commands)
    assert any("?feed=NAME" in command for command in commands)
    for command in commands:
        script += f"echo '> '{shlex.quote(command)}\n{command} || echo failed: $?\n"
    for theirs, here in (
        ("https://127.0.0.1:8425", open_hub.url.replace("0.0.0.0", "127.0.0.1")),
        ("/etc/vaken/", f"{tmp_path}/"),
        ("/var/lib/vaken", str(open_hub.directory)),
        ("XDG_STATE_HOME=/run/vaken", f"XDG_STATE_HOME={tmp_path / 'state'}"),
        ("/opt/vaken/bin/vaken", program),
    ):
        assert theirs in script, theirs
        script = script.replace(theirs, here)
    ended = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, timeout=120)
    said = ended.stdout + ended.stderr
    assert "failed" not in ended.stdout, said
    assert "error" not in said
    assert '"status":"ready"' in said
    assert "TURNED AWAY" in said
    assert "is good" in said
    assert '{"accepted":0,' in said, "the heartbeat"
