"""What is typed in a dialog while one of its buttons has the focus is written in its field.

Dialogs start on the button that does no harm. A person who reads *type the number* types it: it must neither be lost
nor do anything else. Mixed into a screen, before ``ModalScreen``.
"""

from typing import TYPE_CHECKING, cast

from textual import events
from textual.screen import Screen
from textual.widgets import Button, Input, TextArea

if TYPE_CHECKING:
    from typing import Any


class TypedAhead:
    """``field_for`` names the field; a screen may know better than that it is the first empty one."""

    def _dialog(self) -> "Screen[Any]":
        return cast("Screen[Any]", self)

    def field_for(self) -> Input | TextArea | None:
        """Return the field in which is written what is typed now: the first empty one, else the last."""
        fields = [one for one in self._dialog().query(Input) if one.display and not one.disabled]
        return next((one for one in fields if not one.value), fields[-1] if fields else None)

    def on_key(self, event: events.Key) -> None:
        """Write what a button would do nothing with."""
        if event.is_printable and event.character is not None and self._write(event.character):
            event.stop()
            event.prevent_default()

    def on_paste(self, event: events.Paste) -> None:
        """Write what is pasted while a button has the focus."""
        if event.text and self._write(event.text.splitlines()[0]):
            event.stop()
            event.prevent_default()

    def _write(self, text: str) -> bool:
        screen = self._dialog()
        field = self.field_for() if isinstance(screen.focused, Button) else None
        if field is None:
            return False
        screen.set_focus(field)
        field.call_later(_append, field, text)  # behind its coming to focus, which may select what stands there
        return True


def _append(field: Input | TextArea, text: str) -> None:
    if isinstance(field, TextArea):
        field.insert(text, field.document.end)
        field.move_cursor(field.document.end)
    else:
        field.cursor_position = len(field.value)
        field.insert_text_at_cursor(text if field.value else text.lstrip())
