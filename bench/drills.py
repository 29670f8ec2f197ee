"""Rehearsals of all drills: real outages and negatives, against the bars, beside what the real outage took.

Run alone with ``python -m bench.drills``, or with names of drills for these only.
"""

import sys

from bench.report import Row, print_table
from feeds.drill.judging import Report
from feeds.drill.report import names_of, report_on
from feeds.drill.scenario import load_scenario

AFTER_FIFTH = 5.0
"""Minutes from the fifth case to a suspicion, at the most."""
DEMO = "apn-fault"
"""Its times are those of a demo, not of an outage."""


def rows_of(one: Report) -> list[Row]:
    """Return the rows of one drill."""
    beside = ", ".join(
        f"{what} {minutes:,.0f} min" for what, minutes in (("told", one.told), ("found", one.found)) if minutes
    )
    if one.expected != "attribute":
        what = "one customer" if one.expected == "one customer" else "unexplained"
        found = [
            Row(f"{one.drill}: {one.verdict}", len(one.blamed), "wrongly blamed", "", None, what, one.right),
            Row(f"{one.drill}: wrong suspicions", one.wrong, "outages"),
        ]
        return found if one.after_fifth_case is None else [*found, _fifth(one)]
    located = one.to_located if one.to_located is not None else float("nan")
    precision, recall = one.sims_precision or 0.0, one.sims_recall or 0.0
    audience = f"customers {one.customers_precision or 0.0:.2f} / {one.customers_recall or 0.0:.2f}"
    return [
        Row(f"{one.drill}: first evidence → right attribute at rank 1", located, "min", beside, None, "rank 1, to stay",
            one.right),
        _fifth(one),
        Row(f"{one.drill}: audience, precision / recall of SIMs {precision:.2f} / {recall:.2f}", recall, "recall",
            audience),
        Row(f"{one.drill}: wrong suspicions, {len(one.blamed)} wrongly blamed", one.wrong, "outages"),
    ]  # fmt: skip


def _fifth(one: Report) -> Row:
    after = one.after_fifth_case
    met = after is not None and after <= AFTER_FIFTH
    beside = "" if one.to_suspected is None else f"{one.to_suspected:.1f} min after the first evidence"
    value = after if after is not None else float("nan")
    return Row(f"{one.drill}: fifth case → suspected", value, "min", beside, None, f"≤ {AFTER_FIFTH:g} min", met)


def run(names: tuple[str, ...] = ()) -> list[Row]:
    """Rehearse the drills and return the rows of the table."""
    reports = [report_on(load_scenario(name)) for name in names_of(names) if name != DEMO or names]
    rows = [row for one in reports for row in rows_of(one)]
    for what, some in (
        ("outages: right attribute at rank 1", [one for one in reports if one.expected == "attribute"]),
        ("negatives: nothing blamed", [one for one in reports if one.expected != "attribute"]),
    ):
        if some:
            right = sum(one.right for one in some)
            rows.append(Row(what, right, f"of {len(some)}", "", None, "all", right == len(some)))
    return rows


if __name__ == "__main__":
    print_table(run(tuple(sys.argv[1:])))
