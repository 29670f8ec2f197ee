import hashlib
import hmac
from datetime import UTC, datetime

import orjson
import pytest

from feeds.facts import CaseReported
from feeds.model import CaseKind, CaseState, Channel, Service
from feeds.sources import Invalid, NotSigned, zammad
from feeds.sources.html import html_text

TICKET: dict[str, object] = {
    "id": 4711,
    "number": "10081",
    "title": "Mätare utan data",
    "state": "open",
    "group": {"id": 3, "name": "IoT Support"},
    "owner": {"login": "eva@operator.example", "firstname": "Eva", "lastname": "Lind", "email": "eva@operator.example"},
    "customer": {"email": "drift@vattenkraft.example", "firstname": "Bo", "organization": "Vattenkraft AB"},
    "organization": {"id": 9, "name": "Vattenkraft AB", "members": ["drift@vattenkraft.example"]},
    "priority": {"id": 2, "name": "2 normal"},
    "created_at": "2026-11-23T02:30:00.282Z",
    "updated_at": "2026-11-23T02:31:00.333Z",
    "close_at": None,
    "pending_time": None,
    "preferences": {},
}
ARTICLE: dict[str, object] = {
    "body": "<p>Hej,</p><p>Kort 8946&nbsp;2000&nbsp;2000&nbsp;1000&nbsp;12<br>till 8946 2000 2000 1000 99</p>"
    "<style>p{}</style><script>alert(1)</script>",
    "content_type": "text/html",
    "type": "email",
    "sender": "Customer",
    "from": "Bo <drift@vattenkraft.example>",
    "internal": False,
}


def case(ticket: dict[str, object] | None = None, article: dict[str, object] | None = None) -> CaseReported:
    body = orjson.dumps({"ticket": TICKET | (ticket or {}), "article": ARTICLE | (article or {})})
    (fact,) = zammad.webhook(body)
    assert isinstance(fact, CaseReported)
    return fact


def test_a_ticket_becomes_a_case() -> None:
    event = case().event
    assert (event.source, event.number, event.reference) == ("zammad", "10081", "4711")
    assert event.customer == "Vattenkraft AB"
    assert event.owner == "Eva Lind"
    assert event.title == "Mätare utan data"
    assert (event.kind, event.service, event.channel) == (CaseKind.INCIDENT, Service.DATA, Channel.EMAIL)
    assert event.opened == datetime(2026, 11, 23, 2, 30, 0, 282_000, tzinfo=UTC)
    assert event.time == datetime(2026, 11, 23, 2, 31, 0, 333_000, tzinfo=UTC)


def test_sims_are_read_from_an_html_mail() -> None:
    fact = case()
    assert [(span.first, span.last) for span in fact.sims] == [("894620002000100012", "894620002000100099")]
    assert "alert" not in fact.event.text
    assert fact.event.text.startswith("Hej,\n")


def test_plain_text_is_kept_as_it_is() -> None:
    assert case(article={"content_type": "text/plain", "body": "a < b\n<b>x</b>"}).event.text == "a < b\n<b>x</b>"


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        ("new", CaseState.OPEN),
        ("open", CaseState.OPEN),
        ({"id": 1, "name": "open"}, CaseState.OPEN),
        ("pending reminder", CaseState.PENDING),
        ("pending close", CaseState.PENDING),
        ("closed", CaseState.CLOSED),
        ({"name": "merged"}, CaseState.CLOSED),
        ("removed", CaseState.CLOSED),
        (None, CaseState.OPEN),
        ("waiting for the moon", CaseState.OPEN),
    ],
)
def test_states_are_mapped(state: object, wanted: CaseState) -> None:
    assert case({"state": state}).event.state is wanted


def test_a_closed_ticket_changed_when_it_was_closed() -> None:
    event = case({"state": "closed", "close_at": "2026-11-23T05:00:00Z"}).event
    assert event.time == datetime(2026, 11, 23, 5, 0, tzinfo=UTC)


def test_a_pending_ticket_is_followed_up_at_its_time() -> None:
    event = case({"state": "pending reminder", "pending_time": "2026-11-24T08:00:00Z"}).event
    assert event.follow_up == datetime(2026, 11, 24, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("phone", Channel.CALL),
        ("email", Channel.EMAIL),
        ("web", Channel.PORTAL),
        ("note", Channel.PORTAL),
        ("sms", Channel.API),
    ],
)
def test_channels_follow_the_article(kind: str, wanted: Channel) -> None:
    assert case(article={"type": kind}).event.channel is wanted


def test_the_first_article_says_how_the_case_came_in() -> None:
    assert case({"create_article_type": "phone"}, {"type": "note"}).event.channel is Channel.CALL


@pytest.mark.parametrize(
    ("ticket", "kind", "service"),
    [
        ({"tags": ["vip", "SMS", "order"]}, CaseKind.ORDER, Service.SMS),
        ({"tags": "question,voice"}, CaseKind.INFORMATION, Service.VOICE),
        ({"group": "Service Request"}, CaseKind.SERVICE, Service.DATA),
        ({"type": "Incident", "service": "csd"}, CaseKind.INCIDENT, Service.CSD),
        ({"kind": "order", "tags": ["incident"]}, CaseKind.ORDER, Service.DATA),
    ],
)
def test_kind_and_service_come_from_fields_tags_or_group(
    ticket: dict[str, object], kind: CaseKind, service: Service
) -> None:
    event = case(ticket).event
    assert (event.kind, event.service) == (kind, service)


@pytest.mark.parametrize(
    ("ticket", "wanted"),
    [
        ({"organization": None}, "Vattenkraft AB"),
        ({"organization": None, "customer": {"email": "x@y.example"}}, "x@y.example"),
        ({"organization": None, "customer": "x@y.example"}, "x@y.example"),
        ({"organization": None, "customer": None}, ""),
    ],
)
def test_the_customer_is_the_organization_or_else_the_address(ticket: dict[str, object], wanted: str) -> None:
    assert case(ticket).event.customer == wanted


def test_only_the_number_is_needed() -> None:
    (fact,) = zammad.webhook(b'{"ticket": {"number": 7}}')
    assert isinstance(fact, CaseReported)
    assert fact.event.number == "7"
    with pytest.raises(Invalid) as caught:
        zammad.webhook(b'{"ticket": {"id": 7}}')
    assert "number" in caught.value.message
    with pytest.raises(Invalid):
        zammad.webhook(b'{"ticket": {"number": ""}}')


def test_nobody_owns_an_unassigned_ticket() -> None:
    assert case({"owner": {"login": "-", "firstname": "-", "lastname": ""}}).event.owner == ""


def test_sims_of_a_ticket_field_are_read() -> None:
    fact = case({"sims": "894620002000200000\n894620002000200001, 894620002000200002"}, {"body": ""})
    assert fact.event.sims == ("894620002000200000", "894620002000200001", "894620002000200002")
    assert [span.count for span in fact.sims] == [3]


def test_hostile_fields_are_visible_and_bounded() -> None:
    event = case({"title": "\x1b[2J" + "x" * 500}, {"body": "<p>&#x200b;]0;x&#7; &#x202e;</p>" + "y" * 100_000}).event
    assert event.title.startswith("\\x1b[2J")
    assert len(event.title) == 256
    assert event.text.startswith("\\u200b]0;x")
    assert "\x1b" not in event.text
    assert "\u202e" not in event.text
    assert len(event.text) == 65_536


def signature(body: bytes, secret: str) -> str:
    return "sha1=" + hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()


def test_the_signature_of_the_raw_body_is_checked() -> None:
    zammad.verify(b"{}", signature(b"{}", "token"), "token")
    zammad.verify(b"{}", "", "")
    for wrong in ("", "sha1=", "sha1=å", signature(b"{} ", "token"), signature(b"{}", "other")):
        with pytest.raises(NotSigned) as caught:
            zammad.verify(b"{}", wrong, "token")
        assert caught.value.status == 401


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("a<br>b", "a\nb"),
        ("<div>a</div><div>b</div>", "a\n\nb"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1  2\n\n3"),
        ("<head><title>x</title><body>y", "y"),
        ("a &lt;b&gt; &amp;", "a <b> &"),
        ("<!-- hidden -->shown", "shown"),
        ("<ul><li>89<b>46</b></ul>", "8946"),
        ("no markup", "no markup"),
    ],
)
def test_html_becomes_lines_of_text(html: str, text: str) -> None:
    assert html_text(html) == text


@pytest.mark.parametrize(
    "html", ["<" * 100_000, "<a " * 50_000, "<!--" * 50_000, "&#" * 50_000, "</" * 50_000, "<div>" * 50_000]
)
def test_broken_html_comes_to_an_end(html: str) -> None:
    assert len(html_text(html)) <= 2 * len(html)


@pytest.mark.parametrize(
    ("units", "seconds"),
    [(5, 300.0), ("15.0", 900.0), (None, 0.0), ("", 0.0), ("long", 0.0), ("nan", 0.0), (-3, 0.0), (1e9, 0.0)],
)
def test_accounted_time_is_what_people_spoke_or_wrote(units: object, seconds: float) -> None:
    assert case({"time_unit": units}).event.handled == seconds


def test_the_unit_of_accounted_time_is_the_operators() -> None:
    body = orjson.dumps({"ticket": TICKET | {"time_unit": 0.25}})
    (fact,) = zammad.webhook(body, time_unit=3_600.0)
    assert isinstance(fact, CaseReported)
    assert fact.event.handled == 900.0


@pytest.mark.parametrize(
    ("article", "contact"),
    [({}, True), ({"sender": {"name": "Customer"}}, True), ({"sender": "Agent"}, False), ({"internal": True}, False)],
)
def test_a_message_of_the_customer_is_a_contact(article: dict[str, object], contact: bool) -> None:
    assert case(article=article).event.contact is contact


def test_a_change_without_a_message_is_no_contact() -> None:
    (fact,) = zammad.webhook(orjson.dumps({"ticket": TICKET}))
    assert isinstance(fact, CaseReported)
    assert not fact.event.contact
