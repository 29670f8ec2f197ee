"""HTML mails → their text, line by line, for reading and showing. Nothing of the markup survives.

One linear scan: the parser of the standard library takes minutes for a few kilobytes of unfinished tags, and a mail
is whatever a stranger sends.
"""

import html
import re
from typing import Final

from feeds.sources.clean import clean

_SKIPPED: Final = {tag: re.compile(f"</{tag}[^<>]*+>", re.IGNORECASE) for tag in ("script", "style", "title")} | {
    # The end tag of the head may be left out.
    "head": re.compile("</head[^<>]*+>|(?=<body)", re.IGNORECASE)
}
"""Elements whose content is no text, and where each ends."""

_LINES: Final = frozenset(
    {"address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"}
)
_CELLS: Final = frozenset({"td", "th"})

_MARKUP: Final = re.compile("(?P<comment><!--)|<(?P<end>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9]*+)[^<>]*+>|<[!?/][^<>]*+>")


def html_text(markup: str) -> str:
    """Return the text of ``markup``, cleaned: blocks on lines of their own, no runs of empty lines."""
    parts: list[str] = []
    endless: set[str] = set()
    at = 0
    while (found := _MARKUP.search(markup, at)) is not None:
        parts.append(_words(markup[at : found.start()]))
        at = found.end()
        tag = (found["tag"] or "").lower()
        if found["comment"]:
            end = markup.find("-->", at)
            at = end + 3 if end >= 0 else len(markup)
        elif tag in _SKIPPED and not found["end"] and tag not in endless:
            closed = _SKIPPED[tag].search(markup, at)
            if closed:
                at = closed.end()
            else:
                endless.add(tag)
        elif tag in _LINES:
            parts.append("\n")
        elif tag in _CELLS and not found["end"]:
            parts.append("  ")
    parts.append(_words(markup[at:]))
    # Character references may have brought back what was cleaned away before.
    text = clean("".join(parts), newlines=True)
    lines = (line.strip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _words(text: str) -> str:
    """Return what stands between two tags, with its character references put in and its line ends as spaces."""
    return html.unescape(re.sub(r"[ \t\r\n]+", " ", text)) if text else ""
