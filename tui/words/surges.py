"""Surges and what is usual, in words and numbers: one way on all screens."""

from collections.abc import Iterable
from datetime import datetime
from math import sqrt
from typing import NamedTuple

from textual.content import Content

from feeds.model import CurveRow, SurgeRow
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.quantities import span, utc

SMALLEST = 1e-9
"""Chances below this are said to be below it: no clock and no desk is that exact."""


SHOWS = 4.0
"""Cases beyond the usual in ten minutes from which on a surge shows there, if it goes on at its pace."""


class SurgeMark(NamedTuple):
    """What is said of surges beside the cases of the last ten minutes. ``words``: empty when there is none."""

    words: str = ""
    style: str = ""
    alarm: bool = False
    """Whether the ten minutes themselves are to stand in the colour of alarm."""


def more_than_usual(seen: float, usual: float) -> bool:
    """Whether as many cases are clearly more than is usual: one case is not, nor what chance alone brings often."""
    return seen - usual > max(sqrt(max(usual, 0.0)), 1.0)


def surge_mark(surges: Iterable[SurgeRow], seen: float, usual: float) -> SurgeMark:
    """Return what to say of the surges that go on beside the cases of the last ten minutes: ``▲ SURGE`` only where
    these are more than usual; else ``surge fading``, or ``24 h surge`` for one so slow that ten minutes do not tell.
    """
    live = [row for row in surges if row.ended is None]
    if not live:
        return SurgeMark()
    if more_than_usual(seen, usual):
        return SurgeMark("▲ SURGE", "bold $error", True)
    slow = [row for row in live if (row.seen - row.usual) * 10 < SHOWS * row.minutes]
    if not slow:
        return SurgeMark("surge fading", MUTED)
    newest = max(slow, key=lambda row: (row.began, row.key))
    return SurgeMark(f"{minutes_words(newest.minutes)} surge", "bold $warning")


def figure(value: float) -> str:
    """Return a mean as people read it: ``2.1``, ``14``, ``1,204``."""
    return f"{value:,.1f}" if abs(value) < 10 else f"{value:,.0f}"


def minutes_words(minutes: float) -> str:
    """Return a length of time: ``10 min``, ``2 h``, ``7 days``."""
    if minutes >= 2_880 and minutes % 1_440 == 0:
        return f"{minutes / 1_440:.0f} days"
    return f"{minutes / 60:.0f} h" if minutes >= 60 and minutes % 60 == 0 else f"{minutes:.0f} min"


def chance_words(chance: float) -> str:
    """Return ``p < 1e-9``, ``p = 3e-5`` or ``p = 0.004``."""
    if chance < SMALLEST:
        return "p < 1e-9"
    if chance >= 0.001:
        return f"p = {chance:.3f}".rstrip("0").rstrip(".")
    number, _, power = f"{chance:.0e}".partition("e")
    return f"p = {number}e{int(power)}"


def surge_words(row: SurgeRow) -> str:
    """Return ``61 in 10 min, usual 2.1 (1.4–3.3), p < 1e-9``."""
    usual = f"usual {figure(row.usual)} ({figure(row.low)}–{figure(row.high)})"
    return f"{row.seen:,} in {minutes_words(row.minutes)}, {usual}, {chance_words(row.chance)}"


def series_words(row: SurgeRow) -> str:
    """Return which cases a surge is of: ``e-mail · incident``, ``all cases``."""
    return " · ".join(plain(part) for part in (row.channel, row.kind, row.service) if part) or "all cases"


def surge_line(row: SurgeRow, now: datetime, *, short: bool = False, calm: bool = False) -> Content:
    """Return a surge in one line: since when, of what, with its numbers. One that goes on stands out by a mark.

    ``short``: without how long it lasted, for 74 cells. ``calm``: no more than usual come now; the mark is no alarm.
    """
    live = row.ended is None
    mark = ("▲ ", MUTED if calm else "bold $error") if live else ("  ", "")
    ago = (now - row.began).total_seconds()
    day = "" if ago <= 86_400 else f"{row.began:%a} " if short and ago <= 6 * 86_400 else f"{row.began:%d %b} "
    began = f"{day}{utc(row.began)}"
    end = f"for {span(ago)}" if live else f"to {utc(row.ended)}"
    series = series_words(row)
    when, of = (f"{began:>9}", f"{series:17}") if short else (f"{f'{began} {end}':25}", f"{series:24}")
    return Content.assemble(
        mark, (f"{when} ", "bold" if live else MUTED), (f"{of} ", "bold" if live else ""),
        (surge_words(row), "" if live else MUTED),
    )  # fmt: skip


def last_words(row: CurveRow) -> Content:
    """Return the newest stretch of a curve, which is not over: ``61 since 02:50, usual in 10 min 2.1 (1.4–3.3)``."""
    surging = row.surges and more_than_usual(row.seen, row.usual)
    style = "bold $error" if surging else "bold $warning" if row.seen > row.high > 0 else "bold"
    usual = f", usual in {minutes_words(row.minutes)} {figure(row.usual)} ({figure(row.low)}–{figure(row.high)})"
    return Content.assemble((f"{row.seen:,}", style), f" since {utc(row.start)}{usual if row.high > 0 else ''}")
