"""How groups are told in facts and on screens: scopes as texts, reasons in words."""

from collections.abc import Iterable

from feeds.board.inventory import Where
from feeds.board.shared import Shared
from feeds.simspace import IntervalSet

Scope = tuple[tuple[str, str], ...]


def scope_of(sims: IntervalSet) -> Scope:
    """Return SIMs as facts state them: pairs of bodies."""
    return tuple((str(first), str(last)) for first, last in sims.pairs())


def describe(where: Where | Iterable[tuple[str, str]]) -> str:
    """Return attribute values as people read them: ``apn iot.meter, gateway pgw-2``."""
    return ", ".join(f"{name} {value}" for name, value in where)


def shared_in_words(item: Shared) -> str:
    """Return why cases are thought to have a value in common."""
    return f"cases of {item.customers:.0f} of {item.of} customers share {describe(item.where)}"
