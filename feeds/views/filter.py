"""The filter language, the same on every screen and in ``vaken tail``.

``word`` (or ``"several words"``) must stand in some field of the row; ``key:value`` in that field, ``key:a,b`` either;
``key:>5`` and ``key:<5`` compare numbers; ``key:""`` is a field without a value; a ``-`` in front turns a term round.
Terms are joined by *and*. Case is ignored. What stands in quotes is taken as it is, commas too. Fields that hold
several values (outages, attributes) match when one of them does.
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from enum import Enum
from typing import Any

from feeds.model import Row

Filter = Callable[[Row], bool]
"""Whether a row is shown."""

MAX_LENGTH = 1_000

_TERM = re.compile(r'(?P<minus>-?)(?:(?P<key>[A-Za-z_][A-Za-z0-9_]*):)?(?P<value>"[^"]*"|[^\s"]*)(?=\s|$)')


class BadFilter(Exception):
    """The filter cannot be read; the message says what and where."""


def parse(text: str, row_type: type[Row]) -> Filter | None:
    """Return the filter that ``text`` means for rows of ``row_type``; None when it lets everything through.

    Raises BadFilter with the position (from 1) of the term that is wrong.
    """
    if len(text) > MAX_LENGTH:
        raise BadFilter(f"filter: longer than {MAX_LENGTH} characters")
    terms: list[Filter] = []
    fields = row_type.__struct_fields__
    position = 0
    while position < len(text):
        if text[position].isspace():
            position += 1
            continue
        found = _TERM.match(text, position)
        if found is None or found.end() == position:
            raise BadFilter(f"filter: a quote is not closed at {position + 1}")
        key, value = found["key"], found["value"].strip('"').casefold()
        if key is not None and key not in fields:
            raise BadFilter(f"filter: unknown key {key} at {position + 1}; there are {', '.join(fields)}")
        if value or (key is not None and found["value"]):
            quoted = found["value"].startswith('"')
            term = _field_term(key, value, quoted, position) if key is not None else _word_term(value)
            terms.append(_negated(term) if found["minus"] else term)
        position = found.end()
    if not terms:
        return None
    return terms[0] if len(terms) == 1 else lambda row: all(term(row) for term in terms)


def _negated(term: Filter) -> Filter:
    return lambda row: not term(row)


def _word_term(word: str) -> Filter:
    def shown(row: Row) -> bool:
        return any(word in text for name in row.__struct_fields__ for text in _texts(getattr(row, name)))

    return shown


def _field_term(key: str, value: str, quoted: bool, position: int) -> Filter:
    if value[:1] in ("<", ">") and not quoted:
        try:
            limit = float(value[1:])
        except ValueError:
            raise BadFilter(f"filter: {value[1:] or 'nothing'} is not a number at {position + 1}") from None
        above = value[0] == ">"

        def compared(row: Row) -> bool:
            number = getattr(row, key)
            if not isinstance(number, int | float):
                return False
            return number > limit if above else number < limit

        return compared
    wanted = [value] if quoted else [part for part in value.split(",") if part] or [""]

    def shown(row: Row) -> bool:
        held = getattr(row, key)
        if isinstance(held, bool):
            return any(part in ("1", "yes", "true") if held else part in ("0", "no", "false") for part in wanted)
        if isinstance(held, Enum):
            text = str(held.value).casefold()
            return any(text.startswith(part) for part in wanted if part)
        if isinstance(held, tuple) and key == "outages":
            return any(part == one.casefold() for part in wanted for one in held or ("",))
        if key == "key" or (isinstance(held, int) and not isinstance(held, bool)):
            return str(held).casefold() in wanted
        texts = list(_texts(held))
        return any(part in text if part else not any(texts) for part in wanted for text in texts or [""])

    return shown


def _texts(value: Any) -> Iterable[str]:
    """The texts that a field holds, folded."""
    if isinstance(value, str):
        yield (value.value if isinstance(value, Enum) else value).casefold()
    elif isinstance(value, dict):
        for name, held in value.items():
            yield f"{name}={held}".casefold()
    elif isinstance(value, tuple):
        for held in value:
            yield from _texts(held)
    elif isinstance(value, datetime):
        yield value.isoformat(timespec="seconds").casefold()
    elif isinstance(value, int | float):
        yield str(value)
