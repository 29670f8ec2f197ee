"""What tokens look like, what is kept of them, and the file that they are kept in."""

import multiprocessing
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.hub.access import token_file
from feeds.hub.access.identity import AccessError
from feeds.hub.access.token_file import TokenFile
from feeds.hub.access.tokens import fits, make, mark_of, split
from feeds.model.access import Role

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_token_leads_to_its_record_and_no_other_secret_fits() -> None:
    token, record = make("jl", Role.COMMANDER, NOW)
    parts = split(token)
    assert parts is not None
    assert (parts.id, record.mark) == (record.id, mark_of(parts.secret))
    assert fits(record, parts.secret)
    assert not fits(record, parts.secret[:-1] + ("a" if parts.secret[-1] != "a" else "b"))
    assert parts.secret not in repr(record)
    assert record.hash.startswith("$argon2id$")


@given(st.text(max_size=80))
def test_what_has_not_the_form_of_a_token_is_none(text: str) -> None:
    assert split(text) is None


def test_the_file_holds_no_secret_and_is_its_owners_alone(tmp_path: Path) -> None:
    file = TokenFile(tmp_path / "data")
    token = file.add("snmp", Role.FEED, NOW)
    assert token.rpartition("_")[2].encode() not in file.path.read_bytes()
    assert file.path.stat().st_mode & 0o777 == 0o600
    assert [(one.name, one.role) for one in file.read()] == [("snmp", Role.FEED)]


def test_one_name_has_one_good_token(tmp_path: Path) -> None:
    file = TokenFile(tmp_path)
    file.add("jl", Role.VIEWER, NOW, NOW + timedelta(days=1))
    with pytest.raises(AccessError, match="vaken token revoke jl"):
        file.add("jl", Role.ADMIN, NOW)
    assert file.revoke("jl", NOW) == 1
    assert file.revoke("jl", NOW) == 0
    file.add("jl", Role.ADMIN, NOW, NOW + timedelta(days=1))
    file.add("jl", Role.VIEWER, NOW + timedelta(days=2))  # the one before has expired
    assert [one.state(NOW + timedelta(days=2)) for one in file.read()] == [
        "revoked 2026-03-01 12:00Z",
        "expired 2026-03-02 12:00Z",
        "good",
    ]


@pytest.mark.parametrize("name", ["", " jl", "a\nb", "a\x1b[2J", "x" * 65, "vaken/grouping"])
def test_a_name_that_cannot_stand_in_a_fact_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(AccessError, match="name"):
        TokenFile(tmp_path).add(name, Role.VIEWER, NOW)


@pytest.mark.parametrize(
    ("data", "says"), [(b"{", "damaged"), (b'{"tokens": [{"id": "../x"}]}', "damaged"), (b'{"format": 2}', "newer")]
)
def test_a_file_that_cannot_be_read_is_named_and_left_alone(tmp_path: Path, data: bytes, says: str) -> None:
    file = TokenFile(tmp_path)
    file.path.write_bytes(data)
    file.path.chmod(0o600)
    for change in (file.read, lambda: file.add("jl", Role.VIEWER, NOW), lambda: file.revoke("jl", NOW)):
        with pytest.raises(AccessError, match=f"tokens.json: .*{says}"):
            change()
    assert file.path.read_bytes() == data


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = TokenFile(tmp_path)
    file.add("jl", Role.VIEWER, NOW)
    file.path.chmod(0o640)
    with pytest.raises(AccessError, match="chmod 600"):
        file.read()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_root_writes_belongs_to_the_owner_of_the_directory(tmp_path: Path) -> None:
    os.chown(tmp_path, 12_345, 23_456)
    TokenFile(tmp_path).add("jl", Role.VIEWER, NOW)
    for path in tmp_path.iterdir():
        assert (path.stat().st_uid, path.stat().st_gid) == (12_345, 23_456), path


def _add(directory: Path, name: str) -> None:
    TokenFile(directory).add(name, Role.FEED, NOW)


def test_tokens_added_at_once_are_all_kept(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    adding = [context.Process(target=_add, args=(tmp_path, f"feed-{n}")) for n in range(6)]
    for one in adding:
        one.start()
    for one in adding:
        one.join(60)
    assert sorted(one.name for one in TokenFile(tmp_path).read()) == [f"feed-{n}" for n in range(6)]


@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_tokens_of_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    file = TokenFile(tmp_path)
    file.add("jl", Role.VIEWER, NOW)
    before = file.path.read_bytes()

    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, call, full)
        with pytest.raises(AccessError, match="No space left"):
            file.revoke("jl", NOW)
    assert file.path.read_bytes() == before
    assert file.revoke("jl", NOW) == 1, "what was left of the failed write is not in the way"


def test_the_oldest_tokens_that_are_no_longer_good_make_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(token_file, "TOKENS_KEPT", 2)
    file = TokenFile(tmp_path)
    for name in ("a", "b"):
        file.add(name, Role.VIEWER, NOW)
    with pytest.raises(AccessError, match="revoke some"):
        file.add("c", Role.VIEWER, NOW)
    file.revoke("a", NOW)
    file.add("c", Role.VIEWER, NOW)
    assert [one.name for one in file.read()] == ["b", "c"]
