"""The two lines over every screen of a replay: that it is one, where it stands, and the way through the log.

Nobody must take a replay for the room of now: the bar is there on every screen, and the header under it has its colour.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, cast

from textual.content import Content
from textual.widget import Widget

from feeds.model import ReplayRow
from tui.acts.registry import REPLAY, actions_of
from widgets.plain import plain
from widgets.quantities import number

if TYPE_CHECKING:
    from tui.app import VakenApp

NEARLY_NOTHING = 1e-9


def speed_words(speed: float) -> str:
    """Return a speed as it is written: ×10."""
    return f"×{speed:g}"


def banner_line(row: ReplayRow | None, now: datetime, keys: str, width: int) -> Content:
    """Return the first line: that it is a replay, the replayed time, and the keys where there is room."""
    at = now.astimezone(UTC)
    if row is None:
        return Content(f" REPLAY {at:%H:%M:%S}Z").truncate(max(width, 0))
    state = row.busy or ("▶" if row.playing else "stands")
    day = f" {at:%Y-%m-%d}" if width >= 100 else f" {at:%m-%d}" if width >= 60 else ""
    of = " of " if width >= 100 else "/"
    fact = f"  {'fact ' if width >= 100 else ''}{number(row.seq)}{of}{number(row.last_seq)}" if width >= 50 else ""
    left = Content.assemble((f" REPLAY{day} {at:%H:%M:%S}Z {speed_words(row.speed)} {state}", "bold"), fact)
    room = width - left.cell_length - 3
    shown = keys
    while len(shown) > room and " · " in shown:
        shown = shown.rpartition(" · ")[0]
    if len(shown) > room:
        shown = ""
    gap = " " * max(width - left.cell_length - len(shown) - 1, 0)
    return Content.assemble(left, gap, shown).truncate(max(width, 0))


def position_line(row: ReplayRow, width: int) -> str:
    """Return the way through the log as a line of ``width`` cells: what was played, events, bookmarks, the place."""
    first, last = row.first_at, row.last_at
    if first is None or last is None or width < 24:
        return ""
    seconds = (last - first).total_seconds()
    style = "%H:%M:%S" if seconds < 7_200 else "%H:%M" if seconds < 72_000 else "%m-%d %H:%M"
    head, tail = f" {first.astimezone(UTC):{style}} ", f" {last.astimezone(UTC):{style}} "
    room = width - len(head) - len(tail)
    span = max(seconds, NEARLY_NOTHING)

    def place(at: datetime) -> int:
        return min(max(int((at - first).total_seconds() / span * (room - 1)), 0), room - 1)

    here = place(row.at)
    cells = ["━" if cell < here else "─" for cell in range(room)]
    for _seq, at in row.events:
        cells[place(at)] = "┿" if place(at) < here else "┼"
    for _name, _seq, at in row.marks:
        cells[place(at)] = "◆"
    cells[here] = "●"
    return f"{head}{''.join(cells)}{tail}"


class ReplayBar(Widget):
    """Not there on a hub at work."""

    DEFAULT_CSS = """
    ReplayBar { height: 2; background: $accent; color: $background; display: none; }
    ReplayBar.-here { display: block; }
    """

    @property
    def vaken(self) -> "VakenApp":
        """The app, as what it is."""
        return cast("VakenApp", self.app)

    def on_mount(self) -> None:
        """Be there where it is a replay."""
        self.show()
        self.set_interval(0.25, self._tick)

    def show(self) -> None:
        """Show where the replay stands."""
        self.set_class(self.vaken.replaying.here, "-here")
        self.screen.set_class(self.vaken.replaying.here, "-replay")
        self.refresh()

    def _tick(self) -> None:
        row = self.vaken.replaying.row
        if row is not None and row.playing:
            self.refresh()

    def render(self) -> Content:
        """Return both lines."""
        row, width = self.vaken.replaying.row, self.size.width
        first = banner_line(row, self.vaken.hub.now(), self._keys(), width)
        second = position_line(row, width) if row is not None else ""
        return Content("\n").join([first, Content(second)])

    def _keys(self) -> str:
        label = {action.name: self.vaken.keymap.label(REPLAY, action) for action in actions_of(REPLAY)}
        row = self.vaken.replaying.row
        parts = (
            ("pauses" if row is not None and row.playing else "plays", ("replay_play",)),
            ("fact", ("replay_back", "replay_step")),
            ("event", ("replay_last_event", "replay_next_event")),
            ("speed", ("replay_slower", "replay_faster")),
            ("go to", ("replay_seek",)),
            ("bookmark", ("replay_mark",)),
        )
        return " · ".join(f"{' '.join(plain(label.get(name, '')) for name in names)} {what}" for what, names in parts)
