"""What is known of one outage at its end: figures, the beginning of a post-mortem in Markdown, and the same as data.

Made from rows of views alone, so that a running hub and a replay give the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import Struct, field

from feeds.model import (
    AlarmRow,
    CaseRow,
    ExplanationRow,
    FactRow,
    ImpactRow,
    OutageRow,
    Row,
    TimelineRow,
    UpdateRow,
    UpdateState,
)
from tui.words.handover import escaped
from widgets.quantities import span


class Asked(NamedTuple):
    """One view that a record is made from; ``{}`` stands for the outage."""

    name: str
    view: str
    of: str = ""
    filter: str = ""
    sort: str = ""
    most: int = 1000


ASKED: Final = (
    Asked("outage", "outages", filter="key:{}", most=1),
    Asked("timeline", "timeline", of="{}", sort="at,key", most=10_000),
    Asked("explanations", "explanations", of="{}", sort="rank", most=20),
    Asked("impact", "impact", of="{}", sort="-vip,-sims", most=10_000),
    Asked("updates", "updates", filter="outage:{}", sort="number", most=200),
    Asked("texts", "facts", filter="kind:drafted,suspected outages:{}", most=200),
    Asked("alarms", "alarms", filter="outages:{}", sort="raised", most=1),
    Asked("cases", "cases", filter="outages:{}", sort="opened", most=1),
)
"""What to ask a hub for, in this order."""


def asked_besides(rows: Mapping[str, Sequence[Row]]) -> Iterator[Asked]:
    """Yield what to ask for besides: the evidence of the suspicion, which an outage that is over no longer holds."""
    for view, sort in (("alarms", "raised"), ("cases", "opened")):
        facts = [row for row in rows["texts"] if isinstance(row, FactRow) and row.kind == "suspected"]
        named = [key for row in facts for key in row.fields.get(f"grounds.{view}", "").split(", ")]
        keys = [key for key in named if key and not _AWKWARD.intersection(key)]
        if keys:
            yield Asked(f"{view} of the suspicion", view, filter=f"key:{','.join(keys[:10])}", sort=sort, most=10)


_AWKWARD = frozenset(' ,"{}…')
"""Keys with these signs cannot stand in a list of the filter language."""


class Told(Struct, frozen=True):
    """One update as it went out: when, to how many, what became of it, and its text by part.

    ``heard``: when the first customer had it; None: nobody has.
    """

    update: str
    number: int
    kind: str
    phase: str
    approved: datetime | None
    heard: datetime | None
    author: str
    approver: str
    customers: int
    messages: int
    accepted: int
    failed: int
    uncertain: int
    next_word: datetime | None
    text: dict[str, str]


class Spans(Struct, frozen=True):
    """Seconds from the first evidence; None: it did not come to that."""

    to_suspicion: float | None = None
    to_declaration: float | None = None
    to_first_word: float | None = None
    to_end: float | None = None


class OutageRecord(Struct, frozen=True):
    """One outage as a record. ``first_evidence``: the earliest of its alarms, its cases and the suspicion itself."""

    outage: OutageRow
    made: datetime
    first_evidence: datetime
    first_word: datetime | None
    ended: datetime | None
    spans: Spans
    timeline: tuple[TimelineRow, ...] = ()
    explanations: tuple[ExplanationRow, ...] = ()
    impact: tuple[ImpactRow, ...] = ()
    told: tuple[Told, ...] = ()
    """Updates that customers have."""
    not_told: tuple[Told, ...] = ()
    """Updates that were approved and that nobody has."""
    cut: dict[str, int] = field(default_factory=dict)
    """Of which parts there is more than the record holds, and how much there is in all."""


_WHOLE: Final = ("timeline", "explanations", "impact", "updates", "texts")
"""What the record holds as it is; of the others it takes the first."""


class NoSuchOutage(Exception):
    """There is no such outage; the message says so."""


_SENT = (UpdateState.CANARY, UpdateState.SENDING, UpdateState.PAUSED, UpdateState.DONE, UpdateState.CANCELLED)


def make_record(
    key: str, rows: Mapping[str, Sequence[Row]], made: datetime, totals: Mapping[str, int] | None = None
) -> OutageRecord:
    """Return the record of the outage ``key``; ``rows`` by name of ``ASKED``. Raises NoSuchOutage.

    ``totals``: how many rows there are of each, where that may be more than came.
    """
    outage = next((row for row in rows["outage"] if isinstance(row, OutageRow)), None)
    if outage is None:
        raise NoSuchOutage(f"there is no outage {key}")
    timeline = tuple(row for row in rows["timeline"] if isinstance(row, TimelineRow))
    updates = [row for row in rows["updates"] if isinstance(row, UpdateRow)]
    approved = [_told(row, rows["texts"]) for row in updates if row.approved is not None and _went_out(row)]
    told = tuple(one for one in approved if one.heard is not None)
    evidence = [outage.suspected]
    for found in rows.values():
        evidence += [row.raised for row in found if isinstance(row, AlarmRow)]
        evidence += [row.opened for row in found if isinstance(row, CaseRow)]
    first = min(evidence)
    first_word = min((one.heard for one in told if one.heard is not None), default=None)
    ended = next((line.at for line in reversed(timeline) if line.what.startswith(_ENDS)), None)
    return OutageRecord(
        outage=outage,
        made=made,
        first_evidence=first,
        first_word=first_word,
        ended=ended,
        spans=Spans(
            to_suspicion=_seconds(first, outage.suspected),
            to_declaration=_seconds(first, outage.declared),
            to_first_word=_seconds(first, first_word),
            to_end=_seconds(first, ended),
        ),
        timeline=timeline,
        explanations=tuple(row for row in rows["explanations"] if isinstance(row, ExplanationRow)),
        impact=tuple(row for row in rows["impact"] if isinstance(row, ImpactRow)),
        told=told,
        not_told=tuple(one for one in approved if one.heard is None),
        cut={name: totals[name] for name in _WHOLE if totals and totals.get(name, 0) > len(rows.get(name, ()))},
    )


_ENDS = ("resolved", "rejected", "withdrawn", "merged into")


def _went_out(row: UpdateRow) -> bool:
    return row.state in _SENT and (row.state is not UpdateState.CANCELLED or row.began is not None)


def _seconds(first: datetime, then: datetime | None) -> float | None:
    return (then - first).total_seconds() if then is not None else None


def _told(row: UpdateRow, texts: Sequence[Row]) -> Told:
    """Return an update with the text that was written last before its approval."""
    drafts = [one for one in texts if isinstance(one, FactRow) and one.kind == "drafted" and one.about == row.key]
    before = [one for one in drafts if row.approved is None or one.at <= row.approved]
    newest = max(before or drafts, key=lambda one: one.seq, default=None)
    parts = {"said": "said before", "true": "true is", "done": "done", "will": "will do", "need": "needed"}
    fields = newest.fields if newest is not None else {}
    return Told(
        update=row.key,
        number=row.number,
        kind=row.kind.value,
        phase=row.phase.value,
        approved=row.approved,
        heard=row.heard,
        author=row.author,
        approver=row.approver,
        customers=row.customers,
        messages=row.total,
        accepted=row.accepted,
        failed=row.failed,
        uncertain=row.uncertain,
        next_word=row.next_word,
        text={name: fields[f"text.{part}"] for part, name in parts.items() if fields.get(f"text.{part}")},
    )


def record_json(record: OutageRecord) -> str:
    """Return the record as JSON, every field of it."""
    return msgspec.json.format(msgspec.json.encode(_whole(record)), indent=2).decode()


def _whole(value: Any) -> Any:
    """Return structs as dicts with all fields: rows leave out what has its default."""
    if isinstance(value, Struct):
        return {name: _whole(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, tuple | list):
        return [_whole(one) for one in value]
    return value


def record_markdown(record: OutageRecord) -> str:
    """Return the beginning of a post-mortem: what is known stands there, what people have to say is left open."""
    return "\n".join(_lines(record)) + "\n"


def _lines(record: OutageRecord) -> Iterator[str]:
    outage = record.outage
    name = outage.title or outage.shared or outage.customer
    yield f"# {outage.key}{f': {escaped(name)}' if name else ''}"
    yield ""
    yield f"State {outage.state.value}; written {_at(record.made)} from the log. Times are UTC."
    yield ""
    for name, total in record.cut.items():
        yield f"**Cut: of {total:,} lines of {name} not all are here.**"
        yield ""
    yield "## Summary"
    yield ""
    yield "(What happened, in three sentences.)"
    yield ""
    yield "| | |"
    yield "|---|---|"
    for title, text in _figures(record):
        yield f"| {title} | {escaped(text)} |"
    yield ""
    yield "## From the first evidence"
    yield ""
    yield "| until | after | at |"
    yield "|---|---|---|"
    spans = record.spans
    for title, seconds, at in (
        ("first evidence", 0.0, record.first_evidence),
        ("suspected", spans.to_suspicion, outage.suspected),
        ("declared", spans.to_declaration, outage.declared),
        ("first word to customers", spans.to_first_word, record.first_word),
        ("end", spans.to_end, record.ended),
    ):
        yield f"| {title} | {span(seconds) if seconds is not None else 'not reached'} | {_at(at)} |"
    yield ""
    yield "## What happened"
    yield ""
    yield "| time | who | what |"
    yield "|---|---|---|"
    for line in record.timeline:
        yield f"| {_at(line.at)} | {escaped(line.who)} | {escaped(line.what)} |"
    yield ""
    yield from _told_lines(record)
    yield from _explanation_lines(record)
    yield from _impact_lines(record)
    yield "## Open questions"
    yield ""
    for question in _questions(record):
        yield f"- {question}"
    yield "- What was the cause, and what made it possible?"
    yield "- What would have shown it earlier?"
    yield "- What is changed so that it does not come again, by whom, until when?"


def _figures(record: OutageRecord) -> Iterator[tuple[str, str]]:
    outage = record.outage
    yield "customers", f"{outage.customers:,}"
    yield "SIMs", f"{outage.sims:,} in {outage.ranges:,} ranges: {outage.sims_text}"
    yield "open cases now", f"{outage.cases:,}"
    yield "shared", outage.shared or "nothing that stands"
    yield "commander", outage.commander or "nobody"
    nobody = f"; {len(record.not_told)} more approved, which no customer has" if record.not_told else ""
    yield "updates that customers have", f"{len(record.told)}{nobody}"
    yield "reason of the suspicion", outage.reason
    if outage.merged_into:
        yield "merged into", outage.merged_into


def _told_lines(record: OutageRecord) -> Iterator[str]:
    yield "## What customers were told"
    yield ""
    if not record.told:
        yield "Nothing was told to customers."
        yield ""
    for told in sorted((*record.told, *record.not_told), key=lambda one: one.number):
        yield f"### {told.number}. {told.kind} ({told.phase}), {_at(told.heard or told.approved)}"
        yield ""
        if told.heard is None:
            yield "**Approved, and no customer has it.**"
            yield ""
        both = f"Written by {escaped(told.author)}, approved by {escaped(told.approver)}."
        yield f"{both} To {told.customers:,} customers in {told.messages:,} messages: {told.accepted:,} accepted, "
        promise = "Next word promised" if told.heard is not None else "It would have promised the next word for"
        yield f"{told.failed:,} failed, {told.uncertain:,} uncertain. {promise}: {_at(told.next_word)}."
        yield ""
        for part, text in told.text.items():
            yield f"> {part}: {escaped(text)}"
            yield ">"
        yield ""


def _explanation_lines(record: OutageRecord) -> Iterator[str]:
    yield "## Explanation and what speaks against it"
    yield ""
    if not record.explanations:
        yield "Nothing was found that explains it."
        yield ""
        return
    yield "| candidate | affected inside | of the fleet | affected outside | healthy inside | word |"
    yield "|---|---|---|---|---|---|"
    for row in record.explanations:
        where = ", ".join(f"{name} {value}" for name, value in sorted(row.where.items()))
        says = f"{row.chosen_by} says so" if row.chosen_by else "stands" if row.stands else ""
        outside = f"{row.outside:,} {', '.join(row.outside_customers[:5])}".rstrip()
        word = "; ".join(filter(None, (says, row.note)))
        yield (
            f"| {escaped(where)} | {row.coverage:.0%} | {row.fleet_share:.1%} | {escaped(outside)} "
            f"| {row.healthy:,} | {escaped(word)} |"
        )
    yield ""


def _impact_lines(record: OutageRecord) -> Iterator[str]:
    yield "## Whom it hit"
    yield ""
    yield "| customer | SIMs | cases | use |"
    yield "|---|---|---|---|"
    for row in record.impact[:20]:
        name = f"{'VIP ' if row.vip else ''}{escaped(row.customer)}"
        yield f"| {name} | {row.sims:,} | {row.cases:,} | {escaped(row.use)} |"
    if len(record.impact) > 20:
        yield f"| and {record.cut.get('impact', len(record.impact)) - 20:,} more | | | |"
    yield ""


def _questions(record: OutageRecord) -> Iterator[str]:
    if not any(row.stands or row.chosen_by for row in record.explanations):
        yield "No explanation stands: what do the affected have in common?"
    for row in record.explanations[:1]:
        if row.outside:
            yield f"{row.outside:,} affected SIMs are outside of the first explanation: why?"
    for told in record.told:
        if told.failed or told.uncertain:
            lost = f"{told.failed:,} messages failed and {told.uncertain:,} are uncertain"
            yield f"Update {told.number}: {lost}. Who was called?"
    for told, later in zip(record.told, [*record.told[1:], None], strict=False):
        came = later.heard if later is not None else record.ended
        if told.next_word is not None and (came is None or came > told.next_word):
            yield f"A word was promised for {_at(told.next_word)} and did not come by then. Why?"
    for told in record.not_told:
        yield f"Update {told.number} was approved {_at(told.approved)}, and no customer has it. Why?"
    if record.first_word is None and not record.not_told:
        yield "No word went to customers. Was that right?"


def _at(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if at is not None else "–"
