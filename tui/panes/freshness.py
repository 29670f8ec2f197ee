"""How old the numbers on a screen are, by the feeds that bring them, and what did not come in one by one.

A feed that is silent for longer than is usual for it is named, with its silence. Where all that bring a kind of number
are silent, the number itself is old: it is dimmed, with its age. Where rows name their source, those of a silent one
are dimmed alone.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from msgspec import Struct
from textual.content import Content

from feeds.model import FeedRow
from widgets.facts import Fact
from widgets.feed_strip import is_stale, losses, missed, usual_words
from widgets.plain import plain
from widgets.quantities import age_of, span

BROUGHT_BY: Final = {
    "alarms": ("alarms",),
    "cases": ("cases",),
    "counts": ("cases",),
    "curve": ("cases",),
    "outages": ("alarms", "cases"),
}
"""Which kinds of feeds bring what a view shows."""


SOURCE_OF: Final[dict[str, Callable[[Any], str]]] = {
    "alarms": lambda row: str(row.source),
    "cases": lambda row: str(row.key).partition("/")[0],
}
"""Which feed brought a row, in views whose rows come from one; a case bears it before its number."""


class Freshness(Struct, frozen=True):
    """``old``: all feeds of the kinds are silent; ``age``: since when the newest of them is, such as ``22m``."""

    old: bool = False
    age: str = ""
    silent: tuple[FeedRow, ...] = ()
    """The feeds that are silent, the longest first."""


def freshness(feeds: Sequence[FeedRow], kinds: Sequence[str], now: datetime) -> Freshness:
    """Return how fresh what feeds of these ``kinds`` bring is. Without such a feed there is nothing to be old."""
    bringing = [feed for feed in missed(feeds) if feed.kind in kinds]
    silent = sorted(
        (feed for feed in bringing if is_stale(feed, now)),
        key=lambda feed: (feed.heard is not None, feed.heard or now, feed.key),
    )
    if not silent:
        return Freshness()
    old = len(silent) == len(bringing)
    newest = max((feed.heard for feed in bringing if feed.heard is not None), default=None)
    return Freshness(old, (age_of(newest, now) or "never heard") if old else "", tuple(silent))


def ages(feeds: Sequence[FeedRow], kinds: Sequence[str], now: datetime) -> tuple[dict[str, str], str]:
    """Return how old what silent feeds brought is, by feed; and what of unknown origin, where all are silent."""
    state = freshness(feeds, kinds, now)
    return {feed.key: age_of(feed.heard, now) or "?" for feed in state.silent}, state.age


def silence_facts(feeds: Sequence[FeedRow], view: str, row: Any, now: datetime) -> list[Fact]:
    """Return that the feed which brought ``row`` is silent, and since when; nothing while it is not."""
    source = SOURCE_OF[view](row)
    silent = next((feed for feed in freshness(feeds, BROUGHT_BY[view], now).silent if feed.key == source), None)
    if silent is None:
        return []
    since = f"for {span((now - silent.heard).total_seconds())}" if silent.heard is not None else "since the hub started"
    usual = f", {words}" if (words := usual_words(silent)) else ""
    said = f"{plain(silent.key)} has said nothing {since}{usual}: this may not be so any more"
    return [Fact("~ old", Content.styled(said, "$warning"))]


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
    return Content.assemble(*parts)


def table_losses(feeds: Sequence[FeedRow], view: str) -> str:
    """Return what of a table of ``view`` did not come in one by one; empty where all did."""
    if view not in ("alarms", "cases"):
        return ""
    return losses([feed for feed in feeds if feed.kind in BROUGHT_BY[view]])
