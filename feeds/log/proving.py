"""Looking through what a quick start does not read: all that lies under the newest snapshot."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from feeds.log import snapshots
from feeds.log.interface import Damage, LogDamaged
from feeds.log.survey import base_trouble, covered, surveyed
from feeds.log.table import Table


class Proof(Struct, frozen=True):
    """What was found up to sequence ``upto``. ``base``: what is wrong with the board of a pruned log; may be empty."""

    upto: int
    damage: Damage | None = None
    base: str = ""


def prove(directory: Path, pause: Callable[[], None] = lambda: None) -> Proof:
    """Follow the chain up to the newest snapshot that belongs to the log. ``pause`` is called after each batch.

    Damage beyond it is for those to find who read there. Raises LogError.
    """
    table = Table(directory)
    trouble = base_trouble(directory)
    boards = snapshots.newest(directory, lambda _path, _why: None)
    upto = next((one.seq for one in boards if table.belongs(one.seq, one.check)), 0)
    try:
        for row in table.rows():
            if row.last >= upto:
                break
            pause()
    except LogDamaged as error:
        if error.damage.after < upto:
            return Proof(upto, covered(directory, surveyed(table, error.damage)), trouble)
    return Proof(upto, None, trouble)
