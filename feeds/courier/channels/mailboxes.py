"""Mailboxes into which mail comes back: a Maildir folder or IMAP. Both block; they are used on a thread.

A mail is shown until it is done with, so one whose facts could not be kept is shown again. What is not ours is shown
once in the life of the process and stays where it is, unread.
"""

import contextlib
import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from feeds.courier.channels.bounces import LARGEST, BounceSettings
from feeds.courier.channels.http import secret_of
from feeds.courier.errors import CourierError, LinkDown
from feeds.courier.texts import one_line

AT_ONCE = 50
"""Mails that are shown at a time."""


class MailboxDown(CourierError):
    """The mailbox cannot be read. The message names it and the reason."""


class Mailbox(Protocol):
    """Mails by a name that stays theirs."""

    def new(self, skip: set[str]) -> Sequence[tuple[str, bytes]]:
        """Return up to ``AT_ONCE`` mails that are not done with. Raises MailboxDown."""

    def done(self, names: Sequence[str]) -> None:
        """Mark mails as seen. Raises MailboxDown."""

    def close(self) -> None:
        """Let go of it."""


class Maildir:
    """A folder with ``new`` and ``cur``, as mail servers deliver into it (https://cr.yp.to/proto/maildir.html).

    Seen mails are in ``cur`` with the flag S. ``mailbox.Maildir`` of the standard library looks all of a folder
    through for each step; here a look costs as much as there is in it once.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def new(self, skip: set[str]) -> Sequence[tuple[str, bytes]]:
        """Return mails that nobody has seen. Raises MailboxDown."""
        found: list[tuple[str, bytes]] = []
        try:
            for file in self._unseen():
                name = file.name.partition(":")[0]
                if name not in skip:
                    with contextlib.suppress(FileNotFoundError), file.open("rb") as mail:  # moved by somebody else
                        found.append((name, mail.read(LARGEST)))
                if len(found) >= AT_ONCE:
                    break
        except OSError as error:
            raise MailboxDown(f"the Maildir {self._path} cannot be read: {error.strerror or error}") from error
        return found

    def done(self, names: Sequence[str]) -> None:
        """Move mails to ``cur`` with the flag S. Raises MailboxDown."""
        wanted = set(names)
        try:
            for file in list(self._unseen()):
                name, _, info = file.name.partition(":")
                if name in wanted:
                    flags = "".join(sorted({*info.removeprefix("2,"), "S"}))
                    with contextlib.suppress(FileNotFoundError):
                        file.rename(self._path / "cur" / f"{name}:2,{flags}")
        except OSError as error:
            raise MailboxDown(f"mails in {self._path} cannot be marked: {error.strerror or error}") from error

    def close(self) -> None:
        """Nothing is held."""

    def _unseen(self) -> Iterator[Path]:
        for folder in ("new", "cur"):
            for file in sorted((self._path / folder).iterdir()):
                flags = file.name.partition(":2,")[2]
                if not file.name.startswith(".") and "S" not in flags and "T" not in flags and file.is_file():
                    yield file


class Imap:
    """A folder on an IMAP server (RFC 9051), by the numbers that stay (UID) and the folder's UIDVALIDITY."""

    def __init__(self, settings: BounceSettings) -> None:
        self._settings = settings
        self._box: imaplib.IMAP4 | None = None
        self._validity = ""

    def new(self, skip: set[str]) -> Sequence[tuple[str, bytes]]:
        """Return unseen mails. Raises MailboxDown."""
        with self._talking() as box:
            found: list[tuple[str, bytes]] = []
            for uid in _said(box.uid("SEARCH", "UNSEEN"))[0].split():
                name = f"{self._validity}/{uid.decode('ascii', 'replace')}"
                if name in skip:
                    continue
                parts = _said(box.uid("FETCH", uid.decode("ascii"), f"(BODY.PEEK[]<0.{LARGEST}>)"))
                raw = next((part[1] for part in parts if isinstance(part, tuple)), b"")
                found.append((name, raw))
                if len(found) >= AT_ONCE:
                    break
            return found

    def done(self, names: Sequence[str]) -> None:
        """Mark mails as seen, and move them where there is a folder for that. Raises MailboxDown."""
        with self._talking() as box:
            uids = [uid for validity, _, uid in (name.partition("/") for name in names) if validity == self._validity]
            if not uids:
                return
            _said(box.uid("STORE", ",".join(uids), "+FLAGS.SILENT", r"(\Seen)"))
            if self._settings.handled:
                _said(box.uid("MOVE", ",".join(uids), _quoted(self._settings.handled)))

    def close(self) -> None:
        """Say goodbye."""
        box, self._box = self._box, None
        if box is not None:
            with contextlib.suppress(imaplib.IMAP4.error, OSError):
                box.logout()

    @contextlib.contextmanager
    def _talking(self) -> Iterator[imaplib.IMAP4]:
        where = f"{self._settings.imap_host}:{self._settings.imap_port}"
        try:
            if self._box is None:
                self._box = self._opened()
            yield self._box
        except (imaplib.IMAP4.error, OSError, LinkDown, ValueError, IndexError) as error:
            self.close()
            raise MailboxDown(f"the mailbox {where} cannot be read: {one_line(str(error), 200)}") from error

    def _opened(self) -> imaplib.IMAP4:
        settings = self._settings
        context = ssl.create_default_context()
        if settings.ca_file:
            context.load_verify_locations(settings.ca_file)
        if settings.imap_security == "tls":
            box: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                settings.imap_host, settings.imap_port, ssl_context=context, timeout=30
            )
        else:
            box = imaplib.IMAP4(settings.imap_host, settings.imap_port, timeout=30)
            if settings.imap_security == "starttls":
                box.starttls(context)
        box.login(settings.username, secret_of(settings.password_file))
        _said(box.select(_quoted(settings.folder)))
        (validity,) = box.response("UIDVALIDITY")[1] or [b""]
        self._validity = (validity or b"").decode("ascii", "replace")
        return box


def _quoted(folder: str) -> str:
    if not folder.isascii() or not folder.isprintable():
        raise ValueError(f"the folder '{one_line(folder)}' is not in ASCII: write its name in modified UTF-7")
    escaped = re.sub(r'(["\\])', r"\\\1", folder)
    return f'"{escaped}"'


def _said(answer: tuple[str, list[Any]]) -> list[Any]:
    """Return the data of an answer. Raises imaplib.IMAP4.error where it is no OK."""
    word, data = answer
    if word != "OK":
        raise imaplib.IMAP4.error(f"{word}: {data!r}")
    return [one for one in data if one is not None] or [b""]


def mailbox_of(settings: BounceSettings) -> Mailbox:
    """Return the mailbox that the settings name, not opened yet."""
    return Maildir(Path(settings.maildir)) if settings.maildir else Imap(settings)
