"""Alarms, after ITU-T X.733 and 3GPP TS 32.111-2."""

from datetime import datetime
from enum import StrEnum
from typing import NewType

from msgspec import Struct

from feeds.model.text import Attributes, FeedNameSeen, Label, Name, Text

AlarmKey = NewType("AlarmKey", str)
"""``source/id``: the identity of an alarm for as long as the hub remembers it."""


class Severity(StrEnum):
    """Perceived severity (X.733 8.1.2.3). *cleared* is a severity there, and so it is here."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    WARNING = "warning"
    INDETERMINATE = "indeterminate"
    CLEARED = "cleared"

    __hash__ = str.__hash__  # that of Enum is written in Python, and this is asked for with every alarm


LAPSED = "lapsed"
"""The ``event`` of a clear that the hub gives because the source did not renew the alarm in time."""


class AlarmEvent(Struct, frozen=True, gc=False, omit_defaults=True):
    """One notification of an alarm as a source sends it: a raise, a change, a repeat or a clear.

    Which of these it is follows from what the board knows already. ``id`` is the source's own key of the alarm; where
    a source has none, identity is (managed object, event type, probable cause, specific problem), as in X.733.
    ``time`` is when it happened at the source; without it the time of arrival counts. A clear is severity *cleared*.
    ``raised`` may repeat when the alarm began, where the source says so with each notification.
    """

    source: FeedNameSeen
    managed_object: Name
    severity: Severity
    id: Label = ""
    time: datetime | None = None
    raised: datetime | None = None
    event_type: Label = ""
    probable_cause: Label = ""
    specific_problem: Label = ""
    text: Text = ""
    attributes: Attributes = {}
    event: Label = ""
    """The source's own key of this notification, where it has one: tells a repeat from two events of one second."""
    lapses: datetime | None = None
    """For sources that renew an alarm as long as it lasts: when it counts as clear unless it is renewed before."""


def alarm_key(event: AlarmEvent) -> AlarmKey:
    """Return the identity of the alarm that ``event`` speaks of."""
    if event.id:
        return f"{event.source}/{event.id}"  # type: ignore[return-value]  # NewType would be a call
    parts = (event.managed_object, event.event_type, event.probable_cause, event.specific_problem)
    return AlarmKey(f"{event.source}/{'|'.join([part.replace('%', '%25').replace('|', '%7C') for part in parts])}")


class Alarm(Struct, frozen=True, gc=False, omit_defaults=True):
    """An alarm as the board holds it. ``occurrences`` counts raises and repeats since it was last clear."""

    source: str
    id: str
    managed_object: str
    severity: Severity
    raised: datetime
    changed: datetime
    cleared: datetime | None = None
    occurrences: int = 1
    event_type: str = ""
    probable_cause: str = ""
    specific_problem: str = ""
    text: str = ""
    attributes: dict[str, str] = {}
    acknowledged_by: str = ""
    lapses: datetime | None = None
    """First announced end of an alarm that its source renews; the hub watches over the renewals."""
    raises: tuple[datetime, ...] = ()
    """When it was raised before ``raised``, the newest last, as far as it is remembered."""
    shelved: datetime | None = None
    """Until when a person put it aside, and who; it may clear and be raised again meanwhile."""
    shelved_by: str = ""
    last_cleared: datetime | None = None
    """When it was clear the last time before it was raised again."""
    marks: tuple[str, ...] = ()
    """The events of the time ``changed``: ``+`` for a raise, ``-`` for a clear, and the source's key of the event."""
    seq: int = 0
    """Sequence of the fact that changed its severity or text last; repeats do not move it."""

    @property
    def key(self) -> AlarmKey:
        """The identity: ``source/id``."""
        return AlarmKey(f"{self.source}/{self.id}")
