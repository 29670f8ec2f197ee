"""What may explain the outage O-12 of the furnished hub."""

from feeds.model import ExplanationRow


def candidate(**fields: object) -> ExplanationRow:
    """An explanation that stands: the wrong APN."""
    values: dict[str, object] = {
        "key": "apn iot.meter", "rank": 1, "where": {"apn": "iot.meter"}, "coverage": 0.98, "fleet_share": 0.041,
        "lift": 23.9, "affected": 612, "total": 41_200, "outside": 12, "outside_text": "8946 2000 1140–1142 +2",
        "outside_customers": ("Nordbuss", "Acme Lifts", "Hilltop Farm", "Ren & Söner"), "healthy": 40_588,
        "customers": 15, "stands": True, "note": "began with Acme Lifts, 12 min earlier",
        "trend": (None, None, 0.4, 0.55, 0.71, 0.9, 0.97, 0.98),
    }  # fmt: skip
    return ExplanationRow(**{**values, **fields})  # type: ignore[arg-type]


def candidates() -> list[ExplanationRow]:
    """The ranked list, best first."""
    return [
        candidate(),
        candidate(
            key="apn iot.meter, gateway pgw-sto-1", rank=2, where={"apn": "iot.meter", "gateway": "pgw-sto-1"},
            coverage=0.52, fleet_share=0.02, lift=26.0, affected=318, total=20_100, outside=306, customers=9,
            stands=False, note="part of apn iot.meter", trend=(None, None, None, 0.3, 0.44, 0.5, 0.51, 0.52),
        ),
        candidate(
            key="gateway pgw-sto-1", rank=3, where={"gateway": "pgw-sto-1"}, coverage=0.55, fleet_share=0.31, lift=1.8,
            affected=337, total=310_400, outside=287, customers=88, stands=False, note="alarms say so: M2",
            trend=(0.8, 0.7, 0.66, 0.6, 0.58, 0.56, 0.55, 0.55),
        ),
        candidate(
            key="visited_network 26201", rank=4, where={"visited_network": "26201"}, coverage=0.21, fleet_share=0.09,
            lift=2.3, affected=128, total=0, outside=484, healthy=0, customers=4, stands=False,
            note="as cases say; usually 9 % of them", trend=(0.1, 0.15, 0.2, 0.21, 0.21, 0.21, 0.21, 0.21),
        ),
    ]  # fmt: skip
