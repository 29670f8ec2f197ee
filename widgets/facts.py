"""What is known of one thing, fact by fact: a quiet name at the left, the fact folded under itself at the right."""

from collections.abc import Sequence
from typing import NamedTuple

from textual.content import Content
from textual.geometry import Size
from textual.reactive import var

from widgets.kept_text import KeptText
from widgets.looks import MUTED

NAME_WIDTH = 10


class Fact(NamedTuple):
    """``name``: at most nine characters; empty: the text stands by itself, from the left edge."""

    name: str
    text: Content


def fold(facts: Sequence[Fact], width: int, name_width: int = NAME_WIDTH) -> list[Content]:
    """Return the facts as lines of at most ``width`` cells, the names in ``name_width`` of them."""
    return [line for fact in facts for line in _fold(fact, width, name_width)]


def _fold(fact: Fact, width: int, name_width: int) -> list[Content]:
    if not fact.name:
        return fact.text.wrap(max(width, 1)) if fact.text else [Content("")]
    room = width - name_width
    if room < 10:
        return Content.assemble((f"{fact.name} ", MUTED), fact.text).wrap(max(width, 1))
    first, *others = fact.text.wrap(room) or [Content("")]
    named = Content.assemble((f"{fact.name:<{name_width}}", MUTED), first)
    return [named, *(Content.assemble(" " * name_width, line) for line in others)]


class Facts(KeptText):
    """As high as its facts at the width it gets."""

    DEFAULT_CSS = """
    Facts { height: auto; width: 1fr; }
    """

    facts: var[tuple[Fact, ...]] = var(())

    def __init__(self, *, name_width: int = NAME_WIDTH, id: str | None = None) -> None:
        super().__init__(id=id)
        self._name_width = name_width
        self._width = 0
        self._folded: list[tuple[Fact, list[Content]]] = []
        """The facts that were folded last, for that many cells, each with its lines."""
        self._lines: list[Content] = []
        self._shown: tuple[Fact, ...] | None = None
        """The facts that the lines are of."""

    def show(self, facts: Sequence[Fact]) -> None:
        """Show ``facts``; nothing is painted where nothing changed."""
        self.facts = tuple(facts)

    def watch_facts(self) -> None:
        """Paint the new facts; the screen is laid out anew only where they take more or fewer lines."""
        width, height = self.content_size
        self.refresh(layout=len(self._lines_for(width)) != height)

    def _lines_for(self, width: int) -> list[Content]:
        if self._shown is self.facts and self._width == width:
            return self._lines
        known = self._folded if self._width == width else []
        folded = []
        for place, fact in enumerate(self.facts):
            was = known[place] if place < len(known) else None
            if was is None or was[0].name != fact.name or not was[0].text.is_same(fact.text):
                was = (fact, _fold(fact, width, self._name_width))
            folded.append(was)
        self._shown, self._width, self._folded = self.facts, width, folded
        self._lines = [line for _fact, lines in folded for line in lines]
        return self._lines

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the lines that the facts take at ``width``."""
        return max(len(self._lines_for(width)), 1)

    def text_lines(self) -> Sequence[Content]:
        """Return the facts, folded."""
        return self._lines_for(self.content_size.width)
