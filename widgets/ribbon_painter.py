"""Draws a picture of SIM space as lines of styled text: alarms above the axis, cases below it, the unexplained apart.

Pure: stretches and a size in, lines out. Each sign says by its shape what its colour says too: letters for alarms,
bars that hang for cases and rise for unexplained ones, blocks on the axis for outages. What is looked at, and what
keys and mouse do, is in line_travel and sim_ribbon.
"""

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import Struct

from feeds.model import StretchRow
from feeds.simspace import range_text
from widgets.columns import Bit
from widgets.plain import fit, plain
from widgets.quantities import number, plural
from widgets.ribbon_scale import cells_of, label_at, scale
from widgets.stretch_words import SEVERITIES, Line, fitted, named, overall

RIBBON_STYLES: Final = frozenset(
    {"critical", "major", "minor", "warning", "cases", "hanging", "unexplained", "axis", "hit", "own", "dim", "strong",
     "cursor", "drag", "vip"}
)  # fmt: skip

_RISING: Final = " ▁▂▃▄▅▆▇█"
_SHADES: Final = "░▒▓"
"""By thirds of a stretch that are in outages."""

_HANGING: Final = " ▇▆▅▄▃▂▁ "
"""By eighths; in reverse: what is not drawn of the cell is what hangs."""


class Look(Struct, frozen=True):
    """What a person points at. ``at``: the stretch under the cursor; ``drag``: stretches being chosen, both included.

    ``own``: the outage that the picture is about; its place on the axis looks different from that of others.
    """

    at: int | None = None
    drag: tuple[int, int] | None = None
    own: str = ""


class Plan(Struct, frozen=True):
    """Which lines a height has room for. ``alarms`` and ``cases`` are counts of lines."""

    alarms: int
    cases: int
    lane: bool
    scale: bool
    name: bool


def plan(height: int) -> Plan:
    """Return what ``height`` lines are used for: with three there are alarms, axis and cases; names come with four."""
    name, scale, lane = height >= 4, height >= 5, height >= 6
    left = height - name - scale - lane - 1
    alarms = min(max(1, left * 2 // 5), 8) if left > 1 else max(0, left)
    return Plan(alarms, min(max(0, left - alarms), 16), lane, scale, name)


def gutter(width: int) -> int:
    """Return the cells that the names of the lines take."""
    return 13 if width >= 100 else 9 if width >= 48 else 0


def columns(width: int) -> int:
    """Return the cells of the picture itself: how many stretches are worth asking for."""
    return max(1, width - gutter(width))


def merged(stretches: Sequence[StretchRow], most: int) -> tuple[StretchRow, ...]:
    """Return at most ``most`` stretches: neighbours put together. A case in both is not counted twice, so the counts
    of what is put together are at least those told."""
    count = len(stretches)
    if count <= most:
        return tuple(stretches)
    found = []
    for cell in range(most):
        group = stretches[cell * count // most : (cell + 1) * count // most]
        sims = sum(one.sims for one in group)
        widest = max(group, key=lambda one: one.sims)
        found.append(
            StretchRow(
                key=str(cell),
                first=group[0].first,
                last=group[-1].last,
                sims=sims,
                customer=widest.customer,
                customers=max(one.customers for one in group),
                alarms=_most(group),
                cases=max(one.cases for one in group),
                unexplained=max(one.unexplained for one in group),
                outages=tuple(dict.fromkeys(name for one in group for name in one.outages)),
                share=sum(one.share * one.sims for one in group) / sims if sims else max(one.share for one in group),
            )
        )
    return tuple(found)


def _most(group: Sequence[StretchRow]) -> tuple[int, int, int, int]:
    critical, major, minor, warning = (max(one.alarms[at] for one in group) for at in range(4))
    return critical, major, minor, warning


def paint(stretches: Sequence[StretchRow], width: int, height: int, look: Look, empty: str = "") -> tuple[Line, ...]:
    """Return ``height`` lines of ``width`` cells. ``stretches`` are in order; ``empty`` stands where there are none."""
    if width <= 0 or height <= 0:
        return ()
    if not stretches:
        lines = [(Bit(fit("", width)),)] * height
        lines[min(height - 1, plan(height).alarms)] = (Bit(fit(f"  {empty}", width), "dim"),)
        return tuple(lines)
    return _Canvas(stretches, width, look).lines(plan(height), height)


class _Canvas:
    def __init__(self, stretches: Sequence[StretchRow], width: int, look: Look) -> None:
        self.width = width
        self.gutter = gutter(width)
        self.room = columns(width)
        self.stretches = merged(stretches, self.room)
        self.look = look
        factor = len(stretches) / len(self.stretches)
        self.at = None if look.at is None else min(int(look.at / factor), len(self.stretches) - 1)
        self.drag = None if look.drag is None else tuple(sorted(int(one / factor) for one in look.drag))
        self.cells = [cells_of(index, len(self.stretches), self.room) for index in range(len(self.stretches))]

    def lines(self, shown: Plan, height: int) -> tuple[Line, ...]:
        """Return the lines that the plan has."""
        lines = [*self.alarms(shown.alarms), self.axis(), *self.cases(shown.cases, lane=shown.lane)]
        if shown.lane:
            lines.append(self.unexplained())
        if shown.scale:
            lines.append(self.scale())
        lines += [(Bit(" " * self.width),)] * (height - len(lines) - shown.name)
        if shown.name:
            lines.append(self.named())
        return tuple(lines[:height])

    # The lines

    def alarms(self, rows: int) -> list[Line]:
        """Bars by the number of alarms, and nearest to the axis the letter of the worst."""
        if not rows:
            return []
        most = max(sum(one.alarms) for one in self.stretches)
        worst = [next((at for at in range(4) if one.alarms[at]), None) for one in self.stretches]
        lines = []
        for row in range(rows - 1):

            def sign(index: int, above: int = rows - 2 - row) -> tuple[str, str]:
                eighths = _eighths(sum(self.stretches[index].alarms), most, rows - 1, above)
                return _RISING[eighths], SEVERITIES[worst[index] or 0][1]

            lines.append(self._line(f"≤ {number(most)}" if not row and most else "", sign))
        lines.append(
            self._line("alarms", lambda i: (" ", "") if (at := worst[i]) is None else SEVERITIES[at], centred=True)
        )
        return lines

    def axis(self) -> Line:
        """The line itself: what of it is in outages, and in which where there is room to say so."""
        own = self.look.own
        signs: list[tuple[str, str]] = []
        for one in self.stretches:
            if not one.outages or one.share <= 0:
                signs.append(("─", "axis"))
            elif own and own in one.outages:
                signs.append((_RISING[max(1, round(min(one.share, 1.0) * 8))], "own"))
            else:
                signs.append((_SHADES[min(int(one.share * 3), 2)], "hit"))
        texts = self._names_on_axis()

        def sign(index: int) -> tuple[str, str]:
            return signs[index]

        return self._line(plain(own)[:12] if own and self.gutter > len(own) else "outages", sign, over=texts)

    def cases(self, rows: int, *, lane: bool) -> list[Line]:
        """Bars that hang from the axis. Without a lane of their own unexplained cases are a ``?`` in the first line."""
        most = max(one.cases for one in self.stretches)
        lines = []
        for row in range(rows):
            name = "cases" if not row else f"≤ {number(most)}" if row == 1 and most else ""
            if not row and most and rows == 1 and self.gutter >= 13:
                name = f"cases ≤ {number(most)}"

            def sign(index: int, row: int = row) -> tuple[str, str]:
                one = self.stretches[index]
                if not row and one.unexplained and not lane:
                    return "?", "unexplained"
                eighths = _eighths(one.cases, most, rows, row)
                if eighths in (0, 8):
                    return _RISING[eighths], "cases"
                return _HANGING[eighths], "hanging"

            lines.append(self._line(name, sign))
        return lines

    def unexplained(self) -> Line:
        """How many cases no outage holds: bars that rise; in stretches of several cells the figure itself."""
        most = max(one.unexplained for one in self.stretches)
        over: dict[int, tuple[str, str]] = {}
        for (first, stop), one in zip(self.cells, self.stretches, strict=True):
            text = number(one.unexplained) if one.unexplained else ""
            if text and len(text) + 2 <= stop - first:
                begin = first + (stop - first - len(text)) // 2
                over.update({begin + at: (char, "unexplained") for at, char in enumerate(text)})

        def sign(index: int) -> tuple[str, str]:
            count = self.stretches[index].unexplained
            return _RISING[max(2, _eighths(count, most, 1, 0)) if count else 0], "unexplained"

        name = "unexplained" if self.gutter >= 13 else "unexpl."
        return self._line(name, sign, over=over, style="unexplained" if most else "dim")

    def scale(self) -> Line:
        """The numbers at which stretches begin, as short as tells them apart; ``▲`` is where the cursor is."""
        text = scale(self.stretches, self.cells, self.room)
        gutter = Bit(" " * self.gutter, "dim")
        if self.at is None:
            return _joined((gutter, Bit(text, "dim")))
        first, stop = self.cells[self.at]
        place = (first + stop - 1) // 2
        begin, end = label_at(text, place)
        before, after = text[:begin] + " " * (place - begin), " " * (end - place - 1) + text[end:]
        return _joined((gutter, Bit(before, "dim"), Bit("▲", "strong cursor"), Bit(after, "dim")))

    def named(self) -> Line:
        """What the cursor stands on, or what is being chosen, in words."""
        if self.drag is not None:
            part = self.stretches[self.drag[0] : self.drag[1] + 1]
            sims = sum(one.sims for one in part)
            text = f"{range_text(part[0].first, part[-1].last)} · {plural(sims, 'SIM')} · let go to look closer"
            return fitted([Bit("↔ ", "strong"), Bit(text)], self.width)
        if self.at is None:
            return fitted(overall(self.stretches), self.width)
        return named(self.stretches[self.at], self.width)

    # Inside

    def _names_on_axis(self) -> dict[int, tuple[str, str]]:
        """Return the names of outages that have room in the middle of their run on the axis."""
        texts: dict[int, tuple[str, str]] = {}
        begin = 0
        while begin < len(self.stretches):
            outages = self.stretches[begin].outages
            end = begin
            while end + 1 < len(self.stretches) and self.stretches[end + 1].outages == outages:
                end += 1
            first, stop = self.cells[begin][0], self.cells[end][1]
            names = [plain(name) for name in outages]
            if self.look.own in outages:
                names = [plain(self.look.own), *(f"+{len(names) - 1}",) * (len(names) > 1)]
            text = f" {' '.join(names)} "
            if outages and text.isascii() and len(text) + 4 <= stop - first:
                at = first + (stop - first - len(text)) // 2
                style = "own" if self.look.own and self.look.own in outages else "hit"
                texts.update({at + place: (char, f"{style} strong") for place, char in enumerate(text)})
            begin = end + 1
        return texts

    def _line(
        self,
        name: str,
        sign: Callable[[int], tuple[str, str]],
        *,
        over: dict[int, tuple[str, str]] | None = None,
        style: str = "dim",
        centred: bool = False,
    ) -> Line:
        """Return one line: its name, then the sign of each stretch over all of its cells, ``over`` on top of it.

        ``centred``: in stretches of several cells the sign stands once, a line at its sides.
        """
        bits = [Bit(fit(name, self.gutter), style)] if self.gutter else []
        for index, (first, stop) in enumerate(self.cells):
            char, look = sign(index)
            text = char * (stop - first)
            if centred and stop - first > 1 and char != " ":
                text = char.center(stop - first, "▁" if stop - first > 2 else char)
            under = (
                "drag"
                if self.drag is not None and self.drag[0] <= index <= self.drag[1]
                else "cursor"
                if index == self.at
                else ""
            )
            if over is None or not any(cell in over for cell in range(first, stop)):
                bits.append(Bit(text, f"{look} {under}".strip()))
                continue
            for at, cell in enumerate(range(first, stop)):
                shown, own = over.get(cell, (text[at], look))
                bits.append(Bit(shown, f"{own} {under}".strip()))
        return _joined(bits)


def _eighths(value: int, most: int, rows: int, above: int) -> int:
    """Return how much of a line, in eighths, a bar takes that begins ``above`` lines before it.

    One is never more than half a line: few cases must not look like many where there is nothing greater beside them.
    """
    if value <= 0 or rows <= 0:
        return 0
    whole = max(1, round(value / max(most, 2 * rows) * rows * 8))
    return min(8, max(0, whole - above * 8))


def _joined(bits: Sequence[Bit]) -> Line:
    """Return the same line in as few pieces as there are changes of style."""
    found: list[Bit] = []
    for bit in bits:
        if found and found[-1].style == bit.style:
            found[-1] = Bit(found[-1].text + bit.text, bit.style)
        elif bit.text:
            found.append(bit)
    return tuple(found)
