"""An inventory file beside a reading: how long its numbers are, what its batches are called, whose SIMs were read."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from tui.cli.failure import Failed

if TYPE_CHECKING:
    from feeds.model import SimRange
    from feeds.simspace import SimKind, SimSpan

_NAMING: Final = ("batch", "box", "lot", "charge", "delivery", "carton", "parti", "kartong", "los", "karton")
"""Attributes of ranges whose values people call SIMs by."""


class Owner(Struct, frozen=True):
    """How many of the SIMs that were read are a customer's; ``customer`` is empty for SIMs outside the inventory."""

    customer: str
    sims: int


class _Line:
    """Ranges on the number line of one kind and length, for finding those that overlap a stretch."""

    def __init__(self, rows: list[tuple[int, int, str]]) -> None:
        rows.sort()
        self._rows = rows
        self._firsts = [row[0] for row in rows]
        self._reach = list(accumulate((row[1] for row in rows), max))

    def shares(self, first: int, last: int, owners: dict[str, int]) -> None:
        """Add the SIMs of a stretch to their customers; where ranges overlap, the smallest one has them."""
        low = bisect_left(self._reach, first)
        high = bisect_right(self._firsts, last)
        near = [row for row in self._rows[low:high] if row[1] >= first]
        near.sort(key=lambda row: row[1] - row[0])
        free = [(first, last)]
        for begin, end, customer in near:
            left = []
            for one, other in free:
                if end < one or begin > other:
                    left.append((one, other))
                    continue
                owners[customer] = owners.get(customer, 0) + min(end, other) - max(begin, one) + 1
                if one < begin:
                    left.append((one, begin - 1))
                if end < other:
                    left.append((end + 1, other))
            free = left
        rest = sum(other - one + 1 for one, other in free)
        if rest:
            owners[""] = owners.get("", 0) + rest


class FleetFile:
    """What an inventory knows that helps to read a text and to say whose SIMs are in it."""

    def __init__(self, ranges: Iterable["SimRange"]) -> None:
        from feeds.simspace import LengthProfile, NamedSpans, SimSpan

        rows: dict[tuple[SimKind, int], list[tuple[int, int, str]]] = {}
        named: dict[str, list[SimSpan]] = {}
        bodies = []
        for one in ranges:
            bodies.append(one.first)
            starts: tuple[tuple[SimKind, str], ...] = (
                ("iccid", one.first),
                ("imsi", one.imsi_first),
                ("msisdn", one.msisdn_first),
            )
            for kind, start in starts:
                if start:
                    row = (int(start), int(start) + one.count - 1, one.customer)
                    rows.setdefault((kind, len(start)), []).append(row)
            for attribute in _NAMING:
                if name := one.attributes.get(attribute):
                    named.setdefault(name, []).append(SimSpan("iccid", one.first, one.last))
        self._lines = {key: _Line(found) for key, found in rows.items()}
        self.profile: LengthProfile = LengthProfile.learned(bodies)
        self.names: NamedSpans = NamedSpans(named)

    def owners(self, spans: Sequence["SimSpan"]) -> list[Owner]:
        """Return whose the SIMs are, the largest share first; those of nobody last."""
        found: dict[str, int] = {}
        for span in spans:
            line = self._lines.get((span.kind, len(span.first)))
            if line is None:
                found[""] = found.get("", 0) + span.count
            else:
                line.shares(int(span.first), int(span.last), found)
        return [
            Owner(customer, found[customer]) for customer in sorted(found, key=lambda one: (not one, -found[one], one))
        ]


def read_fleet(file: Path) -> FleetFile:
    """Return what the inventory in a CSV file knows. Raises Failed naming file, line and field."""
    from feeds.sources import InvalidTable, ranges_csv

    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return FleetFile(ranges_csv(lines))
    except OSError as error:
        raise Failed(f"{file}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Failed(f"{file}: is not UTF-8; save it as CSV UTF-8") from error
    except InvalidTable as error:
        more = f" (and {error.total - 1:,} more errors)" if error.total > 1 else ""
        raise Failed(f"{file}: {error.problems[0]}{more}") from error
