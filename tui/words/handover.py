"""The note for the next shift: what changed, as Markdown. And what the sections are called."""

from collections.abc import Sequence
from datetime import UTC, datetime

from feeds.model import ChangeRow, ChangeSection
from widgets.plain import plain

TITLES: dict[ChangeSection, str] = {
    "outages": "Outages",
    "scope": "Whom they hit",
    "explanations": "What explains them",
    "updates": "Updates to customers",
    "promises": "Promises",
    "alarms": "Alarms",
    "cases": "Cases",
    "surges": "Surges",
    "feeds": "Feeds that fell silent",
    "people": "Who did what",
    "note": "Notes",
}


def summary(rows: Sequence[ChangeRow]) -> str:
    """Return how much of each section there is, in one line."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.section] = counts.get(row.section, 0) + 1
    bad = sum(row.bad for row in rows)
    parts = [f"{section} {count}" for section, count in counts.items()]
    return " · ".join([*parts, *([f"{bad} want a look"] if bad else [])]) or "nothing changed"


def escaped(text: str) -> str:
    """Return text from outside so that it stays text in Markdown: on one line, nothing in it is markup."""
    clean = " ".join(plain(text).split())
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>|#~!" else sign for sign in clean)


def note(rows: Sequence[ChangeRow], since: str, until: datetime, who: str, total: int = 0) -> str:
    """Return the note as Markdown; ``total``: how many changes there are, where that may be more than ``rows``."""
    lines = [
        f"# Handover, {until.astimezone(UTC):%Y-%m-%d %H:%M}Z",
        "",
        f"Since {escaped(since)}; noted by {escaped(who)}.",
        "",
    ]
    if total > len(rows):
        lines += [f"**Cut: the first {len(rows):,} of {total:,} changes are here.**", ""]
    for section, title in TITLES.items():
        of = [row for row in rows if row.section == section]
        if not of:
            continue
        lines += [f"## {title}", ""]
        for row in of:
            at = f"{row.at.astimezone(UTC):%m-%d %H:%M}Z " if row.at is not None else ""
            what = " ".join(filter(None, (row.outage, row.update)))
            about = f"**{escaped(what)}** " if what else ""
            by = f" ({escaped(row.who)})" if row.who and section != "people" else ""
            who_did = f"{escaped(row.who)}: " if section == "people" else ""
            look = " – **wants a look**" if row.bad else ""
            lines.append(f"- {at}{about}{who_did}{escaped(row.what)}{by}{look}")
        lines.append("")
    if not rows:
        lines += ["Nothing changed.", ""]
    lines += ["## For the next shift", "", "- ", ""]
    return "\n".join(lines)
