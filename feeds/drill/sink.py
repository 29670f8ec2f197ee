"""A mail server that keeps everything and sends nothing on: for drills and tests, on this machine only.

Run as ``python -m feeds.drill.sink --port 0 --maildir DIR``: prints one line when it is ready. Each mail is stored as
it came, with its envelope before it in X-Envelope-From and X-Envelope-To; "250" is answered after it is stored.
aiosmtpd is an optional dependency (extra *drill*).
"""

import argparse
import asyncio
import contextlib
import mailbox
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from feeds.drill.parent import end_with_parent

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

MAIL_BYTES = 32 * 1024 * 1024
"""Largest mail that is taken."""


class SinkError(Exception):
    """The sink cannot run; the message says what to do."""


class MailSink:
    """An SMTP server on 127.0.0.1 that appends each mail to a Maildir or an mbox; use as an async context manager."""

    def __init__(self, *, maildir: Path | None = None, mbox: Path | None = None, port: int = 0) -> None:
        """Exactly one of ``maildir`` and ``mbox``. ``port`` 0: any free one. Raises SinkError."""
        if (maildir is None) == (mbox is None):
            raise SinkError("the mail sink needs one place for mails: a Maildir or an mbox")
        self.port = port
        """The port it listens on, once it is entered."""
        self.count = 0
        """Mails stored since the start."""
        self._maildir = maildir
        self._mbox = mbox
        self._box: mailbox.Maildir | mailbox.mbox | None = None
        self._server: asyncio.Server | None = None
        self._storing = asyncio.Lock()

    async def __aenter__(self) -> Self:
        try:
            from aiosmtpd.smtp import SMTP
        except ImportError as error:
            raise SinkError("the mail sink needs the package aiosmtpd: pip install 'vaken[drill]'") from error
        try:
            if self._maildir is not None:
                self._maildir.parent.mkdir(parents=True, exist_ok=True)
                self._box = mailbox.Maildir(self._maildir)
            elif self._mbox is not None:
                self._mbox.parent.mkdir(parents=True, exist_ok=True)
                self._box = mailbox.mbox(self._mbox)
        except OSError as error:
            raise SinkError(f"the mail sink cannot keep mails there: {error}") from error
        loop = asyncio.get_running_loop()

        def serve() -> asyncio.Protocol:
            protocol: asyncio.Protocol = SMTP(
                self,
                data_size_limit=MAIL_BYTES,
                enable_SMTPUTF8=True,
                hostname="localhost",
                ident="vaken sink",
                loop=loop,
            )
            return protocol

        try:
            self._server = await loop.create_server(serve, "127.0.0.1", self.port)
        except OSError as error:
            raise SinkError(f"the mail sink cannot listen on 127.0.0.1:{self.port}: {error.strerror}") from error
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_error: object) -> None:
        if self._server is not None:
            self._server.close()
        async with self._storing:
            if self._box is not None:
                self._box.close()

    async def handle_DATA(self, _server: "SMTP", _session: "Session", envelope: "Envelope") -> str:
        """Store one mail; aiosmtpd calls this with its whole content."""
        content: Any = envelope.content
        head = f"X-Envelope-From: {envelope.mail_from}\r\nX-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n"
        mail = head.encode() + bytes(content)
        # One at a time: an mbox is one file, and two mails must not be written into each other.
        async with self._storing:
            await asyncio.to_thread(self._store, mail)
        self.count += 1
        return "250 2.0.0 kept"

    def _store(self, mail: bytes) -> None:
        assert self._box is not None
        self._box.add(mail)
        if isinstance(self._box, mailbox.mbox):
            self._box.flush()


async def _serve(port: int, maildir: Path | None, mbox: Path | None) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        # Windows' loop has no signal handlers; there Ctrl-C arrives as KeyboardInterrupt.
        with contextlib.suppress(NotImplementedError):
            loop.add_signal_handler(name, stopped.set)
    async with MailSink(maildir=maildir, mbox=mbox, port=port) as sink:
        print(f"mail sink ready on 127.0.0.1:{sink.port}", flush=True)
        await stopped.wait()
    print(f"mail sink kept {sink.count} mails", flush=True)


def main() -> None:
    """Run a sink until it is stopped."""
    parser = argparse.ArgumentParser(prog="python -m feeds.drill.sink", description="keep every mail, send none on")
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0: any free one")
    place = parser.add_mutually_exclusive_group(required=True)
    place.add_argument("--maildir", type=Path, help="folder to keep mails in, made when missing")
    place.add_argument("--mbox", type=Path, help="file to append mails to")
    parser.add_argument("--with-parent", action="store_true", help="end when stdin is closed")
    given = parser.parse_args()
    if given.with_parent:
        end_with_parent()
    try:
        asyncio.run(_serve(given.port, given.maildir, given.mbox))
    except SinkError as error:
        print(f"vaken: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
