"""The exact words that each customer gets: totals, a list that can be searched, the message under the cursor.

What it shows came from the hub; asking for it and deciding about it is the screen's business.
"""

from typing import TYPE_CHECKING, cast

from msgspec import Struct
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message as Event
from textual.timer import Timer
from textual.widgets import Input, Static

from feeds.model import ContactChannel, Message, OutageRow
from tui.words.previews import lines_of
from tui.writing.drafting import PREVIEW_MESSAGES, Seen
from widgets.all_rows import AllRows
from widgets.columns import Bit, Column
from widgets.looks import MUTED
from widgets.plain import plain, plain_lines
from widgets.quantities import number, plural
from widgets.section_rule import SectionRule
from widgets.stream_table import StreamTable

if TYPE_CHECKING:
    from tui.app import VakenApp

FIND_AFTER = 0.3
"""Seconds without a key after which the hub is asked to search."""


class MessageLine(Struct, frozen=True):
    """A message as a row of the list; one customer may have several contacts."""

    key: str
    message: Message


def _name(line: MessageLine) -> tuple[Bit, ...]:
    one = line.message
    since = {"joined": " +new", "left": " −clear"}.get(one.since, "")
    return (Bit(f"★{one.name}", "vip") if one.vip else Bit(one.name), *((Bit(since, "accent"),) if since else ()))


MESSAGES = (
    Column("name", "customer", lambda r, _: _name(r), weight=2, least=10, priority=9),
    Column("channel", "by", lambda r, _: Bit(r.message.channel.value, "" if r.message.channel
           is not ContactChannel.EMAIL else "dim"), width=7, priority=7),
    Column("language", "lang", lambda r, _: Bit(r.message.language, "dim"), width=4, priority=6),
    Column("sims", "SIMs", lambda r, _: number(r.message.sims), width=8, align="right", priority=8),
    Column("address", "to", lambda r, _: Bit(r.message.address, "dim"), weight=2, least=12, priority=5),
)  # fmt: skip


def message_text(message: Message) -> Content:
    """Return a message as it will be sent, with its head."""
    head: list[str | tuple[str, str]] = [("To       ", MUTED), plain(message.address), "\n"]
    if message.subject:
        head += [("Subject  ", MUTED), (plain(message.subject), "bold"), "\n"]
    if message.attachment:
        head += [("With     ", MUTED), plain(message.attachment), "\n"]
    return Content.assemble(*head, "\n", plain_lines(message.body))


class PreviewPane(Vertical):
    """``show_preview`` takes what the hub said; ``Searched`` asks the screen for other messages."""

    class Searched(Event):
        """A person looks for a customer or an address."""

        def __init__(self, find: str) -> None:
            super().__init__()
            self.find = find

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._timer: Timer | None = None

    @property
    def vaken(self) -> "VakenApp":
        """The app, as what it is."""
        return cast("VakenApp", self.app)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield SectionRule(id="preview-rule")
        with VerticalScroll(id="audience-box", can_focus=False):
            yield Static(id="audience")
        yield Input(id="find", compact=True, placeholder="find a customer or an address", max_length=100)
        yield StreamTable(MESSAGES, now=self.vaken.hub.now, empty="the preview comes with your first words")
        with VerticalScroll(id="message-box"):
            yield Static(id="message")

    def show_preview(self, seen: Seen | None, rule: Content, row: OutageRow | None, *, fresh: bool) -> None:
        """Show what the hub said; ``rule``: what is said of it in the line above."""
        if not self.query("#message"):
            return  # not there yet, or closed while the hub was answering
        self.query_one("#preview-rule", SectionRule).text = rule
        self.set_class(not fresh and seen is not None, "-old")
        audience, table = self.query_one("#audience", Static), self.query_one(StreamTable)
        if seen is None:
            about = f"about {plural(row.customers, 'customer')} · {plural(row.sims, 'SIM')}" if row is not None else ""
            audience.update(Content.styled(about, MUTED))
            if row is not None and not table.loaded:
                table.show(AllRows(()))  # nothing is on its way: it says what it waits for
            return
        preview, lines = seen.preview, lines_of(seen.preview)
        if len(preview.messages) >= PREVIEW_MESSAGES and preview.contacts > len(preview.messages):
            lines.append(
                Content.styled(f"the first {number(len(preview.messages))} are listed: search for more", MUTED)
            )
        audience.update(Content("\n").join(lines))
        table.empty = (
            f"no customer and no address with '{plain(seen.find)}'"
            if seen.find
            else "nobody: no contact has an address that can be reached"
        )
        rows = (MessageLine(f"{one.customer}/{one.channel.value}/{one.address}", one) for one in preview.messages)
        table.show(AllRows(tuple(rows)))

    @property
    def message(self) -> Message | None:
        """The message under the cursor."""
        line = self.query_one(StreamTable).cursor_row
        return line.message if isinstance(line, MessageLine) else None

    def move(self, by: int) -> None:
        """Go on by some messages."""
        self.query_one(StreamTable).action_move(by)

    def search(self) -> None:
        """Begin to search."""
        self.query_one("#find", Input).focus()

    @on(StreamTable.RowHighlighted)
    def _show_message(self) -> None:
        message = self.message
        if message is not None:
            self.query_one("#message", Static).update(message_text(message))

    @on(Input.Changed, "#find")
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        if self._timer is not None:
            self._timer.stop()
        self._timer = self.set_timer(FIND_AFTER, self._ask)

    @on(Input.Submitted, "#find")
    def _look(self, event: Input.Submitted) -> None:
        event.stop()
        self._ask()
        self.query_one(StreamTable).focus()

    def _ask(self) -> None:
        if self._timer is not None:
            self._timer.stop()
        self.post_message(self.Searched(self.query_one("#find", Input).value.strip()))
