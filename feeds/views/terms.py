"""The terms of a filter: what each lets through, one row at a time and many at once.

Terms are values: equal ones are the same term. ``implies`` says that what one term lets through another does too, so
that a filter that is typed on looks only at what it showed before.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import Enum
from functools import lru_cache
from operator import ge, gt, le, lt
from typing import Any, ClassVar, Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from feeds.model import Row
from feeds.views.columns import Marks, Slots
from feeds.views.folded import folded, folder, texts
from feeds.views.held import HeldRows
from feeds.views.kinds import Kind, kind_of
from feeds.views.pattern import FIELD_CHARS, compiled, goes_on, literal
from feeds.views.ranks import RANKS

DAY: Final = 86_400
PATTERN_SECONDS: Final = 1.0
"""For so long a pattern may search all rows."""
MOST_AT_ONCE: Final = 1_024
"""Texts that are searched between two looks at the clock, where those before took less than ``SHORT_SECONDS``."""
SHORT_SECONDS: Final = 0.002
_COMPARE: Final[dict[str, Callable[[Any, Any], Any]]] = {">": gt, ">=": ge, "<": lt, "<=": le}


class TooSlow(Exception):
    """A pattern took too long on the rows that there are."""


class Term(Struct, frozen=True, kw_only=True):
    """One term. ``passes`` is what it says without its minus; ``negated``: it is turned round by one."""

    negated: bool = False
    cost: ClassVar[int] = 1
    """The cheap ones are asked first."""

    @property
    def reads_all(self) -> bool:
        """Whether it looks at all that a row says, and not at one field."""
        return getattr(self, "key", "") == ""

    def passes(self, row: Row, held: HeldRows | None, now: float) -> bool:
        """Return what the term says of a row at ``now`` (Unix seconds)."""
        raise NotImplementedError

    def mask(self, slots: Slots, held: HeldRows, now: float) -> Marks:
        """Return for each slot whether its row is let through: what ``passes`` says, of many rows and from columns."""
        found = self._said(slots, held, now)
        return ~found if self.negated else found

    def _said(self, slots: Slots, held: HeldRows, now: float) -> Marks:
        """Return for each slot what the term says without its minus."""
        passes = self.passes
        return _marks([row is not None and passes(row, held, now) for row in held.rows_at(slots)])

    def implies(self, other: "Term") -> bool:
        """Return whether every row that this one lets through the other does too; False where that is not known."""
        return self == other


_compiled = lru_cache(maxsize=256)(compiled)
_literal = lru_cache(maxsize=256)(literal)


@lru_cache(maxsize=256)
def _roughly(letters: str) -> "re.Pattern[str]":
    """Return a pattern that goes forward only: the first place of each letter is as good as any later one."""
    first, *others = map(re.escape, letters)
    return re.compile(first + "".join(rf"[^{letter}\n]*+{letter}" for letter in others))


def _cut(text: str) -> str:
    """Return the part of folded fields that patterns are searched for in."""
    if len(text) <= FIELD_CHARS:
        return text
    return "\n".join(line[:FIELD_CHARS] for line in text.split("\n"))


def _all_cut(said: Sequence[str]) -> Sequence[str]:
    """Return folded fields of many rows, cut where one is longer."""
    if max(map(len, said), default=0) <= FIELD_CHARS:
        return said
    return list(map(_cut, said))


def _text(row: Row, held: HeldRows | None) -> str:
    return held.text(row) if held is not None else folder(type(row))(row)


def _marks(found: list[bool]) -> Marks:
    return np.frombuffer(bytes(found), np.bool_)


def _of_texts(key: str, slots: Slots, held: HeldRows, says: Callable[[Sequence[str]], list[bool]]) -> Marks:
    """Return what is said of the text of a field of each slot, or without a key of the whole row."""
    if not key:
        return _marks(says(held.texts_at(slots)))
    lines = held.columns.lines_at(key, slots)
    return held.columns.values(key).say(slots, says) if lines is None else _marks(says(lines))


def _in_field(row: Row, key: str) -> str:
    return folded(texts(getattr(row, key)))


class Word(Term, frozen=True):
    """A text in some field."""

    word: str
    cost: ClassVar[int] = 2

    def passes(self, row: Row, held: HeldRows | None, now: float) -> bool:
        """Return whether it stands in some field."""
        return self.word in _text(row, held)

    def _said(self, slots: Slots, held: HeldRows, now: float) -> Marks:
        word = self.word
        return _marks([word in text for text in held.texts_at(slots)])

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
        found = [folded((text,)) for text in texts(value)]
        return any(part in text if part else not any(found) for part in wanted for text in found or [""])

    def _said(self, slots: Slots, held: HeldRows, now: float) -> Marks:
        if kind_of(held.source.row_type, self.key) is not Kind.TEXT or self.key in {"key", "outages"}:
            return held.columns.values(self.key).judge(slots, self._holds)
        wanted = self.wanted
        if len(wanted) == 1 and wanted[0]:
            part = wanted[0]
            said = held.columns.said_at(self.key, slots) if " " not in part else None  # a line break is read as a space
            if said is not None:
                return _marks([part in text.casefold() for text in said])
            return _of_texts(self.key, slots, held, lambda said: [part in text for text in said])

        def says(said: Sequence[str]) -> list[bool]:
            return [any(part in text if part else not text for part in wanted) for text in said]

        return _of_texts(self.key, slots, held, says)

    def implies(self, other: Term) -> bool:
        """A longer text implies how it begins, and fewer alternatives more; turned round, the other way."""
        if not isinstance(other, Held) or (self.key, self.negated) != (other.key, other.negated):
            return False
        less, more = (other, self) if self.negated else (self, other)
        if self.whole or "" in less.wanted or "" in more.wanted:
            return set(less.wanted) <= set(more.wanted)
        return all(any(part.startswith(begin) for begin in more.wanted) for part in less.wanted)


def _compared(sign: str, values: NDArray[np.float64], limit: float) -> Marks:
    """Return how numbers compare; what is none does not."""
    found: Marks = _COMPARE[sign](values, limit)
    return found


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
        return value is not None and bool(_COMPARE[self.sign](value, self.limit))

    def _said(self, slots: Slots, held: HeldRows, now: float) -> Marks:
        column = held.columns.numbers(self.key)
        if not column.exact:
            return super()._said(slots, held, now)
        return _compared(self.sign, column.values[slots], self.limit)


class Ranked(Term, frozen=True):
    """A severity or state against another, by how pressing they are."""

    key: str
    sign: str
    rank: int

    def passes(self, row: Row, held: HeldRows | None, now: float) -> bool:
        """Return how the field compares."""
        return self._holds(getattr(row, self.key))

    def _holds(self, value: Any) -> bool:
        return bool(_COMPARE[self.sign](RANKS.get(value, -1), self.rank))

    def _said(self, slots: Slots, held: HeldRows, now: float) -> Marks:
        return held.columns.values(self.key).judge(slots, self._holds)


class Aged(Term, frozen=True):
    """The age of a time against ``seconds``."""

    key: str
    sign: str
    seconds: float

    def passes(self, row: Row, held: HeldRows | None, now: float) -> bool:
        """Return how its age compares now."""
        value = getattr(row, self.key)
        return value is not None and bool(_COMPARE[self.sign](now - value.timestamp(), self.seconds))

    def _said(self, slots: Slots, held: HeldRows, now: float) -> Marks:
        return _compared(self.sign, now - held.columns.numbers(self.key).values[slots], self.seconds)

    def moments(self, slots: Slots, held: HeldRows, now: float) -> NDArray[np.float64]:
        """Return for the row of each slot what ``turns`` says of it."""
        then = held.columns.numbers(self.key).values[slots] + self.seconds
        still = then >= now if self.sign in (">", "<=") else then > now
        return np.where(still, then, np.inf)

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
        return value is not None and bool(_COMPARE[self.sign](value.timestamp(), self.next(now) - DAY))

    def _said(self, slots: Slots, held: HeldRows, now: float) -> Marks:
        return _compared(self.sign, held.columns.numbers(self.key).values[slots], self.next(now) - DAY)

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
        return self.finds(self.read(row, held))

    def read(self, row: Row, held: HeldRows | None) -> str:
        """Return what of a row it is searched for in."""
        return _in_field(row, self.key) if self.key else _text(row, held)

    def finds(self, text: str) -> bool:
        """Return whether it is in folded fields."""
        return _compiled(self.pattern).search(_cut(text)) is not None

    def _said(self, slots: Slots, held: HeldRows, now: float) -> Marks:
        """Raises TooSlow when that takes more than PATTERN_SECONDS."""
        word = _literal(self.pattern)
        if word is not None:
            return _of_texts(self.key, slots, held, lambda said: [word in text for text in _all_cut(said)])
        return _of_texts(self.key, slots, held, lambda said: self._search(said, held, len(slots)))

    def implies(self, other: Term) -> bool:
        """A pattern that goes on implies how it begins; turned round, the other way."""
        if not isinstance(other, Patterned) or (self.key, self.negated) != (other.key, other.negated):
            return False
        more, fewer = (other, self) if self.negated else (self, other)
        return goes_on(more.pattern, fewer.pattern)

    def _search(self, said: Sequence[str], held: HeldRows, rows: int) -> list[bool]:
        until, search = held.clock() + PATTERN_SECONDS, _compiled(self.pattern).search
        said = _all_cut(said)
        found: list[bool] = []
        at, many, clock = 0, 1, held.clock
        seconds = clock()
        while at < len(said):
            found.extend([search(text) is not None for text in said[at : at + many]])
            at, before, seconds = at + many, seconds, clock()
            if seconds > until:
                raise TooSlow(f"the pattern {self.pattern} takes too long on {rows:,} rows; say more of it")
            # Each text may take long: as many as the ones before leave little doubt about.
            many = min(2 * many, MOST_AT_ONCE) if seconds - before < SHORT_SECONDS else max(1, many // 2)
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

    def _said(self, slots: Slots, held: HeldRows, now: float) -> Marks:
        search, last = _roughly(self.letters).search, self.letters[-1]

        def says(said: Sequence[str]) -> list[bool]:
            if len(self.letters) == 1:
                return [last in text for text in _all_cut(said)]
            return [last in text and search(text) is not None for text in _all_cut(said)]

        return _of_texts(self.key, slots, held, says)

    def implies(self, other: Term) -> bool:
        """More letters after the same ones imply the fewer."""
        if not isinstance(other, Rough) or (self.key, self.negated) != (other.key, other.negated):
            return False
        more, fewer = (other, self) if self.negated else (self, other)
        return more.letters.startswith(fewer.letters)
