"""The views over the board: for each, which keys there are and what row a key has."""

from collections.abc import Callable, Iterable
from datetime import datetime

from feeds.board.board import Board
from feeds.board.counts import minute_key
from feeds.board.grouping import describe
from feeds.board.urgency import case_priority, outage_urgency
from feeds.model import (
    Alarm,
    AlarmRow,
    Case,
    CaseRow,
    CountRow,
    DeliveryRow,
    DeliveryState,
    ImpactRow,
    OutageRow,
    Row,
    Severity,
    TimelineRow,
    UpdateRow,
)
from feeds.simspace import short_text
from feeds.views.query import BadQuery, Source

TEXT_IN_ROW = 2_000
"""Characters of a mail's text that a row carries."""

_SEVERITIES = tuple(Severity)
_WITH_PARENT = frozenset({"impact", "timeline"})


def board_source(board: Board, view: str, of: str = "") -> Source:
    """Return the source of a view. Raises BadQuery for an unknown view, or one that needs ``of`` and has none."""
    made = _SOURCES.get(view)
    if made is None:
        raise BadQuery(f"view: there is no {view}; there are {', '.join([*_SOURCES, 'feeds'])}")
    if view in _WITH_PARENT and not of:
        raise BadQuery(f"view: {view} is of one outage, name it with of")
    return made(board, of)


class AlarmSource:
    """Active alarms, and the last cleared ones."""

    name = "alarms"
    row_type = AlarmRow
    default_sort = "-severity,-raised"

    def __init__(self, board: Board, of: str = "") -> None:
        self._board = board

    def every_key(self) -> Iterable[str]:
        """Keys of active and cleared alarms."""
        yield from self._board.alarms.active
        yield from self._board.alarms.cleared

    def row(self, key: str) -> Row | None:
        """One alarm."""
        alarm = self._board.alarms.get(key)
        return self._row(key, alarm) if alarm is not None else None

    def _row(self, key: str, alarm: Alarm) -> AlarmRow:
        where = self._board.alarms.where_of(key)
        return AlarmRow(
            key=key,
            severity=alarm.severity,
            source=alarm.source,
            managed_object=alarm.managed_object,
            raised=alarm.raised,
            changed=alarm.changed,
            cleared=alarm.cleared,
            occurrences=alarm.occurrences,
            event_type=alarm.event_type,
            probable_cause=alarm.probable_cause,
            specific_problem=alarm.specific_problem,
            text=alarm.text[:TEXT_IN_ROW],
            attributes=alarm.attributes,
            acknowledged_by=alarm.acknowledged_by,
            outages=self._board.outages.of_where.get(where, ()),
            sims=self._board.inventory.served(where).count if where else 0,
            seq=alarm.seq,
        )


class CaseSource:
    """Open and pending cases, and the last closed ones."""

    name = "cases"
    row_type = CaseRow
    default_sort = "-priority,-opened"

    def __init__(self, board: Board, of: str = "") -> None:
        self._board = board

    def every_key(self) -> Iterable[str]:
        """Keys of open and closed cases."""
        yield from self._board.cases.open
        yield from self._board.cases.closed

    def row(self, key: str) -> Row | None:
        """One case."""
        case = self._board.cases.get(key)
        return self._row(key, case) if case is not None else None

    def _row(self, key: str, case: Case) -> CaseRow:
        board = self._board
        customer_id = board.cases.customer_of.get(key) or board.inventory.customer_id(case.customer)
        customer = board.inventory.customers.get(customer_id)
        bodies = board.cases.bodies.get(key)
        if bodies is None:
            bodies = board.inventory.bodies(case.sims)
        sims = bodies.count or sum(span.count for span in case.sims)
        outages = board.outages.of_case.get(key, ())
        vip = customer is not None and customer.vip
        return CaseRow(
            key=key,
            number=case.number,
            state=case.state,
            kind=case.kind,
            service=case.service,
            channel=case.channel,
            opened=case.opened,
            changed=case.changed,
            customer=customer.name if customer is not None else case.customer,
            vip=vip,
            owner=case.owner,
            title=case.title,
            text=case.text[:TEXT_IN_ROW],
            sims=sims,
            sims_text=short_text(bodies.pairs()) if bodies else "",
            warnings=case.warnings,
            country=case.country,
            outages=outages,
            priority=case_priority(kind=case.kind, vip=vip, sims=sims, in_outage=bool(outages)),
            seq=case.seq,
        )


class CountSource:
    """Cases opened per minute."""

    name = "counts"
    row_type = CountRow
    default_sort = "-minute"

    def __init__(self, board: Board, of: str = "") -> None:
        self._board = board

    def every_key(self) -> Iterable[str]:
        """Every minute in which something came."""
        return (minute_key(minute) for minute in self._board.counts.minutes)

    def row(self, key: str) -> Row | None:
        """One minute."""
        start = datetime.fromisoformat(key)
        counts = self._board.counts.minutes.get(int(start.timestamp()) // 60)
        if counts is None:
            return None
        by = {name: count for name, count in counts.items() if name}
        return CountRow(key=key, minute=start, total=sum(by.values()), by=by, alarms=counts.get("", 0))


class OutageSource:
    """All outages, tombstones too; screens filter by state."""

    name = "outages"
    row_type = OutageRow
    default_sort = "-state,-urgency"

    def __init__(self, board: Board, of: str = "") -> None:
        self._board = board

    def every_key(self) -> Iterable[str]:
        """Ids of all outages."""
        return self._board.outages.outages

    def row(self, key: str) -> Row | None:
        """One outage with what is in it now."""
        board = self._board
        outage = board.outages.outages.get(key)
        if outage is None:
            return None
        members = board.outages.members.get(key)
        scope = board.outages.sims(key)
        pairs, sims = scope.pairs(), scope.count
        impact = board.outages.impact(key)
        customers = board.inventory.customers
        vips = [item for item in impact if item.customer in customers and customers[item.customer].vip]
        leading = vips[0] if vips else impact[0] if impact else None
        name = ""
        if leading is not None:
            known = customers.get(leading.customer)
            name = known.name if known is not None else leading.customer
        counts = board.outages.alarm_counts(key)
        worst = next((severity for severity, count in zip(_SEVERITIES, counts, strict=True) if count), None)
        now = int(board.at.timestamp()) // 60
        recent = sum(members.minutes.get(minute, 0) for minute in range(now - 9, now + 1)) if members else 0
        urgency, parts = outage_urgency(
            sims=sims,
            vip=name if vips else "",
            uses=tuple(dict.fromkeys(use for item in impact for use in item.uses)),
            recent_cases=recent,
            worst=worst,
        )
        with_sims = board.outages.cases_with_sims if members is not None and members.cases else 0
        fleet = board.inventory.fleet
        known_sims = sum(item.sims for item in impact)
        return OutageRow(
            key=key,
            state=outage.state,
            urgency=urgency,
            urgency_parts=parts,
            title=outage.title,
            sims_text=short_text(pairs),
            sims=sims,
            ranges=len(pairs),
            customers=len(impact),
            customer=name,
            vip=bool(vips),
            cases=len(members.cases) if members is not None else 0,
            cases_10m=recent,
            critical=counts[0],
            major=counts[1],
            minor=counts[2],
            warning=counts[3] + counts[4],
            shared=describe(sorted(outage.where.items())),
            coverage=round(len(members.cases) / with_sims, 4) if members is not None and with_sims else None,
            fleet_share=round(known_sims / fleet, 6) if fleet and impact else None,
            commander=outage.commander,
            suspected=outage.suspected,
            declared=outage.declared,
            told=outage.told,
            next_word=outage.next_word,
            updates=outage.updates,
            reason=outage.reason,
            merged_into=outage.merged_into or "",
            seq=outage.seq,
        )


class ImpactSource:
    """One outage, customer by customer."""

    name = "impact"
    row_type = ImpactRow
    default_sort = "-vip,-sims"

    def __init__(self, board: Board, of: str) -> None:
        self._board = board
        self._of = of
        self._made_from: tuple[int, int, int] = (-1, -1, -1)
        self._rows: dict[str, ImpactRow] = {}

    def every_key(self) -> Iterable[str]:
        """Ids of the customers hit."""
        return self._current()

    def row(self, key: str) -> Row | None:
        """One customer."""
        return self._current().get(key)

    def _current(self) -> dict[str, ImpactRow]:
        board = self._board
        outage = board.outages.survivor(self._of)
        if outage is None:
            return {}
        made_from = (board.seq, outage.seq, board.inventory.version)
        if made_from != self._made_from:
            self._made_from = made_from
            self._rows = {}
            for item in board.outages.impact(outage.id):
                customer = board.inventory.customers.get(item.customer)
                self._rows[item.customer] = ImpactRow(
                    key=item.customer,
                    customer=customer.name if customer is not None else item.customer,
                    vip=customer is not None and customer.vip,
                    sims=item.sims,
                    ranges_text=short_text([(int(first), int(last)) for first, last in item.ranges]),
                    cases=len(item.cases),
                    contacts=len(customer.contacts) if customer is not None else 0,
                    use=", ".join(item.uses),
                )
        return self._rows


class TimelineSource:
    """One outage's history, one line a decision."""

    name = "timeline"
    row_type = TimelineRow
    default_sort = "-at,-key"

    def __init__(self, board: Board, of: str) -> None:
        self._board = board
        self._of = of
        self._rows: dict[str, TimelineRow] = {}

    def every_key(self) -> Iterable[str]:
        """Sequences of its lines."""
        self._rows = {
            str(line.seq): TimelineRow(key=str(line.seq), at=line.at, who=line.who, what=line.what)
            for line in self._board.outages.timelines.get(self._of, ())
        }
        return self._rows

    def row(self, key: str) -> Row | None:
        """One line."""
        return self._rows.get(key)


class UpdateSource:
    """Updates with the counts of their ledgers; with ``of``, those of one outage."""

    name = "updates"
    row_type = UpdateRow
    default_sort = "-drafted"

    def __init__(self, board: Board, of: str = "") -> None:
        self._board = board
        self._of = of

    def every_key(self) -> Iterable[str]:
        """Ids of updates."""
        updates = self._board.updates.updates
        return updates if not self._of else [key for key, one in updates.items() if one.outage == self._of]

    def row(self, key: str) -> Row | None:
        """One update."""
        update = self._board.updates.updates.get(key)
        if update is None or (self._of and update.outage != self._of):
            return None
        tally = self._board.updates.tally
        return UpdateRow(
            key=key,
            outage=update.outage,
            number=update.number,
            kind=update.kind,
            state=update.state,
            author=update.author,
            approver=update.approver,
            drafted=update.drafted,
            approved=update.approved,
            next_word=update.text.next_word,
            customers=len({entry.customer for entry in update.audience}),
            total=len(update.audience),
            queued=tally(key, DeliveryState.QUEUED),
            attempting=tally(key, DeliveryState.ATTEMPTING),
            accepted=tally(key, DeliveryState.ACCEPTED),
            failed=tally(key, DeliveryState.FAILED, DeliveryState.BOUNCED),
            uncertain=tally(key, DeliveryState.UNCERTAIN),
            held=tally(key, DeliveryState.HELD, DeliveryState.SUPPRESSED),
            seq=update.seq,
        )


class DeliverySource:
    """The ledger: all deliveries, or with ``of`` those of one update."""

    name = "deliveries"
    row_type = DeliveryRow
    default_sort = "-changed,key"

    def __init__(self, board: Board, of: str = "") -> None:
        self._board = board
        self._of = of

    def every_key(self) -> Iterable[str]:
        """``update/index`` of every delivery."""
        ledgers = self._board.updates.deliveries
        for update in [self._of] if self._of else list(ledgers):
            for delivery in ledgers.get(update, ()):
                yield delivery.key

    def row(self, key: str) -> Row | None:
        """One delivery."""
        update_id, _, index = key.rpartition("/")
        ledger = self._board.updates.deliveries.get(update_id)
        if ledger is None or (self._of and update_id != self._of):
            return None
        delivery = ledger[int(index)]
        entry = self._board.updates.updates[update_id].audience[delivery.index]
        return DeliveryRow(
            key=key,
            update=update_id,
            state=delivery.state,
            customer=entry.name,
            address=entry.address,
            channel=entry.channel.value,
            sims=entry.sims,
            attempts=delivery.attempts,
            answer=delivery.answer,
            message_id=delivery.message_id,
            changed=delivery.changed,
        )


_SOURCES: dict[str, Callable[[Board, str], Source]] = {
    "outages": OutageSource,
    "alarms": AlarmSource,
    "cases": CaseSource,
    "counts": CountSource,
    "impact": ImpactSource,
    "timeline": TimelineSource,
    "updates": UpdateSource,
    "deliveries": DeliverySource,
}
