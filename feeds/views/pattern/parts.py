"""What a pattern of a filter is made of, and what can be said of each part without searching."""

from collections.abc import Sequence
from typing import NamedTuple


class One(NamedTuple):
    """One character out of ``chars``."""

    chars: frozenset[int]
    source: str
    dot: bool = False


class Place(NamedTuple):
    """A place between characters."""

    source: str


class Row(NamedTuple):
    """One after the other."""

    parts: "tuple[Node, ...]"


class Either(NamedTuple):
    """One of several."""

    ways: "tuple[Node, ...]"


class Again(NamedTuple):
    """``what`` from ``least`` to ``most`` times (None: without end)."""

    what: "Node"
    least: int
    most: int | None
    lazy: bool


Node = One | Place | Row | Either | Again


def characters(node: Node) -> list[str] | None:
    """Return the characters of a node that matches one text alone."""
    if isinstance(node, One):
        (char, *others) = node.chars
        return [chr(char)] if not others and char >= 0 and not node.dot else None
    if not isinstance(node, Row):
        return None
    found: list[str] = []
    for part in node.parts:
        inside = characters(part)
        if inside is None:
            return None
        found.extend(inside)
    return found


def is_plain(node: Node) -> bool:
    """Return whether a node matches in one way: characters one after the other, or one of several that begin apart."""
    if isinstance(node, One):
        return True
    if isinstance(node, Row):
        return bool(node.parts) and all(isinstance(part, One) for part in node.parts)
    return isinstance(node, Either) and all(map(is_plain, node.ways)) and begin_apart(node)


def begin_apart(node: Either) -> bool:
    """Return whether the ways of a node begin with different characters."""
    seen: set[int] = set()
    for way in node.ways:
        first = first_chars(way, frozenset())
        if seen & first:
            return False
        seen |= first
    return True


def first_chars(node: Node, after: frozenset[int]) -> frozenset[int]:
    """Return the characters that a match can begin with; ``after``: those that can follow."""
    if isinstance(node, One):
        return node.chars
    if isinstance(node, Place):
        return after
    if isinstance(node, Row):
        for part in reversed(node.parts):
            after = first_chars(part, after)
        return after
    if isinstance(node, Either):
        return frozenset().union(*(first_chars(way, after) for way in node.ways))
    inside = first_chars(node.what, after)
    return inside | after if node.least == 0 else inside


def width(node: Node) -> int | None:
    """Return the number of characters of every match; None where they differ."""
    if isinstance(node, One):
        return 1
    if isinstance(node, Place):
        return 0
    if isinstance(node, Row | Either):
        parts = node.parts if isinstance(node, Row) else node.ways
        widths = [width(part) for part in parts]
        known = [width for width in widths if width is not None]
        if len(known) < len(widths):
            return None
        if isinstance(node, Row):
            return sum(known)
        return known[0] if len(set(known)) == 1 else None
    inside = width(node.what)
    return inside * node.least if inside is not None and node.least == node.most else None


def source_of(node: Node) -> str:
    """Return a node as ``re`` reads it."""
    if isinstance(node, One | Place):
        return node.source
    if isinstance(node, Row):
        return "".join(map(source_of, node.parts))
    if isinstance(node, Either):
        return f"(?:{'|'.join(map(source_of, node.ways))})"
    most = "" if node.most is None else node.most
    return f"(?:{source_of(node.what)}){{{node.least},{most}}}{'?' if node.lazy else ''}"


def has_places(nodes: Sequence[Node]) -> bool:
    """Return whether a place is among the nodes or in them."""
    for node in nodes:
        if isinstance(node, Place):
            return True
        inside: Sequence[Node] = ()
        if isinstance(node, Row):
            inside = node.parts
        elif isinstance(node, Either):
            inside = node.ways
        elif isinstance(node, Again):
            inside = (node.what,)
        if has_places(inside):
            return True
    return False
