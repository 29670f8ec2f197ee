"""What is known of one customer in one outage, in words: how much of it is theirs, what they were told, their cases."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from textual.content import Content

from feeds.model import (
    CallRow,
    CaseRow,
    DeliveryRow,
    DeliveryState,
    ImpactRow,
    OutageRow,
    OutageState,
    UpdateRow,
    UpdateState,
)
from tui.words.rows import DELIVERY_COLOUR, DELIVERY_STYLE, STAR, UPDATE_COLOUR, share
from widgets.facts import Fact
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.quantities import age_of, number, plural, span, utc

DELIVERIES_SHOWN = 6
CASES_SHOWN = 12
"""Lines of one customer's deliveries and cases; what there is more is counted."""


class AboutCustomer(Struct, frozen=True):
    """What the hub sent beside the row of the customer. None: it has not come."""

    updates: tuple[UpdateRow, ...] | None = None
    """What was sent out in this outage, the newest first."""
    deliveries: tuple[DeliveryRow, ...] | None = None
    """Those of the newest update to this customer."""
    cases: tuple[CaseRow, ...] | None = None
    """Open ones, the newest first."""
    call: CallRow | None = None
    """Where no message reaches the customer."""


def customer_facts(
    row: ImpactRow, outage: OutageRow, about: AboutCustomer, now: datetime, *, brief: bool = False
) -> list[Fact]:
    """Return what is known of a customer; ``brief``: in four lines or so, without lists."""
    star = (STAR, "bold $vip") if row.vip else ("", "")
    name = Content.assemble(star, (plain(row.customer), "bold"), (f" · {plain(row.use)}" if row.use else "", MUTED))
    hit: list[str | tuple[str, str]] = [f"{number(row.sims)} hit"]
    if outage.sims:
        hit.append((f" · {share(min(row.sims / outage.sims, 1.0))} of the {number(outage.sims)} in the outage", MUTED))
    facts = [Fact("", name), Fact("SIMs", Content.assemble(*hit))]
    if row.ranges_text and not brief:
        facts.append(Fact("ranges", Content(plain(row.ranges_text))))
    facts.append(Fact("reach", _reach(row, about.call)))
    told = _told(outage, about, now, brief=brief)
    facts += told if brief else [Fact("", Content("")), *told, Fact("", Content(""))]
    return [*facts, *_cases(row, about.cases, now, brief=brief)]


def _reach(row: ImpactRow, call: CallRow | None) -> Content:
    if call is not None:
        phones = ", ".join(map(plain, call.phones)) or "no number is known"
        why = f" · {plain(call.reason)}" if call.reason else ""
        return Content.assemble(("no message reaches them", "$warning"), " · call ", (phones, "bold"), (why, MUTED))
    if not row.contacts:
        return Content.styled("no contact is known", "$warning")
    return Content(plural(row.contacts, "contact"))


def _told(outage: OutageRow, about: AboutCustomer, now: datetime, *, brief: bool) -> list[Fact]:
    """Return the newest update with what became of it on the way to this customer, and those before it."""
    if about.updates is None:
        return [Fact("told", Content.styled("…", MUTED))]
    if not about.updates:
        style = "$warning" if outage.state is OutageState.DECLARED else MUTED
        return [Fact("told", Content.styled("nothing yet", style))]
    newest, *before = about.updates
    assert newest.approved is not None
    words = Content.assemble(
        (newest.kind.value, "bold"), f" {utc(newest.approved)}",
        (f", {span((now - newest.approved).total_seconds())} ago · update {newest.number}", MUTED),
        ("" if newest.state is UpdateState.DONE else f" · {newest.state.value}", UPDATE_COLOUR[newest.state]),
    )  # fmt: skip
    # Told is who has it; before that it is an update on its way, or one that never came.
    known = about.deliveries
    name = "told" if known is None or any(one.state is DeliveryState.ACCEPTED for one in known) else "update"
    if brief:
        return [Fact(name, Content.assemble(words, " · ", _in_short(about.deliveries)))]
    facts = [Fact(name, words), *(Fact(" ", line) for line in _delivery_lines(about.deliveries))]
    if before:
        said = " · ".join(f"{one.kind.value} {utc(one.approved)}" for one in before)
        facts.append(Fact("before", Content.styled(said, MUTED)))
    return facts


_LOUDEST = {"critical": 0, "major": 1, "ok": 2}


def _by_news(deliveries: Sequence[DeliveryRow]) -> list[DeliveryRow]:
    """Return what did not arrive first, then what did, then what is on its way."""
    return sorted(deliveries, key=lambda one: _LOUDEST.get(DELIVERY_STYLE.get(one.state, ""), 3))


_LEFT_OUT = "nothing of it was addressed to them"


def _in_short(deliveries: Sequence[DeliveryRow] | None) -> Content:
    if deliveries is None:
        return Content.styled("…", MUTED)
    if not deliveries:
        return Content.styled(_LEFT_OUT, "$warning")
    counts: dict[str, list[DeliveryRow]] = {}
    for one in _by_news(deliveries):
        counts.setdefault(one.state.value, []).append(one)
    return Content(" · ").join(
        Content.styled(f"{state} {len(rows):,}", DELIVERY_COLOUR.get(rows[0].state, MUTED))
        for state, rows in counts.items()
    )


def _delivery_lines(deliveries: Sequence[DeliveryRow] | None) -> list[Content]:
    if not deliveries:
        return [_in_short(deliveries)]
    lines = [
        Content.assemble(
            (f"{one.state.value:<10} ", DELIVERY_COLOUR.get(one.state, MUTED)), plain(one.address),
            (f" · {plain(one.answer)}" if one.answer else "", MUTED),
        )
        for one in _by_news(deliveries)[:DELIVERIES_SHOWN]
    ]  # fmt: skip
    return lines + _more(len(deliveries) - DELIVERIES_SHOWN)


def _cases(row: ImpactRow, cases: Sequence[CaseRow] | None, now: datetime, *, brief: bool) -> list[Fact]:
    if not row.cases:
        return [Fact("cases", Content.styled("none is open", MUTED))]
    count = Content.assemble((number(row.cases), "bold"), " open")
    lines = [_case_line(one, now) for one in (cases or ())[: 1 if brief else CASES_SHOWN]]
    if brief:
        return [Fact("cases", Content.assemble(count, " · newest ", lines[0]) if lines else count)]
    return [Fact("cases", count), *(Fact(" ", line) for line in lines + _more(row.cases - len(lines) if lines else 0))]


def _case_line(case: CaseRow, now: datetime) -> Content:
    return Content.assemble(
        (plain(case.number), "bold"), (f" {age_of(case.opened, now):>4} ", MUTED),
        f" {plain(case.title or case.text[:80])}",
    )  # fmt: skip


def _more(count: int) -> list[Content]:
    return [Content.styled(f"and {number(count)} more", MUTED)] if count > 0 else []
