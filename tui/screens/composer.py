"""Writing an update: the text at the left, at the right who gets it and the exact words that each one gets.

The draft lives on the hub; what stands at the right came from there, and it says so when it is older than the text.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Select, Static, TextArea

from feeds.client import ClientError
from feeds.model import AskDraft, Capability, DraftText, Narrowing, OutageRow, Phase, Slip, UpdateKind
from tui.acts.registry import bindings
from tui.acts.updates import approve, propose, what_stops
from tui.base_screen import VakenScreen
from tui.panes.preview import PreviewPane
from tui.panes.slips import SlipList
from tui.words.previews import slips_of
from tui.writing.drafting import Drafting, Written
from tui.writing.form import FIRST_LANGUAGE, OF_A_CORRECTION, PARTS, Form, first_kind, first_phase, form_of
from tui.writing.narrowing import HELP, BadNarrowing, read_narrowing, with_without
from tui.writing.next_word import BadTime, read_next_word
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.quantities import local, span
from widgets.tab_strip import TabStrip

DRAFT_AFTER = 0.6
"""Seconds without a key after which the text goes to the hub."""


class ComposerScreen(VakenScreen):
    """``row`` is the outage that the update is of."""

    where = "composer"
    AUTO_FOCUS = "#done"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("composer"),
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
        self._narrowing = Narrowing()
        self._unread = ""
        """What is wrong with the line that narrows; empty: it can be read."""
        self._language = FIRST_LANGUAGE
        """The language that is being written."""

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps of the way to it."""
        return (self.row.key, "update")

    @property
    def form(self) -> Form:
        """What is written for the outage."""
        return self.vaken.forms.setdefault(self.row.key, Form(first_kind(self.row), first_phase(self.row)))

    @property
    def drafting(self) -> Drafting:
        """The draft on the hub."""
        if self._drafting is None:
            self._drafting = Drafting(self.row.key, self.vaken.send, self._show_preview, self.form.update)
        return self._drafting

    def compose_body(self) -> Iterable[Widget]:
        """Lay it out."""
        form = self.form
        words = form.of(self._language)
        with Horizontal(id="halves"):
            with Vertical(id="form"):
                with Horizontal(classes="fields"):
                    yield Select(
                        [(kind.value, kind) for kind in UpdateKind],
                        value=form.kind,
                        allow_blank=False,
                        compact=True,
                        id="kind",
                    )
                    yield Select(
                        [(phase.value, phase) for phase in Phase],
                        value=form.phase,
                        allow_blank=False,
                        compact=True,
                        id="phase",
                    )
                with Horizontal(classes="fields"):
                    yield Static(Content("next word"), classes="field-name")
                    yield Input(form.next_word, id="next", compact=True, max_length=8)
                    yield Static(id="promise")
                with Horizontal(classes="fields"):
                    yield Static(Content("to"), classes="field-name")
                    yield Input(form.narrowing, id="narrowing", compact=True, max_length=2_000,
                                placeholder=f"everybody hit, or {HELP}")  # fmt: skip
                yield Static(id="unread")
                yield TabStrip([FIRST_LANGUAGE], id="languages")
                for name, title in PARTS:
                    kind = "label of-correction" if name in OF_A_CORRECTION else "label"
                    yield Static(Content.styled(title, "bold"), classes=kind)
                    yield TextArea(
                        getattr(words, name),
                        id=name,
                        compact=True,
                        show_line_numbers=False,
                        classes="of-correction" if name in OF_A_CORRECTION else "",
                    )
                yield SlipList(id="slips")
            yield PreviewPane(id="preview")

    def on_mount(self) -> None:
        """Show what is there already."""
        self._read_promise()
        self._read_narrowing()
        self._show_kind()
        self._show_preview()
        if self.form.update or self._written().has_words:
            self._write()
        else:
            self._look_for_draft()

    def _written(self) -> Written:
        return self.form.written(self._promise, self._narrowing)

    @work(group="draft")
    async def _look_for_draft(self) -> None:
        """Write on at one's own draft, begun at another terminal or before a restart; tell of another person's."""
        try:
            reply = await self.vaken.send(AskDraft(outage=self.row.key))
            draft = reply.as_(DraftText) if bytes(reply.result) != b"null" else None
        except ClientError:
            return  # the first thing that is written will meet the same, and say it
        if draft is None or self._written().has_words or not self.is_attached:
            return
        if draft.author != self.vaken.hub.who:
            self.vaken.say(
                f"{draft.author} has a draft for {draft.outage}, {draft.update}: 6 lists it, w there opens it."
            )
            return
        self._take(form_of(draft, self.vaken.hub.now()))
        self.vaken.say(f"This is {draft.update}, which you began.")

    # -- writing ---------------------------------------------------------------------------------------------------

    @on(TextArea.Changed)
    @on(Input.Changed, "#next")
    @on(Input.Changed, "#narrowing")
    @on(Select.Changed)
    def _edited(self) -> None:
        before, form = self._written(), self.form
        promise, narrowing, words = form.next_word, form.narrowing, form.of(self._language)
        for name, _ in PARTS:
            setattr(words, name, self.query_one(f"#{name}", TextArea).text)
        kind, phase = self.query_one("#kind", Select).value, self.query_one("#phase", Select).value
        if isinstance(kind, UpdateKind) and kind is not form.kind:
            form.kind = kind
            self._show_kind()
        if isinstance(phase, Phase):
            form.phase = phase
        form.next_word = self.query_one("#next", Input).value
        form.narrowing = self.query_one("#narrowing", Input).value
        if form.next_word != promise:
            self._read_promise()
        if form.narrowing != narrowing:
            self._read_narrowing()
        if self._written() == before:
            return
        self._show_preview()
        if self._timer is not None:
            self._timer.stop()
        if self._written().has_words or self.drafting.update:
            self._timer = self.set_timer(DRAFT_AFTER, self._write)

    def _take(self, form: Form) -> None:
        """Write on at another form."""
        self.vaken.forms[self.row.key] = form
        self._drafting = None
        self._language = FIRST_LANGUAGE
        self.query_one("#kind", Select).value = form.kind
        self.query_one("#phase", Select).value = form.phase
        self.query_one("#next", Input).value = form.next_word
        self.query_one("#narrowing", Input).value = form.narrowing
        for name, _ in PARTS:
            self.query_one(f"#{name}", TextArea).load_text(getattr(form.of(FIRST_LANGUAGE), name))
        self._read_promise()
        self._read_narrowing()
        self._show_kind()
        self._write()

    def _show_kind(self) -> None:
        """Show the parts that an update of this kind has."""
        self.query_one("#form").set_class(self.form.kind is UpdateKind.CORRECTION, "-correction")

    def _read_promise(self) -> None:
        now, line = self.vaken.hub.now(), self.query_one("#promise", Static)
        try:
            self._promise = read_next_word(self.form.next_word, now)
        except BadTime as error:
            self._promise = None
            line.update(Content.styled(str(error), "$error"))
            return
        if self._promise is None:
            line.update(Content.styled("none is promised", "$warning"))
            return
        there = f"  {local(self._promise, self.vaken.zone)}" if self.app.size.width >= 110 else ""
        line.update(
            Content.assemble(
                ("by ", MUTED), (f"{self._promise:%H:%M}Z", "bold"),
                (f"{there} · in {span((self._promise - now).total_seconds())}", MUTED),
            )
        )  # fmt: skip

    def _read_narrowing(self) -> None:
        """Read whom it goes to. What cannot be read must not reach more people than somebody meant: it is not sent."""
        line = self.query_one("#unread", Static)
        try:
            self._narrowing, self._unread = read_narrowing(self.form.narrowing), ""
        except BadNarrowing as error:
            self._unread = str(error)
        line.display = bool(self._unread)
        line.update(Content.styled(plain(self._unread), "$error"))

    @work(group="draft")
    async def _write(self) -> None:
        await self.drafting.write(self._written())
        self.form.update = self.drafting.update

    # -- languages -------------------------------------------------------------------------------------------------

    def _languages(self) -> tuple[tuple[str, int | None], ...]:
        """Return the languages to write in with their contacts: the first, the written, and with ``+`` the wanted."""
        seen = self.drafting.seen
        get = seen.preview.languages if seen is not None else {}
        instead = seen.preview.fallbacks if seen is not None else {}
        names = (FIRST_LANGUAGE, *self.form.translated, self._language, *sorted(instead, key=lambda one: -instead[one]))
        tabs: list[tuple[str, int | None]] = []
        for name in dict.fromkeys(names):
            if name in instead and name not in self.form.translated:
                tabs.append((f"+{name}", instead[name]))
            else:
                tabs.append((name, get.get(name)))
        return tuple(tabs)

    def _show_languages(self) -> None:
        strip, tabs = self.query_one("#languages", TabStrip), self._languages()
        strip.labels = tuple((plain(name), count) for name, count in tabs)
        strip.active = next((at for at, tab in enumerate(tabs) if tab[0].lstrip("+") == self._language), 0)

    @on(TabStrip.Chosen)
    def _choose_language(self, event: TabStrip.Chosen) -> None:
        tabs = self._languages()
        if event.place < len(tabs):
            self._go_to_language(tabs[event.place][0].lstrip("+"))

    def action_next_language(self) -> None:
        """Write in the next language."""
        tabs = [name.lstrip("+") for name, _ in self._languages()]
        if len(tabs) == 1:
            self.vaken.say("No contact wants another language, as far as the preview knows.")
        self._go_to_language(tabs[(tabs.index(self._language) + 1) % len(tabs)])

    def _go_to_language(self, language: str) -> None:
        if language == self._language:
            return
        self._edited()  # what was typed a moment ago belongs to the language before
        words = self.form.of(language)
        self._language = language
        for name, _ in PARTS:
            self.query_one(f"#{name}", TextArea).load_text(getattr(words, name))
        self._show_languages()

    # -- what came back --------------------------------------------------------------------------------------------

    def _show_preview(self) -> None:
        if not self.query("#message"):
            return  # closed while the hub was answering
        drafting = self.drafting
        self.form.update = drafting.update
        seen, fresh = drafting.seen, drafting.is_fresh(self._written()) and not self._unread
        parts: list[str | tuple[str, str]] = [("Preview", "bold $foreground")]
        if drafting.problem:
            parts.append((f" · {plain(drafting.problem)}", "$error"))
        elif seen is None:
            parts.append(" · none yet")
        elif fresh:
            parts += [(" · exactly what is sent ", "$success"), plain(seen.preview.digest[:8])]
        else:
            parts.append((" · OLD: the text has changed", "$warning"))
        self.query_one(PreviewPane).show_preview(seen, Content.assemble(*parts), self.row, fresh=fresh)
        self.query_one(SlipList).show_slips(slips_of(seen.preview) if seen is not None else None)
        self._show_languages()

    @on(SlipList.Chosen)
    def _go_to_slip(self, event: SlipList.Chosen) -> None:
        """Go to the place that is meant, and select it."""
        slip: Slip = event.slip
        if slip.part == "next_word":
            self.query_one("#next", Input).focus()
            return
        if slip.part not in dict(PARTS):
            self.vaken.say(slip.what)
            return
        self._go_to_language(slip.language or FIRST_LANGUAGE)
        area = self.query_one(f"#{slip.part}", TextArea)
        area.focus()
        start, end = _location(area.text, slip.start), _location(area.text, slip.end)
        area.move_cursor(start)
        area.move_cursor(end, select=True, center=True)

    def action_slips(self) -> None:
        """Go into the list of what is to be mended."""
        self.query_one(SlipList).enter()

    def action_narrow(self) -> None:
        """Write down whom it goes to."""
        self.query_one("#narrowing", Input).focus()

    def action_leave_out(self) -> None:
        """Leave the customer out whose message is shown."""
        message, box = self.query_one(PreviewPane).message, self.query_one("#narrowing", Input)
        if message is None or not message.customer:
            self.vaken.say("No customer's message is shown.")
        elif self._unread:
            self.vaken.say("The line 'to' cannot be read: mend it first.")
        else:
            box.value = with_without(box.value, message.customer)

    def action_find(self) -> None:
        """Search the messages."""
        self.query_one(PreviewPane).search()

    @on(PreviewPane.Searched)
    def _find(self, event: PreviewPane.Searched) -> None:
        self.drafting.find = event.find
        if self.drafting.update:
            self._write()

    def action_next_message(self) -> None:
        """Show the next message without leaving the text."""
        self.query_one(PreviewPane).move(1)

    def action_previous_message(self) -> None:
        """Show the message before."""
        self.query_one(PreviewPane).move(-1)

    # -- leaving and sending ---------------------------------------------------------------------------------------

    def keep_unfinished(self) -> None:
        """Keep what is written, here and as a draft on the hub."""
        if not self.query("#message"):
            return  # not there yet
        self._edited()  # what was typed a moment ago
        if self._written().has_words and not self.drafting.is_fresh(self._written()):
            self.vaken.keep_draft(self.drafting, self._written())

    def action_leave(self) -> None:
        """Go back; the draft is kept."""
        self.keep_unfinished()
        self.app.pop_screen()

    @work(group="send", exclusive=True)
    async def action_send(self) -> None:
        """Ask for the last time, then propose it to a second person, or send it where none is needed."""
        written, seen = self._written(), self.drafting.seen
        if self._unread:
            self.vaken.say("It is not clear whom it goes to: mend the line 'to' first.")
            return
        if not written.has_words:
            self.vaken.say("There is nothing to send: write what is done, what comes, what is needed.")
            return
        if seen is None or seen.written != written:
            self.vaken.say("The preview is not of this text yet: look at it when it has come, then send.")
            self._write()
            return
        preview = seen.preview
        if why := what_stops(preview):
            self.vaken.say(why)
            self.action_slips()
            return
        if preview.needs_second or Capability.SEND not in self.vaken.hub.link.may:
            if await propose(self, preview, seen.seq, self.row.key, written.kind):
                from tui.screens.review import ReviewScreen

                self._let_go(preview.update)
                self.app.switch_screen(ReviewScreen(preview.update))
        elif await approve(self, preview, seen.seq, f"{written.kind.value} of {plain(self.row.key)}", alone=False):
            from tui.screens.progress import ProgressScreen

            self._let_go(preview.update)
            self.app.switch_screen(ProgressScreen(preview.update))

    def _let_go(self, update: str) -> None:
        """Keep what was written under the update's own name: its author may take it back and write on."""
        form = self.vaken.forms.pop(self.row.key, None)
        if form is not None:
            self.vaken.forms[update] = form


def _location(text: str, place: int) -> tuple[int, int]:
    """Return line and column of a place in a text."""
    before = text[: max(0, place)]
    return before.count("\n"), len(before) - (before.rfind("\n") + 1)
