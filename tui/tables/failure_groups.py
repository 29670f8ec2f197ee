"""What did not arrive, by reason: deliveries of one state whose answers say the same, apart from names and numbers."""

import re
from collections.abc import Iterable

from msgspec import Struct

from feeds.model import DeliveryRow, DeliveryState

NOT_ARRIVED = "state:failed,bounced,uncertain,held,suppressed"
"""The filter of the deliveries that are grouped."""

AGAIN = frozenset({DeliveryState.FAILED, DeliveryState.UNCERTAIN, DeliveryState.HELD})
"""States in which a delivery can be sent again by a person."""

_ORDER = (
    DeliveryState.UNCERTAIN,
    DeliveryState.FAILED,
    DeliveryState.HELD,
    DeliveryState.BOUNCED,
    DeliveryState.SUPPRESSED,
)

_ADDRESS = re.compile(r"<?[^\s<>@]+@[^\s<>@,;:]+>?")
_HANDLE = re.compile(r"\b(?=[0-9A-Za-z-]*\d)(?=[0-9A-Za-z-]*[A-Za-z])[0-9A-Za-z-]{8,}\b|\b\d{5,}\b")


class FailureGroup(Struct, frozen=True):
    """Deliveries of one update that did not arrive for one reason. ``places`` are their numbers in the audience."""

    key: str
    state: DeliveryState
    reason: str
    places: tuple[int, ...]
    channels: tuple[str, ...]
    addresses: tuple[str, ...]

    @property
    def again(self) -> bool:
        """Whether they can be sent again by a person."""
        return self.state in AGAIN


def reason_of(answer: str) -> str:
    """Return an answer without what is of one delivery alone: addresses, queue ids, long numbers."""
    return " ".join(_HANDLE.sub("…", _ADDRESS.sub("…", answer)).split()) or "no answer was given"


def failure_groups(rows: Iterable[DeliveryRow]) -> tuple[FailureGroup, ...]:
    """Return the groups, those that ask for a person's decision first, within a state the largest first."""
    found: dict[tuple[DeliveryState, str], list[DeliveryRow]] = {}
    for row in rows:
        if row.state in _ORDER:
            found.setdefault((row.state, reason_of(row.answer)), []).append(row)
    groups = [
        FailureGroup(
            key=f"{state.value}/{reason}",
            state=state,
            reason=reason,
            places=tuple(int(row.key.rpartition("/")[2]) for row in of),
            channels=tuple(sorted({row.channel for row in of})),
            addresses=tuple(row.address for row in of),
        )
        for (state, reason), of in found.items()
    ]
    return tuple(sorted(groups, key=lambda one: (_ORDER.index(one.state), -len(one.places), one.reason)))
