"""The line above a pane: its title, what is said about it, and a rule to the end of the line."""

from textual.content import Content
from textual.reactive import var
from textual.widget import Widget


class SectionRule(Widget):
    """``text`` stands at the left, ``note`` at the right; the note goes first where both do not fit."""

    DEFAULT_CSS = """
    SectionRule { height: 1; width: 1fr; color: $foreground-muted; }
    """

    text: var[Content] = var(Content(""))
    note: var[Content] = var(Content(""))

    def watch_text(self) -> None:
        """Show the new text."""
        self.refresh()

    def watch_note(self) -> None:
        """Show the new note."""
        self.refresh()

    def render(self) -> Content:
        """Return the line."""
        width = self.size.width
        line = Content.assemble(("── ", "$foreground-disabled"), self.text, " ")
        if line.cell_length > width:
            return line.truncate(width, ellipsis=True)
        end = Content.assemble(" ", self.note, (" ──", "$foreground-disabled")) if self.note else Content("")
        if line.cell_length + end.cell_length > width:
            end = Content("")
        return line + Content.styled("─" * (width - line.cell_length - end.cell_length), "$foreground-disabled") + end
