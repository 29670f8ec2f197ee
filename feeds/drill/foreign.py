"""How foreign systems would say it: alarms as Alertmanager's webhook, cases as the webhook of a Zammad trigger.

The payloads hold what the real ones hold and the hub could need (Alertmanager's webhook version 4; the default payload
in Zammad's admin documentation, empty fields left out, with the desk's own ticket attributes *kind* and *service*).
"""

import hashlib
import html
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from feeds.model import AlarmEvent, CaseEvent, CaseState, Channel, Contact, Severity

_NEVER = datetime(1, 1, 1, tzinfo=UTC)
"""Alertmanager's way to say that an alert has not ended."""
_ZAMMAD_STATES = {CaseState.OPEN: "open", CaseState.PENDING: "pending reminder", CaseState.CLOSED: "closed"}
_ZAMMAD_TYPES = {Channel.EMAIL: "email", Channel.PORTAL: "web", Channel.CALL: "phone", Channel.API: "web"}


class Firing(Struct, frozen=True):
    """An alert as Alertmanager knows it: since when, and the severity in its labels, which a clear repeats."""

    since: datetime
    severity: Severity


class AlertmanagerVoice:
    """Says alarms as an Alertmanager does. It remembers what fires: labels must not change from firing to resolved."""

    def __init__(self, external_url: str) -> None:
        self._external_url = external_url
        self._firing: dict[str, Firing] = {}

    def webhook(self, events: Sequence[AlarmEvent]) -> bytes:
        """Return one notification about ``events``, each with its ``time`` set."""
        alerts = [self._alert(event) for event in events]
        firing = any(alert["status"] == "firing" for alert in alerts)
        return msgspec.json.encode(
            {
                "version": "4",
                "groupKey": '{}:{job="drill"}',
                "truncatedAlerts": 0,
                "status": "firing" if firing else "resolved",
                "receiver": "vaken",
                "groupLabels": {"job": "drill"},
                "commonLabels": {"job": "drill"},
                "commonAnnotations": {},
                "externalURL": self._external_url,
                "alerts": alerts,
            }
        )

    def _alert(self, event: AlarmEvent) -> dict[str, object]:
        assert event.time is not None
        cleared = event.severity is Severity.CLEARED
        known = self._firing.get(event.id) or Firing(event.time, event.severity)
        if cleared:
            self._firing.pop(event.id, None)
        else:
            self._firing[event.id] = known
        labels = {
            "alertname": event.specific_problem or event.probable_cause,
            "instance": event.managed_object,
            "job": "drill",
            "severity": known.severity.value if known.severity is not Severity.CLEARED else "warning",
            **event.attributes,
        }
        fingerprint = hashlib.blake2b(msgspec.json.encode(sorted(labels.items())), digest_size=8).hexdigest()
        return {
            "status": "resolved" if cleared else "firing",
            "labels": labels,
            "annotations": {"summary": event.text, "probable_cause": event.probable_cause},
            "startsAt": known.since,
            "endsAt": event.time if cleared else _NEVER,
            "generatorURL": f"{self._external_url}/graph",
            "fingerprint": fingerprint,
        }


def zammad_webhook(event: CaseEvent, writer: Contact, organization: str) -> bytes:
    """Return what a Zammad trigger posts about a case; ``event`` has ``opened`` and ``time`` set."""
    first, _, last = writer.name.rpartition(" ")
    by_mail = event.channel is Channel.EMAIL
    body = html.escape(event.text, quote=False).replace("\n", "<br>\n") if by_mail else event.text
    number = int(event.number)
    payload = {
        "ticket": {
            "id": number,
            "number": event.number,
            "title": event.title,
            "state": _ZAMMAD_STATES[event.state] if event.owner else "new",
            "priority": {"id": 2, "name": "2 normal"},
            "group": {"id": 3, "name": "Service Desk"},
            "customer": {
                "id": number % 1_000,
                "login": writer.address,
                "email": writer.address,
                "firstname": first,
                "lastname": last,
                "organization": organization,
            },
            "organization": {"id": number % 1_000, "name": organization},
            "owner": {"id": 5, "login": event.owner} if event.owner else {"id": 1, "login": "-"},
            "kind": event.kind.value,
            "service": event.service.value,
            "create_article_type": _ZAMMAD_TYPES[event.channel],
            "create_article_sender": "Customer",
            "article_count": 1,
            "created_at": event.opened,
            "updated_at": event.time,
            "close_at": event.time if event.state is CaseState.CLOSED else None,
        },
        "article": {
            "id": number * 10,
            "ticket_id": number,
            "type": _ZAMMAD_TYPES[event.channel],
            "sender": "Customer",
            "from": f"{writer.name} <{writer.address}>",
            "subject": event.title,
            "body": body,
            "content_type": "text/html" if by_mail else "text/plain",
            "internal": False,
            "created_at": event.opened,
        },
    }
    return msgspec.json.encode(payload)
