"""The hub's answer to a command."""

from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from feeds.client.errors import ClientError

T = TypeVar("T")


class Reply(Struct, frozen=True):
    """A command was done. ``seq``: the log's sequence after it; ``result``: JSON, ``null`` where there is none."""

    seq: int
    result: Raw

    def as_(self, kind: type[T]) -> T:
        """Return the result as ``kind``. Raises ClientError when it is something else."""
        try:
            return msgspec.json.decode(self.result, type=kind)
        except msgspec.DecodeError as error:
            raise ClientError(
                f"the hub's answer is not a {getattr(kind, '__name__', kind)}: {error}; is it of another version?"
            ) from error
