"""Any text → the same text in plain characters, with the way back to the places of the original.

Digits of all scripts become 0 to 9, unusual spaces and dashes usual ones; invisible marks (zero width, direction), soft
breaks of quoted-printable mails and the visible escapes of such characters go. Reading numbers is not done here.
"""

import html
import re
from bisect import bisect_right
from typing import Final
from unicodedata import decimal

from msgspec import Struct

_INVISIBLE: Final = (
    "\u00ad\u034f\u061c\u115f\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u20e3"
    "\ufe00-\ufe0f\ufeff\ufff9-\ufffb"
)
_SPACES: Final = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\u2800"
_DASHES: Final = "\u2012-\u2015\u2212\u2e3a\u2e3b\ufe31\ufe32\ufe58"
_HYPHENS: Final = "\u2010\u2011\u2043\ufe63"

_SUSPECT: Final = re.compile(
    "[\x80-\xa0\xad\u034f\u0660-\u0669\u06f0-\u06f9\u07c0-\u07c9\u061c\u0900-\u1fff\u2000-\u2015\u2018\u2019\u201c-\u201f\u2024\u2028-\u202f\u2043"
    "\u205f-\u206f\u20e3\u2212\u2800\u2e3a\u2e3b\u3000\ua000-\uabff\ufe00-\ufe0f\ufe31\ufe32\ufe58\ufe63\ufeff-\uff5e"
    "\ufff9-\ufffd\U00010000-\U0010ffff]"
)
"""Characters that may need work; ordinary letters of European languages are not among them."""

_PARTS: Final = (
    rf"(?P<drop>[{_INVISIBLE}\U000e0000-\U000e007f]+"
    r"|\\u(?:00ad|061c|180e|200[b-f]|202[a-e]|206[0-9a-f]|feff|fff[9ab])|\\U000e00[0-7][0-9a-f]|\\x(?:1c|1d|1e|1f|0[0-8]|7f))"
    rf"|(?P<space>[{_SPACES}]|Â\xa0|\\xa0|â\x80[\x82\x83\x87\x89\xaf]|â€[‡‰¯])"
    rf"|(?P<dash>[{_DASHES}]|\\x9[67]|[\x96\x97]|â\x80[\x93\x94]|â€[“”])"
    rf"|(?P<hyphen>[{_HYPHENS}]|â\x80[\x90\x91])"
    r"|(?P<dots>[\x85\u2026\u22ef]|â\x80\xa6|â€¦|\\x85)"
    r"|(?P<quote>[\u2018\u2019\x91\x92\u201a\u2032])"
    r"|(?P<double>[\u201c-\u201f])"
    r"|(?P<line>[\u2028\u2029]|\\u202[89])"
    r"|(?P<blank>\\t|\\r|\\n)"
    r"|(?P<digit>(?![0-9])\d)"
    r"|(?P<wide>[\uff01-\uff5e])"
    r"|(?P<entity>&(?:[a-z]{2,8}|#[0-9]{2,6}|#x[0-9a-f]{2,5});)"
)
_PLAIN: Final = re.compile(_PARTS)
_MAIL: Final = re.compile(_PARTS + r"|(?P<soft>=[ \t]*\r?\n)|(?P<code>(?:=[0-9A-F]{2})+)")
_CODED: Final = re.compile(r"=[ \t]*\r?\n|=3D|=C2=A0|=E2=80=|=20|=C3=[89AB][0-9A-F]")
_KEPT: Final = {
    "space": " ",
    "dash": "\u2013",
    "hyphen": "-",
    "dots": "\u2026",
    "quote": "'",
    "double": '"',
    "line": "\n",
    "drop": "",
}


class Plain(Struct, frozen=True, gc=False):
    """The plain ``text``; from place ``places[i]`` on, a character stands ``shifts[i]`` later in the original."""

    text: str
    places: list[int]
    shifts: list[int]

    def original(self, at: int) -> int:
        """Return where the character ``at`` of the plain text stands in the original."""
        place = bisect_right(self.places, at)
        return at + self.shifts[place - 1] if place else at


def plain_text(text: str) -> Plain:
    """Return ``text`` in plain characters. The work is linear, and next to nothing where nothing is to be done."""
    coded = "=" in text and _CODED.search(text) is not None
    escaped = coded or "\\" in text or "&" in text or "\u00e2\u20ac" in text
    if not escaped and (text.isascii() or _SUSPECT.search(text) is None):
        return Plain(text, [], [])
    pieces: list[str] = []
    places: list[int] = []
    shifts: list[int] = []
    done = size = shift = 0
    for found in (_MAIL if coded else _PLAIN).finditer(text):
        start, end = found.span()
        put = _replaced(found)
        if put is None:
            continue
        pieces += (text[done:start], put)
        size += start - done + len(put)
        done = end
        if end - start != len(put):
            shift += end - start - len(put)
            places.append(size)
            shifts.append(shift)
    pieces.append(text[done:])
    return Plain("".join(pieces), places, shifts)


def _replaced(found: re.Match[str]) -> str | None:
    """Return what stands for a match, not longer than it; None where it stays."""
    kind, text = found.lastgroup or "", found.group()
    match kind:
        case "digit":
            return str(decimal(text))
        case "wide":
            return chr(ord(text) - 0xFEE0)
        case "blank":
            return "\n" if text == "\\n" else " "
        case "entity":
            return _entity(text)
        case "soft":
            return ""
        case "code":
            return _decoded(text)
        case _:
            return _KEPT[kind]


def _entity(text: str) -> str | None:
    read = html.unescape(text)
    if read == text or len(read) > 1:
        return None
    again = _PLAIN.match(read)
    return read if again is None else _replaced(again)


def _decoded(text: str) -> str | None:
    """Return the characters of quoted-printable codes; None where they are none, as in ``ICCID=8946…``."""
    raw = bytes.fromhex(text.replace("=", ""))
    if raw.isascii() and text not in ("=20", "=3D", "=09", "=2D", "=2E", "=2C", "=3A", "=3B"):
        return None
    try:
        read = raw.decode()
    except UnicodeDecodeError:
        if len(raw) > 1 or raw[0] < 0xA0:
            return None
        read = raw.decode("latin-1")
    return "".join(_PLAIN.sub(lambda found: _replaced(found) or "", one) for one in read)
