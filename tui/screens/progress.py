"""An update on its way: how far it is, each delivery with the other side's own words, and the brakes."""

from collections.abc import Iterable
from typing import Literal

from textual import work
from textual.content import Content
from textual.widget import Widget

from feeds.model import DeliveryRow, DeliveryState, Retry, Steer, UpdateRow, UpdateState
from tui.actions import bindings
from tui.base_screen import VakenScreen
from tui.columns import DELIVERIES
from tui.link import View
from tui.view_table import ViewTable
from tui.words import UPDATE_STYLE
from widgets.confirm import Confirm
from widgets.delivery_bar import DeliveryBar
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.quantities import plural, utc
from widgets.section_rule import SectionRule

_COLOUR = {"ok": "$success", "major": "$warning", "accent": "$primary", "dim": MUTED}

_RETRIED = frozenset({DeliveryState.FAILED, DeliveryState.UNCERTAIN, DeliveryState.HELD})


class ProgressScreen(VakenScreen):
    """``update`` is the update's id."""

    where = "progress"
    AUTO_FOCUS = "#deliveries StreamTable"
    BINDINGS = bindings("progress")

    def __init__(self, update: str) -> None:
        super().__init__()
        self.update_id = update
        self.row: UpdateRow | None = None
        self._view: View | None = None

    @property
    def place(self) -> str:
        """What the header calls the screen."""
        return f"board › update {self.update_id}"

    def compose_body(self) -> Iterable[Widget]:
        """Lay it out."""
        yield SectionRule(id="update-rule")
        yield DeliveryBar()
        yield ViewTable("Deliveries", "deliveries", DELIVERIES, sort="-state", of=self.update_id, id="deliveries",
                        empty="no delivery yet")  # fmt: skip

    def on_mount(self) -> None:
        """Follow the update's own row."""
        self._view = self.vaken.hub.open("updates", filter=f"key:{self.update_id}", window=(0, 1))
        self.vaken.follow(self._view, self._take_row)

    def on_unmount(self) -> None:
        """Follow it no longer."""
        if self._view is not None:
            self.vaken.unfollow(self._view)
            self._view.close()

    def _take_row(self) -> None:
        assert self._view is not None
        for row in self._view.content.rows:
            if isinstance(row, UpdateRow) and self.query(DeliveryBar):
                self.row = row
                self.query_one(DeliveryBar).update_row = row
                self.query_one("#update-rule", SectionRule).text = self._title(row)

    def _title(self, row: UpdateRow) -> Content:
        return Content.assemble(
            (f"{plain(row.key)} ", "bold $foreground"),
            f"update {row.number} of {plain(row.outage)}, {row.kind.value} ",
            (row.state.value, f"bold {_COLOUR.get(UPDATE_STYLE[row.state], '')}".strip()),
            f" · to {plural(row.customers, 'customer')} · by {plain(row.author)}",
            f" · approved {utc(row.approved)} by {plain(row.approver)}" if row.approved is not None else "",
        )

    @work(group="steer")
    async def action_pause(self) -> None:
        """Hold what has not begun."""
        await self._steer("pause")

    @work(group="steer")
    async def action_resume(self) -> None:
        """Go on."""
        await self._steer("resume")

    @work(group="steer")
    async def action_stop_update(self) -> None:
        """Cancel what has not begun."""
        row = self.row
        if row is None or row.state not in (UpdateState.SENDING, UpdateState.PAUSED):
            self.vaken.say("There is nothing on its way that could be cancelled.")
            return
        left = row.queued + row.held
        typed = await self.app.push_screen_wait(
            Confirm(
                f"Cancel what {row.key} has not sent yet?",
                [
                    f"{plural(left, 'contact')} will not hear of this update.",
                    f"{plural(row.accepted, 'message')} cannot be taken back.",
                ],
                verb="Cancel the rest",
                must_type=str(left),
                typed_what="the number of contacts",
                stay="Go on sending",
            )
        )
        if typed is not None:
            await self._steer("cancel")

    @work(group="steer")
    async def action_retry(self) -> None:
        """Queue the delivery under the cursor again, by this person's decision."""
        delivery = self.query_one("#deliveries", ViewTable).row
        if not isinstance(delivery, DeliveryRow) or delivery.state not in _RETRIED:
            self.vaken.say("Choose a delivery that failed, is held or is uncertain.")
            return
        hits = [f"{delivery.customer}, {delivery.address}", f"last answer: {delivery.answer or 'none'}"]
        if delivery.state is DeliveryState.UNCERTAIN:
            hits.append("It may have arrived. Look into the mail server's log first; the Message-ID stays the same.")
        typed = await self.app.push_screen_wait(Confirm(f"Send {delivery.key} again?", hits, verb="Send again"))
        if typed is not None:
            await self.vaken.do(Retry(self.update_id, (int(delivery.key.rpartition("/")[2]),)))

    async def _steer(self, to: Literal["pause", "resume", "cancel"]) -> None:
        row = self.row
        if row is not None:
            await self.vaken.do(Steer(row.key, to, seen=row.seq))
