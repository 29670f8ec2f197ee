"""A case event → the fact, with the SIMs that its fields and texts speak of. All formats that bring cases end here."""

from typing import Final

from feeds.facts import CaseReported
from feeds.model import CaseEvent
from feeds.simspace import LengthProfile, Reading, SimSpan, merge_spans, read_sims

NUMBERS: Final = 5_000
"""Numbers that are looked at in one case. A body of 64 KiB holds about 3,000 ICCIDs."""

_WARNINGS: Final = 20


def case_reported(event: CaseEvent, profile: LengthProfile) -> CaseReported:
    """Return the fact for ``event``: SIMs read from its ``sims``, title and text, doubts as sentences."""
    spans: list[SimSpan] = []
    doubts: dict[str, None] = {}
    for written in event.sims:
        reading = read_sims(written, profile, NUMBERS)
        spans += reading.spans
        if not reading.items and not reading.warnings:
            doubts[f"sims: {written!r} was not understood"] = None
        doubts |= _sentences(reading)
    for text in (event.title, event.text):
        if text:
            reading = read_sims(text, profile, NUMBERS)
            spans += reading.spans
            doubts |= _sentences(reading)
    warnings = tuple(doubts)
    if len(warnings) > _WARNINGS:
        warnings = (*warnings[: _WARNINGS - 1], f"and {len(warnings) - _WARNINGS + 1} more doubts")
    return CaseReported(event, merge_spans(spans) if spans else (), warnings)


def _sentences(reading: Reading) -> dict[str, None]:
    return {
        warning.why if warning.why.startswith(warning.text) else f"{warning.text}: {warning.why}": None
        for warning in reading.warnings
    }
