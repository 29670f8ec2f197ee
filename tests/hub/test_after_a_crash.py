"""What a crash left half done in updates that are not being sent any more is settled when the hub starts."""

from pathlib import Path

import pytest

from feeds.board import Board
from feeds.facts import DeliveryMoved, UpdateApproved, UpdateDrafted, UpdateSteered
from feeds.hub.core import Hub, utc_now
from feeds.hub.settings import Settings
from feeds.log import SqliteLog
from feeds.model import AudienceEntry, DeliveryState, UpdateId, UpdateKind, UpdateText

UPDATE = UpdateId("U-1")


@pytest.mark.parametrize("to", ["pause", "cancel"])
async def test_a_delivery_left_in_the_middle_of_a_stopped_update_is_uncertain(tmp_path: Path, to: str) -> None:
    hub = Hub(Board(), Settings(), tmp_path)
    log = SqliteLog.open(tmp_path / "data", deliver=hub.deliver, now=utc_now)
    hub.follow(log)
    audience = tuple(AudienceEntry(customer=f"c{n}", name="n", address=f"a{n}@example.org") for n in range(3))
    await hub.append("anna", [UpdateDrafted(UPDATE, "O-1", UpdateKind.PROGRESS, UpdateText("a", "b", "c"))])
    await hub.append("anna", [UpdateApproved(UPDATE, "0" * 64, "s", "b", audience, "example.org")])
    await hub.write([DeliveryMoved(UPDATE, 0, DeliveryState.ATTEMPTING)])
    await hub.append("anna", [UpdateSteered(UPDATE, to)])  # type: ignore[arg-type]

    await hub.settle_left()

    states = [delivery.state for delivery in hub.deliveries(UPDATE)]
    waiting = DeliveryState.QUEUED if to == "pause" else DeliveryState.HELD
    assert states == [DeliveryState.UNCERTAIN, waiting, waiting]
    seq = hub.board.seq
    await hub.settle_left()
    assert hub.board.seq == seq
    await log.close()
