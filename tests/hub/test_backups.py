"""A hub restored from a backup: it has what was there, and lets nothing go out by itself that may have gone since."""

from pathlib import Path

from feeds.board import Board
from feeds.facts import DeliveryMoved, UpdateApproved, UpdateDrafted, UpdateSteered
from feeds.hub.backups import NOTE, make_backup, settle_restored
from feeds.hub.core import Hub, utc_now
from feeds.hub.restore import restore
from feeds.hub.settings import Settings
from feeds.log import SqliteLog, read_only
from feeds.model import AudienceEntry, DeliveryState, UpdateId, UpdateKind, UpdateState, UpdateText


def opened(directory: Path) -> Hub:
    board = restore(directory, read_only(directory), print)[0] if directory.exists() else Board()
    hub = Hub(board, Settings(), directory)
    hub.follow(SqliteLog.open(directory, deliver=hub.deliver, now=utc_now))
    return hub


async def test_updates_that_were_under_way_wait_for_a_person_after_a_restore(tmp_path: Path) -> None:
    hub = opened(tmp_path / "data")
    for key in ("tokens.json", "hooks.key"):
        (tmp_path / "data" / key).write_text(key)
    audience = tuple(AudienceEntry(customer=f"c{n}", name="n", address=f"a{n}@example.org") for n in range(3))
    for number in range(1, 4):
        update = UpdateId(f"U-{number}")
        await hub.append("anna", [UpdateDrafted(update, "O-1", UpdateKind.PROGRESS, UpdateText("a", "b", "c"))])
        if number < 3:
            await hub.append("anna", [UpdateApproved(update, "0" * 64, "s", "b", audience, "example.org")])
    await hub.append("anna", [UpdateSteered(UpdateId("U-2"), "cancel")])
    made = make_backup(tmp_path / "data", tmp_path / "backup")
    await hub.write([DeliveryMoved(UpdateId("U-1"), 0, DeliveryState.ATTEMPTING)])  # the backup knows nothing of it
    await hub.log.close()

    restored = opened(tmp_path / "backup")
    assert restored.board.seq == made.last < hub.board.seq
    assert restored.sending() == ["U-1"]
    await settle_restored(restored)
    assert restored.sending() == []
    paused = restored.update(UpdateId("U-1"))
    assert paused.state is UpdateState.PAUSED
    assert "restored from a backup of 20" in paused.steered
    assert restored.update(UpdateId("U-2")).state is UpdateState.CANCELLED
    assert restored.update(UpdateId("U-3")).state is UpdateState.DRAFT
    assert (tmp_path / "backup" / "hooks.key").read_text() == "hooks.key"
    assert not (tmp_path / "backup" / NOTE).exists()
    seq = restored.board.seq
    await settle_restored(restored)
    assert restored.board.seq == seq, "a later start is one like any other"
    await restored.log.close()
