"""With whom trouble began: the victim may be everybody on a node, and the cause one fleet that flooded it.

Cases come on quiet days too, so being first says nothing by itself. What is looked for is a turn in the pace at which
other customers write, and one customer that wrote about more of its SIMs in the hours before that turn than its share
lets expect, and than it did earlier that day.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import inf, log
from typing import Final

import numpy as np

from feeds.board.explanation.affected import Item, Question
from feeds.board.explanation.fleet_leaves import FleetLeaves
from feeds.board.explanation.trouble import Trouble
from feeds.board.suspicion.evidence import NEW
from feeds.board.suspicion.tails import drawn_at_least

_AHEAD: Final = 2.0
"""Minutes by which one customer is ahead of all others, at the least; and so many times the usual pause is, too."""
_BEFORE: Final = 3
"""Cases of that customer, about different SIMs, before the others turned."""
_HOURS: Final = 180.0
"""In so many minutes before the others, trouble may have begun with somebody."""
_PART: Final = _HOURS / NEW
"""Of the day before the outage, which is looked at."""
_FIRST: Final = 2_000
"""Cases of the outage that are looked at; how it began does not depend on later ones."""
_LIKELY: Final = 5
"""Customers that are looked at: those with most of the early cases."""
_OTHERS: Final = 2
"""Other customers that followed."""
_CHANCE: Final = log(0.01)
"""As unlikely it must be that so many of the cases before are one customer's, for all customers that wrote."""


def beginning(asked: Question, trouble: Trouble, where: Mapping[str, str]) -> str:
    """Return ``began with Acme Lifts, 12 min earlier`` where that is plain; empty where it is not.

    ``where``: what explains the trouble.
    """
    if trouble.from_alarms:
        return ""
    served = trouble.leaves.served(where)
    # In order of time: what was earlier comes first.
    looked_at = (*asked.earlier, *asked.items[:_FIRST])
    every = [one for one in looked_at if one.customer and one.sims.intersects(served)]
    since = (asked.items[0].minute if asked.items else 0.0) - _HOURS
    items = [one for one in every if one.minute >= since]
    steady = Counter(one.customer for one in every[: len(every) - len(items)])
    early = Counter(one.customer for one in items[: max(_BEFORE, len(items) // 2)])
    likely = sorted(name for name, cases in early.most_common(_LIKELY) if cases >= _BEFORE)
    customers = len({one.customer for one in items})
    found = (
        _led_by(name, items, _share(name, trouble.leaves, where), customers)
        for name in likely
        if drawn_at_least(early[name], early[name] + steady[name], _PART) <= _CHANCE
    )
    best = min((one for one in found if one is not None), default=None)
    if best is None:
        return ""
    _, ahead, name = best
    return f"began with {asked.names.get(name, name)}, {ahead:.0f} min earlier"


def _share(customer: str, leaves: FleetLeaves, where: Mapping[str, str]) -> float:
    """Return which part of what is inside is a customer's: the mean of its SIMs, and of its being one of several."""
    place, inside = leaves.owner.place(customer), leaves.inside(where)
    if place < 0 or inside is None:
        return 0.0
    sizes, owners = (leaves.lasts - leaves.firsts + 1)[inside], leaves.owner.codes[inside]
    own = float(sizes[owners == place].sum()) / max(float(sizes.sum()), 1.0)
    return (own + 1.0 / max(len(np.unique(owners)), 1)) / 2.0


def _led_by(customer: str, items: Sequence[Item], share: float, customers: int) -> tuple[float, float, str] | None:
    """Return how unlikely it is by chance (ln), how many minutes it was ahead, and who; None: it did not lead."""
    firsts: dict[str, float] = {}
    for one in items:
        if one.customer != customer:
            firsts.setdefault(one.customer, one.minute)
    others = list(firsts.values())
    turn = _turn(others, items[0].minute, items[-1].minute)
    if turn is None or len(others) - turn < _OTHERS:
        return None
    own: dict[object, float] = {}
    for one in items:
        if one.customer == customer and one.minute < others[turn]:
            own.setdefault(one.sims, one.minute)
    if len(own) < _BEFORE or not 0.0 < share < 1.0:
        return None
    pauses = sorted(later - one for one, later in zip(others[turn:], others[turn + 1 :], strict=False))
    ahead = others[turn] - min(own.values())
    chance = drawn_at_least(len(own), len(own) + turn, share) + log(customers)
    if ahead < _AHEAD * max(1.0, pauses[len(pauses) // 2]) or chance > _CHANCE:
        return None
    return chance, ahead, customer


def _turn(minutes: Sequence[float], first: float, last: float) -> int | None:
    """Return with which of ``minutes`` (ascending) more begin to come: the likeliest one. None: they never do.

    Two paces of Poisson processes, one before the turn and one from it on.
    """
    best, found = -inf, None
    for at, minute in enumerate(minutes):
        before, after = max(minute - first, 1.0), max(last - minute, 1.0)
        now = len(minutes) - at
        if now / after <= at / before:
            continue
        height = now * log(now / after) + (at * log(at / before) if at else 0.0)
        if height > best:
            best, found = height, at
    return found
