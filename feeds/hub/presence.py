"""Who is at a terminal, and which outages they have open. Of this hub's life only; not in the log."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from feeds.model import PresentRow, Row

PEOPLE_SHOWN = 200
"""People in the view; a wall of terminals beyond that says nothing more."""


class AtTerminal(Protocol):
    """A connected terminal."""

    @property
    def outages(self) -> set[str]:
        """The outages that are open on it."""
        ...


class Presence:
    """The rows of the view *present*: one a person, however many terminals they sit at."""

    name = "present"
    row_type = PresentRow
    default_sort = "key"

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._terminals: dict[AtTerminal, tuple[str, str, datetime]] = {}
        """Terminal → who, role, since when."""

    def come(self, terminal: AtTerminal, who: str, role: str) -> None:
        """Say that somebody sat down."""
        self._terminals[terminal] = (who, role, self._now())

    def go(self, terminal: AtTerminal) -> None:
        """Say that the terminal is gone."""
        self._terminals.pop(terminal, None)

    def every_key(self) -> Iterable[str]:
        """The names of those who are there."""
        return list(dict.fromkeys(who for who, _role, _since in self._terminals.values()))[:PEOPLE_SHOWN]

    def row(self, key: str) -> Row | None:
        """One person."""
        mine = [(terminal, role, since) for terminal, (who, role, since) in self._terminals.items() if who == key]
        if not mine:
            return None
        return PresentRow(
            key=key,
            role=mine[0][1],
            terminals=len(mine),
            since=min(since for _terminal, _role, since in mine),
            outages=tuple(sorted(set().union(*(terminal.outages for terminal, _role, _since in mine)))),
        )
