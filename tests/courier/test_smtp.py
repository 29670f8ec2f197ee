"""One connection to a real mail server on a real socket."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from feeds.courier import LinkDown, MailSettings
from feeds.courier.email import Letter, build, letter
from feeds.courier.smtp import SmtpLink
from feeds.model import DeliveryState, Message

if TYPE_CHECKING:
    from conftest import Sink

SETTINGS = MailSettings(host="mail.example", sender="noc@operator.example", html=False)
DATE = datetime(2026, 3, 1, 2, 31, tzinfo=UTC)
ID = "<u-1.0.abc@operator.example>"


async def yes() -> bool:
    return True


async def opened(settings: MailSettings) -> SmtpLink:
    link = SmtpLink(settings)
    await link.open()
    return link


def made(address: str = "ops@to.example", body: str = "Hello.\n") -> Letter:
    one = Message(customer="c", name="C", sims=1, subject="O-12", body=body, address=address)
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
