"""Counts: cases against what is usual, the surges with their numbers, the desk's figures, and where cases come from."""

from collections.abc import Iterable, Sequence
from typing import cast

from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from feeds.model import Channel, CurveRow, DeskRow, Service, SurgeRow
from tui.acts.registry import bindings
from tui.base_screen import VakenScreen
from tui.link import View
from tui.tables.desk import desk_table
from tui.words.counts import SPANS, Span, Square, curve_of, square
from tui.words.surges import last_words, minutes_words, more_than_usual, surge_line
from widgets.case_chart import CaseChart
from widgets.chart_axes import GUTTER
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.quantities import number
from widgets.section_rule import SectionRule

MINUTES = 120
"""How far back the square counts."""

MOST_SURGES = 100
"""Surges that are listed."""

WIDE = 110
"""Cells from which on surges are told in full."""

_CHANNELS: tuple[Channel | None, ...] = (None, *Channel)


def square_table(totals: Square) -> Content:
    """Return the table of cases by channel and service, with sums: 52 cells wide, 7 lines high."""
    head = "".join(f"{service.value:>7}" for service in Service)
    lines = [Content.styled(f"{'':10}{head}{'all':>7}", f"bold {MUTED}")]
    for channel, cells in zip(Channel, totals.cells, strict=True):
        lines.append(
            Content.assemble((f"{channel.value:10}", MUTED), *_numbers(cells), (f"{number(sum(cells)):>7}", "bold"))
        )
    columns = [sum(column) for column in zip(*totals.cells, strict=True)]
    lines.append(
        Content.assemble(
            (f"{'all':10}", f"bold {MUTED}"),
            *((f"{number(count):>7}", "bold") for count in columns),
            (f"{number(sum(columns)):>7}", "bold"),
        )
    )
    lines.append(
        Content.assemble(
            (f"{'last 10 m':10}", MUTED), *_numbers(totals.last_10m), (f"{number(sum(totals.last_10m)):>7}", "bold")
        )
    )
    return Content("\n").join(lines)


def _numbers(counts: Iterable[int]) -> list[tuple[str, str]]:
    return [(f"{number(count):>7}", "") if count else (f"{'·':>7}", MUTED) for count in counts]


def chart_title(rows: Sequence[CurveRow], span: Span, channel: Channel | None) -> Content:
    """Return what the chart shows, and what its marks mean."""
    each = f" in {minutes_words(rows[0].minutes)}" if rows else ""
    return Content.assemble(
        (f"Cases{f' by {channel.value}' if channel is not None else ''}{each}", "bold $foreground"),
        f" · last {span.name}",
        ("   █", "$primary"), " came", ("  ░", MUTED), " usual", ("  █", "$warning"), " more than that",
        ("  ━", "bold $error"), " surge",
    )  # fmt: skip


class CountsScreen(VakenScreen):
    """The curve in which an outage shows first."""

    where = "counts"
    BINDINGS = bindings("counts")

    def __init__(self) -> None:
        super().__init__()
        self._span = 0
        self._channel = 0
        self._of = ""
        self._curve: View | None = None
        self._views: list[View] = []

    def compose_body(self) -> Iterable[Widget]:
        """Lay it out."""
        yield SectionRule(id="chart-rule")
        yield CaseChart(id="chart")
        yield SectionRule(id="surges-rule")
        with VerticalScroll(id="surges-box", can_focus=False):
            yield Static(id="surges")
        with Horizontal(id="figures"):
            with Vertical(id="desk-box"):
                yield SectionRule(id="desk-rule")
                yield Static(id="desk")
            with Vertical(id="square-box"):
                yield SectionRule(id="square-rule")
                yield Static(id="square")

    def on_mount(self) -> None:
        """Follow the surges, the desk and the counts."""
        self.query_one("#desk-rule", SectionRule).text = Content.assemble(
            ("Desk", "bold $foreground"), " · open cases, age in working days"
        )
        self.query_one("#square-rule", SectionRule).text = Content.assemble(
            ("By channel and service", "bold $foreground"), " · last 2 h"
        )
        hub = self.vaken.hub
        surges = hub.open("surges", sort="-began", window=(0, MOST_SURGES))
        desk = hub.open("desk", window=(0, 20))
        self._views = [surges, desk]
        self.vaken.follow(surges, self._show_surges)
        self.vaken.follow(desk, self._show_desk)
        self._show_surges()
        self._show_desk()
        self.situation_changed()

    def on_unmount(self) -> None:
        """Give the views up."""
        for view in (*self._views, self._curve):
            if view is not None:
                self.vaken.unfollow(view)
                view.close()
        self._views, self._curve = [], None

    def on_resize(self) -> None:
        """Ask for as many stretches as there is room for."""
        self.call_after_refresh(self._look)

    def tick(self) -> None:
        """Move on with the minute."""
        super().tick()
        self.situation_changed()

    def action_shorter(self) -> None:
        """Look back over less time."""
        self._span = max(self._span - 1, 0)
        self._look()

    def action_longer(self) -> None:
        """Look back over more time."""
        self._span = min(self._span + 1, len(SPANS) - 1)
        self._look()

    def action_channel(self) -> None:
        """Look at the next channel."""
        self._channel = (self._channel + 1) % len(_CHANNELS)
        self._look()

    def _look(self) -> None:
        """Open the curve that is to be shown, where it is another one than is shown."""
        if not self.is_attached or not self.query(CaseChart):
            return
        columns = self.query_one(CaseChart).content_size.width - GUTTER
        of = curve_of(SPANS[self._span], columns, _CHANNELS[self._channel])
        if columns < 1 or of == self._of:
            return
        self._of = of
        before = self._curve
        self._curve = self.vaken.hub.open("curve", of=of, sort="key", window=(0, 1_000))
        if before is not None:
            self.vaken.unfollow(before)
            before.close()
        self.vaken.follow(self._curve, self._show_curve)

    def _show_curve(self) -> None:
        chart = self.query(CaseChart)
        if self._curve is None or not chart:
            return
        content = self._curve.content
        rows = cast(tuple[CurveRow, ...], content.rows)
        chart.first().show(rows)
        rule = self.query_one("#chart-rule", SectionRule)
        if content.error:
            rule.text, rule.note = Content(plain(content.error)), Content("")
            return
        rule.text = chart_title(rows, SPANS[self._span], _CHANNELS[self._channel])
        rule.note = last_words(rows[-1]) if rows else Content("")

    def _show_surges(self) -> None:
        if not self._views or not self.query("#surges"):
            return
        now = self.vaken.hub.now()
        rows = cast(tuple[SurgeRow, ...], self._views[0].content.rows)
        live = sum(row.ended is None for row in rows)
        ordered = sorted(rows, key=lambda row: row.ended is not None)  # what goes on first, else as they came
        short = self.app.size.width < WIDE
        ten = self.vaken.situation.curve[-10:]
        calm = not more_than_usual(sum(row.seen for row in ten), sum(row.usual for row in ten))
        lines = [surge_line(row, now, short=short, calm=calm) for row in ordered] or [
            Content.styled("none was seen", MUTED)
        ]
        self.query_one("#surges", Static).update(Content("\n").join(lines))
        self.query_one("#surges-rule", SectionRule).text = Content.assemble(
            ("Surges ", "bold $foreground"),
            ((f"{live} fading" if calm else f"{live} now"), "bold" if calm else "bold $error")
            if live
            else ("none now", ""),
        )

    def _show_desk(self) -> None:
        if len(self._views) > 1 and self.query("#desk"):
            rows = cast(tuple[DeskRow, ...], self._views[1].content.rows)
            self.query_one("#desk", Static).update(desk_table(rows))

    def situation_changed(self) -> None:
        """Show the counts of now, and whether surges bring more than is usual now."""
        self._show_surges()
        if self.query("#square"):
            totals = square(self.vaken.situation.counts, self.vaken.hub.now(), MINUTES)
            self.query_one("#square", Static).update(square_table(totals))
