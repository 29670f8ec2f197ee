"""Addresses that nothing is sent to, why and since when; a person may let one be written to again."""

from collections.abc import Iterable

from textual import work
from textual.widget import Widget

from feeds.model import ContactChannel, Suppress, SuppressionRow
from tui.acts.registry import bindings
from tui.base_screen import VakenScreen
from tui.tables.columns import SUPPRESSIONS
from tui.tables.view_table import ViewTable
from widgets.confirm import Confirm
from widgets.plain import plain

REASON_AT_LEAST = 3
"""Characters of a reason why an address is written to again."""


class SuppressionsScreen(VakenScreen):
    """What a bounce, a person who opted out, or somebody here said of an address."""

    where = "suppressions"
    AUTO_FOCUS = "#suppressions StreamTable"
    BINDINGS = bindings("suppressions")

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps of the way to it."""
        return ("not written to",)

    def compose_body(self) -> Iterable[Widget]:
        """Lay it out."""
        yield ViewTable("Addresses that nothing is sent to", "suppressions", SUPPRESSIONS, sort="-since",
                        id="suppressions", empty="every address is written to")  # fmt: skip

    @work(group="decision", exclusive=True)
    async def action_lift(self) -> None:
        """Let the address under the cursor be written to again."""
        row = self.query_one(ViewTable).target()
        if not isinstance(row, SuppressionRow):
            return
        dialog = Confirm(
            f"Write to {plain(row.address)} again?",
            [
                f"{row.channel}: {row.why}{f', {row.words}' if row.words else ''}",
                "Who opted out must not hear from you: lift this only where you know better.",
            ],
            verb="Write to it",
            words=("why",),
            missing=lambda written: "" if len(written[0]) >= REASON_AT_LEAST else "Say why: it is kept in the log.",
        )
        if await self.app.push_screen_wait(dialog) is None:
            return
        lift = Suppress(ContactChannel(row.channel), row.address, lift=True, why=dialog.written[0])
        if await self.vaken.do(lift) is not None:
            self.vaken.say(f"{row.address} is written to again.")
