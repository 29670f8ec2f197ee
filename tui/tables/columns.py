"""The columns of each view's table, as data."""

from datetime import datetime

from feeds.model import AlarmRow, CaseRow, CaseState, DeliveryState, OutageRow
from tui.words.rows import (
    CASE_STYLE,
    DELIVERY_STYLE,
    SEVERITY_LETTER,
    SEVERITY_STYLE,
    STATE_STYLE,
    UPDATE_STYLE,
    age_cell,
    alarm_bits,
    customer_bits,
    lane_bits,
    placed_word,
    shared_words,
    told_bit,
)
from widgets.columns import Bit, Cell, Column
from widgets.quantities import age, number, utc


def _cases(row: OutageRow) -> Cell:
    return (
        Bit(number(row.cases)),
        Bit(f" {row.cases_10m:+d}" if row.cases_10m else " ·", "major" if row.cases_10m > 0 else "dim"),
    )


def _problem(row: AlarmRow) -> str:
    return row.specific_problem or row.probable_cause or row.event_type


def _follow_up(row: CaseRow, now: datetime) -> Cell:
    if row.follow_up is None or row.state is CaseState.CLOSED:
        return Bit("·", "dim")
    left = (row.follow_up - now).total_seconds()
    return Bit(f"in {age(left)}", "dim") if left >= 0 else Bit(f"−{age(-left)}", "alert")


def _dim_zero(count: int) -> Cell:
    return Bit(number(count)) if count else Bit("·", "dim")


def _quiet(text: str, style: str = "dim") -> Cell:
    return Bit(text, style)


OUTAGES = (
    Column("urgency", "urg", lambda r, _: (Bit("!" if r.urgency_by else "", "accent"), Bit(str(r.urgency), "strong")),
           width=5, align="right", priority=9,
           sort="urgency"),
    Column("key", "id", lambda r, _: r.key, width=5, priority=8, sort="key"),
    Column("state", "state", lambda r, _: Bit(r.state.value, STATE_STYLE.get(r.state, "dim")), width=9, priority=8,
           sort="state"),
    Column("sims_text", "SIM ranges", lambda r, _: r.sims_text, weight=2, least=20, most=40, priority=3),
    Column("customers", "customers", lambda r, _: customer_bits(r.customer, r.vip, r.customers - 1), weight=3,
           least=16, most=34, priority=8, sort="customers"),
    Column("sims", "SIMs", lambda r, _: number(r.sims), width=10, align="right", priority=7, sort="sims"),
    Column("cases", "cases Δ10m", lambda r, _: _cases(r), width=10, align="right", priority=7, sort="cases"),
    Column("alarms", "alarms", lambda r, _: alarm_bits(r), width=11, priority=6, sort="critical"),
    Column("shared", "shared by", lambda r, _: shared_words(r) or Bit("–", "dim"), weight=4, least=24, most=48,
           priority=4, sort="shared"),
    Column("told", "told", told_bit, width=5,
           priority=5, sort="told", timed=True),
)  # fmt: skip

ALARMS = (
    Column("severity", "s", lambda r, _: Bit(SEVERITY_LETTER[r.severity], SEVERITY_STYLE[r.severity]), width=2,
           priority=9, sort="severity"),
    Column("object", "object", lambda r, _: Bit(r.managed_object, "strong"), weight=2, least=12, most=32,
           priority=9, sort="managed_object"),
    Column("problem", "problem", lambda r, _: Bit(_problem(r), SEVERITY_STYLE[r.severity]), weight=2, least=14,
           most=34, priority=8, sort="specific_problem"),
    Column("text", "text", lambda r, _: r.text, weight=4, least=18, priority=3),
    Column("occurrences", "count", lambda r, _: number(r.occurrences), width=6, align="right", priority=6,
           sort="occurrences"),
    Column("raised", "raised", lambda r, now: age_cell(r.raised, now), width=6, align="right", priority=8,
           sort="raised", timed=True),
    Column("outages", "outage", lambda r, _: " ".join(r.outages), width=7, priority=5, sort="outages"),
    Column("source", "source", lambda r, _: _quiet(r.source), weight=1, least=8, most=14, priority=4,
           sort="source", ages=True),
    Column("ack", "ack", lambda r, _: Bit(r.acknowledged_by, "ok"), width=6, priority=6, sort="acknowledged_by"),
)  # fmt: skip

CASES = (
    Column("number", "number", lambda r, _: Bit(r.number, "strong"), weight=1, least=9, most=14, priority=9,
           sort="number"),
    Column("state", "state", lambda r, _: Bit(r.state.value, CASE_STYLE[r.state]), width=7, priority=6,
           sort="state"),
    Column("customer", "customer", lambda r, _: customer_bits(r.customer, r.vip), weight=2, least=12, most=26,
           priority=9, sort="customer"),
    Column("kind", "kind", lambda r, _: _quiet(r.kind.value), width=11, priority=2, sort="kind"),
    Column("service", "service", lambda r, _: r.service.value, width=7, priority=7, sort="service"),
    Column("priority", "prio", lambda r, _: Bit(str(r.priority), "strong"), width=5, align="right", priority=6,
           sort="priority"),
    Column("reasons", "because", lambda r, _: _quiet(" · ".join(reason for reason, _ in r.priority_parts)), weight=2,
           least=14, most=28, priority=4),
    Column("follow_up", "follow", _follow_up, width=7, align="right", priority=4,
           sort="follow_up", timed=True),
    Column("channel", "via", lambda r, _: _quiet(r.channel.value), width=6, priority=3, sort="channel"),
    Column("sims", "SIMs", lambda r, _: number(r.sims) if r.sims else Bit("–", "dim"), width=7, align="right",
           priority=7, sort="sims"),
    Column("sims_text", "read as", lambda r, _: (Bit("! ", "major"), Bit(r.sims_text)) if r.warnings
           else Bit(r.sims_text), weight=2, least=14, most=30, priority=3),
    Column("title", "title", lambda r, _: r.title or r.text, weight=4, least=24, priority=5),
    Column("opened", "age", lambda r, now: age_cell(r.opened, now), width=5, align="right", priority=8,
           sort="opened", timed=True),
    Column("lane", "outage", lambda r, _: lane_bits(r), width=12, priority=7, sort="lane"),
)  # fmt: skip

CASES_INSIDE = (
    *(column for column in CASES if column.key != "lane"),
    Column("placed", "by", lambda r, _: Bit(placed_word(r) or "SIMs", "accent" if r.placed else "dim"), width=5,
           priority=5, sort="placed"),
)  # fmt: skip
"""The cases of one outage: instead of where they stand, how they came there."""

IMPACT = (
    Column("customer", "customer", lambda r, _: customer_bits(r.customer, r.vip), weight=3, least=14, most=36,
           priority=9, sort="customer"),
    Column("sims", "SIMs", lambda r, _: number(r.sims), width=10, align="right", priority=8, sort="sims"),
    Column("cases", "cases", lambda r, _: number(r.cases) if r.cases else Bit("·", "dim"), width=6, align="right",
           priority=7, sort="cases"),
    Column("contacts", "contacts", lambda r, _: number(r.contacts) if r.contacts else Bit("none", "major"), width=8,
           align="right", priority=6, sort="contacts"),
    Column("use", "use", lambda r, _: _quiet(r.use), weight=1, least=8, most=18, priority=4, sort="use"),
    Column("ranges", "SIM ranges", lambda r, _: r.ranges_text, weight=4, least=14, priority=3),
)  # fmt: skip

CALLS = (
    Column("customer", "customer", lambda r, _: customer_bits(r.customer, r.vip), weight=2, least=14, most=36,
           priority=9, sort="customer"),
    Column("sims", "SIMs", lambda r, _: number(r.sims), width=10, align="right", priority=7, sort="sims"),
    Column("phones", "call", lambda r, _: Bit(", ".join(r.phones), "strong") if r.phones
           else Bit("no number", "major"), weight=2, least=14, most=40, priority=9),
    Column("reason", "why not written to", lambda r, _: _quiet(r.reason), weight=3, least=16, priority=6),
)  # fmt: skip
"""Customers in one outage whom no message reaches."""

SUPPRESSIONS = (
    Column("address", "address", lambda r, _: Bit(r.address, "strong"), weight=3, least=18, most=48, priority=9,
           sort="address"),
    Column("channel", "by", lambda r, _: _quiet(r.channel), width=8, priority=6, sort="channel"),
    Column("why", "why", lambda r, _: r.why, weight=1, least=11, most=16, priority=8, sort="why"),
    Column("words", "in words", lambda r, _: _quiet(r.words), weight=4, least=14, priority=5),
    Column("by", "said by", lambda r, _: _quiet(r.by), weight=1, least=8, most=18, priority=4, sort="by"),
    Column("since", "for", lambda r, now: age_cell(r.since, now), width=6, align="right", priority=7, sort="since",
           timed=True),
)  # fmt: skip
"""Addresses that nothing is sent to."""

TIMELINE = (
    Column("at", "UTC", lambda r, _: _quiet(f"{r.at:%H:%M:%S}"), width=8, priority=9, sort="at"),
    Column("who", "who", lambda r, _: r.who, weight=1, least=8, most=18, priority=7, sort="who"),
    Column("what", "what", lambda r, _: r.what, weight=5, least=20, priority=9),
)

UPDATES = (
    Column("number", "no", lambda r, _: Bit(str(r.number), "strong"), width=3, align="right", priority=9,
           sort="number"),
    Column("kind", "kind", lambda r, _: r.kind.value, weight=1, least=10, most=26, priority=7, sort="kind"),
    Column("state", "state", lambda r, _: Bit(r.state.value, UPDATE_STYLE[r.state]), width=9, priority=9,
           sort="state"),
    Column("customers", "customers", lambda r, _: number(r.customers), width=9, align="right", priority=3,
           sort="customers"),
    Column("accepted", "accepted", lambda r, _: f"{r.accepted:,}/{r.total:,}", width=13, align="right", priority=8),
    Column("waiting", "on its way", lambda r, _: _dim_zero(r.queued + r.attempting), width=10, align="right",
           priority=3),
    Column("failed", "failed", lambda r, _: Bit(number(r.failed), "critical") if r.failed else Bit("·", "dim"),
           width=6, align="right", priority=7, sort="failed"),
    Column("uncertain", "uncertain", lambda r, _: Bit(number(r.uncertain), "major") if r.uncertain
           else Bit("·", "dim"), width=9, align="right", priority=5, sort="uncertain"),
    Column("author", "author", lambda r, _: _quiet(r.author), weight=1, least=6, most=14, priority=4),
    Column("approver", "approved by", lambda r, _: _quiet(r.approver), weight=1, least=11, most=14, priority=4),
    Column("approved", "at", lambda r, _: f"{r.approved:%m-%d %H:%M}" if r.approved is not None else Bit("–", "dim"),
           width=11, priority=3, sort="approved"),
    Column("next", "next word", lambda r, _: utc(r.next_word) or Bit("–", "dim"), width=9, priority=5,
           sort="next_word"),
    Column("reason", "why it was stopped", lambda r, _: _quiet(r.reason), weight=3, least=18, priority=2),
)  # fmt: skip

ALL_UPDATES = (
    Column("key", "update", lambda r, _: Bit(r.key, "strong"), width=7, priority=9, sort="key"),
    Column("outage", "outage", lambda r, _: r.outage, width=7, priority=9, sort="outage"),
    *(column for column in UPDATES if column.key != "number"),
)
"""The updates of all outages, with their names."""

DELIVERIES = (
    Column("state", "state", lambda r, _: Bit(r.state.value, DELIVERY_STYLE.get(r.state, "dim")), width=10,
           priority=9, sort="state"),
    Column("customer", "customer", lambda r, _: r.customer, weight=2, least=12, most=30, priority=8,
           sort="customer"),
    Column("address", "address", lambda r, _: r.address, weight=3, least=14, most=36, priority=7, sort="address"),
    Column("channel", "by", lambda r, _: _quiet(r.channel), width=7, priority=3, sort="channel"),
    Column("sims", "SIMs", lambda r, _: number(r.sims), width=8, align="right", priority=4, sort="sims"),
    Column("attempts", "tries", lambda r, _: str(r.attempts), width=5, align="right", priority=5, sort="attempts"),
    Column("answer", "answer", lambda r, _: r.answer, weight=7, least=14, priority=6, sort="answer"),
)  # fmt: skip

_TO_DO = {
    DeliveryState.UNCERTAIN: "may have arrived",
    DeliveryState.BOUNCED: "call the customer",
    DeliveryState.SUPPRESSED: "call the customer",
}

FAILURES = (
    Column("state", "state", lambda r, _: Bit(r.state.value, DELIVERY_STYLE.get(r.state, "dim")), width=10, priority=9),
    Column("count", "number", lambda r, _: Bit(number(len(r.places)), "strong"), width=7, align="right", priority=9),
    Column("reason", "reason", lambda r, _: r.reason, weight=7, least=20, priority=8),
    Column("by", "by", lambda r, _: _quiet(", ".join(r.channels)), weight=1, least=6, most=18, priority=4),
    Column("then", "then", lambda r, _: _quiet(_TO_DO.get(r.state, "t sends them again")), width=22, priority=3),
)
"""What did not arrive, by reason."""

__all__ = [
    "ALARMS",
    "ALL_UPDATES",
    "CALLS",
    "CASES",
    "CASES_INSIDE",
    "DELIVERIES",
    "FAILURES",
    "IMPACT",
    "OUTAGES",
    "SUPPRESSIONS",
    "TIMELINE",
    "UPDATES",
]
