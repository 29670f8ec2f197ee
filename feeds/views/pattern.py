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
from collections.abc import Sequence
from typing import Final, NamedTuple

FIELD_CHARS: Final = 2_000
"""Characters of one field that a pattern is searched in."""
MOST_STEPS: Final = 12 * FIELD_CHARS**2
"""A fraction of a second."""
MOST_CHARS: Final = 300
MOST_REPEATS: Final = 200
"""The greatest m and n of ``{m,n}``."""
MOST_DEPTH: Final = 20


class BadPattern(Exception):
    """The pattern is not taken: what, and at which of its characters (from 0)."""

    def __init__(self, why: str, at: int) -> None:
        super().__init__(why)
        self.why = why
        self.at = at


_ANY: Final = frozenset(range(-1, 128))
"""Characters by number; -1 stands for all beyond ASCII."""
_DIGITS: Final = frozenset(map(ord, "0123456789"))
_WORD: Final = _DIGITS | frozenset(map(ord, "abcdefghijklmnopqrstuvwxyz_")) | {-1}
_SPACE: Final = frozenset(map(ord, " \t\r\f\v")) | {-1}
_CLASSES: Final = {
    "d": (_DIGITS | {-1}, r"\d"),
    "D": (_ANY - _DIGITS, r"[^\d\n]"),
    "w": (_WORD, r"\w"),
    "W": (_ANY - _WORD | {-1}, r"[^\w\n]"),
    "s": (_SPACE, r"[^\S\n]"),
    "S": (_ANY - _SPACE | {-1}, r"\S"),
}
_IN_SET: Final = {"d": r"\d", "D": r"\D", "w": r"\w", "W": r"\W", "s": r"\s", "S": r"\S"}


class _One(NamedTuple):
    """One character out of ``chars``."""

    chars: frozenset[int]
    source: str
    dot: bool = False


class _Place(NamedTuple):
    """A place between characters."""

    source: str


class _Row(NamedTuple):
    """One after the other."""

    parts: "tuple[_Node, ...]"


class _Either(NamedTuple):
    """One of several."""

    ways: "tuple[_Node, ...]"


class _Again(NamedTuple):
    """``what`` from ``least`` to ``most`` times (None: without end)."""

    what: "_Node"
    least: int
    most: int | None
    lazy: bool


_Node = _One | _Place | _Row | _Either | _Again


def compiled(text: str) -> re.Pattern[str]:
    """Return the pattern, to be searched for in folded fields joined by line breaks. Raises BadPattern."""
    if len(text) > MOST_CHARS:
        raise BadPattern(f"a pattern has at most {MOST_CHARS} characters", MOST_CHARS)
    node = _Reader(text).whole()
    source, steps = _plan(node)
    if steps > MOST_STEPS:
        raise BadPattern("this pattern can match in too many ways and would hold up the hub; name more of the text", 0)
    return re.compile(source, re.MULTILINE)


def literal(text: str) -> str | None:
    """Return the folded text that a pattern which is taken stands for, where it stands for one alone."""
    node = _Reader(text).whole()
    parts = _characters(node)
    return "".join(parts) if parts else None


def goes_on(more: str, fewer: str) -> bool:
    """Return whether a pattern is another one and something behind it: it is found only where that one is found."""
    mine, other = _Reader(more).whole(), _Reader(fewer).whole()
    return isinstance(mine, _Row) and isinstance(other, _Row) and mine.parts[: len(other.parts)] == other.parts


def _characters(node: _Node) -> list[str] | None:
    """Return the characters of a node that matches one text alone."""
    if isinstance(node, _One):
        (char, *others) = node.chars
        return [chr(char)] if not others and char >= 0 and not node.dot else None
    if not isinstance(node, _Row):
        return None
    found: list[str] = []
    for part in node.parts:
        inside = _characters(part)
        if inside is None:
            return None
        found.extend(inside)
    return found


class _Reader:
    """Reads one pattern."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def whole(self) -> _Node:
        node = self._either(0)
        if self._at < len(self._text):
            raise BadPattern("this ) closes nothing", self._at)
        return node

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _either(self, depth: int) -> _Node:
        if depth > MOST_DEPTH:
            raise BadPattern(f"more than {MOST_DEPTH} groups within each other", self._at)
        ways = [self._row(depth)]
        while self._peek() == "|":
            self._at += 1
            ways.append(self._row(depth))
        return ways[0] if len(ways) == 1 else _Either(tuple(ways))

    def _row(self, depth: int) -> _Node:
        parts: list[_Node] = []
        while self._peek() not in ("", "|", ")"):
            parts.append(self._repeated(depth))
        return _Row(tuple(parts))

    def _repeated(self, depth: int) -> _Node:
        begin = self._at
        node = self._atom(depth)
        found = _REPEAT.match(self._text, self._at)
        if found is None:
            return node
        self._at = found.end()
        if isinstance(node, _Place):
            raise BadPattern("a place cannot be repeated", begin)
        if _REPEAT.match(self._text, self._at) or self._peek() == "+":
            raise BadPattern("a repeat of a repeat", self._at)
        sign = found["sign"]
        least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(sign[0], (0, None))
        if sign[0] == "{":
            least = int(found["least"] or 0)
            most = least if found["comma"] is None else int(found["most"]) if found["most"] else None
            if max(least, most or 0) > MOST_REPEATS:
                raise BadPattern(f"more than {MOST_REPEATS} times", begin)
            if most is not None and most < least:
                raise BadPattern("from more to fewer times", begin)
        if (most is None or most > 1) and not isinstance(node, _One) and not _plain(node):
            raise BadPattern("a repeat of something that can itself match in several ways is not taken", begin)
        return _Again(node, least, most, bool(found["lazy"]))

    def _atom(self, depth: int) -> _Node:
        begin, char = self._at, self._peek()
        self._at += 1
        if char == "(":
            if self._peek() == "?":
                if self._text[self._at : self._at + 2] != "?:":
                    raise BadPattern("of groups only (...) and (?:...) are taken", begin)
                self._at += 2
            inside = self._either(depth + 1)
            if self._peek() != ")":
                raise BadPattern("this ( is not closed", begin)
            self._at += 1
            return inside
        if char == "[":
            return self._set(begin)
        if char == ".":
            return _One(_ANY, ".", dot=True)
        if char in "^$":
            return _Place(char)
        if char in "*+?":
            raise BadPattern(f"{char} repeats nothing", begin)
        if char == "{" and _REPEAT.match(self._text, begin):
            raise BadPattern("{…} repeats nothing", begin)
        if char == "\\":
            return self._escaped(begin)
        return _literal(char)

    def _escaped(self, begin: int) -> _Node:
        char = self._peek()
        self._at += 1
        if char in _CLASSES:
            return _One(*_CLASSES[char])
        if char in ("b", "B"):
            return _Place(f"\\{char}")
        if not char or char.isalnum():
            raise BadPattern(f"\\{char} is not taken", begin)
        return _literal(char)

    def _set(self, begin: int) -> _Node:
        text = self._text
        inverted = self._peek() == "^"
        self._at += inverted
        chars: set[int] = set()
        pieces: list[str] = []
        first = True
        while first or self._peek() != "]":
            first = False
            if not self._peek():
                raise BadPattern("this [ is not closed", begin)
            low = self._set_char(chars, pieces)
            if low is None:
                continue
            high = low
            if self._peek() == "-" and text[self._at + 1 : self._at + 2] not in ("", "]"):
                at, self._at = self._at, self._at + 1
                found = self._set_char(chars, pieces)
                if found is None or found < low:
                    raise BadPattern("this is no range of characters", at)
                high = found
            for one, other in {(low, high), *_folded_range(low, high)}:
                pieces.append(re.escape(one) if one == other else f"{re.escape(one)}-{re.escape(other)}")
                chars.update(range(ord(one), min(ord(other), 127) + 1))
                if ord(other) > 127:
                    chars.add(-1)
        self._at += 1
        source = "".join(pieces)
        if inverted:
            return _One(_ANY - frozenset(chars) | {-1}, f"[^{source}\\n]")
        return _One(frozenset(chars), f"[{source}]")

    def _set_char(self, chars: set[int], pieces: list[str]) -> str | None:
        """Read one character of a set; None where it was a class, which is taken up at once."""
        char = self._peek()
        self._at += 1
        if char != "\\":
            return char
        char = self._peek()
        self._at += 1
        if char in _IN_SET:
            chars.update(_CLASSES[char][0])
            pieces.append(_IN_SET[char])
            return None
        if not char or char.isalnum():
            raise BadPattern(f"\\{char} is not taken in a set", self._at - 2)
        return char


_REPEAT = re.compile(r"(?P<sign>[*+?]|\{(?P<least>\d{0,4})(?P<comma>,)?(?P<most>(?<=,)\d{0,4})?(?<!\{)\})(?P<lazy>\?)?")


def _literal(char: str) -> _Node:
    folded = char.casefold()
    ones = tuple(_One(frozenset({ord(one) if ord(one) < 128 else -1}), re.escape(one)) for one in folded)
    return ones[0] if len(ones) == 1 else _Row(ones)


def _folded_range(low: str, high: str) -> set[tuple[str, str]]:
    """Return the range folded, where it goes over capitals: texts have none."""
    first, last = max(ord(low), ord("A")), min(ord(high), ord("Z"))
    if low == high and ord(low) > 127:
        folded = low.casefold()
        return {(folded, folded)} if len(folded) == 1 else set()
    return {(chr(first + 32), chr(last + 32))} if first <= last else set()


def _plain(node: _Node) -> bool:
    """Return whether a node matches in one way: characters one after the other, or one of several that begin apart."""
    if isinstance(node, _One):
        return True
    if isinstance(node, _Row):
        return bool(node.parts) and all(isinstance(part, _One) for part in node.parts)
    return isinstance(node, _Either) and all(map(_plain, node.ways)) and _apart(node)


def _apart(node: _Either) -> bool:
    seen: set[int] = set()
    for way in node.ways:
        first = _first(way, frozenset())
        if seen & first:
            return False
        seen |= first
    return True


def _first(node: _Node, after: frozenset[int]) -> frozenset[int]:
    """Return the characters that a match can begin with; ``after``: those that can follow."""
    if isinstance(node, _One):
        return node.chars
    if isinstance(node, _Place):
        return after
    if isinstance(node, _Row):
        for part in reversed(node.parts):
            after = _first(part, after)
        return after
    if isinstance(node, _Either):
        return frozenset().union(*(_first(way, after) for way in node.ways))
    inside = _first(node.what, after)
    return inside | after if node.least == 0 else inside


def _width(node: _Node) -> int | None:
    """Return the number of characters of every match; None where they differ."""
    if isinstance(node, _One):
        return 1
    if isinstance(node, _Place):
        return 0
    if isinstance(node, _Row | _Either):
        parts = node.parts if isinstance(node, _Row) else node.ways
        widths = [_width(part) for part in parts]
        known = [width for width in widths if width is not None]
        if len(known) < len(widths):
            return None
        if isinstance(node, _Row):
            return sum(known)
        return known[0] if len(set(known)) == 1 else None
    inside = _width(node.what)
    return inside * node.least if inside is not None and node.least == node.most else None


def _steps(node: _Node, then: int, after: frozenset[int]) -> int:
    """Return the most steps from one place on, where what comes after costs ``then`` and begins with ``after``."""
    if isinstance(node, _One | _Place):
        return 1 + then
    if isinstance(node, _Row):
        for part in reversed(node.parts):
            then, after = _steps(part, then, after), _first(part, after)
        return then
    if isinstance(node, _Either):
        costs = [_steps(way, then, after) for way in node.ways]
        return len(costs) + (max(costs) if _apart(node) else sum(costs))
    most = FIELD_CHARS if node.most is None else node.most
    turns = most - node.least + 1
    inside = _steps(node.what, 0, after)
    if _first(node.what, frozenset()) & after:
        return inside * most + turns * then
    # Going back, what comes next does not fit anywhere but at the end.
    return inside * most + turns + then


def _source(node: _Node) -> str:
    if isinstance(node, _One | _Place):
        return node.source
    if isinstance(node, _Row):
        return "".join(map(_source, node.parts))
    if isinstance(node, _Either):
        return f"(?:{'|'.join(map(_source, node.ways))})"
    most = "" if node.most is None else node.most
    return f"(?:{_source(node.what)}){{{node.least},{most}}}{'?' if node.lazy else ''}"


_TO: Final = r"[^\n]*?"
"""As far as is needed."""


def _plan(node: _Node) -> tuple[str, int]:
    """Return what ``re`` is given and the most steps that it can take in one field."""
    pieces = _split(node)
    if pieces is not None:
        *before, last = pieces
        anchored = bool(before) and before[0].parts[:1] == (_Place("^"),)
        source = "".join(
            f"(?>{_TO if number or not anchored else ''}{_source(one)})" for number, one in enumerate(before)
        )
        tail = _steps(last, 1, frozenset())
        steps = tail + sum(_steps(one, 1, frozenset()) for one in before)
        if not anchored and _width(before[0]) and FIELD_CHARS**2 * steps <= MOST_STEPS:
            # From every place where it may begin: ``re`` finds those far sooner than the beginnings of lines.
            first, *others = map(_source, before)
            return f"{first}{''.join(f'(?>{_TO}{one})' for one in others)}{_TO}{_source(last)}", FIELD_CHARS * steps
        return f"^{source}{_TO}{_source(last)}", FIELD_CHARS * steps
    return _source(node), FIELD_CHARS * _steps(node, 1, frozenset())


def _split(node: _Node) -> list[_Row] | None:
    """Return what stands between the ``.*`` of a pattern, where all but the last have a fixed length; else None."""
    if not isinstance(node, _Row):
        return None
    pieces: list[list[_Node]] = [[]]
    for part in node.parts:
        dot = isinstance(part, _Again) and isinstance(part.what, _One) and part.what.dot and part.most is None
        if dot and isinstance(part, _Again):
            pieces[-1].extend([part.what] * part.least)
            pieces.append([])
        else:
            pieces[-1].append(part)
    if len(pieces) == 1:
        return None
    rows = [_Row(tuple(piece)) for piece in pieces]
    begins = rows[0].parts[:1] == (_Place("^"),)
    if any(
        _width(row) is None or _places(row.parts[1:] if begins and number == 0 else row.parts)
        for number, row in enumerate(rows[:-1])
    ):
        return None
    return rows


def _places(nodes: Sequence[_Node]) -> bool:
    """Return whether a place is among the nodes or in them."""
    for node in nodes:
        if isinstance(node, _Place):
            return True
        inside: Sequence[_Node] = ()
        if isinstance(node, _Row):
            inside = node.parts
        elif isinstance(node, _Either):
            inside = node.ways
        elif isinstance(node, _Again):
            inside = (node.what,)
        if _places(inside):
            return True
    return False
