"""``vaken hub --check-config``: every fault at once, with file, line and field."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.hub.config_check import faults, lines_of
from feeds.hub.serve import check_hub
from feeds.hub.settings import SettingsError, load_settings
from tests.extent import examples

BAD = """\
[mail]
host = "x"
prot = 25
port = "a"

[limits]
body_bytes = "many"

[feeds.nms]
kind = "alarms"
silent_after = -1
[feeds.other]
knd = "alarms"

[tls]
cert = "nothere.pem"
key = "k.pem"

[zammad]
api = { url = "nope", token_file = "/nothere" }

[log]
format = "xml"
[desk]
country = "ZZ"
[mial]
a = 1
"""


def test_every_fault_is_told_with_its_line_and_field(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(BAD)
    found = {(one.line, one.field) for one in faults(path)}
    assert found == {
        *((1, "mail"), (3, "mail.prot"), (4, "mail.port"), (7, "limits.body_bytes"), (11, "feeds.nms.silent_after")),
        *((12, "feeds.other"), (13, "feeds.other.knd"), (16, "tls.cert"), (20, "zammad.api"), (23, "log.format")),
        *((24, "desk"), (26, "mial")),
    }


def test_the_command_names_file_line_and_field_and_ends_with_2(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(BAD)
    command = [sys.executable, "-m", "tui.cli", "hub", "--check-config", "--data", str(tmp_path / "data")]
    ended = subprocess.run([*command, "--config", str(path)], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert f"{path}, line 3: mail.prot: there is no such key" in ended.stderr.splitlines()
    assert len(ended.stderr.splitlines()) == 12
    assert not (tmp_path / "data").exists(), "nothing is written"


def test_the_tables_of_the_screens_are_looked_at_too(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        '[limits]\nbody_byte = 1\n[looks]\ntheme = "pink"\n[keys]\n"preset" = 3\n[keys.bind]\nnone.such = "x"\n'
    )
    command = [sys.executable, "-m", "tui.cli", "hub", "--check-config", "--data", str(tmp_path / "data")]
    ended = subprocess.run([*command, "--config", str(path)], capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    said = ended.stderr.splitlines()
    assert f"{path}, line 2: limits.body_byte: there is no such key" in said
    assert {line.partition(" ")[2].partition(":")[0] for line in said} == {"line 2", "line 4", "line 6", "line 8"}
    assert any(line.startswith(f"{path}, line 4: [looks] theme: ") for line in said)
    path.write_text('[looks]\ntheme = "dark"\n[keys]\npreset = "vim"\n')
    ended = subprocess.run([*command, "--config", str(path)], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, f"{path}: good\n", "")


def test_a_good_file_is_good_unless_others_could_reach_the_hub(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[log]\nformat = "json"\n[client]\nwho = "jl"\n')
    assert check_hub(tmp_path / "data", "127.0.0.1:0", path) == 0
    assert capsys.readouterr().err == ""
    assert check_hub(tmp_path / "data", "0.0.0.0:1", path) == 2
    assert "needs TLS" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [("a = \n", 1, ""), ("[mail]\n[mail]\n", 2, ""), ("[mail\n", 1, "")],
)
def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path, text: str, line: int, said: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text)
    (fault,) = faults(path)
    assert fault.line == line


def test_a_file_that_is_not_there_or_no_text_is_told(tmp_path: Path) -> None:
    assert "cannot be read" in faults(tmp_path / "none.toml")[0].why
    (tmp_path / "config.toml").write_bytes(b"a = '\xff'")
    assert "UTF-8" in faults(tmp_path / "config.toml")[0].why


def test_lines_are_found_in_inline_tables_and_behind_long_texts() -> None:
    lines = lines_of('a = """\n[b]\nc = 1\n"""\n[d."e f"]\ng.h = 1\ni = { j = 1, k = 2 }\n')
    assert lines == {
        **{("a",): 1, ("d", "e f"): 5, ("d", "e f", "g"): 6, ("d", "e f", "g", "h"): 6},
        **{("d", "e f", "i"): 7, ("d", "e f", "i", "j"): 7, ("d", "e f", "i", "k"): 7},
    }


_tables = st.sampled_from(["mail", "limits", "feeds", "feeds.x", "zammad", "access", "access.oidc", "tls", "sms", "no"])
_lines = st.sampled_from(
    [
        *("body_bytes = -1", "silent_after = nan", "names = [1]", "api = { url = 1 }", "x = 9223372036854775808"),
        *("host = 1", "kind = 'alarms'", "required = 'x'", "jwks = 'nothere'", "roles = { a = 'root' }", "url = ''"),
        "= 1",
    ]
)


@settings(max_examples=examples(60))
@given(st.dictionaries(_tables, st.lists(_lines, max_size=3, unique=True), max_size=4))
def test_the_check_and_the_hub_agree_on_any_file(
    tmp_path_factory: pytest.TempPathFactory, tables: dict[str, list[str]]
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_text("".join(f"[{name}]\n" + "".join(f"{line}\n" for line in lines) for name, lines in tables.items()))
    found = faults(path)
    try:
        load_settings(path)
    except SettingsError:
        assert found
    else:
        assert all("cannot be read" in one.why for one in found)  # files are opened by their users, later
