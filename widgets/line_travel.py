"""Arithmetic on a picture of SIM space: where a number stands in it, which part of it is looked at, and the way back.

Places count SIMs from the beginning of a picture. Within a stretch numbers are taken to lie evenly: what is between
its ends is known to the hub alone. Pure; drawing is in ribbon_painter, keys and mouse in sim_ribbon.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from itertools import accumulate

from feeds.model import StretchRow

Span = tuple[str, str]
"""The first and the last ICCID body of a part of the line."""

MOST_STEPS = 32
"""Steps back that are kept; of a longer way the oldest are forgotten."""

_SNAP = 4
"""From so many stretches on, the ends of a part are put on the ends of stretches."""


def _rank(body: str) -> tuple[int, str]:
    """Return what bodies are ordered by: shorter ones come first, as numbers do."""
    return len(body), body


class Picture:
    """``stretches`` follow each other; they are put in order here. A stretch without a SIM takes the room of one."""

    def __init__(self, stretches: Sequence[StretchRow]) -> None:
        self.stretches = tuple(sorted(stretches, key=lambda one: _rank(one.first)))
        self._firsts = [_rank(one.first) for one in self.stretches]
        self._lasts = [_rank(one.last) for one in self.stretches]
        self._ends = list(accumulate(max(1, one.sims) for one in self.stretches))

    def __len__(self) -> int:
        """Return the number of stretches."""
        return len(self.stretches)

    @property
    def size(self) -> int:
        """SIMs in the picture."""
        return self._ends[-1] if self._ends else 0

    @property
    def span(self) -> Span:
        """The ends of the picture; empty texts where it is empty."""
        return (self.stretches[0].first, self.stretches[-1].last) if self.stretches else ("", "")

    def holds(self, first: str, last: str) -> bool:
        """Return whether both numbers lie between the ends of the picture."""
        return bool(self) and self._firsts[0] <= _rank(first) and _rank(last) <= self._lasts[-1]

    def index_of(self, body: str) -> int | None:
        """Return the stretch that ``body`` stands in, in a gap the next one; None where it is outside the picture."""
        if not body or not self.holds(body, body):
            return None
        return bisect_left(self._lasts, _rank(body))

    def nearest(self, body: str) -> int:
        """Return the stretch that ``body`` stands in or lies next to. The picture is not empty."""
        return min(bisect_left(self._lasts, _rank(body)), len(self) - 1)

    def place_of(self, body: str) -> float:
        """Return the place of ``body``; outside the picture that of its nearer end."""
        if not self:
            return 0.0
        index = self.nearest(body)
        stretch = self.stretches[index]
        begin = self._ends[index] - max(1, stretch.sims)
        if _rank(body) <= self._firsts[index]:
            return float(begin)
        if _rank(body) >= self._lasts[index]:
            return float(self._ends[index] - 1)
        if len(stretch.first) != len(stretch.last) or len(body) != len(stretch.first):
            return float(begin)
        low, high = int(stretch.first), int(stretch.last)
        return begin + (int(body) - low) / (high - low) * (max(1, stretch.sims) - 1)

    def body_at(self, place: float) -> str:
        """Return the number at ``place``; outside the picture the nearer end."""
        if not self:
            return ""
        index = min(max(0, bisect_right(self._ends, place)), len(self) - 1)
        stretch = self.stretches[index]
        room = max(1, stretch.sims)
        inside = min(max(0.0, place - (self._ends[index] - room)), room - 1)
        low, high = int(stretch.first), int(stretch.last)
        if len(stretch.first) != len(stretch.last) or high <= low:
            return stretch.first if inside <= (room - 1) / 2 else stretch.last
        if inside >= room - 1:
            return stretch.last if room > 1 else stretch.first
        # Bodies have up to 19 digits and a float 15: only the distance from the beginning is rounded.
        return str(low + round(inside * (high - low) / (room - 1)))

    def part(self, start: float, size: float) -> Span:
        """Return the ends of the part of ``size`` SIMs from ``start`` on."""
        stop = start + max(1.0, size) - 1
        if not self:
            return "", ""
        begin, end = (
            min(max(0, bisect_right(self._ends, place)), len(self) - 1) for place in (round(start), round(stop))
        )
        if end - begin + 1 >= _SNAP:
            return self.stretches[begin].first, self.stretches[end].last
        return self.body_at(start), self.body_at(stop)


class Travel:
    """What part of the line is looked at, and how a person came there. ``aim`` None: the whole line.

    Each move returns whether it leads elsewhere; then ``aim`` is the new part, also before a picture of it has come.
    """

    def __init__(self) -> None:
        self.aim: Span | None = None
        self.picture = Picture(())
        """The picture that is shown."""
        self.shown: Span | None = None
        """The part that it is of."""
        self._lines: dict[Span | None, Picture] = {}
        self._trail: list[Span | None] = []

    @property
    def depth(self) -> int:
        """Steps that ``back`` can take."""
        return len(self._trail)

    @property
    def whole(self) -> Picture | None:
        """The picture of the whole line; None while none has come."""
        return self._lines.get(None)

    def restart(self, *, other_line: bool = True) -> None:
        """Begin anew at the whole line, of ``other_line`` or of the same; the picture stays until another one comes."""
        self.aim = None
        self._trail.clear()
        if other_line:
            self._lines.clear()

    def arrive(self, line: Picture, span: Span | None) -> None:
        """Take the picture of ``span``."""
        self.picture, self.shown = line, span
        kept = {None, span, self.aim, *self._trail}
        self._lines = {key: held for key, held in self._lines.items() if key in kept}
        self._lines[span] = line

    def _around(self, first: str, last: str) -> Picture:
        """Return the finest picture that holds both numbers, else that of the whole line."""
        holding = [line for line in self._lines.values() if line.holds(first, last)]
        return min(holding, key=lambda line: line.size, default=self._lines.get(None, self.picture))

    def _go(self, to: Span | None, *, keep: bool = True) -> bool:
        if to == self.aim or (to is not None and not to[0]):
            return False
        if keep:
            self._trail.append(self.aim)
            del self._trail[:-MOST_STEPS]
        self.aim = to
        return True

    def _whole_or(self, line: Picture, start: float, size: float) -> Span | None:
        """Return the part, None where it is the whole line."""
        part = line.part(start, size)
        whole = self.whole
        return None if whole is not None and part == whole.span else part

    def to(self, first: str, last: str) -> bool:
        """Look at the part between two numbers."""
        if _rank(last) < _rank(first):
            first, last = last, first
        whole = self.whole
        return self._go(None if whole is not None and (first, last) == whole.span else (first, last))

    def scale(self, anchor: str, factor: float) -> bool:
        """Look at ``factor`` times as many SIMs; ``anchor`` stays where it is on the screen, as far as that goes."""
        first, last = self.aim or self._lines.get(None, self.picture).span
        if not first:
            return False
        line = self._around(first, last)
        begin, end = line.place_of(first), line.place_of(last)
        size = end - begin + 1
        wanted = max(1.0, size * factor)
        if factor > 1:
            if self.aim is None:
                return False
            whole = self.whole
            for outer in sorted(self._lines.values(), key=lambda one: one.size):
                if outer is whole or (outer.size >= wanted and outer.holds(first, last)):
                    line = outer
                    break
            begin = line.place_of(first)
            if line is whole and wanted >= line.size:
                return self.home()
        elif size <= 1:
            return False
        at = min(max(line.place_of(anchor) - begin, 0.0), size - 1) if anchor else (size - 1) / 2
        start = begin + at - at / max(size - 1, 1) * (wanted - 1)
        start = min(max(start, 0.0 if factor > 1 else begin), (line.size if factor > 1 else end + 1) - wanted)
        to = self._whole_or(line, max(start, 0.0), wanted)
        if factor < 1:
            return self._go(to)
        # Out: of the way here only what was larger stays.
        while self._trail and self._trail[-1] is not None and self._inside(self._trail[-1], to):
            self._trail.pop()
        return self._go(to, keep=False)

    def _inside(self, inner: Span, outer: Span | None) -> bool:
        return outer is None or (_rank(outer[0]) <= _rank(inner[0]) and _rank(inner[1]) <= _rank(outer[1]))

    def pan(self, share: float) -> bool:
        """Move the part by ``share`` of its size; positive: to higher numbers."""
        if self.aim is None:
            return False
        first, last = self.aim
        for line in sorted(self._lines.values(), key=lambda one: one.size):
            begin, end = line.place_of(first), line.place_of(last)
            size = end - begin + 1
            start = begin + share * size
            whole = line is self.whole
            if line.holds(first, last) and (whole or (start >= 0 and start + size <= line.size)):
                start = min(max(start, 0.0), max(0.0, line.size - size))
                if start == begin:
                    return False
                return self._go(line.part(start, size), keep=False)
        return False

    def back(self) -> bool:
        """Go back to where the last move in began."""
        while self._trail:
            to = self._trail.pop()
            if to != self.aim:
                self.aim = to
                return True
        return False

    def home(self) -> bool:
        """Look at the whole line."""
        self._trail.clear()
        return self._go(None, keep=False)
