"""What stands between two numbers: the sign or word of a range, of a list, of a sum. Words are in words.py."""

import re
from functools import lru_cache
from typing import Final, Literal

from feeds.simspace.vocabulary import ALSO, FIRST, LAST, NEXT, NO_SIGN, SIM, START, TO, TOKEN, words_in
from feeds.simspace.words import fold

Nature = Literal["", "to", "and", "list", "plus", "slash"]
"""How two numbers hang together by what stands between them; ``""``: not at all."""

_GAP_TOKEN: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*|\.{2,}|-+>|=+>|[^\w\s]")
_BULLET: Final = re.compile(r"\s*\n[>|\s]*(?:[-\u2013*\u2022\u00b7\u25aa\u25cf+][ \t]+|\(?$)")
_MARKUP: Final = re.compile(r"</?[A-Za-z][^<>]{0,40}>")
_HUNG: Final = re.compile(r"\s*[,;/]\s*[-\u2013]")
_TO_SIGNS: Final = words_in(
    "- \u2013 -> --> => \u2192 \u21d2 \u2026 .. ... .... ~ \u301c \uff5e \u223c \ufffd \u00f7 \u2194 > -- <->"
)
_DOTS: Final = words_in("\u2026 .. ...")
_LIST_SIGNS: Final = words_in(", ; | \u2022 * \u3001 \uff0c \uff1b \u060c")
_WEAK_TO: Final = words_in("a al alla ao au aux son end")
"""Sign of a range in one language and an article or another everyday word in the next."""
_JOINING: Final = words_in("a till til bis do tot to")


@lru_cache(maxsize=8192)
def nature_of(gap: str) -> Nature:
    """Return how the numbers before and behind ``gap`` hang together."""
    if any(map(str.isdigit, gap)):
        return ""
    if "<" in gap and ">" in gap:
        gap = _MARKUP.sub(" ", gap)
    if not gap or gap.isspace():
        return "list" if 0 < len(gap) <= 24 and gap.count("\n") < 4 else ""
    if _BULLET.fullmatch(gap):
        return "list"
    tokens = _GAP_TOKEN.findall(fold(gap).replace("all'", "al "))
    words = [token for token in tokens if token[0].isalpha()]
    signs = [token for token in tokens if not token[0].isalpha() and token not in NO_SIGN]
    if any(sign not in _TO_SIGNS and sign not in _LIST_SIGNS and sign not in ("+", "/", "&") for sign in signs):
        return ""
    if gap.strip() in (".", ":", "=") or "\n\n\n" in gap:
        return ""
    if not words and _HUNG.fullmatch(gap):
        return "slash" if "/" in gap else "list"  # 1000, -1001, -1002
    joins = any(sign in _TO_SIGNS for sign in signs)
    if joins and signs[0] in _LIST_SIGNS and signs[-1] in _DOTS:
        return "list"  # …12, …13
    if signs and signs[0] in (",", ";") and " ".join(words) in _WEAK_TO:
        return "list"  # Portuguese: *o A, a B*
    nature = _of_words(words, joins)
    if nature is not None:
        return nature
    if "+" in signs:
        return "plus" if signs == ["+"] else "to" if joins else "list"
    if joins:
        return "to" if len(signs) <= 2 else ""
    if "/" in signs:
        return "slash" if signs == ["/"] else ""
    if "&" in signs:
        return "and"
    return "list" if signs or "\n" in gap else ""


def _of_words(words: list[str], joins: bool) -> Nature | None:
    """Return what the words between two numbers say; None where there are none that count."""
    phrase = " ".join(words)
    if not words:
        return None
    if phrase in TO:
        return "to"
    if phrase in ALSO:
        return "and"
    core = words[:]
    while core and core[-1] in SIM and " ".join(core) not in TO:
        core.pop()
    while core and core[0] in SIM and " ".join(core) not in TO and core[0] not in ALSO:
        core.pop(0)
    if not core:
        return "to" if words[-1] in _JOINING else None
    phrase = " ".join(core)
    if phrase in TO or phrase in LAST:
        return "to"
    if phrase in ALSO:
        return "and"
    rest = [word for word in core if word not in SIM]
    if all(word in FIRST or word in LAST or word in ALSO or word in START or word in TO for word in rest):
        last = any(word in LAST and word not in START and word not in FIRST for word in rest)
        if last or joins:
            return "to"
        return "and" if any(word in ALSO for word in rest) else "list"
    if " ".join(word for word in rest if word not in ALSO and word not in NEXT) in TO:
        return "to"
    return ""


@lru_cache(maxsize=8192)
def words_of(gap: str) -> tuple[str, ...]:
    """Return the folded tokens between two numbers, where there are any words among them."""
    return tuple(TOKEN.findall(fold(gap))) if any(map(str.isalpha, gap)) else ()
