"""The question before something that cannot be taken back. It starts on *Cancel*, says what is hit, wants it typed.

It can also ask for words, such as a title or a reason, which may stay empty. What is typed while it stands on a button
goes into its field (typed_ahead).
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from widgets.entry_lines import Entry, EntryLines
from widgets.looks import MUTED
from widgets.plain import plain, plain_lines
from widgets.typed_ahead import TypedAhead

Hit = str | Content | Entry
"""A line of what is hit: a sentence, which is folded where it is long, or an entry, which is cut."""


class Confirm(TypedAhead, ModalScreen[str | None]):
    """Closes with what was typed (empty where nothing was), or with None when cancelled.

    ``title``: the question; ``hits``: what it does and to whom, one line each; ``verb``: the word on the button;
    ``must_type``: the text without which the button stays off, with ``typed_what`` as its name. ``words``: names
    of lines for words; what was written there stands in ``written`` when the dialog has closed. ``missing`` says what
    is wrong with it, and then the dialog stays; the empty text lets it close.
    """

    AUTO_FOCUS = "#cancel"
    _LINES: ClassVar[int] = 14
    """Lines of what is hit, where there is room."""

    DEFAULT_CSS = """
    Confirm { align: center middle; background: $background 60%; }
    Confirm > Vertical {
        width: 68; max-width: 96%; height: auto; max-height: 96%;
        border: round $error; background: $surface; padding: 0 1;
    }
    Confirm #question { text-style: bold; height: auto; margin-bottom: 1; }
    Confirm VerticalScroll { height: auto; max-height: 12; scrollbar-size-vertical: 1; }
    Confirm .hits { height: auto; }
    Confirm #rest { height: 1; display: none; }
    Confirm #to-type { height: auto; margin-top: 1; color: $foreground-muted; }
    Confirm Input { width: 24; height: 1; border: none; padding: 0 1; background: $panel; }
    Confirm Input:focus { border: none; background: $primary 30%; }
    Confirm .words { height: 1; margin-top: 1; }
    Confirm .words Input { width: 1fr; }
    Confirm .words Static { width: 8; color: $foreground-muted; }
    Confirm #missing { height: auto; color: $error; }
    Confirm #buttons { height: 1; margin-top: 1; align-horizontal: right; }
    Confirm Button { height: 1; min-width: 10; border: none; margin-left: 2; }
    Confirm Button:focus { text-style: bold reverse; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "cancel", show=False),
        Binding("left", "app.focus_previous", "previous", show=False),
        Binding("right", "app.focus_next", "next", show=False),
        Binding("up", "scroll_hits(-1)", "up", show=False),
        Binding("down", "scroll_hits(1)", "down", show=False),
    ]

    def __init__(
        self,
        title: str,
        hits: Sequence[Hit],
        *,
        verb: str,
        must_type: str = "",
        typed_what: str = "the count",
        stay: str = "Cancel",
        words: Sequence[str] = (),
        missing: Callable[[tuple[str, ...]], str] = lambda _written: "",
    ) -> None:
        super().__init__()
        self._question = plain(title)
        self._hits = tuple(hits)
        self._verb = verb
        self._must_type = must_type
        self._typed_what = typed_what
        self._stay = stay
        self._words = tuple(words)
        self._missing = missing
        self.written: tuple[str, ...] = ("",) * len(self._words)

    def compose(self) -> ComposeResult:
        """Lay the dialog out."""
        with Vertical():
            yield Static(Content(self._question), id="question")
            with VerticalScroll(can_focus=False):
                yield from self._compose_hits()
            yield Static(Content.styled("↑ ↓ there is more of it", MUTED), id="rest")
            if self._must_type:
                yield Static(Content(f"Type {self._typed_what} to go on: {plain(self._must_type)}"), id="to-type")
                yield Input(id="typed", compact=True)
            for place, name in enumerate(self._words):
                with Horizontal(classes="words"):
                    yield Static(Content(plain(name)))
                    yield Input(id=f"words-{place}", compact=True, max_length=256)
            if self._words:
                yield Static(id="missing")
            with Horizontal(id="buttons"):
                yield Button(Content(self._stay), id="cancel", compact=True)
                yield Button(
                    Content(self._verb), id="go", variant="error", compact=True, disabled=bool(self._must_type)
                )

    def _compose_hits(self) -> Iterator[Widget]:
        for are_entries, hits in groupby(self._hits, lambda hit: isinstance(hit, Entry)):
            if are_entries:
                yield EntryLines([hit for hit in hits if isinstance(hit, Entry)])
            else:
                lines = (hit if isinstance(hit, Content) else Content(plain_lines(str(hit))) for hit in hits)
                yield Static(Content("\n").join(lines), classes="hits")

    def on_resize(self, event: events.Resize) -> None:
        """Leave the buttons room: of what is hit, the rest can be scrolled to."""
        rest = 12 + 2 * bool(self._must_type) + (1 + 2 * len(self._words) if self._words else 0)
        self.query_one(VerticalScroll).styles.max_height = max(3, min(self._LINES, event.size.height - rest))
        self.call_after_refresh(self._tell_rest)

    def _tell_rest(self) -> None:
        """Say where not all of it is in sight."""
        for line in self.query("#rest"):
            line.display = self.query_one(VerticalScroll).max_scroll_y > 0

    def action_scroll_hits(self, by: int) -> None:
        """Move through what is hit, where it does not fit."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    @property
    def _typed(self) -> str:
        return self.query_one("#typed", Input).value.strip() if self._must_type else ""

    @on(Input.Changed, "#typed")
    def _judge(self) -> None:
        self.query_one("#go", Button).disabled = self._typed != self._must_type

    @on(Input.Submitted)
    def _on_typed(self, event: Input.Submitted) -> None:
        """Go on to the next field that is empty, else to the button; pressing it is another step."""
        fields = list(self.query(Input))
        below = [field for field in fields[fields.index(event.input) + 1 :] if not field.value]
        button = self.query_one("#go", Button)
        if below:
            below[0].focus()
        elif not button.disabled:
            button.focus()

    @on(Button.Pressed, "#go")
    def _go(self) -> None:
        if self._typed == self._must_type:
            boxes = [self.query_one(f"#words-{place}", Input) for place in range(len(self._words))]
            self.written = tuple(plain(box.value).strip() for box in boxes)
            missing = self._missing(self.written)
            if missing:
                self.query_one("#missing", Static).update(Content(missing))
            else:
                self.dismiss(self._typed)

    @on(Button.Pressed, "#cancel")
    def action_cancel(self) -> None:
        """Close without doing anything."""
        self.dismiss(None)
