"""Reading a pattern of a filter: what is taken, and a sentence with its place for what is not."""

import re
from typing import Final

from feeds.views.pattern.parts import Again, Either, Node, One, Place, Row, is_plain

MOST_REPEATS: Final = 200
"""The greatest m and n of ``{m,n}``."""
MOST_DEPTH: Final = 20


class BadPattern(Exception):
    """The pattern is not taken: what, and at which of its characters (from 0)."""

    def __init__(self, why: str, at: int) -> None:
        super().__init__(why)
        self.why = why
        self.at = at


ANY: Final = frozenset(range(-1, 128))
"""Characters by number; -1 stands for all beyond ASCII."""
DIGITS: Final = frozenset(map(ord, "0123456789"))
WORD: Final = DIGITS | frozenset(map(ord, "abcdefghijklmnopqrstuvwxyz_")) | {-1}
SPACE: Final = frozenset(map(ord, " \t\r\f\v")) | {-1}
_CLASSES: Final = {
    "d": (DIGITS | {-1}, r"\d"),
    "D": (ANY - DIGITS, r"[^\d\n]"),
    "w": (WORD, r"\w"),
    "W": (ANY - WORD | {-1}, r"[^\w\n]"),
    "s": (SPACE, r"[^\S\n]"),
    "S": (ANY - SPACE | {-1}, r"\S"),
}
_IN_SET: Final = {"d": r"\d", "D": r"\D", "w": r"\w", "W": r"\W", "s": r"\s", "S": r"\S"}


_REPEAT = re.compile(r"(?P<sign>[*+?]|\{(?P<least>\d{0,4})(?P<comma>,)?(?P<most>(?<=,)\d{0,4})?(?<!\{)\})(?P<lazy>\?)?")


def read_pattern(text: str) -> Node:
    """Return what a pattern is made of. Raises BadPattern."""
    return _Reader(text).whole()


class _Reader:
    """Reads one pattern."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def whole(self) -> Node:
        node = self._either(0)
        if self._at < len(self._text):
            raise BadPattern("this ) closes nothing", self._at)
        return node

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _either(self, depth: int) -> Node:
        if depth > MOST_DEPTH:
            raise BadPattern(f"more than {MOST_DEPTH} groups within each other", self._at)
        ways = [self._row(depth)]
        while self._peek() == "|":
            self._at += 1
            ways.append(self._row(depth))
        return ways[0] if len(ways) == 1 else Either(tuple(ways))

    def _row(self, depth: int) -> Node:
        parts: list[Node] = []
        while self._peek() not in ("", "|", ")"):
            parts.append(self._repeated(depth))
        return Row(tuple(parts))

    def _repeated(self, depth: int) -> Node:
        begin = self._at
        node = self._atom(depth)
        found = _REPEAT.match(self._text, self._at)
        if found is None:
            return node
        self._at = found.end()
        if isinstance(node, Place):
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
        if (most is None or most > 1) and not isinstance(node, One) and not is_plain(node):
            raise BadPattern("a repeat of something that can itself match in several ways is not taken", begin)
        return Again(node, least, most, bool(found["lazy"]))

    def _atom(self, depth: int) -> Node:
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
            return One(ANY, ".", dot=True)
        if char in "^$":
            return Place(char)
        if char in "*+?":
            raise BadPattern(f"{char} repeats nothing", begin)
        if char == "{" and _REPEAT.match(self._text, begin):
            raise BadPattern("{…} repeats nothing", begin)
        if char == "\\":
            return self._escaped(begin)
        return _literal(char)

    def _escaped(self, begin: int) -> Node:
        char = self._peek()
        self._at += 1
        if char in _CLASSES:
            return One(*_CLASSES[char])
        if char in ("b", "B"):
            return Place(f"\\{char}")
        if not char or char.isalnum():
            raise BadPattern(f"\\{char} is not taken", begin)
        return _literal(char)

    def _set(self, begin: int) -> Node:
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
            return One(ANY - frozenset(chars) | {-1}, f"[^{source}\\n]")
        return One(frozenset(chars), f"[{source}]")

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


def _literal(char: str) -> Node:
    folded = char.casefold()
    ones = tuple(One(frozenset({ord(one) if ord(one) < 128 else -1}), re.escape(one)) for one in folded)
    return ones[0] if len(ones) == 1 else Row(ones)


def _folded_range(low: str, high: str) -> set[tuple[str, str]]:
    """Return the range folded, where it goes over capitals: texts have none."""
    first, last = max(ord(low), ord("A")), min(ord(high), ord("Z"))
    if low == high and ord(low) > 127:
        folded = low.casefold()
        return {(folded, folded)} if len(folded) == 1 else set()
    return {(chr(first + 32), chr(last + 32))} if first <= last else set()
