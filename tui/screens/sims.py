"""SIM lookup: a person types or pastes numbers, and sees at once what they are read as, then whose they are.

What can be read without the hub is shown with every key; the hub adds customers, outages and overlaps. From here a
suspected outage can be made of the SIMs, after a question that begins on *Cancel*.
"""

from typing import TYPE_CHECKING, ClassVar, cast

from msgspec import Struct
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Button, Static, TextArea

from feeds.model.access import Capability
from feeds.model.commands import Suspect
from tui.base_screen import BROAD
from tui.words.readings import (
    PIECES,
    PieceLine,
    lines_of_pieces,
    lines_of_reading,
    local_facts,
    marks_of,
    read_facts,
    suspect_hits,
)
from tui.writing.asking_sims import AskingSims
from widgets.all_rows import AllRows
from widgets.confirm import Confirm
from widgets.facts import Fact, Facts
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.quantities import number, plural
from widgets.sims_area import SimsArea
from widgets.stream_table import StreamTable
from widgets.typed_ahead import TypedAhead

if TYPE_CHECKING:
    from tui.app import VakenApp

ASK_AFTER = 0.35
"""Seconds without a key after which the hub is asked."""

MOST_CHARACTERS = 65_536
"""Of a text that the hub takes in one command."""


class Suspected(Struct):
    """The hub's answer to Suspect."""

    outage: str


class SimsScreen(TypedAhead, ModalScreen[None]):
    """``text`` is what stands there at first."""

    AUTO_FOCUS = "SimsArea"

    DEFAULT_CSS = """
    SimsScreen { align: center middle; background: $background 60%; }
    SimsScreen > Vertical {
        width: 112; max-width: 98%; height: 34; max-height: 96%;
        border: round $primary; background: $surface; padding: 0 1;
    }
    SimsScreen.-broad-dialog > Vertical { width: 156; }
    SimsScreen #sims-title { height: 1; }
    SimsScreen SimsArea { height: 2fr; min-height: 3; border: none; padding: 0 1; background: $panel; }
    SimsScreen SimsArea:focus { border: none; }
    SimsScreen #sims-known { height: auto; max-height: 6; margin: 1 0; }
    SimsScreen.-flat-dialog #sims-known { margin: 0; }
    SimsScreen StreamTable { height: 3fr; min-height: 3; background: $surface; }
    SimsScreen #sims-doubt { height: 1; padding: 0 2; }
    SimsScreen #sims-buttons { height: 1; margin-top: 1; align-horizontal: right; }
    SimsScreen.-flat-dialog #sims-buttons { margin-top: 0; }
    SimsScreen #sims-keys { width: 1fr; }
    SimsScreen Button { height: 1; min-width: 8; border: none; margin-left: 2; }
    SimsScreen Button:focus { text-style: bold reverse; }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "close", show=False),
        Binding("tab", "app.focus_next", "next", show=False, priority=True),
        Binding("shift+tab", "app.focus_previous", "previous", show=False, priority=True),
    ]

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self._first_text = text
        from feeds.simspace import Reading  # when it is asked for: it takes a third of a second to load

        self._reading = Reading()
        self._asking: AskingSims | None = None
        self._timer: Timer | None = None

    @property
    def vaken(self) -> "VakenApp":
        """The app, as what it is."""
        return cast("VakenApp", self.app)

    @property
    def asking(self) -> AskingSims:
        """The question to the hub."""
        if self._asking is None:
            self._asking = AskingSims(self.vaken.send, self._show)
        return self._asking

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with Vertical():
            yield Static(
                Content.assemble(
                    ("SIM lookup", "bold"), (" · numbers, ranges, prefixes, a mail: as people write them", MUTED)
                ),
                id="sims-title",
            )
            yield SimsArea(
                self._first_text,
                most=MOST_CHARACTERS,
                placeholder="8946 2000 2000 0000 12  ·  8946…1000-1099  ·  89462000*  ·  89… + 500  ·  IMSI 24001…",
                id="sims-text",
            )
            yield Facts(id="sims-known")
            yield StreamTable(PIECES, now=self.vaken.hub.now, empty="nothing in the text stands for SIMs")
            yield Static(id="sims-doubt")
            with Horizontal(id="sims-buttons"):
                yield Static(id="sims-keys")
                yield Button(Content("Close"), id="close", compact=True)
                yield Button(Content("Suspect an outage …"), id="suspect", compact=True, disabled=True)

    def field_for(self) -> SimsArea:
        """Return where the numbers are typed."""
        return self.query_one(SimsArea)

    def on_mount(self) -> None:
        """Read what is there."""
        self._leave_room()
        self.query_one("#sims-keys", Static).update(
            Content.assemble(("tab", "bold $primary"), (" on  ", MUTED), ("esc", "bold $primary"), (" close", MUTED))
        )
        self._read()

    def on_resize(self) -> None:
        """Be as large as there is room."""
        self._leave_room()

    def _leave_room(self) -> None:
        """Leave the air out where there is none; where there is much, let doubts be read whole."""
        width, height = self.app.size
        self.set_class(height < 30, "-flat-dialog")
        self.set_class(width >= BROAD, "-broad-dialog")

    @on(SimsArea.Cut)
    def _say_cut(self, event: SimsArea.Cut) -> None:
        self.vaken.say(
            f"{plural(event.left_out, 'character')} were left out: {number(MOST_CHARACTERS)} fit. "
            "vaken sims FILE reads longer texts.",
            bad=True,
        )

    @on(TextArea.Changed)
    def _read(self) -> None:
        """Show what is read here at once; ask the hub when the hand rests."""
        area = self.query_one(SimsArea)
        text = area.written
        from feeds.simspace import read_sims

        self._reading = read_sims(text[:MOST_CHARACTERS])
        area.mark(marks_of(lines_of_reading(self._reading)))
        self._show()
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if text.strip() and not self.asking.is_of(text):
            self._timer = self.set_timer(ASK_AFTER, self._ask)

    @work(group="sims")
    async def _ask(self) -> None:
        if self.is_attached:
            await self.asking.ask(self.query_one(SimsArea).written[:MOST_CHARACTERS])

    def _show(self) -> None:
        if not self.query("#sims-known"):
            return  # closed while the hub was answering
        area, asking = self.query_one(SimsArea), self.asking
        text = area.written
        answer = asking.answer if asking.is_of(text) else None
        lines = lines_of_pieces(answer.pieces) if answer is not None else lines_of_reading(self._reading)
        if answer is not None:
            area.mark(marks_of(lines))
            facts = read_facts(answer)
        else:
            facts = local_facts(self._reading, "the hub is being asked …" if text.strip() else "–")
            if asking.problem and asking.text == text:
                facts[-1] = Fact("hub", Content.styled(plain(asking.problem), "$error"))
        self.query_one("#sims-known", Facts).show(facts)
        self.query_one(StreamTable).show(AllRows(lines))
        button = self.query_one("#suspect", Button)
        button.display = Capability.DECIDE in self.vaken.hub.link.may
        button.disabled = answer is None or not answer.ranges

    @on(StreamTable.RowHighlighted)
    def _show_doubt(self, event: StreamTable.RowHighlighted) -> None:
        """Show the doubts about the piece under the cursor whole: in the list they may be cut."""
        event.stop()
        row = event.row
        doubt = f"[{row.key}] {plain(row.warning)}" if isinstance(row, PieceLine) and row.warning else ""
        self.query_one("#sims-doubt", Static).update(Content.styled(doubt, "$warning"))

    @on(StreamTable.RowSelected)
    def _stop(self, event: StreamTable.RowSelected) -> None:
        event.stop()

    @on(Button.Pressed, "#close")
    def action_close(self) -> None:
        """Close; nothing was changed."""
        self.dismiss(None)

    @on(Button.Pressed, "#suspect")
    def _pressed(self) -> None:
        self._suspect()

    @work(group="decision", exclusive=True)
    async def _suspect(self) -> None:
        """Ask, then make a suspected outage of the SIMs that were shown."""
        text = self.query_one(SimsArea).written
        answer = self.asking.answer
        if answer is None or not self.asking.is_of(text):
            self.vaken.say("The hub has not answered to this text yet: look at what it reads, then press again.")
            return
        dialog = Confirm(
            f"Suspect an outage of {plural(answer.count, 'SIM')}?",
            suspect_hits(answer),
            verb="Suspect",
            words=("title", "why"),
        )
        if await self.app.push_screen_wait(dialog) is None:
            return
        title, why = dialog.written
        reply = await self.vaken.do(Suspect(text, title=title, why=why))
        if reply is None:
            return
        made = self.vaken.read(reply, Suspected)
        self.vaken.say(f"{made.outage if made is not None else 'The outage'} is suspected.")
        self.dismiss(None)
