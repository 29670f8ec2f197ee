"""What people call fields of rows: columns on screens are headed so, and filters and orders understand it too."""

from difflib import get_close_matches
from typing import Final

from feeds.model.rows.alarms import AlarmRow
from feeds.model.rows.cases import CaseRow
from feeds.model.rows.hub import ChangeRow, FactRow
from feeds.model.rows.outages import CallRow, OutageRow, TimelineRow
from feeds.model.rows.row import Row
from feeds.model.rows.updates import DeliveryRow, SuppressionRow, UpdateRow

_UPDATE: Final = {"no": "number", "update": "key", "at": "approved", "waiting": "queued"}
SAID: Final[dict[type[Row], dict[str, str]]] = {
    OutageRow: {"urg": "urgency", "id": "key", "alarms": "critical"},
    AlarmRow: {
        "s": "severity",
        "object": "managed_object",
        "problem": "specific_problem",
        "count": "occurrences",
        "outage": "outages",
        "ack": "acknowledged_by",
    },
    CaseRow: {
        "prio": "priority",
        "because": "priority_parts",
        "follow": "follow_up",
        "via": "channel",
        "age": "opened",
        "outage": "outages",
        "by": "placed",
    },
    TimelineRow: {"utc": "at"},
    UpdateRow: _UPDATE,
    DeliveryRow: {"by": "channel", "tries": "attempts"},
    CallRow: {"call": "phones"},
    SuppressionRow: {"for": "since"},
    FactRow: {"fact": "seq"},
    ChangeRow: {"kind": "section", "by": "who"},
}
"""By row type: a name, in small letters → the field. It comes before a field of that name."""


def field_named(row_type: type[Row], name: str) -> str | None:
    """Return the field that ``name`` means, in capitals or not; None: there is none."""
    small = name.lower()
    return SAID.get(row_type, {}).get(small) or (small if small in row_type.__struct_fields__ else None)


def names_of(row_type: type[Row]) -> list[str]:
    """Return all that fields may be called, the names on screens first."""
    return list(dict.fromkeys((*SAID.get(row_type, {}), *row_type.__struct_fields__)))


def nearest(row_type: type[Row], name: str) -> list[str]:
    """Return up to three names that ``name`` may be a slip of the pen for, the nearest first."""
    return get_close_matches(name.lower(), names_of(row_type), 3, 0.7)
