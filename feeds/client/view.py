"""A screen's hold on one view: what it asks for, and the content that came."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from feeds.client.window import RowWindow
from feeds.client.wire import Open
from feeds.model.rows import ROW_TYPES, Row

if TYPE_CHECKING:
    from feeds.client.following import Following


class Content(Struct, frozen=True):
    """What a view shows at one moment; never changed, only replaced.

    ``rows``: the window, in order; ``total``: rows of the whole view; ``first``: offset of the window in it; ``seq``:
    the log's sequence that it is true for; ``at``: when it came, by our own clock; ``error``: why the query was refused
    (``refused``, without rows), or that rows could not be read; ``loaded``: whether an answer has come at all.
    While the link is lost the old content stays.
    """

    rows: tuple[Row, ...]
    total: int
    first: int
    seq: int
    at: datetime
    error: str = ""
    loaded: bool = True
    refused: bool = False


class ViewHandle:
    """One open view. Any thread may use it. Made by ``HubClient.open``."""

    def __init__(self, following: Following, query: Open, now: datetime) -> None:
        self._following = following
        self._query = query
        self._content = Content(rows=(), total=0, first=query.window[0], seq=0, at=now, loaded=False)
        self._unread = False
        self._window = RowWindow(ROW_TYPES[query.open])

    def __repr__(self) -> str:
        return f"ViewHandle({self._query!r})"

    @property
    def id(self) -> int:
        """Number of the view, unique within the client."""
        return self._query.id

    @property
    def view(self) -> str:
        """Name of the view."""
        return self._query.open

    @property
    def sort(self) -> str:
        """How it is sorted; ``-`` in front: descending."""
        return self._query.sort

    @property
    def filter(self) -> str:
        """Which rows."""
        return self._query.filter

    @property
    def window(self) -> tuple[int, int]:
        """Which part of the view: offset of the first row, and how many."""
        return self._query.window

    @property
    def of(self) -> str:
        """Which outage or update it is a view of; empty where it is of everything."""
        return self._query.of

    @property
    def content(self) -> Content:
        """The newest content. Reading it asks to be told of the next."""
        # The flag goes first: a frame that comes between the two lines is then told once too often, never too seldom.
        self._unread = False
        return self._content

    def change(
        self, *, sort: str | None = None, filter: str | None = None, window: tuple[int, int] | None = None
    ) -> None:
        """Ask for something else; the rows stay until its snapshot comes. On a closed view this does nothing."""
        self._following.change(self, sort, filter, window)

    def close(self) -> None:
        """Give the view up. Its content stays readable."""
        self._following.close(self)

    def _replace(self, content: Content) -> bool:
        """Put new content in place; return whether somebody must be told."""
        self._content = content
        if self._unread:
            return False
        self._unread = True
        return True
