"""Where trouble lies: what is affected in a question, laid on the leaves of the fleet. Units and SIMs, both.

The units are customers, not SIMs and not cases: one who writes ten mails, or about a range of 40,000 SIMs, is one piece
of evidence, shared out over what the mails are about. One who owns much of the fleet speaks for several: a customer
that is the whole fleet says nothing by being the one who writes.
"""

from typing import NamedTuple

import numpy as np

from feeds.board.explanation.affected import Question
from feeds.board.explanation.fleet_leaves import FleetLeaves, Floats, leaves_of
from feeds.fleet.codes import Rows
from feeds.simspace import IntervalSet


class Trouble(NamedTuple):
    """Columns over *parts*: an item of the question (``item``) on a piece of the fleet (``piece``)."""

    leaves: FleetLeaves
    item: Rows
    piece: Rows
    customer: Rows
    """Whose the piece is: a place in ``leaves.owner.values``."""
    units: Floats
    """What the part weighs; all of one customer weigh one, or a little more."""
    own: Floats
    """The same, nought for what is not of the outage itself."""
    cases: Floats
    """The part of its item, by SIMs; nought for an item that says what one before it said."""
    union: IntervalSet
    """All that is affected, and with which pieces it has how many SIMs in common:"""
    hit: Rows
    sims: Floats
    from_alarms: bool
    """There is no case: it is what the objects in alarm serve."""

    def by_leaf(self, weights: Floats) -> Floats:
        """Return the sums of ``weights`` (one a part) by leaf."""
        found: Floats = np.bincount(self.leaves.leaf_of[self.piece], weights, len(self.leaves)).astype(np.float64)
        return found


def trouble_of(asked: Question) -> Trouble:
    """Return where the trouble of a question lies."""
    leaves = leaves_of(asked.fleet)
    sets = [item.sims for item in asked.items]
    owns = np.array([item.own for item in asked.items], dtype=np.bool_)
    from_alarms = not sets
    if from_alarms and any(one.own for one in asked.alarms):
        sets, owns = [asked.scope], np.ones(1, dtype=np.bool_)
    none = np.empty(0, dtype=np.int64)
    firsts = np.concatenate([none, *(one.starts for one in sets)])
    lasts = np.concatenate([none, *(one.ends for one in sets)])
    whose = np.repeat(np.arange(len(sets)), [len(one) for one in sets])
    run, piece, overlap = leaves.met(firsts, lasts)
    item = whose[run]
    customer = leaves.owner.codes[piece].astype(np.int64)
    units, cases = _units(item, customer, overlap.astype(np.float64), sets, leaves)
    union = IntervalSet.union(sets)
    _, hit, sims = leaves.met(union.starts, union.ends)
    return Trouble(
        leaves,
        item,
        piece,
        customer,
        units,
        units * owns[item],
        cases,
        union,
        hit,
        sims.astype(np.float64),
        from_alarms,
    )


def _units(
    item: Rows, customer: Rows, overlap: Floats, sets: list[IntervalSet], leaves: FleetLeaves
) -> tuple[Floats, Floats]:
    """Return what each part weighs, and which part of a distinct item it is.

    The items of one customer are as alike as correlation makes them: one less its share of the fleet. Each of them
    weighs the same, and is shared out by SIMs. Items about the same SIMs are one.
    """
    if not len(item):
        return np.empty(0, dtype=np.float64), np.empty(0, dtype=np.float64)
    alike: dict[IntervalSet, int] = {}
    first = np.array([alike.setdefault(one, at) for at, one in enumerate(sets)], dtype=np.int64)
    overlap = np.where(first[item] == item, overlap, 0.0)
    pairs, place = np.unique(customer * len(sets) + item, return_inverse=True)
    of_pair = pairs // len(sets)
    whole = np.bincount(place, overlap)
    items = np.bincount(of_pair, whole > 0.0)
    effective = items / (1.0 + np.maximum(items - 1.0, 0.0) * (1.0 - leaves.share_of_owner[: len(items)]))
    each = effective / np.maximum(items, 1.0)
    inside: Floats = overlap / np.maximum(whole, 1.0)[place]
    of_item = np.bincount(item, overlap, len(sets))
    cases: Floats = overlap / np.maximum(of_item, 1.0)[item]
    return inside * each[of_pair[place]], cases
