"""The columns of the log of facts and of what changed."""

from feeds.model import ChangeRow
from widgets.columns import Bit, Cell, Column
from widgets.quantities import number

_SECTION_STYLE = {"outages": "major", "updates": "accent", "promises": "warning", "feeds": "warning", "note": "alert"}


def _what(row: ChangeRow) -> Cell:
    return Bit(row.what, "alert" if row.bad else "")


FACTS = (
    Column("seq", "fact", lambda r, _: Bit(number(r.seq), "dim"), width=11, align="right", priority=6),
    Column("at", "at", lambda r, _: f"{r.at:%m-%d %H:%M:%S}", width=14, priority=8),
    Column("by", "by", lambda r, _: Bit(r.by, "dim" if r.by.startswith("vaken/") else ""), weight=1, least=10, most=18,
           priority=7),
    Column("kind", "kind", lambda r, _: Bit(r.kind, "accent"), width=12, priority=8),
    Column("about", "about", lambda r, _: Bit(r.about, "strong"), weight=3, least=10, most=48, priority=7),
    Column("what", "what", lambda r, _: r.what, weight=5, least=34, priority=9),
)  # fmt: skip

CHANGES = (
    Column("section", "kind", lambda r, _: Bit(r.section, _SECTION_STYLE.get(r.section, "dim")), width=12, priority=9),
    Column("at", "at", lambda r, _: f"{r.at:%m-%d %H:%M}" if r.at is not None else "", width=11, priority=7),
    Column("outage", "outage", lambda r, _: Bit(" ".join(filter(None, (r.outage, r.update))), "strong"), width=10,
           priority=8),
    Column("who", "by", lambda r, _: Bit(r.who, "dim"), weight=1, least=8, most=18, priority=6),
    Column("what", "what", lambda r, _: _what(r), weight=5, least=38, priority=9),
)  # fmt: skip
