"""The views *outages*, *impact* and *timeline*."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Final

from feeds.board.board import Board
from feeds.board.desk.pressing import recent_cases, worst_of
from feeds.board.desk.urgency import outage_urgency
from feeds.board.suspicion.grouping import describe
from feeds.model import Delivery, DeliveryState, ImpactRow, OutageRow, Row, TimelineRow, Update, UpdateState
from feeds.simspace import short_text
from feeds.views.sources.explanations import shared_of

LOOKED_AT: Final = 50
"""Deliveries of an update that nobody has which are asked why: those that go out first."""


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
        recent = recent_cases(members, board.at)
        agreements = (customers[item.customer].agreement for item in impact if item.customer in customers)
        total, parts = outage_urgency(
            board.weights,
            sims=sims,
            vip=name if vips else "",
            uses=tuple(dict.fromkeys(use for item in impact for use in item.uses)),
            recent_cases=recent,
            worst=worst_of(counts),
            agreements=agreements if board.weights.agreements else (),
        )
        with_sims = board.outages.cases_with_sims if members is not None and members.cases else 0
        fleet = board.inventory.fleet
        known_sims = sum(item.sims for item in impact)
        inside = round(len(members.cases) / with_sims, 4) if members is not None and with_sims else None
        part = round(known_sims / fleet, 6) if fleet and impact else None
        shared = shared_of(board, key, outage.where)
        waits = board.words.waiting(key)
        ledger = board.updates.deliveries.get(waits.id, ()) if waits is not None else ()
        return OutageRow(
            key=key,
            state=outage.state,
            urgency=total if outage.urgency is None else outage.urgency,
            urgency_parts=parts,
            urgency_by=outage.urgency_by,
            urgency_why=outage.urgency_why,
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
            shared=shared.words if shared is not None else describe(sorted(outage.where.items())),
            shared_by=shared.by if shared is not None else "",
            coverage=shared.coverage if shared is not None else inside,
            fleet_share=shared.fleet_share if shared is not None else part,
            commander=outage.commander,
            suspected=outage.suspected,
            declared=outage.declared,
            told=outage.told,
            next_word=outage.next_word,
            updates=outage.updates,
            waits=waits.approved if waits is not None else None,
            waits_for=sum(not entry.own for entry in waits.audience) if waits is not None else 0,
            waits_why=why_it_waits(waits, ledger) if waits is not None else "",
            reason=outage.reason,
            merged_into=outage.merged_into or "",
            split_from=outage.split_from,
            seq=outage.seq,
        )


def why_it_waits(update: Update, ledger: Sequence[Delivery]) -> str:
    """Return why no customer has an update that was approved, in the words of its own deliveries; empty: no reason yet.

    What a person can change comes before what only waits.
    """
    if UpdateState.HOLD in (update.state, update.paused_from) and update.hold_until is not None:
        held = f"held until {update.hold_until:%H:%M:%S}"
        return held if update.state is UpdateState.HOLD else f"paused: {update.steered}" if update.steered else "paused"
    if update.state is UpdateState.PAUSED:
        return f"paused: {update.steered}" if update.steered else "paused"
    if not ledger:
        return "nobody is written to"
    said = [one for one in islice(ledger, LOOKED_AT) if one.answer and not update.audience[one.index].own]
    ended = (one.answer for one in said if one.state not in (DeliveryState.QUEUED, DeliveryState.ATTEMPTING))
    return next(ended, said[0].answer if said else "")


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
