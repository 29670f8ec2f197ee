"""Reading the body of a request: decompressed, bounded in bytes and in time, with a reason where it cannot be read.

What it says is the matter of the sources; how many bodies may be in memory that of ``pressure.bodies``.
"""

import asyncio
from typing import Final

from aiohttp import web

from feeds.hub.connections import body_seconds
from feeds.hub.pressure.bodies import Held
from feeds.sources import Malformed, SourceError


class TooLarge(SourceError):
    """The body is larger than the hub takes."""

    status = 413

    def __init__(self, limit: int) -> None:
        super().__init__(f"the body is larger than {limit:,} bytes; send smaller batches")


CODINGS: Final = "gzip, deflate"
"""In which a body may be compressed."""
_CODINGS: Final = frozenset({"", "identity", *CODINGS.split(", ")})


class NotRead(SourceError):
    """The body is compressed in a way that is not read here."""

    status = 415

    def __init__(self) -> None:
        super().__init__("the body is compressed in a way that is not read here: use gzip or deflate, or none")


class TooSlow(SourceError):
    """The body comes so slowly that it may never end."""

    status = 408

    def __init__(self, size: int) -> None:
        super().__init__(f"the body came too slowly: {size:,} bytes in {body_seconds(size):,.0f} s; send it again")


async def read_body(request: web.Request, limit: int, held: Held | None = None) -> bytes:
    """Return the body, decompressed, or raise TooLarge as soon as it is more than ``limit`` bytes.

    ``held`` is told of each byte that came, before the next are waited for. Raises Overloaded where it has no room,
    TooSlow, NotRead, and Malformed where the body is not compressed as Content-Encoding says, or is cut off.
    """
    parts = await read_parts(request, limit, held)
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def read_parts(request: web.Request, limit: int, held: Held | None = None) -> list[bytes]:
    """As ``read_body``, in the parts as they come: putting a large body together holds up the event loop."""
    length = request.content_length
    if length is not None and length > limit:
        raise TooLarge(limit)
    if request.headers.get("Content-Encoding", "").strip().lower() not in _CODINGS:
        raise NotRead
    clock = asyncio.get_running_loop().time
    started = clock()
    parts: list[bytes] = []
    size = 0
    try:
        while part := await _next_part(request, started + body_seconds(size)):
            size += len(part)
            if size > limit:
                raise TooLarge(limit)
            if held is not None:
                held.add(len(part))
            parts.append(part)
    except TimeoutError:
        raise TooSlow(size) from None
    except web.RequestPayloadError:
        raise _unreadable(request) from None
    except ConnectionResetError:
        raise Malformed(_HUNG_UP) from None
    return parts


async def _next_part(request: web.Request, until: float) -> bytes:
    """Return what came of a body since; empty at its end. Raises TimeoutError where nothing comes until then."""
    async with asyncio.timeout_at(until):
        return await request.content.readany()


_HUNG_UP = "the sender hung up in the middle of the body"


def _unreadable(request: web.Request) -> Malformed:
    request.content.feed_eof()  # nothing of the rest can be read: aiohttp need not wait for it
    coding = request.headers.get("Content-Encoding", "its framing")
    return Malformed(f"the body cannot be read: it is not what {coding[:20]} says")
