"""How the product's nouns are written on the screens: letters, stars, times, one way on each of them."""

from collections.abc import Iterable
from datetime import datetime

from textual.content import Content

from feeds.model import CaseRow, CaseState, DeliveryState, OutageRow, OutageState, Severity, UpdateState
from tui.promises import NEAR
from widgets.columns import Bit
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.quantities import age_of, number, span, utc

SEVERITY_LETTER = {
    Severity.CRITICAL: "C",
    Severity.MAJOR: "M",
    Severity.MINOR: "m",
    Severity.WARNING: "w",
    Severity.INDETERMINATE: "?",
    Severity.CLEARED: "–",
}

SEVERITY_STYLE = {
    Severity.CRITICAL: "critical",
    Severity.MAJOR: "major",
    Severity.MINOR: "minor",
    Severity.WARNING: "warning",
    Severity.INDETERMINATE: "warning",
    Severity.CLEARED: "cleared",
}

STATE_STYLE = {
    OutageState.SUSPECTED: "major",
    OutageState.DECLARED: "critical",
    OutageState.MITIGATED: "ok",
}

CASE_STYLE = {CaseState.OPEN: "", CaseState.PENDING: "dim", CaseState.CLOSED: "cleared"}

DELIVERY_STYLE = {
    DeliveryState.ACCEPTED: "ok",
    DeliveryState.FAILED: "critical",
    DeliveryState.BOUNCED: "critical",
    DeliveryState.UNCERTAIN: "major",
    DeliveryState.HELD: "major",
    DeliveryState.SUPPRESSED: "major",
}

DELIVERY_COLOUR = {
    state: {"ok": "$success", "critical": "$error", "major": "$warning"}[style]
    for state, style in DELIVERY_STYLE.items()
}
"""The same outside tables."""

UPDATE_STYLE = {
    UpdateState.DRAFT: "dim",
    UpdateState.PROPOSED: "major",
    UpdateState.HOLD: "major",
    UpdateState.CANARY: "accent",
    UpdateState.SENDING: "accent",
    UpdateState.PAUSED: "major",
    UpdateState.CANCELLED: "major",
    UpdateState.DONE: "ok",
}

UPDATE_COLOUR = {
    state: {"ok": "$success", "major": "$warning", "accent": "$primary", "dim": MUTED}[style]
    for state, style in UPDATE_STYLE.items()
}
"""The same outside tables."""

STAR = "★"


def customer_bits(name: str, vip: bool, more: int = 0) -> tuple[Bit, ...]:
    """Return a customer's name, with a star where it is a VIP and ``+14`` where there are more."""
    bits = [Bit(f"{STAR}{name}", "vip") if vip else Bit(name)]
    if more > 0:
        bits.append(Bit(f" +{number(more)}", "dim"))
    return tuple(bits)


def alarm_bits(outage: OutageRow) -> tuple[Bit, ...]:
    """Return ``C12 M40``: the active alarms by letter."""
    bits: list[Bit] = []
    for letter, count, style in (
        ("C", outage.critical, "critical"),
        ("M", outage.major, "major"),
        ("m", outage.minor, "minor"),
        ("w", outage.warning, "warning"),
    ):
        if count:
            bits.append(Bit(f"{' ' if bits else ''}{letter}{count}", style))
    return tuple(bits) or (Bit("–", "dim"),)


def share(part: float) -> str:
    """Return ``98 %``; below one in a hundred ``0.4 %``."""
    return f"{part * 100:.1f} %" if 0 < part < 0.01 else f"{part * 100:.0f} %"


def shared_words(outage: OutageRow) -> str:
    """Return ``apn iot.meter 98 % / 4 %``: what is shared, its share of the affected and of the fleet."""
    if not outage.shared:
        return ""
    parts = [f"{outage.shared_by}: {outage.shared}" if outage.shared_by else outage.shared]
    if outage.coverage is not None:
        parts.append(share(outage.coverage))
        if outage.fleet_share is not None:
            parts.append(f"/ {share(outage.fleet_share)}")
    return " ".join(parts)


def overdue(outage: OutageRow, now: datetime) -> float:
    """Return by how many seconds the promised word is late; 0 where it is not."""
    if outage.next_word is None or outage.state not in (OutageState.DECLARED, OutageState.MITIGATED):
        return 0.0
    return max(0.0, (now - outage.next_word).total_seconds())


def obligation(outage: OutageRow, now: datetime, *, more: int = 0, short: bool = False) -> Content:
    """Return ``last word 02:31 · next promised 02:51 · OVERDUE 4 min``; ``short``: ``told 02:31 · next 02:51 · …``.

    A word that is due within five minutes is marked. ``more``: promises of other outages that are near or late too.
    An update that nobody has yet follows: it tells nobody, and keeps no promise.
    """
    waits = waiting_words(outage, short=short)
    if outage.told is None:
        waited = (now - (outage.declared or outage.suspected)).total_seconds()
        style = "bold $warning" if outage.state is OutageState.DECLARED else MUTED
        none = f"{'not told yet' if short else 'no word to customers yet'}, {span(waited)}"
        return Content.assemble((none, style), (f" · {waits}" if waits else "", "bold $warning"))
    parts: list[tuple[str, str]] = [(f"{'told' if short else 'last word'} {utc(outage.told)}", "")]
    if outage.next_word is not None:
        parts.append((f" · next {'' if short else 'promised '}{utc(outage.next_word)}", ""))
        if late := overdue(outage, now):
            parts += [(" · ", ""), (f"OVERDUE {span(late)}", "bold $error reverse")]
        elif outage.state in (OutageState.DECLARED, OutageState.MITIGATED):
            left = (outage.next_word - now).total_seconds()
            near = left <= NEAR.total_seconds()
            parts += (
                [(" · ", ""), (f"DUE in {span(left)}", "bold $warning reverse")]
                if near
                else [(f" · in {span(left)}", MUTED)]
            )
        if more:
            parts.append((f" +{more}", "bold $error"))
    if waits:
        parts.append((f" · {waits}", "bold $warning"))
    return Content.assemble(*parts)


def waiting_words(outage: OutageRow, *, short: bool = False) -> str:
    """Return ``approved 02:11, 0 of 44 accepted: why``; ``short``: without the reason. Empty: nothing waits so."""
    if outage.waits is None:
        return ""
    why = f": {plain(outage.waits_why)}" if outage.waits_why and not short else ""
    return f"approved {utc(outage.waits)}, 0 of {number(outage.waits_for)} accepted{why}"


def told_bit(outage: OutageRow, now: datetime) -> Bit:
    """Return ``02:31``: when customers were told last; ``0/44`` where an update waits that nobody has."""
    if outage.waits is not None:
        many = outage.waits_for
        return Bit(f"0/{many}" if many < 1_000 else f"0/{min(many // 1_000, 99)}k", "alert")
    return Bit(utc(outage.told) or "–", "alert" if overdue(outage, now) else "dim")


def outage_line(outage: OutageRow, *, short: bool = False) -> Content:
    """Return ``O-12 declared 00:42 · commander jl``; ``short``: without the commander."""
    since = outage.declared if outage.state is not OutageState.SUSPECTED and outage.declared else outage.suspected
    style = {OutageState.DECLARED: "bold $error", OutageState.SUSPECTED: "$warning"}.get(outage.state, "$success")
    parts: list[tuple[str, str]] = [
        (plain(outage.key), "bold"), (" ", ""), (outage.state.value, style), (f" {utc(since)}", "")
    ]  # fmt: skip
    if outage.commander and not short:
        parts.append((f" · commander {plain(outage.commander)}", MUTED))
    return Content.assemble(*parts)


NAMES_SHOWN = 4
"""Names that are told one by one."""


def people_words(writing: Iterable[str], watching: Iterable[str], me: str) -> Content:
    """Return ``mk writes · jl watches``: who writes on a draft, and who else has the outage open beside ``me``."""
    parts: list[Content] = []
    writers = list(dict.fromkeys(writing))
    others = [name for name in dict.fromkeys(watching) if name != me and name not in writers]
    for names, one, many, style in (
        (writers, "writes", "write", "bold $warning"),
        (others, "watches", "watch", MUTED),
    ):
        if names:
            shown = ", ".join("you" if name == me else plain(name) for name in names[:NAMES_SHOWN])
            more = f" +{len(names) - NAMES_SHOWN}" if len(names) > NAMES_SHOWN else ""
            verb = many if len(names) > 1 or names == [me] else one
            parts.append(Content.styled(f"{shown}{more} {verb}", style))
    return Content(" · ").join(parts)


def parts_words(parts: Iterable[tuple[str, int]]) -> str:
    """Return what a sum is made of: ``SIMs 41,200 (+34) · VIP Vattenkraft (+25)``."""
    return " · ".join(f"{plain(reason)} ({points:+d})" for reason, points in parts)


def urgency_words(row: OutageRow) -> Content:
    """Return ``97 = SIMs 41,200 (+34) · …``; where a person set it: ``40, set by jl: reason; the sum is 97 = …``."""
    parts = parts_words(row.urgency_parts) or "nothing that counts"
    if not row.urgency_by:
        return Content.assemble((str(row.urgency), "bold"), f" = {parts}")
    why = f": {plain(row.urgency_why)}" if row.urgency_why else ""
    total = sum(points for _reason, points in row.urgency_parts)
    return Content.assemble(
        (str(row.urgency), "bold"), (f" set by {plain(row.urgency_by)}{why}", "$accent"),
        (f" · the sum is {total} = {parts}", MUTED),
    )  # fmt: skip


def lane_bits(row: CaseRow) -> tuple[Bit, ...]:
    """Return where a case stands: ``O-12``, with ``hand`` or ``cust.`` where its SIMs did not bring it there."""
    if row.lane == "unexplained":
        return (Bit("unexplained", "major"),)
    if not row.outages:
        return (Bit("–" if row.lane == "closed" else "no SIMs", "dim"),)
    how = placed_word(row)
    more = f" +{len(row.outages) - 1}" if len(row.outages) > 1 else ""
    return (Bit(row.outages[0]), Bit(more, "dim"), *((Bit(f" {how}", "accent"),) if how else ()))


def placed_word(row: CaseRow) -> str:
    """Return by what a case came into its outages, where that is not its SIMs."""
    return {"person": "hand", "customer": "cust."}.get(row.placed, "")


def lane_words(row: CaseRow) -> str:
    """Return where a case stands, for a sentence."""
    if row.outages:
        how = {"person": ", placed by a person", "customer": ", placed by its customer"}.get(row.placed, "")
        return f"in {', '.join(map(plain, row.outages))}{how}"
    if row.lane == "unexplained":
        return "unexplained: no live outage holds them"
    return "in no outage" if row.lane == "closed" or row.sims else "in no outage, for no SIMs could be read"


def age_cell(then: datetime | None, now: datetime) -> Bit:
    """Return an age as a quiet cell."""
    return Bit(age_of(then, now), "dim")
