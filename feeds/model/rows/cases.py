"""Rows of cases: the queue, what was read of one, how one is triaged."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from feeds.model.cases import CaseKind, CaseState, Channel, Service
from feeds.model.rows.row import Row

Lane = Literal["grouped", "unexplained", "no SIMs", "closed"]
"""Where a case stands: in a live outage, with SIMs in none, without SIMs that could be read, or over."""


class CaseRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One case. ``sims_text`` echoes what was read out of it."""

    number: str
    state: CaseState
    kind: CaseKind
    service: Service
    channel: Channel
    opened: datetime
    changed: datetime
    customer: str = ""
    vip: bool = False
    owner: str = ""
    title: str = ""
    text: str = ""
    sims: int = 0
    sims_text: str = ""
    warnings: tuple[str, ...] = ()
    country: str = ""
    outages: tuple[str, ...] = ()
    lane: Lane = "no SIMs"
    placed: str = ""
    """How it came into its outages: ``""`` by its SIMs, ``customer`` by its customer's, ``person`` by a person."""
    priority: int = 0
    priority_parts: tuple[tuple[str, int], ...] = ()
    """What the priority is the sum of: (reason, points)."""
    visited_network: str = ""
    follow_up: datetime | None = None
    """When somebody promised to look at it again."""
    seq: int = 0


class ReadRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One piece of a case's text that stands for SIMs, or that could not be read. ``key`` is its place, from 1."""

    text: str
    start: int
    """Where it is in its part, in characters."""
    end: int
    part: str = "text"
    """``title`` or ``text``; ``""``: SIMs of the case from elsewhere: its fields, further messages, a text cut off."""
    kind: str = ""
    sims: int = 0
    sims_text: str = ""
    customer: str = ""
    warning: str = ""


class OtherCase(Struct, frozen=True, gc=False, omit_defaults=True):
    """Another open case of the same customer."""

    number: str
    title: str
    opened: datetime
    outages: tuple[str, ...] = ()


class Nearby(Struct, frozen=True, gc=False, omit_defaults=True):
    """A live outage that a case is in or may belong to, and why."""

    outage: str
    why: str
    inside: bool = False


class TriageRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """What helps to decide on one case. ``key`` is the case's; ages are in working days of the desk."""

    customer: str = ""
    agreement: str = ""
    age: float | None = None
    usual: float | None = None
    """How many working days cases of its kind usually take."""
    others: tuple[OtherCase, ...] = ()
    """Other open cases of its customer, the newest first: the first few."""
    other_count: int = 0
    nearby: tuple[Nearby, ...] = ()
