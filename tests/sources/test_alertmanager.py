from datetime import UTC, datetime

import orjson
import pytest

from feeds.facts import AlarmReported, Fact
from feeds.model import AlarmEvent, Severity
from feeds.sources import Invalid, Malformed, alertmanager

NOW = datetime(2026, 11, 23, 2, 40, tzinfo=UTC)
STARTS, ENDS = "2026-11-23T02:30:00.123456789Z", "2026-11-23T02:35:00Z"
ZERO = "0001-01-01T00:00:00Z"
LABELS = {"alertname": "GatewayDown", "instance": "pgw-sto-1:9100", "severity": "critical", "site": "Malmö"}
NOTES = {"summary": "no echo", "description": "since\n02:30 \x1b[2J"}


def notification(**changes: object) -> bytes:
    alert = {
        "status": "firing",
        "labels": LABELS,
        "annotations": NOTES,
        "startsAt": STARTS,
        "endsAt": ZERO,
        "generatorURL": "http://prometheus.example/graph",
        "fingerprint": alertmanager.fingerprint(LABELS),
    } | changes
    return orjson.dumps(
        {
            "version": "4",
            "groupKey": "{}:{}",
            "status": "firing",
            "receiver": "vaken",
            "groupLabels": {},
            "commonLabels": LABELS,
            "commonAnnotations": NOTES,
            "externalURL": "http://alertmanager.example",
            "truncatedAlerts": 0,
            "alerts": [alert],
        }
    )


def posted(**changes: object) -> bytes:
    return orjson.dumps([{"labels": LABELS, "annotations": NOTES, "startsAt": STARTS} | changes])


def event(facts: list[Fact]) -> AlarmEvent:
    (fact,) = facts
    assert isinstance(fact, AlarmReported)
    return fact.event


def test_both_ways_in_end_in_the_same_event() -> None:
    assert event(alertmanager.webhook(notification())) == event(alertmanager.alerts_v2(posted(), NOW))
    resolved = event(alertmanager.webhook(notification(status="resolved", endsAt=ENDS)))
    assert resolved == event(alertmanager.alerts_v2(posted(endsAt=ENDS), NOW))
    assert resolved.severity is Severity.CLEARED


def test_a_firing_alert_becomes_an_alarm() -> None:
    found = event(alertmanager.webhook(notification()))
    assert found.source == "alertmanager"
    assert found.managed_object == "pgw-sto-1:9100"
    assert found.specific_problem == "GatewayDown"
    assert found.severity is Severity.CRITICAL
    assert found.time == found.raised == datetime(2026, 11, 23, 2, 30, 0, 123457, tzinfo=UTC)
    assert found.text == "no echo\nsince\n02:30 \\x1b[2J"
    assert found.attributes == LABELS
    assert found.lapses is None


def test_a_resolved_alert_is_a_clear_at_its_end() -> None:
    found = event(alertmanager.webhook(notification(status="resolved", endsAt=ENDS)))
    assert (found.severity, found.time) == (Severity.CLEARED, datetime(2026, 11, 23, 2, 35, tzinfo=UTC))


def test_a_repeated_notification_is_the_identical_event() -> None:
    assert alertmanager.webhook(notification()) == alertmanager.webhook(notification())
    assert alertmanager.alerts_v2(posted(startsAt=ZERO), NOW) == alertmanager.alerts_v2(posted(startsAt=ZERO), NOW)


def fnv1a(data: bytes) -> str:
    """FNV-1a, 64 bit, from its definition."""
    total = 14695981039346656037
    for byte in data:
        total ^= byte
        total = total * 1099511628211 % 2**64
    return f"{total:016x}"


def test_the_fingerprint_is_that_of_alertmanager() -> None:
    # As a real Alertmanager gives them in its webhook.
    assert (
        alertmanager.fingerprint({"alertname": "HssSlow", "node": "hss-1", "severity": "warning"}) == "1f73fc729d7d17c2"
    )
    labels = {"alertname": "GatewayDown", "instance": "pgw-sto-1", "severity": "critical", "site": "Malmö ☃"}
    assert alertmanager.fingerprint(labels) == "670afca3f6f78780"
    assert alertmanager.fingerprint({"b": "2", "a": "ö"}) == fnv1a(b"a\xff\xc3\xb6\xffb\xff2\xff")


def test_empty_labels_are_no_labels() -> None:
    with_empty = posted(labels=LABELS | {"zone": ""})
    assert alertmanager.alerts_v2(with_empty, NOW) == alertmanager.alerts_v2(posted(), NOW)


def test_a_missing_or_odd_fingerprint_is_computed() -> None:
    wanted = event(alertmanager.webhook(notification())).id
    assert event(alertmanager.webhook(notification(fingerprint=""))).id == wanted
    assert event(alertmanager.webhook(notification(fingerprint="../../x"))).id == wanted


@pytest.mark.parametrize("labels", [{}, {"a": ""}, {"": "x"}])
def test_alerts_without_labels_are_refused_as_alertmanager_does(labels: dict[str, str]) -> None:
    with pytest.raises(Malformed) as caught:
        alertmanager.alerts_v2(posted(labels=labels), NOW)
    assert caught.value.status == 400
    assert caught.value.path == "$[0].labels"


def test_an_end_in_the_future_is_when_the_alarm_lapses() -> None:
    ends = datetime(2026, 11, 23, 2, 44, tzinfo=UTC)
    facts = alertmanager.alerts_v2(posted(endsAt="2026-11-23T02:44:00Z"), NOW)
    assert event(facts).severity is Severity.CRITICAL
    assert alertmanager.expiries(facts) == [(f"alertmanager/{event(facts).id}", ends)]
    assert alertmanager.expiries(alertmanager.alerts_v2(posted(endsAt=ENDS), NOW)) == []
    assert alertmanager.expiries(alertmanager.alerts_v2(posted(endsAt=ZERO), NOW)) == []


def test_without_a_start_the_time_of_arrival_counts() -> None:
    found = event(alertmanager.alerts_v2(posted(startsAt=ZERO), NOW))
    assert (found.time, found.raised, found.severity) == (None, None, Severity.CRITICAL)


@pytest.mark.parametrize(
    ("label", "severity"),
    [
        ("critical", Severity.CRITICAL),
        ("PAGE", Severity.CRITICAL),
        ("major", Severity.MAJOR),
        ("error", Severity.MAJOR),
        ("minor", Severity.MINOR),
        ("warning", Severity.WARNING),
        ("info", Severity.INDETERMINATE),
        ("sev2", Severity.INDETERMINATE),
        (None, Severity.INDETERMINATE),
        ("cleared", Severity.INDETERMINATE),
    ],
)
def test_severities_follow_the_table(label: str | None, severity: Severity) -> None:
    labels = {"alertname": "x"} | ({"severity": label} if label else {})
    assert event(alertmanager.alerts_v2(posted(labels=labels), NOW)).severity is severity


@pytest.mark.parametrize(
    ("labels", "wanted"),
    [
        ({"managed_object": "m", "instance": "i"}, "m"),
        ({"node": "n", "host": "h"}, "n"),
        ({"pod": "p", "job": "j"}, "p"),
        ({"job": "j"}, "j"),
        ({"alertname": "A"}, "A"),
        ({"x": "y"}, "unnamed"),
        ({"instance": "i" * 300}, "i" * 255 + "…"),
    ],
)
def test_the_managed_object_is_the_most_telling_label(labels: dict[str, str], wanted: str) -> None:
    assert event(alertmanager.alerts_v2(posted(labels=labels), NOW)).managed_object == wanted


def test_labels_beyond_the_bounds_are_cut_visibly() -> None:
    labels = {f"label_{n:03}": "v" * 600 for n in range(100)}
    found = event(alertmanager.alerts_v2(posted(labels=labels), NOW)).attributes
    assert len(found) == 64
    assert found["…"] == "and 37 more labels"
    assert found["label_000"] == "v" * 511 + "…"


def test_hostile_labels_are_visible_text() -> None:
    found = event(alertmanager.alerts_v2(posted(labels={"alertname": "\x1b[2J", "in\u202eb": "x\ny"}), NOW))
    assert found.specific_problem == "\\x1b[2J"
    assert found.attributes == {"alertname": "\\x1b[2J", "in\\u202eb": "x\\ny"}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (orjson.dumps({"version": "3", "alerts": []}), "$.version"),
        (orjson.dumps({"version": "4"}), "$"),
        (notification(labels={"a": 1}), "$.alerts[0].labels[...]"),
        (notification(status="odd"), "$.alerts[0].status"),
        (notification(startsAt="soon"), "$.alerts[0].startsAt"),
        (notification(startsAt="1980-01-01T00:00:00Z"), "$.alerts[0].startsAt"),
    ],
)
def test_a_wrong_notification_is_named_by_its_path(body: bytes, path: str) -> None:
    with pytest.raises(Invalid) as caught:
        alertmanager.webhook(body)
    assert caught.value.path == path
