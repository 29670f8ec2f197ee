"""How far an update is, in words: its rate, the time left, what a pause or the first messages mean. No widget."""

from collections import deque
from datetime import datetime

from textual.content import Content

from feeds.model import UpdateRow, UpdateState
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.quantities import number, plural, span, utc

OVER_SECONDS = 30.0
"""The rate is that of the last so many seconds."""

LEAST_SECONDS = 2.0
"""Over less than this a rate says nothing."""

SAMPLES = 256


class Pace:
    """The rate at which deliveries end, from the rows as they came. Times are the hub's."""

    def __init__(self) -> None:
        self._samples: deque[tuple[datetime, int]] = deque(maxlen=SAMPLES)

    def note(self, now: datetime, ended: int) -> None:
        """Take in that so many deliveries have ended. Fewer than before: some were queued again, it begins anew."""
        if self._samples and (ended < self._samples[-1][1] or now < self._samples[-1][0]):
            self._samples.clear()
        self._samples.append((now, ended))
        while len(self._samples) > 2 and (now - self._samples[1][0]).total_seconds() >= OVER_SECONDS:
            self._samples.popleft()

    def forget(self) -> None:
        """Begin anew: it stood still."""
        self._samples.clear()

    def per_second(self) -> float | None:
        """Return deliveries a second; None while it is not known."""
        if len(self._samples) < 2:
            return None
        (first, before), (last, after) = self._samples[0], self._samples[-1]
        seconds = (last - first).total_seconds()
        return (after - before) / seconds if seconds >= LEAST_SECONDS else None


def ended_of(row: UpdateRow) -> int:
    """Return how many deliveries have nothing more to happen to them by themselves."""
    return row.total - row.queued - row.attempting


def hold_left(row: UpdateRow, now: datetime) -> int:
    """Return the seconds until a held update leaves, rounded up; 0 where it leaves now."""
    if row.hold_until is None:
        return 0
    left = (row.hold_until - now).total_seconds()
    return max(0, int(left) + (left > int(left)))


def stage_line(row: UpdateRow, pace: Pace, now: datetime) -> Content:
    """Return what goes on now, and what a person can do about it."""
    match row.state:
        case UpdateState.HOLD:
            return Content.assemble(
                (f"leaves in {hold_left(row, now)} s", "bold $warning"), " · z undoes it, nothing has left yet"
            )
        case UpdateState.CANARY:
            return Content.assemble(
                (
                    f"{number(row.canary)} of {number(row.total)} first: {number(row.accepted)} accepted",
                    "bold $primary",
                ),
                *_bad(row),
                (" · the rest follows when all of them arrived", MUTED),
            )
        case UpdateState.SENDING:
            return _rate_line(row, pace)
        case UpdateState.PAUSED:
            return _paused_line(row)
        case UpdateState.DONE:
            took = f" in {span((row.ended - row.began).total_seconds())}" if row.began and row.ended else ""
            when = f", {utc(row.began)}–{utc(row.ended)}Z" if row.began and row.ended else ""
            return Content.assemble((f"done{took}{when}", "$success"), *_bad(row))
        case UpdateState.CANCELLED:
            why = f": {plain(row.reason)}" if row.reason else ""
            left = row.total - row.accepted
            told = f" · {plural(left, 'contact')} did not hear of it" if row.approved is not None else ""
            return Content.styled(f"cancelled{why}{told}", "$warning")
        case _:
            return Content("")


def _bad(row: UpdateRow) -> list[tuple[str, str]]:
    parts = []
    for count, what, style in (
        (row.failed, "failed", "$error"),
        (row.uncertain, "uncertain", "$warning"),
        (row.held, "held", "$warning"),
    ):
        if count:
            parts.append((f", {number(count)} {what}", style))
    return parts


def _rate_line(row: UpdateRow, pace: Pace) -> Content:
    left, per_second = row.queued + row.attempting, pace.per_second()
    if not left:
        return Content.styled("the last ones are on their way", MUTED)
    if per_second is None:
        return Content.styled("the rate is not known yet", MUTED)
    if per_second <= 0:
        return Content.styled(f"nothing arrived in the last {span(OVER_SECONDS)}: see the reasons below", "$warning")
    shown = f"{per_second:,.0f}/s" if per_second >= 10 else f"{per_second:.1f}/s"
    return Content.assemble((shown, "bold"), f" · about {span(left / per_second)} left")


def _paused_line(row: UpdateRow) -> Content:
    why = f": {plain(row.reason)}" if row.reason else ""
    parts: list[tuple[str, str]] = [
        (f"paused{why}", "bold $warning"),
        (f" · {number(row.accepted)} sent · {number(row.attempting)} in flight · {number(row.queued)} held back", ""),
    ]
    if row.scope_changed:
        parts.append((" · v looks at it again", "$primary"))
    elif not row.accepted and not row.attempting and row.hold_until is not None:
        parts.append((" · r goes on, z undoes the approval", MUTED))
    else:
        parts.append((" · r goes on, x cancels the rest", MUTED))
    return Content.assemble(*parts)
