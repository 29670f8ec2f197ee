"""What a person can do, as one list. Key bindings, hints, the ``:`` palette and the ``?`` help are all made from it.

An action ``x`` is the method ``action_x`` of the screen it belongs to, or of the app where it belongs everywhere.
Keys leave alone what tmux and screen take as prefixes (ctrl-a, ctrl-b) and what terminals take for other keys
(ctrl-h, ctrl-j, ctrl-k, ctrl-l). Moving in a table is the table's own, see widgets.stream_table.
"""

from msgspec import Struct
from textual.binding import Binding, BindingType

EVERYWHERE = "*"
"""Actions of every screen."""


class Action(Struct, frozen=True):
    """One action. ``where``: names of screens; ``hint``: its place in the line of hints (0: not there).

    ``dangerous``: it ends something or reaches customers, and asks before. ``shown``: the key as it is written.
    """

    name: str
    key: str
    title: str
    help: str
    where: tuple[str, ...] = (EVERYWHERE,)
    dangerous: bool = False
    hint: int = 0
    shown: str = ""

    @property
    def label(self) -> str:
        """The key as it is written."""
        return self.shown or self.key


_LISTS = ("board", "alarms", "cases", "outage", "progress", "updates")

ACTIONS: tuple[Action, ...] = (
    Action("open", "enter", "open", "Open the outage under the cursor.", ("board",), hint=1),
    Action("declare", "d", "declare", "Make a suspected outage a declared one; you become its commander.",
           ("board", "outage"), hint=2),
    Action("update", "u", "update", "Write an update to the customers of the outage.", ("board", "outage"), hint=3),
    Action("mitigate", "m", "mitigate", "Say that service is back for now.", ("board", "outage"), hint=5),
    Action("resolve", "r", "resolve", "Say that the outage is over.", ("board", "outage"), dangerous=True, hint=6),
    Action("reject", "x", "reject", "Say that a suspected outage is none.", ("board", "outage"), dangerous=True,
           hint=7),
    Action("ack", "a", "ack", "Take note of the alarm under the cursor.", ("alarms", "outage"), hint=2),
    Action("place_case", "v", "move into …", "Move the case under the cursor into an outage.", ("cases", "outage"),
           hint=3),
    Action("unplace_case", "o", "move out …", "Move the case under the cursor out of its outage.", ("cases", "outage"),
           hint=4),
    Action("unexplained", "e", "unexplained", "The cases whose SIMs no live outage holds; once more: all open ones.",
           ("cases",), hint=2),
    Action("unexplained", "e", "unexplained", "Go to the cases whose SIMs no live outage holds.", ("board",), hint=9),
    Action("read_case", "enter", "read", "Go into the text of the case; esc goes back to the list.", ("cases",),
           hint=1),
    Action("space", "z", "space", "Where the outage is on the number line of all SIMs.", ("board", "outage"),
           hint=4),
    Action("follow_merge", "f", "follow", "Go to the outage that this one was merged into.", ("outage",)),
    Action("closer", "plus", "closer", "Look at half as many SIMs, around the cursor; the wheel does it at the mouse.",
           ("space",), hint=1, shown="+"),
    Action("farther", "minus", "farther", "Look at twice as many SIMs.", ("space",), hint=2, shown="-"),
    Action("move_stretch", "right", "along", "Go from stretch to stretch; with shift, half a picture.",
           ("space",), hint=3, shown="← →"),
    Action("into", "enter", "into", "Look into the stretch under the cursor. Dragging with the mouse chooses a part.",
           ("space",), hint=4),
    Action("before", "backspace", "before", "Go back to what you looked at before.", ("space",), hint=5, shown="⌫"),
    Action("whole", "home", "whole", "Look at the whole line.", ("space",), hint=6),
    Action("alone", "w", "alone", "The outage's SIMs alone, or the fleet around them.", ("space", "outage"), hint=7),
    Action("shorter", "plus", "shorter", "Look back over less time: 7 days, 24 hours, 2 hours.", ("counts",), hint=1,
           shown="+"),
    Action("longer", "minus", "longer", "Look back over more time.", ("counts",), hint=2, shown="-"),
    Action("channel", "c", "channel", "The cases of the next channel; after the last one, of all.", ("counts",),
           hint=3),
    Action("weigh", "i", "urgency …", "Say how urgent the outage is, whatever the sum says, or let the sum count.",
           ("board", "outage"), hint=8),
    Action("explain", "y", "it is this …", "Put the outage on the SIMs of the explanation under the cursor.",
           ("outage",), hint=9),
    Action("explain_other", "n", "name it …", "Say yourself which attribute value explains the outage.", ("outage",),
           hint=10),
    Action("next_pane", "tab", "next pane", "Go to the next pane.", ("outage",), hint=1),
    Action("go_board", "1", "board", "The outages, most urgent first.", hint=0),
    Action("go_alarms", "2", "alarms", "The alarms of all sources.", hint=0),
    Action("go_cases", "3", "cases", "The cases of all channels.", hint=0),
    Action("go_counts", "4", "counts", "Cases per minute, by service and channel.", hint=0),
    Action("go_space", "5", "SIM space", "The number line of all SIMs: alarms, outages, cases.", hint=0),
    Action("look_up", "s", "SIMs", "Type or paste numbers: what they are read as, whose they are.", hint=8),
    Action("filter", "slash", "filter", "Filter the table: words, key:value, -key:value, commas for alternatives.",
           _LISTS, hint=20, shown="/"),
    Action("clear_filter", "backslash", "no filter", "Take the filter off, also the one that stands there at first.",
           _LISTS, shown="\\"),
    Action("go_updates", "6", "updates", "The updates of all outages: who waits for approval, what is on its way."),
    Action("open", "enter", "open", "Look at the update under the cursor: approve it, or watch it go.", ("updates",),
           hint=1),
    Action("send", "ctrl+s", "propose …", "Have the update approved, or send it, after a last question.",
           ("composer",), dangerous=True, hint=1, shown="^s"),
    Action("narrow", "f2", "to whom", "Narrow whom it goes to: countries, uses, VIPs, channels, customers.",
           ("composer",), hint=5, shown="F2"),
    Action("find", "f3", "find", "Find a customer or an address among the messages.", ("composer",), hint=6,
           shown="F3"),
    Action("slips", "f4", "to mend", "Go into the list of what is to be mended; enter goes to its place.",
           ("composer",), hint=3, shown="F4"),
    Action("next_language", "f5", "language", "Write in the next language that contacts want.", ("composer",), hint=4,
           shown="F5"),
    Action("next_message", "f8", "next message", "Show the next customer's message; F7 the one before.",
           ("composer",), hint=7, shown="F8"),
    Action("leave_out", "f9", "leave out", "Leave the customer out whose message is shown.", ("composer",), hint=8,
           shown="F9"),
    Action("approve", "a", "approve …", "Send it as it stands here, after a last question.", ("review",),
           dangerous=True, hint=1),
    Action("take_back", "z", "take back", "Make it a draft again.", ("review",), hint=3),
    Action("rewrite", "w", "rewrite", "Write on at a text of yours; it has to be proposed again.", ("review",),
           hint=4),
    Action("drop", "x", "cancel it", "Cancel it: nobody gets it.", ("review",), dangerous=True, hint=5),
    Action("find", "slash", "find", "Find a customer or an address among the messages.", ("review",), hint=6,
           shown="/"),
    Action("refresh_preview", "g", "look again", "Render it as it would go out now.", ("review",), hint=7),
    Action("undo", "z", "undo", "Take the approval back while it is held; nothing has left then.", ("progress",),
           hint=1),
    Action("pause", "p", "pause", "Hold the deliveries that have not begun.", ("progress",), hint=2),
    Action("resume", "r", "resume", "Go on with the deliveries.", ("progress",), hint=3),
    Action("stop_update", "x", "cancel the rest", "Send to nobody else. What was sent stays sent.", ("progress",),
           dangerous=True, hint=4),
    Action("retry", "t", "try again", "Send again what failed or is uncertain: the delivery under the cursor, or all "
           "of the reason under it.", ("progress",), dangerous=True, hint=5),
    Action("failures", "f", "reasons", "Go to what did not arrive, by reason.", ("progress",), hint=6),
    Action("go_on", "g", "rest anyway", "Send the rest, whatever became of the first messages.", ("progress",),
           dangerous=True, hint=7),
    Action("look_again", "v", "second look", "Look at it again where its customers changed since the approval.",
           ("progress",), hint=8),
    Action("palette", "colon", "command", "Find any action by its name.", hint=21, shown=":"),
    Action("help", "question_mark", "help", "What the keys do.", hint=22, shown="?"),
    Action("back", "escape", "back", "Let go of the cursor, close, go one screen back.", hint=0, shown="esc"),
    Action("leave", "escape", "leave (kept)", "Go back; the draft is kept.", ("composer",), hint=2,
           shown="esc"),
    Action("quit_vaken", "q", "quit", "End this program. The hub goes on.", hint=23),
)  # fmt: skip


def actions_for(where: str) -> tuple[Action, ...]:
    """Return the actions of the screen ``where`` and those of everywhere, its own first."""
    own = [action for action in ACTIONS if where in action.where]
    return (*own, *(action for action in ACTIONS if EVERYWHERE in action.where))


def bindings(where: str) -> list[BindingType]:
    """Return the key bindings of the actions that belong to ``where`` itself."""
    return [Binding(action.key, action.name, action.title, show=False) for action in ACTIONS if where in action.where]
