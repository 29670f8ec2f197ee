"""What managed objects serve: the first rule that fits an object's name gives the attributes of its alarms.

A rule's pattern is cut at its stars into literals. It is looked up by the one of them that the fewest other rules have,
so that a name is compared with few rules however many there are; comparing takes each literal at the first place where
it stands, which is linear and as complete as going back would be. What an alarm's attributes then serve is the
inventory's matter.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from feeds.model import ObjectRule

OBJECTS_KEPT: Final = 50_000
"""Objects whose attributes are remembered; then all are looked up again, which costs microseconds each."""
LONGEST_VALUE: Final = 512
"""A value that is longer with what stands for its stars put in is no value of a SIM range: it is left out."""

_PLACE: Final = re.compile(r"\{([0-9]{1,3})\}")

_START: Final = "^"
_END: Final = "$"
_INSIDE: Final = "*"

Handle = tuple[str, str, str]
"""(source or ``""``, where it stands, literal): what a rule is found by."""


def places(value: str) -> Iterator[int]:
    """Yield the numbers of the stars that ``value`` refers to: 1 for ``{1}``."""
    return (int(found[1]) for found in _PLACE.finditer(value))


class _Pattern(NamedTuple):
    """A rule with stars: what the name begins with, what stands inside in this order, what it ends with."""

    number: int
    head: str
    inner: tuple[str, ...]
    tail: str
    rule: ObjectRule

    def stars(self, name: str) -> tuple[str, ...] | None:
        """Return what the stars stand for in ``name``, each as short as can be but the last; None: it does not fit."""
        at, end = len(self.head), len(name) - len(self.tail)
        if end < at or not name.startswith(self.head) or not name.endswith(self.tail):
            return None
        found: list[str] = []
        for literal in self.inner:
            place = name.find(literal, at, end)
            if place < 0:
                return None
            found.append(name[at:place])
            at = place + len(literal)
        found.append(name[at:end])
        return tuple(found)


class RuleIndex:
    """Rules, and how to find the first one that fits a name. Immutable; building it takes 10 µs a rule."""

    def __init__(self, rules: tuple[ObjectRule, ...]) -> None:
        self.rules = rules
        self._names: dict[tuple[str, str], tuple[int, ObjectRule]] = {}
        patterns: dict[tuple[str, str], _Pattern] = {}
        for number, rule in enumerate(rules):
            if "*" not in rule.object:
                self._names.setdefault((rule.source, rule.object), (number, rule))
            elif (rule.source, rule.object) not in patterns:  # a later one of the same pattern never counts
                head, *inner, tail = rule.object.split("*")
                patterns[rule.source, rule.object] = _Pattern(number, head, tuple(inner), tail, rule)
        shared = Counter(handle for pattern in patterns.values() for handle in set(_handles(pattern)))
        self._patterns: dict[Handle, list[_Pattern]] = {}
        sizes: dict[tuple[str, str], set[int]] = {}
        for pattern in patterns.values():
            handle = min(_handles(pattern), key=lambda one: (not one[2], shared[one], -len(one[2]), one))
            self._patterns.setdefault(handle, []).append(pattern)
            sizes.setdefault(handle[:2], set()).add(len(handle[2]))
        self._sizes = {place: tuple(sorted(found)) for place, found in sizes.items()}
        """How long the literals of handles are, by source and place."""
        self._sources = frozenset(rule.source for rule in rules if rule.source)

    def attributes(self, source: str, name: str) -> dict[str, str]:
        """Return what the first rule that fits says of the object ``name`` of a source; empty where none fits."""
        found: list[_Pattern] = []
        exact: tuple[int, ObjectRule] | None = None
        for said in (source, "") if source in self._sources else ("",):
            named = self._names.get((said, name))
            if named is not None and (exact is None or named[0] < exact[0]):
                exact = named
            for handle in self._handles_in(said, name):
                found += self._patterns.get(handle, ())
        found.sort(key=lambda pattern: pattern.number)
        for pattern in found:
            if exact is not None and exact[0] < pattern.number:
                break
            stars = pattern.stars(name)
            if stars is not None:
                return _filled(pattern.rule.attributes, stars)
        return exact[1].attributes if exact is not None else {}

    def _handles_in(self, source: str, name: str) -> Iterable[Handle]:
        """Return each handle once that a rule which fits ``name`` may be found by."""
        sizes = self._sizes
        found = {(source, _START, name[:size]) for size in sizes.get((source, _START), ())}
        found.update((source, _END, name[max(0, len(name) - size) :]) for size in sizes.get((source, _END), ()))
        for size in sizes.get((source, _INSIDE), ()):
            found.update((source, _INSIDE, name[at : at + size]) for at in range(len(name) - size + 1))
        return found


class ObjectTable:
    """The rules in force. They are primary state; what was looked up in them is kept beside them."""

    def __init__(self) -> None:
        self.version = 0
        """Counts changes of the rules."""
        self._index = RuleIndex(())
        self._prepared = self._index
        self._known: dict[tuple[str, str], dict[str, str]] = {}

    @property
    def rules(self) -> tuple[ObjectRule, ...]:
        """The rules in their order."""
        return self._index.rules

    def prepare(self, rules: tuple[ObjectRule, ...]) -> None:
        """Build the index of rules that will be stated: many of them take longer than an event loop may. Any thread."""
        self._prepared = RuleIndex(rules)

    def state(self, rules: tuple[ObjectRule, ...]) -> bool:
        """Put ``rules`` in place of all before. Return whether anything changed."""
        prepared = self._prepared
        if rules == self.rules:
            return False
        self._index = self._prepared = prepared if prepared.rules is rules else RuleIndex(rules)
        self._known = {}
        self.version += 1
        return True

    def attributes(self, source: str, name: str) -> dict[str, str]:
        """Return what the object ``name`` of a source serves by the rules; empty where none fits. Not to be changed."""
        if not self._index.rules:
            return {}
        known = self._known.get((source, name))
        if known is None:
            if len(self._known) >= OBJECTS_KEPT:
                self._known.clear()
            known = self._known[source, name] = self._index.attributes(source, name)
        return known


def _handles(pattern: _Pattern) -> list[Handle]:
    source = pattern.rule.source
    handles = [(source, _START, pattern.head), (source, _END, pattern.tail)]
    handles += ((source, _INSIDE, literal) for literal in pattern.inner if literal)
    return handles


def _filled(attributes: dict[str, str], stars: tuple[str, ...]) -> dict[str, str]:
    """Return ``attributes`` with what the stars stand for put in; what is empty or too long then is left out."""

    def star(found: re.Match[str]) -> str:
        number = int(found[1])
        return stars[number - 1] if 1 <= number <= len(stars) else found[0]

    filled = {name: _PLACE.sub(star, value) if "{" in value else value for name, value in attributes.items()}
    return {name: value for name, value in filled.items() if 0 < len(value) <= LONGEST_VALUE}
