"""One fact of many megabytes, put into bytes beforehand, so that appending it holds up nobody.

The log encodes what it appends on the event loop. For a whole inventory that would take a third of a second; so its
columns are encoded on a thread, in steps of a millisecond, and the log puts only its own few words around them.
"""

from binascii import b2a_base64
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any, Final

import msgspec
from msgspec import Raw, structs

from feeds.facts import Entry, RangesLoaded, encode_entries
from feeds.model import Coded

_STEP: Final = 3 << 18
"""Bytes in one step: a multiple of three, so that their base64 can be put together."""
_TEXTS: Final = 10_000
"""Texts in one step."""
_MARK: Final = b"\0"
"""Stands where a part comes in. JSON holds no such byte: in texts it is an escape."""


@dataclass(frozen=True, slots=True)
class Large:
    """A fact, and the same with marks in place of its ``parts``."""

    fact: RangesLoaded
    marked: RangesLoaded
    parts: tuple[bytes, ...]

    @classmethod
    def of(cls, fact: RangesLoaded) -> "Large":
        """Encode the columns of ``fact``. Any thread may do it."""
        parts: list[bytes] = []

        def marked(column: Any) -> Any:
            if isinstance(column, Coded):
                return structs.replace(column, values=texts(column.values), codes=marked(column.codes))
            if isinstance(column, tuple):
                return tuple(marked(one) for one in column)
            steps = range(0, len(column), _STEP)
            whole = memoryview(column)
            return put([b'"', *(b2a_base64(whole[at : at + _STEP], newline=False) for at in steps), b'"'])

        def texts(values: Sequence[str]) -> Raw:
            steps = range(0, len(values), _TEXTS)
            some = [msgspec.json.encode(values[at : at + _TEXTS])[1:-1] for at in steps]
            return put([b"[", b",".join(some), b"]"])

        def put(pieces: list[bytes]) -> Raw:
            parts.append(b"".join(pieces))
            return Raw(_MARK)

        # What is encoded is never looked at by its type: a mark may stand for anything.
        table = fact.table
        columns = {name: marked(getattr(table, name)) for name in table.__struct_fields__}
        return cls(fact, structs.replace(fact, table=structs.replace(table, **columns)), tuple(parts))

    def entries(self, entry: Entry) -> tuple[bytes, ...]:
        """Return the pieces of the JSON array that holds ``entry``: joined, they are what ``encode_entries`` gives."""
        around = encode_entries((structs.replace(entry, fact=self.marked),)).split(_MARK)
        return tuple(chain.from_iterable(zip_longest(around, self.parts, fillvalue=b"")))
