"""A countdown in large digits: so many seconds are left in which something can be undone."""

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Digits, Static


class HoldClock(Horizontal):
    """``show`` sets what is left; it takes no room while there is nothing to count."""

    DEFAULT_CSS = """
    HoldClock { height: 3; padding: 0 3; display: none; }
    HoldClock Digits { width: auto; height: 3; color: $warning; text-style: bold; }
    HoldClock Static { width: 1fr; height: 3; padding: 1 2; }
    """

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield Digits("")
        yield Static()

    def show(self, seconds: int | None, words: Content) -> None:
        """Show the seconds that are left with what they mean; None: nothing is counted."""
        self.display = seconds is not None
        if seconds is not None:
            self.query_one(Digits).update(str(seconds))
            self.query_one(Static).update(words)
