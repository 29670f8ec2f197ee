"""Rows as lines: aligned text for people, JSON for programs. Both are safe to send to a terminal."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

import msgspec

from feeds.model import AlarmRow, OutageRow, Row, StretchRow
from tui.words.surges import figure, series_words, surge_words
from widgets.plain import fit, plain

_ESCAPED = {
    # Control characters of the upper half, line separators and direction marks: harmless in JSON, not in a terminal.
    code: f"\\u{code:04x}"
    for code in (0x7F, *range(0x80, 0xA0), 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A), 0xFEFF)
}


class PlainColumn(NamedTuple):
    """A column: its title, its width in cells, and its text in a row. Numbers stand to the right."""

    title: str
    width: int
    text: Callable[[Any], object]
    right: bool = False


def _problem(row: AlarmRow) -> str:
    return row.specific_problem or row.probable_cause or row.event_type


def _alarms(row: OutageRow) -> str:
    counts = (("C", row.critical), ("M", row.major), ("m", row.minor), ("w", row.warning))
    return " ".join(f"{letter}{count}" for letter, count in counts if count)


def _stretch_alarms(row: StretchRow) -> str:
    return " ".join(f"{letter}{count}" for letter, count in zip("CMmw", row.alarms, strict=True) if count)


PLAIN_COLUMNS: dict[str, tuple[PlainColumn, ...]] = {
    "outages": (
        PlainColumn("ID", 7, lambda r: r.key),
        PlainColumn("STATE", 11, lambda r: r.state),
        PlainColumn("URG", 4, lambda r: r.urgency, right=True),
        PlainColumn("CUSTOMERS", 9, lambda r: r.customers, right=True),
        PlainColumn("FIRST", 20, lambda r: f"★{r.customer}" if r.vip else r.customer),
        PlainColumn("SIMS", 10, lambda r: r.sims, right=True),
        PlainColumn("CASES", 6, lambda r: r.cases, right=True),
        PlainColumn("ALARMS", 12, _alarms),
        PlainColumn("TOLD", 20, lambda r: r.told),
        PlainColumn("RANGES", 28, lambda r: r.sims_text),
        PlainColumn("SHARED", 28, lambda r: r.shared),
        PlainColumn("TITLE", 0, lambda r: r.title),
    ),
    "alarms": (
        PlainColumn("RAISED", 20, lambda r: r.raised),
        PlainColumn("SEVERITY", 13, lambda r: r.severity),
        PlainColumn("COUNT", 6, lambda r: r.occurrences, right=True),
        PlainColumn("SOURCE", 14, lambda r: r.source),
        PlainColumn("OBJECT", 28, lambda r: r.managed_object),
        PlainColumn("PROBLEM", 28, _problem),
        PlainColumn("OUTAGES", 10, lambda r: r.outages),
        PlainColumn("TEXT", 0, lambda r: r.text),
    ),
    "cases": (
        PlainColumn("OPENED", 20, lambda r: r.opened),
        PlainColumn("NUMBER", 12, lambda r: r.number),
        PlainColumn("STATE", 8, lambda r: r.state),
        PlainColumn("SERVICE", 8, lambda r: r.service),
        PlainColumn("VIA", 7, lambda r: r.channel),
        PlainColumn("CUSTOMER", 22, lambda r: f"★{r.customer}" if r.vip else r.customer),
        PlainColumn("SIMS", 9, lambda r: r.sims, right=True),
        PlainColumn("READ AS", 28, lambda r: r.sims_text),
        PlainColumn("LANE", 11, lambda r: r.lane),
        PlainColumn("OUTAGES", 10, lambda r: r.outages),
        PlainColumn("TITLE", 0, lambda r: r.title),
    ),
    "readings": (
        PlainColumn("NO", 4, lambda r: r.key, right=True),
        PlainColumn("PART", 6, lambda r: r.part),
        PlainColumn("AT", 7, lambda r: r.start, right=True),
        PlainColumn("KIND", 6, lambda r: r.kind),
        PlainColumn("SIMS", 9, lambda r: r.sims, right=True),
        PlainColumn("READ AS", 28, lambda r: r.sims_text),
        PlainColumn("CUSTOMER", 22, lambda r: r.customer),
        PlainColumn("WRITTEN", 40, lambda r: r.text),
        PlainColumn("DOUBT", 0, lambda r: r.warning),
    ),
    "totals": (
        PlainColumn("OUTAGES", 7, lambda r: r.outages, right=True),
        PlainColumn("SIMS", 11, lambda r: r.sims, right=True),
        PlainColumn("CUSTOMERS", 9, lambda r: r.customers, right=True),
        PlainColumn("CASES", 7, lambda r: r.cases, right=True),
        PlainColumn("GROUPED", 7, lambda r: r.grouped, right=True),
        PlainColumn("UNEXPLAINED", 11, lambda r: r.unexplained, right=True),
        PlainColumn("SINGLE", 6, lambda r: r.single, right=True),
        PlainColumn("NO SIMS", 7, lambda r: r.without_sims, right=True),
    ),
    "ribbon": (
        PlainColumn("NO", 4, lambda r: r.key, right=True),
        PlainColumn("FIRST", 19, lambda r: r.first),
        PlainColumn("LAST", 19, lambda r: r.last),
        PlainColumn("SIMS", 11, lambda r: r.sims, right=True),
        PlainColumn("IN OUTAGES", 10, lambda r: f"{r.share:.0%}", right=True),
        PlainColumn("ALARMS", 14, _stretch_alarms),
        PlainColumn("CASES", 7, lambda r: r.cases, right=True),
        PlainColumn("UNEXPLAINED", 11, lambda r: r.unexplained, right=True),
        PlainColumn("OUTAGES", 12, lambda r: r.outages),
        PlainColumn("CUSTOMER", 0, lambda r: r.customer),
    ),
    "counts": (
        PlainColumn("MINUTE", 20, lambda r: r.minute),
        PlainColumn("CASES", 6, lambda r: r.total, right=True),
        PlainColumn("ALARMS", 8, lambda r: r.alarms, right=True),
        PlainColumn("BY", 0, lambda r: ", ".join(f"{name} {count}" for name, count in sorted(r.by.items()))),
    ),
    "desk": (
        PlainColumn("FIGURE", 20, lambda r: r.key),
        PlainColumn("COUNT", 7, lambda r: r.count, right=True),
        PlainColumn("MEAN", 9, lambda r: "" if r.value is None else figure(r.value), right=True),
        PlainColumn("USUAL", 9, lambda r: "" if r.usual is None else figure(r.usual), right=True),
        PlainColumn("OLDEST", 9, lambda r: "" if r.oldest is None else figure(r.oldest), right=True),
        PlainColumn("OVER", 6, lambda r: r.over, right=True),
        PlainColumn("UNIT", 0, lambda r: r.unit),
    ),
    "flood": (
        PlainColumn("RAISED 10M", 10, lambda r: r.raised, right=True),
        PlainColumn("ON DUTY", 7, lambda r: r.on_duty, right=True),
        PlainColumn("EACH", 7, lambda r: f"{r.raised / r.on_duty:.1f}", right=True),
        PlainColumn("ACTIVE", 8, lambda r: r.active, right=True),
        PlainColumn("NOT ACK", 8, lambda r: r.unacknowledged, right=True),
        PlainColumn("CHATTER", 7, lambda r: r.chattering, right=True),
        PlainColumn("STALE", 7, lambda r: r.stale, right=True),
        PlainColumn("SHELVED", 7, lambda r: r.shelved, right=True),
    ),
    "triage": (
        PlainColumn("CUSTOMER", 28, lambda r: r.customer),
        PlainColumn("AGE", 7, lambda r: "" if r.age is None else figure(r.age), right=True),
        PlainColumn("USUAL", 7, lambda r: "" if r.usual is None else figure(r.usual), right=True),
        PlainColumn("OTHERS", 6, lambda r: r.other_count, right=True),
        PlainColumn("NEARBY", 0, lambda r: "; ".join(f"{one.outage}: {one.why}" for one in r.nearby)),
    ),
    "present": (
        PlainColumn("WHO", 20, lambda r: r.key),
        PlainColumn("ROLE", 10, lambda r: r.role),
        PlainColumn("TERMINALS", 9, lambda r: r.terminals, right=True),
        PlainColumn("SINCE", 20, lambda r: r.since),
        PlainColumn("LOOKS AT", 0, lambda r: r.outages),
    ),
    "curve": (
        PlainColumn("FROM", 20, lambda r: r.start),
        PlainColumn("MIN", 5, lambda r: f"{r.minutes:g}", right=True),
        PlainColumn("CASES", 6, lambda r: r.seen, right=True),
        PlainColumn("USUAL", 8, lambda r: figure(r.usual), right=True),
        PlainColumn("LOW", 8, lambda r: figure(r.low), right=True),
        PlainColumn("HIGH", 8, lambda r: figure(r.high), right=True),
        PlainColumn("SURGES", 10, lambda r: r.surges),
        PlainColumn("BY", 0, lambda r: ", ".join(f"{name} {count}" for name, count in sorted(r.by.items()))),
    ),
    "surges": (
        PlainColumn("ID", 7, lambda r: r.key),
        PlainColumn("BEGAN", 20, lambda r: r.began),
        PlainColumn("ENDED", 20, lambda r: r.ended),
        PlainColumn("OF", 34, series_words),
        PlainColumn("CASES", 0, surge_words),
    ),
    "explanations": (
        PlainColumn("NO", 3, lambda r: r.rank, right=True),
        PlainColumn("SAYS", 8, lambda r: r.chosen_by or ("stands" if r.stands else "")),
        PlainColumn("AFFECTED", 8, lambda r: f"{r.coverage:.0%}", right=True),
        PlainColumn("FLEET", 7, lambda r: f"{r.fleet_share:.1%}" if r.total else "", right=True),
        PlainColumn("OUTSIDE", 8, lambda r: r.outside, right=True),
        PlainColumn("SIMS", 10, lambda r: r.total, right=True),
        PlainColumn("CUSTOMERS", 9, lambda r: r.customers, right=True),
        PlainColumn("WHERE", 36, lambda r: ", ".join(f"{name} {value}" for name, value in sorted(r.where.items()))),
        PlainColumn("WHO OUTSIDE", 28, lambda r: r.outside_customers),
        PlainColumn("NOTE", 0, lambda r: r.note),
    ),
    "feeds": (
        PlainColumn("FEED", 20, lambda r: r.key),
        PlainColumn("KIND", 10, lambda r: r.kind),
        PlainColumn("HEARD", 20, lambda r: r.heard),
        PlainColumn("PER MIN", 9, lambda r: f"{r.per_minute:.1f}", right=True),
        PlainColumn("EVENTS", 11, lambda r: r.events, right=True),
        PlainColumn("REFUSED", 8, lambda r: r.refused, right=True),
        PlainColumn("TURNED AWAY", 11, lambda r: r.turned_away, right=True),
    ),
    "impact": (
        PlainColumn("CUSTOMER", 28, lambda r: f"★{r.customer}" if r.vip else r.customer),
        PlainColumn("SIMS", 10, lambda r: r.sims, right=True),
        PlainColumn("CASES", 6, lambda r: r.cases, right=True),
        PlainColumn("CONTACTS", 8, lambda r: r.contacts, right=True),
        PlainColumn("USE", 14, lambda r: r.use),
        PlainColumn("RANGES", 0, lambda r: r.ranges_text),
    ),
    "timeline": (
        PlainColumn("AT", 20, lambda r: r.at),
        PlainColumn("WHO", 16, lambda r: r.who),
        PlainColumn("WHAT", 0, lambda r: r.what),
    ),
    "updates": (
        PlainColumn("ID", 7, lambda r: r.key),
        PlainColumn("OUTAGE", 7, lambda r: r.outage),
        PlainColumn("NO", 3, lambda r: r.number, right=True),
        PlainColumn("KIND", 12, lambda r: r.kind),
        PlainColumn("STATE", 10, lambda r: r.state),
        PlainColumn("ACCEPTED", 8, lambda r: r.accepted, right=True),
        PlainColumn("OF", 8, lambda r: r.total, right=True),
        PlainColumn("FAILED", 7, lambda r: r.failed, right=True),
        PlainColumn("UNCERTAIN", 9, lambda r: r.uncertain, right=True),
        PlainColumn("AUTHOR", 12, lambda r: r.author),
        PlainColumn("APPROVER", 12, lambda r: r.approver),
        PlainColumn("NEXT WORD", 0, lambda r: r.next_word),
    ),
    "deliveries": (
        PlainColumn("ID", 12, lambda r: r.key),
        PlainColumn("STATE", 11, lambda r: r.state),
        PlainColumn("CUSTOMER", 24, lambda r: r.customer),
        PlainColumn("ADDRESS", 32, lambda r: r.address),
        PlainColumn("SIMS", 9, lambda r: r.sims, right=True),
        PlainColumn("TRIES", 5, lambda r: r.attempts, right=True),
        PlainColumn("ANSWER", 0, lambda r: r.answer),
    ),
    "suppressions": (
        PlainColumn("CHANNEL", 9, lambda r: r.channel),
        PlainColumn("ADDRESS", 32, lambda r: r.address),
        PlainColumn("WHY", 12, lambda r: r.why),
        PlainColumn("SINCE", 20, lambda r: r.since),
        PlainColumn("BY", 16, lambda r: r.by),
        PlainColumn("WORDS", 0, lambda r: r.words),
    ),
    "calls": (
        PlainColumn("CUSTOMER", 28, lambda r: f"★{r.customer}" if r.vip else r.customer),
        PlainColumn("SIMS", 10, lambda r: r.sims, right=True),
        PlainColumn("PHONES", 40, lambda r: r.phones),
        PlainColumn("WHY", 0, lambda r: r.reason),
    ),
    "facts": (
        PlainColumn("SEQ", 10, lambda r: r.seq, right=True),
        PlainColumn("AT", 20, lambda r: r.at),
        PlainColumn("BY", 18, lambda r: r.by),
        PlainColumn("KIND", 12, lambda r: r.kind),
        PlainColumn("ABOUT", 28, lambda r: r.about),
        PlainColumn("WHAT", 0, lambda r: r.what),
    ),
    "changes": (
        PlainColumn("SECTION", 12, lambda r: r.section),
        PlainColumn("AT", 20, lambda r: r.at),
        PlainColumn("OUTAGE", 7, lambda r: r.outage),
        PlainColumn("UPDATE", 7, lambda r: r.update),
        PlainColumn("BY", 18, lambda r: r.who),
        PlainColumn("LOOK", 4, lambda r: "!" if r.bad else ""),
        PlainColumn("WHAT", 0, lambda r: r.what),
    ),
    "replay": (
        PlainColumn("AT", 20, lambda r: r.at),
        PlainColumn("SEQ", 10, lambda r: r.seq, right=True),
        PlainColumn("OF", 10, lambda r: r.last_seq, right=True),
        PlainColumn("SPEED", 7, lambda r: f"×{r.speed:g}", right=True),
        PlainColumn("STATE", 10, lambda r: r.busy or ("plays" if r.playing else "stands")),
        PlainColumn("BOOKMARKS", 9, lambda r: len(r.marks), right=True),
        PlainColumn("END", 20, lambda r: r.last_at),
        PlainColumn("DAMAGE", 0, lambda r: r.damage),
    ),
}
"""By view. A width of 0 is for the last column, which is as long as it is."""


def head_line(view: str) -> str:
    """Return the line with the titles."""
    return _line(view, [column.title for column in PLAIN_COLUMNS[view]])


def row_line(view: str, row: Row) -> str:
    """Return a row as one line."""
    return _line(view, [_text(column.text(row)) for column in PLAIN_COLUMNS[view]])


def _line(view: str, texts: Sequence[str]) -> str:
    cells = [
        fit(text, column.width, "right" if column.right else "left") if column.width else plain(text)
        for column, text in zip(PLAIN_COLUMNS[view], texts, strict=True)
    ]
    return "  ".join(cells).rstrip()


def _text(value: object) -> str:
    match value:
        case None | "" | ():
            return "-"
        case Enum():
            return str(value.value)
        case datetime():
            return f"{value:%Y-%m-%dT%H:%M:%SZ}"
        case tuple():
            return ",".join(map(str, value))
        case _:
            return str(value)


def row_json(view: str, row: Row) -> str:
    """Return a row as one line of JSON: every field, also where it has its default, and the view's name."""
    return _json({"view": view, **{name: getattr(row, name) for name in row.__struct_fields__}})


def gone_json(view: str, key: str) -> str:
    """Return the line that says that a row is gone."""
    return _json({"view": view, "gone": key})


def _json(fields: dict[str, Any]) -> str:
    return msgspec.json.encode(fields).decode().translate(_ESCAPED)


def joined(lines: Iterable[str]) -> str:
    """Return ``lines`` as they are written."""
    return "".join(f"{line}\n" for line in lines)
