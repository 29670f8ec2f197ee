"""Attributes that follow from the numbers and dates of SIM ranges: number prefixes, batches, weeks, device types.

They stand beside what the inventory says, as columns of the same rows. One that tells rows apart exactly as an
attribute of the inventory does is left to that one.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Final

import numpy as np

from feeds.fleet.codes import Codes, coded
from feeds.fleet.columns import Numbers
from feeds.simspace import range_text

ISSUER: Final = "issuer"
ICCID: Final = "iccid"
IMSI: Final = "imsi"
TAC: Final = "tac"
BATCH: Final = "batch"
WEEK: Final = "week"
USE: Final = "use"
CUSTOMER: Final = "customer"

_BATCHES: Final = frozenset({"batch", "box", "lot", "order"})
_IMEIS: Final = ("imei", "imeisv")
_WEEKS: Final = ("activated", "activation", "activation_date", "since", "first_seen")
_TAC_DIGITS: Final = 8
_PLMN_DIGITS: Final = 5
"""Of an IMSI that many digits name the home network: country and the shorter of two lengths of network (E.212)."""
_ISSUER_DIGITS: Final = 7
"""Of an ICCID at most that many digits name the industry, the country and the issuer (E.118)."""
_PREFIXES: Final = 2_000
"""More different prefixes than this are no structure of a fleet but its ranges."""
_TEXTS: Final = 200_000
"""Texts of one attribute that are looked into for dates and devices."""


def derived(
    firsts: Numbers, lasts: Numbers, imsis: Numbers, attributes: Sequence[tuple[str, Codes]]
) -> Iterator[tuple[str, Codes]]:
    """Yield what follows from runs of SIMs (sorted, apart), their first IMSIs (0: none) and their attributes."""
    named = {name.casefold(): column for name, column in attributes}
    for name, column in _derived(firsts, lasts, imsis, named):
        if name not in named and len(column.values) > 1 and not any(same(column, one) for _, one in attributes):
            yield name, column


def _derived(firsts: Numbers, lasts: Numbers, imsis: Numbers, named: dict[str, Codes]) -> Iterator[tuple[str, Codes]]:
    yield from _prefixes(firsts, lasts)
    if imsis.any():
        yield IMSI, _leading(imsis, imsis + (lasts - firsts), _PLMN_DIGITS, imsis > 0)
    if not _BATCHES & named.keys():
        runs = _runs(firsts, lasts)
        if runs is not None:
            yield BATCH, runs
    for name in _IMEIS:
        if name in named:
            yield TAC, _each(named[name], _tac)
            break
    for name in _WEEKS:
        if name in named:
            yield WEEK, _each(named[name], _week)
            break


def same(one: Codes, other: Codes) -> bool:
    """Whether two columns tell the same rows apart: each value of the one is one value of the other."""
    if len(one.values) != len(other.values) or bool(((one.codes < 0) != (other.codes < 0)).any()):
        return False
    there = one.codes >= 0
    pairs = one.codes[there].astype(np.int64) * len(other.values) + other.codes[there]
    return len(np.unique(pairs)) <= len(one.values)


def _prefixes(firsts: Numbers, lasts: Numbers) -> Iterator[tuple[str, Codes]]:
    """Yield the column of the issuer, where there are several, and that of the longest useful prefix."""
    digits = np.searchsorted(10 ** np.arange(1, 19, dtype=np.int64), firsts, side="right") + 1
    longest = int(digits.min(initial=19)) - 1
    every = np.ones(len(firsts), dtype=np.bool_)
    found: list[tuple[int, int]] = []
    for length in range(5, longest):
        prefixes = firsts // 10 ** (digits - length).clip(0)
        many = len(np.unique(prefixes))
        if many > min(_PREFIXES, max(2, len(firsts) // 3)):
            break
        if many > 1 and (not found or many > found[-1][1]):
            found.append((length, many))
    if not found:
        return
    issuer = next((length for length, _ in reversed(found) if length <= _ISSUER_DIGITS), 0)
    if issuer:
        yield ISSUER, _leading(firsts, lasts, issuer, every)
    if found[-1][0] > issuer:
        yield ICCID, _leading(firsts, lasts, found[-1][0], every)


def _leading(firsts: Numbers, lasts: Numbers, length: int, there: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Codes:
    """Return the first ``length`` digits of numbers as ``89462*``; none where a run goes on into the next ones."""
    digits = np.searchsorted(10 ** np.arange(1, 19, dtype=np.int64), firsts, side="right") + 1
    scale = 10 ** (digits - length).clip(0)
    prefix = firsts // scale
    there = there & (digits >= length) & (lasts // scale == prefix)
    values, codes = np.unique(prefix[there], return_inverse=True)
    column = np.full(len(firsts), -1, dtype=np.int32)
    column[there] = codes
    # All prefixes have the same number of digits, so that they are sorted as texts, too.
    return Codes(tuple(f"{value}*" for value in values.tolist()), column)


def _runs(firsts: Numbers, lasts: Numbers) -> Codes | None:
    """Return which unbroken run of numbers each range lies in, named by its ends; None where that says nothing."""
    begins = np.append(True, firsts[1:] != lasts[:-1] + 1)[: len(firsts)]
    starts = np.flatnonzero(begins)
    if not 1 < len(starts) <= min(_PREFIXES, len(firsts) // 2):
        return None
    ends = np.append(starts[1:], len(firsts)) - 1
    names = [
        range_text(str(low), str(high)) for low, high in zip(firsts[starts].tolist(), lasts[ends].tolist(), strict=True)
    ]
    run = np.cumsum(begins) - 1
    made = coded(names)
    return Codes(made.values, made.codes[run])


def _each(column: Codes, meaning: Callable[[str], str]) -> Codes:
    """Return the column of what each value means."""
    if len(column.values) > _TEXTS:
        return Codes((), np.full(len(column.codes), -1, dtype=np.int32))
    made = coded([meaning(value) for value in column.values])
    return Codes(made.values, np.append(made.codes, np.int32(-1))[column.codes])


def _tac(text: str) -> str:
    """Return the type allocation code of an IMEI (3GPP TS 23.003): its first eight digits."""
    digits = "".join(filter(str.isdigit, text)) if text.isascii() else ""
    return digits[:_TAC_DIGITS] if 14 <= len(digits) <= 16 else ""


def _week(text: str) -> str:
    """Return the ISO week of a date that a text begins with: ``2026-W05``."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return ""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02d}"
