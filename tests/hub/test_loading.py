"""``POST /v1/inventory/ranges``: a whole inventory, looked at and then applied, in a running hub."""

import asyncio
from collections.abc import Callable
from typing import Any

import msgspec
import numpy as np
import pytest

from feeds.fleet.codes import coded, nothing
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
    assert await hub.told_since(before) == []
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
    assert await shared_hub.told_since(before) == []


async def test_a_sequence_is_needed(shared_hub: RunningHub) -> None:
    said = await offer(shared_hub, body("q"))
    assert (await shared_hub.post(f"/v1/inventory/ranges/{said['digest']}", b""))[0] == 422


CSV = {"Content-Type": "text/csv"}
FILE = "first;last;customer\n894620007000000000;894620007000000099;Kund Å\n".encode("cp1252")


async def test_a_file_in_csv_is_taken_as_it_is(shared_hub: RunningHub) -> None:
    status, said = await shared_hub.post("/v1/inventory/ranges", FILE, CSV)
    assert status == 200
    assert said["difference"]["added_examples"] == ["8946 2000 7000 0000* (100 SIMs)  Kund Å"]
    wrong = FILE.replace(b"894620007000000099", b"8.94E+17")
    status, said = await shared_hub.post("/v1/inventory/ranges", wrong, CSV)
    assert (status, said["error"].startswith("line 2, last: ")) == (422, True)


async def test_into_a_hub_without_ranges_it_may_go_at_once(make_hub: Callable[..., RunningHub]) -> None:
    hub = make_hub()
    assert await hub.post("/v1/inventory/ranges?now=1&who=jl", FILE, CSV) == (200, {"accepted": 1, "seq": 1})
    assert await hub.metric("vaken_sim_ranges") == 1
    status, said = await hub.post("/v1/inventory/ranges?now=1", body("a"), MSGPACK)
    assert (status, said["difference"]["gone"]) == (200, 1)
    assert await hub.sequence() == 1, "the second one needs a yes"


async def test_what_is_perhaps_not_meant_is_noted(make_hub: Callable[..., RunningHub]) -> None:
    hub = make_hub()
    await hub.post("/v1/customers", {"id": "a", "name": "A"})
    ranges = [
        SimRange("894620006000000000", "894620006000000020", "a"),
        SimRange("894620006000000010", "894620006000000030", "b"),
    ]
    said = await offer(hub, msgspec.msgpack.encode(Columns.from_ranges(ranges).table()))
    assert said["notes"] == [
        "1 range lies across another one, the smaller one owns what they share: "
        "8946 2000 6000 0000 00–20 and 8946 2000 6000 0000 10–30",
        "1 customer is not one that the hub knows by its id: b",
    ]


async def test_a_hub_killed_while_an_inventory_comes_has_the_old_or_the_new_one(
    make_hub: Callable[..., RunningHub],
) -> None:
    hub = make_hub()
    await apply(hub, await offer(hub, body("a")))
    firsts = np.arange(894620100000000000, 894620100000000000 + 300_000 * 10, 10, dtype=np.int64)
    columns = Columns.canonical(firsts, firsts + 9, coded(["b"] * len(firsts)), nothing(len(firsts)))
    data = msgspec.msgpack.encode(columns.table())
    for wait in (0.0, 0.02, 0.05, 0.1, 0.2):
        said = await offer(hub, data)
        applying = asyncio.create_task(apply(hub, said))
        await asyncio.wait([applying], timeout=wait)
        hub.kill()
        await asyncio.gather(applying, return_exceptions=True)
        answered = not applying.exception() and applying.result()[0] == 200
        hub.start()
        assert (await hub.get("/readyz"))[0] == 200
        ranges = await hub.metric("vaken_sim_ranges")
        assert ranges == len(firsts) if answered else ranges in (1, len(firsts))
        if ranges != 1:
            await apply(hub, await offer(hub, body("a")))
