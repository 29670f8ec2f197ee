"""What is known of one thing, fact by fact: a quiet name at the left, the fact folded under itself at the right."""

from collections.abc import Sequence
from typing import NamedTuple

from textual.content import Content
from textual.geometry import Size
from textual.reactive import var
from textual.widget import Widget

from widgets.looks import MUTED

NAME_WIDTH = 10


class Fact(NamedTuple):
    """``name``: at most nine characters; empty: the text stands by itself, from the left edge."""

    name: str
    text: Content


def fold(facts: Sequence[Fact], width: int, name_width: int = NAME_WIDTH) -> Content:
    """Return the facts as lines of at most ``width`` cells, the names in ``name_width`` of them."""
    lines: list[Content] = []
    for fact in facts:
        if not fact.name:
            lines += fact.text.wrap(max(width, 1)) if fact.text else [Content("")]
            continue
        room = width - name_width
        if room < 10:
            lines += Content.assemble((f"{fact.name} ", MUTED), fact.text).wrap(max(width, 1))
            continue
        folded = fact.text.wrap(room) or [Content("")]
        lines.append(Content.assemble((f"{fact.name:<{name_width}}", MUTED), folded[0]))
        lines += [Content.assemble(" " * name_width, line) for line in folded[1:]]
    return Content("\n").join(lines)


class Facts(Widget):
    """As high as its facts at the width it gets."""

    DEFAULT_CSS = """
    Facts { height: auto; width: 1fr; }
    """

    facts: var[tuple[Fact, ...]] = var(())

    def __init__(self, *, name_width: int = NAME_WIDTH, id: str | None = None) -> None:
        super().__init__(id=id)
        self._name_width = name_width
        self._folded: tuple[tuple[Fact, ...], int, Content] = ((), -1, Content(""))
        """The facts that were folded last, for how many cells, and to what."""

    def show(self, facts: Sequence[Fact]) -> None:
        """Show ``facts``; nothing is painted where nothing changed."""
        self.facts = tuple(facts)

    def watch_facts(self) -> None:
        """Paint the new facts; the screen is laid out anew only where they take more or fewer lines."""
        width, height = self.content_size
        self.refresh(layout=self._height(width) != height)

    def _height(self, width: int) -> int:
        return self._fold(width).plain.count("\n") + 1

    def _fold(self, width: int) -> Content:
        facts, at, folded = self._folded
        if facts is not self.facts or at != width:
            folded = fold(self.facts, width, self._name_width)
            self._folded = (self.facts, width, folded)
        return folded

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the lines that the facts take at ``width``."""
        return self._height(width)

    def render(self) -> Content:
        """Return the facts."""
        return self._fold(self.content_size.width)
