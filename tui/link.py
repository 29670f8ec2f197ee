"""What the screens need of the hub's client, as small protocols, so that a test can put rows in memory in its place."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import datetime
from typing import Protocol

from feeds.client import Content, Link, Notice, Reply
from feeds.model import Command


class View(Protocol):
    """An open view; ``feeds.client.ViewHandle`` is one."""

    @property
    def id(self) -> int:
        """Number, unique within the client."""
        ...

    @property
    def sort(self) -> str:
        """How it is sorted."""
        ...

    @property
    def filter(self) -> str:
        """Which rows."""
        ...

    @property
    def window(self) -> tuple[int, int]:
        """Which part: first row and how many."""
        ...

    @property
    def content(self) -> Content:
        """The newest content. Reading it asks to be told of the next."""
        ...

    def change(
        self, *, sort: str | None = None, filter: str | None = None, window: tuple[int, int] | None = None
    ) -> None:
        """Ask for something else."""
        ...

    def close(self) -> None:
        """Give the view up."""
        ...


class Hub(Protocol):
    """A connection to a hub; ``feeds.client.HubClient`` is one. ``notify`` is called on a thread of its own."""

    notify: Callable[[Notice], None]

    @property
    def link(self) -> Link:
        """The state of the connection."""
        ...

    @property
    def url(self) -> str:
        """Where the hub is."""
        ...

    @property
    def who(self) -> str:
        """Under which name we speak to it."""
        ...

    def start(self) -> None:
        """Begin connecting."""
        ...

    def stop(self) -> None:
        """End the connection."""
        ...

    def now(self) -> datetime:
        """Return the hub's time (UTC)."""
        ...

    def open(
        self, view: str, *, sort: str = "", filter: str = "", window: tuple[int, int] = (0, 60), of: str = ""
    ) -> View:
        """Follow a view."""
        ...

    def do(self, command: Command, timeout: float = 15) -> Future[Reply]:
        """Send a command."""
        ...
