"""What changed between two times, by kind of change: for the shift that comes, and for the one who was away.

Facts go in one by one (``take``), rows come out (``rows``). Alarms and cases are summed up, what was decided stands
line by line. Promises are read off the board, because they were given before. Does no input or output.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, get_args

import msgspec

from feeds.board import Board
from feeds.facts import (
    AlarmReported,
    CaseReported,
    DeliveryMoved,
    ExplanationChosen,
    Glance,
    OutageExplained,
    OutageMerged,
    OutageMoved,
    OutageScoped,
    OutageSuspected,
    SurgeBegan,
    SurgeEnded,
    UpdateApproved,
    UpdateProposed,
    UpdateSteered,
)
from feeds.model import (
    CaseState,
    ChangeRow,
    ChangeSection,
    DeliveryState,
    OutageState,
    Severity,
    alarm_key,
    case_key,
)
from feeds.views.fact_rows import LARGE_BYTES, fact_about, fact_words

SECTIONS: Final[tuple[ChangeSection, ...]] = get_args(ChangeSection)
LINES_KEPT: Final = 500
"""Lines of one section; of more, the last ones stay and it is said how many there were before."""
KEYS_KEPT: Final = 200_000
"""Alarms, and cases, that are told apart; of more, only notices are counted."""
SILENT_AT_LEAST: Final = timedelta(minutes=10)
SILENT_TIMES: Final = 5.0
"""A feed is silent when its last fact is older than ten minutes and than five times its usual distance."""
GRACE: Final = timedelta(minutes=1)
"""A promise names a minute: a word within it is on time."""

_FROM_FEEDS = frozenset({"alarm", "case", "ranges", "customers", "loaded", "objects"})
_WATCHER = "vaken/"
_DEEDS = {
    "ack": "alarms taken note of",
    "placed": "cases moved",
    "suspected": "groups made",
    "scoped": "groups changed",
    "merged": "outages merged",
    "moved": "outages decided on",
    "chosen": "explanations named",
    "urgency": "urgencies set",
    "drafted": "texts written",
    "proposed": "updates proposed",
    "approved": "updates approved",
    "steered": "updates steered",
    "delivery": "deliveries sent again",
    "suppressed address": "addresses suppressed",
    "allowed address": "addresses allowed",
}


@dataclass(slots=True)
class _Heard:
    first: datetime
    last: datetime
    count: int = 1


class Changes:
    """Sums and lines over the facts that were taken so far, of those after ``since``."""

    def __init__(self, since: datetime) -> None:
        self.since = since
        self.until = since
        self.taken = 0
        self._lines: dict[ChangeSection, list[ChangeRow]] = {section: [] for section in SECTIONS}
        self._left_out: Counter[ChangeSection] = Counter()
        self._alarms: dict[str, tuple[Severity, bool]] = {}
        """By key: the gravest severity raised, and whether it was clear at last."""
        self._notices: Counter[str] = Counter()
        self._cases: dict[str, tuple[bool, CaseState, str]] = {}
        """By key: whether it was opened within the time, its last state, its channel."""
        self._deliveries: dict[str, Counter[DeliveryState]] = {}
        self._scopes: dict[str, tuple[int, int, int]] = {}
        """By outage: SIMs in its ranges when first heard of, and last, and how often that changed."""
        self._explained: dict[str, dict[str, str]] = {}
        self._heard: dict[str, _Heard] = {}
        self._deeds: dict[str, Counter[str]] = {}
        self._last_of: dict[str, tuple[int, datetime]] = {}

    def take(self, entry: Glance) -> None:
        """Count one fact. One that this program cannot read is counted as a note."""
        self.taken += 1
        self.until = max(self.until, entry.at)
        kind = entry.kind
        if kind not in _FROM_FEEDS and not entry.by.startswith(_WATCHER):
            self._deeds.setdefault(entry.by, Counter())[kind] += 1
            self._last_of[entry.by] = (entry.seq, entry.at)
        if kind not in _LOOKED_INTO:
            return
        if len(entry.fact) > LARGE_BYTES:
            return
        try:
            fact = entry.opened()
        except (msgspec.DecodeError, UnicodeDecodeError):
            self._note(entry, "note", "a fact that this program cannot read", bad=True)
            return
        match fact:
            case AlarmReported():
                self._alarm(entry, fact)
            case CaseReported():
                self._case(entry, fact)
            case DeliveryMoved():
                if fact.state not in (DeliveryState.QUEUED, DeliveryState.ATTEMPTING):
                    self._deliveries.setdefault(fact.update, Counter())[fact.state] += 1
                    self._last_of[fact.update] = (entry.seq, entry.at)
            case OutageSuspected():
                self._scopes[fact.outage] = (_sims(fact.ranges), _sims(fact.ranges), 0)
                split = f", split from {fact.split_from}" if fact.split_from else ""
                self._note(entry, "outages", f"new: {fact_words(fact)}{split}", outage=fact.outage)
            case OutageMoved():
                self._note(entry, "outages", fact_words(fact), outage=fact.outage)
            case OutageMerged():
                self._note(entry, "outages", fact_words(fact), outage=fact.outage)
            case OutageScoped():
                first, _last, times = self._scopes.get(fact.outage, (0, 0, 0))
                self._scopes[fact.outage] = (first, _sims(fact.ranges), times + 1)
                self._last_of[f"scope {fact.outage}"] = (entry.seq, entry.at)
            case OutageExplained(explanations=found):
                where = found[0].where if found else {}
                before = self._explained.get(fact.outage)
                self._explained[fact.outage] = where
                if where != before:
                    self._note(entry, "explanations", fact_words(fact), outage=fact.outage)
            case ExplanationChosen():
                self._note(entry, "explanations", fact_words(fact), outage=fact.outage)
            case UpdateApproved() | UpdateProposed():
                self._note(entry, "updates", fact_words(fact), update=fact.update)
            case UpdateSteered():
                self._note(entry, "updates", fact_words(fact), update=fact.update, bad=fact.to in ("pause", "cancel"))
            case SurgeBegan() | SurgeEnded():
                self._note(entry, "surges", f"{fact_about(fact)}: {fact_words(fact)}")
            case _:
                pass

    def rows(self, board: Board, now: datetime) -> list[ChangeRow]:
        """Return what changed, section by section, each in the order of time. ``now`` is where the time ends."""
        lines = {section: list(known) for section, known in self._lines.items()}
        lines["scope"] += self._scope_rows()
        lines["updates"] += self._result_rows(board)
        lines["promises"] += self._promise_rows(board, now)
        lines["alarms"] += self._alarm_rows()
        lines["cases"] += self._case_rows()
        lines["feeds"] += self._feed_rows(now)
        lines["people"] += self._people_rows()
        for section, count in self._left_out.items():
            text = f"{count:,} earlier ones are not shown: choose a shorter time, or look into the log of facts"
            lines[section].insert(0, _row(section, f"{section}/left-out", text))
        rows: list[ChangeRow] = []
        for section in SECTIONS:
            known = sorted(lines[section], key=lambda row: (row.at or self.since, row.seq))
            rows += [msgspec.structs.replace(row, rank=len(rows) + place) for place, row in enumerate(known)]
        outage_of = {key: one.outage for key, one in board.updates.updates.items()}
        return [
            msgspec.structs.replace(row, outage=outage_of.get(row.update, "")) if row.update and not row.outage else row
            for row in rows
        ]

    # -- facts -----------------------------------------------------------------------------------------------------

    def _note(
        self, entry: Glance, section: ChangeSection, what: str, *, outage: str = "", update: str = "", bad: bool = False
    ) -> None:
        known = self._lines[section]
        if len(known) >= LINES_KEPT:
            del known[0]
            self._left_out[section] += 1
        known.append(
            ChangeRow(
                key=f"{section}/{entry.seq}",
                rank=0,
                section=section,
                at=entry.at,
                seq=entry.seq,
                what=what,
                who=entry.by,
                outage=outage,
                update=update,
                bad=bad,
            )
        )

    def _listen(self, name: str, at: datetime) -> None:
        heard = self._heard.get(name)
        if heard is not None:
            heard.last, heard.count = max(heard.last, at), heard.count + 1
        elif len(self._heard) < LINES_KEPT:
            self._heard[name] = _Heard(at, at)

    def _alarm(self, entry: Glance, fact: AlarmReported) -> None:
        event = fact.event
        self._listen(event.source, entry.at)
        over = event.severity is Severity.CLEARED
        self._notices["cleared" if over else event.severity.value] += 1
        self._last_of["alarms"] = (entry.seq, entry.at)
        key = alarm_key(event)
        known = self._alarms.get(key)
        if known is not None:
            gravest = known[0] if over else _graver(known[0], event.severity)
            self._alarms[key] = (gravest, over)
        elif len(self._alarms) < KEYS_KEPT:
            self._alarms[key] = (event.severity, over)

    def _case(self, entry: Glance, fact: CaseReported) -> None:
        event = fact.event
        self._listen(event.source, entry.at)
        self._notices["cases"] += 1
        self._last_of["cases"] = (entry.seq, entry.at)
        key = case_key(event)
        known = self._cases.get(key)
        if known is not None:
            self._cases[key] = (known[0], event.state, known[2])
        elif len(self._cases) < KEYS_KEPT:
            fresh = event.opened is None or event.opened > self.since
            self._cases[key] = (fresh, event.state, event.channel.value)

    # -- sums ------------------------------------------------------------------------------------------------------

    def _scope_rows(self) -> Iterator[ChangeRow]:
        for outage, (first, last, times) in self._scopes.items():
            if not times:
                continue
            seq, at = self._last_of[f"scope {outage}"]
            if not first:
                what = f"now {last:,} SIMs, changed {_times(times)}"
            elif first == last:
                what = f"still {last:,} SIMs, other ranges, changed {_times(times)}"
            else:
                what = f"{'grew' if last > first else 'shrank'} from {first:,} to {last:,} SIMs, {_times(times)}"
            yield _row("scope", f"scope/{outage}", what, seq=seq, at=at, outage=outage, count=last)

    def _result_rows(self, board: Board) -> Iterator[ChangeRow]:
        for key, counted in self._deliveries.items():
            seq, at = self._last_of[key]
            bad = sum(counted[one] for one in _NOT_ARRIVED)
            parts = [f"{count:,} {state.value}" for state, count in counted.most_common()]
            update = board.updates.updates.get(key)
            total = f" of {len(update.audience):,}" if update is not None else ""
            what = f"deliveries{total}: {', '.join(parts)}"
            yield _row(
                "updates", f"updates/{key}", what, seq=seq, at=at, update=key, count=counted.total(), bad=bad > 0
            )

    def _promise_rows(self, board: Board, now: datetime) -> Iterator[ChangeRow]:
        """Promises of updates that customers have: given, kept and missed after ``since`` and until ``now``."""
        told: dict[str, list[tuple[datetime, str]]] = {}
        for key, update in board.updates.updates.items():
            if update.heard is not None and update.heard <= now:
                told.setdefault(update.outage, []).append((update.heard, key))
        for outage, words in told.items():
            words.sort()
            known = board.outages.outages.get(outage)
            for (at, key), following in zip(words, [*words[1:], None], strict=True):
                due = board.updates.updates[key].text.next_word
                if due is None:
                    continue
                then = following[0] if following is not None else None
                if at > self.since:
                    yield _row("promises", f"promises/{key}/given", f"next word promised for {due:%H:%M}Z", at=at,
                               outage=outage, update=key)  # fmt: skip
                if then is not None and then < due + GRACE:
                    if then > self.since:
                        yield _row("promises", f"promises/{key}/kept", f"kept: due {due:%H:%M}Z, came {then:%H:%M}Z",
                                   at=then, outage=outage, update=key)  # fmt: skip
                elif self.since < due + GRACE <= now and (known is None or known.state not in _NOBODY_WAITS):
                    came = f"came {then:%H:%M}Z" if then is not None else "has not come"
                    yield _row("promises", f"promises/{key}/missed", f"missed: word due {due:%H:%M}Z {came}", at=due,
                               outage=outage, update=key, bad=True)  # fmt: skip

    def _alarm_rows(self) -> Iterator[ChangeRow]:
        seq, at = self._last_of.get("alarms", (0, None))
        known_raised = [known for known in self._alarms.values() if known[0] is not Severity.CLEARED]
        for severity in Severity:
            of = [over for gravest, over in known_raised if gravest is severity]
            notices = self._notices[severity.value]
            if of or (notices and severity is not Severity.CLEARED):
                still = of.count(False)
                raised = f"{_count(len(of), 'alarm')} in {_count(notices, 'notice')}"
                what = f"{severity.value}: {raised}, {still:,} not clear again"
                yield _row("alarms", f"alarms/{severity.value}", what, seq=seq, at=at, count=len(of))
        if self._notices["cleared"]:
            over = sum(1 for _, clear in self._alarms.values() if clear)
            what = f"cleared: {_count(over, 'alarm')} in {_count(self._notices['cleared'], 'notice')}"
            yield _row("alarms", "alarms/cleared", what, seq=seq, at=at, count=over)
        if len(self._alarms) >= KEYS_KEPT:
            yield _row("alarms", "alarms/more", f"more than {KEYS_KEPT:,} alarms: further ones count as notices alone")

    def _case_rows(self) -> Iterator[ChangeRow]:
        seq, at = self._last_of.get("cases", (0, None))
        opened = [known for known in self._cases.values() if known[0]]
        if opened:
            by = Counter(channel for _, _, channel in opened)
            ways = ", ".join(f"{name} {count:,}" for name, count in by.most_common())
            yield _row("cases", "cases/opened", f"opened: {len(opened):,} ({ways})", seq=seq, at=at, count=len(opened))
        closed = sum(1 for _, state, _ in self._cases.values() if state is CaseState.CLOSED)
        if closed:
            yield _row("cases", "cases/closed", f"closed: {closed:,}", seq=seq, at=at, count=closed)
        others = len(self._cases) - len(opened)
        if others:
            what = f"heard of again: {others:,} that had been opened before"
            yield _row("cases", "cases/others", what, seq=seq, at=at, count=others)

    def _feed_rows(self, now: datetime) -> Iterator[ChangeRow]:
        for name, heard in sorted(self._heard.items()):
            usual = (heard.last - heard.first).total_seconds() / (heard.count - 1) if heard.count > 1 else 0.0
            silence = now - heard.last
            if heard.count > 2 and silence > max(SILENT_AT_LEAST, timedelta(seconds=SILENT_TIMES * usual)):
                minutes = int(silence.total_seconds() // 60)
                what = f"{name} brings nothing new for {minutes:,} min; before, something every {_seconds(usual)}"
                yield _row("feeds", f"feeds/{name}", what, at=heard.last, count=heard.count, bad=True)

    def _people_rows(self) -> Iterator[ChangeRow]:
        for who, deeds in sorted(self._deeds.items()):
            seq, at = self._last_of[who]
            what = ", ".join(f"{_DEEDS.get(kind, kind)} {count:,}" for kind, count in deeds.most_common())
            yield _row("people", f"people/{who}", what, seq=seq, at=at, who=who, count=deeds.total())


_LOOKED_INTO = frozenset(
    {"alarm", "case", "delivery", "suspected", "moved", "merged", "scoped", "explained", "chosen", "approved",
     "proposed", "steered", "surge", "surge over"}
)  # fmt: skip
_NOT_ARRIVED = (DeliveryState.FAILED, DeliveryState.BOUNCED, DeliveryState.UNCERTAIN)
_NOBODY_WAITS = frozenset({OutageState.MERGED, OutageState.REJECTED, OutageState.WITHDRAWN, OutageState.FOLLOWED_UP})
_GRAVITY = {severity: rank for rank, severity in enumerate(Severity)}


def _graver(one: Severity, other: Severity) -> Severity:
    return min(one, other, key=_GRAVITY.__getitem__)


def _sims(ranges: tuple[tuple[str, str], ...]) -> int:
    return sum(int(last) - int(first) + 1 for first, last in ranges)


def _count(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _seconds(value: float) -> str:
    if value < 1:
        return "moment"
    return f"{value / 60:.0f} min" if value >= 90 else f"{value:.0f} s"


def _row(
    section: ChangeSection,
    key: str,
    what: str,
    *,
    seq: int = 0,
    at: datetime | None = None,
    who: str = "",
    outage: str = "",
    update: str = "",
    count: int = 0,
    bad: bool = False,
) -> ChangeRow:
    return ChangeRow(
        key=key, rank=0, section=section, what=what, seq=seq, at=at, who=who, outage=outage, update=update,
        count=count, bad=bad,
    )  # fmt: skip
