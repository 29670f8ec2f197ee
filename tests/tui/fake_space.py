"""A small fleet with an outage, alarms and cases on its number line, cut into stretches as the hub does it."""

import re

from feeds.model import StretchRow
from feeds.simspace import IntervalSet, NumberLine

SIMS = 2_000
"""In each range of the fleet."""

STARTS = tuple(894620002000000000 + n * 10_000_000 for n in range(60))
NAMES = ("Vattenkraft", "Acme Lifts", "Nordbuss", "北海道電力", "[red]Ren & Söner[/red]\x1b[31m")

OUTAGES: dict[str, tuple[tuple[int, int], ...]] = {
    "O-12": tuple((start, start + SIMS - 1) for start in STARTS[20:23]),
    "O-14": ((STARTS[40] + 500, STARTS[40] + 999),),
}
ALARMS: tuple[tuple[int, int, int], ...] = (
    *((start, start + SIMS - 1, 0) for start in STARTS[20:22]),
    *((start, start + SIMS - 1, 1) for start in STARTS[20:23]),
    (STARTS[50], STARTS[51] + SIMS - 1, 3),
)
"""First, last, severity by place."""

CASES: tuple[tuple[int, bool], ...] = (
    *((STARTS[21] + n * 40, False) for n in range(40)),
    *((STARTS[20] + n * 200, False) for n in range(8)),
    *((STARTS[40] + 500 + n, False) for n in range(5)),
    *((STARTS[30 + n * 7] + 7, True) for n in range(4)),
)
"""The SIM, and whether no outage holds it."""

_OF = re.compile(r"([^:/]*)(?::([0-9]{5,19})-([0-9]{5,19}))?(?:/([0-9]+))?")
_FLEET = IntervalSet.of((start, start + SIMS - 1) for start in STARTS)


def ribbon(of: str) -> list[StretchRow]:
    """Return the stretches that ``of`` asks for."""
    found = _OF.fullmatch(of)
    assert found is not None, of
    outage, first, last, columns = found.groups()
    line = NumberLine(IntervalSet.of(OUTAGES.get(outage, ())) if outage else _FLEET)
    wanted = int(columns or 100)
    cut = line.stretches(wanted, int(first), int(last)) if first else line.stretches(wanted)
    rows = []
    for at, (low, high, sims) in enumerate(zip(cut.first.tolist(), cut.last.tolist(), cut.sims.tolist(), strict=True)):
        here = IntervalSet.of([(low, high)]) & _FLEET
        hit = [name for name, pairs in OUTAGES.items() if IntervalSet.of(pairs).intersects(here)]
        inside = sum((IntervalSet.of(OUTAGES[name]) & here).count for name in hit)
        alarms = [0, 0, 0, 0]
        for start, end, severity in ALARMS:
            alarms[severity] += start <= high and end >= low
        owners = sorted({NAMES[n // 4 % 5] for n, start in enumerate(STARTS) if start <= high and start + SIMS > low})
        rows.append(
            StretchRow(
                key=str(at), first=str(low), last=str(high), sims=sims, customer=owners[0] if owners else "",
                customers=len(owners), alarms=(alarms[0], alarms[1], alarms[2], alarms[3]),
                cases=sum(low <= sim <= high for sim, _ in CASES),
                unexplained=sum(low <= sim <= high for sim, alone in CASES if alone),
                outages=tuple(hit), share=round(inside / sims, 4),
            )
        )  # fmt: skip
    return rows
