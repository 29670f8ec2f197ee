"""The customer under the cursor of an outage's impact: their share of it, what they were told, their open cases."""

from datetime import datetime
from operator import is_
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.timer import Timer

from feeds.model import CallRow, CaseRow, DeliveryRow, ImpactRow, OutageRow, Row, UpdateRow, UpdateState
from tui.link import View
from tui.words.impact import AboutCustomer, customer_facts
from widgets.facts import Fact, Facts
from widgets.looks import MUTED

if TYPE_CHECKING:
    from tui.app import VakenApp

SETTLE = 0.1
"""Seconds that the cursor stays on a customer before what is known of them is asked for."""

MOST_UPDATES = 20
MOST_LINES = 200
"""Rows that are asked for. Names that hold the customer's name are among them and are left out here."""


def named(name: str) -> str:
    """Return the term of a filter that lets a customer's rows through, and few others."""
    return f'customer:"{max(name.split(chr(34)), key=len)}"'


def _went_out(update: UpdateRow) -> bool:
    return update.approved is not None and update.state not in (UpdateState.DRAFT, UpdateState.PROPOSED)


class CustomerPane(VerticalScroll, can_focus=False):
    """``show_customer`` gives it a row; the rest it asks for by itself, while it is in sight."""

    DEFAULT_CSS = """
    CustomerPane { height: auto; scrollbar-size-vertical: 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.row: ImpactRow | None = None
        self.outage: OutageRow | None = None
        self._of = ""
        """The customer whose rows are asked for."""
        self._sent_in = ""
        """The update whose deliveries are asked for."""
        self._views: dict[str, View] = {}
        self._timer: Timer | None = None
        self._made_of: tuple[object, ...] = ()
        self._made_at: datetime | None = None
        """What the facts on the screen were made of, and in which second: ages count on with it."""

    @property
    def vaken(self) -> "VakenApp":
        """The app, as what it is."""
        return cast("VakenApp", self.app)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        yield Facts()

    def on_unmount(self) -> None:
        """Give the views up."""
        self._close()

    def on_resize(self) -> None:
        """Come into sight, or have room for more."""
        self._settle()
        self._show()

    def show_customer(self, row: ImpactRow | None, outage: OutageRow) -> None:
        """Show the customer ``row`` of ``outage``; None: that none is chosen."""
        if row is None or self.row is None or row.key != self.row.key:
            self.scroll_home(animate=False)
        self.row, self.outage = row, outage
        self._settle()
        self._show()

    def tick(self) -> None:
        """Count its ages on."""
        self._show()

    @property
    def brief(self) -> bool:
        """Whether it stands below the table, in few lines."""
        return not self.screen.has_class("-broad")

    # What is asked for

    def _settle(self) -> None:
        """Ask for what belongs to another customer once the cursor stays there."""
        wanted = self.row.key if self.row is not None and self.display else ""
        if wanted != self._of and self._timer is None:
            self._timer = self.set_timer(SETTLE, self._open)

    def _open(self) -> None:
        self._timer = None
        self._close()
        row, outage = self.row, self.outage
        if row is None or outage is None or not self.display:
            return
        self._of = row.key
        told = f'outage:{outage.key} -approved:""'
        self._follow("updates", filter=told, sort="-number", window=(0, MOST_UPDATES))
        self._follow("cases", filter=f"outages:{outage.key} -state:closed {named(row.customer)}", sort="-opened",
                     window=(0, MOST_LINES))  # fmt: skip
        self._follow("calls", of=outage.key, filter=named(row.customer), window=(0, MOST_LINES))
        self._show()

    def _follow(
        self, view: str, *, filter: str, sort: str = "", of: str = "", window: tuple[int, int] = (0, MOST_LINES)
    ) -> None:
        handle = self._views[view] = self.vaken.hub.open(view, filter=filter, sort=sort, of=of, window=window)
        self.vaken.follow(handle, self._show)

    def _give_up(self, view: str) -> None:
        handle = self._views.pop(view, None)
        if handle is not None:
            self.vaken.unfollow(handle)
            handle.close()

    def _close(self) -> None:
        for view in tuple(self._views):
            self._give_up(view)
        self._of = self._sent_in = ""

    def _follow_newest(self, newest: UpdateRow, customer: str) -> None:
        """Ask for the deliveries of the update that went out last."""
        if newest.key != self._sent_in:
            self._give_up("deliveries")
            self._sent_in = newest.key
            self._follow("deliveries", of=newest.key, filter=named(customer), sort="key")

    # What is shown

    def _rows(self, view: str) -> tuple[Row, ...] | None:
        handle = self._views.get(view)
        return handle.content.rows if handle is not None and handle.content.loaded else None

    def _about(self, row: ImpactRow) -> AboutCustomer:
        if self._of != row.key:
            return AboutCustomer()
        updates = self._rows("updates")
        sent = None
        if updates is not None:
            sent = tuple(one for one in updates if isinstance(one, UpdateRow) and _went_out(one))
            if sent:
                self._follow_newest(sent[0], row.customer)
        deliveries, cases = self._rows("deliveries"), self._rows("cases")
        name = row.customer
        return AboutCustomer(
            sent,
            None if deliveries is None
            else tuple(one for one in deliveries if isinstance(one, DeliveryRow) and one.customer == name),
            None if cases is None else tuple(one for one in cases if isinstance(one, CaseRow) and one.customer == name),
            next((one for one in self._rows("calls") or () if isinstance(one, CallRow) and one.key == row.key), None),
        )  # fmt: skip

    def _show(self) -> None:
        if not self.is_mounted or not self.display:
            return
        row, outage = self.row, self.outage
        if row is None or outage is None:
            self._made_of = ()
            self.query_one(Facts).show([Fact("", Content.styled("no customer is chosen", MUTED))])
            return
        now = self.vaken.hub.now()
        made_of = (row, outage, self.brief, self._of, *(view.content for view in self._views.values()))
        second = now.replace(microsecond=0)
        same = len(made_of) == len(self._made_of) and all(map(is_, made_of, self._made_of))
        if same and second == self._made_at:
            return  # asked for with every batch of the table
        self._made_of, self._made_at = made_of, second
        self.query_one(Facts).show(customer_facts(row, outage, self._about(row), now, brief=self.brief))
