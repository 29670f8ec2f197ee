"""What can only be said when a text has been read to its end: one SIM in two lengths, rounded columns, exceptions."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable
from typing import Final

from feeds.simspace.found import Found
from feeds.simspace.identifiers import LengthProfile, luhn_holds
from feeds.simspace.spans import SimSpan

_ISSUER: Final = 7
_ALIKE: Final = 3
_SAME: Final = "the same SIM stands here with 20 digits too; counted once"
_LONGER: Final = "19 digits, others of this issuer here have 20: read as one without its check digit"
_COUNTING: Final = "numbers that differ in the last digit only: read as 19 digits without a check digit"
_ROUNDED: Final = "ends in zeros as a spreadsheet leaves them when it rounds; the last digits may be lost"


def lengths_settled(items: list[Found], profile: LengthProfile) -> None:
    """Read numbers of 19 digits as bodies where other numbers of the text show that they have no check digit.

    The first 19 digits of one of 20; one whose last digit is no check digit beside others of its issuer with 20; three
    that differ in their last digit alone. An issuer that the profile knows is left as it is.
    """
    if len(items) < 2:
        return
    nineteen = [item for item in items if item.kind == "iccid" and len(item.lower) == 19 and len(item.first) == 18]
    if not nineteen:
        return
    longer = {item.lower[:19] for item in items if len(item.lower) == 20}
    longer |= {item.upper[:19] for item in items if len(item.upper) == 20}
    issuers = {number[:_ISSUER] for number in longer}
    alike = (
        Counter(number[:18] for number in {item.lower for item in nineteen if not item.upper})
        if len(nineteen) >= _ALIKE
        else {}
    )
    if not longer and all(many < _ALIKE for many in alike.values()):
        return
    for item in nineteen:
        if profile.body_length(item.lower) is not None or (item.upper and len(item.upper) != 19):
            continue
        single = item.first == item.last
        if item.lower in longer and single:
            why = _SAME
        elif (
            item.lower[:_ISSUER] in issuers
            and not luhn_holds(item.lower)
            and not (item.upper and luhn_holds(item.upper))
        ):
            why = _LONGER
        elif single and alike.get(item.lower[:18], 0) >= _ALIKE:
            why = _COUNTING
        else:
            continue
        if not single and not item.upper:
            continue
        item.first, item.last = sorted((item.lower, item.upper or item.lower))
        item.doubts = (*(doubt for doubt in item.doubts if "check digit should" not in doubt), why)


def rounded_told(items: list[Found]) -> None:
    """Doubt numbers of 19 and 20 digits that end in zeros from the sixteenth digit on, where several do so."""
    suspects: list[Found] = []
    wrong = False
    for item in items:
        if not (item.lower.endswith("0000") or item.upper.endswith("0000")):
            continue
        for number in (item.lower, item.upper):
            size = len(number)
            if size >= 19 and number[15:] == "00000"[: size - 15]:
                suspects.append(item)
                wrong = wrong or not luhn_holds(number)
                break
    if not wrong or (len(suspects) < 2 and not suspects[0].upper):
        return
    for item in suspects:
        item.doubts = (*item.doubts, _ROUNDED)


def overlap(spans: tuple[SimSpan, ...], others: Iterable[SimSpan]) -> list[bool]:
    """Return of each of ``others`` whether any of ``spans`` holds one of its SIMs; as ``merge_spans`` gives them."""
    lasts = [(span.kind, len(span.first), span.last) for span in spans]
    found = []
    for one in others:
        at = bisect_left(lasts, (one.kind, len(one.first), one.first))
        near = spans[at] if at < len(spans) else None
        found.append(
            near is not None and (near.kind, len(near.first)) == (one.kind, len(one.first)) and near.first <= one.last
        )
    return found


def within(spans: tuple[SimSpan, ...], others: Iterable[SimSpan]) -> list[bool]:
    """Return of each of ``others`` whether one of ``spans`` holds all its SIMs; as ``merge_spans`` gives them."""
    lasts = [(span.kind, len(span.first), span.last) for span in spans]
    found = []
    for one in others:
        at = bisect_left(lasts, (one.kind, len(one.first), one.last))
        near = spans[at] if at < len(spans) else None
        found.append(
            near is not None and (near.kind, len(near.first)) == (one.kind, len(one.first)) and near.first <= one.first
        )
    return found


def without(spans: Iterable[SimSpan], taken: tuple[SimSpan, ...]) -> tuple[SimSpan, ...]:
    """Return ``spans`` without ``taken``; both sorted and without overlap, as ``merge_spans`` gives them."""
    left: list[SimSpan] = []
    at = 0
    for span in spans:
        key = (span.kind, len(span.first))
        while at < len(taken) and (
            (taken[at].kind, len(taken[at].first)) < key
            or ((taken[at].kind, len(taken[at].first)) == key and taken[at].last < span.first)
        ):
            at += 1
        first = span.first
        place = at
        while (
            place < len(taken)
            and (taken[place].kind, len(taken[place].first)) == key
            and taken[place].first <= span.last
        ):
            one = taken[place]
            if one.first > first:
                left.append(SimSpan(span.kind, first, _next(one.first, -1)))
            first = max(first, _next(one.last, 1))
            if one.last >= span.last:
                break
            place += 1
        if first <= span.last and len(first) == len(span.last):
            left.append(SimSpan(span.kind, first, span.last))
    return tuple(left)


def _next(digits: str, step: int) -> str:
    return str(int(digits) + step).zfill(len(digits))
