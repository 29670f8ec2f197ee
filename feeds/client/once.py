"""A blocking look at views, for programs that want the rows of now and nothing else."""

from __future__ import annotations

import threading
import time
from types import TracebackType
from typing import Self

from feeds.client.credentials import NO_CREDENTIALS, Credentials
from feeds.client.errors import NotConnected, Refused
from feeds.client.hub_client import HubClient
from feeds.client.link import Link, LinkState, Notice
from feeds.client.view import Content


class Look:
    """A connection for looking, as a context manager. Raises ClientError when ``url`` is no address."""

    def __init__(self, url: str, who: str, credentials: Credentials = NO_CREDENTIALS) -> None:
        self._changed = threading.Event()
        self._client = HubClient(url, who, self._wake, credentials=credentials)

    def _wake(self, _notice: Notice) -> None:
        self._changed.set()

    def __enter__(self) -> Self:
        self._client.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.stop()

    @property
    def link(self) -> Link:
        """The state of the connection."""
        return self._client.link

    def at(
        self,
        view: str,
        *,
        sort: str = "",
        filter: str = "",
        window: tuple[int, int] = (0, 1000),
        of: str = "",
        timeout: float = 5.0,
    ) -> Content:
        """Return what ``view`` shows now.

        Raises NotConnected when the hub does not answer within ``timeout`` seconds, Refused when it
        refuses the query, ClientError when there is no such view.
        """
        handle = self._client.open(view, sort=sort, filter=filter, window=window, of=of)
        end = time.monotonic() + timeout
        try:
            while not (content := handle.content).loaded:
                if not self._changed.wait(max(0.0, end - time.monotonic())):
                    raise NotConnected(self._why(timeout))
                self._changed.clear()
        finally:
            handle.close()
        if content.refused:
            raise Refused(content.error)
        return content

    def _why(self, timeout: float) -> str:
        link = self._client.link
        if link.state is LinkState.LIVE:
            return f"the hub at {self._client.url} did not answer within {timeout:g} s"
        return f"the hub at {self._client.url} cannot be reached: {link.why or f'no answer within {timeout:g} s'}"


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
    """Return what ``view`` of the hub at ``url`` shows now. Raises as ``Look.at``."""
    with Look(url, who) as look:
        return look.at(view, sort=sort, filter=filter, window=window, of=of, timeout=timeout)
