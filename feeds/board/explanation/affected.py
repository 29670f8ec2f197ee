"""What is affected in one outage, as it is known now: an immutable question that any thread may answer.

Affected are the SIMs of the outage's own open cases, and those of the open cases that came at the same time and that no
outage holds, or a group on ranges alone: so an answer can tell who is affected outside of it. Cases that were open long
before the trouble began are in an outage because of where they lie, and say nothing about what it is. A case that its
customer or a person brought says nothing of its own. Where a person made the group of SIMs, these are affected. Without
any of that the alarms speak.
"""

from collections.abc import Container, Iterable, Iterator
from itertools import islice
from typing import Final

from msgspec import Struct

from feeds.board.board import Board
from feeds.board.inventory import Where
from feeds.board.outage.members import is_from_cases
from feeds.board.outage.writers import minute_of
from feeds.board.suspicion.evidence import NEW
from feeds.board.times import opened
from feeds.fleet.fleet import Fleet
from feeds.model import LIVE_STATES, Case, Grounds, Outage
from feeds.simspace import IntervalSet

CASES: Final = 20_000
"""Of the own cases of an outage at most so many are looked at, evenly spread: taking them is the event loop's work."""
LANE: Final = 2_000
"""Of the cases beside it so many are looked at, first the newest of those that no outage holds."""
OTHERS: Final = 1_000
"""Of other cases so many show what cases usually say."""
_BEFORE: Final = 15
"""Cases count from so many minutes before the first evidence of the outage."""
ALARMS: Final = 2_000
"""Places in alarm that are looked at."""

FIELDS: Final = ("country", "visited_network", "service")
"""What cases say that the fleet may not know."""


class Item(Struct, frozen=True, gc=False):
    """A piece of evidence: a case, or a run of SIMs that a person named. ``minute``: since 1970, when it was opened."""

    sims: IntervalSet
    customer: str = ""
    minute: float = 0.0
    fields: tuple[str, ...] = ("", "", "")
    own: bool = True
    """It is of the outage itself, not beside it."""


class InAlarm(Struct, frozen=True, gc=False):
    """Active alarms on attribute values: by severity, and whether they belong to the outage."""

    where: Where
    critical: int
    major: int
    lesser: int
    own: bool


class Question(Struct, frozen=True):
    """What explains ``outage``? Two equal questions have the same answer."""

    outage: str
    where: Where
    """What the outage stands on."""
    scope: IntervalSet
    items: tuple[Item, ...]
    others: tuple[tuple[str, tuple[str, ...]], ...]
    """Customers and fields of cases that have nothing to do with it."""
    alarms: tuple[InAlarm, ...]
    fleet: Fleet
    names: dict[str, str]
    """Names of customers by id."""
    chosen: Where = ()
    """What a person says it is."""
    chance: float | None = None
    """How likely chance alone made the group; None: it was not counted."""
    counted: float = 0.0
    """The minute of the last case in that."""
    before: Where = ()
    """What came first the last time."""
    earlier: tuple[Item, ...] = ()
    """Cases where the outage is, of the day before it."""

    def same_as(self, other: "Question") -> bool:
        """Whether both would be answered alike; quick, and may be no where they are.

        What came first the last time only says which of two near ones leads: the answer to that one stays as it is.
        """
        return (
            self.fleet is other.fleet
            and self.where == other.where
            and self.chosen == other.chosen
            and self.scope is other.scope
            and self.alarms == other.alarms
            and self.chance == other.chance
            and self.counted == other.counted
            and len(self.items) == len(other.items)
            and all(
                one.sims is two.sims and one.own == two.own and one.fields == two.fields
                for one, two in zip(self.items, other.items, strict=True)
            )
        )


def question(board: Board, outage_id: str) -> Question | None:
    """Return what is to be explained of an outage as the board stands; None where it is not live."""
    outage, members = board.outages.outages.get(outage_id), board.outages.members.get(outage_id)
    if outage is None or members is None or outage.state not in LIVE_STATES:
        return None
    begun = _begun(board, outage)
    every = [key for key in members.cases if key not in members.brought]
    keys = [key for key in every if members.cases[key] >= begun] or every
    since = min((members.cases[key] for key in keys), default=begun)
    if len(keys) > CASES:
        keys = keys[:: len(keys) // CASES + 1]
    taken = {key: _item(board, key, own=True) for key in keys}
    for key in islice(_beside(board, outage_id), LANE):
        if _minute(board.cases.open[key]) >= since - _BEFORE and key not in members.cases:
            taken[key] = _item(board, key, own=False)
    items = [item for item in taken.values() if item.sims]
    if outage.made_by and not outage.where:
        runs = islice(members.scope.pairs(), CASES)
        items += [Item(IntervalSet.of([run]), minute=since) for run in runs]
    items.sort(key=_in_time)
    before = (key for key in every if since - NEW <= members.cases[key] < since)
    earlier = [_item(board, key, own=True) for key in islice(before, LANE)]
    latest = board.explanations.latest.get(outage_id)
    customers, chosen = board.inventory.customers, board.explanations.chosen.get(outage_id)
    hit = dict.fromkeys(item.customer for item in (*items, *earlier))
    return Question(
        outage=outage_id,
        where=tuple(sorted(outage.where.items())),
        scope=members.scope,
        items=tuple(items),
        others=tuple(_others(board, taken)) if any(any(item.fields[:2]) for item in items) else (),
        alarms=tuple(_alarms(board, members.wheres)),
        fleet=board.inventory.standing,
        names={key: customers[key].name for key in hit if key in customers},
        chosen=tuple(sorted(chosen.where.items())) if chosen is not None else (),
        chance=outage.grounds.chance if outage.grounds is not None else None,
        counted=_counted(board, outage),
        before=next((tuple(sorted(one.where.items())) for one in latest.explanations), ()) if latest else (),
        earlier=tuple(sorted((item for item in earlier if item.sims), key=_in_time)),
    )


def _in_time(item: Item) -> tuple[float, int, int, str]:
    return item.minute, int(item.sims.starts[0]), int(item.sims.ends[-1]), item.customer


def _begun(board: Board, outage: Outage) -> int:
    """Return since which minute (of 1970) cases count: a little before the first evidence that made the group."""
    grounds, suspected = outage.grounds, minute_of(outage.suspected)
    if grounds is None or outage.made_by:
        return suspected - NEW
    return min(suspected, max(_first(board, grounds, suspected), suspected - NEW)) - _BEFORE


def _counted(board: Board, outage: Outage) -> float:
    """Return the minute up to which cases made the group what it is."""
    grounds, suspected = outage.grounds, minute_of(outage.suspected)
    if grounds is None:
        return suspected
    return max(suspected, _first(board, grounds, suspected) + grounds.minutes)


def _first(board: Board, grounds: Grounds, otherwise: int) -> int:
    known = (board.cases.open.get(key) or board.cases.closed.get(key) for key in grounds.cases)
    return min((_minute(case) for case in known if case is not None), default=otherwise)


def _minute(case: Case) -> int:
    return minute_of(opened(case.opened, case.came))


def _beside(board: Board, outage_id: str) -> Iterator[str]:
    """Yield the open cases that may be of the same trouble: those in no outage, and in groups on ranges alone.

    Nobody decided upon such a group, and what its cases share with others may be the cause of all.
    """
    evidence = board.outages.unexplained.evidence
    yield from (key for key in reversed(board.outages.unexplained.cases) if key in evidence)
    for other in board.outages.live():
        if other.id != outage_id and not other.where and is_from_cases(other):
            members = board.outages.members[other.id]
            yield from (key for key in members.cases if key not in members.brought)


def _item(board: Board, key: str, *, own: bool) -> Item:
    case = board.cases.open[key]
    customer = board.cases.customer_of.get(key, "")
    return Item(board.cases.bodies[key], customer, case.opened.timestamp() / 60, _fields(case), own)


def _fields(case: Case) -> tuple[str, ...]:
    return (case.country, case.visited_network, case.service.value)


def _others(board: Board, taken: Container[str]) -> Iterable[tuple[str, tuple[str, ...]]]:
    """Yield the customers and fields of further cases, closed and open, the newest."""
    cases = board.cases
    for case in islice(reversed(cases.closed.values()), OTHERS):
        yield case.customer, _fields(case)
    for key in islice(reversed(cases.open), OTHERS):
        if key not in taken:
            yield cases.customer_of.get(key, ""), _fields(cases.open[key])


def _alarms(board: Board, own: dict[Where, None]) -> Iterable[InAlarm]:
    places = board.alarms.places
    for where in dict.fromkeys((*islice(own, ALARMS), *islice(places, ALARMS))):
        place = places.get(where)
        if place is not None:
            critical, major, *lesser = place.counts
            yield InAlarm(where, critical, major, sum(lesser[:3]), where in own)
