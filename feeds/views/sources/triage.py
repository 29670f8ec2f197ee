"""The view *triage* of one case: its age beside what is usual, its customer's other cases, outages it may belong to."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Final

from feeds.board.board import Board
from feeds.board.desk.working_days import NoCalendar, working_days
from feeds.model import Case, CaseState, Nearby, OtherCase, Outage, Row, TriageRow
from feeds.simspace import IntervalSet

OTHERS_SHOWN: Final = 5
NEARBY_SHOWN: Final = 6
FEW: Final = 2_000
LOOK_AGAIN: Final = 5.0
"""Seconds between two looks through all open cases for those of one customer, where they are more than a few."""


class TriageSource:
    """One row, as of ``now``: the hub's clock, or the board's own time where there is none."""

    name = "triage"
    row_type = TriageRow
    default_sort = "key"

    def __init__(self, board: Board, of: str = "", now: Callable[[], datetime] | None = None) -> None:
        self._board = board
        self._key = of
        self._now = now if now is not None else lambda: board.at
        self._looked: tuple[datetime, str, list[Case]] | None = None
        """When the open cases were looked through last, for which customer, and what was found."""

    def every_key(self) -> Iterable[str]:
        """The case, where it is known."""
        return (self._key,) if self._board.cases.get(self._key) is not None else ()

    def row(self, key: str) -> Row | None:
        """What helps to decide on it."""
        case = self._board.cases.get(key) if key == self._key else None
        if case is None:
            return None
        board, now = self._board, self._now()
        customer_id = board.cases.customer_of.get(key) or board.inventory.customer_id(case.customer)
        customer = board.inventory.customers.get(customer_id)
        others = self._others(customer_id, now)
        return TriageRow(
            key=key,
            customer=customer.name if customer is not None else case.customer,
            agreement=customer.agreement if customer is not None else "",
            age=self._age(case, now),
            usual=board.desk.usual_days.get(case.kind),
            others=tuple(
                OtherCase(other.number, other.title, other.opened, board.outages.of_case.get(other.key, ()))
                for other in others[:OTHERS_SHOWN]
            ),
            other_count=len(others),
            nearby=tuple(self._nearby(case, customer_id)) if case.state is not CaseState.CLOSED else (),
        )

    def _age(self, case: Case, now: datetime) -> float | None:
        """Return the working days from opening to closing, else to now; to a hundredth, since nobody reads more."""
        desk = self._board.desk
        try:
            calendar = working_days(desk.country, desk.region, desk.time_zone)
        except NoCalendar:  # a log may name one that is not known here
            return None
        return round(calendar.age(case.opened, case.closed or now), 2)

    def _others(self, customer: str, now: datetime) -> list[Case]:
        """Return the other open cases of a customer, the newest first."""
        if not customer:
            return []
        known, cases = self._looked, self._board.cases
        if (
            known is None
            or known[1] != customer
            or len(cases.open) < FEW
            or not 0 <= (now - known[0]).total_seconds() < LOOK_AGAIN
        ):
            found = [cases.open[one] for one, of in cases.customer_of.items() if of == customer and one in cases.open]
            known = self._looked = (now, customer, found)
        others = [case for case in known[2] if case.key != self._key]
        return sorted(others, key=lambda case: (case.opened, case.key), reverse=True)

    def _nearby(self, case: Case, customer: str) -> Iterable[Nearby]:
        """Yield the outages that it is in, then those that it may belong to, with the reason for each."""
        outages = self._board.outages
        inside = outages.of_case.get(self._key, ())
        bodies = self._board.cases.bodies.get(self._key) or self._board.inventory.bodies(case.sims)
        found = [Nearby(one, self._why_inside(one, bodies), inside=True) for one in inside]
        for outage in outages.live():
            if outage.id not in inside and len(found) < NEARBY_SHOWN:
                why = self._why_near(outage, case, bodies, customer)
                if why:
                    found.append(Nearby(outage.id, why))
        return found[:NEARBY_SHOWN]

    def _why_inside(self, outage: str, bodies: IntervalSet) -> str:
        if self._board.cases.pins.get(self._key, {}).get(outage):
            return "a person put it there"
        within = (bodies & self._board.outages.sims(outage)).count
        if not within:
            return "its customer has SIMs there; none could be read of it"
        return f"{within:,} of its {bodies.count:,} SIMs lie there"

    def _why_near(self, outage: Outage, case: Case, bodies: IntervalSet, customer: str) -> str:
        """Return why a case may belong to an outage that it is not in; empty where nothing says so."""
        within = (bodies & self._board.outages.sims(outage.id)).count
        if within:
            moved = self._board.cases.pins.get(self._key, {}).get(outage.id) is False
            return f"{within:,} of its SIMs lie there{', but a person moved it out' if moved else ''}"
        said = {value.casefold() for value in (case.country, case.visited_network) if value}
        for name, value in sorted(outage.where.items()):
            if value.casefold() in said:
                return f"it names {name} {value}"
        found = self._board.inventory.range_at(bodies.starts.item(0)) if bodies else None
        if found is not None:
            shared = [f"{name} {value}" for name, value in sorted(outage.where.items())
                      if found.attributes.get(name) == value]  # fmt: skip
            if shared and len(shared) == len(outage.where):
                return f"its SIMs share {', '.join(shared)}"
        hit = next((one for one in self._board.outages.impact(outage.id) if one.customer == customer), None)
        return f"{hit.sims:,} SIMs of its customer are hit" if hit is not None and customer else ""
