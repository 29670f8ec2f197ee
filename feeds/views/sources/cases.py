"""The views *cases* and *counts*."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from feeds.board.board import Board
from feeds.board.counts import minute_key
from feeds.board.desk.urgency import case_priority
from feeds.model import Case, CaseRow, CountRow, Row
from feeds.simspace import IntervalSet, short_text
from feeds.views.sources.bounds import TEXT_IN_ROW

USES_KEPT: Final = 100_000
"""SIMs of which it is remembered what they are for. Then all are forgotten."""


class CaseSource:
    """Open and pending cases, and the last closed ones."""

    name = "cases"
    row_type = CaseRow
    default_sort = "-priority,-opened"

    def __init__(self, board: Board, of: str = "") -> None:
        self._board = board
        self._uses: dict[int, str] = {}
        """First SIM of a case → what it is for, by the inventory of ``_uses_of``."""
        self._uses_of = -1

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
        pressure = board.pressing.of(outages)
        priority, parts = case_priority(
            board.weights,
            kind=case.kind,
            vip=vip,
            sims=sims,
            in_outage=bool(outages),
            use=self._use(bodies),
            agreement=customer.agreement if customer is not None else "",
            worst=pressure.worst,
            growth=pressure.growth,
        )
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
            lane=board.outages.lane(key),
            placed=board.outages.placed(key),
            priority=priority,
            priority_parts=parts,
            visited_network=case.visited_network,
            follow_up=case.follow_up,
            seq=case.seq,
        )

    def _use(self, bodies: IntervalSet) -> str:
        """Return what the first SIM of a case is for: few cases are about SIMs of several uses."""
        if not bodies or not self._board.weights.uses:
            return ""
        inventory = self._board.inventory
        if self._uses_of != inventory.version or len(self._uses) >= USES_KEPT:
            self._uses_of = inventory.version
            self._uses.clear()
        first = bodies.starts.item(0)
        known = self._uses.get(first)
        if known is None:
            found = inventory.range_at(first)
            known = self._uses[first] = found.use if found is not None else ""
        return known


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
