"""The nouns of the product and the rows that screens show: data only, no behaviour that needs a clock or I/O.

Names are the field's: X.733 / 3GPP TS 32.111 for alarms, TM Forum TMF621 for cases (TroubleTicket), TMF656 for
outages (ServiceProblem), E.118 / E.212 / E.164 for identifiers. All times are aware datetimes in UTC.

The structs are frozen trees of plain data, so the cycle collector need not look at them (``gc=False``): with a million
of them it would do little else.
"""

from feeds.model.alarms import LAPSED, Alarm, AlarmEvent, AlarmKey, Severity, alarm_key
from feeds.model.cases import Case, CaseEvent, CaseKey, CaseKind, CaseState, Channel, Service, case_key
from feeds.model.commands import (
    COMMANDS,
    Acknowledge,
    Approve,
    AskPreview,
    Command,
    CommandName,
    Declare,
    Draft,
    Mitigate,
    Reject,
    Resolve,
    Retry,
    Steer,
)
from feeds.model.inventory import Contact, ContactChannel, Customer, CustomerId, SimRange
from feeds.model.outages import LIVE_STATES, CustomerImpact, Outage, OutageId, OutageState
from feeds.model.rows import (
    ROW_TYPES,
    AlarmRow,
    CaseRow,
    CountRow,
    DeliveryRow,
    FeedRow,
    ImpactRow,
    OutageRow,
    Row,
    TimelineRow,
    UpdateRow,
)
from feeds.model.updates import (
    AudienceEntry,
    Delivery,
    DeliveryState,
    Message,
    Preview,
    Update,
    UpdateId,
    UpdateKind,
    UpdateState,
    UpdateText,
)

__all__ = [
    "COMMANDS",
    "LAPSED",
    "LIVE_STATES",
    "ROW_TYPES",
    "Acknowledge",
    "Alarm",
    "AlarmEvent",
    "AlarmKey",
    "AlarmRow",
    "Approve",
    "AskPreview",
    "AudienceEntry",
    "Case",
    "CaseEvent",
    "CaseKey",
    "CaseKind",
    "CaseRow",
    "CaseState",
    "Channel",
    "Command",
    "CommandName",
    "Contact",
    "ContactChannel",
    "CountRow",
    "Customer",
    "CustomerId",
    "CustomerImpact",
    "Declare",
    "Delivery",
    "DeliveryRow",
    "DeliveryState",
    "Draft",
    "FeedRow",
    "ImpactRow",
    "Message",
    "Mitigate",
    "Outage",
    "OutageId",
    "OutageRow",
    "OutageState",
    "Preview",
    "Reject",
    "Resolve",
    "Retry",
    "Row",
    "Service",
    "Severity",
    "SimRange",
    "Steer",
    "TimelineRow",
    "Update",
    "UpdateId",
    "UpdateKind",
    "UpdateRow",
    "UpdateState",
    "UpdateText",
    "alarm_key",
    "case_key",
]
