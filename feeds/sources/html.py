"""HTML mails → their text, line by line, for reading and showing. Nothing of the markup survives."""

import re
from html.parser import HTMLParser
from typing import Final

from feeds.sources.clean import clean

LIMIT: Final = 262_144
"""Characters of HTML that are looked at; what follows is left out."""

_SKIPPED: Final = frozenset({"script", "style", "head", "title"})
_LINES: Final = frozenset(
    {"address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"}
)
_CELLS: Final = frozenset({"td", "th"})


class _Text(HTMLParser):
    """Collects text and line ends."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._skipping = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SKIPPED:
            self._skipping += 1
        elif tag == "body":
            # The end tag of the head may be left out.
            self._skipping = 0
        elif tag in _LINES:
            self.parts.append("\n")
        elif tag in _CELLS:
            self.parts.append("  ")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SKIPPED:
            self._skipping = max(0, self._skipping - 1)
        elif tag in _LINES and tag != "br":
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self.parts.append(re.sub(r"[ \t\r\n]+", " ", data))


def html_text(html: str) -> str:
    """Return the text of ``html``, cleaned: blocks on lines of their own, no runs of empty lines."""
    parser = _Text()
    parser.feed(html[:LIMIT])
    parser.close()
    # Character references may have brought back what was cleaned away before.
    text = clean("".join(parser.parts), newlines=True)
    lines = (line.strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
