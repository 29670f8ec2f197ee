"""``POST /v1/objects``: what managed objects serve, told to a running hub."""

from collections.abc import Callable

import pytest

from tests.hub.running import RunningHub

RANGE = {"customer": "c1", "first": "894620003000000000", "last": "894620003000000999"}
RULES = [{"object": "node *", "attributes": {"gateway": "{1}"}, "source": "rules-nms"}]


def alarm(name: str) -> dict[str, object]:
    return {"source": "rules-nms", "managed_object": name, "severity": "critical", "id": name}


async def test_an_alarm_reaches_sims_by_the_rules_also_after_a_restart(make_hub: Callable[..., RunningHub]) -> None:
    hub = make_hub()
    await hub.post("/v1/ranges", [RANGE | {"attributes": {"gateway": "pgw-1"}}])
    await hub.post("/v1/alarms", [alarm("node pgw-1")])
    (row,) = await hub.rows("alarms")
    assert "sims" not in row
    assert await hub.post("/v1/objects", RULES) == (200, {"accepted": 1, "seq": 3})
    (row,) = await hub.rows("alarms")
    assert (row["sims"], row["attributes"]) == (1_000, {"gateway": "pgw-1"})
    (outage,) = await hub.until("outages", bool)
    assert outage["shared"] == "gateway pgw-1"
    hub.kill()
    hub.start()
    assert await hub.rows("alarms") == [row | {"outages": [outage["key"]]}]
    assert (await hub.post("/v1/objects", RULES))[1] == {"accepted": 1, "seq": await hub.sequence()}, "no news"
    await hub.post("/v1/objects", [])
    (row,) = await hub.rows("alarms")
    assert "sims" not in row


@pytest.mark.parametrize(
    ("body", "status", "path"),
    [
        (b"", 400, ""),
        (b"{}", 422, "$: "),
        (b'[{"object": "x*", "attributes": {"apn": "{2}"}}]', 422, "$[0].attributes.apn: "),
        (b'[{"object": "*********", "attributes": {}}]', 422, "$[0].object: "),
        (b"[" + b"[" * 10_000, 400, ""),
    ],
)
async def test_rules_that_cannot_be_used_are_refused_with_the_place(
    shared_hub: RunningHub, body: bytes, status: int, path: str
) -> None:
    before = await shared_hub.sequence()
    found, said = await shared_hub.post("/v1/objects", body)
    assert found == status
    assert said["error"].startswith(path)
    assert await shared_hub.told_since(before) == []


async def test_many_rules_are_taken_at_once_and_the_feed_is_shown(shared_hub: RunningHub) -> None:
    rules = [{"object": f"site{n}-*", "attributes": {"gateway": "{1}"}} for n in range(20_000)]
    status, said = await shared_hub.post("/v1/objects", rules)
    assert (status, said["accepted"]) == (200, 1)
    (feed,) = [row for row in await shared_hub.rows("feeds") if row["key"] == "inventory"]
    assert feed["kind"] == "inventory"
