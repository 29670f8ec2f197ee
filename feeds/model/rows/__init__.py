"""The rows that views send to screens. One frozen type per view; ``key`` is the row's identity within its view.

Rows carry times, not ages: an age is the screen's business, counted with the hub's clock.
"""

from feeds.model.rows.alarms import AlarmRow, FloodRow
from feeds.model.rows.cases import CaseRow, Lane, Nearby, OtherCase, ReadRow, TriageRow
from feeds.model.rows.hub import ChangeRow, ChangeSection, FactRow, FeedRow, PresentRow, ReplayRow
from feeds.model.rows.names import field_named, names_of, nearest
from feeds.model.rows.outages import CallRow, ExplanationRow, ImpactRow, OutageRow, TimelineRow
from feeds.model.rows.row import Row
from feeds.model.rows.sums import CountRow, CurveRow, DeskRow, StretchRow, SurgeRow, TotalsRow
from feeds.model.rows.updates import DeliveryRow, SuppressionRow, UpdateRow

__all__ = [
    "ROW_TYPES",
    "AlarmRow",
    "CallRow",
    "CaseRow",
    "ChangeRow",
    "ChangeSection",
    "CountRow",
    "CurveRow",
    "DeliveryRow",
    "DeskRow",
    "ExplanationRow",
    "FactRow",
    "FeedRow",
    "FloodRow",
    "ImpactRow",
    "Lane",
    "Nearby",
    "OtherCase",
    "OutageRow",
    "PresentRow",
    "ReadRow",
    "ReplayRow",
    "Row",
    "StretchRow",
    "SuppressionRow",
    "SurgeRow",
    "TimelineRow",
    "TotalsRow",
    "TriageRow",
    "UpdateRow",
    "field_named",
    "names_of",
    "nearest",
]

ROW_TYPES: dict[str, type[Row]] = {
    "outages": OutageRow,
    "alarms": AlarmRow,
    "cases": CaseRow,
    "readings": ReadRow,
    "totals": TotalsRow,
    "ribbon": StretchRow,
    "counts": CountRow,
    "curve": CurveRow,
    "surges": SurgeRow,
    "desk": DeskRow,
    "flood": FloodRow,
    "triage": TriageRow,
    "present": PresentRow,
    "explanations": ExplanationRow,
    "feeds": FeedRow,
    "impact": ImpactRow,
    "timeline": TimelineRow,
    "updates": UpdateRow,
    "deliveries": DeliveryRow,
    "suppressions": SuppressionRow,
    "calls": CallRow,
    "facts": FactRow,
    "changes": ChangeRow,
    "replay": ReplayRow,
}
"""The views by name. ``impact``, ``timeline``, ``explanations`` and ``calls`` are of one outage, ``readings`` and
``triage`` of one case: opened with ``of``.

``facts`` is the log itself, newest first. ``changes`` is what changed since ``of``, a time or a sequence, or between
two of them: ``2026-02-03T01:02:03Z``, ``4711``, ``4711..5120``. ``replay`` says where a replay stands.
``curve`` is of the last day in stretches of 10 minutes or, with ``of``, of ``MINUTES/STRETCHES[/CHANNEL][/KIND]``.
``ribbon`` is of the fleet or, with ``of``, of one outage; ``of`` may go on with ``:FIRST-LAST`` (ICCID bodies: the part
that is looked at) and ``/COLUMNS`` (how many stretches, 1 to 1,000): ``O-12``, ``O-12/160``, ``:FIRST-LAST/160``.
"""
