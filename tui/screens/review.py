"""An update before it leaves: the frozen text as each customer gets it, whom it hits, and the approval.

Its author waits here; another person reads here and approves. One whose customers changed after the approval is
looked at here again.
"""

from collections.abc import Iterable

from textual import on, work
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from feeds.client import ClientError
from feeds.model import AskDraft, AskPreview, DraftText, OutageRow, Preview, Steer, UpdateRow, UpdateState
from tui.acts.registry import bindings
from tui.acts.updates import approve, what_stops
from tui.base_screen import VakenScreen
from tui.link import View
from tui.newest import NewestOnly
from tui.panes.preview import PreviewPane
from tui.words.previews import slip_line, slips_of
from tui.words.rows import UPDATE_COLOUR
from tui.writing.drafting import PREVIEW_MESSAGES, Seen
from tui.writing.form import form_of
from widgets.confirm import Confirm
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.quantities import plural
from widgets.section_rule import SectionRule

SLIPS_SHOWN = 4


class ReviewScreen(VakenScreen):
    """``update`` is the update's id."""

    where = "review"
    AUTO_FOCUS = "#preview StreamTable"
    BINDINGS = bindings("review")

    def __init__(self, update: str) -> None:
        super().__init__()
        self.update_id = update
        self.row: UpdateRow | None = None
        self.seen: Seen | None = None
        self.problem = ""
        self._of = 0
        """The row's sequence that the preview was asked for."""
        self._view: View | None = None
        self._looking = NewestOnly(self._look)
        self._find = ""

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps of the way to it."""
        return (f"update {self.update_id}", "review")

    def compose_body(self) -> Iterable[Widget]:
        """Lay it out."""
        yield SectionRule(id="update-rule")
        yield Static(id="asked")
        yield PreviewPane(id="preview")

    def on_mount(self) -> None:
        """Follow the update's own row."""
        self._view = self.vaken.hub.open("updates", filter=f"key:{self.update_id}", window=(0, 1))
        self.vaken.follow(self._view, self._take_row)

    def on_unmount(self) -> None:
        """Follow it no longer."""
        if self._view is not None:
            self.vaken.unfollow(self._view)
            self._view.close()

    def on_screen_resume(self) -> None:
        """Go on to the progress where it was approved behind a question."""
        self._go_on_where_it_left()

    def tick(self) -> None:
        """Count the age of the proposal on."""
        super().tick()
        self._show()

    @property
    def waits(self) -> bool:
        """Whether it can be approved as it stands."""
        row = self.row
        return row is not None and (
            row.state in (UpdateState.DRAFT, UpdateState.PROPOSED)
            or (row.state is UpdateState.PAUSED and row.scope_changed > 0)
        )

    def _take_row(self) -> None:
        assert self._view is not None
        for row in self._view.content.rows:
            if isinstance(row, UpdateRow) and row.key == self.update_id:
                self.row = row
        if self.row is not None and self.waits and self.row.seq != self._of:
            self._of = self.row.seq
            self._ask()
        self._show()
        self._go_on_where_it_left()

    def _go_on_where_it_left(self) -> None:
        """Show the progress of what was approved, here or elsewhere; never from under a question."""
        if self.row is None or self.waits or self.app.screen is not self:
            return
        from tui.screens.progress import ProgressScreen

        self.app.switch_screen(ProgressScreen(self.update_id))

    @work(group="look")
    async def _ask(self) -> None:
        await self._looking.wish(self._find)

    async def _look(self, find: str) -> None:
        try:
            reply = await self.vaken.send(AskPreview(self.update_id, window=(0, PREVIEW_MESSAGES), find=find))
            self.seen = Seen(None, reply.as_(Preview), reply.seq, find)
            self.problem = ""
        except ClientError as error:
            self.problem = str(error)
        self._show()

    @property
    def _fresh(self) -> bool:
        """Whether the preview is of the update as it stands."""
        return self.seen is not None and self.row is not None and self.seen.seq >= self.row.seq and not self.problem

    def _show(self) -> None:
        if not self.query("#asked") or self.row is None:
            return
        row, seen = self.row, self.seen
        self.query_one("#update-rule", SectionRule).text = Content.assemble(
            (f"{plain(row.key)} ", "bold $foreground"),
            f"{row.kind.value} of {plain(row.outage)} · {row.phase.value} · ",
            (row.state.value, f"bold {UPDATE_COLOUR[row.state]}"), f" · by {plain(row.author)}",
        )  # fmt: skip
        lines = [self._asked(row)]
        if seen is not None:
            found = slips_of(seen.preview)
            lines += [slip_line(slip) for slip in found[:SLIPS_SHOWN]]
            if len(found) > SLIPS_SHOWN:
                lines.append(Content.styled(f"and {len(found) - SLIPS_SHOWN} more to look at", "$warning"))
        self.query_one("#asked", Static).update(Content("\n").join(lines))
        parts: list[str | tuple[str, str]] = [("What leaves", "bold $foreground")]
        if self.problem:
            parts.append((f" · {plain(self.problem)}", "$error"))
        elif seen is None:
            parts.append(" · being rendered")
        elif self._fresh:
            parts += [(" · exactly this text ", "$success"), plain(seen.preview.digest[:8])]
        else:
            parts.append((" · OLD: it changed meanwhile", "$warning"))
        self.query_one(PreviewPane).show_preview(seen, Content.assemble(*parts), None, fresh=self._fresh)

    def _asked(self, row: UpdateRow) -> Content:
        """Return what is asked of whoever looks."""
        seen = self.seen
        if row.scope_changed:
            return Content.styled(
                f"Its customers changed by {row.scope_changed * 100:.0f} % since the approval: {plain(row.reason)}. "
                "Nothing more leaves until somebody approves it again, or cancels it.",
                "$warning",
            )
        if row.state is UpdateState.DRAFT:
            why = f" ({plain(row.reason)})" if row.reason else ""
            return Content.styled(f"A draft{why}: its author proposes it from the composer.", MUTED)
        if row.state is not UpdateState.PROPOSED:
            return Content("")
        now = seen.preview.customers if seen is not None else row.proposed_for
        differs = f", now it would go to {plural(now, 'customer')}" if now != row.proposed_for else ""
        mine = row.author == self.vaken.hub.who
        todo = (
            "another person has to approve it; a: you are alone on duty"
            if mine
            else "read what leaves, then a approves it"
        )
        return Content.assemble(
            (f"{plain(row.proposed_by)} proposed it for {plural(row.proposed_for, 'customer')}", "bold"),
            (differs, "$warning"), " · ", todo,
        )  # fmt: skip

    def action_find(self) -> None:
        """Search the messages."""
        self.query_one(PreviewPane).search()

    def action_refresh_preview(self) -> None:
        """Render it again."""
        self._ask()

    @on(PreviewPane.Searched)
    def _search(self, event: PreviewPane.Searched) -> None:
        self._find = event.find
        self._ask()

    @work(group="decision", exclusive=True)
    async def action_approve(self) -> None:
        """Approve it, as a second person or alone."""
        row, seen = self.row, self.seen
        if row is None or not self.waits:
            self.vaken.say("There is nothing to approve here.")
            return
        if seen is None or not self._fresh:
            self.vaken.say("The preview is not of this text: look at it when it has come.")
            self._ask()
            return
        if why := what_stops(seen.preview):
            self.vaken.say(why)
            return
        alone = seen.preview.needs_second and row.author == self.vaken.hub.who
        what = f"{row.kind.value} of {plain(row.outage)}, written by {plain(row.author)}"
        if not await approve(self, seen.preview, seen.seq, what, alone=alone):
            self._ask()

    @work(group="decision", exclusive=True)
    async def action_take_back(self) -> None:
        """Make it a draft again."""
        row = self.row
        if row is None or row.state is not UpdateState.PROPOSED:
            self.vaken.say("Only what is proposed can be taken back.")
            return
        await self.vaken.do(Steer(row.key, "undo", seen=row.seq))

    @work(group="decision", exclusive=True)
    async def action_drop(self) -> None:
        """Cancel it."""
        row = self.row
        if row is None:
            return
        hits = [f"{row.kind.value} of {row.outage}, written by {row.author}", "Nobody gets it."]
        if row.scope_changed:
            hits = [hits[0], f"{plural(row.queued + row.held, 'contact')} will not hear of this update."]
        typed = await self.app.push_screen_wait(Confirm(f"Cancel {row.key}?", hits, verb="Cancel it", stay="Keep it"))
        if typed is not None and await self.vaken.do(Steer(row.key, "cancel", seen=row.seq)) is not None:
            self.vaken.say(f"{row.key} is cancelled.")

    @work(group="decision", exclusive=True)
    async def action_rewrite(self) -> None:
        """Write on at what was written here."""
        row, form = self.row, self.vaken.forms.get(self.update_id)
        if row is None or row.state not in (UpdateState.DRAFT, UpdateState.PROPOSED):
            self.vaken.say("It was approved: its text can no longer change.")
            return
        outage = next((one for one in self.vaken.situation.outages if one.key == row.outage), None)
        if not isinstance(outage, OutageRow):
            self.vaken.say(f"{row.outage} is not among the live outages any more: u on it writes an update.")
            return
        from tui.screens.composer import ComposerScreen

        if form is None:  # written at another terminal
            reply = await self.vaken.do(AskDraft(update=self.update_id))
            draft = self.vaken.read(reply, DraftText) if reply is not None else None
            if draft is None:
                return
            form = form_of(draft, self.vaken.hub.now())
        self.vaken.forms.pop(self.update_id, None)
        self.vaken.forms[row.outage] = form
        self.app.switch_screen(ComposerScreen(outage))
