"""The question for a moment: a time, a sequence, or one of the names below."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.words.moments import FORMS, SPAN_FORMS, BadMoment, Span, read_moment, read_span
from widgets.looks import MUTED
from widgets.plain import plain


class MomentScreen(ModalScreen[datetime | int | str | Span | None]):
    """Closes with a time, a sequence, the name of a mark, or None. Times of day and ``-2h`` count from ``end``.

    ``span``: closes with a span instead.
    """

    AUTO_FOCUS = "Input"
    DEFAULT_CSS = """
    MomentScreen { align: center middle; background: $background 60%; }
    MomentScreen > Vertical {
        width: 76; max-width: 96%; height: auto; max-height: 90%;
        border: round $primary; background: $surface; padding: 0 1;
    }
    MomentScreen #ask { text-style: bold; }
    MomentScreen Input { height: 1; border: none; padding: 0 1; background: $panel; }
    MomentScreen Input:focus { border: none; background: $primary 30%; }
    MomentScreen #wrong { color: $error; height: auto; }
    MomentScreen OptionList { height: auto; max-height: 12; border: none; padding: 0; background: $surface; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "close", show=False),
        Binding("down", "app.focus_next", "names", show=False),
        Binding("up", "app.focus_previous", "write", show=False),
    ]

    def __init__(
        self, question: str, end: datetime, marks: Sequence[tuple[str, int, datetime]] = (), *, span: bool = False
    ) -> None:
        super().__init__()
        self._span = span
        self._question = question
        self._end = end
        self._marks = tuple(marks)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with Vertical():
            yield Static(
                Content.assemble((self._question, "bold"), "  ", (SPAN_FORMS if self._span else FORMS, MUTED)), id="ask"
            )
            yield Input(placeholder=f"{self._end.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}")
            yield Static(id="wrong")
            if self._marks:
                yield OptionList(
                    *(
                        Option(
                            Content.assemble((f"{at.astimezone(UTC):%m-%d %H:%M:%S}Z  ", MUTED), plain(name)), id=str(n)
                        )
                        for n, (name, _seq, at) in enumerate(self._marks)
                    )
                )

    @on(Input.Submitted)
    def _take(self, event: Input.Submitted) -> None:
        event.stop()
        if not event.value.strip():
            self.dismiss(None)
            return
        try:
            read = read_span if self._span else read_moment
            self.dismiss(read(event.value, self._end))
        except BadMoment as error:
            self.query_one("#wrong", Static).update(Content(plain(str(error))))

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.dismiss(self._marks[event.option_index][0])
