"""The mail sink, spoken to by a real SMTP client."""

import asyncio
import mailbox
import signal
import sys
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib
import pytest

from feeds.drill.sink import MailSink, SinkError


def mail(number: int) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "desk@operator.example"
    message["To"] = f"noc{number}@customer.example"
    message["Subject"] = f"Störung {number}"
    message["Message-ID"] = f"<{number}@operator.example>"
    message.set_content("Vi återkommer.\n")
    return message


async def send(port: int, number: int) -> None:
    await aiosmtplib.send(mail(number), hostname="127.0.0.1", port=port, start_tls=False)


async def test_each_mail_is_kept_in_the_maildir_before_it_is_accepted(tmp_path: Path) -> None:
    async with MailSink(maildir=tmp_path / "mails") as sink:
        for number in range(3):
            await send(sink.port, number)
            assert len(mailbox.Maildir(tmp_path / "mails")) == number + 1
        assert sink.count == 3
    kept = {str(message["Message-ID"]): message for message in mailbox.Maildir(tmp_path / "mails")}
    assert set(kept) == {f"<{number}@operator.example>" for number in range(3)}
    assert kept["<1@operator.example>"]["X-Envelope-To"] == "noc1@customer.example"
    body = kept["<1@operator.example>"].get_payload(decode=True)
    assert isinstance(body, bytes)
    assert "återkommer" in body.decode()


async def test_mails_that_come_at_once_are_all_kept_whole_in_one_mbox(tmp_path: Path) -> None:
    async with MailSink(mbox=tmp_path / "mails.mbox") as sink:
        await asyncio.gather(*(send(sink.port, number) for number in range(20)))
    kept = mailbox.mbox(tmp_path / "mails.mbox")
    assert {str(message["Message-ID"]) for message in kept} == {f"<{number}@operator.example>" for number in range(20)}


async def test_a_port_that_is_taken_is_an_error_that_names_it(tmp_path: Path) -> None:
    async with MailSink(maildir=tmp_path / "a") as first:
        with pytest.raises(SinkError, match=f"127.0.0.1:{first.port}"):
            await MailSink(maildir=tmp_path / "b", port=first.port).__aenter__()


def test_a_sink_without_a_place_for_mails_is_an_error() -> None:
    with pytest.raises(SinkError, match="one place"):
        MailSink()


async def test_as_a_program_it_prints_one_line_when_ready_and_ends_quietly(tmp_path: Path) -> None:
    program = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "feeds.drill.sink", "--port", "0", "--maildir", str(tmp_path / "mails")),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert program.stdout is not None
    ready = (await program.stdout.readline()).decode()
    assert ready.startswith("mail sink ready on 127.0.0.1:")
    await send(int(ready.rpartition(":")[2]), 1)
    program.send_signal(signal.SIGTERM)
    rest, errors = await program.communicate()
    assert rest.decode() == "mail sink kept 1 mails\n"
    assert errors == b""
    assert program.returncode == 0
