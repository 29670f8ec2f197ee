"""What the linter found in a text, in words; choosing one leads to its place. Going there is the screen's business."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList

from feeds.model import Slip
from tui.words.previews import slip_line, stops
from widgets.looks import MUTED
from widgets.section_rule import SectionRule


class SlipList(Vertical):
    """``slips`` are shown in the order given."""

    class Chosen(Message):
        """A person wants to go to the place of a slip."""

        def __init__(self, slip: Slip) -> None:
            super().__init__()
            self.slip = slip

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._slips: tuple[Slip, ...] | None = None

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield SectionRule(id="slips-rule")
        yield OptionList(id="slip-lines", compact=True)

    def show_slips(self, slips: Sequence[Slip] | None) -> None:
        """Show what was found; None: nothing was looked at yet."""
        found = None if slips is None else tuple(slips)
        rule, lines = self.query_one(SectionRule), self.query_one(OptionList)
        if found is not None and found == self._slips:
            return
        self._slips, before = found, lines.highlighted
        lines.clear_options()
        lines.display = bool(found)
        if found is None:
            rule.text = Content.assemble(("To mend", "bold $foreground"), (" · nothing is checked yet", MUTED))
            return
        if not found:
            rule.text = Content.assemble(("To mend", "bold $foreground"), (" · nothing", "$success"))
            return
        bad = stops(found)
        rule.text = Content.assemble(
            ("To mend", "bold $foreground"), f" {len(found)}", (f" · {bad} STOP sending", "$error") if bad else "",
            (" · F4, enter goes there", MUTED),
        )  # fmt: skip
        lines.add_options([slip_line(slip) for slip in found])
        lines.highlighted = min(before or 0, len(found) - 1)

    def enter(self) -> None:
        """Go into the list."""
        if self._slips:
            self.query_one(OptionList).focus()

    @on(OptionList.OptionSelected)
    def _choose(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        if self._slips and event.option_index < len(self._slips):
            self.post_message(self.Chosen(self._slips[event.option_index]))
