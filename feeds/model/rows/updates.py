"""Rows of updates to customers and of their deliveries."""

from datetime import datetime

from msgspec import field

from feeds.model.rows.row import Row
from feeds.model.updates import DeliveryState, Phase, UpdateKind, UpdateState


class UpdateRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One update with the counts of its ledger."""

    outage: str
    number: int
    kind: UpdateKind
    state: UpdateState
    author: str
    approver: str = ""
    drafted: datetime
    approved: datetime | None = None
    next_word: datetime | None = None
    customers: int = 0
    total: int = 0
    queued: int = 0
    attempting: int = 0
    accepted: int = 0
    failed: int = 0
    uncertain: int = 0
    held: int = 0
    bounced: int = 0
    """Those of the failed that came back after they had been accepted."""
    suppressed: int = 0
    """Those of the held that were never tried, because the address wants nothing or takes nothing."""
    channels: dict[str, int] = field(default_factory=dict)
    phase: Phase = Phase.INVESTIGATING
    proposed_by: str = ""
    proposed_for: int = 0
    alone: str = ""
    hold_until: datetime | None = None
    canary: int = 0
    began: datetime | None = None
    """When the first message was attempted."""
    heard: datetime | None = None
    """When the first contact of a customer accepted it; None: nobody has it."""
    ended: datetime | None = None
    reason: str = ""
    """Why it was paused, undone or cancelled last."""
    scope_changed: float = 0.0
    """Paused because for so great a share of its customers something changed: it needs a new look and approval."""
    seq: int = 0


class DeliveryRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """One delivery of one update."""

    update: str
    state: DeliveryState
    customer: str
    address: str
    channel: str = "e-mail"
    sims: int = 0
    attempts: int = 0
    answer: str = ""
    message_id: str = ""
    changed: datetime | None = None
    name: str = ""
    """The customer's name."""
    tries: tuple[str, ...] = ()
    """The steps so far, each as ``02:31:07 failed 550 no such user``."""
    reference: str = ""


class SuppressionRow(Row, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """An address to which nothing is sent. ``key``: ``channel/address``."""

    channel: str
    address: str
    why: str
    words: str = ""
    since: datetime
    by: str = ""
