"""What may explain an outage, ranked: an answer to a question (affected.py).

SIMs of customers who did not write are unknown, not healthy. So what is compared is where trouble lies (trouble.py) and
where it would lie if it struck at random (fleet_leaves.py): a value stands out when far more of it lies there.
feeds.locating does the search. The numbers that are shown are counts of SIMs.

An alarm on attribute values speaks for these. What cases say beside their SIMs is looked at in case_fields.py. When
nearly all of it is one customer's, it is that customer's own trouble, and no network is blamed.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import numpy as np
from msgspec import structs

from feeds.board.explanation.affected import InAlarm, Question
from feeds.board.explanation.beginning import beginning
from feeds.board.explanation.case_fields import from_fields
from feeds.board.explanation.fleet_derived import CUSTOMER
from feeds.board.explanation.fleet_leaves import FleetLeaves, Floats, Mask
from feeds.board.explanation.measured import FEWEST_CUSTOMERS, Measured, key_of
from feeds.board.explanation.trouble import Trouble, trouble_of
from feeds.fleet.codes import Places
from feeds.locating import Cause, Numbered, locate
from feeds.model.explanations import Explanation

TOP: Final = 10
"""Candidates in an answer."""
DETAILED: Final = 3
"""Only so many of them name all ranges and customers outside; the others a few."""
FEW_NAMES: Final = 4
FINE: Final = 20
"""Units of exposure for each customer of the fleet: so many that evidence is rare among them."""
CUSTOMERS: Final = 50
"""Customers that a fleet is thought to have at least."""
MANY_LEAVES: Final = 30_000
"""In a larger table values without any evidence are put together, into BUCKETS for each attribute."""
BUCKETS: Final = 64
ALL_OF_IT: Final = 0.9
"""Of its cases so many must be one customer's to say that an outage is the customer's own."""
ENOUGH: Final = 3
"""So many cases of one customer, about different SIMs, are enough to say that."""
CLEARLY: Final = 3.0
"""Nats by which a candidate must be better than the one that was first, to take its place."""
MOST_OF_FLEET: Final = 0.5
"""A customer with more of the fleet than this is no explanation."""
LESSER_ALARMS: Final = 3

Where = Mapping[str, str]


def answer(asked: Question) -> tuple[Explanation, ...]:
    """Return what may explain it, best first, at most TOP; none of them may stand. Pure; for any thread."""
    if not len(asked.fleet):
        return tuple(sorted(from_fields(asked, frozenset()), key=_order))[:TOP]
    ranked = _ranked(asked, trouble_of(asked))
    said = [one for one in ranked[TOP:] if key_of(one.where) == asked.chosen]
    ranked = [*ranked[: TOP - len(said)], *said]
    return (*ranked[:DETAILED], *map(_shortened, ranked[DETAILED:]))


def _shortened(one: Explanation) -> Explanation:
    return structs.replace(
        one, outside_ranges=one.outside_ranges[:FEW_NAMES], outside_customers=one.outside_customers[:FEW_NAMES]
    )


def _order(one: Explanation) -> tuple[object, ...]:
    return (not one.stands, -one.score, len(one.where), key_of(one.where))


def _ranked(asked: Question, trouble: Trouble) -> list[Explanation]:
    measured = Measured(asked, trouble)
    alarms = {key_of(dict(one.where)): _worth(one) for one in asked.alarms}
    twins: dict[tuple[tuple[str, str], ...], str] = {}
    found: dict[tuple[tuple[str, str], ...], Explanation] = {}

    def add(where: Where, *, cause: bool = False, said: bool = False) -> None:
        key = key_of(where)
        if key in found:
            return
        one = measured.explanation(where, alarms.get(key, 0.0))
        if one is not None and (said or trouble.from_alarms or measured.own_rate(where) > 0.0):
            stands = cause and measured.may_stand(where) and measured.is_sure(where)
            found[key] = structs.replace(one, stands=stands)

    if not trouble.from_alarms:
        causes, others = _located(trouble.leaves, trouble.by_leaf(trouble.units), trouble.leaves.exposure)
        for one in (*causes, *others):
            where, twin = _best_name(one, trouble.leaves)
            twins[key_of(where)] = twin
            add(where, cause=one in causes)
    for alarm in asked.alarms:
        if alarm.own:
            add(dict(alarm.where))
    for pairs in filter(None, (asked.chosen, asked.where, asked.before)):
        if pairs is asked.chosen or CUSTOMER not in dict(pairs):
            add(dict(pairs), said=pairs is asked.chosen)
    for said in from_fields(asked, trouble.leaves.inventory):
        found.setdefault(key_of(said.where), said)
    ranked = _held(asked, measured, sorted(found.values(), key=_order))
    ranked = _judged(asked, trouble, measured, ranked, alarms)
    return _noted(asked, trouble, measured, ranked, twins)


def _held(asked: Question, measured: Measured, ranked: list[Explanation]) -> list[Explanation]:
    """Keep first what was first, or what the group was made for, until something else is clearly better.

    A value and its own parts speak of the same trouble: what is kept stands in place of the other. Nothing else takes
    the lead from a cause that the search stands for.
    """
    held = [one for one in ranked if key_of(one.where) in (asked.before, asked.where)]
    if not held or held[0] is ranked[0]:
        return ranked
    best, first = ranked[0], max(held, key=lambda one: (one.score, one is held[0]))
    if best.score - first.score >= CLEARLY:
        return ranked
    if best.stands and not first.stands:
        if not _nested(best, first) or not measured.may_stand(first.where):
            return ranked
        first, best = structs.replace(first, stands=True), structs.replace(best, stands=False)
    rest = (best if one is ranked[0] else one for one in ranked if one.where != first.where)
    return [first, *rest]


def _nested(one: Explanation, other: Explanation) -> bool:
    return one.where.items() <= other.where.items() or other.where.items() <= one.where.items()


def _judged(
    asked: Question,
    trouble: Trouble,
    measured: Measured,
    ranked: list[Explanation],
    alarms: Mapping[tuple[tuple[str, str], ...], float],
) -> list[Explanation]:
    """Say what stands in view of the alarms, and of whether it is all one customer's."""
    if any(one.stands for one in ranked):
        return ranked
    for one in ranked[:1]:
        made_for = key_of(one.where) == asked.where and not trouble.from_alarms
        found = one.score > 0.0 if asked.chance is None else measured.is_sure(one.where)
        if made_for and found and measured.may_stand(one.where):
            # The group was made for it, by a test of its own, and nothing explains the cases better.
            return [structs.replace(one, stands=True), *ranked[1:]]
    if any(_worth(alarm) for alarm in asked.alarms if alarm.own):
        # A few cases say nothing against alarms; many that lie elsewhere do.
        for place, one in enumerate(ranked):
            if alarms.get(key_of(one.where)):
                few = measured.customers < FEWEST_CUSTOMERS
                stands = place == 0 and (trouble.from_alarms or few or measured.rate(one.where) >= 0.5)
                ranked[place] = structs.replace(one, stands=stands)
                break
        return ranked
    customer, cases = measured.one_customer()
    if not customer or measured.all_of(customer) < ALL_OF_IT or measured.share_of(customer) > MOST_OF_FLEET:
        return ranked
    one_customer = measured.explanation({CUSTOMER: customer}, 0.0)
    if one_customer is None:
        return ranked
    # What several customers share, these cases too, may be the cause all the same: then nothing stands yet.
    rivals = [one for one in ranked if one.score > 0.0 and measured.is_of_many(one.where)]
    if rivals or cases < ENOUGH:
        return [
            *rivals,
            structs.replace(one_customer, note="one customer"),
            *(one for one in ranked if one not in rivals),
        ]
    first = structs.replace(one_customer, stands=True, note="one customer")
    inner = [{CUSTOMER: customer, **where} for where in _within(trouble, customer)]
    parts = [part for where in inner if (part := measured.explanation(where, 0.0)) is not None]
    return [first, *parts, *ranked]


def _worth(alarm: InAlarm) -> float:
    """Return what alarms on exactly some values are worth, in nats: by the worst of them."""
    if alarm.critical:
        return 8.0
    if alarm.major:
        return 5.0
    return 2.0 if alarm.lesser >= LESSER_ALARMS else 0.0


# -- the search ----------------------------------------------------------------------------------------------------


def _located(leaves: FleetLeaves, weights: Floats, exposure: Floats) -> tuple[tuple[Cause, ...], tuple[Cause, ...]]:
    """Return the causes of what lies on leaves, and the other candidates, best first."""
    units = float(weights.sum())
    if units <= 0.0 or not leaves.names:
        return (), ()
    fine = FINE * max(leaves.customers, CUSTOMERS, units)
    spoken = weights > 0.0
    columns = {
        name: _column(values, codes, spoken)
        for name, values, codes in zip(leaves.names, leaves.values, leaves.codes, strict=True)
    }
    found = locate(columns, weights, np.maximum(exposure * fine, weights), top=TOP)
    known = [one for one in found.candidates if all(condition.value.strip("\0") for condition in one.where)]
    causes = tuple(one for one in known if one in found.causes)
    return causes, tuple(_distinct(one for one in known if one not in causes))


def _column(values: tuple[str, ...], codes: Places, spoken: Mask) -> Numbered:
    """Return a column for the search; rows without a value have the empty text."""
    if len(codes) <= MANY_LEAVES:
        return Numbered((*values, ""), np.where(codes < 0, len(values), codes))
    used = np.unique(codes[spoken])
    used = used[used >= 0]
    numbers = np.full(len(values) + 1, -1, dtype=np.int64)
    numbers[:-1] = len(used) + np.arange(len(values)) % BUCKETS
    numbers[used] = np.arange(len(used))
    numbers[-1] = len(used) + BUCKETS
    others = (f"\0{number}" for number in range(BUCKETS))
    return Numbered((*(values[code] for code in used.tolist()), *others, ""), numbers[codes])


def _distinct(causes: Iterable[Cause]) -> Iterator[Cause]:
    """Yield causes without those that are another one of them under another name."""
    seen: set[object] = set()
    for one in causes:
        numbers = (one.affected, one.total)
        if one.where not in seen and numbers not in seen:
            yield one
        seen.update((*one.same, numbers))


def _best_name(one: Cause, leaves: FleetLeaves) -> tuple[dict[str, str], str]:
    """Return the name of a cause that says most: of the inventory before derived, short; and one further name."""
    names = sorted(
        ({condition.attribute: condition.value for condition in conditions} for conditions in (one.where, *one.same)),
        key=lambda where: (any(name not in leaves.inventory for name in where), len(where), key_of(where)),
    )
    further = [where for where in names[1:] if len(where) == 1 and not names[0].keys() & where.keys()]
    return names[0], ", ".join(f"{name} {value}" for name, value in key_of(further[0])) if further else ""


def _within(trouble: Trouble, customer: str) -> list[dict[str, str]]:
    """Return what the affected SIMs of one customer share among all of its SIMs: the best two candidates."""
    leaves = trouble.leaves
    place = leaves.owner.place(customer)
    pieces = leaves.owner.codes == place
    sizes = (leaves.lasts - leaves.firsts + 1)[pieces].astype(np.float64)
    expected: Floats = np.bincount(leaves.leaf_of[pieces], sizes / sizes.sum(), len(leaves)).astype(np.float64)
    weights = trouble.by_leaf(np.where(trouble.customer == place, trouble.cases, 0.0))
    causes, others = _located(leaves, weights, expected)
    found = [_best_name(one, leaves)[0] for one in (*causes, *others)[:2]]
    return [where for where in found if CUSTOMER not in where]


# -- words ---------------------------------------------------------------------------------------------------------


def _noted(
    asked: Question,
    trouble: Trouble,
    measured: Measured,
    ranked: list[Explanation],
    twins: Mapping[tuple[tuple[str, str], ...], str],
) -> list[Explanation]:
    """Add words: who began, what takes it in, what cannot be told apart from it, what alarms say."""
    spoken = {key_of(dict(alarm.where)): alarm for alarm in asked.alarms if _worth(alarm)}
    found: list[Explanation] = []
    for place, one in enumerate(ranked):
        notes = [one.note] if one.note else []
        alarm = spoken.get(key_of(one.where))
        if alarm is not None:
            counts = (("C", alarm.critical), ("M", alarm.major), ("m", alarm.lesser))
            notes.append(f"alarms say so: {' '.join(f'{letter}{count}' for letter, count in counts if count)}")
        if twin := twins.get(key_of(one.where)):
            notes.append(f"cannot be told apart from {twin}")
        if place == 0 and one.stands and CUSTOMER not in one.where:
            notes.append(beginning(asked, trouble, one.where))
        elif place and ranked[0].total and one.total:
            notes.append(_kinship(one, ranked[0]))
        found.append(structs.replace(one, note="; ".join(note for note in notes if note)))
    return found


def _kinship(one: Explanation, first: Explanation) -> str:
    """Return how a candidate and the first one lie in each other, as their values say."""
    name = ", ".join(f"{name} {value}" for name, value in key_of(first.where))
    if first.where.items() < one.where.items():
        return f"part of {name}"
    if one.where.items() < first.where.items():
        return f"takes in {name}"
    return ""
