"""A stretch of SIM space in words: its numbers, whose it is, what is wrong in it. Pure; foreign names are plain."""

from collections.abc import Sequence
from typing import Final

from rich.cells import cell_len

from feeds.model import StretchRow
from feeds.simspace import range_text
from widgets.columns import Bit
from widgets.plain import fit, plain
from widgets.quantities import number, plural

Line = tuple[Bit, ...]
"""One line, exactly as wide as was asked for. A style is a name of RIBBON_STYLES, or two with a space between."""

SEVERITIES: Final = (("C", "critical"), ("M", "major"), ("m", "minor"), ("w", "warning"))
"""Letter and style of each place in ``StretchRow.alarms``."""

_NAME_CELLS: Final = 24


def fitted(bits: Sequence[Bit], width: int) -> Line:
    """Return ``bits`` cut or filled to ``width`` cells."""
    left, found = width, []
    for bit in bits:
        text = plain(bit.text)
        shown = fit(text, left) if _cells(text) > left else text
        if shown:
            found.append(Bit(shown, bit.style))
        left -= _cells(shown)
        if left <= 0:
            break
    if left > 0:
        found.append(Bit(" " * left))
    return tuple(found)


def _cells(text: str) -> int:
    return len(text) if text.isascii() else cell_len(text)


def alarm_words(alarms: tuple[int, int, int, int]) -> list[Bit]:
    """Return ``C12 M40``; nothing where there is none."""
    found: list[Bit] = []
    for (letter, style), count in zip(SEVERITIES, alarms, strict=True):
        if count:
            found.append(Bit(f"{' ' if found else ''}{letter}{number(count)}", style))
    return found


def named(one: StretchRow, width: int) -> Line:
    """Return a stretch in words: its numbers, SIMs, customers, alarms, cases, outages; what matters least goes first.

    The range always stays, and what is wrong in it before whose it is.
    """
    parts: list[tuple[int, list[Bit]]] = [(9, [Bit("▲ ", "strong"), Bit(range_text(one.first, one.last), "strong")])]
    parts.append((3, [Bit(plural(one.sims, "SIM"))]))
    if one.customer:
        more = f" +{number(one.customers - 1)}" if one.customers > 1 else ""
        name = plain(one.customer[:200])
        parts.append((2, [Bit(fit(name, _NAME_CELLS) if _cells(name) > _NAME_CELLS else name), Bit(more, "dim")]))
    if alarms := alarm_words(one.alarms):
        parts.append((6, alarms))
    if one.cases:
        parts.append((7, [Bit(plural(one.cases, "case"))]))
    if one.unexplained:
        parts.append((8, [Bit(f"{number(one.unexplained)} unexplained", "unexplained")]))
    if one.outages:
        share = f"{one.share * 100:.0f} %" if one.share >= 0.01 else "<1 %"
        names = " ".join(plain(name[:40]) for name in one.outages[:3])
        more = f" +{len(one.outages) - 3}" if len(one.outages) > 3 else ""
        parts.append((5, [Bit(f"{share} in {names}{more}", "hit")]))
    elif not one.cases and not any(one.alarms):
        parts.append((1, [Bit("quiet", "dim")]))
    while len(parts) > 1 and _length(parts) > width:
        parts.remove(min(parts, key=lambda part: part[0]))
    bits: list[Bit] = []
    for place, (_, part) in enumerate(parts):
        bits += [Bit(" · ", "dim")] * bool(place) + part
    return fitted(bits, width)


def _length(parts: Sequence[tuple[int, list[Bit]]]) -> int:
    return sum(_cells(bit.text) for _, part in parts for bit in part) + 3 * (len(parts) - 1)


def overall(stretches: Sequence[StretchRow]) -> list[Bit]:
    """Return what is in sight as a whole."""
    sims = sum(one.sims for one in stretches)
    return [Bit(f"  {range_text(stretches[0].first, stretches[-1].last)} · {plural(sims, 'SIM')}", "dim")]
