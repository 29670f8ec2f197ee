"""Where a token comes from, and to whom it is never shown."""

from pathlib import Path

import pytest

from feeds.client import ClientError, Credentials
from feeds.client.credentials import local_token_path, read_token

FAR, HERE = "https://hub.example:8425", "http://127.0.0.1:8425"


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def kept(path: Path, text: str, mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_token_is_taken_from_the_nearest_place(tmp_path: Path) -> None:
    file = kept(tmp_path / "token", "vk_file\n")
    local = kept(tmp_path / "local.token", "vkl_data\n")
    kept(local_token_path(8425), "vkl_port\n")
    every = Credentials(token="vk_said", token_file=file, local=local)
    assert every.headers_for(FAR) == {"Authorization": "Bearer vk_said"}
    assert Credentials(token_file=file, local=local).token_for(HERE) == "vk_file"
    assert Credentials(local=local).token_for(HERE) == "vkl_data"
    assert Credentials().token_for(HERE) == "vkl_port"
    assert Credentials().token_for("http://127.0.0.1:8426") == ""


def test_a_machines_own_token_is_shown_to_this_machine_alone(tmp_path: Path) -> None:
    local = kept(tmp_path / "local.token", "vkl_data\n")
    kept(local_token_path(8425), "vkl_port\n")
    assert Credentials(local=local).headers_for(FAR) == {}


def test_a_token_that_was_exchanged_counts_from_the_next_connection_on(tmp_path: Path) -> None:
    file = kept(tmp_path / "token", "vk_old")
    credentials = Credentials(token_file=file)
    assert credentials.token_for(FAR) == "vk_old"
    kept(file, "vk_new")
    assert credentials.token_for(FAR) == "vk_new"


@pytest.mark.parametrize("url", ["http://hub.example:8425", "ws://10.0.0.7:8425/v1/stream", "http://[2001:db8::1]"])
def test_a_token_is_not_shown_in_the_clear(url: str) -> None:
    with pytest.raises(ClientError, match="https://") as caught:
        Credentials(token="vk_secret").token_for(url)
    assert "vk_secret" not in str(caught.value)
    assert Credentials().token_for(url) == ""


@pytest.mark.parametrize("url", [HERE, "ws://localhost:1", "wss://hub.example", "http://[::1]:8425"])
def test_it_is_shown_to_this_machine_and_over_tls(url: str) -> None:
    assert Credentials(token="vk_secret").token_for(url) == "vk_secret"


@pytest.mark.parametrize("token", ["vk a", "vk\nInjected: header", "vk_é"])
def test_a_text_that_could_be_another_header_is_no_token(token: str) -> None:
    with pytest.raises(ClientError, match="no token"):
        Credentials(token=token).token_for(HERE)


@pytest.mark.parametrize(
    ("text", "mode", "says"), [("", 0o600, "holds no"), ("a b", 0o600, "holds no"), ("a", 0o644, "chmod 600")]
)
def test_a_token_file_that_cannot_be_used_is_named(tmp_path: Path, text: str, mode: int, says: str) -> None:
    with pytest.raises(ClientError, match=f"token: .*{says}"):
        read_token(kept(tmp_path / "token", text, mode))
    with pytest.raises(ClientError, match="cannot be read"):
        Credentials(token_file=tmp_path / "none").token_for(HERE)


def test_a_ca_file_that_holds_none_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none.pem", kept(tmp_path / "bad.pem", "nothing")):
        with pytest.raises(ClientError, match=r"\.pem: holds no CA"):
            Credentials(ca=path).tls_for(FAR)
    assert Credentials(ca=tmp_path / "none.pem").tls_for(HERE) is None
