"""The ordered, durable log of facts. ``SqliteLog`` keeps it on one machine; snapshots of the board lie beside it."""

from feeds.log import snapshots
from feeds.log.interface import (
    Batch,
    Damage,
    FactLog,
    LogBusy,
    LogDamaged,
    LogError,
    LogFull,
    LogLocked,
    LogRefused,
    Report,
)
from feeds.log.large import Large
from feeds.log.records import RecordedLog, check, read_only
from feeds.log.repair import cut
from feeds.log.snapshots import Snapshot
from feeds.log.sqlite import SqliteLog

__all__ = [
    "Batch",
    "Damage",
    "FactLog",
    "Large",
    "LogBusy",
    "LogDamaged",
    "LogError",
    "LogFull",
    "LogLocked",
    "LogRefused",
    "RecordedLog",
    "Report",
    "Snapshot",
    "SqliteLog",
    "check",
    "cut",
    "read_only",
    "snapshots",
]
