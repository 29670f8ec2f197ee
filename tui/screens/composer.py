"""Writing an update: the text at the left, at the right who gets it and the exact words that each one gets.

The draft lives on the hub; what stands at the right came from there, and it says so when it is older than the text.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from msgspec import Struct
from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Select, Static, TextArea

from feeds.model import Message, OutageRow, OutageState, Preview, UpdateKind, UpdateText
from feeds.model.commands import Approve
from tui.actions import bindings
from tui.base_screen import VakenScreen
from tui.drafting import Drafting, Written
from tui.next_word import BadTime, read_next_word
from widgets.all_rows import AllRows
from widgets.columns import Bit, Column
from widgets.confirm import Confirm
from widgets.looks import MUTED
from widgets.plain import plain, plain_lines
from widgets.quantities import local, number, plural, span
from widgets.section_rule import SectionRule
from widgets.stream_table import StreamTable

DRAFT_AFTER = 0.6
"""Seconds without a key after which the text goes to the hub."""

_PARTS = (
    ("done", "What we have done"),
    ("will", "What we will do"),
    ("need", "What you need to do"),
)


class Form(Struct):
    """What a person has written for one outage; kept by the app while the composer is closed."""

    kind: UpdateKind
    done: str = ""
    will: str = ""
    need: str = ""
    next_word: str = "20"
    update: str = ""


class MessageLine(Struct, frozen=True):
    """A message as a row of the list; one customer may have several contacts."""

    key: str
    message: Message


MESSAGES = (
    Column("name", "customer", lambda r, _: Bit(f"★{r.message.name}", "vip") if r.message.vip
           else Bit(r.message.name), weight=2, least=10, priority=9),
    Column("sims", "SIMs", lambda r, _: number(r.message.sims), width=8, align="right", priority=8),
    Column("address", "to", lambda r, _: Bit(r.message.address, "dim"), weight=2, least=12, priority=5),
)  # fmt: skip


NAMES_SHOWN = 8
"""Customers that the question before sending names."""


def first_kind(row: OutageRow) -> UpdateKind:
    """Return the kind of update that is due."""
    if row.state in (OutageState.MITIGATED, OutageState.RESOLVED):
        return UpdateKind.ALL_CLEAR
    return UpdateKind.PROGRESS if row.updates else UpdateKind.FIRST_WORD


def audience_line(preview: Preview) -> Content:
    """Return ``14 customers (2 ★) · 20 contacts · 41,200 SIMs``."""
    vips = f" ({number(preview.vips)} ★)" if preview.vips else ""
    return Content.assemble(
        (plural(preview.customers, "customer"), "bold"), f"{vips} · {plural(preview.contacts, 'contact')}",
        f" · {plural(preview.sims, 'SIM')}",
    )  # fmt: skip


class ComposerScreen(VakenScreen):
    """``row`` is the outage that the update is of."""

    where = "composer"
    AUTO_FOCUS = "#done"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("composer"),
        Binding("f7", "previous_message", "previous message", show=False),
        # Before the text areas: what is typed quickly behind a tab must not land in the field before it.
        Binding("tab", "app.focus_next", "next field", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", "previous field", show=False, priority=True),
    ]

    def __init__(self, row: OutageRow) -> None:
        super().__init__()
        self.row = row
        self._drafting: Drafting | None = None
        self._timer: Timer | None = None
        self._promise: datetime | None = None

    @property
    def place(self) -> str:
        """What the header calls the screen."""
        return f"board › {self.row.key} › update"

    @property
    def form(self) -> Form:
        """What is written for the outage."""
        return self.vaken.forms.setdefault(self.row.key, Form(first_kind(self.row)))

    @property
    def drafting(self) -> Drafting:
        """The draft on the hub."""
        if self._drafting is None:
            self._drafting = Drafting(self.row.key, self.vaken.send, self._show_preview, self.form.update)
        return self._drafting

    def compose_body(self) -> Iterable[Widget]:
        """Lay it out."""
        form = self.form
        with Horizontal(id="halves"):
            with Vertical(id="form"):
                with Horizontal(id="top-fields"):
                    yield Select(
                        [(kind.value, kind) for kind in UpdateKind],
                        value=form.kind,
                        allow_blank=False,
                        compact=True,
                        id="kind",
                    )
                    yield Static(Content("next word"), id="next-label")
                    yield Input(form.next_word, id="next", compact=True, max_length=8)
                yield Static(id="promise")
                for name, title in _PARTS:
                    yield Static(Content.styled(title, "bold"), classes="label")
                    yield TextArea(getattr(form, name), id=name, compact=True, show_line_numbers=False)
            with Vertical(id="preview"):
                yield SectionRule(id="preview-rule")
                yield Static(id="audience")
                yield StreamTable(MESSAGES, now=self.vaken.hub.now, empty="the preview comes with your first words")
                with VerticalScroll(id="message-box"):
                    yield Static(id="message")

    def on_mount(self) -> None:
        """Show what is there already."""
        self._read_promise()
        self._show_preview()
        if self.form.update or self._written().has_words:
            self._write()

    def _written(self) -> Written:
        form = self.form
        return Written(form.kind, UpdateText(form.done, form.will, form.need, self._promise))

    @on(TextArea.Changed)
    @on(Input.Changed, "#next")
    @on(Select.Changed, "#kind")
    def _edited(self) -> None:
        before, promise = self._written(), self.form.next_word
        form = self.form
        for name, _ in _PARTS:
            setattr(form, name, self.query_one(f"#{name}", TextArea).text)
        kind = self.query_one("#kind", Select).value
        if isinstance(kind, UpdateKind):
            form.kind = kind
        form.next_word = self.query_one("#next", Input).value
        if form.next_word != promise:
            self._read_promise()
        if self._written() == before:
            return
        self._show_preview()
        if self._timer is not None:
            self._timer.stop()
        if self._written().has_words or self.drafting.update:
            self._timer = self.set_timer(DRAFT_AFTER, self._write)

    def _read_promise(self) -> None:
        now, line = self.vaken.hub.now(), self.query_one("#promise", Static)
        try:
            self._promise = read_next_word(self.form.next_word, now)
        except BadTime as error:
            self._promise = None
            line.update(Content.styled(str(error), "$error"))
            return
        if self._promise is None:
            line.update(Content.styled("no next word is promised", "$warning"))
            return
        line.update(
            Content.assemble(
                ("next word by ", MUTED), (f"{self._promise:%H:%M}Z", "bold"),
                (f"  {local(self._promise, self.vaken.zone)} · in {span((self._promise - now).total_seconds())}",
                 MUTED),
            )
        )  # fmt: skip

    @work(group="draft")
    async def _write(self) -> None:
        await self.drafting.write(self._written())
        self.form.update = self.drafting.update

    def _show_preview(self) -> None:
        if not self.query("#message"):
            return  # closed while the hub was answering
        drafting = self.drafting
        self.form.update = drafting.update
        rule, audience = self.query_one("#preview-rule", SectionRule), self.query_one("#audience", Static)
        table = self.query_one(StreamTable)
        seen = drafting.seen
        if drafting.problem:
            rule.text = Content.assemble(("Preview", "bold $foreground"), (f" · {plain(drafting.problem)}", "$error"))
        elif seen is None:
            rule.text = Content.assemble(("Preview", "bold $foreground"), " · none yet")
        elif drafting.is_fresh(self._written()):
            rule.text = Content.assemble(
                ("Preview", "bold $foreground"), (" · exactly what is sent ", "$success"), seen.preview.digest[:8]
            )
        else:
            rule.text = Content.assemble(("Preview", "bold $foreground"), (" · OLD: the text has changed", "$warning"))
        if seen is None:
            row = self.row
            audience.update(
                Content.assemble((f"about {plural(row.customers, 'customer')} · {plural(row.sims, 'SIM')}", MUTED))
            )
            return
        preview = seen.preview
        lines = [audience_line(preview)]
        if preview.unreachable:
            names = ", ".join(map(plain, preview.unreachable[:3]))
            more = f" +{number(len(preview.unreachable) - 3)}" if len(preview.unreachable) > 3 else ""
            lines.append(Content.styled(f"{len(preview.unreachable):,} to call, no address: {names}{more}", "$warning"))
        lines += [Content.styled(plain(problem), "$error") for problem in preview.problems[:3]]
        audience.update(Content("\n").join(lines))
        table.empty = "nobody: no contact has an address that mail can reach"
        rows = tuple(
            MessageLine(f"{number_}/{message.address}", message) for number_, message in enumerate(preview.messages)
        )
        table.show(AllRows(rows))
        self.query_one("#preview").set_class(not drafting.is_fresh(self._written()), "-old")

    @on(StreamTable.RowHighlighted)
    def _show_message(self) -> None:
        line = self.query_one(StreamTable).cursor_row
        if isinstance(line, MessageLine):
            message = line.message
            self.query_one("#message", Static).update(
                Content.assemble(
                    ("To       ", MUTED), plain(message.address), "\n",
                    ("Subject  ", MUTED), (plain(message.subject), "bold"), "\n\n",
                    plain_lines(message.body),
                )
            )  # fmt: skip

    def action_next_message(self) -> None:
        """Show the next message without leaving the text."""
        self.query_one(StreamTable).action_move(1)

    def action_previous_message(self) -> None:
        """Show the message before."""
        self.query_one(StreamTable).action_move(-1)

    def action_leave(self) -> None:
        """Go back; what is written is kept, here and as a draft on the hub."""
        if self._written().has_words and not self.drafting.is_fresh(self._written()):
            self.vaken.keep_draft(self.drafting, self._written())
        self.app.pop_screen()

    @work(group="send", exclusive=True)
    async def action_send(self) -> None:
        """Ask for the last time, then send."""
        written, seen = self._written(), self.drafting.seen
        if not written.has_words:
            self.vaken.say("There is nothing to send: write what is done, what comes, what is needed.")
            return
        if seen is None or seen.written != written:
            self.vaken.say("The preview is not of this text yet: look at it when it has come, then send.")
            self._write()
            return
        preview = seen.preview
        if not preview.contacts:
            self.vaken.say("Nobody would get it: no contact has an address that mail can reach.")
            return
        hits: list[str | Content] = [
            audience_line(preview),
            Content(f"{written.kind.value} of {plain(self.row.key)} · text and audience {plain(preview.digest[:12])}"),
        ]
        if self._promise is not None:
            hits.append(Content(f"next word promised by {self._promise:%H:%M}Z"))
        if preview.unreachable:
            hits.append(Content.styled(f"{plural(len(preview.unreachable), 'customer')} must be called", "$warning"))
        hits += [Content.styled(plain(problem), "$error") for problem in preview.problems]
        names = dict.fromkeys(f"{'★' if m.vip else ''}{plain(m.name)}" for m in preview.messages)
        shown = list(names)[:NAMES_SHOWN]
        hits.append(Content.styled(", ".join(shown) + (" …" if preview.customers > len(shown) else ""), MUTED))
        typed = await self.app.push_screen_wait(
            Confirm(
                f"Send this to {plural(preview.customers, 'customer')}?",
                hits,
                verb="Send",
                must_type=str(preview.customers),
                typed_what="the number of customers",
            )
        )
        if typed is None:
            return
        approve = Approve(preview.update, preview.digest, customers=int(typed), seen=seen.seq)
        if await self.vaken.do(approve) is None:
            return
        self.vaken.forms.pop(self.row.key, None)
        from tui.screens.progress import ProgressScreen

        self.app.switch_screen(ProgressScreen(preview.update))
