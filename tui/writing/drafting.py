"""Keeps a draft on the hub in step with what is written: one command at a time, the newest text only.

Two drafts of one text never come to be: while one is on its way, a newer text waits for its answer (which names the
draft), and of several newer texts only the last is sent.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from msgspec import Struct

from feeds.client import ClientError, Reply
from feeds.model import Command, Narrowing, Parts, Preview, UpdateKind, UpdateText
from feeds.model.commands import AskPreview, Draft
from tui.newest import NewestOnly

PREVIEW_MESSAGES = 200
"""Messages asked for with a preview; the hub gives no more."""

Send = Callable[[Command], Awaitable[Reply]]
"""Sends a command and gives the answer. Raises ClientError."""

T = TypeVar("T")


class Written(Struct, frozen=True):
    """What stands in the form."""

    kind: UpdateKind
    text: UpdateText
    narrowing: Narrowing = Narrowing()

    @property
    def has_words(self) -> bool:
        """Whether a person has written something, in any language."""
        languages: tuple[UpdateText | Parts, ...] = (self.text, *self.text.translations)
        return any(part.strip() for one in languages for part in (one.done, one.will, one.need, one.said, one.true))


class Wanted(Struct, frozen=True):
    """What the preview should be of: ``find`` narrows the messages that are shown."""

    written: Written
    find: str


class Drafted(Struct):
    """The hub's answer to a draft: the name that it has."""

    update: str


class Seen(Struct, frozen=True):
    """A preview and what it is a preview of. ``seq``: the log's sequence when it was made; None: no text of ours."""

    written: Written | None
    preview: Preview
    seq: int
    find: str = ""


class Drafting:
    """The draft of one outage. ``changed`` is called when ``seen`` or ``problem`` changed."""

    def __init__(self, outage: str, send: Send, changed: Callable[[], None], update: str = "") -> None:
        self.outage = outage
        self.update = update
        self.seen: Seen | None = None
        self.problem = ""
        self.find = ""
        """Narrows the messages of the preview, never its totals."""
        self._drafted: Written | None = None
        self._send = send
        self._changed = changed
        self._writing = NewestOnly(self._write)

    @property
    def busy(self) -> bool:
        """Whether a command is on its way."""
        return self._writing.busy

    def is_fresh(self, written: Written) -> bool:
        """Return whether the preview is one of exactly ``written``."""
        return self.seen is not None and self.seen.written == written

    async def write(self, written: Written) -> None:
        """Bring the hub's draft and the preview up to ``written``; returns when nothing newer is left to send."""
        await self._writing.wish(Wanted(written, self.find))

    async def _write(self, wanted: Wanted) -> None:
        try:
            await self._step(wanted)
            self.problem = ""
        except ClientError as error:
            self.problem = str(error)
            self._drafted = None  # what stands on the hub is not known
        self._changed()

    async def _step(self, wanted: Wanted) -> None:
        written = wanted.written
        if written != self._drafted:
            draft = Draft(self.outage, written.kind, written.text, update=self.update, narrowing=written.narrowing)
            drafted = await self._send(draft)
            self.update = drafted.as_(Drafted).update
            self._drafted = written
        answer = await self._send(AskPreview(self.update, window=(0, PREVIEW_MESSAGES), find=wanted.find))
        self.seen = Seen(written, answer.as_(Preview), answer.seq, wanted.find)
