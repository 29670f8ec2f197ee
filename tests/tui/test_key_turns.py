"""Keys that come in one piece, as over a slow line, reach what they were typed for."""

import pytest
from textual import events, on
from textual.app import App, ComposeResult
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from tests.tui.conftest import Opened
from tests.tui.fake_hub import FakeHub
from tests.tui.seen import until
from tui.acts import key_turns
from tui.acts.key_turns import MOST, KeyTurns
from tui.screens.sims import SimsScreen
from widgets.sims_area import SimsArea

NAMES = {"/": "slash", " ": "space", "\r": "enter", "\x1b": "escape", ":": "colon", "-": "minus"}


def burst(app: App[None], text: str) -> None:
    """Have all keys come before the first is looked at."""
    for char in text:
        key = NAMES.get(char, char)
        app.post_message(events.Key(key, None if key in ("enter", "escape") else char))


async def test_a_filter_is_typed_in_one_piece(opened: Opened, hub: FakeHub) -> None:
    async with opened((130, 40)) as pilot:
        burst(pilot.app, "2/source:dmq")
        await until(
            pilot, lambda: isinstance(pilot.app.focused, Input) and pilot.app.focused.value.endswith(" source:dmq")
        )
        assert hub.done == []


async def test_what_follows_the_key_of_a_dialog_is_written_in_it(opened: Opened) -> None:
    async with opened((130, 40)) as pilot:
        burst(pilot.app, "s894620002000000123-999")
        await until(
            pilot,
            lambda: (
                isinstance(pilot.app.screen, SimsScreen)
                and pilot.app.screen.query_one(SimsArea).written == "894620002000000123-999"
            ),
        )


async def test_a_paste_behind_a_key_goes_where_the_key_led(opened: Opened) -> None:
    async with opened((130, 40)) as pilot:
        burst(pilot.app, "2/")
        pilot.app.post_message(events.Paste("pgw-1"))
        await until(pilot, lambda: isinstance(pilot.app.focused, Input) and pilot.app.focused.value.endswith(" pgw-1"))


class Vanishing(Static, can_focus=True):
    """It goes with its first key, before that key is through."""

    async def on_key(self) -> None:
        self.app.query_one(Input).focus()
        self.remove()


class Turns(App[None]):
    """What vanishes, and a field."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = KeyTurns(self, super().on_event)
        self.keys = 0
        """Keys that came through all widgets."""

    def compose(self) -> ComposeResult:
        yield Vanishing()
        yield Input()

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, events.Key) and not event.is_forwarded:
            await self.turns.take(event)
        else:
            await super().on_event(event)

    def on_key_turns_done(self, message: KeyTurns.Done) -> None:
        self.turns.done(message)

    def on_key(self) -> None:
        self.keys += 1


async def test_a_widget_that_goes_does_not_hold_up_what_is_typed_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_turns, "SECONDS", 1_000.0)
    async with Turns().run_test() as pilot:
        burst(pilot.app, "\rabc")
        await until(pilot, lambda: pilot.app.query_one(Input).value == "abc")
        assert not pilot.app.query(Vanishing)


class Question(ModalScreen[None]):
    """It is answered by enter, and takes with it what had the focus."""

    def compose(self) -> ComposeResult:
        yield Button("yes")

    @on(Button.Pressed)
    def answer(self) -> None:
        self.dismiss()


async def test_a_question_that_is_answered_does_not_hold_up_what_is_typed_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(key_turns, "SECONDS", 1_000.0)
    async with Turns().run_test() as pilot:
        pilot.app.query_one(Input).focus()
        await pilot.app.push_screen(Question())
        burst(pilot.app, "\rabc")
        await until(pilot, lambda: not isinstance(pilot.app.screen, Question))
        await until(pilot, lambda: pilot.app.query_one(Input).value == "abc")


async def test_keys_that_wait_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Turns()
    rung: list[None] = []
    monkeypatch.setattr(app, "bell", lambda: rung.append(None))
    async with app.run_test() as pilot:
        for _ in range(MOST + 11):
            await app.turns.take(events.Key("f5", None))
        assert len(rung) == 10
        await until(pilot, lambda: app.keys == MOST + 1)
