"""The text of a message as simple HTML: the same words, escaped, nothing loaded from anywhere.

For mail programs that show HTML first. What the words are is ``rendering``.
"""

import re
from html import escape

_RULE = re.compile(r"-{3,}|={3,}")
_HEAD = (
    '<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n<title>{title}</title>\n</head>\n'
    '<body style="font-family:sans-serif;max-width:44em">\n'
)


def page(title: str, text: str, language: str) -> str:
    """Return a page. Blocks of ``text`` stand between empty lines; a line above a rule of dashes is a heading."""
    parts = [_HEAD.format(language=escape(language[:35]), title=escape(title))]
    for block in re.split(r"\n{2,}", text.strip("\n")):
        lines = block.split("\n")
        if len(lines) > 1 and _RULE.fullmatch(lines[1].strip()):
            parts.append(f"<h3>{escape(lines[0].strip())}</h3>\n")
            lines = lines[2:]
        if lines:
            parts.append('<p style="white-space:pre-wrap">' + escape("\n".join(lines)) + "</p>\n")
    parts.append("</body>\n</html>\n")
    return "".join(parts)
