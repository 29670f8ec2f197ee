from __future__ import annotations

import asyncio
from typing import Any

import pytest

from feeds.client import ClientError, Content, NotConnected, Refused, snapshot
from feeds.model import FeedRow


async def test_a_snapshot_is_the_rows_of_now(hub: Any) -> None:
    async def answer() -> None:
        peer = await hub.greeted()
        asked = await peer.heard()
        assert (asked["filter"], asked["window"]) == ("kind:alarms", [0, 1000])
        await peer.say(
            view=asked["id"], seq=1, total=1, first=0, rows=[{"key": "noc", "kind": "alarms", "per_minute": 2.5}]
        )

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(answer())
        found = tasks.create_task(asyncio.to_thread(snapshot, hub.url, "jl", "feeds", filter="kind:alarms"))
    content: Content = found.result()
    assert content.rows == (FeedRow(key="noc", kind="alarms", per_minute=2.5),)


async def test_a_refused_query_is_refused(hub: Any) -> None:
    async def answer() -> None:
        peer = await hub.greeted()
        await peer.say(view=(await peer.heard())["id"], error="filter: no closing quote")

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(answer())
        with pytest.raises(Refused, match="no closing quote"):
            await asyncio.to_thread(snapshot, hub.url, "jl", "feeds", filter='"')


async def test_a_hub_that_is_not_there_is_said_not_to_be(hub: Any) -> None:
    await hub.stop()
    with pytest.raises(NotConnected, match=r"cannot be reached: nothing listens at 127\.0\.0\.1"):
        await asyncio.to_thread(snapshot, hub.url, "jl", "feeds", timeout=0.3)


async def test_a_hub_that_does_not_answer_is_said_not_to(hub: Any) -> None:
    async def greet() -> None:
        await hub.greeted()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(greet())
        with pytest.raises(NotConnected, match="did not answer within"):
            await asyncio.to_thread(snapshot, hub.url, "jl", "feeds", timeout=0.5)


def test_an_address_that_is_none_is_refused_before_anything_starts() -> None:
    with pytest.raises(ClientError, match="no address"):
        snapshot("hub", "jl", "feeds")
