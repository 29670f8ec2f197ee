"""``vaken token``, and how commands find the token that they show."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from feeds.client.credentials import local_token_path
from feeds.model.access import Role
from tests.cli.conftest import Run, TableHub
from tui.cli.token import ROLES


def test_a_token_is_made_listed_and_revoked(run: Run, tmp_path: Path) -> None:
    data = tmp_path / "data"
    made = run("token", "add", "jl", "--role", "commander", "--expires", "90d", "--data", data)
    assert made.code == 0
    token = made.out.strip()
    assert re.fullmatch(r"vk_[a-z0-9]{8}_[A-Za-z0-9]{40}", token), "the token alone, for scripts"
    assert "not shown again" in made.err
    assert "asks everybody for a token" in made.err
    second = run("token", "add", "snmp", "--role", "feed", "--data", data)
    assert "does not end by itself" in second.err
    assert "everybody" not in second.err
    listed = run("token", "list", "--data", data)
    assert [line.split()[1:3] for line in listed.out.splitlines()] == [["jl", "commander"], ["snmp", "feed"]]
    assert "good until" in listed.out.splitlines()[0]
    assert token.rpartition("_")[2] not in listed.out
    assert run("token", "revoke", "jl", "--data", data).code == 0
    assert "revoked" in run("token", "list", "--data", data).out.splitlines()[0]
    assert "no good token of jl" in run("token", "revoke", "jl", "--data", data).sentence
    id_ = second.out.split("_")[1]
    assert run("token", "revoke", id_, "--data", data).code == 0, "by its id"


@pytest.mark.parametrize("time", ["90", "0d", "d", "-1d", "1y", "99999d", "9" * 30 + "d"])
def test_a_time_that_is_none_is_wrong_use(run: Run, tmp_path: Path, time: str) -> None:
    outcome = run("token", "add", "jl", "--role", "viewer", "--expires", time, "--data", tmp_path)
    assert (outcome.code, "90d" in outcome.sentence) == (2, True)


def test_a_role_that_is_none_is_wrong_use(run: Run, tmp_path: Path) -> None:
    assert run("token", "add", "jl", "--role", "boss", "--data", tmp_path).code == 2
    assert run("token", "add", "jl", "--data", tmp_path).code == 2


def test_every_role_can_be_given() -> None:
    assert set(ROLES) == {role.value for role in Role}


def test_a_name_that_is_taken_is_told(run: Run, tmp_path: Path) -> None:
    assert run("token", "add", "jl", "--role", "viewer", "--data", tmp_path).code == 0
    assert "vaken token revoke jl" in run("token", "add", "jl", "--role", "viewer", "--data", tmp_path).sentence


@pytest.fixture
def heard() -> Iterator[tuple[str, list[str]]]:
    """An address that notes under which Authorization it is asked."""
    shown: list[str] = []

    class Noting(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            shown.append(self.headers.get("Authorization", ""))
            if self.path == "/v1/customers":
                self.send_response(302)
                self.send_header("Location", f"http://localhost:{self.server.server_port}/elsewhere")  # type: ignore[attr-defined]
            else:
                self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        do_GET = do_POST

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Noting)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", shown
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_command_line_wins_over_the_variable_over_the_configuration_over_the_machines_own(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, heard: tuple[str, list[str]]
) -> None:
    url, shown = heard

    def file(path: Path, token: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(token)
        path.chmod(0o600)
        return path

    table = tmp_path / "customers.csv"
    table.write_text("id,name\nc1,Acme\n")
    load = ("load", "customers", table, "--hub", url)
    run(*load)
    file(local_token_path(int(url.rpartition(":")[2])), "vkl_local")
    run(*load)
    config = tmp_path / "config.toml"
    config.write_text(f'[client]\ntoken_file = "{file(tmp_path / "configured", "vk_config")}"\n')
    run(*load, "--config", config)
    monkeypatch.setenv("VAKEN_TOKEN", "vk_variable")
    run(*load, "--config", config)
    run(*load, "--config", config, "--token-file", file(tmp_path / "named", "vk_named"))
    assert [one for one in shown if one] == [
        f"Bearer {name}" for name in ("vkl_local", "vk_config", "vk_variable", "vk_named")
    ]
    assert shown[1::2] == [""] * 5, "where a hub points elsewhere the token does not go along"


def test_a_token_file_that_is_not_there_is_named(run: Run, tmp_path: Path, table_hub: TableHub) -> None:
    outcome = run("tail", "outages", "--once", "--hub", table_hub.url, "--token-file", tmp_path / "none")
    assert (outcome.code, "none: the token cannot be read" in outcome.sentence) == (1, True)


def test_a_directory_that_cannot_be_written_is_named(run: Run) -> None:
    outcome = run("token", "add", "jl", "--role", "viewer", "--data", "/proc/nowhere")
    assert (outcome.code, "/proc/nowhere" in outcome.sentence) == (1, True)
