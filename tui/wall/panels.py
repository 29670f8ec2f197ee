"""The panels of the wall. Each is given what it shows and its box; it paints when that is another than before.

Few words, large numbers, and never a colour alone: a state is a word on a bar, lateness is a word and a number.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Final

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget

from feeds.model import CurveRow, FeedRow, OutageRow, OutageState, TotalsRow
from tui.promises import NEAR, Promise
from tui.wall.layout import USUAL_NUMBER, Box
from tui.wall.masking import customer_name, masked
from tui.words.rows import STAR, overdue, share, waiting_words
from tui.words.surges import SurgeMark, figure
from widgets.case_chart import CaseChart
from widgets.feed_strip import is_stale, missed, usual_words
from widgets.large_digits import best_number, height_of, largest, paint
from widgets.looks import MUTED
from widgets.quantities import age_of, local, number, plural, rate, span, utc

STATE_COLOUR: Final = {
    OutageState.SUSPECTED: "$warning",
    OutageState.DECLARED: "$error",
    OutageState.MITIGATED: "$success",
}

LEAST_DIGITS: Final = 3
"""Lines of the smallest large digits."""
WORDS_WIDE: Final = 46
"""Cells for the words beside a number."""


class Panel(Widget):
    """Lines that are painted anew only when they changed."""

    DEFAULT_CSS = """
    Panel { position: absolute; width: 1; height: 1; }
    """

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.lines: tuple[Content, ...] = ()
        self.box = Box(0, 0, 0, 0)

    def place(self, box: Box | None, shift: tuple[int, int]) -> None:
        """Stand in ``box``, moved by ``shift``; None: out of sight."""
        self.display = box is not None and box.width > 0 and box.height > 0
        if box is None:
            return
        x, y = box.x + shift[0], box.y + shift[1]
        styles = self.styles
        moved = Box(x, y, box.width, box.height)
        if moved != self.box:
            self.box = moved
            styles.offset, styles.width, styles.height = (x, y), box.width, box.height

    def put(self, lines: Sequence[Content]) -> None:
        """Show ``lines``; what is too long is cut."""
        width, height = self.box.width, self.box.height
        shown = tuple(line.truncate(width, ellipsis=True) for line in lines[:height])
        if shown != self.lines:
            self.lines = shown
            self.refresh()

    def render(self) -> Content:
        """Return the lines."""
        return Content("\n").join(self.lines)


def bar(left: str, right: str, colour: str, width: int) -> Content:
    """Return a title on a bar of ``colour``: what it is at the left, since when at the right where there is room."""
    text = f" {left}"
    room = width - len(text) - len(right) - 1
    filled = f"{text}{' ' * room}{right} " if right and room > 1 else text.ljust(width)
    return Content.styled(filled[:width], f"bold $background on {colour}")


def figures(count: int, width: int, height: int, colour: str, label: str) -> list[Content]:
    """Return a count in the largest digits that fit, with its label behind it; as text where none do."""
    room = width - len(label) - 1
    text, size = best_number(count, room, height)
    if size < 1:
        return [Content.assemble((number(count), f"bold {colour}"), (f" {label}", "bold"))]
    lines = paint(text, size)
    return [
        Content.assemble((line, f"bold {colour}"), (f" {label}" if place == len(lines) - 1 else "", "bold"))
        for place, line in enumerate(lines)
    ]


def _body(count: int, label: str, words: Sequence[Content], width: int, height: int) -> list[Content]:
    """Return the number with the words below it or, where numbers are larger then, with the words at its right.

    Panels of one size look alike: a small number is written no larger than a usual one, and so looks small.
    """
    airy = height >= 11
    below = list(words[: max(0, height - LEAST_DIGITS)])
    for_stacked, for_beside = height - len(below) - (3 if airy else 0), height - (2 if airy else 0)
    stacked, wide = width - len(label) - 1, width - WORDS_WIDE
    usual, beside = largest(USUAL_NUMBER, stacked, for_stacked), largest(USUAL_NUMBER, wide, for_beside)
    if beside > max(usual, 1) and height_of(beside) >= len(words) + 2:
        text, size = best_number(count, wide, height_of(beside))
        digits = paint(text, size)
        notes = [Content.styled(label, "bold"), Content(""), *words]
        notes = [Content("")] * (len(digits) - len(notes)) + notes
        digits += [" " * len(digits[0])] * (len(notes) - len(digits)) if digits else [""] * len(notes)
        pairs = zip(digits, notes, strict=True)
        body = [Content.assemble((line, "bold $foreground"), "   ", note) for line, note in pairs]
        return [Content(""), *body] if airy else body
    number_lines = min(for_stacked, height_of(max(usual, 1)))
    body = figures(count, width, number_lines, "$foreground", label) if for_stacked > 0 else []
    return [Content(""), *body, Content(""), *below] if airy else [*body, *below]


class OutagePanel(Panel):
    """One outage: its state, the one number, whose it is, what is shared, what customers were told."""

    def show(self, row: OutageRow, now: datetime, *, names: bool) -> None:
        """Show ``row`` as it stands at ``now``; ``names``: whether customers may be named."""
        width, height = self.box.width, self.box.height
        inner = width - 3
        colour = STATE_COLOUR.get(row.state, MUTED)
        since = row.declared if row.state is not OutageState.SUSPECTED and row.declared else row.suspected
        title = bar(f"{masked(row.key)}  {row.state.value.upper()}", span((now - since).total_seconds()), colour, width)
        words = [self._told(row, now), self._customers(row, names), self._shared(row)]
        count, label = main_number(row)
        body = _body(count, label, words, inner, height - 1)
        left = Content.styled("▌ ", colour)
        lines = [title, *(Content.assemble(left, line) for line in body)]
        lines += [left] * (height - len(lines))
        self.put(lines)

    @staticmethod
    def _told(row: OutageRow, now: datetime) -> Content:
        if late := overdue(row, now):
            return Content.assemble(
                (f" OVERDUE {span(late)} ", "bold $background on $error"), f" next word was {utc(row.next_word)}"
            )
        waits = waiting_words(row, short=True)
        if row.told is None:
            waited = span((now - (row.declared or row.suspected)).total_seconds())
            style = "bold $warning" if row.state is OutageState.DECLARED or waits else MUTED
            return Content.styled(f"nobody told yet, {waited}{f' · {waits}' if waits else ''}", style)
        if waits:
            return Content.assemble(("told ", MUTED), utc(row.told), (f" · {waits}", "bold $warning"))
        if row.next_word is None:
            return Content.assemble(("told ", MUTED), utc(row.told))
        left = row.next_word - now
        near = left <= NEAR
        return Content.assemble(
            ("told ", MUTED), utc(row.told), (" · next ", MUTED), (utc(row.next_word), "bold"),
            (f" in {span(left.total_seconds())}", "bold $warning" if near else MUTED),
        )  # fmt: skip

    @staticmethod
    def _customers(row: OutageRow, names: bool) -> Content:
        parts: list[tuple[str, str]] = [(plural(row.customers, "customer"), "")]
        name = customer_name(row.customer, shown=names)
        if row.vip:
            parts.append((f"  {STAR}{name or 'VIP'}", "bold $vip"))
        elif name:
            parts.append((f"  {name}", ""))
        if row.cases:
            growth = f" {row.cases_10m:+d}" if row.cases_10m else ""
            parts.append((f" · {plural(row.cases, 'case')}{growth}", MUTED))
        return Content.assemble(*parts)

    @staticmethod
    def _shared(row: OutageRow) -> Content:
        if not row.shared:
            return Content.styled("nothing shared found yet", MUTED)
        parts: list[tuple[str, str]] = [(masked(row.shared), "bold $primary")]
        if row.coverage is not None:
            parts.append((f"  {share(row.coverage)}", ""))
        return Content.assemble(*parts)

    def show_none(self, text: str, count: int, label: str, colour: str) -> None:
        """Show that there is no outage, or that nothing is known yet."""
        width, height = self.box.width, self.box.height
        left = Content.styled("▌ ", colour)
        lines = [bar(text, "", colour, width)]
        if label:
            body = figures(count, width - 3, min(height - 3, 15), "$foreground", label)
            lines += [left, *(Content.assemble(left, line) for line in body)]
        lines += [left] * (height - len(lines))
        self.put(lines)


def main_number(row: OutageRow) -> tuple[int, str]:
    """Return the one number of an outage and what it counts: SIMs, else customers, else cases."""
    if row.sims:
        return row.sims, "SIM" if row.sims == 1 else "SIMs"
    if row.customers:
        return row.customers, "customer" if row.customers == 1 else "customers"
    return row.cases, "case" if row.cases == 1 else "cases"


class TopPanel(Panel):
    """Totals and clock, and the heartbeat: a mark that moves every second, or the wall is dead."""

    def show(
        self, totals: TotalsRow | None, page: str, now: datetime, zone: tzinfo | None, beat: int, alert: str, pace: str
    ) -> None:
        """Show the head. ``beat`` counts seconds of this program; ``alert``: what is wrong with the connection."""
        width, height = self.box.width, self.box.height
        clock, here = f"{now.astimezone(UTC):%H:%M:%S}", local(now, zone)
        known = totals is not None
        outages, sims = (totals.outages, totals.sims) if totals is not None else (0, 0)
        note = " · ".join(part for part in (page, pace) if part)
        if height < 4:
            self._one_line(clock, here, known, outages, sims, note, beat, alert)
            return
        size = largest(clock, width // 3, height - 1)
        digits, hours = paint(str(outages) if known else "-", size), paint(clock, size)
        label = "outage" if outages == 1 else "outages"
        told = [f"{number(sims)} SIMs", plural(totals.customers, "customer")] if totals is not None else []
        words = ([note] if note else []) + told[: height - 3] + [label]
        lines = []
        for place in range(height - 1):
            word = words[place - (height - 1 - len(words))] if place >= height - 1 - len(words) else ""
            left = Content.assemble((digits[place], "bold"), ("  " + word, "bold" if word == label else ""))
            beside = here if place == height - 2 else "UTC" if place == height - 3 else ""
            right = Content.assemble((hours[place], "bold $primary"), (f" {beside:{len(here)}}", MUTED))
            gap = max(width - left.cell_length - right.cell_length, 1)
            lines.append(Content.assemble(left, " " * gap, right))
        lines.append(heartbeat(beat, width, alert))
        self.put(lines)

    def _one_line(
        self, clock: str, here: str, known: bool, outages: int, sims: int, note: str, beat: int, alert: str
    ) -> None:
        width = self.box.width
        right = Content.assemble((f" {clock}Z", "bold"), (f" {here}", MUTED) if width >= 50 else "")
        if alert:
            left = heartbeat(beat, width - right.cell_length, alert)
        else:
            parts: list[tuple[str, str]] = [(plural(outages, "outage") if known else "no word yet", "bold")]
            if known and width >= 60:
                parts.append((f" · {number(sims)} SIMs", ""))
            if note:
                parts.append((f" · {note}", MUTED))
            room = width - right.cell_length
            left = Content.assemble(heartbeat(beat, 10 if width >= 50 else 4, ""), " ", *parts)
            left = left.truncate(room, ellipsis=True)
            left = Content.assemble(left, " " * (room - left.cell_length))
        self.put([Content.assemble(left, right)])


def heartbeat(beat: int, width: int, alert: str) -> Content:
    """Return a line on which a mark moves on by one step each second; with ``alert`` the line says it, in red."""
    if width < 1:
        return Content("")
    if alert:
        mark = "▶ " if beat % 2 else "  "
        return Content.styled(f" {mark}{alert}".ljust(width)[:width], "bold $background on $error")
    wide = max(1, width // 24)
    steps = max(width - wide + 1, 1)
    at = beat % steps if width <= 24 else beat * max(1, wide) % steps
    return Content.assemble(
        ("─" * at, "$foreground-disabled"), ("█" * wide, "bold $success"),
        ("─" * (width - at - wide), "$foreground-disabled"),
    )  # fmt: skip


class DutyPanel(Panel):
    """The clock of the next word that was promised to customers: down to zero, and then up, in red."""

    def show(self, promised: Sequence[Promise], untold: Sequence[OutageRow], now: datetime) -> None:
        """Show what is promised, the earliest first, and declared outages of which nobody was told."""
        width, height = self.box.width, self.box.height
        if not promised:
            colour, text = ("$warning", "NO WORD SENT YET") if untold else (MUTED, "nothing promised")
            lines = [bar(text, "", colour, width)]
            lines += [self._untold(row, now) for row in untold]
            self.put(lines)
            return
        first, late = promised[0], [one for one in promised if one.due < now]
        left = (first.due - now).total_seconds()
        colour = "$error" if left < 0 else "$warning" if left <= NEAR.total_seconds() else "$primary"
        name = f"{masked(first.outage)} "
        head = "WORD OVERDUE" if left < 0 else "NEXT WORD"
        more = f"{len(late)} LATE" if len(late) > 1 else utc(first.due)
        lines = [bar(f"{head} {name}".rstrip(), more, colour, width)]
        others = [*(self._promise(one, now) for one in promised[1:]), *(self._untold(row, now) for row in untold)]
        room = height - 1
        others = others[: max(0, room - 3)]
        text = countdown(left)
        size = largest(text, width - 2, room - len(others) - (1 if room > 5 else 0))
        if size:
            lines += [Content("")] if room > 5 and room - len(others) > height_of(size) else []
            lines += [Content.styled(f" {line}", f"bold {colour}") for line in paint(text, size)]
        else:
            words = f"OVERDUE {span(-left)}" if left < 0 else f"in {span(left)}"
            lines.append(Content.styled(f" {words}", f"bold {colour}"))
        self.put([*lines, *others])

    @staticmethod
    def _promise(one: Promise, now: datetime) -> Content:
        left = (one.due - now).total_seconds()
        words = f"OVERDUE {span(-left)}" if left < 0 else f"in {span(left)}"
        style = "bold $error" if left < 0 else "bold $warning" if left <= NEAR.total_seconds() else MUTED
        return Content.assemble((f" {masked(one.outage)}", "bold"), (f" {utc(one.due)} ", ""), (words, style))

    @staticmethod
    def _untold(row: OutageRow, now: datetime) -> Content:
        waited = span((now - (row.declared or row.suspected)).total_seconds())
        waits = f", 0 of {number(row.waits_for)} accepted" if row.waits is not None else ""
        return Content.assemble((f" {masked(row.key)}", "bold"), (f" nobody told, {waited}{waits}", "bold $warning"))


def countdown(left: float) -> str:
    """Return ``12:34`` (minutes and seconds), ``3h05`` from 100 minutes on; what is late has a plus before it."""
    sign = "+" if left < 0 else ""
    seconds = int(abs(left))
    if seconds < 6_000:
        return f"{sign}{seconds // 60}:{seconds % 60:02d}"
    hours, minutes = divmod(seconds // 60, 60)
    return f"{sign}{hours}h{minutes:02d}" if hours < 100 else f"{sign}{hours // 24}d"


class FeedsPanel(Panel):
    """The feeds: how many are stale, the oldest of those first, then the others with their rates."""

    def show(self, feeds: Sequence[FeedRow], now: datetime) -> None:
        """Show ``feeds`` as they stand at ``now``."""
        width, feeds = self.box.width, missed(feeds)
        stale = sorted(
            (feed for feed in feeds if is_stale(feed, now)),
            key=lambda feed: (feed.heard is not None, feed.heard or now, feed.key),
        )
        if not feeds:
            self.put([bar("no feed heard yet", "", "$warning", width)])
            return
        if stale:
            lines = [bar(f"{len(stale)} of {len(feeds)} FEEDS SILENT", "", "$warning", width)]
        else:
            lines = [bar(f"{plural(len(feeds), 'feed')} ok", "", "$success", width)]
        for feed in stale:
            silent = f" {age_of(feed.heard, now)}" if feed.heard is not None else " never heard"
            usual = usual_words(feed)
            lines.append(
                Content.assemble((" S ", "bold $warning"), (masked(feed.key, 40), "bold"), (silent, "bold $warning"),
                                 (f" · {usual}" if usual else "", MUTED))
            )  # fmt: skip
        gone = {feed.key for feed in stale}
        for feed in feeds:
            if feed.key not in gone:
                what = age_of(feed.heard, now) if feed.kind == "inventory" else rate(feed.per_minute)
                lines.append(Content.assemble((f"   {masked(feed.key, 40)}", MUTED), f" {what}"))
        self.put(lines)


class TenMinutes(Panel):
    """Cases of the last ten minutes in large digits."""

    DEFAULT_CSS = """
    TenMinutes { position: relative; height: 100%; }
    """


class CurvePanel(Vertical):
    """The curve of cases over the band of what is usual, under a line that says it; the number large where it fits."""

    DEFAULT_CSS = """
    CurvePanel { position: absolute; width: 1; height: 1; }
    CurvePanel > Horizontal { height: 1fr; }
    CurvePanel CaseChart { width: 1fr; height: 1fr; }
    CurvePanel > #curve-title { position: relative; height: 1; width: 100%; }
    """

    def __init__(self) -> None:
        super().__init__(id="curve")
        self.title = Panel(id="curve-title")
        self.figure = TenMinutes(id="ten")
        self.chart = CaseChart(id="wall-chart")
        self.box = Box(0, 0, 0, 0)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield self.title
        with Horizontal():
            yield self.figure
            yield self.chart

    def place(self, box: Box | None, shift: tuple[int, int]) -> None:
        """Stand in ``box``, moved by ``shift``; None: out of sight."""
        self.display = box is not None
        if box is None:
            return
        x, y = box.x + shift[0], box.y + shift[1]
        moved = Box(x, y, box.width, box.height)
        if moved != self.box:
            self.box = moved
            self.styles.offset, self.styles.width, self.styles.height = (x, y), box.width, box.height

    def show(self, rows: Sequence[CurveRow], ten: tuple[int, float], surge: SurgeMark, stale: str) -> None:
        """Show the curve; ``stale``: how old it is where its feed is silent."""
        seen, usual = ten
        width, height = self.box.width, self.box.height
        colour = "$error" if surge.alarm else "$primary"
        words = f"{f'{surge.words.upper()}  ' if surge.words else ''}{number(seen)} CASES IN 10 MIN"
        self.title.box = Box(0, 0, width, 1)
        self.title.put([bar(words, stale or f"usual {figure(usual)}", MUTED if stale else colour, width)])
        room = height - 2
        text, size = best_number(seen, width // 4, min(room, 10))
        shown = width >= 90 and size >= 2
        self.figure.display = shown
        if shown:
            lines = paint(text, size)
            wide = len(lines[0]) + 4
            self.figure.box = Box(0, 0, wide, height)
            self.figure.styles.width = wide
            above = max(0, (room - len(lines)) // 2)
            self.figure.put([Content("")] * above + [Content.styled(f"  {line}", f"bold {colour}") for line in lines])
        self.chart.set_class(bool(stale), "-old")
        self.figure.set_class(bool(stale), "-old")
        self.chart.show(rows)
