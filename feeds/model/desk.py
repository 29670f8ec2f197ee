"""What the operator says of its desk: usual volumes and times, the calendar, and what makes things urgent.

It comes from the hub's configuration and is a fact as well, so that a replay counts as the room counted. Figures that
stand here by themselves are those of one desk in 2019: 180 calls and 1,740 mails a month.
"""

from typing import Annotated

from msgspec import Meta, Struct, field

from feeds.model.cases import CaseKind, Channel

PerMonth = Annotated[float, Meta(ge=0.0, le=10_000_000.0)]
Days = Annotated[float, Meta(gt=0.0, le=1_000.0)]
Points = Annotated[float, Meta(ge=-1_000.0, le=1_000.0)]


class Desk(Struct, frozen=True, forbid_unknown_fields=True):
    """Volumes and times that are usual, and the calendar by which days are counted.

    ``monthly``: cases a month by channel; a channel that is not named is thought to bring few. ``usual_days``: working
    days from opening to closing by kind. ``country`` (ISO 3166-1) and ``region`` (ISO 3166-2) say which days are
    holidays, ``time_zone`` (IANA) when a day begins. ``call_target``: seconds that a call should take.
    ``on_duty``: people who look at alarms at one time.
    """

    monthly: dict[Channel, PerMonth] = field(default_factory=lambda: {Channel.CALL: 180.0, Channel.EMAIL: 1740.0})
    usual_days: dict[CaseKind, Days] = field(
        default_factory=lambda: {
            CaseKind.INCIDENT: 9.3,
            CaseKind.INFORMATION: 7.1,
            CaseKind.SERVICE: 9.3,
            CaseKind.ORDER: 12.0,
        }
    )
    country: str = "SE"
    region: str = ""
    time_zone: str = "Europe/Stockholm"
    call_target: Annotated[float, Meta(gt=0.0, le=86_400.0)] = 320.0
    on_duty: Annotated[int, Meta(ge=1, le=1_000)] = 1


class Weights(Struct, frozen=True, forbid_unknown_fields=True):
    """Points that make an outage urgent and a case early. ``sims_tenfold``: for each factor of ten in SIMs.

    ``growing``: the most that cases of the last ten minutes give. ``uses``, ``severities``, ``agreements``, ``kinds``:
    points by what SIMs are for, by the worst alarm, by the customer's agreement, by kind of case; others give none.
    """

    vip: Points = 25.0
    sims_tenfold: Points = 7.4
    growing: Points = 20.0
    uses: dict[str, Points] = field(
        default_factory=lambda: {
            "health": 18.0,
            "alarm": 18.0,
            "metering": 16.0,
            "payment": 14.0,
            "vehicle": 10.0,
            "tracking": 6.0,
            "consumer": 0.0,
        }
    )
    severities: dict[str, Points] = field(default_factory=lambda: {"critical": 10.0, "major": 5.0, "minor": 2.0})
    agreements: dict[str, Points] = {}
    kinds: dict[str, Points] = field(default_factory=lambda: {"incident": 10.0})
    in_outage: Points = 5.0
