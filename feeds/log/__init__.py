"""The ordered, durable log of facts. ``SqliteLog`` keeps it on one machine; snapshots of the board lie beside it."""

from feeds.log import snapshots
from feeds.log.backup import Backup, back_up
from feeds.log.interface import (
    Batch,
    Damage,
    FactLog,
    LogBusy,
    LogChanged,
    LogDamaged,
    LogError,
    LogFull,
    LogLocked,
    LogRefused,
    Report,
)
from feeds.log.large import Large
from feeds.log.lines import export
from feeds.log.proving import Proof, prove
from feeds.log.pruning import prune
from feeds.log.records import RecordedLog, Verified, check, read_only, verify
from feeds.log.repair import Cut, cut
from feeds.log.snapshots import Snapshot
from feeds.log.sqlite import SqliteLog
from feeds.log.table import Pruned

__all__ = [
    "Backup",
    "Batch",
    "Cut",
    "Damage",
    "FactLog",
    "Large",
    "LogBusy",
    "LogChanged",
    "LogDamaged",
    "LogError",
    "LogFull",
    "LogLocked",
    "LogRefused",
    "Proof",
    "Pruned",
    "RecordedLog",
    "Report",
    "Snapshot",
    "SqliteLog",
    "Verified",
    "back_up",
    "check",
    "cut",
    "export",
    "prove",
    "prune",
    "read_only",
    "snapshots",
    "verify",
]
