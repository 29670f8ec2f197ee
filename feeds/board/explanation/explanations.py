"""What was said to explain outages: by the watcher, the newest and how it changed; and by people. Primary state."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

import msgspec

from feeds.facts import ExplanationChosen, OutageExplained
from feeds.model.explanations import Explanation

LOOKS_KEPT: Final = 60
"""Earlier answers of which the coverage of each candidate is kept, for an outage."""

Where = tuple[tuple[str, str], ...]


class Explained(msgspec.Struct, frozen=True):
    """The watcher's newest answer for an outage, and the ones before: by candidate its coverage, oldest first."""

    outage: str
    at: datetime
    seq: int
    explanations: tuple[Explanation, ...]
    looks: tuple[dict[str, float], ...] = ()
    """By candidate (see ``name_of``), its coverage; the last one is the newest answer's."""


class Chosen(msgspec.Struct, frozen=True):
    """What a person said explains an outage."""

    outage: str
    where: dict[str, str]
    by: str
    at: datetime
    reason: str = ""


class ExplanationTable:
    """By outage: what explains it."""

    def __init__(self) -> None:
        self.latest: dict[str, Explained] = {}
        self.chosen: dict[str, Chosen] = {}

    def explain(self, fact: OutageExplained, seq: int, at: datetime) -> str:
        """Take in an answer. Return what is to be said of it in the outage's history; empty: nothing changed much."""
        known = self.latest.get(fact.outage)
        look = {name_of(one.where): one.coverage for one in fact.explanations}
        looks = (*(known.looks if known is not None else ()), look)[-LOOKS_KEPT:]
        self.latest[fact.outage] = Explained(fact.outage, at, seq, fact.explanations, looks)
        return _said(known.explanations if known is not None else (), fact.explanations)

    def choose(self, fact: ExplanationChosen, outage: str, by: str, at: datetime) -> str:
        """Take in a person's word about ``outage``, or that it is taken back.

        Return what is to be said of it in the outage's history; empty: nothing.
        """
        why = f": {fact.reason}" if fact.reason else ""
        if not fact.where:
            before = self.chosen.pop(outage, None)
            return f"takes back that it is {name_of(before.where)}{why}" if before is not None else ""
        self.chosen[outage] = Chosen(outage, fact.where, by, at, fact.reason)
        return f"says: {name_of(fact.where)}{why}"

    def restore(self, latest: Iterable[Explained], chosen: Iterable[Chosen]) -> None:
        """Take over what a dump holds."""
        self.latest = {one.outage: one for one in latest}
        self.chosen = {one.outage: one for one in chosen}


def name_of(where: dict[str, str]) -> str:
    """Return attribute values as people read them: ``apn iot.meter, gateway pgw-2``."""
    return ", ".join(f"{name} {value}" for name, value in sorted(where.items()))


def _said(before: tuple[Explanation, ...], now: tuple[Explanation, ...]) -> str:
    """Return which explanations stand that did not, and which do no longer."""
    stood = {name_of(one.where) for one in before if one.stands}
    stand = {name_of(one.where): one for one in now if one.stands}
    parts = [f"explained by {told(one)}" for name, one in stand.items() if name not in stood]
    gone = sorted(stood - stand.keys())
    if gone:
        parts.append(f"no longer explained by {'; '.join(gone)}")
    return "; ".join(parts)


def told(one: Explanation) -> str:
    """Return an explanation with both its shares: ``apn iot.meter: 98 % of the affected, 4 % of the fleet``."""
    fleet = f", {_percent(one.fleet_share)} of the fleet" if one.total else ""
    note = f" ({one.note})" if one.note else ""
    return f"{name_of(one.where)}: {_percent(one.coverage)} of the affected{fleet}{note}"


def _percent(part: float) -> str:
    return f"{part * 100:.1f} %" if 0 < part < 0.01 else f"{part * 100:.0f} %"
