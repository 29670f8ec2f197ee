"""What is known of one outage, in a few lines: what it shares, why it is urgent, where it is."""

from datetime import datetime

from textual.content import Content
from textual.widgets import Static

from feeds.model import OutageRow
from tui.words import alarm_bits, obligation, share
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.quantities import number, plural, span

_STYLES = {
    "critical": "bold $severity-critical",
    "major": "$severity-major",
    "minor": "$severity-minor",
    "warning": "$severity-warning",
    "dim": MUTED,
}


def outage_facts(row: OutageRow, now: datetime) -> Content:
    """Return the lines about ``row``, the most telling first: a small pane cuts the rest."""
    muted = MUTED
    lines: list[Content] = []
    if row.shared:
        parts: list[tuple[str, str]] = [("shared    ", muted), (plain(row.shared), "bold")]
        if row.coverage is not None:
            parts.append((f"   {share(row.coverage)} of the cases lie inside", ""))
        if row.fleet_share is not None:
            parts.append((f" · {share(row.fleet_share)} of the fleet", muted))
        lines.append(Content.assemble(*parts))
    else:
        lines.append(Content.assemble(("shared    ", muted), ("nothing but the SIM ranges", muted)))
    star = ("★", "bold $vip") if row.vip else ("", "")
    more = f" +{number(row.customers - 1)}" if row.customers > 1 else ""
    lines.append(
        Content.assemble(
            ("hits      ", muted), star, (plain(row.customer) or "no customer known", "bold"), (more, ""),
            (f" · {plural(row.sims, 'SIM')} in {plural(row.ranges, 'range')}", ""),
            (f" · {plural(row.cases, 'case')}, {row.cases_10m:+d} in 10 min", ""), *_alarms(row),
        )
    )  # fmt: skip
    if row.urgency_parts:
        reasons = " · ".join(f"{plain(reason)} {points:+d}" for reason, points in row.urgency_parts)
        lines.append(Content.assemble(("urgency   ", muted), (str(row.urgency), "bold"), (f" = {reasons}", "")))
    if row.sims_text:
        lines.append(Content.assemble(("ranges    ", muted), plain(row.sims_text)))
    lines.append(Content.assemble(("told      ", muted), obligation(row, now)))
    if row.reason:
        lines.append(Content.assemble(("reason    ", muted), plain(row.reason)))
    since = span((now - row.suspected).total_seconds())
    begun = [(f"{row.suspected:%H:%M} UTC", ""), (f" suspected, {since} ago", muted)]
    if row.declared is not None:
        begun.append((f" · {row.declared:%H:%M} declared", muted))
    lines.append(Content.assemble(("since     ", muted), *begun))
    if row.merged_into:
        lines.insert(0, Content.assemble(("merged    ", muted), (f"into {plain(row.merged_into)}", "bold")))
    if row.title:
        lines.insert(0, Content.styled(plain(row.title), "bold"))
    return Content("\n").join(lines)


def _alarms(row: OutageRow) -> list[tuple[str, str]]:
    if not row.critical + row.major + row.minor + row.warning:
        return [(" · no alarm", MUTED)]
    return [(" · ", ""), *((bit.text, _STYLES.get(bit.style, "")) for bit in alarm_bits(row))]


class OutagePane(Static):
    """The facts of one outage; ages count on with ``show``."""

    def show(self, row: OutageRow | None, now: datetime) -> None:
        """Show ``row`` as it stands at ``now``."""
        facts = outage_facts(row, now) if row is not None else Content.styled("no outage is chosen", MUTED)
        if facts != self.content:
            self.update(facts)
