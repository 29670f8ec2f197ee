"""What the drill says in foreign tongues, heard by the sources that the hub hears with."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from feeds.drill.foreign import AlertmanagerVoice, zammad_webhook
from feeds.facts import AlarmReported, CaseReported, Fact
from feeds.model import (
    AlarmEvent,
    CaseEvent,
    CaseKind,
    CaseState,
    Channel,
    Contact,
    ContactChannel,
    Service,
    Severity,
    alarm_key,
)
from feeds.sources import alertmanager, zammad

NOW = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
ALARM = AlarmEvent(
    source="drill",
    id="probe-1/x",
    managed_object="probe-1",
    severity=Severity.MAJOR,
    time=NOW,
    probable_cause="applicationSubsystemFailure",
    specific_problem="SessionSetupFailing",
    text="fails",
    attributes={"apn": "iot.meter"},
)
CASE = CaseEvent(
    number="282000010",
    source="zammad",
    customer="noc@acme.example",
    kind=CaseKind.INFORMATION,
    service=Service.SMS,
    channel=Channel.EMAIL,
    opened=NOW,
    time=NOW + timedelta(seconds=5),
    title="Störung?",
    text="Hej,\n\n<b> 8946200010001402176 & 8946200010001402184\n",
)
WRITER = Contact(ContactChannel.EMAIL, "noc@acme.example", "Anna Berg")


def alarms(facts: list[Fact]) -> list[AlarmEvent]:
    return [fact.event for fact in facts if isinstance(fact, AlarmReported)]


def test_an_alarm_said_as_an_alert_is_the_same_alarm_until_it_is_resolved_whatever_its_severity_becomes() -> None:
    voice = AlertmanagerVoice("http://am.example")
    later = replace(ALARM, time=NOW + timedelta(seconds=9), severity=Severity.CRITICAL)
    clear = replace(ALARM, time=NOW + timedelta(seconds=20), severity=Severity.CLEARED)
    first, again, end = (alarms(alertmanager.webhook(voice.webhook([one])))[0] for one in (ALARM, later, clear))
    assert alarm_key(first) == alarm_key(again) == alarm_key(end)
    assert (first.severity, first.managed_object, first.time) == (Severity.MAJOR, "probe-1", NOW)
    assert (first.probable_cause, first.text) == ("applicationSubsystemFailure", "fails")
    assert first.attributes["apn"] == "iot.meter"
    assert (end.severity, end.time, end.raised) == (Severity.CLEARED, clear.time, NOW)


def test_one_notification_carries_firing_and_resolved_alerts_together() -> None:
    voice = AlertmanagerVoice("http://am.example")
    other = replace(ALARM, id="probe-2/x", managed_object="probe-2")
    voice.webhook([ALARM])
    heard = alarms(alertmanager.webhook(voice.webhook([replace(ALARM, severity=Severity.CLEARED), other])))
    assert [one.severity for one in heard] == [Severity.CLEARED, Severity.MAJOR]


def test_a_case_said_as_a_ticket_is_read_back_with_its_sims() -> None:
    (fact,) = zammad.webhook(zammad_webhook(CASE, WRITER, "Acme Lifts Ltd"))
    assert isinstance(fact, CaseReported)
    event = fact.event
    assert (event.number, event.customer, event.title) == ("282000010", "Acme Lifts Ltd", "Störung?")
    assert (event.kind, event.service, event.channel) == (CaseKind.INFORMATION, Service.SMS, Channel.EMAIL)
    assert (event.opened, event.time, event.owner) == (CASE.opened, CASE.time, "")
    assert "<b>" in event.text
    assert [(span.first, span.last) for span in fact.sims] == [("894620001000140217", "894620001000140218")]


@pytest.mark.parametrize("state", list(CaseState))
def test_owner_and_state_of_a_ticket_are_told(state: CaseState) -> None:
    taken = replace(CASE, owner="maja", state=state, channel=Channel.PORTAL)
    (fact,) = zammad.webhook(zammad_webhook(taken, WRITER, ""))
    assert isinstance(fact, CaseReported)
    assert (fact.event.owner, fact.event.state, fact.event.channel) == ("maja", state, Channel.PORTAL)
    assert fact.event.customer == "noc@acme.example"
