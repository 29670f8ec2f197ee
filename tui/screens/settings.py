"""The settings: how the screens look and which keys count, each with where its value comes from. Choices count at once.

What there is to choose stands in tui.looks; what counts, and that it is kept, is the app's.
"""

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from tui.looks import CHOICES, MACHINE, BadChoice, Choice, on_terminal
from tui.preferences import KEPT
from widgets.looks import MUTED
from widgets.plain import plain

if TYPE_CHECKING:
    from tui.app import VakenApp

_NAME = 12
_VALUE = 18


class SettingsScreen(ModalScreen[None]):
    """← and → change the choice under the cursor; ⌫ takes it back: the file or the default counts again."""

    AUTO_FOCUS = "#choices"

    DEFAULT_CSS = """
    SettingsScreen { align: center middle; background: $background 60%; }
    SettingsScreen > Vertical {
        width: 88; max-width: 98%; height: auto; max-height: 98%;
        border: round $primary; background: $surface; padding: 0 1;
    }
    SettingsScreen #choices { height: auto; border: none; padding: 0; background: $surface; margin: 1 0; }
    SettingsScreen #choices > .option-list--option-highlighted {
        background: $row; color: $foreground; text-style: bold;
    }
    SettingsScreen #choices:focus { background-tint: transparent; }
    SettingsScreen #about { height: 3; padding: 0 1; }
    SettingsScreen #zone { display: none; height: 1; border: none; padding: 0 1; background: $panel; }
    SettingsScreen #zone:focus { border: none; background: $row; }
    SettingsScreen #wrong { height: auto; color: $error; padding: 0 1; }
    SettingsScreen #troubles { height: auto; max-height: 4; scrollbar-size-vertical: 1; display: none; padding: 0 1; }
    SettingsScreen #troubles Static { height: auto; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,S", "close", "close", show=False),
        Binding("left,h", "change(-1)", "the value before", show=False),
        Binding("right,l,space", "change(1)", "the next value", show=False),
        Binding("backspace,delete", "take_back", "as without a choice", show=False),
        Binding("j", "move(1)", "down", show=False),
        Binding("k", "move(-1)", "up", show=False),
    ]

    @property
    def vaken(self) -> "VakenApp":
        """The app, as what it is."""
        return cast("VakenApp", self.app)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        keys = (("← →", "change"), ("⌫", "take back"), ("esc", "close"))
        line = Content("  ").join(Content.assemble((key, "bold $primary"), (f" {what}", MUTED)) for key, what in keys)
        with Vertical():
            yield Static(Content.assemble(("Settings", "bold"), "   ", line))
            yield OptionList(*(Option(self._line(choice), id=choice.name) for choice in CHOICES), id="choices")
            yield Static(id="about")
            yield Input(compact=True, max_length=64, placeholder="Europe/Stockholm", id="zone")
            yield Static(id="wrong")
            with VerticalScroll(id="troubles", can_focus=False):
                yield Static(id="trouble-lines")

    def on_mount(self) -> None:
        """Show what is there."""
        self._show()

    @property
    def _choice(self) -> Choice:
        return CHOICES[self.query_one(OptionList).highlighted or 0]

    def _value(self, choice: Choice) -> str:
        return str(getattr(self.vaken.preferences.looks, choice.name))

    def _line(self, choice: Choice) -> Content:
        """Return a choice with its value, what that comes to, and where it comes from."""
        chosen = self.vaken.preferences.chosen
        value, origin = self._value(choice), chosen.origins[choice.name]
        return Content.assemble(
            f" {choice.title:<{_NAME}}",
            (f"‹ {plain(value)} ›".ljust(_VALUE) if choice.values else f"  {plain(value)}".ljust(_VALUE), "bold"),
            (f" {self._comes_to(choice)}{plain(origin)}", MUTED),
        )

    def _comes_to(self, choice: Choice) -> str:
        if self._value(choice) != "auto":
            return ""
        seen = on_terminal(self.vaken.preferences.looks)
        found = {"theme": seen.theme, "glyphs": "ascii" if seen.ascii else "unicode", "colours": seen.colours}
        return f"{found[choice.name]} here · "

    def _show(self) -> None:
        options = self.query_one(OptionList)
        for choice in CHOICES:
            options.replace_option_prompt(choice.name, self._line(choice))
        self.query_one("#about", Static).update(Content.styled(self._choice.help, MUTED))
        problems = (*self.vaken.preferences.problems, *self.vaken.preferences.chosen.problems)
        self.query_one("#troubles").display = bool(problems)
        self.query_one("#trouble-lines", Static).update(
            Content("\n").join(Content.styled(plain(problem), "$warning") for problem in problems)
        )

    @on(OptionList.OptionHighlighted)
    def _look_at(self) -> None:
        self.query_one("#wrong", Static).update("")
        self.query_one("#zone", Input).display = False
        self._show()

    @on(OptionList.OptionSelected)
    def _next(self) -> None:
        self.action_change(1)

    def action_move(self, by: int) -> None:
        """Go to another choice."""
        options = self.query_one(OptionList)
        options.action_cursor_down() if by > 0 else options.action_cursor_up()

    def action_change(self, by: int) -> None:
        """Take the next value, or write one where any text may be one."""
        choice = self._choice
        if not choice.values:
            box = self.query_one("#zone", Input)
            box.value = "" if self._value(choice) == MACHINE else self._value(choice)
            box.display = True
            box.focus()
            return
        place = choice.values.index(self._value(choice)) if self._value(choice) in choice.values else -1
        self._choose(choice.values[(place + by) % len(choice.values)])

    def action_take_back(self) -> None:
        """Let the file or the default count again."""
        if self.vaken.preferences.chosen.origins[self._choice.name] != KEPT:
            self.query_one("#wrong", Static).update(Content.styled("It is not a choice of yours.", MUTED))
            return
        self._choose("")

    def _choose(self, value: str) -> bool:
        wrong = self.query_one("#wrong", Static)
        try:
            self.vaken.choose(self._choice.name, value)
        except BadChoice as error:
            wrong.update(Content(plain(str(error))))
            return False
        wrong.update("")
        self._show()
        return True

    @on(Input.Submitted, "#zone")
    def _take_zone(self, event: Input.Submitted) -> None:
        event.stop()
        if self._choose(event.value.strip() or MACHINE):
            self.query_one(OptionList).focus()
            event.input.display = False

    def action_close(self) -> None:
        """From the field back to the list, else close."""
        box = self.query_one("#zone", Input)
        if box.has_focus:
            self.query_one(OptionList).focus()
            box.display = False
        else:
            self.dismiss()
