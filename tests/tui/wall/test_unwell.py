"""A hub that keeps nothing of what comes: its wall does not say that all is quiet."""

import msgspec

from feeds.model import TotalsRow
from tests.tui.fake_hub import FakeHub
from tests.tui.seen import screen_text
from tests.tui.wall.conftest import OpenedWall, painted

FULL = "The disk takes no facts (database or disk is full): free space under /data/log."


async def test_a_quiet_wall_of_a_hub_that_takes_nothing_is_not_green(opened: OpenedWall, hub: FakeHub) -> None:
    hub.drop("outages", "O-12", "O-14", "O-9", "O-15")
    hub.put("totals", TotalsRow(key="all", cases=7))
    async with opened((130, 40)) as pilot:
        assert "NO OUTAGE " in screen_text(pilot)
        well = hub.link
        hub.link = msgspec.structs.replace(well, degraded=FULL, shed=1_234)
        await painted(pilot)
        text = screen_text(pilot)
        assert "NO OUTAGE KNOWN · THE HUB IS NOT WELL" in text
        assert "HUB, 1,234 PAYLOADS KEPT OUT: The disk takes no facts" in text
        hub.link = well
        await painted(pilot)
        assert "NOT WELL" not in screen_text(pilot)
