"""How old the numbers on a screen are, by the feeds that bring them, and what did not come in one by one.

A feed that is silent for longer than is usual for it is named, with its silence. Where all that bring a kind of number
are silent, the number itself is old: it is dimmed, with its age.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from msgspec import Struct
from textual.content import Content

from feeds.model import FeedRow
from widgets.feed_strip import is_stale, losses
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.quantities import age_of

BROUGHT_BY: Final = {
    "alarms": ("alarms",),
    "cases": ("cases",),
    "counts": ("cases",),
    "curve": ("cases",),
    "outages": ("alarms", "cases"),
}
"""Which kinds of feeds bring what a view shows."""


class Freshness(Struct, frozen=True):
    """``old``: all feeds of the kinds are silent; ``age``: since when the newest of them is, such as ``22m``."""

    old: bool = False
    age: str = ""
    silent: tuple[FeedRow, ...] = ()
    """The feeds that are silent, the longest first."""


def freshness(feeds: Sequence[FeedRow], kinds: Sequence[str], now: datetime) -> Freshness:
    """Return how fresh what feeds of these ``kinds`` bring is. Without such a feed there is nothing to be old."""
    bringing = [feed for feed in feeds if feed.kind in kinds]
    silent = sorted(
        (feed for feed in bringing if is_stale(feed, now)),
        key=lambda feed: (feed.heard is not None, feed.heard or now, feed.key),
    )
    if not silent:
        return Freshness()
    old = len(silent) == len(bringing)
    newest = max((feed.heard for feed in bringing if feed.heard is not None), default=None)
    return Freshness(old, (age_of(newest, now) or "never heard") if old else "", tuple(silent))


def table_note(feeds: Sequence[FeedRow], view: str, now: datetime) -> Content:
    """Return what is to be said beside the title of a table of ``view``; empty where all is well."""
    kinds = BROUGHT_BY.get(view, ())
    state = freshness(feeds, kinds, now)
    parts: list[tuple[str, str]] = []
    if state.old:
        parts.append((f"S {state.age} old" if state.age != "never heard" else "S never heard", "bold $warning"))
    elif state.silent:
        first, more = state.silent[0], f" +{len(state.silent) - 1}" if len(state.silent) > 1 else ""
        parts.append((f"S {plain(first.key)} {age_of(first.heard, now) or 'never heard'}{more}", "$warning"))
    if view in ("alarms", "cases"):
        lost = losses([feed for feed in feeds if feed.kind in kinds])
        if lost:
            parts.append((f"{' · ' if parts else ''}{lost}", MUTED))
    return Content.assemble(*parts)
