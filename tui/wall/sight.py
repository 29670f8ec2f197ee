"""What the wall looks at: a few views of the hub, opened once. It asks for no case, no contact, commands nothing."""

from collections.abc import Callable
from typing import Final, cast

from feeds.model import CurveRow, FeedRow, OutageRow, SurgeRow, TotalsRow
from tui.link import Hub, View
from tui.promises import Promise, promises
from tui.situation import GOING_ON, LIVE_FILTER
from tui.words.surges import SurgeMark, surge_mark

OUTAGES: Final = 200
"""Live outages that take turns on the wall; of more, the most urgent ones."""
CURVE: Final = "5/48"
"""The curve: four hours in stretches of five minutes."""
LAST_TEN: Final = "1/10"


class Sight:
    """Call ``open`` once; the views are then followed by the app."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._views: dict[str, View] = {}

    def open(self, follow: Callable[[View, Callable[[], None]], None], changed: Callable[[], None]) -> None:
        """Open the views; ``changed`` is called when one of them has new content."""
        opened = self._views
        opened["outages"] = self._hub.open("outages", sort="-urgency", filter=LIVE_FILTER, window=(0, OUTAGES))
        opened["feeds"] = self._hub.open("feeds", sort="key", window=(0, 200))
        opened["curve"] = self._hub.open("curve", of=CURVE, sort="key", window=(0, 48))
        opened["ten"] = self._hub.open("curve", of=LAST_TEN, sort="key", window=(0, 10))
        opened["surges"] = self._hub.open("surges", sort="-began", filter=GOING_ON, window=(0, 5))
        opened["totals"] = self._hub.open("totals", window=(0, 1))
        for view in opened.values():
            follow(view, changed)

    @property
    def loaded(self) -> bool:
        """Whether the hub has ever said which outages there are."""
        view = self._views.get("outages")
        return view is not None and view.content.loaded

    @property
    def outages(self) -> tuple[OutageRow, ...]:
        """Live outages, the most urgent first."""
        return cast(tuple[OutageRow, ...], self._rows("outages"))

    @property
    def feeds(self) -> tuple[FeedRow, ...]:
        """The feeds."""
        return cast(tuple[FeedRow, ...], self._rows("feeds"))

    @property
    def curve(self) -> tuple[CurveRow, ...]:
        """Cases of the last hours, the oldest first."""
        return cast(tuple[CurveRow, ...], self._rows("curve"))

    @property
    def ten_minutes(self) -> tuple[int, float]:
        """Cases of the last ten minutes, and how many are usual."""
        rows = cast(tuple[CurveRow, ...], self._rows("ten"))
        return sum(row.seen for row in rows), sum(row.usual for row in rows)

    @property
    def surge(self) -> SurgeMark:
        """What is said of the surges that go on, beside the cases of the last ten minutes."""
        return surge_mark(cast(tuple[SurgeRow, ...], self._rows("surges")), *self.ten_minutes)

    @property
    def totals(self) -> TotalsRow | None:
        """What is open over all outages; None before the hub said it."""
        return next((row for row in self._rows("totals") if isinstance(row, TotalsRow)), None)

    @property
    def promises(self) -> list[Promise]:
        """What customers were promised and wait for, the earliest first."""
        return promises(self.outages, self.totals)

    def _rows(self, name: str) -> tuple[object, ...]:
        view = self._views.get(name)
        return tuple(view.content.rows) if view is not None else ()
