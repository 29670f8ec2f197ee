"""The filter language, the same on every screen and in ``vaken tail``.

``word`` (or ``"several words"``) must stand in some field of the row; ``key:value`` in that field, ``key:a,b`` either;
``key:""`` is a field without a value. ``~pattern`` and ``key:~pattern`` are regular expressions (see pattern.py),
``?letters`` and ``key:?letters`` are found wherever the letters follow each other, others between them. ``key:>5``,
``>=``, ``<`` and ``<=`` compare: numbers; severities and states by how pressing they are; times by their age with
``raised:<10m`` (s, m, h, d, w; ``1h30m``), or with a time: ``raised:>02:30`` is later than the last half past two
(UTC), ``raised:>2026-03-14`` later than that midnight. A ``-`` in front turns a term round. Terms are joined by *and*.
Case is ignored. What stands in quotes is taken as it is. Fields that hold several values match when one of them does.

A time that is still to come is younger than any age; a field without a time has none.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from feeds.model import Row, field_named
from feeds.views.columns import Slots
from feeds.views.held import HeldRows
from feeds.views.kinds import types_of
from feeds.views.pattern import BadPattern
from feeds.views.ranks import RANKS
from feeds.views.sorting import unknown
from feeds.views.terms import (
    PATTERN_SECONDS,
    Aged,
    Clocked,
    Compared,
    Held,
    Patterned,
    Ranked,
    Rough,
    Term,
    TooSlow,
    Word,
)

MAX_LENGTH: Final = 1_000
MAX_TERMS: Final = 40

_TERM = re.compile(
    r'(?P<minus>-?)(?:(?P<key>[A-Za-z_][A-Za-z0-9_]*):)?(?P<sign>>=|<=|[<>~?])?(?P<value>"[^"]*"|[^\s"]*)(?=\s|$)'
)
_AGE = re.compile(r"(?:\d+(?:\.\d+)?[smhdw])+")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 7 * 86_400}
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?")
MOST_SECONDS: Final = 100 * 365 * 86_400


class BadFilter(Exception):
    """The filter cannot be read; the message says what and where. ``at``: the place of the term, from 0."""

    def __init__(self, why: str, at: int = 0) -> None:
        super().__init__(why)
        self.at = at


class Filter:
    """What lets rows through: all of ``terms``."""

    def __init__(self, terms: Sequence[Term]) -> None:
        self.terms = tuple(sorted(dict.fromkeys(terms), key=lambda term: term.cost))

    def __call__(self, row: Row, now: datetime | None = None, held: HeldRows | None = None) -> bool:
        """Return whether a row is shown, at the time ``now`` where ages count."""
        seconds = now.timestamp() if now is not None else 0.0
        return all(term.passes(row, held, seconds) is not term.negated for term in self.terms)

    @property
    def reads_all(self) -> bool:
        """Whether a term looks at all that a row says."""
        return any(term.reads_all for term in self.terms)

    def sift(self, slots: Slots, now: datetime, held: HeldRows, known: "Filter | None" = None) -> Slots:
        """Return the slots whose rows are shown, in their order. What ``known`` asks for they have passed already.

        Raises TooSlow when a pattern would hold up everybody.
        """
        seconds = now.timestamp()
        passed = set(known.terms) if known is not None else set()
        terms = [term for term in self.terms if term not in passed]
        if not held.whole:
            return self._sift_made(terms, slots, seconds, held)
        for term in terms:
            if len(slots):
                slots = slots[term.mask(slots, held, seconds)]
        return slots

    def _sift_made(self, terms: Sequence[Term], slots: Slots, now: float, held: HeldRows) -> Slots:
        """Sift rows that are too many to be held: each is made once, and gone before the next."""
        plain = [term for term in terms if not isinstance(term, Patterned)]
        patterns = [term for term in terms if isinstance(term, Patterned)]
        spent, clock = 0.0, held.clock
        found = np.zeros(len(slots), np.bool_)
        for number, row in enumerate(held.rows_at(slots)):
            if row is None or not all(term.passes(row, held, now) is not term.negated for term in plain):
                continue
            for term in patterns:
                text = term.read(row, held)
                began = clock()
                shown = term.finds(text) is not term.negated
                spent += clock() - began
                if spent > PATTERN_SECONDS:
                    raise TooSlow(f"the pattern {term.pattern} takes too long on {len(slots):,} rows; say more of it")
                if not shown:
                    break
            else:
                found[number] = True
        return slots[found]

    def narrows(self, other: "Filter | None") -> bool:
        """Return whether all that this one shows ``other`` shows too; False where that is not known."""
        if other is None:
            return True
        return all(any(mine.implies(theirs) for mine in self.terms) for theirs in other.terms)

    @property
    def timed(self) -> bool:
        """Whether rows come and go by time alone."""
        return any(isinstance(term, Aged | Clocked) for term in self.terms)

    def moments(self, slots: Slots, now: datetime, held: HeldRows) -> NDArray[np.float64]:
        """Return for the row of each slot what ``turns`` says of it."""
        seconds = now.timestamp()
        aged = [term.moments(slots, held, seconds) for term in self.terms if isinstance(term, Aged)]
        return np.minimum.reduce(aged) if aged else np.full(len(slots), np.inf)

    def turns(self, row: Row, now: datetime) -> float:
        """Return when time alone next changes what becomes of a row (Unix seconds); infinity: never."""
        seconds = now.timestamp()
        return min((term.turns(row, seconds) for term in self.terms if isinstance(term, Aged)), default=float("inf"))

    def turns_all(self, now: datetime) -> float:
        """Return when a time of day comes round that it names (Unix seconds); infinity: it names none."""
        seconds = now.timestamp()
        return min((term.next(seconds) for term in self.terms if isinstance(term, Clocked)), default=float("inf"))


def parse(text: str, row_type: type[Row]) -> Filter | None:
    """Return the filter that ``text`` means for rows of ``row_type``; None when it lets everything through.

    Raises BadFilter with the position (from 1) of the term that is wrong.
    """
    if len(text) > MAX_LENGTH:
        raise BadFilter(f"filter: longer than {MAX_LENGTH} characters", MAX_LENGTH)
    terms: list[Term] = []
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        found = _TERM.match(text, position)
        if found is None or found.end() == position:
            raise BadFilter(f"filter: a quote is not closed at {position + 1}", position)
        key = field_named(row_type, found["key"]) if found["key"] is not None else None
        if key is None and found["key"] is not None:
            raise BadFilter(f"filter: {unknown(row_type, found['key'], f' at {position + 1}')}", position)
        try:
            term = _term(found, key, row_type)
        except BadPattern as error:
            at = found.start("value") + found["value"].startswith('"') + error.at
            raise BadFilter(f"filter: {error.why} at {at + 1}", at) from None
        except _Wrong as error:
            raise BadFilter(f"filter: {error} at {position + 1}", position) from None
        if term is not None:
            terms.append(term)
            if len(terms) > MAX_TERMS:
                raise BadFilter(f"filter: more than {MAX_TERMS} terms at {position + 1}", position)
        position = found.end()
    return Filter(terms) if terms else None


class _Wrong(Exception):
    """What is wrong with one term."""


def _term(found: "re.Match[str]", key: str | None, row_type: type[Row]) -> Term | None:
    """Return one term; None for an empty word in quotes: it stands in every row. Raises _Wrong for one only begun."""
    sign, written, negated = found["sign"] or "", found["value"], bool(found["minus"])
    quoted = written.startswith('"')
    inside = written[1:-1] if quoted else written
    value = inside.casefold().replace("\r", " ").replace("\n", " ")
    if not value and (sign in ("~", "?") or not (sign or quoted)):
        raise _Wrong(_begun(key, sign, row_type))
    if sign == "~":
        return Patterned(key or "", inside, negated=negated)
    if sign == "?":
        letters = "".join(value.split())
        if not letters:
            raise _Wrong(_begun(key, sign, row_type))
        return Rough(key or "", letters, negated=negated)
    if key is None:
        value = sign + value
        return Word(value, negated=negated) if value else None
    if sign:
        return _comparison(key, sign, value, negated, row_type)
    wanted = (value,) if quoted else tuple(part for part in value.split(",") if part) or ("",)
    whole = key in ("key", "outages") or bool(types_of(row_type, key) & {int, float, bool})
    return Held(key, wanted, whole, negated=negated)


def _begun(key: str | None, sign: str, row_type: type[Row]) -> str:
    """Return what is missing behind a term that is only begun: let through as it stands, it would hide nothing."""
    if key is None and not sign:
        return "- alone leaves out nothing: write behind it what is not to be shown"
    if sign == "~":
        wanted = "a pattern"
    elif sign == "?":
        wanted = "letters that follow each other"
    elif key is None:
        wanted = "a word"
    else:
        wanted = _wanted(key, sign, row_type)
    return f"{key + ':' if key is not None else ''}{sign} what? {wanted}"


def _wanted(key: str, sign: str, row_type: type[Row]) -> str:
    """Return what can stand behind a key."""
    kinds = types_of(row_type, key)
    values = next((kind for kind in kinds if issubclass(kind, Enum)), None)
    if values is not None:
        return f"one of {', '.join(str(one.value) for one in values)}"
    if bool in kinds:
        return "yes or no"
    if datetime in kinds:
        return f"an age such as {'' if sign else '<'}10m, or a time such as {'' if sign else '>'}02:30"
    if kinds & {int, float}:
        return "a number"
    return 'a word; "" where there is none'


def _comparison(key: str, sign: str, value: str, negated: bool, row_type: type[Row]) -> Term:
    kinds = _kinds(row_type, key)
    ranked = next((kind for kind in kinds if issubclass(kind, Enum) and next(iter(kind)) in RANKS), None)
    if not value and (ranked is not None or kinds & {datetime, int, float}):
        raise _Wrong(_begun(key, sign, row_type))
    if datetime in kinds:
        if _AGE.fullmatch(value):
            return Aged(key, sign, _seconds(value), negated=negated)
        clock = _CLOCK.fullmatch(value)
        if clock is not None:
            hours, minutes, seconds = (int(part or 0) for part in clock.groups())
            return Clocked(key, sign, hours * 3_600 + minutes * 60 + seconds, negated=negated)
        try:
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=UTC)
            return Compared(key, sign, moment.timestamp(), negated=negated)
        except (ValueError, OverflowError):
            raise _Wrong(f"{value} is no age such as 10m or 2h, and no time such as 02:30 or 2026-03-14") from None
    if ranked is not None:
        meant = [one for one in ranked if str(one.value).startswith(value)]
        if len(meant) != 1:
            raise _Wrong(f"{value} is none of {', '.join(str(one.value) for one in ranked)}")
        return Ranked(key, sign, RANKS[meant[0]], negated=negated)
    if not kinds & {int, float}:
        raise _Wrong(f"{key} is neither a number nor a time and cannot be compared; in quotes it is looked for as text")
    try:
        return Compared(key, sign, float(value), negated=negated)
    except ValueError:
        raise _Wrong(f"{value} is not a number") from None


def _seconds(value: str) -> float:
    parts = re.findall(r"(\d+(?:\.\d+)?)([smhdw])", value)
    seconds = sum(float(number) * _SECONDS[unit] for number, unit in parts)
    if seconds > MOST_SECONDS:
        raise _Wrong(f"{value} is more than a hundred years")
    return timedelta(seconds=seconds).total_seconds()


def _kinds(row_type: type[Row], key: str) -> frozenset[type]:
    """Return the types that a field can have. A bool is an int to Python and a yes or no to people."""
    return types_of(row_type, key) - {bool}
