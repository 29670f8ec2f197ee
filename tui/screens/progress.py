"""An update on its way: how far it is, each delivery with the other side's own words, and the brakes."""

from collections.abc import Iterable
from typing import Literal

from textual import on, work
from textual.containers import Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from feeds.model import ContactChannel, DeliveryRow, DeliveryState, Retry, Steer, Suppress, UpdateRow, UpdateState
from tui.acts.registry import bindings
from tui.base_screen import VakenScreen
from tui.link import View
from tui.tables.columns import DELIVERIES, FAILURES
from tui.tables.failure_groups import AGAIN, NOT_ARRIVED, FailureGroup, failure_groups
from tui.tables.view_table import ViewTable
from tui.words.rows import UPDATE_COLOUR
from tui.words.sending import Pace, ended_of, hold_left, stage_line
from widgets.all_rows import AllRows
from widgets.confirm import Confirm
from widgets.delivery_bar import DeliveryBar
from widgets.hold_clock import HoldClock
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.quantities import number, plural, utc
from widgets.section_rule import SectionRule
from widgets.stream_table import StreamTable

GROUPED = 2_000
"""Deliveries that are grouped by reason; of more, the first ones."""

ADDRESSES_SHOWN = 4

_BRAKED = frozenset({UpdateState.HOLD, UpdateState.CANARY, UpdateState.SENDING, UpdateState.PAUSED})


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
        self._failed: View | None = None
        self._pace = Pace()

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps of the way to it."""
        return (f"update {self.update_id}",)

    def compose_body(self) -> Iterable[Widget]:
        """Lay it out."""
        yield SectionRule(id="update-rule")
        yield HoldClock()
        yield DeliveryBar()
        yield Static(id="stage")
        with Vertical(id="failures"):
            yield SectionRule(id="failures-rule")
            yield StreamTable(FAILURES, now=self.vaken.hub.now, id="failure-rows")
        yield ViewTable("Deliveries", "deliveries", DELIVERIES, sort="-state", of=self.update_id, id="deliveries",
                        empty="no delivery yet")  # fmt: skip
        yield Static(id="steps")

    def on_mount(self) -> None:
        """Follow the update's own row, and what did not arrive."""
        hub = self.vaken.hub
        self._view = hub.open("updates", filter=f"key:{self.update_id}", window=(0, 1))
        self._failed = hub.open("deliveries", of=self.update_id, filter=NOT_ARRIVED, sort="key", window=(0, GROUPED))
        self.vaken.follow(self._view, self._take_row)
        self.vaken.follow(self._failed, self._take_failures)

    def on_unmount(self) -> None:
        """Follow them no longer."""
        for view in (self._view, self._failed):
            if view is not None:
                self.vaken.unfollow(view)
                view.close()

    def tick(self) -> None:
        """Count down, and count the rate on."""
        super().tick()
        self._show()

    def _take_row(self) -> None:
        assert self._view is not None
        for row in self._view.content.rows:
            if isinstance(row, UpdateRow) and row.key == self.update_id:
                self.row = row
        self._show()

    def _show(self) -> None:
        row, now = self.row, self.vaken.hub.now()
        if row is None or not self.query("#stage"):
            return
        if row.state in (UpdateState.SENDING, UpdateState.CANARY):
            self._pace.note(now, ended_of(row))
        else:
            self._pace.forget()
        self.query_one(DeliveryBar).update_row = row
        self.query_one("#update-rule", SectionRule).text = self._title(row)
        stage, held = stage_line(row, self._pace, now), row.state is UpdateState.HOLD
        self.query_one(HoldClock).show(hold_left(row, now) if held else None, stage)
        line = self.query_one("#stage", Static)
        line.display = not held
        line.update(stage)
        self._show_steps()  # they go on while the cursor stands

    def _take_failures(self) -> None:
        assert self._failed is not None
        if not self.query("#failures"):
            return
        content = self._failed.content
        groups = failure_groups(row for row in content.rows if isinstance(row, DeliveryRow))
        self.query_one("#failures").display = bool(groups)
        more = f" · of the first {number(GROUPED)}" if content.total > GROUPED else ""
        self.query_one("#failures-rule", SectionRule).text = Content.assemble(
            ("By reason", "bold $foreground"), f" {number(content.total)}{more}",
            (" · f goes there, t sends one again", MUTED),
        )  # fmt: skip
        table = self.query_one("#failure-rows", StreamTable)
        table.styles.height = min(len(groups) + 1, 6)
        table.show(AllRows(groups))

    @on(StreamTable.RowHighlighted)
    def _show_steps(self) -> None:
        """Show each step of the delivery under the cursor, in the other side's words."""
        steps, row = self.query_one("#steps", Static), self.query_one("#deliveries", ViewTable).row
        known = isinstance(row, DeliveryRow) and bool(row.tries)
        steps.display = known
        if isinstance(row, DeliveryRow) and known:
            name = f"  {plain(row.reference)}" if row.reference else ""
            head = Content.assemble(
                (plain(row.name or row.customer), "bold"), (f"  {plain(row.message_id)}{name}", MUTED)
            )
            steps.update(Content("\n").join([head, *(Content(plain(step)) for step in row.tries[-4:])]))

    def _title(self, row: UpdateRow) -> Content:
        alone = f" ALONE: {plain(row.alone)}" if row.alone else ""
        return Content.assemble(
            (f"{plain(row.key)} ", "bold $foreground"),
            f"update {row.number} of {plain(row.outage)}, {row.kind.value} · ",
            (row.state.value, f"bold {UPDATE_COLOUR[row.state]}"),
            f" · by {plain(row.author)}",
            f", approved {utc(row.approved)} by {plain(row.approver)}" if row.approved is not None else "",
            (alone, "$warning"),
            f" · to {plural(row.customers, 'customer')}",
        )

    # -- brakes ----------------------------------------------------------------------------------------------------

    @work(group="steer")
    async def action_undo(self) -> None:
        """Take the approval back."""
        row = self.row
        if row is None or row.hold_until is None or row.state not in (UpdateState.HOLD, UpdateState.PAUSED):
            self.vaken.say("It is not held any more: p pauses it, x cancels what has not left.")
            return
        if await self._steer("undo"):
            self.vaken.say(f"{row.key} is a draft again; nothing has left.")
            from tui.screens.review import ReviewScreen

            if self.app.screen is self:
                self.app.switch_screen(ReviewScreen(self.update_id))

    @work(group="steer")
    async def action_pause(self) -> None:
        """Hold what has not begun."""
        await self._steer("pause")

    @work(group="steer")
    async def action_resume(self) -> None:
        """Go on."""
        if self.row is not None and self.row.scope_changed:
            self.vaken.say("Its customers changed: v looks at it again, there it is approved or cancelled.")
            return
        await self._steer("resume")

    def action_look_again(self) -> None:
        """Look at it again, where its customers changed."""
        if self.row is None or not self.row.scope_changed:
            self.vaken.say("Its customers are those that it was approved for.")
            return
        from tui.screens.review import ReviewScreen

        self.app.switch_screen(ReviewScreen(self.update_id))

    @work(group="steer")
    async def action_go_on(self) -> None:
        """Send the rest, whatever became of the first messages."""
        row = self.row
        if row is None or not row.canary or row.state not in (UpdateState.CANARY, UpdateState.PAUSED):
            self.vaken.say("There are no first messages that the rest waits for.")
            return
        rest = row.total - row.canary
        typed = await self.app.push_screen_wait(
            Confirm(
                f"Send the rest of {row.key} as it is?",
                [
                    f"{number(row.accepted)} of the {number(row.canary)} first messages arrived, "
                    f"{number(row.failed + row.uncertain + row.held)} did not.",
                    *([f"It stands still, because {row.reason}"] if row.reason else []),
                    f"{plural(rest, 'contact')} get it now.",
                ],
                verb="Send the rest",
                must_type=str(rest),
                typed_what="the number of contacts",
            )
        )
        if typed is not None:
            await self._steer("go on")

    @work(group="steer")
    async def action_stop_update(self) -> None:
        """Cancel what has not begun."""
        row = self.row
        if row is None or row.state not in _BRAKED:
            self.vaken.say("There is nothing on its way that could be cancelled.")
            return
        left = row.queued + row.held
        by = ", ".join(f"{plain(name)} {number(count)}" for name, count in row.channels.items())
        typed = await self.app.push_screen_wait(
            Confirm(
                f"Cancel what {row.key} has not sent yet?",
                [
                    f"{plural(left, 'contact')} will not hear of this update.",
                    f"{plural(row.accepted, 'message')} cannot be taken back, {number(row.attempting)} are on the way.",
                    *([f"It goes to {plural(row.customers, 'customer')}: {by}"] if by else []),
                ],
                verb="Cancel the rest",
                must_type=str(left),
                typed_what="the number of contacts",
                stay="Go on sending" if row.state is not UpdateState.PAUSED else "Leave it paused",
            )
        )
        if typed is not None:
            await self._steer("cancel")

    # -- what did not arrive ---------------------------------------------------------------------------------------

    def action_failures(self) -> None:
        """Go to the reasons."""
        if self.query_one("#failures").display:
            self.query_one("#failure-rows", StreamTable).focus()
        else:
            self.vaken.say("Nothing has failed.")

    @work(group="retry", exclusive=True)
    async def action_retry(self) -> None:
        """Queue deliveries again, by this person's decision: of one reason, or the one under the cursor."""
        reasons = self.query_one("#failure-rows", StreamTable)
        if reasons.has_focus:
            await self._retry_group(reasons.cursor_row)
            return
        delivery = self.query_one("#deliveries", ViewTable).target()
        if delivery is None:
            return
        if not isinstance(delivery, DeliveryRow) or delivery.state not in AGAIN:
            self.vaken.say("Choose a delivery that failed, is held or is uncertain.")
            return
        hits = [f"{delivery.customer}, {delivery.address}", f"last answer: {delivery.answer or 'none'}"]
        if delivery.state is DeliveryState.UNCERTAIN:
            hits.append("It may have arrived. Look into the mail server's log first; the Message-ID stays the same.")
        typed = await self.app.push_screen_wait(Confirm(f"Send {delivery.key} again?", hits, verb="Send again"))
        if typed is not None:
            await self.vaken.do(Retry(self.update_id, (int(delivery.key.rpartition("/")[2]),)))

    @work(group="retry", exclusive=True)
    async def action_never_again(self) -> None:
        """Suppress the address under the cursor."""
        delivery = self.query_one("#deliveries", ViewTable).target()
        if not isinstance(delivery, DeliveryRow):
            return
        dialog = Confirm(
            f"Send nothing more to {plain(delivery.address)}?",
            [
                f"{delivery.customer}, by {delivery.channel}; last answer: {delivery.answer or 'none'}",
                "No update goes there any more, this one included, until somebody lifts it: 6, then not written to.",
            ],
            verb="Never again",
            words=("why",),
        )
        if await self.app.push_screen_wait(dialog) is None:
            return
        command = Suppress(ContactChannel(delivery.channel), delivery.address, why=dialog.written[0])
        if await self.vaken.do(command) is not None:
            self.vaken.say(f"Nothing more is sent to {delivery.address}.")

    async def _retry_group(self, group: object) -> None:
        if not isinstance(group, FailureGroup):
            return
        count = len(group.places)
        if not group.again:
            self.vaken.say(f"What is {group.state.value} is not sent again: these customers have to be called.")
            return
        more = f" +{number(count - ADDRESSES_SHOWN)}" if count > ADDRESSES_SHOWN else ""
        hits: list[str | Content] = [
            f"{group.state.value}: {group.reason}",
            f"by {', '.join(group.channels)}: {', '.join(group.addresses[:ADDRESSES_SHOWN])}{more}",
        ]
        if group.state is DeliveryState.UNCERTAIN:
            hits.append(
                Content.styled(
                    "They may have arrived, and then customers get them twice. Look into the other side's log first; "
                    "the Message-IDs stay the same.",
                    "bold $warning",
                )
            )
        typed = await self.app.push_screen_wait(
            Confirm(
                f"Send {plural(count, 'message')} again?",
                hits,
                verb="Send again",
                must_type=str(count),
                typed_what="the number of messages",
            )
        )
        if typed is not None:
            await self.vaken.do(Retry(self.update_id, group.places))

    async def _steer(self, to: Literal["pause", "resume", "cancel", "undo", "go on"]) -> bool:
        row = self.row
        return row is not None and await self.vaken.do(Steer(row.key, to, seen=row.seq)) is not None
