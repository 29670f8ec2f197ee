"""Cutting a damaged log, by an operator's decision. Nothing is deleted: what was there stays beside, whole."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import msgspec
from msgspec import Struct

from feeds.log import snapshots
from feeds.log.disk import flush
from feeds.log.interface import Damage, LogDamaged, LogError
from feeds.log.lock import DirectoryLock
from feeds.log.records import check
from feeds.log.snapshots import Snapshot
from feeds.log.store import Store, build, finish, settle
from feeds.log.table import LOG_DIRECTORY, Pruned, Row, Table

BY = "vaken/cut"
BEHIND = "behind.jsonl"
"""In the folder of the damaged log: the good facts behind the damage that were given up, a line each."""
_COPY_BYTES = 8 << 20
_entries = msgspec.json.Decoder(list[msgspec.Raw])


class Cut(Struct, frozen=True):
    """What a cut left: a log from after ``begins`` to ``last``, and the folder ``aside`` with the damaged one.

    ``dropped``: how many good facts behind the damage were given up. ``moved``: how many good ones before ``begins``
    are in the damaged log alone by now, as the board holds what they did.
    """

    aside: Path
    damage: Damage
    begins: int
    last: int
    dropped: int = 0
    moved: int = 0

    @property
    def lines(self) -> Path:
        """The facts that were given up, as lines of JSON."""
        return self.aside / BEHIND


def cut(
    directory: Path, drop: int = 0, readable: Callable[[bytes], bool] = lambda _board: True, *, dry: bool = False
) -> Cut:
    """Take the damage out of the log in ``directory``; return what is left, and where the damaged log went.

    ``dry``: nothing is done, what would be is returned.

    Where a snapshot that is ``readable`` holds what the damaged facts did, and all behind it is good, the log begins
    from that board, as if it were pruned up to there, and goes on to its end. Otherwise it ends at its last good
    sequence. Good facts behind the damage are given up only where ``drop`` says how many they are; they are lines of
    JSON then.

    What stays is copied into a new log, which takes the place of the old one at once or not at all; the old one
    becomes ``damaged-<time>/``, with snapshots that lie beyond the cut and the reason in ``why.txt``. Where the log
    ends earlier, the sequences behind will be given to other facts, with other checks. Needs disk space for the copy.
    Raises LogLocked while a hub runs, LogError when the log is not damaged, when good facts would be given up without
    a word, or when the disk does not take the copy.
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
            base = _base(directory, damage, readable)
            dropped = damage.count if base is None else 0
            if dropped != drop:
                raise LogError(_refusal(damage, dropped, drop))
            aside, moved, before = _free_name(directory), 0, _begins(directory)
            if base is not None:
                moved = max(damage.after - before, 0) + base.seq - damage.behind + 1
            if dry:
                begins, last = (before, damage.after) if base is None else (base.seq, damage.last)
                return Cut(aside, damage, begins, last, dropped, moved)
            begins, last = _end(directory, damage) if base is None else _go_on(directory, base)
            lines = _put_down(directory, damage) if dropped else None
            finish(directory, aside)
            if base is None:
                snapshots.set_aside(directory, damage.after, aside)
            if lines is not None:
                lines.replace(aside / BEHIND)
            (aside / "why.txt").write_text(f"{damage}\n", encoding="utf-8")
        except OSError as error:
            raise LogError(f"The log in {directory} could not be cut: {error}; look at its rights and disk.") from error
    return Cut(aside, damage, begins, last, dropped, moved)


def _refusal(damage: Damage, dropped: int, drop: int) -> str:
    if not dropped:
        return f"No good fact would be given up by a cut, not {drop:,}: cut without --drop. Nothing was cut."
    return (
        f"{damage} A cut would take the {dropped:,} good facts {damage.behind}–{damage.last} behind the damage out of "
        f"the log as well: nothing was cut. They stay where a backup is restored, or a good snapshot from "
        f"{damage.behind - 1} or later is put back into {snapshots.FOLDER}/. To give them up: vaken log cut --drop "
        f"{dropped}; they are lines of JSON beside the damaged log then."
    )


def _base(directory: Path, damage: Damage, readable: Callable[[bytes], bool]) -> Snapshot | None:
    """Return the oldest board that the log can begin from, so that it keeps the most."""
    found = None
    if damage.base:
        table = Table(directory)
        for snapshot in snapshots.newest(directory, lambda _path, _why: None):
            if (
                damage.base <= snapshot.seq <= damage.last
                and table.belongs(snapshot.seq, snapshot.check)
                and readable(snapshot.payload)
            ):
                found = snapshot
    return found


def _end(directory: Path, damage: Damage) -> tuple[int, int]:
    """Copy the good rows before the damage into a new log; return where that begins and ends.

    Raises LogError, LogDamaged when they are not good any more.
    """
    store = build(directory, _pruned(directory))
    _fill(store, Table(directory).rows(), damage.after)
    return _begins(directory), damage.after


def _go_on(directory: Path, base: Snapshot) -> tuple[int, int]:
    """Copy the rows behind a board into a new log that begins from it; return where that begins and ends.

    Raises LogError, LogDamaged when they are not good any more.
    """
    table, pruned = Table(directory), _pruned(directory)
    if pruned:
        opening = pruned[0].opening
    else:
        try:
            first = table.holding(1)
        except LogDamaged:
            first = None
        opening = first.check if first is not None else b""
    cut_here = Pruned(base.seq, base.check, opening, datetime.now(UTC).isoformat(), BY)
    store = build(directory, [*(one for one in pruned if one.last < base.seq), cut_here], base)
    return base.seq, _fill(store, table.rows(base.seq, base.check))


def _fill(store: Store, rows: Iterator[Row], until: int | None = None) -> int:
    """Write rows into a new log, up to the one that ends at ``until``; return where it ends. Closes it."""
    kept: list[Row] = []
    try:
        if until == store.last:
            return until
        for row in rows:
            kept.append(row)
            if row.last == until or sum(len(one.facts) for one in kept) > _COPY_BYTES:
                store.keep(kept)
                kept = []
            if row.last == until:
                break
        if kept:
            store.keep(kept)
    except LogDamaged:
        if store.last != until:
            raise
    finally:
        last = store.last
        store.close()
    return last


def _pruned(directory: Path) -> list[Pruned]:
    try:
        return Table(directory).pruned()
    except LogDamaged:
        return []  # then nothing in it is good, and the new log is empty


def _begins(directory: Path) -> int:
    pruned = _pruned(directory)
    return pruned[-1].last if pruned else 0


def _put_down(directory: Path, damage: Damage) -> Path:
    """Write the good facts behind the damage as lines of JSON; return the file."""
    table, path = Table(directory), directory / BEHIND
    with path.open("wb") as file:
        before = damage.behind - 1
        for row in table.rows(before, table.check_at(before) or b""):
            file.writelines(bytes(line) + b"\n" for line in _entries.decode(row.facts))
    path.chmod(0o600)
    flush(path)
    return path


def _free_name(directory: Path) -> Path:
    stem = f"damaged-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    names = (directory / (stem if number == 1 else f"{stem}-{number}") for number in count(1))
    return next(path for path in names if not path.exists())
