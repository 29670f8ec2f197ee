"""A field for text with SIMs in it, in which the pieces that were read are marked while they are being written.

What is pasted is cleaned and cut at the door: a terminal is not to be changed by a mail, nor stopped by a long one.
"""

from collections.abc import Iterable

from rich.style import Style
from rich.text import Text
from textual import events
from textual.message import Message
from textual.widgets import TextArea

from widgets.plain import plain_lines
from widgets.read_text import Mark, usable


class SimsArea(TextArea):
    """``most``: characters that it takes at most."""

    class Cut(Message):
        """What was pasted was longer than there is room for: ``left_out`` characters are not there."""

        def __init__(self, left_out: int) -> None:
            super().__init__()
            self.left_out = left_out

    def __init__(self, text: str = "", *, most: int, placeholder: str = "", id: str | None = None) -> None:
        super().__init__(
            plain_lines(text[:most]),
            compact=True,
            show_line_numbers=False,
            highlight_cursor_line=False,
            placeholder=placeholder,
            id=id,
        )
        self._most = most
        self._marks: dict[int, list[tuple[int, int, str]]] = {}
        """By line: first column, the one behind the last, colour variable."""

    @property
    def written(self) -> str:
        """What stands in it, with ``\\n`` between lines: what places of marks count in."""
        return "\n".join(self.document.lines)

    def mark(self, marks: Iterable[Mark]) -> None:
        """Mark pieces of ``written``; those of before go."""
        found: dict[int, list[tuple[int, int, str]]] = {}
        lines = self.document.lines
        line = at = 0
        for one in usable(marks, len(self.written)):
            begin = one.start
            while begin < one.end:
                while begin > at + len(lines[line]):
                    at += len(lines[line]) + 1
                    line += 1
                stop = min(one.end, at + len(lines[line]))
                found.setdefault(line, []).append((begin - at, stop - at, one.style))
                begin = stop + 1
        if found != self._marks:
            self._marks = found
            self.notify_style_update()
            self.refresh()

    def get_line(self, line_index: int) -> Text:
        """Return a line with its marks."""
        text = super().get_line(line_index)
        for begin, stop, style in self._marks.get(line_index, ()):
            text.stylize(self._rich(style), begin, stop)
        return text

    def _rich(self, style: str) -> Style:
        words = style.split()
        colour = next((self.app.theme_variables.get(word[1:]) for word in words if word.startswith("$")), None)
        return Style(
            color=colour if colour and colour.startswith("#") else None,
            underline="underline" in words or None,
            strike="strike" in words or None,
            bold=True,
        )

    async def _on_paste(self, event: events.Paste) -> None:
        room = self._most - len(self.written) + len(self.selected_text)
        text = plain_lines(event.text[: max(0, room)])
        if len(event.text) > room:
            self.post_message(self.Cut(len(event.text) - max(0, room)))
        await super()._on_paste(events.Paste(text))
        # The field's own handler would take the text once more, as it came.
        event.prevent_default()
