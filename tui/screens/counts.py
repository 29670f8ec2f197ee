"""Cases per minute: a chart of the last two hours by service, and what they add up to by channel and service."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from feeds.model import Channel, Service
from tui.actions import bindings
from tui.base_screen import VakenScreen
from tui.counts import Square, beside, by_service, newest_minute, square, surge
from widgets.case_chart import CaseChart, Series
from widgets.looks import MUTED
from widgets.quantities import number
from widgets.section_rule import SectionRule

if TYPE_CHECKING:
    from tui.app import VakenApp

MINUTES = 120

COLOURS = {
    Service.DATA: "primary",
    Service.SMS: "warning",
    Service.VOICE: "success",
    Service.CSD: "accent",
    Service.OTHER: "error",
}


def square_table(totals: Square) -> Content:
    """Return the table of cases by channel and service, with sums."""
    muted = MUTED
    head = "".join(f"{service.value:>9}" for service in Service)
    lines = [Content.styled(f"{'':10}{head}{'all':>9}", f"bold {muted}")]
    for channel, cells in zip(Channel, totals.cells, strict=True):
        lines.append(
            Content.assemble(
                (f"{channel.value:10}", muted), *_numbers(cells), (f"{number(sum(cells)):>9}", "bold")
            )
        )  # fmt: skip
    columns = [sum(column) for column in zip(*totals.cells, strict=True)]
    lines.append(
        Content.assemble(
            (f"{'all':10}", f"bold {muted}"),
            *((f"{number(count):>9}", "bold") for count in columns),
            (f"{number(sum(columns)):>9}", "bold"),
        )
    )
    lines.append(
        Content.assemble(
            (f"{'last 10 m':10}", muted), *_numbers(totals.last_10m), (f"{number(sum(totals.last_10m)):>9}", "bold")
        )
    )
    return Content("\n").join(lines)


def _numbers(counts: Iterable[int]) -> list[tuple[str, str]]:
    return [(f"{number(count):>9}", "") if count else (f"{'·':>9}", MUTED) for count in counts]


def show_counts(chart: CaseChart, app: "VakenApp") -> Iterable[Service]:
    """Show the cases of the last minutes in ``chart``; returns the services that had any."""
    now = app.hub.now()
    series = by_service(app.situation.counts, now, MINUTES)
    shown = [Series(service.value, values, COLOURS[service]) for service, values in series.items()]
    chart.show(shown or [Series("none", (0,) * MINUTES)], newest_minute(now))
    return series


class CountsScreen(VakenScreen):
    """The curve in which an outage shows first."""

    where = "counts"
    BINDINGS = bindings("counts")

    def compose_body(self) -> Iterable[Widget]:
        """Lay it out."""
        yield SectionRule(id="chart-rule")
        yield CaseChart(id="chart")
        yield SectionRule(id="square-rule")
        with Vertical(id="square-box"):
            yield Static(id="square")

    def on_mount(self) -> None:
        """Follow the counts."""
        self.query_one("#square-rule", SectionRule).text = Content.assemble(
            ("By channel and service", "bold $foreground"), (" · last 2 h", "")
        )
        self.refresh_counts()

    def tick(self) -> None:
        """Move on with the minute."""
        super().tick()
        self.refresh_counts()

    def refresh_counts(self) -> None:
        """Show the counts of now."""
        if not self.query("#square"):
            return  # not laid out yet
        now, rows = self.vaken.hub.now(), self.vaken.situation.counts
        series = show_counts(self.query_one(CaseChart), self.vaken)
        recent, mean = surge(rows, now)
        legend: list[str | tuple[str, str]] = [("Cases per minute", "bold $foreground"), " · last 2 h"]
        for service in series:
            legend += [("  ■ ", f"${COLOURS[service]}"), service.value]
        rule = self.query_one("#chart-rule", SectionRule)
        rule.text = Content.assemble(*legend)
        rule.note = Content.assemble((f"{recent}", "bold"), f" in 10 min{beside(mean)}")
        self.query_one("#square", Static).update(square_table(square(rows, now, MINUTES)))
