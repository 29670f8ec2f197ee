"""The machine's own token: the files of hubs that were killed go with the next start, those of living hubs stay."""

from pathlib import Path

import pytest

from feeds.client.credentials import local_token_path
from feeds.hub.access.local import LocalToken


@pytest.fixture
def hubs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where hubs of this user leave their tokens by port."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return local_token_path(1).parent


def ports(hubs: Path) -> list[str]:
    return sorted(path.stem for path in hubs.iterdir())


def test_what_a_killed_hub_left_is_removed_and_what_a_living_one_holds_stays(tmp_path: Path, hubs: Path) -> None:
    lives, other, killed = (LocalToken(tmp_path) for _ in range(3))
    assert lives.write(8001) == ""
    assert killed.write(8002) == ""
    killed._let_go()  # as its end does, whatever that is
    assert ports(hubs) == ["8001", "8002"]
    assert other.write(8003) == ""
    assert ports(hubs) == ["8001", "8003"]
    assert local_token_path(8001).read_text().strip() == lives.secret
    assert other.write(8003) == "", "it may write again"
    lives.remove()
    assert ports(hubs) == ["8003"]


def test_the_port_of_a_killed_hub_is_taken_over(tmp_path: Path, hubs: Path) -> None:
    killed, heir = LocalToken(tmp_path), LocalToken(tmp_path)
    killed.write(8001)
    killed._let_go()
    assert heir.write(8001) == ""
    third = LocalToken(tmp_path)
    assert third.write(8002) == ""
    assert local_token_path(8001).read_text().strip() == heir.secret
    killed.remove()
    assert ports(hubs) == ["8001", "8002"], "it holds another one's by now"
