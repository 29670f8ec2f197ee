"""The promises to customers as clocks: which word is due next, when it is near, when it is late, and when to ring.

Due in five minutes: marked, and the terminal's bell rings once for that promise. Late: it stays, with its minutes.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct
from textual.content import Content

from feeds.model import OutageRow, OutageState, TotalsRow
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.quantities import span, utc

NEAR = timedelta(minutes=5)
"""So long before it is due a promise is marked, and rings."""

RUNG_KEPT = 200
"""Promises that are remembered as rung; of more, the oldest are forgotten."""

_WAITING = frozenset({OutageState.DECLARED, OutageState.MITIGATED})


class Promise(Struct, frozen=True):
    """Customers of an outage hear again by ``due``."""

    due: datetime
    outage: str


def promises(outages: Iterable[OutageRow], totals: TotalsRow | None) -> list[Promise]:
    """Return what is promised and not kept, the earliest first. The hub knows of outages that are over as well."""
    found = {row.key: row.next_word for row in outages if row.next_word is not None and row.state in _WAITING}
    if totals is not None and totals.next_word is not None:
        found[totals.next_word_of] = totals.next_word
    return sorted((Promise(due, outage) for outage, due in found.items()), key=lambda one: (one.due, one.outage))


def promise_line(promise: Promise, now: datetime, more: int = 0, *, short: bool = False) -> Content:
    """Return ``O-9 next word 02:51 · in 4 min``; ``more``: how many further ones wait as near or late."""
    left = (promise.due - now).total_seconds()
    name = "" if short else "next word "
    parts: list[tuple[str, str]] = [(plain(promise.outage), "bold"), (f" {name}{utc(promise.due)} · ", "")]
    if left < 0:
        parts.append((f"OVERDUE {span(-left)}", "bold $error reverse"))
    elif left <= NEAR.total_seconds():
        parts.append((f"DUE in {span(left)}", "bold $warning reverse"))
    else:
        parts.append((f"in {span(left)}", MUTED))
    if more:
        parts.append((f" +{more}", "bold $error"))
    return Content.assemble(*parts)


def pressing(found: Iterable[Promise], now: datetime) -> list[Promise]:
    """Return those that are near or late."""
    return [one for one in found if one.due - now <= NEAR]


class PromiseBell:
    """Rings once for each promise when it comes near, also where one is near at the first look."""

    def __init__(self) -> None:
        self._rung: dict[Promise, None] = {}

    def rings(self, found: Iterable[Promise], now: datetime) -> bool:
        """Return whether to ring now."""
        new = [one for one in pressing(found, now) if one not in self._rung]
        self._rung.update(dict.fromkeys(new))
        while len(self._rung) > RUNG_KEPT:
            self._rung.pop(next(iter(self._rung)))
        return bool(new)
