"""What cases say beside their SIMs, where the fleet does not know it: country, visited network, service.

There is no share of the fleet to compare with, so it is compared with what other cases say: the usual. Customers are
counted, not cases. A service (data, voice …) is what fails, not where: it is ranked, and never stands.
"""

from collections.abc import Iterator
from math import exp, log
from typing import Final

from feeds.board.explanation.affected import FIELDS, Question
from feeds.board.explanation.measured import FEWEST_CUSTOMERS, ODDS
from feeds.model.explanations import Explanation

_SYMPTOM: Final = "service"
_KNOWN: Final = 10
"""Other customers whose cases show what is usual, at the least."""
_CHANCE: Final = 1e-3
"""As unlikely by chance it must be, corrected for the fields tried."""


def from_fields(asked: Question, known: frozenset[str]) -> Iterator[Explanation]:
    """Yield what cases share that is far from usual, at most one value of each field.

    ``known``: attributes of the fleet, which say it better.
    """
    own = [item for item in asked.items if item.own] or list(asked.items)
    whole = max(1, sum(item.sims.count for item in own))
    for place, name in enumerate(FIELDS):
        if name in known:
            continue
        said: dict[str, set[str]] = {}
        sims: dict[str, int] = {}
        for number, item in enumerate(own):
            value = item.fields[place]
            if value:
                said.setdefault(value, set()).add(item.customer or f"#{number}")
                sims[value] = sims.get(value, 0) + item.sims.count
        if not said:
            continue
        value = max(said, key=lambda one: (len(said[one]), one))
        usual = _usual(asked, place, value)
        if usual is None:
            continue
        every = len(set[str]().union(*said.values()))
        all_customers = len({item.customer or f"#{number}" for number, item in enumerate(own)})
        here = len(said[value])
        likely = _likely(here, every, usual)
        if likely >= 1.0:
            continue
        odds = float("inf") if here == every else here / (every - here)
        stands = (
            name != _SYMPTOM
            and likely <= _CHANCE
            and here >= FEWEST_CUSTOMERS
            and odds >= ODDS * usual / (1.0 - usual)
            and every * 2 >= all_customers
        )
        yield Explanation(
            where={name: value},
            coverage=round(sims[value] / whole, 4),
            fleet_share=round(usual, 4),
            lift=round(sims[value] / whole / usual, 2),
            affected=sims[value],
            outside=whole - sims[value],
            customers=here,
            score=round(-log(max(likely, 1e-300)), 3) if name != _SYMPTOM else 0.0,
            outside_customers=tuple(dict.fromkeys(i.customer for i in own if i.customer and i.fields[place] != value)),
            stands=stands,
            note=f"as cases say; usually {usual * 100:.0f} % of them",
        )


def _likely(here: int, of: int, usual: float) -> float:
    """Return a bound of how likely as many, or more, say the same by chance (Chernoff), for all fields tried."""
    rate = here / of
    if rate <= usual:
        return 1.0
    apart = rate * log(rate / usual)
    if rate < 1.0:
        apart += (1.0 - rate) * log((1.0 - rate) / (1.0 - usual))
    return min(1.0, exp(-of * apart) / usual * len(FIELDS))


def _usual(asked: Question, place: int, value: str) -> float | None:
    """Return which part of other customers say that: never none, never all. None: too few of them say anything."""
    there: set[str] = set()
    every: set[str] = set()
    for number, (customer, fields) in enumerate(asked.others):
        if fields[place]:
            who = customer or f"#{number}"
            every.add(who)
            if fields[place] == value:
                there.add(who)
    return (len(there) + 1) / (len(every) + 2) if len(every) >= _KNOWN else None
