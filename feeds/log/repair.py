"""Cutting a damaged log, by an operator's decision. Nothing is deleted: what was there stays beside, whole."""

from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from feeds.log import snapshots
from feeds.log.interface import Damage, LogDamaged, LogError
from feeds.log.lock import DirectoryLock
from feeds.log.records import check
from feeds.log.store import build, finish, settle
from feeds.log.table import LOG_DIRECTORY, Row, Table

_COPY_BYTES = 8 << 20


def cut(directory: Path) -> Path:
    """End the log in ``directory`` at its last good sequence, and return the folder that the damaged one went to.

    The good part is copied into a new log, which takes the place of the old one at once or not at all; the old one
    becomes ``damaged-<time>/``, with snapshots that lie beyond the cut and the reason in ``why.txt``. Facts after the
    cut are no longer in the log: their sequences will be given to others, with other checks. Needs disk space for the
    copy. Raises LogLocked while a hub runs, LogError when the log is not damaged or the disk does not take the copy.
    """
    if not directory.is_dir():
        raise LogError(f"There is no directory {directory}: name the data directory of a hub.")
    with DirectoryLock(directory):
        try:
            settle(directory)
            if not (directory / LOG_DIRECTORY).exists():
                raise LogError(f"There is no log in {directory}: name the data directory of a hub.")
            damage = check(directory).damage
            if damage is None:
                raise LogError(f"The log in {directory} is not damaged: nothing was cut.")
            _copy(directory, damage)
            aside = _free_name(directory)
            finish(directory, aside)
            snapshots.set_aside(directory, damage.after, aside)
            (aside / "why.txt").write_text(f"{damage}\n", encoding="utf-8")
        except OSError as error:
            raise LogError(f"The log in {directory} could not be cut: {error}; look at its rights and disk.") from error
    return aside


def _copy(directory: Path, damage: Damage) -> None:
    """Copy the good rows into a new log. Raises LogError, LogDamaged when they are not good any more."""
    try:
        pruned = Table(directory).pruned()
    except LogDamaged:
        pruned = []  # then nothing in it is good, and the new log is empty
    store = build(directory, pruned)
    try:
        rows: list[Row] = []
        for row in Table(directory).rows():
            rows.append(row)
            if row.last == damage.after or sum(len(kept.facts) for kept in rows) > _COPY_BYTES:
                store.keep(rows)
                rows = []
            if row.last == damage.after:
                break
    except LogDamaged:
        if store.last != damage.after:
            raise
    finally:
        store.close()


def _free_name(directory: Path) -> Path:
    stem = f"damaged-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    names = (directory / (stem if number == 1 else f"{stem}-{number}") for number in count(1))
    return next(path for path in names if not path.exists())
