"""Asking for the rows of a view once, from a screen."""

import asyncio
from typing import TYPE_CHECKING

from feeds.client import ClientError, Content, LinkState
from feeds.model import Row

if TYPE_CHECKING:
    from tui.app import VakenApp

PATIENCE = 20.0
"""Seconds."""


async def rows_now(
    app: "VakenApp", view: str, *, of: str = "", filter: str = "", sort: str = "", most: int = 1000
) -> tuple[Row, ...]:
    """Return the first rows of a view as they are now. Raises ClientError when they do not come, or are refused."""
    return (await content_now(app, view, of=of, filter=filter, sort=sort, most=most)).rows


async def content_now(
    app: "VakenApp", view: str, *, of: str = "", filter: str = "", sort: str = "", most: int = 1000
) -> Content:
    """Return the same with how many rows there are in all."""
    if app.hub.link.state is not LinkState.LIVE:
        raise ClientError("there is no connection to the hub")
    handle = app.hub.open(view, of=of, filter=filter, sort=sort, window=(0, most))
    there = asyncio.Event()
    app.follow(handle, there.set)
    try:
        async with asyncio.timeout(PATIENCE):
            while not handle.content.loaded:
                there.clear()
                await there.wait()
        if handle.content.refused:
            raise ClientError(handle.content.error)
        return handle.content
    except TimeoutError as error:
        raise ClientError(f"{view} did not come within {PATIENCE:g} s") from error
    finally:
        app.unfollow(handle)
        handle.close()
