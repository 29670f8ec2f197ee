"""The last row of a table: what did not come in one by one, and so has no row of its own."""

from textual.content import Content
from textual.reactive import var

from widgets.kept_text import KeptText


class LossesRow(KeptText):
    """``≈ 412 coalesced · 3 refused``; not there while nothing was lost or put together."""

    DEFAULT_CSS = """
    LossesRow { height: 1; width: 1fr; color: $foreground-muted; display: none; }
    LossesRow.-said { display: block; }
    """

    text: var[str] = var("")

    def show(self, text: str) -> None:
        """Say ``text``."""
        self.text = text

    def watch_text(self) -> None:
        """Be there where there is something to say."""
        self.set_class(bool(self.text), "-said")
        self.refresh()

    def text_lines(self) -> tuple[Content, ...]:
        """Return the line."""
        return (Content(f"≈ {self.text}").truncate(self.size.width, ellipsis=True),)
