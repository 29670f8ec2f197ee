"""Which key does what: presets, a person's own keys, what is refused, and what is made from the one list of actions."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.client import LinkState
from feeds.client.link import Link
from feeds.model.access import CAPABILITIES, COMMAND_NEEDS, Capability, Role
from tests.tui.conftest import Opened, settle
from tests.tui.fake_hub import NOW, furnished
from tests.tui.seen import line_with, screen_text, until
from tui.acts.hints import hint_line
from tui.acts.key_names import RESERVED, BadKey, read_keys, shown_key
from tui.acts.keymap import SLOTS, Keymap, build, clashes
from tui.acts.presets import PRESETS
from tui.acts.registry import ACTIONS, EVERYWHERE, actions_for
from tui.acts.widget_keys import KEY_PLACES
from tui.cli.screen_tables import read_screen_tables
from tui.preferences import Preferences
from tui.screens.alarms import AlarmsScreen
from tui.screens.help import help_parts, joined
from tui.screens.outage import OutageScreen
from tui.tables.view_table import ViewTable
from widgets.confirm import Confirm

VIEWER = CAPABILITIES[Role.VIEWER]


@pytest.mark.parametrize("preset", PRESETS)
def test_no_key_means_two_things_on_any_screen(preset: str) -> None:
    keymap, problems = build(preset)
    assert [str(clash) for clash in clashes(keymap.keys)] == []
    assert not problems
    assert set(PRESETS[preset]) <= set(SLOTS)


@pytest.mark.parametrize("preset", PRESETS)
def test_no_key_is_a_prefix_of_a_multiplexer_or_another_key_of_the_terminal(preset: str) -> None:
    used = {key for keys in build(preset)[0].keys.values() for key in keys}
    assert not used & set(RESERVED)
    assert {"ctrl+a", "ctrl+b", "ctrl+h", "ctrl+j", "ctrl+k", "ctrl+l"} <= set(RESERVED)


def test_a_clash_between_a_table_and_its_screen_is_found() -> None:
    keys = {**build()[0].keys, "board.declare": ("j",)}
    assert any({"table.down", "board.declare"} == set(clash.ids) for clash in clashes(keys))


def test_the_first_of_two_keys_may_not_do_something_by_itself() -> None:
    keys = {**build()[0].keys, "board.declare": ("u_then_d",)}
    assert any({"board.update", "board.declare"} == set(clash.ids) for clash in clashes(keys))


def test_every_key_of_a_widget_has_a_name_by_which_it_can_be_changed() -> None:
    for place in KEY_PLACES:
        for group in place.bindings:
            for binding in group:
                assert getattr(binding, "id", None) in SLOTS, binding


def test_an_action_that_sends_a_command_asks_for_what_the_hub_asks_for() -> None:
    sends = {
        "ack": "ack", "place_case": "place", "unplace_case": "place", "declare": "declare", "mitigate": "mitigate",
        "resolve": "resolve", "reject": "reject", "weigh": "weigh", "explain": "explain", "explain_other": "explain",
        "update": "draft", "send": "propose", "approve": "approve", "pause": "steer", "resume": "steer",
        "undo": "steer",
        "stop_update": "steer", "go_on": "steer", "drop": "steer", "take_back": "steer", "retry": "retry",
    }  # fmt: skip
    for action in ACTIONS:
        if action.name in sends:
            # On what was approved, the hub wants more for the same command.
            needs = Capability.SEND if "progress" in action.where else COMMAND_NEEDS[sends[action.name]]
            assert action.needs == needs, action.name
        if action.dangerous:
            assert action.needs is not Capability.LOOK, action.name


@pytest.mark.parametrize(
    ("written", "read", "shown"),
    [("D", "D", "D"), ("shift+d", "D", "D"), ("/", "slash", "/"), ("esc", "escape", "esc"), ("ctrl+S", "ctrl+s", "^s"),
     ("F5", "f5", "F5"), ("g g", "g_then_g", "gg"), ("tab", "tab", "tab"), ("+", "plus", "+"), ("å", "å", "å")],
)  # fmt: skip
def test_keys_are_read_as_people_write_them(written: str, read: str, shown: str) -> None:
    assert read_keys(written) == read
    assert shown_key(read) == shown


@pytest.mark.parametrize("written", ["", "ctrl+a", "ctrl+l", "hyper+x", "nokey", "a b c", "f5 g", "^s", "\x01", ","])
def test_what_is_no_key_is_refused_in_words(written: str) -> None:
    with pytest.raises(BadKey):
        read_keys(written)


@given(st.text(max_size=12))
def test_any_text_is_a_key_or_is_refused(written: str) -> None:
    try:
        key = read_keys(written)
    except BadKey:
        return
    assert key
    assert key not in RESERVED


def test_ones_own_keys_count_and_mistakes_leave_the_others_alone() -> None:
    keymap, problems = build(
        "default", {"board.declare": ["D"], "ack": ["b"], "nothing": ["x"], "alarms.filter": ["q"]}
    )
    assert keymap.of("board", "declare") == ("D",)
    assert keymap.of("alarms", "ack") == keymap.of("outage", "ack") == ("b",)
    assert keymap.of("alarms", "filter") == ("slash",)
    assert [problem.field for problem in problems] == ["nothing", "alarms.filter"]
    assert "everywhere.quit_vaken" in problems[1].why


def test_two_keys_can_change_places() -> None:
    keymap, problems = build("default", {"board.declare": ["u"], "board.update": ["d"]})
    assert not problems
    assert (keymap.of("board", "declare"), keymap.of("board", "update")) == (("u",), ("d",))


def test_nobody_can_take_the_way_out_away() -> None:
    keymap, problems = build("default", {"back": []})
    assert keymap.of(EVERYWHERE, "back") == ("escape",)
    assert problems


@given(st.dictionaries(st.sampled_from(sorted(SLOTS)), st.lists(st.sampled_from("abdgjqx/?"), max_size=2), max_size=4))
def test_whatever_somebody_writes_no_key_means_two_things(binds: dict[str, list[str]]) -> None:
    assert not clashes(build("default", binds)[0].keys)


def test_mistakes_are_told_with_file_line_and_field(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        '[keys]\npreset = "emacs"\n\n[keys.bind]\noutage.declare = "ctrl+b"\n"board.update" = "d"\nboard.weigh = 5\n'
        '\n[looks]\ntheme = "pink"\nsize = "5"\n'
    )
    tables = read_screen_tables(path)
    for line, words in ((2, "[keys] preset"), (5, "[keys.bind] outage.declare: ^b"), (6, "[keys.bind] board.update"),
                        (7, "[keys.bind] board.weigh"), (10, "[looks] theme"), (11, "[looks] size")):  # fmt: skip
        assert any(f"{path}, line {line}: {words}" in problem for problem in tables.problems), tables.problems
    assert tables.binds == {}
    assert tables.looks == {}


def test_hints_help_and_list_show_the_keys_that_count() -> None:
    keymap = build("k9s", {"board.update": ["U"]})[0]
    assert "U update" in hint_line("board", 200, keymap).plain
    assert "D declare" in hint_line("board", 200, keymap).plain
    assert "^d  reject" in joined(help_parts("board", 100, keymap)).plain
    assert ":quit_vaken" in joined(help_parts("board", 100, keymap)).plain


def test_what_somebody_may_not_do_is_offered_nowhere() -> None:
    names = {action.name for action in actions_for("board", VIEWER)}
    assert {"open", "filter", "help"} <= names
    assert not {"declare", "update", "resolve", "weigh"} & names
    assert "declare" not in hint_line("board", 300, may=VIEWER).plain
    assert "Make a suspected" not in joined(help_parts("board", 100, may=VIEWER)).plain


async def test_a_viewer_cannot_declare_by_key_nor_by_command(opened: Opened) -> None:
    hub = furnished()
    hub.link = Link(LinkState.LIVE, since=NOW, heard=NOW, role="viewer", may=VIEWER)
    async with opened((130, 40), hub) as pilot:
        assert "declare" not in screen_text(pilot).split("\n")[-1]
        await pilot.press("d", "r", "x", "u")
        await settle(pilot)
        await pilot.press("colon", *"declare", "enter")
        await settle(pilot)
        assert not isinstance(pilot.app.screen, Confirm)
        assert not hub.done


async def test_gg_goes_to_the_first_row_in_the_keys_of_vim(opened: Opened) -> None:
    async with opened((130, 40), preferences=vim()) as pilot:
        table = pilot.app.screen.query_one("#outages", ViewTable).table
        await pilot.press("j", "j")
        assert table.window.cursor_index == 2
        await pilot.press("g")
        assert "g …" in line_with(pilot, "g …")
        await pilot.press("g")
        assert table.window.cursor_index == 0
        assert "g …" not in screen_text(pilot)
        await pilot.press("G", "g", "escape")
        assert table.window.cursor_index == table.window.total - 1


async def test_in_a_field_the_first_of_two_keys_is_a_letter(opened: Opened) -> None:
    async with opened((130, 40), preferences=vim()) as pilot:
        await pilot.press("slash", "end", *"gg")
        await settle(pilot)
        assert "gg" in screen_text(pilot)


async def test_a_command_is_done_at_once_however_fast_it_is_typed(opened: Opened) -> None:
    async with opened((100, 30)) as pilot:
        await pilot.press("colon", *"al", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, AlarmsScreen))
        await pilot.press("colon", *"O-12", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, OutageScreen))


async def test_q_leaves_by_the_command_line(opened: Opened) -> None:
    async with opened((100, 30), preferences=Preferences({"preset": ("k9s", "test")})) as pilot:
        await pilot.press("q")
        assert pilot.app.is_running
        await pilot.press("colon", "q", "enter")
        await until(pilot, lambda: not pilot.app.is_running)


async def test_keys_of_ones_own_work_on_tables_too(opened: Opened) -> None:
    own = Preferences({}, {"theme": "dark"}, binds={"table.down": ("b",), "board.weigh": ("ctrl+w",)})
    async with opened((100, 30), preferences=own) as pilot:
        table = pilot.app.screen.query_one("#outages", ViewTable).table
        await pilot.press("b")
        assert table.window.cursor_index == 1
        await pilot.press("j")
        assert table.window.cursor_index == 1
        await pilot.press("ctrl+w")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))


def vim() -> Preferences:
    return Preferences({"preset": ("vim", "test"), "theme": ("dark", "test"), "glyphs": ("unicode", "test"),
                        "colours": ("full", "test")})  # fmt: skip


def test_the_keymap_tells_textual_only_what_is_otherwise() -> None:
    assert build()[0].bound() == {}
    bound = build("k9s")[0].bound()
    assert bound["everywhere.quit_vaken"] == "no_key"
    assert isinstance(build()[0], Keymap)
