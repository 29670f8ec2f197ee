"""Backups of a hub: of its log, and of the small files that it could not do without; and a hub that starts from one.

A hub that starts from a backup does not know what was sent after it was made. So it lets nothing go out by itself:
updates that were under way are paused until a person has looked.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from feeds.board.update.updates import may_steer
from feeds.facts import UpdateSteered
from feeds.hub.access.token_file import FILE as TOKENS
from feeds.hub.channels import KEY_FILE
from feeds.hub.core import Hub
from feeds.log import Backup, back_up
from feeds.log.disk import flush

NOTE: Final = "backup.json"
"""In a backup: that it is one. A hub that starts there pauses what was under way, and takes the note away."""


class Note(Struct, frozen=True):
    """When a backup was made, and how far its log goes."""

    made: datetime
    last: int
    head: str


def make_backup(directory: Path, target: Path) -> Backup:
    """Make a backup of a data directory in ``target``, also while its hub runs. Raises feeds.log.LogError."""
    made = datetime.now(UTC)

    def note(backup: Backup) -> bytes:
        return msgspec.json.encode(Note(made, backup.last, backup.check.hex()))

    return back_up(directory, target, (TOKENS, KEY_FILE), (NOTE, note))


async def settle_restored(hub: Hub) -> None:
    """After a start from a backup: pause what was under way. Raises feeds.log.LogError, OSError."""
    path = hub.directory / NOTE
    try:
        note = msgspec.json.decode(path.read_bytes(), type=Note)
    except FileNotFoundError:
        return
    except (msgspec.DecodeError, UnicodeDecodeError):
        when = "at a time that its note does not tell"
    else:
        when = f"of {note.made:%Y-%m-%d %H:%M} UTC"
    why = f"the hub was restored from a backup {when}: look what was sent since, before this goes on"
    updates = [hub.board.updates.updates[one] for one in hub.board.updates.under_way]
    steps = [UpdateSteered(update=one.id, to="pause", reason=why) for one in updates if may_steer(one, "pause")]
    if steps:
        await hub.append("vaken/restore", steps)
    hub.warn(f"this is a backup {when}; updates paused: {', '.join(step.update for step in steps) or 'none'}")
    path.unlink()
    flush(hub.directory)
