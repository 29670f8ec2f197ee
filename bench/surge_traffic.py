"""A desk's quiet weeks, made up: cases with the shape of days and weeks, days that differ, cases that come in bunches.

Nothing here knows what the product expects: shape, shares and scatter are drawn by the seed. ``watched`` plays cases
to a board, with a look after each as the hub's watcher does.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import numpy as np
from msgspec import Struct

from feeds.board import Board, Touched
from feeds.board.surge.surging import SurgeFact, look
from feeds.facts import CaseReported, DeskStated, Entry, Fact
from feeds.model import CaseEvent, CaseKind, Channel, Desk, Service
from feeds.surges import Floats

E = TypeVar("E", Channel, CaseKind, Service)

START = datetime(2026, 1, 5, tzinfo=UTC)
"""A Monday."""
LOOK_EVERY = timedelta(minutes=5)
"""While a surge lasts, and no case comes."""


class Came(Struct, frozen=True):
    """One case: when, and of what."""

    at: datetime
    channel: Channel
    kind: CaseKind
    service: Service


def quiet(
    seed: int, days: int, a_day: float = 64.0, bunches: float = 0.12, day_spread: float = 0.15, nights: float = 0.15
) -> list[Came]:
    """Return the cases of quiet days, oldest first.

    ``bunches``: chance that one more case follows a case within minutes; ``day_spread``: standard deviation of a day's
    volume, as a share; ``nights``: rate at night beside the busiest hour.
    """
    rng = np.random.default_rng([seed, days])
    peak, width, lunch = rng.uniform(9, 14), rng.uniform(3, 5), rng.uniform(0, 0.3)
    hours = np.arange(24) + 0.5
    day = nights + np.exp(-(((hours - peak) / width) ** 2)) - lunch * np.exp(-(((hours - 12.5) / 0.8) ** 2))
    of_weekday = np.array([*rng.uniform(0.85, 1.2, 5), *rng.uniform(0.15, 0.6, 2)])
    shares = (
        rng.dirichlet([1.5, 12.0, 1.0, 1.0]),
        rng.dirichlet([8.0, 5.0, 4.0, 2.0]),
        rng.dirichlet([12.0, 2.0, 2.0, 0.5, 1.0]),
    )
    week = np.outer(of_weekday, np.maximum(day, 0.02)).reshape(-1)
    week *= a_day * 7 / week.sum() * (1 - bunches)
    found: list[Came] = []
    for number in range(days):
        factor = rng.gamma(1 / day_spread**2, day_spread**2)
        for hour in range(24):
            for second in rng.uniform(0, 3600, rng.poisson(week[number % 7 * 24 + hour] * factor)):
                at = START + timedelta(days=number, hours=hour, seconds=float(second))
                of = (
                    _drawn(rng, Channel, shares[0]),
                    _drawn(rng, CaseKind, shares[1]),
                    _drawn(rng, Service, shares[2]),
                )
                found.append(Came(at, *of))
                while rng.random() < bunches:
                    at += timedelta(seconds=float(rng.exponential(150)))
                    found.append(Came(at, *of))
    return sorted(found, key=lambda came: came.at)


def _drawn(rng: np.random.Generator, names: type[E], shares: Floats) -> E:
    return list(names)[rng.choice(len(names), p=shares)]


class Desktop:
    """A board with a desk in front of it: cases go in, what is said of surges comes out and goes in, too."""

    def __init__(self, desk: Desk | None = None) -> None:
        self.board = Board()
        self.said: list[tuple[datetime, SurgeFact]] = []
        if desk is not None:
            self.tell(DeskStated(desk), START)

    def tell(self, fact: Fact, at: datetime) -> None:
        self.board.apply([Entry(self.board.seq + 1, at, "desk", fact)], Touched())

    def case(self, came: Came, opened: datetime | None = None) -> None:
        event = CaseEvent(
            number=str(self.board.seq), channel=came.channel, kind=came.kind, service=came.service, opened=opened
        )
        self.tell(CaseReported(event), came.at)

    def look(self, at: datetime) -> list[SurgeFact]:
        facts = look(self.board, at)
        for fact in facts:
            self.tell(fact, at)
            self.said.append((at, fact))
        return facts

    def play(self, cases: Iterable[Came], looking: bool = True) -> "Desktop":
        """Play cases; ``looking`` after each, and while a surge lasts at a steady rhythm."""
        before: datetime | None = None
        for came in cases:
            if looking and before is not None and self.board.surges.live:
                for at in _between(before, came.at):
                    if self.board.surges.live:
                        self.look(at)
            self.case(came)
            if looking:
                self.look(came.at)
            before = came.at
        return self


def _between(start: datetime, end: datetime) -> Iterator[datetime]:
    at = start + LOOK_EVERY
    while at < end:
        yield at
        at += LOOK_EVERY
