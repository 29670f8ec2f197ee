"""One case in full: its facts, its text with what was read marked in it, and the list of what was read."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, cast

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.timer import Timer

from feeds.model import CaseRow, ReadRow, TriageRow
from tui.link import View
from tui.panes.freshness import silence_facts
from tui.words.readings import look_of
from tui.words.rows import lane_words, parts_words
from widgets.facts import Fact, Facts
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.quantities import number, plural, span
from widgets.read_text import Mark, marked_text

if TYPE_CHECKING:
    from tui.app import VakenApp

SETTLE = 0.1
"""Seconds that the cursor stays on a case before what was read of it is asked for."""

MOST_PIECES = 500
"""Pieces of one text that are listed."""

WIDE = 100
"""Cells from which on the list stands beside the text, not below it."""


def marks(readings: Iterable[ReadRow], part: str) -> list[Mark]:
    """Return where the pieces of a part of a case (``title`` or ``text``) stand."""
    return [
        Mark(row.key, row.start, row.end, look_of(row.kind, row.warning, bool(row.kind) and not row.sims))
        for row in readings
        if row.part == part
    ]


def follow_up_words(row: CaseRow, now: datetime) -> Content:
    """Return when somebody promised to look at a case again: ``14 Mar 09:00 UTC, in 6 h``."""
    assert row.follow_up is not None
    left = (row.follow_up - now).total_seconds()
    date = f"{row.follow_up:%d %b %H:%M} UTC"
    if left < 0:
        return Content.assemble(date, ", ", (f" LATE {span(-left)} ", "bold reverse $error"))
    return Content.assemble(date, (f", in {span(left)}", MUTED))


def age_words(row: CaseRow, triage: TriageRow | None) -> list[str | tuple[str, str]]:
    """Return the age in working days beside what is usual: `` · 3.2 of 9.3 working days``; nothing where not known."""
    if triage is None or triage.age is None:
        return []
    over = triage.usual is not None and triage.age > triage.usual
    of = f" of {triage.usual:g}" if triage.usual is not None else ""
    words = f"{triage.age:.1f}{of} working days"
    return [" · ", (f"{words} OVER" if over else words, "bold $warning" if over else "")]


def outage_facts(triage: TriageRow) -> list[Fact]:
    """Return the outages that a case is in (●) or may belong to (○), each with the reason."""
    facts = []
    for place, near in enumerate(triage.nearby):
        mark = ("● ", "$primary") if near.inside else ("○ ", MUTED)
        words = Content.assemble(
            mark, (plain(near.outage), "bold"), f" {'' if near.inside else 'perhaps: '}", plain(near.why)
        )
        facts.append(Fact("outages" if not place else " ", words))
    return facts


def other_facts(triage: TriageRow, now: datetime) -> list[Fact]:
    """Return the other open cases of the customer, the newest first."""
    if not triage.other_count:
        return []
    head = f"{plural(triage.other_count, 'other open case')} of {plain(triage.customer)}"
    facts = [Fact("", Content.styled(head, "bold"))]
    for other in triage.others:
        where = f" · {', '.join(map(plain, other.outages))}" if other.outages else ""
        age = span((now - other.opened).total_seconds())
        words = Content.assemble((plain(other.number), "bold"), f" {plain(other.title)}", (f" · {age}{where}", MUTED))
        facts.append(Fact("", words))
    if triage.other_count > len(triage.others):
        facts.append(Fact("", Content.styled(f"and {triage.other_count - len(triage.others):,} more", MUTED)))
    return facts


def case_facts(
    row: CaseRow, now: datetime, readings: Sequence[ReadRow] = (), triage: TriageRow | None = None
) -> list[Fact]:
    """Return all that is known of a case; in its text the pieces that were read bear their numbers."""
    star = ("★", "bold $vip") if row.vip else ("", "")
    opened = f"{row.opened:%H:%M} UTC, {span((now - row.opened).total_seconds())} ago"
    facts = [
        Fact("from", Content.assemble(
            star, (plain(row.customer) or "customer not known", "bold"),
            f" · {row.kind.value} · {row.service.value} · by {row.channel.value}",
            f" · agreement {plain(triage.agreement)}" if triage is not None and triage.agreement else "",
        )),
        Fact("opened", Content.assemble(
            opened, *age_words(row, triage), (f" · owner {plain(row.owner)}" if row.owner else " · nobody's yet", MUTED)
        )),
        Fact("SIMs", Content.assemble(
            number(row.sims) if row.sims else "none read", f" · {plain(row.sims_text)}" if row.sims_text else "",
            (f" · {lane_words(row)}", "$warning" if row.lane == "unexplained" else MUTED),
        )),
    ]  # fmt: skip
    if triage is not None:
        facts += outage_facts(triage)
    if row.follow_up is not None:
        facts.append(Fact("follow up", follow_up_words(row, now)))
    if row.priority_parts:
        facts.append(
            Fact("priority", Content.assemble((str(row.priority), "bold"), f" = {parts_words(row.priority_parts)}"))
        )
    told = {row.warning for row in readings}
    facts += [Fact("warning", Content.styled(plain(text), "$warning")) for text in row.warnings if text not in told]
    titled = marks(readings, "title")
    if titled:
        facts.append(Fact("title", marked_text(row.title, titled)))
    if row.text:
        facts += [Fact("", Content("")), Fact("", marked_text(row.text, marks(readings, "text")))]
    return facts


def reading_facts(readings: Sequence[ReadRow], total: int) -> list[Fact]:
    """Return what was read, piece by piece: as what, how many SIMs, whose, and what is doubtful about it."""
    if not readings:
        return [Fact("", Content.styled("nothing in it stands for SIMs", MUTED))]
    facts = []
    for row in readings:
        if row.kind:
            parts: list[str | tuple[str, str]] = [(plain(row.sims_text) or plain(row.text), "bold")]
            parts.append(f" · {plural(row.sims, 'SIM')}" if row.sims else " · left out")
            if row.customer:
                parts.append(f" · {plain(row.customer)}")
        else:
            parts = [(f"{plain(row.text[:40])} ", MUTED), ("not read", "$warning")]
        if not row.part:
            parts.append((" · not from the text", MUTED))
        if row.warning:
            parts.append((f"\n{plain(row.warning)}", "$warning"))
        facts.append(Fact(f"[{row.key}]", Content.assemble(*parts)))
    if total > len(readings):
        facts.append(Fact("", Content.styled(f"and {plural(total - len(readings), 'other')}", MUTED)))
    return facts


class CasePane(Horizontal):
    """``show_case`` gives it a case; what was read of it it asks for by itself."""

    DEFAULT_CSS = """
    CasePane { height: auto; }
    CasePane > VerticalScroll { height: 100%; padding: 0 3; scrollbar-size-vertical: 1; }
    CasePane #case-text { width: 3fr; }
    CasePane #case-text:focus { background: $primary 8%; }
    CasePane #case-read { width: 2fr; display: none; padding: 0 2; border-left: solid $panel; }
    CasePane.-beside #case-read { display: block; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.row: CaseRow | None = None
        self._view: View | None = None
        self._triage: View | None = None
        self._of = ""
        self._wanted = ""
        self._timer: Timer | None = None
        self._left, self._right = Facts(id="case"), Facts(name_width=5, id="read")

    @property
    def vaken(self) -> "VakenApp":
        """The app, as what it is."""
        return cast("VakenApp", self.app)

    def compose(self) -> ComposeResult:
        """Lay it out."""
        with VerticalScroll(id="case-text"):
            yield self._left
        with VerticalScroll(id="case-read", can_focus=False):
            yield self._right

    def on_unmount(self) -> None:
        """Give the view up."""
        self._close()

    def on_resize(self) -> None:
        """Put the list beside the text, or below it."""
        self._show()

    def show_case(self, row: CaseRow | None) -> None:
        """Show ``row``; None: say that none is chosen."""
        other = row is None or self.row is None or row.key != self.row.key
        self.row = row
        key = row.key if row is not None else ""
        if key != self._wanted:
            self._wanted = key
            if self._timer is not None:
                self._timer.stop()
            self._timer = self.set_timer(SETTLE, self._open)
        if other:
            self.query_one("#case-text").scroll_home(animate=False)
        self._show()

    def tick(self) -> None:
        """Count its ages on."""
        if self.row is not None:
            self._show()

    def _open(self) -> None:
        self._close()
        self._of = self._wanted
        if self._of:
            self._view = self.vaken.hub.open("readings", of=self._of, window=(0, MOST_PIECES))
            self.vaken.follow(self._view, self._show)
            self._triage = self.vaken.hub.open("triage", of=self._of, window=(0, 1))
            self.vaken.follow(self._triage, self._show)

    def _close(self) -> None:
        for view in (self._view, self._triage):
            if view is not None:
                self.vaken.unfollow(view)
                view.close()
        self._view = self._triage = None

    def _triage_row(self) -> TriageRow | None:
        """Return what helps to decide on the case that is shown; None where it has not come."""
        if self._triage is None or self.row is None or self._of != self.row.key:
            return None
        return next((row for row in self._triage.content.rows if isinstance(row, TriageRow)), None)

    def _readings(self) -> tuple[tuple[ReadRow, ...], int, bool]:
        """Return what was read of the case that is shown, how much that is in all, and whether it has come."""
        if self._view is None or self.row is None or self._of != self.row.key:
            return (), 0, False
        content = self._view.content
        rows = [row for row in content.rows if isinstance(row, ReadRow)]
        return tuple(sorted(rows, key=_place)), content.total, content.loaded

    def _show(self) -> None:
        row = self.row
        beside = row is not None and self.size.width >= WIDE
        self.set_class(beside, "-beside")
        if row is None:
            hint = "↑ ↓ choose one; without a choice the newest stay in sight"
            self._left.show([Fact("", Content.styled(hint, MUTED))])
            return
        readings, total, loaded = self._readings()
        now, triage = self.vaken.hub.now(), self._triage_row()
        first, *rest = case_facts(row, now, readings, triage)
        facts = [first, *silence_facts(self.vaken.situation.feeds, "cases", row, now), *rest]
        others = other_facts(triage, now) if triage is not None else []
        listed = reading_facts(readings, total) if loaded else [Fact("", Content.styled("…", MUTED))]
        head = Fact("", Content.styled("Read as SIMs", "bold"))
        if beside:
            self._right.show([head, *listed, *([Fact("", Content("")), *others] if others else ())])
        else:
            if readings:
                facts += [Fact("", Content("")), head, *listed]
            if others:
                facts += [Fact("", Content("")), *others]
        self._left.show(facts)


def _place(row: ReadRow) -> tuple[int, str]:
    return (int(row.key), "") if row.key.isascii() and row.key.isdigit() else (1 << 30, row.key)
