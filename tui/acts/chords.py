"""Two keys pressed one after the other, such as ``gg``. What they do is said by the keymap; here is only the waiting.

In Textual's keymap such a pair is one key with a name that no key has, so that Textual itself knows where it is bound
and whether it may be used.
"""

from collections.abc import Mapping

from textual import events
from textual.binding import ActiveBinding
from textual.widget import Widget

from tui.acts.key_names import THEN


class Chords:
    """The first of two keys, while the second is waited for."""

    def __init__(self) -> None:
        self.first = ""
        """The key that came; empty while none is waited for."""

    def take(
        self, event: events.Key, active: Mapping[str, ActiveBinding], focused: Widget | None
    ) -> tuple[bool, ActiveBinding | None]:
        """Take a key: return whether it is used up, and what is to be done now.

        A key is the first of two where such a pair can be used and the field that has the focus would not write it.
        Where the second key belongs to no pair, esc ends the waiting and any other key does what it does alone.
        """
        first, self.first = self.first, ""
        if first:
            found = active.get(f"{first}{THEN}{event.key}")
            return found is not None or event.key == "escape", found
        if focused is not None and focused.check_consume_key(event.key, event.character):
            return False, None
        if any(key.startswith(f"{event.key}{THEN}") for key in active):
            self.first = event.key
            return True, None
        return False, None
