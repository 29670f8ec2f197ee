"""The hand-written snippets in tests/simspace/corpus: reads their files. Judging is for those who use them."""

import re
from pathlib import Path
from typing import Final

from msgspec import Struct

FOLDER: Final = Path(__file__).parents[1] / "tests" / "simspace" / "corpus"
_MACRO: Final = re.compile(
    r"\{(?:U\+(?P<code>[0-9A-F]{4,6})|(?:(?P<size>[0-9])(?P<sign>[^:]?):|(?P<swap>sw):)?(?P<digits>[0-9]{17,19})(?P<check>[+!]))\}"
)


class Snippet(Struct, frozen=True):
    """A text and what is in it. ``ranges``: (kind, first, last). ``warned``: words of its warnings, None: any."""

    name: str
    text: str
    ranges: tuple[tuple[str, str, str], ...]
    warned: tuple[str, ...] | None


def snippets() -> list[Snippet]:
    """Return all snippets. Raises ValueError naming file and snippet where one has another form than README.md says."""
    return [one for path in sorted(FOLDER.glob("*.txt")) for one in _of_file(path)]


def _of_file(path: Path) -> list[Snippet]:
    found = []
    for piece in re.split(r"(?m)^=== ", path.read_text(encoding="utf-8"))[1:]:
        name, _, rest = piece.partition("\n")
        text, mark, expected = rest.rpartition("\n---\n") if "\n---\n" in rest else ("", "", "")
        if not mark:
            raise ValueError(f"{path.name}: {name!r} has no line of three dashes")
        ranges, warned, judged = [], [], True
        for line in expected.splitlines():
            word, _, more = line.partition(" ")
            if word in ("iccid", "imsi", "msisdn"):
                first, _, last = more.partition(" ")
                ranges.append((word, first, last or first))
            elif word == "warn":
                warned.append(more)
            elif word == "any":
                judged = False
            elif line:
                raise ValueError(f"{path.name}: {name!r}: {line!r} is not understood")
        found.append(
            Snippet(
                f"{path.stem}: {name}",
                _MACRO.sub(_written, text),
                tuple(sorted(ranges)),
                tuple(warned) if judged else None,
            )
        )
    return found


def check_digit(body: str) -> str:
    """Return the Luhn digit of a body by its definition (ISO/IEC 7812-1, annex B), apart from the code under test."""
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (1 if place % 2 else 2)
        total += value - 9 if value > 9 else value
    return str((10 - total % 10) % 10)


def _written(found: re.Match[str]) -> str:
    if found["code"]:
        return chr(int(found["code"], 16))
    right = int(check_digit(found["digits"]))
    number = found["digits"] + str(right if found["check"] == "+" else (right + 1) % 10)
    if found["swap"]:
        padded = number.ljust(20, "F")
        return "".join(padded[at + 1] + padded[at] for at in range(0, 20, 2))
    if found["size"]:
        size = int(found["size"])
        return (found["sign"] or " ").join(number[at : at + size] for at in range(0, len(number), size))
    return number
