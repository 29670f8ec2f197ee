"""A blocking look at a view, for programs that want the rows of now and nothing else."""

import threading
import time

from feeds.client.errors import NotConnected, Refused
from feeds.client.hub_client import HubClient
from feeds.client.link import LinkState, Notice
from feeds.client.view import Content


def snapshot(
    url: str,
    who: str,
    view: str,
    *,
    sort: str = "",
    filter: str = "",
    window: tuple[int, int] = (0, 1000),
    of: str = "",
    timeout: float = 5.0,
) -> Content:
    """Return what ``view`` shows now.

    Raises NotConnected when the hub cannot be reached or does not answer within ``timeout`` seconds, Refused when it
    refuses the query, ClientError when ``url`` or ``view`` is none.
    """
    changed = threading.Event()

    def wake(_notice: Notice) -> None:
        changed.set()

    client = HubClient(url, who, wake)
    handle = client.open(view, sort=sort, filter=filter, window=window, of=of)
    client.start()
    try:
        end = time.monotonic() + timeout
        while not handle.content.loaded:
            if not changed.wait(max(0.0, end - time.monotonic())):
                raise NotConnected(_why(client, timeout))
            changed.clear()
    finally:
        client.stop()
    content = handle.content
    if content.error and not content.rows:
        raise Refused(content.error)
    return content


def _why(client: HubClient, timeout: float) -> str:
    link = client.link
    if link.state is LinkState.LIVE:
        return f"the hub did not answer within {timeout:g} s"
    return f"the hub cannot be reached within {timeout:g} s: {link.why or 'no answer'}"
