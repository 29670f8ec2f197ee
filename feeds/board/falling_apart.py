"""When a group that cases alone made does not hold together: what it falls apart into.

- A group on a range whose cases turn out to lie in several narrower ranges falls apart into these.
- A group on what several ranges share falls apart into the ranges with cases when chance alone would let them share as
  much by now. It takes far more to be made than to be kept, so that groups do not come and go.

The part with the most cases keeps the id. Only groups that nobody touched and that no alarm speaks for are looked at.
"""

from collections.abc import Iterable, Iterator

from feeds.board.board import Board
from feeds.board.from_cases import CASES_TOGETHER, share_of_fleet
from feeds.board.shared import chance
from feeds.board.unplaced import most_specific, ranges_of
from feeds.facts import Fact, OutageScoped, OutageSuspected
from feeds.model import Outage, OutageState, SimRange

KEPT_UP_TO = 0.05
"""A group stays together while what it shares is less likely by chance than this; see shared.CHANCE for making one."""
CASES_LOOKED_AT = 2_000
"""Groups with more cases stay together: people have looked at them."""

Ends = tuple[str, str]


def fallen_apart(board: Board, live: list[Outage], ids: Iterator[str]) -> Iterable[Fact]:
    """Yield the facts that split what does not hold together."""
    for outage in live:
        if outage.state is not OutageState.SUSPECTED or outage.made_by:
            continue
        cases = board.outages.members[outage.id].cases
        if not CASES_TOGETHER <= len(cases) <= CASES_LOOKED_AT or any(board.outages.alarm_counts(outage.id)):
            continue
        if outage.where:
            apart = outage.from_cases and _by_chance(board, outage)
        else:
            apart = len(board.outages.ranges_within(outage.id)) > 1
        if not apart:
            continue
        parts = _parts(board, outage)
        if outage.where and parts:
            yield from _split(outage, parts, ids, "its cases share no more than chance lets them")
        elif not outage.where and len(parts) > 1 and sum(map(len, parts.values())) >= len(cases):
            yield from _split(outage, parts, ids, "its cases lie in ranges that are apart")


def _by_chance(board: Board, outage: Outage) -> bool:
    """Whether so many customers would share what the group stands on by chance, as the evidence is now."""
    where = tuple(sorted(outage.where.items()))
    customer_of = board.cases.customer_of
    inside = {customer_of.get(key) or key for key in board.outages.members[outage.id].cases}
    outside = {customer_of.get(key) or key for key in board.outages.unexplained.cases} - inside
    for other in board.outages.members:
        if other != outage.id and not board.outages.outages[other].where:
            outside.update(customer_of.get(key) or key for key in board.outages.members[other].cases)
    outside -= inside
    attributes = len(board.inventory.standing.attribute_names)
    return chance(len(inside), len(inside) + len(outside), share_of_fleet(board, where), attributes) > KEPT_UP_TO


def _parts(board: Board, outage: Outage) -> dict[Ends, list[str]]:
    """Return the most specific ranges with enough of the group's cases, each with these."""
    found: dict[Ends, list[str]] = {}
    for key in board.outages.members[outage.id].cases:
        bodies = board.cases.bodies.get(key)
        ranges: tuple[SimRange, ...] = most_specific(ranges_of(board.inventory, bodies.pairs()) or ()) if bodies else ()
        for one in ranges:
            found.setdefault((one.first, one.last), []).append(key)
    return {ends: keys for ends, keys in found.items() if len(keys) >= CASES_TOGETHER}


def _split(outage: Outage, parts: dict[Ends, list[str]], ids: Iterator[str], reason: str) -> Iterable[Fact]:
    order = sorted(parts, key=lambda ends: (-len(parts[ends]), ends))
    yield OutageScoped(outage=outage.id, ranges=(order[0],), reason=reason)
    for ends in order[1:]:
        yield OutageSuspected(outage=next(ids), ranges=(ends,), reason=reason, split_from=outage.id)
