"""Rows in order, kept in blocks: one row comes or goes for the cost of a few comparisons, however many there are.

Made from rows that are in order already. What they are compared by is asked for only where two are compared: an order
of a hundred thousand rows that nobody changes compares nothing. Beside each row stands its folded text, once somebody
has looked for a text.
"""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from itertools import compress
from typing import Any, Final, NamedTuple

from feeds.model import Row

BLOCK: Final = 250
"""Rows of a block when it is made; at twice as many it becomes two."""
ROWS_HELD: Final = 200_000
"""Of more rows only the keys are held, and the rows made anew whenever somebody looks: some 100 MB with their texts."""

Make = Callable[[str], Row | None]


class Lot(NamedTuple):
    """Rows with their keys, and what each says as folded text (None: nobody asked yet)."""

    keys: list[str]
    rows: list[Row]
    texts: list[str] | None = None

    def where(self, mask: Sequence[bool]) -> "Lot":
        """Return those whose mark in ``mask`` is true."""
        keys, rows, texts = self
        said = list(compress(texts, mask)) if texts is not None else None
        return Lot(list(compress(keys, mask)), list(compress(rows, mask)), said)

    def at(self, places: Sequence[int]) -> "Lot":
        """Return those at ``places``, in their order."""
        keys, rows, texts = self
        return Lot(
            [keys[place] for place in places],
            [rows[place] for place in places],
            [texts[place] for place in places] if texts is not None else None,
        )


class _Block:
    __slots__ = ("keys", "rows", "texts")

    def __init__(self, keys: list[str], rows: list[Row] | None, texts: list[str] | None) -> None:
        self.keys = keys
        self.rows = rows
        self.texts = texts


class Order:
    """``place`` gives what a row is compared by, ``make`` a row that is not held, ``text`` what it says."""

    def __init__(self, lot: Lot, place: Callable[[Row], Any], make: Make, text: Callable[[Row], str]) -> None:
        self._place = place
        self._make = make
        self._text = text
        keep = len(lot.rows) <= ROWS_HELD
        self._blocks = [
            _Block(
                lot.keys[at : at + BLOCK],
                lot.rows[at : at + BLOCK] if keep else None,
                lot.texts[at : at + BLOCK] if keep and lot.texts is not None else None,
            )
            for at in range(0, len(lot.rows), BLOCK)
        ]
        self._count = len(lot.rows)
        self._block_of: dict[str, _Block] | None = None
        """Made when a row goes for the first time."""

    def __len__(self) -> int:
        """Return the number of rows."""
        return self._count

    def lot(self, *, texts: bool = False) -> Lot:
        """Return all rows; with their ``texts`` where those are wanted or known."""
        keys: list[str] = []
        rows: list[Row] = []
        said: list[str] = []
        for block in self._blocks:
            if block.rows is None:
                made = [row for key in block.keys if (row := self._make(key)) is not None]
                keys.extend(row.key for row in made)
                rows.extend(made)
                continue
            if texts and block.texts is None:
                block.texts = list(map(self._text, block.rows))
            keys.extend(block.keys)
            rows.extend(block.rows)
            said.extend(block.texts or ())
        if len(said) == len(rows):
            return Lot(keys, rows, said)
        return Lot(keys, rows, list(map(self._text, rows)) if texts else None)

    def add(self, row: Row) -> None:
        """Put ``row`` where it belongs. Its key is not in here yet."""
        blocks, place = self._blocks, self._place(row)
        if not blocks:
            blocks.append(_Block([], [], None))
        low, high = 0, len(blocks) - 1
        while low < high:
            middle = (low + high) // 2
            if self._place_at(blocks[middle], -1) < place:
                low = middle + 1
            else:
                high = middle
        block = blocks[low]
        at = bisect_left(range(len(block.keys)), place, key=lambda number: self._place_at(block, number))
        block.keys.insert(at, row.key)
        if block.rows is not None:
            block.rows.insert(at, row)
        if block.texts is not None:
            block.texts.insert(at, self._text(row))
        self._count += 1
        if self._block_of is not None:
            self._block_of[row.key] = block
        if len(block.keys) >= 2 * BLOCK:
            self._halve(low)

    def discard(self, key: str) -> None:
        """Take the row of ``key`` out, if it is in here."""
        if self._block_of is None:
            self._block_of = {}
            for one in self._blocks:
                self._block_of.update(dict.fromkeys(one.keys, one))
        block = self._block_of.pop(key, None)
        if block is None:
            return
        at = block.keys.index(key)
        del block.keys[at]
        if block.rows is not None:
            del block.rows[at]
        if block.texts is not None:
            del block.texts[at]
        self._count -= 1
        if not block.keys:
            self._blocks.remove(block)

    def cut(self, first: int, count: int) -> list[str]:
        """Return the keys of ``count`` rows from place ``first``."""
        found: list[str] = []
        for block in self._blocks:
            if first >= len(block.keys):
                first -= len(block.keys)
                continue
            found.extend(block.keys[first : first + count - len(found)])
            first = 0
            if len(found) >= count:
                break
        return found

    def _place_at(self, block: _Block, at: int) -> Any:
        row = block.rows[at] if block.rows is not None else self._make(block.keys[at])
        return self._place(row) if row is not None else _Gone()

    def _halve(self, number: int) -> None:
        block = self._blocks[number]
        later = _Block(
            block.keys[BLOCK:],
            block.rows[BLOCK:] if block.rows is not None else None,
            block.texts[BLOCK:] if block.texts is not None else None,
        )
        for column in (block.keys, block.rows, block.texts):
            if column is not None:
                del column[BLOCK:]
        self._blocks.insert(number + 1, later)
        if self._block_of is not None:
            self._block_of.update(dict.fromkeys(later.keys, later))


class _Gone:
    """The place of a row that is not there any more and was not taken out yet: after all that are there."""

    def __lt__(self, other: object) -> bool:
        return False

    def __gt__(self, other: object) -> bool:
        return True
