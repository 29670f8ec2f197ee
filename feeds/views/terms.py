"""The terms of a filter: what each lets through, one row at a time and many at once.

Terms are values: equal ones are the same term. ``implies`` says that what one term lets through another does too, so
that a filter that is typed on looks only at what it showed before.
"""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import lru_cache
from operator import attrgetter, ge, gt, le, lt
from typing import Any, ClassVar, Final

from msgspec import Struct

from feeds.model import Row
from feeds.views.folded import folded, folder, texts
from feeds.views.held import HeldRows
from feeds.views.order import Lot
from feeds.views.pattern import FIELD_CHARS, compiled
from feeds.views.ranks import RANKS

DAY: Final = 86_400
PATTERN_SECONDS: Final = 1.0
"""For so long a pattern may search all rows."""
_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {">": gt, ">=": ge, "<": lt, "<=": le}

_MIRRORED: Final = {">": "<", ">=": "<=", "<": ">", "<=": ">="}


class TooSlow(Exception):
    """A pattern took too long on the rows that there are."""


class Term(Struct, frozen=True, kw_only=True):
    """One term. ``passes`` is what it says without its minus; ``negated``: it is turned round by one."""

    negated: bool = False
    cost: ClassVar[int] = 1
    """The cheap ones are asked first."""

    def passes(self, row: Row, held: HeldRows | None, now: float) -> bool:
        """Return what the term says of a row at ``now`` (Unix seconds)."""
        raise NotImplementedError

    @property
    def reads(self) -> bool:
        """Whether it looks at the whole row as text."""
        return False

    def mask(self, lot: Lot, held: HeldRows, now: float) -> list[bool]:
        """Return for each row whether it is let through."""
        passes, turned = self.passes, self.negated
        return [passes(row, held, now) is not turned for row in lot.rows]

    def implies(self, other: "Term") -> bool:
        """Return whether every row that this one lets through the other does too; False where that is not known."""
        return self == other


_compiled = lru_cache(maxsize=256)(compiled)


@lru_cache(maxsize=256)
def _roughly(letters: str) -> "re.Pattern[str]":
    """Return a pattern that goes forward only: the first place of each letter is as good as any later one."""
    first, *others = map(re.escape, letters)
    return re.compile(first + "".join(rf"(?>[^\n]*?{letter})" for letter in others))


def _cut(text: str) -> str:
    """Return the part of folded fields that patterns are searched for in."""
    if len(text) <= FIELD_CHARS:
        return text
    return "\n".join(line[:FIELD_CHARS] for line in text.split("\n"))


def _text(row: Row, held: HeldRows | None) -> str:
    return held.text(row) if held is not None else folder(type(row))(row)


def _texts_of(key: str, lot: Lot) -> Iterable[str]:
    return (_in_field(row, key) for row in lot.rows) if key else lot.texts or ()


def _in_field(row: Row, key: str) -> str:
    return folded(texts(getattr(row, key)))


class Word(Term, frozen=True):
    """A text in some field."""

    word: str
    cost: ClassVar[int] = 2

    def passes(self, row: Row, held: HeldRows | None, now: float) -> bool:
        """Return whether it stands in some field."""
        return self.word in _text(row, held)

    @property
    def reads(self) -> bool:
        """Whether it looks at the whole row as text."""
        return True

    def mask(self, lot: Lot, held: HeldRows, now: float) -> list[bool]:
        """Return for each row whether it is let through."""
        word = self.word
        if self.negated:
            return [word not in text for text in lot.texts or ()]
        return [word in text for text in lot.texts or ()]

    def implies(self, other: Term) -> bool:
        """A longer word implies its parts, and the absence of a part that of the whole."""
        if not isinstance(other, Word) or self.negated is not other.negated:
            return False
        return self.word in other.word if self.negated else other.word in self.word


class Held(Term, frozen=True):
    """A field that holds one of ``wanted``."""

    key: str
    wanted: tuple[str, ...]
    whole: bool = False
    """Whether the field must be equal to one of them, as numbers and names of outages must."""

    def passes(self, row: Row, held: HeldRows | None, now: float) -> bool:
        """Return whether the field holds it."""
        return self._holds(getattr(row, self.key))

    def _holds(self, value: Any) -> bool:
        wanted = self.wanted
        if isinstance(value, bool):
            return any(part in ("1", "yes", "true") if value else part in ("0", "no", "false") for part in wanted)
        if isinstance(value, Enum):
            text = str(value.value).casefold()
            return any(text.startswith(part) for part in wanted if part)
        if isinstance(value, tuple) and self.key == "outages":
            return any(part == one.casefold() for part in wanted for one in value or ("",))
        if self.key == "key" or isinstance(value, int):
            return str(value).casefold() in wanted
        found = [text.casefold() for text in texts(value)]
        return any(part in text if part else not any(found) for part in wanted for text in found or [""])

    def mask(self, lot: Lot, held: HeldRows, now: float) -> list[bool]:
        """Return for each row whether it is let through. Of fields with few values each value is looked at once."""
        get = attrgetter(self.key)
        if isinstance(get(lot.rows[0]), dict):
            return super().mask(lot, held, now)
        verdicts = _Verdicts(self._holds, self.negated)
        return [verdicts[value] for value in map(get, lot.rows)]

    def implies(self, other: Term) -> bool:
        """A longer text implies how it begins, and fewer alternatives more; turned round, the other way."""
        if not isinstance(other, Held) or (self.key, self.negated) != (other.key, other.negated):
            return False
        less, more = (other, self) if self.negated else (self, other)
        if self.whole or "" in less.wanted or "" in more.wanted:
            return set(less.wanted) <= set(more.wanted)
        return all(any(part.startswith(begin) for begin in more.wanted) for part in less.wanted)


class _Verdicts(dict[Any, bool]):
    """What is said of each value."""

    def __init__(self, holds: Callable[[Any], bool], turned: bool) -> None:
        super().__init__()
        self._holds = holds
        self._turned = turned

    def __missing__(self, value: Any) -> bool:
        verdict = self[value] = self._holds(value) is not self._turned
        return verdict


def _compared(key: str, lot: Lot, sign: str, limit: Any, turned: bool) -> list[bool]:
    """Return how a field compares, row by row; rows without a value do not."""
    compare = _COMPARE[sign]
    return [(value is not None and compare(value, limit)) is not turned for value in map(attrgetter(key), lot.rows)]


class Compared(Term, frozen=True):
    """A number, or a time (Unix seconds), against a limit. Without a value nothing is let through."""

    key: str
    sign: str
    limit: float

    def passes(self, row: Row, held: HeldRows | None, now: float) -> bool:
        """Return how the field compares."""
        value = getattr(row, self.key)
        if isinstance(value, datetime):
            value = value.timestamp()
        return value is not None and _COMPARE[self.sign](value, self.limit)

    def mask(self, lot: Lot, held: HeldRows, now: float) -> list[bool]:
        """Return for each row whether it is let through."""
        if any(isinstance(getattr(row, self.key), datetime) for row in lot.rows):
            return super().mask(lot, held, now)
        return _compared(self.key, lot, self.sign, self.limit, self.negated)


class Ranked(Term, frozen=True):
    """A severity or state against another, by how pressing they are."""

    key: str
    sign: str
    rank: int

    def passes(self, row: Row, held: HeldRows | None, now: float) -> bool:
        """Return how the field compares."""
        return _COMPARE[self.sign](RANKS.get(getattr(row, self.key), -1), self.rank)


class Aged(Term, frozen=True):
    """The age of a time against ``seconds``."""

    key: str
    sign: str
    seconds: float

    def passes(self, row: Row, held: HeldRows | None, now: float) -> bool:
        """Return how its age compares now."""
        value = getattr(row, self.key)
        return value is not None and _COMPARE[self.sign](now - value.timestamp(), self.seconds)

    def mask(self, lot: Lot, held: HeldRows, now: float) -> list[bool]:
        """Return for each row whether it is let through. The older, the earlier: the comparison turns round."""
        limit = datetime.fromtimestamp(now - self.seconds, UTC)
        return _compared(self.key, lot, _MIRRORED[self.sign], limit, self.negated)

    def young(self, rows: list[Row], now: datetime) -> list[Row]:
        """Return the rows of which it will say otherwise some time."""
        limit, get = now - timedelta(seconds=self.seconds), attrgetter(self.key)
        return [row for row, at in zip(rows, map(get, rows), strict=True) if at is not None and at >= limit]

    def turns(self, row: Row, now: float) -> float:
        """Return when it will say otherwise (Unix seconds); infinity: never."""
        value = getattr(row, self.key)
        if value is None:
            return float("inf")
        then: float = value.timestamp() + self.seconds
        # At the moment itself >= has turned already, and > turns after it.
        return then if then > now or (then == now and self.sign in (">", "<=")) else float("inf")


class Clocked(Term, frozen=True):
    """A time against the last time that the clock (UTC) showed ``second`` of the day."""

    key: str
    sign: str
    second: int

    def passes(self, row: Row, held: HeldRows | None, now: float) -> bool:
        """Return whether the time is before or after that."""
        value = getattr(row, self.key)
        return value is not None and _COMPARE[self.sign](value.timestamp(), self.next(now) - DAY)

    def next(self, now: float) -> float:
        """Return when the clock shows it next (Unix seconds)."""
        midnight = now - now % DAY
        return midnight + self.second + (DAY if now >= midnight + self.second else 0)


class Patterned(Term, frozen=True):
    """A regular expression that is found in a field; without a key, in some field."""

    key: str
    pattern: str
    cost: ClassVar[int] = 4

    def __post_init__(self) -> None:
        """Raise BadPattern where it is not taken."""
        _compiled(self.pattern)

    def passes(self, row: Row, held: HeldRows | None, now: float) -> bool:
        """Return whether it is found."""
        text = _in_field(row, self.key) if self.key else _text(row, held)
        return _compiled(self.pattern).search(_cut(text)) is not None

    @property
    def reads(self) -> bool:
        """Whether it looks at the whole row as text."""
        return not self.key

    def mask(self, lot: Lot, held: HeldRows, now: float) -> list[bool]:
        """Return for each row whether it is let through. Raises TooSlow when that takes more than PATTERN_SECONDS."""
        until, turned = held.clock() + PATTERN_SECONDS, self.negated
        search, texts = _compiled(self.pattern).search, _texts_of(self.key, lot)
        found = []
        for number, text in enumerate(texts):
            found.append((search(_cut(text)) is not None) is not turned)
            if not number % 16 and held.clock() > until:
                raise TooSlow(f"the pattern {self.pattern} takes too long on {len(lot.rows):,} rows; say more of it")
        return found


class Rough(Term, frozen=True):
    """Letters that follow each other in a field, others between them; without a key, in some field."""

    key: str
    letters: str
    cost: ClassVar[int] = 3

    def passes(self, row: Row, held: HeldRows | None, now: float) -> bool:
        """Return whether they are found in this order."""
        text = _in_field(row, self.key) if self.key else _text(row, held)
        return _roughly(self.letters).search(_cut(text)) is not None

    @property
    def reads(self) -> bool:
        """Whether it looks at the whole row as text."""
        return not self.key

    def mask(self, lot: Lot, held: HeldRows, now: float) -> list[bool]:
        """Return for each row whether it is let through."""
        search, letters, turned = _roughly(self.letters).search, set(self.letters), self.negated
        return [
            (all(map(text.__contains__, letters)) and search(_cut(text)) is not None) is not turned
            for text in _texts_of(self.key, lot)
        ]

    def implies(self, other: Term) -> bool:
        """More letters after the same ones imply the fewer."""
        if not isinstance(other, Rough) or (self.key, self.negated) != (other.key, other.negated):
            return False
        more, fewer = (other, self) if self.negated else (self, other)
        return more.letters.startswith(fewer.letters)
