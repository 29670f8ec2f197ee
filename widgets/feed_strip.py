"""The health of the feeds in one line: what comes, how fast, how old. Stale ones carry a letter, not a colour alone."""

from collections.abc import Sequence
from datetime import UTC, datetime

from textual.content import Content
from textual.reactive import var

from feeds.model import FeedRow
from widgets.kept_lines import KeptLines
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.quantities import age_of, number, rate, span

STALE_AFTER = {"alarms": 300.0, "cases": 900.0, "inventory": 172_800.0}
"""Seconds of silence after which a feed of a kind is stale, where the hub does not know its rhythm."""

_STALE_AFTER_ELSE = 300.0
_NEVER = datetime.min.replace(tzinfo=UTC)


def is_stale(feed: FeedRow, now: datetime) -> bool:
    """Return whether ``feed`` was silent for longer than is usual for it or its kind; one never heard is stale."""
    if feed.heard is None:
        return True
    after = feed.stale_after or STALE_AFTER.get(feed.kind, _STALE_AFTER_ELSE)
    return (now - feed.heard).total_seconds() > after


def missed(feeds: Sequence[FeedRow]) -> list[FeedRow]:
    """Return the feeds that are missed when they are silent: not who was only ever refused, and nobody waits for."""
    return [feed for feed in feeds if feed.heard is not None or feed.expected]


def usual_words(feed: FeedRow) -> str:
    """Return ``usual 30 s``: how long it is silent otherwise; empty where that is not known."""
    return f"usual {span(feed.rhythm)}" if feed.rhythm else ""


def losses(feeds: Sequence[FeedRow]) -> str:
    """Return what did not come in one by one: ``412 coalesced · 3 refused · 2 turned away``; empty where nothing."""
    counts = (
        (sum(feed.coalesced for feed in feeds), "coalesced"),
        (sum(feed.refused for feed in feeds), "refused"),
        (sum(feed.turned_away for feed in feeds), "turned away"),
        (sum(feed.missing for feed in feeds), "missing"),
    )
    return " · ".join(f"{number(count)} {what}" for count, what in counts if count)


def _one(name: str, feed: FeedRow, now: datetime) -> Content:
    old = age_of(feed.heard, now) or "never"
    if is_stale(feed, now):
        return Content.assemble(("S ", "bold $warning"), (f"{plain(name)} {old}", "dim"))
    text = f"{plain(name)} {old}" if feed.kind == "inventory" else f"{plain(name)} {rate(feed.per_minute)} {old}"
    parts: list[tuple[str, str]] = [(text, MUTED)]
    if feed.refused:
        parts.append((f" R{feed.refused}", "$warning"))
    if feed.turned_away:
        parts.append((f" L{feed.turned_away}", "$warning"))
    if feed.missing:
        parts.append((f" M{feed.missing}", "$warning"))
    return Content.assemble(*parts)


def _of_latest(group: Sequence[FeedRow]) -> float:
    """Return after how long a kind is stale: as for the feed of it that was heard last."""
    heard = [feed for feed in group if feed.heard is not None]
    return max(heard, key=lambda feed: feed.heard or _NEVER).stale_after if heard else 0.0


def _by_kind(feeds: Sequence[FeedRow]) -> list[FeedRow]:
    """Return one feed for each kind: rates added up, as old as the one heard last, as stale as the stalest."""
    kinds: dict[str, list[FeedRow]] = {}
    for feed in feeds:
        kinds.setdefault(feed.kind, []).append(feed)
    return [
        FeedRow(
            key=kind,
            kind=kind,
            heard=max((feed.heard for feed in group if feed.heard is not None), default=None),
            per_minute=sum(feed.per_minute for feed in group),
            events=sum(feed.events for feed in group),
            refused=sum(feed.refused for feed in group),
            turned_away=sum(feed.turned_away for feed in group),
            missing=sum(feed.missing for feed in group),
            stale_after=_of_latest(group),
        )
        for kind, group in kinds.items()
    ]


def feed_line(feeds: Sequence[FeedRow], now: datetime, width: int) -> Content:
    """Return the line that fits into ``width`` cells: each feed by name, else each kind, else how many are stale."""
    feeds = missed(feeds)
    if not feeds:
        return Content.styled("no feed heard yet" if width >= 17 else "no feed", MUTED).truncate(width)
    dot = Content.styled(" · ", MUTED)
    by_name = dot.join([_one(feed.key, feed, now) for feed in feeds])
    if by_name.cell_length <= width:
        return by_name
    stale = [feed for feed in feeds if is_stale(feed, now)]
    by_kind = dot.join([_one(feed.kind, feed, now) for feed in _by_kind(feeds)])
    if stale:
        named = Content.assemble((f" · S {plain(stale[0].key)}", "$warning"))
        more = Content.styled(f" +{len(stale) - 1}" if len(stale) > 1 else "", "$warning")
        with_names = by_kind + named + more
        if with_names.cell_length <= width:
            return with_names
        short = Content.styled(f"S {len(stale)} of {len(feeds)} feeds stale", "$warning")
    else:
        if by_kind.cell_length <= width:
            return by_kind
        short = Content.styled(f"{len(feeds)} feeds ok", MUTED)
    return short if short.cell_length <= width else Content.styled(f"S{len(stale)}" if stale else "", "$warning")


class FeedStrip(KeptLines):
    """One line, right aligned."""

    DEFAULT_CSS = """
    FeedStrip { width: 1fr; height: 1; text-align: right; content-align: right middle; }
    """

    feeds: var[tuple[FeedRow, ...]] = var(())
    now: var[datetime | None] = var(None)

    def show(self, feeds: Sequence[FeedRow], now: datetime) -> None:
        """Show ``feeds`` as they stand at ``now``."""
        self.feeds, self.now = tuple(feeds), now
        self.refresh()

    def render(self) -> Content:
        """Return the line for the width that there is."""
        return feed_line(self.feeds, self.now, self.size.width) if self.now is not None else Content("")
