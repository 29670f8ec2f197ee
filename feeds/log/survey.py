"""What is left of a damaged log: what is good behind the damage, and which board holds what the damaged facts did.

A hash chain says where it breaks; followed from its end it says where it is whole again. Also what else a log is asked
beside its chain: whether the board is good that a pruned log begins from, and whether a lost end is proven by a board.
"""

from pathlib import Path

from msgspec.structs import replace

from feeds.log import snapshots
from feeds.log.head import read_head
from feeds.log.interface import Damage, LogError
from feeds.log.table import BASE, LOG_DIRECTORY, WITNESS, Table, span


def surveyed(table: Table, damage: Damage) -> Damage:
    """Return ``damage`` with what is good behind it. Reads the table from its end."""
    try:
        rest = table.rest()
        if rest is None:
            return damage
        first, last = rest
        if first <= damage.after + 1:  # the chain holds there; it is the facts that cannot be read
            row = table.holding(damage.after + 1)
            first = row.last + 1 if row is not None else last + 1
    except LogError:
        return damage  # then nothing can be told of what is behind
    return replace(damage, behind=first, last=last) if first <= last else damage


def covered(directory: Path, damage: Damage) -> Damage:
    """Return ``damage`` with the oldest snapshot that holds what is damaged, where all behind that one is good."""
    if not damage.behind:
        return damage
    table = Table(directory)
    head = read_head(table.witness)  # before the end: a hub may write meanwhile
    try:
        end = table.holding()
    except LogError:
        return damage
    if head is not None and (end is None or head.last > end.last):
        return damage  # its end is gone as well
    base = 0
    for snapshot in snapshots.newest(directory, _mute):
        try:
            fits = damage.behind - 1 <= snapshot.seq <= damage.last and table.belongs(snapshot.seq, snapshot.check)
        except LogError:
            fits = False
        if fits:
            base = min(base or snapshot.seq, snapshot.seq)
    return replace(damage, base=base)


def lost_end(directory: Path, last: int) -> Damage | None:
    """Return the damage of a log that ends at ``last``, has no witness, and of which there is a board from later."""
    for snapshot in snapshots.newest(directory, _mute):
        if snapshot.seq > last:
            place = f"the end of {Table(directory).database}"
            why = (
                f"{span(last + 1, snapshot.seq)} ({snapshot.seq - last:,} facts) were kept, as the snapshot at "
                f"{snapshot.seq} holds them, and are no longer there; the witness {WITNESS}, which would tell, is gone "
                "as well (a snapshot of another log proves nothing: move it away)"
            )
            return Damage(place, last, why)
        return None
    return None


def base_trouble(directory: Path) -> str:
    """Return what is wrong with the board that a pruned log begins from, as a sentence. Raises LogError."""
    table = Table(directory)
    begins = table.begins()
    if not begins:
        return ""
    path = directory / LOG_DIRECTORY / BASE
    found: list[str] = []
    base = snapshots.read(path, lambda _path, why: found.append(why)) if path.exists() else None
    if base is not None and base.seq >= begins and table.belongs(base.seq, base.check):
        return ""
    why = found[0] if found else "it is missing" if base is None else "it is of another log"
    return (
        f"The log in {directory} begins after sequence {begins}, as what was before is pruned, but {path}, the "
        f"board that it begins from, cannot be used: {why}. Without it a hub starts only as long as a good snapshot is "
        "there: restore it from a backup."
    )


def _mute(_path: Path, _why: str) -> None:
    """What is wrong with snapshots is said by the hub that starts on them."""
