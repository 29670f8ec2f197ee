"""Which cells a stretch of SIM space takes, and the numbers below them: the scale of the ribbon. Pure."""

from collections.abc import Sequence
from itertools import pairwise

from feeds.model import StretchRow
from feeds.simspace import grouped
from widgets.plain import fit


def cells_of(index: int, count: int, width: int) -> tuple[int, int]:
    """Return the first cell of stretch ``index`` of ``count``, and the one behind its last, in ``width`` cells."""
    first = -(-index * width // count)
    return min(first, width - 1), max(-(-(index + 1) * width // count), first + 1)


def stretch_at(cell: int, count: int, width: int) -> int:
    """Return the stretch that stands in ``cell``, the nearest where the cell is beside the picture."""
    return min(max(0, cell * count // max(width, 1)), count - 1)


def mark_texts(bodies: Sequence[str]) -> list[str]:
    """Return numbers as short texts: as many digits as tell neighbours apart, the common beginning only once."""
    if not bodies:
        return []
    longest = max(map(len, bodies))
    stem = next(
        (size for size in range(4, longest, 4) if all(a[:size] != b[:size] for a, b in _pairs(bodies))), longest
    )
    same = 0
    while all(body[same : same + 4] == bodies[0][same : same + 4] for body in bodies) and same + 4 < stem:
        same += 4
    texts = [grouped(bodies[0][:stem])]
    for body in bodies[1:]:
        texts.append(f"…{grouped(body[same:stem])}" if same >= 8 and len(body) == longest else grouped(body[:stem]))
    return texts


def _pairs(bodies: Sequence[str]) -> list[tuple[str, str]]:
    return [(a, b) for a, b in pairwise(bodies) if a != b]


def label_at(text: str, place: int) -> tuple[int, int]:
    """Return where the label begins and ends that ``place`` stands in: the cursor takes its room.

    On a tick, and beside labels, it takes one cell alone.
    """
    begin = text.rfind("  ", 0, place + 1)
    begin = 0 if begin < 0 else begin + 2
    end = text.find("  ", place)
    end = len(text) if end < 0 else end
    return (begin, end) if begin <= place < end and text[place] != "╵" else (place, place + 1)


def scale(stretches: Sequence[StretchRow], cells: Sequence[tuple[int, int]], width: int) -> str:
    """Return the marks under the picture: ``╵`` below the first cell of a stretch, behind it the number it begins at.

    At the right end stands the last number, where there is room for it.
    """
    for count in range(min(len(stretches), max(1, width // 14)), 0, -1):
        chosen = sorted({stretch_at(place * width // count, len(stretches), width) for place in range(count)})
        last = stretches[-1].last
        texts = mark_texts([*(stretches[index].first for index in chosen), last])
        places = [cells[index][0] for index in chosen]
        end = f"{texts[-1]}╵"
        line = [" "] * width
        free = 0
        fits = True
        for place, text in zip(places, texts, strict=False):
            mark = f"╵{text}"
            if place < free or place + len(mark) > width:
                fits = False
                break
            line[place : place + len(mark)] = mark
            free = place + len(mark) + 2
        if not fits:
            continue
        if free + len(end) <= width:
            line[width - len(end) :] = end
        return "".join(line)
    return fit(f"╵{grouped(stretches[0].first)}", width)
