"""Regular expressions of filters, taken only where the time that they can take has a bound.

The matching itself is Python's ``re``, which goes back and tries again where a pattern can match in several ways; some
patterns then take longer than the universe has lasted. So a pattern is read here first, the greatest number of steps
for a field of ``FIELD_CHARS`` characters is counted, and what may need more than ``MOST_STEPS`` is refused. Taken are:
characters, ``.``, ``[...]``, ``\\d \\w \\s \\b`` and their opposites, ``^ $``, groups, ``|``, ``* + ? {m,n}``. A
pattern is searched for in one line, without regard to case: texts are folded, and so is the pattern.

``a.*b.*c`` is what people write most: where what stands before each ``.*`` has a fixed length, the first place where it
fits is as good as any later one, and no going back is needed.
"""

import re
from typing import Final

from feeds.views.pattern.parts import (
    Again,
    Either,
    Node,
    One,
    Place,
    Row,
    begin_apart,
    characters,
    first_chars,
    has_places,
    source_of,
    width,
)
from feeds.views.pattern.reading import BadPattern, read_pattern

FIELD_CHARS: Final = 2_000
"""Characters of one field that a pattern is searched in."""
MOST_STEPS: Final = 12 * FIELD_CHARS**2
"""A fraction of a second."""
MOST_CHARS: Final = 300


def compiled(text: str) -> re.Pattern[str]:
    """Return the pattern, to be searched for in folded fields joined by line breaks. Raises BadPattern."""
    if len(text) > MOST_CHARS:
        raise BadPattern(f"a pattern has at most {MOST_CHARS} characters", MOST_CHARS)
    node = read_pattern(text)
    source, steps = _plan(node)
    if steps > MOST_STEPS:
        raise BadPattern("this pattern can match in too many ways and would hold up the hub; name more of the text", 0)
    return re.compile(source, re.MULTILINE)


def literal(text: str) -> str | None:
    """Return the folded text that a pattern which is taken stands for, where it stands for one alone."""
    node = read_pattern(text)
    parts = characters(node)
    return "".join(parts) if parts else None


def goes_on(more: str, fewer: str) -> bool:
    """Return whether a pattern is another one and something behind it: it is found only where that one is found."""
    mine, other = read_pattern(more), read_pattern(fewer)
    return isinstance(mine, Row) and isinstance(other, Row) and mine.parts[: len(other.parts)] == other.parts


def _steps(node: Node, then: int, after: frozenset[int]) -> int:
    """Return the most steps from one place on, where what comes after costs ``then`` and begins with ``after``."""
    if isinstance(node, One | Place):
        return 1 + then
    if isinstance(node, Row):
        for part in reversed(node.parts):
            then, after = _steps(part, then, after), first_chars(part, after)
        return then
    if isinstance(node, Either):
        costs = [_steps(way, then, after) for way in node.ways]
        return len(costs) + (max(costs) if begin_apart(node) else sum(costs))
    most = FIELD_CHARS if node.most is None else node.most
    turns = most - node.least + 1
    inside = _steps(node.what, 0, after)
    if first_chars(node.what, frozenset()) & after:
        return inside * most + turns * then
    # Going back, what comes next does not fit anywhere but at the end.
    return inside * most + turns + then


_TO: Final = r"[^\n]*?"
"""As far as is needed."""


def _plan(node: Node) -> tuple[str, int]:
    """Return what ``re`` is given and the most steps that it can take in one field."""
    pieces = _split(node)
    if pieces is not None:
        *before, last = pieces
        anchored = bool(before) and before[0].parts[:1] == (Place("^"),)
        source = "".join(
            f"(?>{_TO if number or not anchored else ''}{source_of(one)})" for number, one in enumerate(before)
        )
        tail = _steps(last, 1, frozenset())
        steps = tail + sum(_steps(one, 1, frozenset()) for one in before)
        if not anchored and width(before[0]) and FIELD_CHARS**2 * steps <= MOST_STEPS:
            # From every place where it may begin: ``re`` finds those far sooner than the beginnings of lines.
            first, *others = map(source_of, before)
            return f"{first}{''.join(f'(?>{_TO}{one})' for one in others)}{_TO}{source_of(last)}", FIELD_CHARS * steps
        return f"^{source}{_TO}{source_of(last)}", FIELD_CHARS * steps
    return source_of(node), FIELD_CHARS * _steps(node, 1, frozenset())


def _split(node: Node) -> list[Row] | None:
    """Return what stands between the ``.*`` of a pattern, where all but the last have a fixed length; else None."""
    if not isinstance(node, Row):
        return None
    pieces: list[list[Node]] = [[]]
    for part in node.parts:
        dot = isinstance(part, Again) and isinstance(part.what, One) and part.what.dot and part.most is None
        if dot and isinstance(part, Again):
            pieces[-1].extend([part.what] * part.least)
            pieces.append([])
        else:
            pieces[-1].append(part)
    if len(pieces) == 1:
        return None
    rows = [Row(tuple(piece)) for piece in pieces]
    begins = rows[0].parts[:1] == (Place("^"),)
    if any(
        width(row) is None or has_places(row.parts[1:] if begins and number == 0 else row.parts)
        for number, row in enumerate(rows[:-1])
    ):
        return None
    return rows
