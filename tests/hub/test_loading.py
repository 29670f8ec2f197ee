"""``POST /v1/inventory/ranges``: a whole inventory, looked at and then applied, in a running hub."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from feeds.fleet.columns import Columns
from feeds.model import SimRange
from tests.hub.running import RunningHub

MSGPACK = {"Content-Type": "application/x-msgpack"}


def body(*customers: str, **more: Any) -> bytes:
    """An inventory with one range for each of the customers."""
    ranges = [
        SimRange(f"894620006{n:09}", f"894620006{n + 9:09}", one, **more)
        for n, one in zip(range(0, 999, 10), customers, strict=False)
    ]
    return msgspec.msgpack.encode(Columns.from_ranges(ranges).table())


async def offer(hub: RunningHub, data: bytes) -> Any:
    status, said = await hub.post("/v1/inventory/ranges", data, MSGPACK)
    assert status == 200, said
    return said


async def apply(hub: RunningHub, said: Any) -> tuple[int, Any]:
    return await hub.post(f"/v1/inventory/ranges/{said['digest']}?seen={said['seen']}&who=jl", b"")


async def test_an_inventory_is_looked_at_and_then_one_fact(make_hub: Callable[..., RunningHub]) -> None:
    hub = make_hub()
    said = await offer(hub, body("a", "b"))
    assert (said["difference"]["added"], said["difference"]["sims_added"]) == (2, 20)
    assert await hub.sequence() == 0, "nothing is applied by looking"
    assert (await apply(hub, said))[1] == {"accepted": 1, "seq": 1}
    assert await hub.metric("vaken_sim_ranges") == 2
    assert (await apply(hub, said))[0] == 404, "once only"
    said = await offer(hub, body("a", "c", "d"))
    assert {name: said["difference"][name] for name in ("before", "added", "moved", "same")} == {
        "before": 2,
        "added": 1,
        "moved": 1,
        "same": 1,
    }
    hub.kill()
    hub.start()
    assert await hub.metric("vaken_sim_ranges") == 2


async def test_what_was_looked_at_is_refused_once_the_inventory_changed(make_hub: Callable[..., RunningHub]) -> None:
    hub = make_hub()
    stale = await offer(hub, body("a"))
    await hub.post("/v1/ranges", {"first": "894620009000000000", "count": 5, "customer": "z"})
    before = await hub.sequence()
    assert (await apply(hub, stale))[0] == 409
    fresh = await offer(hub, body("a"))
    assert fresh["digest"] == stale["digest"]
    assert (await apply(hub, stale))[0] == 409, "its user has not seen the new difference"
    assert await hub.sequence() == before
    assert (await apply(hub, fresh))[0] == 200


async def test_two_inventories_wait_and_the_oldest_makes_room(shared_hub: RunningHub) -> None:
    first, second, third = [await offer(shared_hub, body(name)) for name in ("one", "two", "three")]
    assert (await apply(shared_hub, first))[0] == 404
    assert (await apply(shared_hub, third))[0] == 200
    assert (await apply(shared_hub, second))[0] == 409


@pytest.mark.parametrize(
    ("data", "headers", "status"),
    [
        (b"\xc1", MSGPACK, 400),
        (b"\x80", MSGPACK, 422),
        (body("a"), {"Content-Type": "application/json"}, 415),
        (body("a")[:-9], MSGPACK, 400),
        (body("\u202e"), MSGPACK, 422),
    ],
)
async def test_what_is_no_inventory_is_refused(
    shared_hub: RunningHub, data: bytes, headers: dict[str, str], status: int
) -> None:
    before = await shared_hub.sequence()
    assert (await shared_hub.post("/v1/inventory/ranges", data, headers))[0] == status
    assert await shared_hub.sequence() == before


async def test_a_sequence_is_needed(shared_hub: RunningHub) -> None:
    said = await offer(shared_hub, body("q"))
    assert (await shared_hub.post(f"/v1/inventory/ranges/{said['digest']}", b""))[0] == 422
