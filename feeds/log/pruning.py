"""Taking old batches off the beginning of a log that no hub holds. The rest stays verifiable.

What the pruned facts did is in the base, a board that the caller made; what stood there is told by a record with the
last hash of the chain (``table.Pruned``). What may be pruned is the caller's decision. A hub that runs prunes by
``SqliteLog.prune``.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from feeds.log import snapshots
from feeds.log.interface import LogDamaged, LogError
from feeds.log.lock import DirectoryLock
from feeds.log.records import RecordedLog
from feeds.log.store import Store, settle
from feeds.log.survey import covered
from feeds.log.table import LOG_DIRECTORY, Pruned


def prune(directory: Path, until: int, board: bytes, by: str, said: Callable[[int], None] = lambda _: None) -> Pruned:
    """Take all batches up to the one that ends at ``until`` off the log; ``board`` is the board after it.

    The whole chain is verified first. A kill at any moment leaves a log that is whole, pruned in part or not at all.
    ``said`` is told where the log begins after each step. Returns the record of what is gone. Raises LogLocked while a
    hub runs, LogDamaged, LogFull, LogError when no batch but the last ends at ``until``.
    """
    with DirectoryLock(directory):
        try:
            settle(directory)
        except OSError as error:
            raise LogError(f"The log in {directory} cannot be put in place ({error}): look at its rights.") from error
        recorded = RecordedLog(directory)
        recorded.verify()
        if recorded.damage is not None:
            raise LogDamaged(covered(directory, recorded.damage))
        check = recorded.check_at(until)
        if check is None or not recorded.begins < until < recorded.last:
            raise LogError(f"The log in {directory} cannot be pruned at {until}: no batch before its last ends there.")
        snapshots.write_base(directory / LOG_DIRECTORY, until, check, board)
        store = Store(directory / LOG_DIRECTORY, recorded.last, recorded.check)
        try:
            at, begins = datetime.now(UTC), -1
            while begins < until and (reached := store.drop(until, by, at)) != begins:
                begins = reached
                said(begins)
                store.checkpoint()
            store.squeeze()
        finally:
            store.close()
        return recorded.pruned()[-1]
