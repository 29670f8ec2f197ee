"""The two lines at the top of every screen, and the banner that says when the hub is out of reach."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, cast

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from feeds.client import Link, LinkState
from feeds.model import UpdateRow
from tui.panes.freshness import freshness
from tui.promises import pressing, promise_line
from tui.words.rows import obligation, outage_line
from tui.words.surges import figure, surge_mark
from widgets.clocks import Clocks
from widgets.feed_strip import FeedStrip
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.quantities import plural, span
from widgets.sparkline import sparkline

if TYPE_CHECKING:
    from tui.app import VakenApp


_STEP = " › "
_WAY_LEAST = 28
"""Cells for the way to the screen."""
LAG_SAID = 3.0
"""Seconds that the hub may be behind without a word."""


def banner(link: Link, url: str, now: datetime) -> Content:
    """Return what is wrong with the connection, in one line; empty while it is well. ``now``: our own clock."""
    where = plain(url)
    why = f": {plain(link.why)}" if link.why else ""
    if link.state is LinkState.CONNECTING:
        return Content(f" connecting to the hub at {where}{why}" + (f" (attempt {link.attempts + 1})" if why else ""))
    if link.state is LinkState.LOST:
        lost = span((now - link.since).total_seconds())
        return Content(f" connection to hub lost {lost} ago, trying again{why}")
    if link.state is LinkState.STOPPED:
        return Content(" connection closed")
    # The count comes first: a long sentence is cut on a narrow screen.
    out = f", {plural(link.shed, 'payload')} kept out" if link.shed else ""
    if link.degraded:
        return Content(f" hub{out}: {plain(link.degraded)}")
    if link.lag >= LAG_SAID:
        return Content(f" hub is {span(link.lag)} behind{out}: what came since is not shown yet")
    return Content("")


def cut_way(way: str, room: int) -> str:
    """Return the way to a screen in ``room`` cells where that can be: its first steps go first, its last one stays."""
    steps = way.split(_STEP)
    for first in range(len(steps)):
        shown = _STEP.join([*(["…"] if first else []), *steps[first:]])
        if cell_len(shown) <= room:
            return shown
    return steps[-1]


def waiting_line(updates: Sequence[UpdateRow], who: str, *, short: bool = False) -> Content:
    """Return what waits for a second person other than ``who``, in one line; empty while nothing does."""
    others = [row for row in updates if row.author != who]
    if not others:
        return Content("")
    first, more = others[0], f" +{len(others) - 1}" if len(others) > 1 else ""
    what = "" if short else f", {first.kind.value} to {plural(first.proposed_for, 'customer')},"
    return Content(
        f" {plain(first.key)} of {plain(first.outage)}{what} waits for you: {plain(first.proposed_by)} proposed it"
        f"{more} · 6 opens"
    )


class StatusHeader(Vertical):
    """``name`` is the screen's place, such as ``board › O-12``."""

    DEFAULT_CSS = """
    StatusHeader { height: auto; background: $surface; }
    StatusHeader Horizontal { height: 1; }
    StatusHeader #where { width: auto; padding-left: 1; }
    StatusHeader #word { width: 1fr; padding: 0 1; }
    StatusHeader #surge { width: auto; padding-right: 1; }
    StatusHeader #pace { width: auto; padding-right: 1; color: $warning; text-style: bold; display: none; }
    StatusHeader FeedStrip { margin: 0 2; }
    StatusHeader Clocks { padding-right: 1; }
    StatusHeader #waiting { height: 1; background: $warning; color: $background; text-style: bold; display: none; }
    StatusHeader #banner { height: 1; background: $error; color: $background; text-style: bold; display: none; }
    """

    def __init__(self, place: str) -> None:
        super().__init__()
        self.place = place
        # Held, not looked up: the header may be told of changes before its lines are there and after they have gone.
        self._where, self._word, self._surge, self._waiting, self._banner = (
            Static(id=name) for name in ("where", "word", "surge", "waiting", "banner")
        )
        self._pace = Static(id="pace")
        self._feeds = FeedStrip()

    @property
    def vaken(self) -> "VakenApp":
        """The app, as what it is."""
        return cast("VakenApp", self.app)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with Horizontal():
            yield self._where
            yield self._feeds
            yield Clocks(self.vaken.hub.now, self.vaken.zone)
        with Horizontal(id="second"):
            yield self._word
            yield self._pace
            yield self._surge
        yield self._waiting
        yield self._banner

    def on_mount(self) -> None:
        """Show what is known."""
        self.show()

    def on_resize(self) -> None:
        """Use the new width."""
        self.show()

    def show(self) -> None:
        """Show the situation of now."""
        if not self._banner.is_attached:
            return
        now, situation, width = self.vaken.hub.now(), self.vaken.situation, self.app.size.width
        top = situation.top(now)
        way = cut_way(plain(self.place), max(_WAY_LEAST, width // 3))
        where = Content.assemble(("vaken ", "bold $primary"), (way, MUTED))
        if top is not None and width >= 50:
            line = outage_line(top, short=width < 100)
            if width < 100:
                line = line.truncate(max(0, width - where.cell_length - 31), ellipsis=True)
            where = Content.assemble(where, "   ", line)
        _put(self._where, where)
        self._feeds.show(situation.feeds, now)
        _put(self._word, self._obligation(now, width) if width >= 30 else Content(""))
        _put(self._surge, self._cases(width, now))
        pace = Content(self.vaken.pace_words)
        _put(self._pace, pace)
        self._pace.display = bool(pace)
        waiting = waiting_line(situation.waiting, self.vaken.hub.who, short=width < 100)
        _put(self._waiting, waiting)
        self._waiting.display = bool(waiting)
        link = self.vaken.hub.link
        text = banner(link, self.vaken.hub.url, self.vaken.wall_clock())
        _put(self._banner, text)
        self._banner.display = bool(text)

    def _obligation(self, now: datetime, width: int) -> Content:
        situation = self.vaken.situation
        top, near = situation.top(now), pressing(situation.promises, now)
        # What is due comes before all else: also that of an outage that is over, or that another one stands above.
        if near and (top is None or top.key != near[0].outage or top.next_word != near[0].due):
            return promise_line(near[0], now, len(near) - 1, short=width < 110)
        if top is None:
            return Content.styled("no live outage", MUTED)
        return obligation(top, now, more=max(0, len(near) - 1), short=width < 110)

    def _cases(self, width: int, now: datetime) -> Content:
        curve = self.vaken.situation.curve
        if not curve or width < 60:
            return Content("")
        seen, usual = sum(row.seen for row in curve[-10:]), sum(row.usual for row in curve[-10:])
        mark = surge_mark(self.vaken.situation.surges, seen, usual)
        parts: list[tuple[str, str]] = [(f"{mark.words} ", mark.style)] if mark.words else []
        if width >= 110:
            tens = [sum(row.seen for row in curve[max(end - 10, 0) : end]) for end in range(len(curve), 0, -10)]
            parts.append(("cases / 10 min ", MUTED))
            parts.append((f"{sparkline(tens[::-1], 12)} ", "$error" if mark.alarm else "$primary"))
        else:
            parts.append(("cases/10m ", MUTED))
        parts += [(f"{seen:,}", "bold $error" if mark.alarm else "bold"), (f", usual {figure(usual)}", MUTED)]
        fresh = freshness(self.vaken.situation.feeds, ("cases",), now)
        if fresh.old:  # what it says is not so any more: dim, and how old it is
            parts = [(text, "dim") for text, _style in parts]
            parts.append((f" · {fresh.age}{' old' if fresh.age != 'never heard' else ''}", "bold $warning"))
        return Content.assemble(*parts)


def _put(static: Static, content: Content) -> None:
    """Show ``content`` where it is another one than is there, also in its colours."""
    if not (isinstance(static.content, Content) and content.is_same(static.content)):
        static.update(content)
