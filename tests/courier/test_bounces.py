"""Mail that comes back, from a real Maildir and from an IMAP server, into a real ledger."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.courier import LedgerUnavailable
from feeds.courier.channels.bounces import BounceSettings, Kind, read
from feeds.courier.channels.mailboxes import Imap, Mailbox, MailboxDown, Maildir, mailbox_of
from feeds.courier.returns import Returns
from feeds.facts import AddressSuppressed, Fact
from feeds.model import ContactChannel, DeliveryState, UpdateId

if TYPE_CHECKING:
    from conftest import Desk

A, B, U, T = DeliveryState.ACCEPTED, DeliveryState.BOUNCED, DeliveryState.UNCERTAIN, DeliveryState.ATTEMPTING
Fixture = Callable[..., Any]


def bounce(message_id: str, status: str = "5.1.1", action: str = "failed", to: str = "noc@operator.example") -> bytes:
    """A delivery status notification as Postfix writes it."""
    return f"""\
From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: {to}
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B"

--B
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
Arrival-Date: Sun, 1 Mar 2026 02:31:00 +0000

Final-Recipient: rfc822; ops@to.example
Original-Recipient: rfc822;ops@to.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} <ops@to.example>: nobody of this name

--B
Content-Type: text/rfc822-headers

From: noc@operator.example
Message-ID: {message_id}
Subject: O-12

--B--
""".replace("\n", "\r\n").encode()


def complaint(message_id: str) -> bytes:
    return f"""\
From: fbl@isp.example
To: noc@operator.example
Subject: FW: O-12
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="B"

--B
Content-Type: text/plain

This is an email abuse report.

--B
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: isp/1
Version: 1

--B
Content-Type: message/rfc822

From: noc@operator.example
Message-ID: {message_id}
Subject: O-12

Hello
--B--
""".encode()


class Post:
    """A Maildir into which mail is delivered as servers do it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        for folder in ("tmp", "new", "cur"):
            (path / folder).mkdir(parents=True)

    def deliver(self, raw: bytes) -> str:
        self.count += 1
        name = f"1700000000.{self.count}.host"
        (self.path / "tmp" / name).write_bytes(raw)
        (self.path / "tmp" / name).rename(self.path / "new" / name)
        return name

    def waiting(self) -> list[str]:
        return sorted(path.name for path in (self.path / "new").iterdir())

    def seen(self) -> list[str]:
        return sorted(path.name for path in (self.path / "cur").iterdir())


@pytest.fixture
def post(tmp_path: Path) -> Post:
    return Post(tmp_path / "maildir")


def returns(desk: Desk, mailbox: Mailbox, warnings: list[str] | None = None) -> Returns:
    heard = warnings if warnings is not None else []
    return Returns(desk, lambda update: update in desk.table.updates, mailbox, 0.01, heard.append)


async def accepted(desk: Desk, people: Fixture, count: int = 3) -> UpdateId:
    update = await desk.approve(people(count))
    for place in range(count):
        await desk.move(update, place, T)
        await desk.move(update, place, A, "250 kept")
    return update


def facts_of(desk: Desk) -> list[Fact]:
    return [entry.fact for batch in desk.log.read() for entry in batch.entries]


async def test_a_hard_bounce_marks_its_delivery_and_suppresses_the_address(
    desk: Desk, post: Post, people: Fixture
) -> None:
    update = await accepted(desk, people)
    post.deliver(bounce(desk.deliveries(update)[1].message_id))
    looking = returns(desk, Maildir(post.path))
    await looking.look()
    assert desk.states(update) == [A, B, A]
    assert "nobody of this name" in desk.deliveries(update)[1].answer
    assert desk.suppressed(ContactChannel.EMAIL, "c1@to.example").startswith("hard bounce: 5.1.1")
    assert (post.waiting(), len(post.seen())) == ([], 1)
    assert post.seen()[0].endswith(":2,S")
    assert looking.seen == {"hard bounce": 1}
    again = await desk.approve(people(3), "U-2")
    assert desk.states(again)[1] is DeliveryState.SUPPRESSED


async def test_verp_names_the_delivery_where_nothing_of_the_mail_is_returned(
    desk: Desk, post: Post, people: Fixture
) -> None:
    update = await accepted(desk, people)
    token = desk.deliveries(update)[2].message_id.strip("<>").partition("@")[0]
    post.deliver(bounce("<other@x.example>", to=f"bounces+{token}@operator.example"))
    await returns(desk, Maildir(post.path)).look()
    assert desk.states(update) == [A, A, B]


@pytest.mark.parametrize(
    ("status", "action"), [("4.4.7", "failed"), ("5.2.2", "failed"), ("4.2.0", "delayed"), ("5.4.4", "failed")]
)
async def test_a_soft_bounce_is_noted_and_suppresses_nobody(
    desk: Desk, post: Post, people: Fixture, status: str, action: str
) -> None:
    update = await accepted(desk, people, 1)
    post.deliver(bounce(desk.deliveries(update)[0].message_id, status, action))
    await returns(desk, Maildir(post.path)).look()
    assert desk.states(update) == [A]
    assert desk.deliveries(update)[0].answer.startswith("soft bounce: ")
    assert [step.answer for step in desk.deliveries(update)[0].tries][-2:] == [
        "250 kept",
        desk.deliveries(update)[0].answer,
    ]
    assert desk.suppressed(ContactChannel.EMAIL, "c0@to.example") == ""


async def test_a_complaint_and_an_opt_out_suppress_the_address(desk: Desk, post: Post, people: Fixture) -> None:
    update = await accepted(desk, people)
    ids = [delivery.message_id for delivery in desk.deliveries(update)]
    post.deliver(complaint(ids[0]))
    mail = EmailMessage()
    mail["Subject"] = f"unsubscribe {ids[1].strip('<>').partition('@')[0]}"
    post.deliver(mail.as_bytes())
    await returns(desk, Maildir(post.path)).look()
    assert desk.states(update) == [A, A, A]
    why = [desk.suppressed(ContactChannel.EMAIL, f"c{number}@to.example") for number in range(3)]
    assert [one.partition(":")[0] for one in why] == ["complaint", "opt-out", ""]


async def test_what_is_none_of_ours_is_counted_once_and_left_in_place(desk: Desk, post: Post, people: Fixture) -> None:
    update = await accepted(desk, people)
    known = desk.deliveries(update)[0].message_id
    forged = re.sub(r"\.[0-9a-f]+@", ".0123456789abcdef0123@", known)
    names = [post.deliver(one) for one in (bounce("<x@y.example>"), bounce(forged), b"Subject: hello\r\n\r\nHi.\r\n")]
    looking = returns(desk, Maildir(post.path))
    await looking.look()
    await looking.look()
    assert looking.seen == {"unmatched": 2, "other": 1}
    assert post.waiting() == names
    assert desk.states(update) == [A, A, A]


async def test_a_bounce_is_handled_once_also_when_the_hub_dies_before_it_is_marked(
    desk: Desk, post: Post, people: Fixture
) -> None:
    class Dies(Maildir):
        def done(self, names: Any) -> None:
            raise MailboxDown("killed here")

    update = await accepted(desk, people, 2)
    for place, status in ((0, "5.1.1"), (1, "4.2.2")):
        post.deliver(bounce(desk.deliveries(update)[place].message_id, status))
    with pytest.raises(MailboxDown):
        await returns(desk, Dies(post.path)).look()
    assert len(post.waiting()) == 2
    before = facts_of(desk)
    await returns(desk, Maildir(post.path)).look()
    assert facts_of(desk) == before
    assert len([fact for fact in before if isinstance(fact, AddressSuppressed)]) == 1
    assert post.waiting() == []


async def test_a_ledger_that_cannot_be_written_leaves_the_mail_unseen_and_it_is_taken_later(
    desk: Desk, post: Post, people: Fixture
) -> None:
    async def full(facts: Any) -> None:
        raise LedgerUnavailable("disk full")

    update = await accepted(desk, people, 1)
    post.deliver(bounce(desk.deliveries(update)[0].message_id))
    desk.before_write = full
    heard: list[str] = []
    looking = returns(desk, Maildir(post.path), heard)
    task = asyncio.create_task(looking.run())
    async with asyncio.timeout(10):
        while not heard:  # noqa: ASYNC110 - a list tells nobody that it grew
            await asyncio.sleep(0)
        desk.before_write = None
        await desk.until(lambda: desk.states(update) == [B])
    task.cancel()
    await asyncio.wait({task})
    assert heard == ["bounces wait: disk full"]


async def test_a_bounce_settles_what_was_uncertain(desk: Desk, post: Post, people: Fixture) -> None:
    update = await desk.approve(people(1))
    await desk.move(update, 0, T)
    await desk.move(update, 0, U)
    post.deliver(bounce(desk.deliveries(update)[0].message_id))
    await returns(desk, Maildir(post.path)).look()
    assert desk.states(update) == [B]


@given(st.binary(max_size=400), st.integers(0, 3))
def test_no_mail_can_break_the_reading(noise: bytes, where: int) -> None:
    whole = bounce("<u-1.0.0123456789abcdef@operator.example>")
    cut = len(whole) * where // 4
    report = read(whole[:cut] + noise + whole[cut:])
    assert report is None or report.kind in Kind


def test_a_success_is_no_bounce() -> None:
    assert read(bounce("<u-1.0.0123456789abcdef@x>", "2.0.0", "delivered")) is None


# -- IMAP --------------------------------------------------------------------------------------------------------------


class ImapServer:
    """As much of IMAP4rev1 as a reader of one folder uses, in the event loop of the test."""

    def __init__(self) -> None:
        self.mails: dict[int, bytes] = {}
        self.seen: set[int] = set()
        self.moved: dict[int, str] = {}
        self.said: list[str] = []
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        while line := await reader.readline():
            tag, _, rest = line.decode().strip().partition(" ")
            self.said.append(rest)
            ok = f"{tag} OK done\r\n".encode()
            match rest.split()[0].upper(), rest.upper():
                case "CAPABILITY", _:
                    writer.write(b"* CAPABILITY IMAP4REV1\r\n" + ok)
                case "LOGIN", _:
                    writer.write(ok if '"s3cret"' in rest else f"{tag} NO login\r\n".encode())
                case "SELECT", _:
                    writer.write(b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n" + ok)
                case "UID", command if " SEARCH " in command:
                    left = sorted(set(self.mails) - self.seen - set(self.moved))
                    writer.write(b"* SEARCH " + " ".join(map(str, left)).encode() + b"\r\n" + ok)
                case "UID", command if " FETCH " in command:
                    uid = int(rest.split()[2])
                    raw = self.mails[uid]
                    writer.write(b"* 1 FETCH (UID %d BODY[]<0> {%d}\r\n%b)\r\n" % (uid, len(raw), raw) + ok)
                case "UID", command if " STORE " in command:
                    self.seen |= {int(uid) for uid in rest.split()[2].split(",")}
                    writer.write(ok)
                case "UID", command if " MOVE " in command:
                    for moved in rest.split()[2].split(","):
                        self.moved[int(moved)] = rest.split()[3]
                    writer.write(ok)
                case "LOGOUT", _:
                    writer.write(b"* BYE\r\n" + ok)
                    break
                case _:
                    writer.write(f"{tag} BAD\r\n".encode())
        writer.close()


@pytest.fixture
async def imap() -> AsyncIterator[ImapServer]:
    server = ImapServer()
    await server.start()
    yield server
    await server.stop()


def reading(imap: ImapServer, tmp_path: Path, **changes: Any) -> BounceSettings:
    secret = tmp_path / "imap-password"
    secret.write_text("s3cret\n")
    values: dict[str, Any] = {
        "imap_host": "127.0.0.1",
        "imap_port": imap.port,
        "imap_security": "none",
        "username": "bounces",
    }
    return BounceSettings(**(values | {"password_file": str(secret)} | changes))


async def test_bounces_are_read_over_imap_marked_and_moved(
    desk: Desk, imap: ImapServer, tmp_path: Path, people: Fixture
) -> None:
    update = await accepted(desk, people)
    imap.mails = {4: bounce("<x@y.example>"), 9: bounce(desk.deliveries(update)[0].message_id)}
    mailbox = mailbox_of(reading(imap, tmp_path, handled="Done with"))
    assert isinstance(mailbox, Imap)
    looking = returns(desk, mailbox)
    await looking.look()
    await looking.look()
    await asyncio.to_thread(mailbox.close)
    assert desk.states(update) == [B, A, A]
    assert imap.seen == {9}
    assert list(imap.moved) == [9]
    assert looking.seen == {"hard bounce": 1, "unmatched": 1}
    assert sum(" FETCH " in one for one in imap.said) == 2, "what is none of ours is fetched once"


async def test_a_mailbox_that_cannot_be_read_says_so(imap: ImapServer, tmp_path: Path) -> None:
    settings = reading(imap, tmp_path)
    (tmp_path / "imap-password").write_text("wrong\n")
    with pytest.raises(MailboxDown, match=rf"the mailbox 127.0.0.1:{imap.port} cannot be read: .*login"):
        await asyncio.to_thread(mailbox_of(settings).new, set())
    with pytest.raises(MailboxDown, match=r"the Maildir .*nowhere cannot be read"):
        Maildir(tmp_path / "nowhere").new(set())


@pytest.mark.parametrize("values", [{}, {"maildir": "/x", "imap_host": "y"}, {"imap_host": "y"}])
def test_settings_name_one_mailbox(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"set either|needs username"):
        BounceSettings(**values)
