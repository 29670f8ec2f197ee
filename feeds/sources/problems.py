"""What is wrong in a file: the first problems by line, and how many there are. Nothing of a file with one is taken."""

from typing import Final

from msgspec import Struct

from feeds.sources.errors import Invalid

SHOWN: Final = 20
"""Errors that are told one by one."""


class Problem(Struct, frozen=True):
    """One thing that is wrong in a file: ``line`` counts from 1, ``field`` is the column's name or empty."""

    line: int
    field: str
    why: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.field}: {self.why}" if self.field else f"line {self.line}: {self.why}"


class InvalidTable(Invalid):
    """A file has errors and nothing of it was taken. ``problems`` are the first SHOWN of ``total``."""

    def __init__(self, problems: list[Problem], total: int) -> None:
        more = f"\nand {total - len(problems):,} more errors" if total > len(problems) else ""
        super().__init__("\n".join(map(str, problems)) + more, path=problems[0].field)
        self.problems = tuple(problems)
        self.total = total


class Problems:
    """Counts errors and keeps those of the lowest lines, in whatever order they are found."""

    def __init__(self) -> None:
        self.first: list[Problem] = []
        self.total = 0

    def add(self, line: int, field: str, why: str) -> None:
        """Count a problem, and keep it where it is among the first."""
        self.total += 1
        if len(self.first) < SHOWN or line < self.first[-1].line:
            self.first.append(Problem(line, field, why))
            self.first.sort(key=lambda one: one.line)
            del self.first[SHOWN:]

    def more(self, count: int) -> None:
        """Count problems that stand in later lines than SHOWN others of their kind."""
        self.total += count

    def stop(self) -> None:
        """Raise InvalidTable where there is any problem."""
        if self.total:
            raise InvalidTable(self.first, self.total)


def refuse(field: str, why: str, line: int = 1) -> InvalidTable:
    """Return the error that says one thing about the whole file."""
    return InvalidTable([Problem(line, field, why)], 1)
