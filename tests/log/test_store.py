"""The transaction under the log: all or none, and usable again after a refusal."""

import logging
import os
from pathlib import Path

import pytest

from feeds.log import LogDamaged, LogError
from feeds.log.store import Store, build, finish
from feeds.log.table import GENESIS, Table, chained


def make(directory: Path) -> Store:
    build(directory).close()
    finish(directory)
    return Store(directory / "log", 0, GENESIS)


def test_rows_that_sqlite_refuses_half_way_leave_nothing_and_the_next_ones_go(tmp_path: Path) -> None:
    store = make(tmp_path)
    first = chained(GENESIS, 1, 3, b"[1]")
    store.keep([first])
    second = chained(first.check, 4, 6, b"[2]")
    with pytest.raises(LogDamaged, match="SQLite cannot write there"):
        store.keep([second, first])
    assert (store.last, store.check) == (3, first.check)
    assert list(Table(tmp_path).rows()) == [first]
    store.keep([second])
    assert list(Table(tmp_path).rows()) == [first, second]
    store.close()


def test_merging_shortens_what_a_restart_must_recover(tmp_path: Path) -> None:
    store = make(tmp_path)
    wal = tmp_path / "log" / "facts.db-wal"
    row = chained(GENESIS, 1, 1, b"x" * 100_000)
    store.keep([row])
    assert store.unmerged >= 100_000
    assert wal.stat().st_size > 100_000
    store.checkpoint()
    assert store.unmerged == 0
    assert wal.with_name("facts.db").stat().st_size > 100_000
    store.close()
    assert not wal.exists()
    assert list(Table(tmp_path).rows()) == [row]


def test_a_witness_that_cannot_be_written_is_told_once_and_costs_no_fact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def failing(*_: object) -> int:
        raise OSError("no space")

    monkeypatch.setattr(os, "posix_fallocate", failing)  # so it is not mapped but written with a call each time
    store = make(tmp_path)
    first = chained(GENESIS, 1, 1, b"[1]")
    second = chained(first.check, 2, 2, b"[2]")
    with monkeypatch.context() as broken, caplog.at_level(logging.WARNING):
        broken.setattr(os, "pwrite", failing)
        store.keep([first])
        store.keep([second])
    assert caplog.text.count("could not be written: no space") == 1
    assert list(Table(tmp_path).rows()) == [first, second]
    store.close()


def test_a_folder_that_is_no_log_is_refused_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="cannot be opened for writing"):
        Store(tmp_path / "nowhere", 0, GENESIS)
