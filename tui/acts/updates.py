"""The questions before an update reaches customers: propose, approve, approve alone. Each lists what it hits.

The hub decides; here is only what a person is told and has to type before the hub is asked.
"""

from textual.content import Content

from feeds.model import Approve, Preview, Propose, UpdateKind
from tui.base_screen import VakenScreen
from tui.words.previews import hits_of, slip_line, slips_of, stops
from widgets.confirm import Confirm
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.quantities import plural

REASON_AT_LEAST = 10
"""Characters of a reason to approve alone; the hub has the same bound."""

SLIPS_SHOWN = 4


def _hits(preview: Preview, what: str) -> list[str | Content]:
    """Return what is hit, and what is odd about it."""
    found = slips_of(preview)
    more = len(found) - SLIPS_SHOWN
    return [
        *hits_of(preview),
        Content(f"{what} · text and audience {plain(preview.digest[:12])}"),
        *map(slip_line, found[:SLIPS_SHOWN]),
        *([Content.styled(f"and {more} more to look at", "$warning")] if more > 0 else []),
    ]


def _then(preview: Preview) -> Content:
    """Return what happens once it is approved."""
    parts = []
    if preview.hold:
        parts.append(f"it is held for {preview.hold:.0f} s and can be undone")
    if preview.canary:
        parts.append(f"{plural(preview.canary, 'contact')} get it first")
    return Content.styled(f"Then {', '.join(parts)}." if parts else "It leaves at once.", MUTED)


def _short_reason(written: tuple[str, ...]) -> str:
    if len(written[0].strip()) >= REASON_AT_LEAST:
        return ""
    return f"Say why nobody else can look, in at least {REASON_AT_LEAST} characters."


def what_stops(preview: Preview) -> str:
    """Return why a preview cannot be sent; empty where it can."""
    found = slips_of(preview)
    if count := stops(found):
        return f"{plural(count, 'thing')} to mend first: {plain(found[0].what)}"
    if not preview.contacts:
        return "Nobody would get it: no contact has an address that can be reached."
    return ""


async def propose(screen: VakenScreen, preview: Preview, seq: int, outage: str, kind: UpdateKind) -> bool:
    """Ask for the count, then ask the hub to let a second person approve. Return whether it is proposed."""
    customers = plural(preview.customers, "customer")
    dialog = Confirm(
        f"Propose this for {customers}?",
        [
            *_hits(preview, f"{kind.value} of {plain(outage)}"),
            Content.styled("Nothing leaves yet: another person looks at it and approves.", MUTED),
        ],
        verb="Propose",
        must_type=str(preview.customers),
        typed_what="the number of customers",
    )
    typed = await screen.app.push_screen_wait(dialog)
    if typed is None:
        return False
    command = Propose(preview.update, preview.digest, customers=int(typed), seen=seq)
    return await screen.vaken.do(command) is not None


async def approve(screen: VakenScreen, preview: Preview, seq: int, what: str, *, alone: bool) -> bool:
    """Ask for the count, and for a reason where one person wrote and approves. Return whether it is approved."""
    customers = plural(preview.customers, "customer")
    hits = [*_hits(preview, what), _then(preview)]
    if alone:
        hits[:0] = [
            Content.styled("You wrote it. If you approve it too, nobody else has read it before the customers do.",
                           "bold $error"),
            "Only where nobody else is on duty. Your name and your reason stay with the update.",
            "",
        ]  # fmt: skip
    dialog = Confirm(
        f"{'Approve ALONE and send' if alone else 'Send this'} to {customers}?",
        hits,
        verb="Send alone" if alone else "Send",
        must_type=str(preview.customers),
        typed_what="the number of customers",
        words=("why",) if alone else (),
        missing=_short_reason if alone else lambda _written: "",
    )
    typed = await screen.app.push_screen_wait(dialog)
    if typed is None:
        return False
    reason = dialog.written[0].strip() if alone else ""
    command = Approve(preview.update, preview.digest, customers=int(typed), alone=reason, seen=seq)
    return await screen.vaken.do(command) is not None
