"""What the screens look like: contrast, colour-blind eyes, no colour, sixteen colours, ASCII; choices and where they
come from; the settings that change them.
"""

import itertools
from pathlib import Path

import pytest
from rich.color import Color as RichColor
from rich.style import Style
from textual.color import Color
from textual.pilot import Pilot
from textual.widgets import Input

from tests.tui.conftest import Opened, settle
from tests.tui.seen import line_with, screen_text, until
from tests.widgets.colour_sight import apart
from tui.app import VakenApp
from tui.kept import KeptFile
from tui.looks import BY_NAME, THEME_NAMES, Looks, on_terminal
from tui.looks import settle as settle_looks
from tui.preferences import Preferences
from tui.screens.settings import SettingsScreen
from tui.themes import NAMED, SEVERITIES, THEMES
from widgets.few_colours import READABLE, contrast, nearest

TEXTS = ("text", "muted", "faint", "key", "critical", "major", "minor", "warning", "vip", "good")
GROUNDS = ("ground", "surface", "panel", "row", "row_blurred", "changed")
SIGHTS = {"red-green": ("protan", "deutan"), "blue-yellow": ("tritan",)}
SCREENS: tuple[list[str], ...] = (
    [],
    ["2", "down"],
    ["3", "down"],
    ["4"],
    ["5"],
    ["6"],
    ["enter"],
    ["u"],
    ["question_mark"],
    ["s"],
    ["S"],
    ["d"],
)


@pytest.mark.parametrize("name", [name for name in NAMED if name != "sixteen"])
def test_every_text_can_be_read_on_every_ground(name: str) -> None:
    colours = NAMED[name]
    least = 7.0 if name == "high-contrast" else READABLE
    for text, ground in itertools.product(TEXTS, GROUNDS):
        ratio = contrast(Color.parse(getattr(colours, text)), Color.parse(getattr(colours, ground)))
        assert ratio >= least, (text, ground, ratio)
    for banner in ("major", "critical", "key"):
        assert contrast(Color.parse(colours.ground), Color.parse(getattr(colours, banner))) >= least


@pytest.mark.parametrize("name", SIGHTS)
def test_severities_are_told_apart_by_eyes_that_mix_colours_up(name: str) -> None:
    colours = NAMED[name]
    severities = (colours.critical, colours.major, colours.minor, colours.warning)
    for sight in SIGHTS[name]:
        for one, other in (*itertools.combinations(severities, 2), (colours.critical, colours.good)):
            assert apart(one, other, sight) >= 20, (one, other, sight)


def test_the_colours_of_the_dark_theme_would_not_do_for_them() -> None:
    colours = NAMED["dark"]
    assert apart(colours.minor, colours.major, "deutan") < 20 or apart(colours.critical, colours.good, "deutan") < 60


def test_every_theme_names_every_meaning() -> None:
    for theme in THEMES:
        assert set(SEVERITIES) <= set(theme.variables)
    assert set(THEME_NAMES) == set(NAMED) - {"sixteen"}


def test_the_theme_of_sixteen_colours_has_no_others() -> None:
    colours = NAMED["sixteen"]
    for name in (*TEXTS, *GROUNDS):
        colour = RichColor.parse(getattr(colours, name))
        assert nearest(colour).get_truecolor() == colour.get_truecolor() or colour.get_truecolor() in {
            (0, 0, 0), (0, 0, 170), (170, 170, 170), (255, 85, 85), (255, 85, 255), (255, 255, 85), (85, 255, 255),
            (85, 255, 85), (255, 255, 255),
        }  # fmt: skip


def painted(pilot: Pilot[None]) -> list[tuple[str, Style]]:
    """Return the texts on the screen with their styles, as they go to the terminal."""
    update = pilot.app.screen._compositor.render_full_update(simplify=True)
    return [(text, style) for line in update.strips for strip in line for text, style, _ in strip if style is not None]


def preferring(**looks: str) -> Preferences:
    plain = {"theme": "dark", "glyphs": "unicode", "colours": "full"}
    return Preferences({name: (value, "test") for name, value in {**plain, **looks}.items()})


@pytest.mark.parametrize("size", [(80, 24), (130, 40)])
async def test_where_there_is_ascii_alone_nothing_else_is_painted(opened: Opened, size: tuple[int, int]) -> None:
    async with opened(size, preferences=preferring(glyphs="ascii")) as pilot:
        for keys in SCREENS if size[0] < 100 else SCREENS[:3]:
            await pilot.press("1", *keys)
            await settle(pilot)
            text = screen_text(pilot)
            assert text.isascii(), {char for char in text if not char.isascii()}
            assert {len(line) for line in text.split("\n")} == {size[0]}
            await pilot.press("escape", "escape")


async def test_without_colour_nothing_has_one_and_the_cursor_is_still_seen(opened: Opened) -> None:
    async with opened((130, 40), preferences=preferring(colours="none")) as pilot:
        for keys in ([], ["2", "down"], ["4"]):
            await pilot.press(*keys)
            await settle(pilot)
            for text, style in painted(pilot):
                assert style.color is None or style.color.is_default, text
                assert style.bgcolor is None or style.bgcolor.is_default, text
        await pilot.press("1")
        await settle(pilot)
        assert any(style.reverse and "O-12" in text for text, style in painted(pilot))


async def test_in_sixteen_colours_every_text_can_be_read(opened: Opened) -> None:
    async with opened((130, 40), preferences=preferring(theme="light", colours="16")) as pilot:
        for text, style in painted(pilot):
            for colour in (style.color, style.bgcolor):
                assert colour is None or colour.number is None or colour.number < 16
            if text.strip() and style.color is not None and style.bgcolor is not None:
                pair = [Color(*one.get_truecolor()) for one in (style.color, style.bgcolor)]
                assert contrast(*pair) >= READABLE, text


def test_a_terminal_says_what_it_can_do() -> None:
    assert on_terminal(Looks(), {"NO_COLOR": "1", "TERM": "xterm-256color"}).colours == "none"
    assert on_terminal(Looks(), {"TERM": "xterm-16color"}).theme == "sixteen"
    assert on_terminal(Looks(), {"TERM": "tmux-256color"}).colours == "full"
    assert on_terminal(Looks(), {"TERM": "xterm-256color", "COLORFGBG": "0;15"}).theme == "light"
    assert on_terminal(Looks(), {"TERM": "xterm-256color", "LANG": "sv_SE.ISO-8859-1"}).ascii
    assert not on_terminal(Looks(), {"TERM": "xterm-256color", "LC_ALL": "C.utf8", "LANG": "C"}).ascii
    assert on_terminal(Looks(colours="full", theme="light"), {"NO_COLOR": "1"}).colours == "full"


def test_what_is_said_for_this_start_wins_over_choices_and_these_over_the_file() -> None:
    chosen = settle_looks(("start", {"theme": "light"}), ("kept", {"theme": "dark", "density": "compact"}),
                          ("file", {"density": "comfortable", "zone": "Mars/Olympus", "preset": "vim"}))  # fmt: skip
    assert (chosen.looks.theme, chosen.looks.density, chosen.looks.preset) == ("light", "compact", "vim")
    assert chosen.origins["density"] == "kept"
    assert chosen.origins["zone"] == "default"
    assert "Mars/Olympus" in chosen.problems[0]


async def test_what_is_chosen_in_the_settings_counts_at_once_and_at_the_next_start(
    opened: Opened, tmp_path: Path
) -> None:
    path = tmp_path / "kept.json"
    async with opened((80, 24), preferences=preferring()) as pilot:
        app = pilot.app
        assert isinstance(app, VakenApp)
        app.kept = KeptFile(path)
        await pilot.press("S")
        assert isinstance(app.screen, SettingsScreen)
        await pilot.press("right")
        assert app.theme == "light"
        await pilot.press("down", "right")
        assert app.has_class("-compact")
        await pilot.press("down", "right")
        await settle(pilot)
        assert screen_text(pilot).isascii()
        await pilot.press("down", "down", "right", *"Asia/Tokyo", "enter")
        await settle(pilot)
        assert "Asia/Tokyo" in line_with(pilot, "time zone")
        await pilot.press("escape")
        await settle(pilot)
        assert "11:55 JST" in line_with(pilot, "02:55:07Z")
    again = Preferences({}, {"theme": "high-contrast"})
    again.know(KeptFile(path).now.chosen)
    assert (again.looks.theme, again.looks.density, again.looks.zone) == ("light", "compact", "Asia/Tokyo")
    again.choose("theme", "")
    assert again.looks.theme == "high-contrast"


async def test_a_time_zone_that_there_is_not_is_refused_in_words(opened: Opened) -> None:
    async with opened((80, 24)) as pilot:
        await pilot.press("S", "down", "down", "down", "down", "right", *"Nowhere", "enter")
        await settle(pilot)
        assert "there is no time zone" in screen_text(pilot)
        assert pilot.app.screen.query_one("#zone", Input).has_focus


async def test_problems_with_the_configuration_are_said_at_the_start(opened: Opened) -> None:
    told = Preferences({"theme": ("dark", "test")}, problems=("config.toml, line 3: [keys] preset: there is no such",))
    async with opened((100, 30), preferences=told) as pilot:
        await until(pilot, lambda: "line 3" in screen_text(pilot))
        await pilot.press("S")
        await settle(pilot)
        await until(pilot, lambda: "line 3" in screen_text(pilot))


def test_every_choice_has_a_default_that_can_be_chosen() -> None:
    for name, choice in BY_NAME.items():
        assert not choice.values or getattr(Looks(), name) == choice.values[0]
