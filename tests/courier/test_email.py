"""Mail as it goes over the wire."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.courier import AddressError, LinkDown, MailSettings
from feeds.courier.email import Letter, SmtpLink, build, letter
from feeds.model import DeliveryState, Message

if TYPE_CHECKING:
    from conftest import Sink

SETTINGS = MailSettings(host="mail.example", sender="noc@operator.example", sender_name="Nätt, Desk")
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


# The link, on a real socket


async def yes() -> bool:
    return True


async def opened(settings: MailSettings) -> SmtpLink:
    link = SmtpLink(settings)
    await link.open()
    return link


def made(address: str = "ops@to.example", body: str = "Hello.\n") -> Letter:
    one = message(address=address, body=body)
    return letter(build(one, SETTINGS, ID, DATE), one, SETTINGS)


async def test_lines_that_begin_with_a_dot_arrive_as_they_were(sink: Sink) -> None:
    link = await opened(sink.settings())
    body = "One.\n.\n..two\n.three\n"
    answer = await link.send(made(body=body), yes)
    await link.close()
    assert answer is not None
    assert (answer.state, answer.words) == (DeliveryState.ACCEPTED, "250 2.0.0 kept")
    assert sink.parsed(0).get_content().replace("\r\n", "\n") == body


async def test_what_is_withheld_is_not_handed_over_and_the_link_stays_good(sink: Sink) -> None:
    async def no() -> bool:
        return False

    link = await opened(sink.settings())
    assert await link.send(made("a@to.example"), no) is None
    assert await link.send(made("b@to.example"), yes) is not None
    await link.close()
    assert sink.handed == ["b@to.example"]
    assert sink.sessions == 1


async def test_an_error_on_our_side_comes_through_and_ends_the_conversation(sink: Sink) -> None:
    async def broken() -> bool:
        raise OSError("ours")

    link = await opened(sink.settings())
    with pytest.raises(OSError, match="ours"):
        await link.send(made(), broken)
    assert not link.is_open
    assert sink.handed == []


async def test_an_address_in_another_script_goes_out_with_smtputf8(sink: Sink) -> None:
    link = await opened(sink.settings())
    answer = await link.send(made("jörg@to.example"), yes)
    await link.close()
    assert answer is not None
    assert answer.state is DeliveryState.ACCEPTED
    assert sink.recipients() == ["jörg@to.example"]
    assert "To: jörg@to.example".encode() in sink.mails[0][1]


async def test_a_login_that_the_server_does_not_take_is_trouble_of_the_server_and_not_of_the_letter(sink: Sink) -> None:
    sink.mail = lambda sender: "530 5.7.0 log in first"
    link = await opened(sink.settings())
    answer = await link.send(made(), yes)
    assert answer is not None
    assert (answer.state, answer.words, answer.trouble) == (DeliveryState.QUEUED, "530 5.7.0 log in first", True)
    assert not link.is_open


async def test_a_sender_that_is_refused_for_good_is_a_failure(sink: Sink) -> None:
    sink.mail = lambda sender: "550 5.7.1 not you"
    link = await opened(sink.settings())
    answer = await link.send(made(), yes)
    await link.close()
    assert answer is not None
    assert (answer.state, answer.trouble) == (DeliveryState.FAILED, False)


async def test_words_of_the_server_are_cleaned_before_they_are_kept(sink: Sink) -> None:
    sink.rcpt = lambda recipient: "550 no\x1b[31m one " + "x" * 2000
    link = await opened(sink.settings())
    answer = await link.send(made(), yes)
    await link.close()
    assert answer is not None
    assert "\x1b" not in answer.words
    assert len(answer.words) <= 410


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"security": "starttls"}, "STARTTLS"),
        ({"security": "tls"}, "no connection to mail server"),
        ({"username": "vaken", "password": "x"}, "AUTH"),
        ({"username": "vaken", "password_file": "/nonexistent/secret"}, "password file /nonexistent/secret"),
        ({"port": 1}, "no connection to mail server 127.0.0.1:1"),
    ],
)
async def test_a_server_that_cannot_be_used_as_configured_says_why(
    sink: Sink, changes: dict[str, object], why: str
) -> None:
    with pytest.raises(LinkDown, match=why):
        await opened(sink.settings(**changes))


async def test_a_password_comes_from_its_file_and_tls_is_used_where_asked_for(sink: Sink, tmp_path: Path) -> None:
    certificate, key, secret = (tmp_path / name for name in ("cert.pem", "key.pem", "secret"))
    secret.write_text("s3cret\n")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: ASYNC221
    except FileNotFoundError:
        pytest.skip("openssl, which makes the certificate for this test, is not installed")
    await sink.stop()
    sink.secure(certificate, key, "vaken", "s3cret")
    await sink.start()
    settings = sink.settings(security="starttls", username="vaken", password_file=str(secret), ca_file=str(certificate))
    link = await opened(settings)
    answer = await link.send(made(), yes)
    await link.close()
    assert answer is not None
    assert answer.state is DeliveryState.ACCEPTED
    assert sink.ciphered == [True]
    with pytest.raises(LinkDown, match=r"(?i)certificate"):
        await opened(msgspec.structs.replace(settings, ca_file=""))
