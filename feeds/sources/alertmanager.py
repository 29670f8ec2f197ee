"""Alertmanager, both ways in: its webhook (version 4), and its own API v2, so that Prometheus can post here directly.

Both end in the same alarms: an alarm's id is Alertmanager's fingerprint of the labels, and what an event says follows
from the alert alone, so that a repeated notification is the identical event. Clearing an alert whose time has run
out is the hub's work; ``expiries`` says when.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from re import compile as pattern
from typing import Final

from msgspec import Struct, structs

from feeds.facts import AlarmReported, Fact
from feeds.model import AlarmEvent, AlarmKey, Severity, alarm_key
from feeds.sources.clean import clean, cut
from feeds.sources.errors import Invalid, Malformed
from feeds.sources.parse import decode, in_utc, proved, typed

SOURCE: Final = "alertmanager"

SEVERITIES: Final[dict[str, Severity]] = {
    "critical": Severity.CRITICAL,
    "crit": Severity.CRITICAL,
    "page": Severity.CRITICAL,
    "emergency": Severity.CRITICAL,
    "fatal": Severity.CRITICAL,
    "disaster": Severity.CRITICAL,
    "major": Severity.MAJOR,
    "error": Severity.MAJOR,
    "high": Severity.MAJOR,
    "minor": Severity.MINOR,
    "average": Severity.MINOR,
    "medium": Severity.MINOR,
    "warning": Severity.WARNING,
    "warn": Severity.WARNING,
    "ticket": Severity.WARNING,
    "low": Severity.WARNING,
    "info": Severity.INDETERMINATE,
    "informational": Severity.INDETERMINATE,
    "none": Severity.INDETERMINATE,
}
"""The label ``severity`` as rules write it, in any case. What is not here, or has no such label, is indeterminate."""

_OBJECT_LABELS: Final = ("managed_object", "instance", "node", "host", "pod", "job")
_TEXTS: Final = ("summary", "description", "message")
_FINGERPRINT: Final = pattern("[0-9a-f]{16}")
_MOST_ATTRIBUTES: Final = 64


class _Alert(Struct, frozen=True, rename="camel"):
    """One alert, in the webhook and in the API."""

    labels: dict[str, str]
    annotations: dict[str, str] | None = None
    status: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    fingerprint: str = ""


class _Notification(Struct, frozen=True):
    """What the webhook sends."""

    version: str
    alerts: tuple[_Alert, ...]


def webhook(body: bytes) -> list[Fact]:
    """Return the facts of a notification that Alertmanager posts to a webhook receiver (version 4)."""
    value = decode(body, raw=True)
    notification = typed(value, _Notification)
    if notification.version != "4":
        raise Invalid(f'$.version: expected "4", got {clean(notification.version[:20])!r}', "$.version")
    facts: list[Fact] = []
    for at, alert in enumerate(notification.alerts):
        place = f"$.alerts[{at}]"
        if alert.status not in ("firing", "resolved"):
            raise Invalid(f"{place}.status: expected firing or resolved", f"{place}.status")
        facts.append(AlarmReported(_event(alert, alert.status == "resolved", place)))
    return facts


def alerts_v2(body: bytes, now: datetime) -> list[Fact]:
    """Return the facts of a body of ``POST /api/v2/alerts``. An alert that ended by ``now`` is a clear.

    Alerts without labels are refused with 400, as Alertmanager does. Where startsAt is missing, the time of arrival
    counts; where endsAt is, the alert is firing. An endsAt in the future is when the alarm ``lapses`` unless renewed.
    """
    facts: list[Fact] = []
    for at, alert in enumerate(typed(decode(body, raw=True), list[_Alert])):
        place = f"$[{at}]"
        ends = _time(alert.ends_at, f"{place}.endsAt")
        over = ends is not None and ends <= now
        event = _event(alert, over, place)
        facts.append(AlarmReported(event if over else structs.replace(event, lapses=ends)))
    return facts


def expiries(facts: Iterable[Fact]) -> list[tuple[AlarmKey, datetime]]:
    """Return when each firing alert among ``facts`` lapses unless it is posted again: its endsAt."""
    return [
        (alarm_key(fact.event), fact.event.lapses)
        for fact in facts
        if isinstance(fact, AlarmReported) and fact.event.lapses is not None
    ]


def _event(alert: _Alert, over: bool, place: str) -> AlarmEvent:
    # A label with an empty value is no label: Alertmanager drops it before it takes the fingerprint.
    labels = {name: value for name, value in alert.labels.items() if value}
    if not labels or "" in labels:
        raise Malformed(f"{place}.labels: an alert needs at least one label, and each a name", f"{place}.labels")
    starts = _time(alert.starts_at, f"{place}.startsAt")
    ends = _time(alert.ends_at, f"{place}.endsAt")
    given = _FINGERPRINT.fullmatch(alert.fingerprint)
    shown = {clean(name): clean(value) for name, value in labels.items()}
    name = shown.get("alertname", "")
    severity = SEVERITIES.get(labels.get("severity", "").strip().lower(), Severity.INDETERMINATE)
    notes = alert.annotations or {}
    event = AlarmEvent(
        source=SOURCE,
        managed_object=cut(next((shown[label] for label in _OBJECT_LABELS if label in shown), name) or "unnamed", 256),
        severity=Severity.CLEARED if over else severity,
        id=alert.fingerprint if given else fingerprint(labels),
        time=(ends or starts) if over else starts,
        raised=starts,
        probable_cause=cut(shown.get("probable_cause") or clean(notes.get("probable_cause", "")), 256),
        specific_problem=cut(name, 256),
        text=cut("\n".join(clean(notes[note], newlines=True) for note in _TEXTS if notes.get(note)), 65_536),
        attributes=_attributes(shown),
    )
    return proved(event, place)


def _attributes(labels: dict[str, str]) -> dict[str, str]:
    items = sorted(labels.items())
    if len(items) > _MOST_ATTRIBUTES:
        left = len(items) - _MOST_ATTRIBUTES + 1
        items = [*items[: _MOST_ATTRIBUTES - 1], ("…", f"and {left} more labels")]
    return {cut(name, 64): cut(value, 512) for name, value in items}


def _time(time: datetime | None, path: str) -> datetime | None:
    """Return ``time`` in UTC; the zero time of Go, year 1, is none."""
    return None if time is None or time.year == 1 else in_utc(time, path)


def fingerprint(labels: dict[str, str]) -> str:
    """Return Alertmanager's fingerprint of a label set: 64-bit FNV-1a, 16 hex digits.

    As ``LabelSet.Fingerprint`` in prometheus/common/model: over the labels by ascending name (in bytes), each name and
    each value followed by the byte 255.
    """
    return _fnv1a(b"".join(name + b"\xff" + value + b"\xff" for name, value in sorted(_encoded(labels))))


def _encoded(labels: dict[str, str]) -> Iterable[tuple[bytes, bytes]]:
    return ((name.encode(), value.encode()) for name, value in labels.items())


@lru_cache(maxsize=16_384)
def _fnv1a(data: bytes) -> str:
    total = 0xCBF29CE484222325
    for byte in data:
        total = ((total ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return f"{total:016x}"
