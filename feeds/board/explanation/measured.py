"""The numbers for and against a candidate: SIMs inside and outside, whose they are, and how far it stands out."""

from collections.abc import Mapping
from math import comb, inf, log
from typing import Final

import numpy as np

from feeds.board.explanation.affected import Question
from feeds.board.explanation.fleet_derived import CUSTOMER
from feeds.board.explanation.fleet_leaves import Floats, Mask
from feeds.board.explanation.trouble import Trouble
from feeds.fleet.codes import Rows
from feeds.model.explanations import Explanation
from feeds.simspace import IntervalSet

FEWEST_CUSTOMERS: Final = 3
ODDS: Final = 4.0
"""The odds that trouble lies inside, over those at random: at the least."""
RANGES: Final = 20
NAMES: Final = 10
"""Ranges and customers outside that a candidate names."""
UNLIKELY: Final = 0.01
"""What chance brings more rarely is a finding."""
_OWN: Final = 0.25
"""What explains less than this of an outage's own cases does not explain it."""
_SLIGHTLY: Final = 1e-6

Key = tuple[tuple[str, str], ...]


def key_of(where: Mapping[str, str]) -> Key:
    """Return attribute values as a key."""
    return tuple(sorted(where.items()))


class Measured:
    """Measures candidates against the trouble of one question."""

    def __init__(self, asked: Question, trouble: Trouble) -> None:
        self._asked = asked
        self._trouble = trouble
        self._leaves = trouble.leaves
        self._affected = float(trouble.sims.sum())
        self._units = float(trouble.units.sum())
        self._own = float(trouble.own.sum())
        self._known: dict[Key, tuple[Mask, Mask] | None] = {}
        self.customers = len(np.unique(trouble.customer))
        """Customers with trouble."""

    # -- what is inside ------------------------------------------------------------------------------------------

    def _inside(self, where: Mapping[str, str]) -> tuple[Mask, Mask] | None:
        """Return which leaves, and which of the pieces of one customer (all where none is named), are meant."""
        key = key_of(where)
        if key not in self._known:
            leaves = self._leaves.inside_leaves({name: value for name, value in key if name != CUSTOMER})
            owners = np.ones(len(self._leaves.owner.values), dtype=np.bool_)
            if CUSTOMER in where and CUSTOMER not in self._leaves.names:
                owners[:] = False
                place = self._leaves.owner.place(where[CUSTOMER])
                if place >= 0:
                    owners[place] = True
            elif CUSTOMER in where:
                leaves = self._leaves.inside_leaves(where)
            self._known[key] = (leaves, owners) if leaves is not None and owners.any() else None
        return self._known[key]

    def _marks(self, where: Mapping[str, str], pieces: Rows) -> Mask:
        inside = self._inside(where)
        if inside is None:
            return np.zeros(len(pieces), dtype=np.bool_)
        marks: Mask = inside[0][self._leaves.leaf_of[pieces]] & inside[1][self._leaves.owner.codes[pieces]]
        return marks

    def parts(self, where: Mapping[str, str]) -> Mask:
        """Return which parts of the trouble lie inside."""
        return self._marks(where, self._trouble.piece)

    def rate(self, where: Mapping[str, str]) -> float:
        """Return which part of the units of evidence lies inside, 0 to 1."""
        return float(self._trouble.units[self.parts(where)].sum()) / self._units if self._units else 0.0

    def own_rate(self, where: Mapping[str, str]) -> float:
        """Return the same of the outage's own; 1 where it has none."""
        return float(self._trouble.own[self.parts(where)].sum()) / self._own if self._own else 1.0

    # -- the customer --------------------------------------------------------------------------------------------

    def one_customer(self) -> tuple[str, float]:
        """Return the customer with most of the outage's own cases, and how many it has about different SIMs.

        Those beside the outage count: a group that one mail made may hold few of the many about one fleet.
        """
        trouble = self._trouble
        own = trouble.own > 0.0
        if not own.any() or trouble.from_alarms:
            return "", 0.0
        cases = np.bincount(trouble.customer[own], trouble.cases[own], len(self._leaves.owner.values))
        place = int(cases.argmax())
        return self._leaves.owner.values[place], float(trouble.cases[trouble.customer == place].sum())

    def all_of(self, customer: str) -> float:
        """Return which part of the outage's own cases is a customer's, 0 to 1."""
        trouble = self._trouble
        own = trouble.own > 0.0
        here = own & (trouble.customer == self._leaves.owner.place(customer))
        whole = float(trouble.cases[own].sum())
        return float(trouble.cases[here].sum()) / whole if whole else 0.0

    def share_of(self, customer: str) -> float:
        """Return which part of the fleet a customer has, 0 to 1."""
        return float(self._leaves.share_of_owner[self._leaves.owner.place(customer)])

    # -- the numbers ---------------------------------------------------------------------------------------------

    def is_of_many(self, where: Mapping[str, str]) -> bool:
        """Whether enough customers are inside, and half of the outage's own trouble is."""
        return (
            len(np.unique(self._trouble.customer[self.parts(where)])) >= FEWEST_CUSTOMERS
            and self.own_rate(where) >= 0.5
        )

    def may_stand(self, where: Mapping[str, str]) -> bool:
        """Whether enough customers are inside, enough of the outage is, and more than chance and usage bring there."""
        parts = self.parts(where)
        units = float(self._trouble.units[parts].sum())
        enough = max(len(np.unique(self._trouble.customer[parts])), units + _SLIGHTLY) >= FEWEST_CUSTOMERS
        rate, usual = self.rate(where), self._usual(where)
        odds = rate / (1.0 - rate) if rate < 1.0 - _SLIGHTLY else inf
        stands_out = usual < 1.0 and odds >= ODDS * usual / (1.0 - usual)
        return enough and stands_out and self.own_rate(where) >= _OWN

    def _usual(self, where: Mapping[str, str]) -> float:
        """Return which part of trouble would lie inside if it struck at random."""
        inside = self._inside(where)
        if inside is None:
            return 0.0
        if CUSTOMER in where and CUSTOMER not in self._leaves.names:
            return (self.share_of(where[CUSTOMER]) + 1.0 / max(self._leaves.customers, 1)) / 2.0
        return float(self._leaves.exposure[inside[0]].sum())

    def _score(self, where: Mapping[str, str]) -> float:
        """Return how much likelier the trouble is with a rate of its own inside, in nats, less what the name costs."""
        gain = _gain(self.rate(where) * self._units, self._units, self._usual(where))
        if gain <= 0.0:
            return 0.0
        names = self._leaves.names
        values = [
            len(self._leaves.values[names.index(name)]) if name in names else self._leaves.customers for name in where
        ]
        cost = log(comb(max(len(names), len(where)), len(where))) + sum(log(max(many, 1)) for many in values)
        return gain - cost

    def is_sure(self, where: Mapping[str, str]) -> bool:
        """Whether it is more than what chance brings, where cases were picked out of many for what they share.

        These prove no more than the chance of finding such a group; customers who wrote since then prove the rest.
        """
        chance = self._asked.chance
        if chance is None:
            return True
        trouble = self._trouble
        minutes = np.array([item.minute for item in self._asked.items])[trouble.item]
        known = np.unique(trouble.customer[minutes <= self._asked.counted])
        since = ~np.isin(trouble.customer, known)
        further = float(trouble.units[since].sum())
        inside = float(trouble.units[since & self.parts(where)].sum())
        return _gain(inside, further, self._usual(where)) - log(max(chance, 1e-300)) >= -log(UNLIKELY)

    def explanation(self, where: Mapping[str, str], worth: float) -> Explanation | None:
        """Return a candidate with its numbers; ``worth``: what alarms add to its score. None: no SIM is so."""
        inside = self._inside(where)
        if inside is None or not self._affected:
            return None
        leaves, trouble = self._leaves, self._trouble
        if inside[1].all():
            total, customers = float(leaves.sims[inside[0]].sum()), leaves.customers_in(inside[0])
        else:
            customers = 1
            pieces = np.flatnonzero(inside[1][leaves.owner.codes])
            pieces = pieces[inside[0][leaves.leaf_of[pieces]]]
            total = float((leaves.lasts[pieces] - leaves.firsts[pieces] + 1).sum())
        if total <= 0.0:
            return None
        marks = self._marks(where, trouble.hit)
        affected = float(trouble.sims[marks].sum())
        coverage, share = affected / self._affected, total / leaves.total
        ranges, others = self._outside(trouble.hit[~marks], trouble.sims[~marks])
        return Explanation(
            where=dict(key_of(where)),
            coverage=round(coverage, 4),
            fleet_share=round(share, 6),
            lift=round(coverage / share, 2),
            affected=int(affected),
            total=int(total),
            outside=int(self._affected - affected),
            healthy=int(total - affected),
            customers=customers,
            score=round(self._score(where) + worth, 3),
            outside_ranges=ranges,
            outside_customers=others,
        )

    def _outside(self, pieces: Rows, sims: Floats) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
        """Return the first affected ranges outside, and whose they are: most SIMs first."""
        if not len(pieces):
            return (), ()
        leaves = self._leaves
        owners = leaves.owner.codes[pieces]
        by_owner = np.bincount(owners, sims)
        there = np.flatnonzero(by_owner)
        names = [
            leaves.owner.values[place] for place in there[np.argsort(-by_owner[there], kind="stable")][:NAMES].tolist()
        ]
        some = np.unique(pieces)[: RANGES * 4]
        near = IntervalSet(leaves.firsts[some], leaves.lasts[some]) & self._trouble.union
        return tuple((str(first), str(last)) for first, last in near.pairs()[:RANGES]), tuple(names)


def _gain(inside: float, units: float, usual: float) -> float:
    """Return how much likelier so many ``units`` are with a rate of their own inside, in nats; 0: no higher rate."""
    if not 0.0 < usual < 1.0 or inside <= usual * units:
        return 0.0
    outside = units - inside
    gain = inside * log(inside / units / usual)
    return gain + (outside * log(outside / units / (1.0 - usual)) if outside > _SLIGHTLY else 0.0)
