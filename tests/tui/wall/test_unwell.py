"""A hub that keeps nothing of what comes: its wall does not say that all is quiet."""

import msgspec

from feeds.model import OutageRow
from tests.tui.fake_hub import FakeHub
from tests.tui.seen import screen_text
from tests.tui.wall.conftest import OpenedWall, painted

FULL = "The disk of the log /data/log does not take facts (database or disk is full): free space on it."


async def test_a_quiet_wall_of_a_hub_that_takes_nothing_is_not_green(opened: OpenedWall, hub: FakeHub) -> None:
    for key in [row.key for row in hub.kept["outages"].values() if isinstance(row, OutageRow)]:
        hub.drop("outages", key)
    async with opened((130, 40)) as pilot:
        assert "NO OUTAGE " in screen_text(pilot)
        well = hub.link
        hub.link = msgspec.structs.replace(well, degraded=FULL, shed=1_234)
        await painted(pilot)
        text = screen_text(pilot)
        assert "NO OUTAGE KNOWN · THE HUB IS NOT WELL" in text
        assert "HUB, 1,234 PAYLOADS KEPT OUT: The disk of the log" in text
        hub.link = well
        await painted(pilot)
        assert "NOT WELL" not in screen_text(pilot)
