"""The watcher of surges in a hub that runs: what it says, and that the curve goes with it."""

from datetime import UTC, datetime, timedelta

from tests.hub.running import RunningHub


async def test_a_burst_of_cases_becomes_a_surge_that_survives_a_restart(hub: RunningHub) -> None:
    opened = [datetime.now(UTC) - timedelta(seconds=2 * number) for number in range(80)]
    cases = [
        {"number": str(number), "channel": "call", "kind": "incident", "service": "data", "opened": time.isoformat()}
        for number, time in enumerate(opened)
    ]
    status, _ = await hub.post("/v1/cases", cases)
    assert status == 200
    (surge,) = await hub.until("surges", len)
    assert surge["key"] == "S-1"
    assert surge["seen"] > 10 * surge["usual"]
    assert surge["chance"] < 1e-6
    assert sum(row["seen"] for row in await hub.rows("curve")) == 80
    assert any("S-1" in row.get("surges", ()) for row in await hub.rows("curve", "&of=5/12/call"))
    assert (await hub.get("/v1/curve?of=nonsense"))[0] == 422
    hub.stop()
    hub.start()
    (again,) = await hub.rows("surges")
    assert again["key"] == "S-1"
    assert sum(row["seen"] for row in await hub.rows("curve")) == 80
