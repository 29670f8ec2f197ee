"""What a person can do, as one list. Key bindings, hints, the ``:`` palette, the ``?`` help and what a role may do
are all made from it.

An action ``x`` is the method ``action_x`` of the screen it belongs to, or of the app where it belongs everywhere. The
keys here are those that hold where nobody chose others (tui.acts.keymap); they leave alone what tmux and screen take as
prefixes and what terminals take for other keys (tui.acts.key_names). What tables and the number line do with keys of
their own is listed by tui.acts.widget_keys.
"""

from collections.abc import Container

from msgspec import Struct
from textual.binding import Binding, BindingType

from feeds.model.access import Capability

EVERYWHERE = "*"
"""Actions of every screen."""

REPLAY = "replay"
"""Actions of every screen of a replay; they are none on a hub at work."""

_TRIAGE, _DECIDE, _WRITE, _SEND = Capability.TRIAGE, Capability.DECIDE, Capability.WRITE, Capability.SEND


class Action(Struct, frozen=True):
    """One action. ``key``: Textual's names with commas between, empty where it has none; ``where``: names of screens.

    ``needs``: what somebody must be allowed to; whoever is not never sees it. ``dangerous``: it ends something or
    reaches customers, and asks before. ``hint``: its place in the line of hints (0: not there). ``shown``: the key as
    it is written, where that is not the key itself. ``also``: other words by which the palette knows it at once, such
    as ``q``. ``first``: its key comes before what the field that has the focus does with it.
    """

    name: str
    key: str
    title: str
    help: str
    where: tuple[str, ...] = (EVERYWHERE,)
    needs: Capability = Capability.LOOK
    dangerous: bool = False
    hint: int = 0
    shown: str = ""
    also: tuple[str, ...] = ()
    first: bool = False

    @property
    def keys(self) -> tuple[str, ...]:
        """Its keys, where nobody chose others."""
        return tuple(key.strip() for key in self.key.split(",")) if self.key else ()


_LISTS = ("board", "alarms", "cases", "outage", "progress", "updates", "suppressions", "facts", "handover")

ACTIONS: tuple[Action, ...] = (
    Action("open", "enter", "open", "Open the outage under the cursor.", ("board",), hint=1),
    Action("declare", "d", "declare", "Make a suspected outage a declared one; you become its commander.",
           ("board", "outage"), needs=_DECIDE, hint=2),
    Action("update", "u", "update", "Write an update to the customers of the outage.", ("board", "outage"),
           needs=_WRITE, hint=3),
    Action("mitigate", "m", "mitigate", "Say that service is back for now.", ("board", "outage"),
           needs=_DECIDE, hint=5),
    Action("resolve", "r", "resolve", "Say that the outage is over.", ("board", "outage"),
           needs=_DECIDE, dangerous=True, hint=6),
    Action("reject", "x", "reject", "Say that a suspected outage is none.", ("board", "outage"),
           needs=_DECIDE, dangerous=True, hint=7),
    Action("ack", "a", "ack", "Take note of the chosen alarms, else of the one under the cursor.",
           ("alarms", "outage"), needs=_TRIAGE, hint=2),
    Action("shelve", "z", "shelve …", "Put the chosen alarms, else the one under the cursor, aside for a while, with "
           "a reason.", ("alarms",), needs=_TRIAGE, hint=3),
    Action("next_kind", "e", "chatter, stale …", "The alarms that are active; that chatter; that are stale; that are "
           "shelved.", ("alarms",), hint=4),
    Action("place_case", "v", "move into …", "Move the chosen cases, else the one under the cursor, into an outage.",
           ("cases", "outage"), hint=3, needs=_TRIAGE),
    Action("unplace_case", "o", "move out …", "Move the chosen cases, else the one under the cursor, out of an outage.",
           ("cases", "outage"), hint=4, needs=_TRIAGE),
    Action("unexplained", "e", "unexplained", "The cases whose SIMs no live outage holds; once more: all open ones.",
           ("cases",), hint=2),
    Action("unexplained", "e", "unexplained", "Go to the cases whose SIMs no live outage holds.", ("board",), hint=9),
    Action("next_case", "n", "next", "Go to the next case, also while reading one.", ("cases",), hint=5),
    Action("previous_case", "p", "before", "Go to the case before, also while reading one.", ("cases",), hint=6),
    Action("read_case", "enter", "read", "Go into the text of the case; esc goes back to the list.", ("cases",),
           hint=1),
    Action("space", "z", "space", "Where the outage is on the number line of all SIMs.", ("board", "outage"),
           hint=4),
    Action("follow_merge", "f", "follow", "Go to the outage that this one was merged into.", ("outage",)),
    Action("closer", "plus", "closer", "Look at half as many SIMs, around the cursor; the wheel does it at the mouse.",
           ("space",), hint=1),
    Action("farther", "minus", "farther", "Look at twice as many SIMs.", ("space",), hint=2),
    Action("move_stretch", "right", "along", "Go from stretch to stretch; with shift, half a picture.",
           ("space",), hint=3, shown="← →"),
    Action("into", "enter", "into", "Look into the stretch under the cursor. Dragging with the mouse chooses a part.",
           ("space",), hint=4),
    Action("before", "backspace", "before", "Go back to what you looked at before.", ("space",), hint=5),
    Action("whole", "home", "whole", "Look at the whole line.", ("space",), hint=6),
    Action("alone", "w", "alone", "The outage's SIMs alone, or the fleet around them.", ("space", "outage"), hint=7),
    Action("shorter", "plus", "shorter", "Look back over less time: 7 days, 24 hours, 2 hours.", ("counts",), hint=1),
    Action("longer", "minus", "longer", "Look back over more time.", ("counts",), hint=2),
    Action("channel", "c", "channel", "The cases of the next channel; after the last one, of all.", ("counts",),
           hint=3),
    Action("weigh", "i", "urgency …", "Say how urgent the outage is, whatever the sum says, or let the sum count.",
           ("board", "outage"), needs=_DECIDE, hint=8),
    Action("explain", "y", "it is this …", "Put the outage on the SIMs of the explanation under the cursor.",
           ("outage",), needs=_DECIDE, hint=9),
    Action("explain_other", "n", "name it …", "Say yourself which attribute value explains the outage.", ("outage",),
           hint=10, needs=_DECIDE),
    Action("next_pane", "tab,right", "next pane", "Go to the next pane.", ("outage",), hint=1),
    Action("previous_pane", "shift+tab,left", "pane before", "Go to the pane before.", ("outage",)),
    Action("go_board", "1", "board", "The outages, most urgent first.", also=("outages", "ou")),
    Action("go_alarms", "2", "alarms", "The alarms of all sources.", also=("alarm", "al")),
    Action("go_cases", "3", "cases", "The cases of all channels.", also=("case", "ca")),
    Action("go_counts", "4", "counts", "Cases per minute, by service and channel.", also=("count", "co")),
    Action("go_space", "5", "SIM space", "The number line of all SIMs: alarms, outages, cases.",
           also=("space", "sp")),
    Action("look_up", "s", "SIMs", "Type or paste numbers: what they are read as, whose they are.", hint=8,
           also=("sim", "lookup")),
    Action("filter", "slash", "filter",
           "Filter the table: words, key:value, -not, ~regex, ?fuzzy, sims:>100, raised:<10m; tab completes.",
           _LISTS, hint=20),
    Action("clear_filter", "backslash", "no filter",
           "Take the filter off; once more brings the one back that stands there at first.", _LISTS),
    Action("go_updates", "6", "updates", "The updates of all outages: who waits for approval, what is on its way.",
           also=("update", "up")),
    Action("open", "enter", "open", "Look at the update under the cursor: approve it, or watch it go.", ("updates",),
           hint=1),
    Action("send", "ctrl+s", "propose …", "Have the update approved, or send it, after a last question.",
           ("composer",), needs=_WRITE, dangerous=True, hint=1),
    Action("narrow", "f2", "to whom", "Narrow whom it goes to: countries, uses, VIPs, channels, customers.",
           ("composer",), needs=_WRITE, hint=5),
    Action("find", "f3", "find", "Find a customer or an address among the messages.", ("composer",), hint=6),
    Action("slips", "f4", "to mend", "Go into the list of what is to be mended; enter goes to its place.",
           ("composer",), hint=3),
    Action("next_language", "f5", "language", "Write in the next language that contacts want.", ("composer",),
           needs=_WRITE, hint=4),
    Action("next_message", "f8", "next message", "Show the next customer's message.", ("composer",), hint=7),
    Action("previous_message", "f7", "message before", "Show the message of the customer before.", ("composer",),
           first=True),
    Action("leave_out", "f9", "leave out", "Leave the customer out whose message is shown.", ("composer",),
           needs=_WRITE, hint=8),
    Action("approve", "a", "approve …", "Send it as it stands here, after a last question.", ("review",),
           dangerous=True, needs=_SEND, hint=1),
    Action("take_back", "z", "take back", "Make it a draft again.", ("review",), needs=_WRITE, hint=3),
    Action("rewrite", "w", "rewrite", "Write on at a text of yours; it has to be proposed again.", ("review",),
           hint=4, needs=_WRITE),
    Action("drop", "x", "cancel it", "Cancel it: nobody gets it.", ("review",), needs=_WRITE, dangerous=True, hint=5),
    Action("find", "slash", "find", "Find a customer or an address among the messages.", ("review",), hint=6),
    Action("refresh_preview", "l", "look again", "Render it as it would go out now.", ("review",), hint=7),
    Action("undo", "z", "undo", "Take the approval back while it is held; nothing has left then.", ("progress",),
           hint=1, needs=_SEND),
    Action("pause", "p", "pause", "Hold the deliveries that have not begun.", ("progress",), needs=_SEND, hint=2),
    Action("resume", "r", "resume", "Go on with the deliveries.", ("progress",), needs=_SEND, hint=3),
    Action("stop_update", "x", "cancel the rest", "Send to nobody else. What was sent stays sent.", ("progress",),
           dangerous=True, needs=_SEND, hint=4),
    Action("retry", "t", "try again", "Send again what failed or is uncertain: the delivery under the cursor, or all "
           "of the reason under it.", ("progress",), needs=_SEND, dangerous=True, hint=5),
    Action("never_again", "n", "never again …", "Send nothing more to the address under the cursor, in no update.",
           ("progress",), needs=_SEND, dangerous=True, hint=9),
    Action("suppressions", "n", "not written to", "Addresses that nothing is sent to: bounced, opted out.",
           ("updates",), hint=2),
    Action("lift", "x", "write again …", "Let the address under the cursor be written to again.", ("suppressions",),
           needs=_SEND, dangerous=True, hint=1),
    Action("failures", "f", "reasons", "Go to what did not arrive, by reason.", ("progress",), hint=6),
    Action("go_on", "o", "rest anyway", "Send the rest, whatever became of the first messages.", ("progress",),
           dangerous=True, needs=_SEND, hint=7),
    Action("look_again", "v", "second look", "Look at it again where its customers changed since the approval.",
           ("progress",), needs=_SEND, hint=8),
    Action("go_facts", "7", "log of facts", "Everything that was ever said, the newest first, field by field.",
           also=("facts", "log")),
    Action("go_handover", "8", "handover", "What changed since you left, and the note for the next shift.",
           also=("changes", "shift")),
    Action("open", "enter", "open", "Open what the line is about.", ("handover",), hint=1),
    Action("shorter", "plus", "shorter", "Look back over less time.", ("handover",), hint=2, shown="+"),
    Action("longer", "minus", "longer", "Look back over more time.", ("handover",), hint=3, shown="-"),
    Action("since", "t", "since …", "Choose since when: a time, so long ago, a fact; or between which two.",
           ("handover",), hint=4),
    Action("since_left", "l", "since I left", "Look at the time since you left.", ("handover",), hint=5),
    Action("export", "w", "write note", "Write the note for the next shift into a file (Markdown).", ("handover",),
           hint=6),
    Action("export_timeline", "t", "timeline …", "Write what happened into files, as a beginning of the post-mortem.",
           ("outage",)),
    Action("replay_play", "space", "play", "Let the replay go on, or stand still.", ("replay",), first=True),
    Action("replay_back", "less_than_sign", "fact before", "Go one fact back.", ("replay",), first=True, shown="<"),
    Action("replay_step", "greater_than_sign", "next fact", "Go one fact on.", ("replay",), first=True, shown=">"),
    Action("replay_last_event", "left_parenthesis", "event before", "Go to the event of an outage before.",
           ("replay",), first=True, shown="("),
    Action("replay_next_event", "right_parenthesis", "next event", "Go to the next event of an outage.", ("replay",),
           first=True, shown=")"),
    Action("replay_slower", "d", "slower", "Play slower.", ("replay",), first=True),
    Action("replay_faster", "f", "faster", "Play faster.", ("replay",), first=True),
    Action("replay_seek", "t", "go to …", "Go to a time, a fact or a bookmark.", ("replay",), first=True),
    Action("replay_mark", "m", "bookmark", "Give this moment a bookmark.", ("replay",), first=True),
    Action("palette", "colon,f1", "command", "Find any action by its name.", hint=21),
    Action("help", "question_mark", "help", "What the keys do, and a tour of the screen.", hint=22, also=("h",)),
    Action("tour", "", "tour", "Be shown round the screen, step by step.", also=("guide",)),
    Action("settings", "S", "settings", "Theme, density, signs, keys, time zone.",
           also=("set", "theme", "preferences")),
    Action("back", "escape", "back", "Let go of the cursor, close, go one screen back."),
    Action("leave", "escape", "leave (kept)", "Go back; the draft is kept.", ("composer",), hint=2),
    Action("quit_vaken", "q", "quit", "End this program. The hub goes on.", hint=23, also=("q", "q!", "qa", "exit")),
)  # fmt: skip


def actions_for(where: str, may: Container[Capability] = frozenset(Capability)) -> tuple[Action, ...]:
    """Return what somebody who ``may`` do so much can do on the screen ``where``, its own actions first."""
    own = [action for action in ACTIONS if where in action.where]
    general = [action for action in ACTIONS if EVERYWHERE in action.where]
    return tuple(action for action in (*own, *general) if action.needs in may)


def actions_of(place: str, may: Container[Capability] = frozenset(Capability)) -> tuple[Action, ...]:
    """Return what somebody who ``may`` do so much can do at ``place`` alone."""
    return tuple(action for action in ACTIONS if place in action.where and action.needs in may)


def is_allowed(where: str, name: str, may: Container[Capability]) -> bool:
    """Return whether somebody who ``may`` do so much may do what the screen ``where`` calls ``name``."""
    return all(action.needs in may for action in ACTIONS if action.name == name and where in action.where)


def identity(where: str, name: str) -> str:
    """Return the name of an action in the configuration, such as ``board.declare`` or ``everywhere.help``."""
    return f"{'everywhere' if where == EVERYWHERE else where}.{name}"


def bindings(where: str) -> list[BindingType]:
    """Return the key bindings of the actions that belong to ``where`` itself; the keymap may give them other keys."""
    return [
        Binding(
            action.key, action.name, action.title, show=False, priority=action.first, id=identity(where, action.name)
        )
        for action in ACTIONS
        if where in action.where and action.key
    ]
