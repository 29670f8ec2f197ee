"""What the tour says about the parts of each screen. Names of actions in braces become their keys."""

import re
from typing import Final

from msgspec import Struct

from tui.acts.keymap import SLOTS, Keymap


class Step(Struct, frozen=True):
    """One stop. ``part``: a CSS selector of what is pointed at; where it is not in sight the step is left out."""

    part: str
    title: str
    text: str


_HEAD: Final = Step(
    "StatusHeader",
    "The head of every screen",
    "Where you are, the most urgent outage, how old each feed is, the clock. Below: what customers were promised, and "
    "the cases of ten minutes beside what is usual. A clock that stands still shows that the screen does.",
)
_KEYS: Final = Step(
    "Hints",
    "The keys that count here",
    "{everywhere.help} lists them all, {everywhere.palette} finds any action by its name, {everywhere.back} goes back. "
    "1 to 6 are the screens. Nothing dangerous happens at one key: it asks first, and begins on Cancel.",
)
_TABLE: Final = Step(
    "StreamTable",
    "A table that moves",
    "{table.up} and {table.down} move the cursor. It stays on its row, whatever comes above or below. A click on a "
    "header sorts. {board.filter} filters: words, key:value, -key:value.",
)
_STEPS: Final[dict[str, tuple[Step, ...]]] = {
    "board": (
        Step("#outages", "Outages, the most urgent first",
             "One line each: urgency, state, SIM ranges, customers, cases and alarms, what they share, and when "
             "customers were last told. {board.open} opens one, {board.declare} declares a suspected one, "
             "{board.update} writes to its customers."),
        Step("#leftover", "What fits nowhere",
             "Cases that lie in no outage. They are never hidden: {board.unexplained} lists them."),
        Step("#board-ribbon", "All SIMs as one line",
             "Alarms above, cases below, outages on the axis. {board.space} opens it for the outage under the cursor."),
        Step("#lower", "What is known of the one under the cursor",
             "Which attribute its SIMs share, with the counter-evidence, why it is urgent, and the curve of cases."),
    ),
    "alarms": (
        Step("#alarms", "The alarms of all sources",
             "The worst and newest first; letters tell the severity: C M m w. Without a cursor the top stays in sight. "
             "{alarms.ack} takes note of one, {alarms.filter} filters, {alarms.clear_filter} shows cleared ones too."),
        Step("#detail", "The whole alarm", "All that its source said, and which SIMs it serves."),
    ),
    "cases": (
        Step("#cases", "The cases of all channels",
             "{cases.unexplained} shows those that no outage holds. {cases.place_case} moves one into an outage, "
             "{cases.unplace_case} out of it; the machine does not undo what you moved."),
        Step("#detail", "The case itself", "What the customer wrote, with the SIMs that were read marked in it. "
             "{cases.read_case} goes into the text."),
    ),
    "counts": (
        Step("#chart", "Cases beside what is usual",
             "The shaded band is usual at this hour of the week. What stands above it is more; a surge is underlined. "
             "{counts.shorter} and {counts.longer} change how far back, {counts.channel} the channel."),
        Step("#surges-box", "Surges with their numbers", "How many came, how many are usual, and how likely that is by "
             "chance."),
        Step("#figures", "The desk", "Open cases, their age in working days, and where they come from."),
    ),
    "outage": (
        Step("#facts", "What is known", "What the SIMs share and what speaks against it, why it is urgent, what "
             "customers were told and when they hear next."),
        Step("TabStrip", "Seven panes", "{outage.next_pane} goes on: customers, explanations, cases, alarms, history, "
             "updates, whom to call. {outage.declare} declares, {outage.update} writes to the customers, "
             "{outage.resolve} ends it."),
    ),
    "space": (
        Step("SimRibbon", "The number line of all SIMs", "{space.closer} and {space.farther} look closer and farther, "
             "{space.move_stretch} moves, {space.into} looks into the stretch, {space.before} goes back."),
        Step("#stretches", "Where something happens", "The same as a list."),
    ),
    "composer": (
        Step("#form", "What you write", "What is done, what comes, what customers need to do, and when they hear next. "
             "The draft is on the hub after each pause."),
        Step("#preview", "What each one gets", "Exactly these words. It says OLD while the text is newer. "
             "{composer.next_message} shows the next customer's."),
        Step("Hints", "Proposing", "{composer.send} proposes it. Nothing leaves before the last question is "
             "answered, and {composer.leave} keeps the draft."),
    ),
    "review": (
        Step("#preview", "Exactly what is sent", "Read it as the customer does. {review.approve} approves this text "
             "and this audience and nothing else; {review.find} finds a customer."),
    ),
    "progress": (
        Step("DeliveryBar", "How far it is", "What arrived, what failed, what is uncertain. {progress.pause} holds "
             "what has not begun, {progress.stop_update} cancels it."),
        Step("#deliveries", "Each delivery", "With the other side's own words. {progress.retry} tries one again."),
    ),
    "updates": (
        Step("#all-updates", "All updates", "Who waits for approval and what is on its way. {updates.open} opens one."),
    ),
}  # fmt: skip


def steps_of(where: str) -> tuple[Step, ...]:
    """Return the steps of the tour of a screen: its own between the head and the keys."""
    own = _STEPS.get(where, (_TABLE,))
    return (_HEAD, *own, _KEYS)


def with_keys(text: str, keymap: Keymap) -> str:
    """Return a text of the tour with the keys of now in the places of the names of actions."""

    def key(found: re.Match[str]) -> str:
        slot = SLOTS[found[1]]
        return keymap.label(slot.place, slot.action) or f":{slot.action.name}"

    return re.sub(r"\{([a-z_0-9.]+)\}", key, text)
