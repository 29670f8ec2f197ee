"""What is known of one outage, in a few lines: what it shares, why it is urgent, where it is."""

from datetime import datetime

from textual.content import Content

from feeds.model import OutageRow
from tui.words.rows import alarm_bits, obligation, share, urgency_words
from widgets.facts import Fact, Facts
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


def outage_facts(row: OutageRow, now: datetime) -> list[Fact]:
    """Return what is known of ``row``, the most telling first: a small pane cuts the rest."""
    facts: list[Fact] = []
    if row.title:
        facts.append(Fact("", Content.styled(plain(row.title), "bold")))
    if row.merged_into:
        facts.append(Fact("merged", Content.assemble("into ", (plain(row.merged_into), "bold"))))
    if row.shared:
        parts: list[tuple[str, str]] = [(plain(row.shared), "bold")]
        if row.shared_by:
            parts.insert(0, (f"{plain(row.shared_by)} says: ", "$accent"))
        if row.coverage is not None:
            parts.append((f"   {share(row.coverage)} of the affected", ""))
        if row.fleet_share is not None:
            parts.append((f" · {share(row.fleet_share)} of the fleet", MUTED))
        facts.append(Fact("shared", Content.assemble(*parts)))
    else:
        facts.append(Fact("shared", Content.styled("nothing but the SIM ranges", MUTED)))
    star = ("★", "bold $vip") if row.vip else ("", "")
    more = f" +{number(row.customers - 1)}" if row.customers > 1 else ""
    hits = Content.assemble(
        star, (plain(row.customer) or "no customer known", "bold"), (more, ""),
        f" · {plural(row.sims, 'SIM')} in {plural(row.ranges, 'range')}",
        f" · {plural(row.cases, 'case')}, {row.cases_10m:+d} in 10 min", *_alarms(row),
    )  # fmt: skip
    facts.append(Fact("hits", hits))
    if row.urgency_parts or row.urgency_by:
        facts.append(Fact("urgency", urgency_words(row)))
    if row.sims_text:
        facts.append(Fact("ranges", Content(plain(row.sims_text))))
    facts.append(Fact("told", obligation(row, now)))
    if row.reason:
        facts.append(Fact("reason", Content(plain(row.reason))))
    since = span((now - row.suspected).total_seconds())
    begun: list[tuple[str, str]] = [(f"{row.suspected:%H:%M} UTC", ""), (f" suspected, {since} ago", MUTED)]
    if row.declared is not None:
        begun.append((f" · {row.declared:%H:%M} declared", MUTED))
    facts.append(Fact("since", Content.assemble(*begun)))
    return facts


def _alarms(row: OutageRow) -> list[tuple[str, str]]:
    if not row.critical + row.major + row.minor + row.warning:
        return [(" · no alarm", MUTED)]
    return [(" · ", ""), *((bit.text, _STYLES.get(bit.style, "")) for bit in alarm_bits(row))]


class OutagePane(Facts):
    """The facts of one outage; ages count on with ``show_outage``."""

    def show_outage(self, row: OutageRow | None, now: datetime) -> None:
        """Show ``row`` as it stands at ``now``."""
        nothing = [Fact("", Content.styled("no outage is chosen", MUTED))]
        self.show(outage_facts(row, now) if row is not None else nothing)
