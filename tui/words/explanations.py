"""How explanations are written: the columns of their table, and the facts of the one under the cursor."""

from textual.content import Content

from feeds.model import ExplanationRow
from tui.words.rows import share
from widgets.columns import Bit, Cell, Column
from widgets.facts import Fact
from widgets.looks import MUTED
from widgets.plain import plain
from widgets.quantities import number, plural
from widgets.share_bar import share_bar
from widgets.sparkline import sparkline

BAR = 8
TREND = 12


def where_words(where: dict[str, str]) -> str:
    """Return attribute values as people read them: ``apn iot.meter, gateway pgw-2``."""
    return ", ".join(f"{name} {value}" for name, value in sorted(where.items()))


def from_words(text: str) -> dict[str, str]:
    """Return the attribute values that a person wrote as ``apn iot.meter, gateway pgw-2``; ``=`` and ``:`` do, too.

    Empty where a part of it is no name and value.
    """
    where: dict[str, str] = {}
    for part in text.split(","):
        name, _, value = part.strip().replace("=", " ", 1).replace(":", " ", 1).partition(" ")
        if not name or not value.strip():
            return {}
        where[name] = value.strip()
    return where


def _mark(row: ExplanationRow) -> Cell:
    if row.chosen_by:
        return Bit(plain(row.chosen_by), "accent")
    return Bit("stands", "ok") if row.stands else Bit("–", "dim")


def _name(row: ExplanationRow) -> Cell:
    words = where_words(row.where)
    return Bit(words, "strong") if row.stands or row.chosen_by else Bit(words)


def _share(part: float, known: bool, style: str) -> Cell:
    if not known:
        return Bit("–", "dim")
    return (Bit(f"{share(part):>6} "), Bit(share_bar(part, BAR), style))


def _trend(row: ExplanationRow) -> str:
    values = [value or 0.0 for value in row.trend]
    # Against the whole: the same height is the same share in each row.
    return sparkline([*values, 1.0], len(values) + 1)[:-1][-TREND:]


def _outside(row: ExplanationRow) -> Cell:
    return Bit(number(row.outside), "major") if row.outside else Bit("none", "dim")


EXPLANATIONS = (
    Column("rank", "", lambda r, _: Bit(str(r.rank), "dim"), width=2, align="right", priority=6, sort="rank"),
    Column("where", "explained by", lambda r, _: _name(r), weight=4, least=20, most=48, priority=9),
    Column("stands", "says", lambda r, _: _mark(r), width=6, priority=8, sort="stands"),
    Column("coverage", "of the affected", lambda r, _: _share(r.coverage, True, "accent"), width=15, priority=9,
           sort="coverage"),
    Column("fleet", "of the fleet", lambda r, _: _share(r.fleet_share, r.total > 0, "dim"), width=15, priority=8,
           sort="fleet_share"),
    Column("outside", "outside", lambda r, _: _outside(r), width=8, align="right", priority=7, sort="outside"),
    Column("total", "SIMs", lambda r, _: number(r.total) if r.total else Bit("–", "dim"), width=11, align="right",
           priority=5, sort="total"),
    Column("customers", "customers", lambda r, _: number(r.customers), width=9, align="right", priority=4,
           sort="customers"),
    Column("trend", "so far", lambda r, _: Bit(_trend(r), "dim"), width=TREND, priority=3),
    Column("note", "note", lambda r, _: Bit(r.note, "dim"), weight=3, least=18, priority=2),
)  # fmt: skip


def explanation_facts(row: ExplanationRow | None, verdict: str, *, brief: bool = False) -> list[Fact]:
    """Return what speaks for and against ``row``; ``verdict``: what is to be said of all of them. ``brief``: less."""
    facts = [Fact("", Content.styled(plain(verdict), "bold"))] if verdict and not brief else []
    if row is None:
        return facts
    for_it: list[tuple[str, str]] = [(f"{share(row.coverage)} of the affected", "bold")]
    if row.total:
        for_it.append((f", {share(row.fleet_share)} of the fleet", ""))
        for_it.append((f" · {plural(row.affected, 'affected SIM')} of {number(row.total)}", ""))
        for_it.append((f" · {plural(row.customers, 'customer')}", ""))
    if row.lift:
        for_it.append(
            (f" · {row.lift:,.0f} times what is usual" if row.lift >= 1.5 else " · no more than usual", MUTED)
        )
    facts.append(Fact("for", Content.assemble(*for_it)))
    if row.outside:
        who = ", ".join(map(plain, row.outside_customers[:3]))
        more = f" +{len(row.outside_customers) - 3}" if len(row.outside_customers) > 3 else ""
        parts: list[tuple[str, str]] = [(f"{number(row.outside)} affected outside", "$warning")]
        if who:
            parts.append((f": {who}{more}", ""))
        if row.outside_text:
            parts.append((f" · {plain(row.outside_text)}", MUTED))
        facts.append(Fact("against", Content.assemble(*parts)))
    elif not brief:
        facts.append(Fact("against", Content.styled("nobody is affected outside of it", MUTED)))
    if row.healthy and not brief:
        facts.append(Fact("inside", Content(f"{plural(row.healthy, 'SIM')} of which nothing is known to be wrong")))
    if row.chosen_by:
        facts.append(Fact("said", Content.styled(f"{plain(row.chosen_by)} says that it is this", "$accent")))
    if row.note:
        facts.append(Fact("note", Content(plain(row.note))))
    return facts
