"""The grouping watcher's eyes: given the board, which outages should be suspected, widened, merged or withdrawn?

A pure function of the board; the hub appends what it proposes, so that a replay shows what the room saw. The rules:

- *From alarms.* Active alarms whose objects serve the same attribute values of the fleet form a group on these values:
  one critical or major alarm is enough, or several lesser ones.
- *From cases.* New cases of several customers on one range, attribute value or pair of values, in a shorter time than
  chance lets them: see scan.py. One customer alone, and SIMs outside the inventory: see from_cases.py.
- *From both.* A lesser alarm, and new cases on what it stands on that would not be enough without it.
- A group that stands on attributes takes in suspected groups on ranges, or on more attributes, that lie within it. So
  does one that people made or declared with the ranges that lie within it.
- A group that cases alone made is changed or split when they do not share what it stands on: see falling_apart.py.
- What a live outage holds is not suspected again, on no other level either. Groups gather open cases by their SIMs,
  however old; it is for suspecting that cases must be new.
- A suspicion without alarms and without open cases about its SIMs is withdrawn, and one from cases alone when these
  have gone quiet: see quiet.py.
- What people decided is left alone: what they called over does not come back by alarms and cases from before that, what
  they rejected only when the evidence grows clearly (see rejected.py); what a person made, scoped or declared is not
  changed, merged away, split or withdrawn.
"""

from collections.abc import Iterable, Iterator
from itertools import count
from math import log

from feeds.board.alarms import SEVERITIES
from feeds.board.board import Board
from feeds.board.inventory import Where
from feeds.board.outage.settled import LOOKED_AT, OVER
from feeds.board.outage.writers import minute_of
from feeds.board.surge.surging import usual_cases
from feeds.board.suspicion.evidence import Pool, gather
from feeds.board.suspicion.falling_apart import fallen_apart, far_better
from feeds.board.suspicion.from_cases import groups_alone
from feeds.board.suspicion.quiet import has_gone_quiet
from feeds.board.suspicion.rejected import alarms_grew, cases_grew, is_remembered, rejected_here
from feeds.board.suspicion.scan import FALSE_A_WEEK, Found, surpluses, windows
from feeds.board.suspicion.shared import weigh
from feeds.board.suspicion.told import alarms_in_words, describe, grounds_of, grown_in_words, scope_of
from feeds.facts import Fact, OutageMerged, OutageMoved, OutageScoped, OutageSuspected
from feeds.model import Grounds, Outage, OutageState
from feeds.simspace import IntervalSet

__all__ = ["NEW_AT_ONCE", "describe", "propose"]

LESSER_ALARMS = 3
"""So many minor or warning alarms on one place count as much as one major alarm."""
WITH_ALARMS = 2
"""So many customers with new cases are needed on a place where there are fewer of them."""
NEW_AT_ONCE = 500
"""So many groups on ranges are made in one look; the next look makes more. What a look decides is one step."""


def propose(board: Board) -> list[Fact]:
    """Return the facts that would bring the outages in line with the evidence; none when they are."""
    facts: list[Fact] = []
    live = board.outages.live()
    facts.extend(_withdrawn(board, live))
    gone = {fact.outage for fact in facts if isinstance(fact, OutageMoved)}
    live = [outage for outage in live if outage.id not in gone]
    facts.extend(_rescoped(board, live))
    facts.extend(_taken_in(board, live, gone))
    ids = _new_ids(board)
    for where, grown in _places_in_alarm(board, live):
        outage_id = next(ids)
        served = board.inventory.served(where)
        grounds = _of_alarms(board, where, served)
        facts.append(
            OutageSuspected(
                outage=outage_id,
                ranges=scope_of(served),
                where=dict(where),
                reason=_with(alarms_in_words(where, grounds), grown, grounds),
                grounds=grounds,
            )
        )
        for outage in live:
            if _belongs(board, outage, dict(where), served) and outage.id not in gone:
                gone.add(outage.id)
                facts.append(_merged(outage.id, outage_id, where))
    moment = (minute_of(board.at), usual_cases(board, board.at, 1_440.0))
    if not _any_new(facts) and board.outages.is_news_of_cases(moment):
        of_cases = _from_cases(board, live, ids, calm=not facts)
        if not facts and not of_cases:
            board.outages.nothing_to_do(moment)
        facts.extend(of_cases)
    return facts


def _any_new(facts: Iterable[Fact]) -> bool:
    return any(isinstance(fact, OutageSuspected | OutageScoped) for fact in facts)


def _from_cases(board: Board, live: list[Outage], ids: Iterator[str], calm: bool) -> list[Fact]:
    """Return what cases ask for. What they share is looked at only when nothing else happens."""
    facts: list[Fact] = []
    if calm:
        pool = gather(board, live)
        facts = list(fallen_apart(board, live, pool, ids)) or list(_on_places(board, live, pool, ids))
        facts = facts or list(_with_lesser_alarms(board, live, pool, ids))
    if not _any_new(facts):
        groups = [one for one in groups_alone(board) if not rejected_and_held(board, one.scope, one.grounds)]
        facts += [
            OutageSuspected(outage=next(ids), ranges=scope_of(scope), reason=reason, grounds=grounds)
            for scope, reason, grounds in groups[:NEW_AT_ONCE]
        ]
    return facts


def rejected_and_held(board: Board, scope: IntervalSet, grounds: Grounds) -> bool:
    """Whether people rejected a group on these SIMs and the evidence has not grown since."""
    here = [one for one in rejected_here(board, (), scope) if is_remembered(board, one)]
    return any(not cases_grew(one.grounds, grounds.customers, log(grounds.chance or 1.0)) for one in here)


def _new_ids(board: Board) -> Iterator[str]:
    return (name for n in count(board.outages.suspected + 1) if (name := f"O-{n}") not in board.outages.outages)


def _withdrawn(board: Board, live: list[Outage]) -> Iterable[Fact]:
    for outage in live:
        if outage.state is not OutageState.SUSPECTED or outage.made_by or any(board.outages.alarm_counts(outage.id)):
            continue
        if not board.outages.is_kept(outage.id):
            yield OutageMoved(outage=outage.id, state=OutageState.WITHDRAWN, reason="no alarm and no open case is left")
        elif has_gone_quiet(board, outage):
            reason = "for a day no more cases than usual, and few are open"
            yield OutageMoved(outage=outage.id, state=OutageState.WITHDRAWN, reason=reason)


def _taken_in(board: Board, live: list[Outage], gone: set[str]) -> Iterable[Fact]:
    """Merge into live groups on attributes what is suspected within them; what goes is added to ``gone``."""
    for outage in live:
        sims = board.outages.members[outage.id].scope
        hosts = board.outages.holding(int(sims.starts[0])) if sims else ()
        for host_id in hosts if len(hosts) > 1 else ():
            host = board.outages.outages[host_id]
            if host_id == outage.id or host_id in gone:
                continue
            if host.where and host.where == outage.where and not host.made_by and _age(host) > _age(outage):
                continue
            if not host.where and not (host.made_by or host.state is not OutageState.SUSPECTED):
                continue
            if _belongs(board, outage, host.where, board.outages.members[host_id].scope):
                gone.add(outage.id)
                yield _merged(outage.id, host_id, sorted(host.where.items()))
                break


def _belongs(board: Board, outage: Outage, where: dict[str, str], scope: IntervalSet) -> bool:
    """Whether a suspected outage is part of a group on ``where``."""
    if outage.state is not OutageState.SUSPECTED or outage.made_by:
        return False
    if outage.where and not (where and where.items() <= outage.where.items()):
        return False  # its alarms would be left without an outage
    sims = board.outages.members[outage.id].scope
    return bool(sims) and sims.issubset(scope)


def _merged(outage: str, into: str, where: Iterable[tuple[str, str]]) -> OutageMerged:
    shared = describe(where)
    reason = f"its SIMs all have {shared}" if shared else "its SIMs all lie within"
    return OutageMerged(outage=outage, into=into, reason=reason)


# -- from cases ------------------------------------------------------------------------------------------------------


def _on_places(board: Board, live: list[Outage], pool: Pool, ids: Iterator[str]) -> Iterable[Fact]:
    """Make a group of each place with a surplus; the oldest group within it keeps its id."""

    def is_held(found: Found) -> bool:
        if any(_holds(board, outage, found) for outage in live) or _is_better_held(board, live, pool, found):
            return True
        here = [one for one in rejected_here(board, found.where, found.scope) if is_remembered(board, one)]
        customers = found.grounds(pool).customers if here else 0
        return any(not cases_grew(one.grounds, customers, found.log_chance) for one in here)

    for found in surpluses(board, pool, is_held):
        where, ranges = dict(found.where), scope_of(found.scope)
        grounds = found.grounds(pool)
        reason = _with(found.in_words(grounds), rejected_here(board, found.where, found.scope), grounds)
        within = sorted((one for one in live if _belongs(board, one, where, found.scope)), key=_age)
        if not within:
            yield OutageSuspected(
                outage=next(ids), ranges=ranges, where=where, reason=reason, from_cases=bool(where), grounds=grounds
            )
            continue
        oldest, *others = within
        yield OutageScoped(
            outage=oldest.id, ranges=ranges, where=where, reason=reason, from_cases=bool(where), grounds=grounds
        )
        for other in others:
            yield _merged(other.id, oldest.id, found.where)
        live = [one for one in live if one not in within]


def _holds(board: Board, outage: Outage, found: Found) -> bool:
    """Whether a live outage holds a place: by its values, or all its SIMs without being the wider name of them."""
    if outage.where and set(outage.where.items()) <= set(found.where):
        return True
    scope = board.outages.members[outage.id].scope
    if not found.scope.issubset(scope):
        return False
    # A group on a range that is all of a value's SIMs takes the value's name.
    return not found.where or outage.state is not OutageState.SUSPECTED or bool(outage.made_by) or found.scope != scope


def _is_better_held(board: Board, live: list[Outage], pool: Pool, found: Found) -> bool:
    """Whether a live outage holds the range that a group on these values would be changed to at once."""
    if not found.where or not live:
        return False
    better = far_better(board, pool, found.where, pool.free & pool.evidence.on(found.where), pool.free)
    return better is not None and not better.where and any(_holds(board, outage, better) for outage in live)


def _with_lesser_alarms(board: Board, live: list[Outage], pool: Pool, ids: Iterator[str]) -> Iterable[Fact]:
    """Make a group of a place with too few lesser alarms and new cases too few by themselves, where both make enough.

    The alarms name the place before the cases are looked at: what has to be corrected for is how many places they name.
    """
    counts = sorted(board.alarms.counts.items(), key=lambda item: (len(item[0]), item[0]))
    places = [where for where, (_critical, _major, minor, warning, *_rest) in counts if where and minor + warning]
    if not places or not len(pool.keys):
        return
    held = [set(outage.where.items()) for outage in live if outage.where]
    shares = board.outages.shares
    for where in places:
        served = board.inventory.served(where)
        if any(pairs <= set(where) for pairs in held) or not served or rejected_here(board, where, served):
            continue
        if any(served.issubset(board.outages.members[one.id].scope) for one in live):
            continue
        share = shares.exactly(where)
        for since, traffic in windows(board, pool):
            rows = pool.free & pool.since(since)
            on = weigh(pool.evidence, rows, where, share, traffic)
            marks = rows & pool.evidence.on(where)
            customers = len(set(pool.evidence.customers.codes[marks].tolist()))
            likely = traffic.log_chance(on.customers, on.of, share, share * len(places))
            if customers < WITH_ALARMS or likely > log(FALSE_A_WEEK):
                continue
            expected = traffic.expected(on.customers, on.of, share)
            grounds = _of_alarms(board, where, served, pool.cases(marks, since), customers, expected, likely)
            yield OutageSuspected(
                outage=next(ids),
                ranges=scope_of(served),
                where=dict(where),
                reason=alarms_in_words(where, grounds),
                grounds=grounds,
            )
            held.append(set(where))
            break


# -- from alarms -----------------------------------------------------------------------------------------------------


def _of_alarms(
    board: Board,
    where: Where,
    served: IntervalSet,
    cases: dict[str, int] | None = None,
    customers: int = 0,
    usual: float = 0.0,
    log_chance: float | None = None,
) -> Grounds:
    """Return what the active alarms at a place, and below it, say."""
    keys = [key for place in board.alarms.counts if set(where) <= set(place) for key in board.alarms.at(place)]
    keys.sort(
        key=lambda key: (SEVERITIES.index(board.alarms.active[key].severity), board.alarms.active[key].raised, key)
    )
    worst = board.alarms.active[keys[0]].severity.value if keys else ""
    return grounds_of(cases or {}, customers, usual, log_chance, keys, len(keys), worst)


def _rescoped(board: Board, live: list[Outage]) -> Iterable[Fact]:
    for outage in live:
        if outage.state is not OutageState.SUSPECTED or not outage.where or outage.made_by:
            continue
        served = board.inventory.served(tuple(sorted(outage.where.items())))
        if served and served != board.outages.members[outage.id].scope:
            yield OutageScoped(
                outage=outage.id,
                ranges=scope_of(served),
                where=outage.where,
                reason="the inventory changed",
                from_cases=outage.from_cases,
                grounds=outage.grounds,
            )


def _places_in_alarm(board: Board, live: list[Outage]) -> list[tuple[Where, list[Outage]]]:
    """Return the attribute values with enough alarms that no outage holds, the widest first, nested ones once.

    With each: what people rejected there before.
    """
    held = [set(outage.where.items()) for outage in live if outage.where]
    decided = [board.outages.outages[one] for one in board.outages.decided]
    rejected = [one for one in decided if one.state is OutageState.REJECTED and one.where]
    ended = sorted(((one.ended, one.id, one) for one in decided if one.ended is not None), key=lambda item: item[:2])
    over = [(set(outage.where.items()), until) for until, _, outage in ended if outage.state in OVER and outage.where][
        -LOOKED_AT:
    ]
    places: list[tuple[Where, list[Outage]]] = []
    candidates = sorted(board.alarms.counts.items(), key=lambda item: (len(item[0]), item[0]))
    for where, (critical, major, minor, warning, *_rest) in candidates:
        if not (critical or major or minor + warning >= LESSER_ALARMS):
            continue
        if any(pairs <= set(where) for pairs in held) or not board.inventory.has_range_with(where):
            continue
        spent = [until for pairs, until in over if pairs <= set(where)]
        if spent and all(board.alarms.active[key].raised <= max(spent) for key in board.alarms.at(where)):
            continue
        here = [one for one in rejected if one.where.items() <= dict(where).items()]
        if not all(alarms_grew(board, one, board.alarms.at(where)) for one in here):
            continue
        places.append((where, here))
        held.append(set(where))
    return places


def _with(reason: str, rejected: list[Outage], grounds: Grounds) -> str:
    """Return a reason; where people rejected the same before, also what is more now."""
    if not rejected:
        return reason
    last = max(rejected, key=_ended)
    return f"{reason}; {grown_in_words(last.ended, last.grounds, grounds)}"


def _ended(outage: Outage) -> tuple[object, ...]:
    return (outage.ended is not None, outage.ended, outage.id)


def _age(outage: Outage) -> tuple[object, ...]:
    """What to compare: older outages come first."""
    return (outage.suspected, len(outage.id), outage.id)
