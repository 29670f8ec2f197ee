"""The desk's figures as a small table: contacts, calls, and the age of open cases, each beside what is usual."""

from collections.abc import Iterable

from textual.content import Content

from feeds.model import CaseKind, DeskRow
from tui.words.surges import figure
from widgets.looks import MUTED
from widgets.quantities import number

_NAMES = {
    "contacts": "contacts today",
    "calls": "calls today",
    CaseKind.INCIDENT.value: "incidents",
    CaseKind.INFORMATION.value: "info requests",
    CaseKind.SERVICE.value: "service requests",
    CaseKind.ORDER.value: "orders",
}
"""Figures in the order in which they are shown."""

_HEAD = f"{'':16}{'':>7}{'mean':>9}{'usual':>8}{'oldest':>8}{'over':>6}"


def desk_table(rows: Iterable[DeskRow]) -> Content:
    """Return the table, 54 cells wide, 7 lines high. A mean beyond the usual is marked by an arrow as well."""
    known = {row.key: row for row in rows}
    lines = [Content.styled(_HEAD, f"bold {MUTED}")]
    return Content("\n").join([*lines, *(_line(name, known.get(key)) for key, name in _NAMES.items())])


def _line(name: str, row: DeskRow | None) -> Content:
    if row is None:
        return Content.assemble((f"{name:16}", MUTED), (f"{'–':>7}", MUTED))
    if row.unit == "contacts":
        usual = f"usual {figure(row.usual)} a day" if row.usual is not None else ""
        return Content.assemble((f"{name:16}", MUTED), (f"{number(row.count):>7}", "bold"), (f"{usual:>23}", MUTED))
    unit = "s" if row.unit == "seconds" else "d"
    late = row.value is not None and row.usual is not None and row.value > row.usual
    value = f"{'▲' if late else ''}{_measured(row.value, unit)}"
    return Content.assemble(
        (f"{name:16}", MUTED), f"{number(row.count):>7}", (f"{value:>9}", "bold $warning" if late else "bold"),
        (f"{_measured(row.usual, unit):>8}{_measured(row.oldest, unit):>8}", MUTED),
        (f"{number(row.over) if row.over else '·':>6}", "" if row.over else MUTED),
    )  # fmt: skip


def _measured(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f} s" if unit == "s" else f"{value:,.1f} d"
