"""The numbers of a scenario file: what they may be, durations as people write them, chances.

It leaves to others what they are about: the fleet (``fleet_plan``), what happens on it (``happenings``).
"""

import re
from typing import Annotated, Final

from msgspec import Meta, Struct

LONGEST: Final = 31 * 86_400
"""Seconds: no drill, and nothing in one, lasts longer."""

Seconds = Annotated[float, Meta(ge=0, le=LONGEST)]
Share = Annotated[float, Meta(ge=0, le=1)]
Weight = Annotated[float, Meta(gt=0, le=1e9)]
Weights = Annotated[dict[str, Weight], Meta(min_length=1)]
Word = Annotated[str, Meta(min_length=1, max_length=256)]
Texts = Annotated[str, Meta(max_length=8_192)]

DURATIONS: Final = frozenset(
    {
        "after",
        "at",
        "clears_within",
        "closes_at",
        "duration",
        "ended",
        "every",
        "found",
        "history",
        "median",
        "repaired",
        "spreads",
        "told",
        "until",
        "within",
    }
)
"""Keys whose values are seconds; they may be written like ``"1h 30m"`` as well."""

_WRITTEN: Final = re.compile(
    r"(?:(?P<days>\d{1,3})d)? ?(?:(?P<hours>\d{1,4})h)? ?(?:(?P<minutes>\d{1,5})m)? ?(?:(?P<seconds>\d{1,7})s)?"
)


class LogNormal(Struct, frozen=True, forbid_unknown_fields=True):
    """A duration drawn from a log-normal distribution: ``median`` in seconds, ``spread`` the sigma of its logarithm."""

    median: Annotated[float, Meta(gt=0, le=LONGEST)]
    spread: Annotated[float, Meta(ge=0, le=4)] = 0.8


def seconds_of(written: str) -> float | None:
    """Return the seconds of a duration like ``2d 3h``, ``1h 30m`` or ``45s``; None where it is none."""
    match = _WRITTEN.fullmatch(written.strip())
    if match is None or not any(match.groups()):
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return float(((days * 24 + hours) * 60 + minutes) * 60 + seconds)
