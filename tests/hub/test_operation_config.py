"""``vaken hub --check-config``: every fault at once, with file, line and field."""

import subprocess
import sys
from pathlib import Path

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.hub.config_check import faults, lines_of
from feeds.hub.serve import check_hub
from feeds.hub.settings import SettingsError, load_settings
from tests.extent import examples
from tui.cli.entry import main

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


SENSELESS = """\
[limits]
queue_facts = 1
body_bytes = 0
snapshot_every = 0
inventory_bytes = -1
queue_bytes = 1
bodies_bytes = 99999999999999
[access]
names = [
    "bad name!", "good.example",
    "", "-also.bad", 7, "*.example", "10.0.0.1",
]
[feeds."../x"]
kind = "alarms"
[feeds.nms]
kind = "alarm"
[feeds."a b"]
kind = "alarms"
[access.oidc]
issuer = 1
audience = "vaken"
algorithms = ["none", "HS256"]
roles = { noc = "root", ops = "admin", dev = "toor" }
"""


def test_values_without_sense_are_refused_each_by_its_name_and_once(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(SENSELESS)
    found = [(one.line, one.field) for one in faults(path)]
    assert found == [
        *((2, "limits.queue_facts"), (3, "limits.body_bytes"), (4, "limits.snapshot_every")),
        *((5, "limits.inventory_bytes"), (6, "limits.queue_bytes"), (7, "limits.bodies_bytes")),
        *((9, f"access.names[{place}]") for place in (0, 2, 3, 4, 5)),
        *((13, "feeds.../x"), (16, "feeds.nms.kind"), (17, "feeds.a b")),
        *((19, "access.oidc"), (19, "access.oidc"), (20, "access.oidc.issuer")),
        *((22, f"access.oidc.algorithms[{place}]") for place in (0, 1)),
        *((23, f"access.oidc.roles.{name}") for name in ("noc", "dev")),
    ]
    said = {(one.field, one.why) for one in faults(path)}
    assert ("access.names[0]", "is no host name, such as vaken.example") in said
    assert {why for field, why in said if field == "access.oidc"} == {
        "the key jwks is missing",
        "the key claim is missing",
    }
    with pytest.raises(SettingsError):
        load_settings(path)


def test_limits_that_are_small_but_have_sense_are_taken(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[limits]\nqueue_facts = 1000\nbody_bytes = 65536\n[access]\nnames = ["a_b.example.", "h"]\n')
    assert faults(path) == []
    assert load_settings(path).limits.queue_facts == 1_000


def test_a_key_that_others_may_read_is_told_of_the_key(tmp_path: Path) -> None:
    leaf = trustme.CA(key_type=trustme.KeyType.ECDSA).issue_cert("h", key_type=trustme.KeyType.ECDSA)
    leaf.private_key_pem.write_to_path(tmp_path / "key.pem")
    leaf.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    path = tmp_path / "config.toml"
    path.write_text('[tls]\ncert = "cert.pem"\nkey = "key.pem"\n')
    (tmp_path / "key.pem").chmod(0o644)
    (fault,) = faults(path)
    assert (fault.line, fault.field) == (3, "tls.key")
    assert "chmod 600" in fault.why
    (tmp_path / "key.pem").unlink()
    (fault,) = faults(path)
    assert (fault.line, fault.field) == (3, "tls.key")


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
    [
        *((b"a = \n", 1, ""), (b"[mail]\n[mail]\n", 2, ""), (b"[mail\n", 1, "")),
        *((b"[a]\nb = 1\n\nc = [1,\n 2\n", 5, "end of document"), (b'a = """x\ny', 2, ""), (b"a = ", 1, "")),
        *((b"# \xc3\xa9\n# \xe9\nb = 1\n", 2, "UTF-8"), (b"\xff\xfea\x00", 1, "UTF-8")),
    ],
)
def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path, text: bytes, line: int, said: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(text)
    (fault,) = faults(path)
    assert fault.line == line
    assert said in fault.why
    with pytest.raises(SettingsError, match=rf"config\.toml, line {line}: "):
        load_settings(path)


@pytest.mark.parametrize(("text", "line"), [(b"a = 1\n# \xe9\n", 2), (b"a = 1\n\nb = [1,\n", 3), (b"a = 1\nb = \n", 2)])
def test_the_command_too_names_the_line_of_what_is_no_toml(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: bytes, line: int
) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(text)
    assert main(["hub", "--check-config", "--data", str(tmp_path / "data"), "--config", str(path)]) == 2
    said = capsys.readouterr().err
    assert f"line {line}" in said
    assert str(path) in said


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
