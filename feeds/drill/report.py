"""The report of rehearsals as people read it: a table of minutes and shares, then what went wrong, drill by drill."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from feeds.drill.fleet import build_fleet
from feeds.drill.judging import Report, StageReport, judge
from feeds.drill.record import Where
from feeds.drill.rehearsal import rehearse
from feeds.drill.scenario import Scenario, ScenarioError, built_in_scenarios

_HEADS = (
    "drill",
    "right",
    "verdict",
    "suspected",
    "after 5th case",
    "located",
    "first word then",
    "wrong",
    "SIMs p/r",
    "customers p/r",
)


def report_on(scenario: Scenario) -> Report:
    """Rehearse a scenario and return its report. Raises RehearsalError."""
    fleet = build_fleet(scenario)
    return judge(scenario, fleet, rehearse(scenario, fleet))


def names_of(given: Sequence[str]) -> Sequence[str]:
    """Return the drills that are meant: those named, or all that are built in. Raises ScenarioError."""
    if given:
        return given
    names = sorted(built_in_scenarios())
    if not names:
        raise ScenarioError("there are no built-in drills; name a file")
    return names


def table(reports: Iterable[Report]) -> Iterator[str]:
    """Yield the lines of the table, and what is to be said below it."""
    known = list(reports)
    rows = [_HEADS, *map(_cells, known)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        cells = (
            text.rjust(width) if 3 <= at <= 7 else text.ljust(width)
            for at, (text, width) in enumerate(zip_longest(row, widths, fillvalue=0))
            if isinstance(text, str) and isinstance(width, int)
        )
        yield "  ".join(cells).rstrip()
        if number == 0:
            yield "  ".join("-" * width for width in widths)
    yield ""
    yield "minutes from the first evidence; p/r: precision and recall of the audience; wrong: outages about nothing"
    for one in known:
        yield from _said(one)


def _cells(one: Report) -> tuple[str, ...]:
    return (
        one.drill,
        "yes" if one.right else "NO",
        one.verdict,
        _minutes(one.to_suspected),
        _minutes(one.after_fifth_case),
        _minutes(one.to_located),
        _minutes(one.told),
        str(one.wrong),
        _both(one.sims_precision, one.sims_recall),
        _both(one.customers_precision, one.customers_recall),
    )


def _said(one: Report) -> Iterator[str]:
    """Yield what is worth a word: faults that were not located, what was blamed, how many pieces there are."""
    for stage in one.stages:
        if stage.located is None or (one.expected == "attribute" and not stage.stands):
            yield f"{one.drill}: {_stage(stage)}"
        if stage.names_beginner is False:
            yield f"{one.drill}: nothing says which fleet began it"
    if one.blamed:
        yield f"{one.drill}: blamed wrongly: {'; '.join(map(_where, one.blamed))}"
    if one.pieces > 1:
        yield f"{one.drill}: {one.pieces} outages about it at the end"
    if one.false_surges:
        yield f"{one.drill}: {one.false_surges} surges before anything was wrong"


def _stage(stage: StageReport) -> str:
    if stage.located is not None:
        return f"{_where(stage.where)} was located, but nobody stands for it"
    was = f"; it was right {_minutes(stage.first_right)} min in" if stage.first_right is not None else ""
    return f"{_where(stage.where)} was not located: {_where(stage.answer)} came first at the end{was}"


def _where(where: Where) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(where.items())) or "nothing"


def _minutes(minutes: float | None) -> str:
    return "–" if minutes is None else f"{minutes:,.1f}" if abs(minutes) < 100 else f"{minutes:,.0f}"


def _both(precision: float | None, recall: float | None) -> str:
    return "–" if precision is None or recall is None else f"{precision:.2f} / {recall:.2f}"
