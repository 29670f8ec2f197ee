"""The line above a pane: its title, what is said about it, and a rule to the end of the line."""

from textual.content import Content
from textual.reactive import var

from widgets.kept_text import KeptText


class SectionRule(KeptText):
    """``text`` stands at the left, ``note`` at the right; the note goes first where both do not fit."""

    DEFAULT_CSS = """
    SectionRule { height: 1; width: 1fr; color: $foreground-muted; }
    """

    # Contents of the same letters are equal, whatever their colours.
    text: var[Content] = var(Content(""), always_update=True)
    note: var[Content] = var(Content(""), always_update=True)

    def watch_text(self, old: Content, new: Content) -> None:
        """Show the new text."""
        if not new.is_same(old):
            self.refresh()

    def watch_note(self, old: Content, new: Content) -> None:
        """Show the new note."""
        if not new.is_same(old):
            self.refresh()

    def text_lines(self) -> tuple[Content, ...]:
        """Return the line."""
        return (self._line(),)

    def _line(self) -> Content:
        width, grey = self.size.width, "$foreground-disabled"
        left = 4 + self.text.cell_length
        if left > width:
            return Content.assemble(("── ", grey), self.text, " ").truncate(width, ellipsis=True)
        right = 4 + self.note.cell_length if self.note else 0
        if left + right > width:
            right = 0
        end = (" ", self.note, (" ──", grey)) if right else ()
        return Content.assemble(("── ", grey), self.text, " ", ("─" * (width - left - right), grey), *end)
