"""Mail as it is built."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.courier import AddressError, MailSettings
from feeds.courier.attachments import Attachment
from feeds.courier.email import build, letter
from feeds.model import Message

if TYPE_CHECKING:
    pass

SETTINGS = MailSettings(host="mail.example", sender="noc@operator.example", sender_name="Nätt, Desk", html=False)
DATE = datetime(2026, 3, 1, 2, 31, tzinfo=UTC)
ENCODED = "=?utf-8?q?a=0D=0ABcc=3A_b?="
"""What the standard library decodes to a line end and a header."""

ID = "<u-1.0.abc@operator.example>"


def message(**changes: str) -> Message:
    values = {
        "subject": "O-12: progress",
        "body": "Hello,\n\n.hidden dot\nFrom here on.\n",
        "address": "ops@to.example",
    }
    values |= changes
    return Message(customer="c", name="C", sims=1, **values)  # type: ignore[arg-type]


def wire(one: Message) -> EmailMessage:
    raw = letter(build(one, SETTINGS, ID, DATE, outage="O-12", update="U-1"), one, SETTINGS).raw
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    parsed = message_from_bytes(raw, policy=policy.default)
    assert isinstance(parsed, EmailMessage)
    assert parsed.defects == []
    return parsed


def test_the_headers_say_who_to_what_when_and_that_a_machine_wrote() -> None:
    mail = wire(message())
    assert {name: str(mail[name]) for name in mail} == {
        "From": '"Nätt, Desk" <noc@operator.example>',
        "To": "ops@to.example",
        "Subject": "O-12: progress",
        "Date": "Sun, 01 Mar 2026 02:31:00 +0000",
        "Message-ID": ID,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "OOF, AutoReply",
        "X-Vaken-Outage": "O-12",
        "X-Vaken-Update": "U-1",
        "MIME-Version": "1.0",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "7bit",
    }


@given(st.text(max_size=300), st.text(max_size=400))
def test_no_subject_and_no_body_can_bring_in_a_header_or_change_the_text(subject: str, body: str) -> None:
    mail = wire(message(subject=subject, body=body.encode("utf-8", "ignore").decode()))
    plain = wire(message())
    assert list(mail.keys()) == list(plain.keys())
    content = mail.get_content()
    assert "".join(content.split()) == "".join("\n".join(body.encode("utf-8", "ignore").decode().splitlines()).split())


@pytest.mark.parametrize(
    "subject", ["x\r\nBcc: all@to.example", ENCODED, ENCODED + " word" * 20, "å" * 190, "a " * 150]
)
def test_a_subject_stays_one_header(subject: str) -> None:
    mail = wire(message(subject=subject))
    assert mail["Bcc"] is None
    assert len(mail.get_all("Subject", [])) == 1


def test_text_in_other_scripts_comes_through_quoted_printable() -> None:
    mail = wire(message(subject="Störning på nätet", body="Hej Åkeri Öst,\n\n" + "ö" * 200 + "\n"))
    assert mail["Content-Transfer-Encoding"] == "quoted-printable"
    assert mail["Subject"] == "Störning på nätet"
    assert mail.get_content().replace("\r\n", "\n") == "Hej Åkeri Öst,\n\n" + "ö" * 200 + "\n"


@pytest.mark.parametrize("address", ["a@x.example, b@x.example", "a@x.example\r\nBcc: c@x.example", "A <a@x.example>"])
def test_an_address_that_is_not_one_plain_address_is_refused(address: str) -> None:
    with pytest.raises(AddressError):
        build(message(address=address), SETTINGS, ID, DATE)


@pytest.mark.parametrize(
    "message_id", ["u-1@operator.example", "<=?utf-8?q?=0D=0A?=@c>", "<a b@c>", "<a@b>\r\nBcc: x@y.example", "<a@b>x"]
)
def test_a_message_id_that_is_none_is_refused(message_id: str) -> None:
    with pytest.raises(ValueError, match="is not a Message-ID"):
        build(message(), SETTINGS, message_id, DATE)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"sender": "a@x.example, b@x.example"}, "sender"),
        ({"sender": "noc@bücher.example"}, "xn--"),
        ({"sender_name": "x\r\nBcc: y"}, "sender_name"),
        ({"sender_name": ENCODED}, "sender_name"),
        ({"connections": 51}, "connections"),
        ({"connections": 0}, "connections"),
        ({"password": "a", "password_file": "b"}, "password"),
        ({"security": "ssl"}, "security"),
        ({"port": 0}, "port"),
        ({"hots": "x"}, "hots"),
    ],
)
def test_settings_that_cannot_work_are_refused_when_they_are_read(changes: dict[str, object], why: str) -> None:
    values = {"host": "mail.example", "sender": "noc@operator.example"} | changes
    with pytest.raises(msgspec.ValidationError, match=why):
        msgspec.convert(values, MailSettings)


def test_the_html_says_the_same_words_and_nothing_of_them_is_markup() -> None:
    body = 'Hello <b>Öst & Co</b>,\n\nWhat we have done\n-----------------\nRestarted "it".\n'
    one = message(body=body)
    settings = msgspec.structs.replace(SETTINGS, html=True)
    raw = letter(build(one, settings, ID, DATE), one, settings).raw
    assert b"\n" not in raw.replace(b"\r\n", b"")
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert all(part.defects == [] for part in mail.walk())
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n") == body
    page = html.get_content()
    assert "Hello &lt;b&gt;Öst &amp; Co&lt;/b&gt;," in page
    assert "<h3>What we have done</h3>" in page
    assert "http" not in page


@given(st.text(max_size=300), st.binary(max_size=300), st.text(max_size=40))
def test_a_file_comes_through_byte_for_byte_beside_any_text(body: str, data: bytes, name: str) -> None:
    one = message(body=body.encode("utf-8", "ignore").decode() + "\n--=_vaken.m\n--=_vaken.a--\n")
    settings = msgspec.structs.replace(SETTINGS, html=True)
    file = Attachment(name, "text/csv; charset=utf-8", data)
    raw = letter(build(one, settings, ID, DATE, attachment=file), one, settings).raw
    mail = message_from_bytes(raw, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    (attached,) = mail.iter_attachments()
    assert attached.get_payload(decode=True) == data
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/csv",
    ]


def test_bounces_go_to_an_address_of_the_delivery_and_replies_to_the_sender() -> None:
    settings = msgspec.structs.replace(SETTINGS, envelope_sender="bounces@operator.example", verp=True)
    one = message()
    made = letter(build(one, settings, ID, DATE), one, settings, "u-1.0.abc")
    assert made.sender == "bounces+u-1.0.abc@operator.example"
    assert b"From: " in made.raw
    assert b"bounces" not in made.raw


def test_who_may_leave_the_list_is_told_how() -> None:
    settings = msgspec.structs.replace(SETTINGS, unsubscribe="leave@operator.example")
    mail = build(message(), settings, ID, DATE)
    assert mail["List-Unsubscribe"] == "<mailto:leave@operator.example?subject=unsubscribe%20u-1.0.abc>"
    assert mail["Precedence"] == "bulk"
    assert build(message(), SETTINGS, ID, DATE)["Precedence"] is None
