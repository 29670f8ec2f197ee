"""Facts as rows: what kind, about what, in words, and field by field. For the view *facts* and for what changed.

Leaves reading the log to the hub: views do no input or output.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import msgspec

from feeds.facts import (
    AddressAllowed,
    AddressSuppressed,
    AlarmAcknowledged,
    AlarmReported,
    AlarmShelved,
    CasePlaced,
    CaseReported,
    CustomersStated,
    DeliveryMoved,
    DeskStated,
    ExplanationChosen,
    Fact,
    Glance,
    ObjectsStated,
    OutageExplained,
    OutageMerged,
    OutageMoved,
    OutageScoped,
    OutageSuspected,
    RangesLoaded,
    RangesStated,
    SurgeBegan,
    SurgeEnded,
    SurgeGrew,
    UpdateApproved,
    UpdateDrafted,
    UpdateProposed,
    UpdateSteered,
    UrgencySet,
    WeightsStated,
)
from feeds.model import FactRow, alarm_key, case_key
from feeds.model.how_many import how_many

LARGE_BYTES: Final = 1 << 20
"""A fact of more is not looked into: a whole inventory has no words and no fields that a person reads."""
FIELDS_SHOWN: Final = 60
FIELD_LENGTH: Final = 400
WORDS_LENGTH: Final = 300


def fact_row(entry: Glance) -> FactRow:
    """Return one entry as a row. What this program cannot read is said so in it."""
    kind, about, what = entry.kind, "", ""
    outages: tuple[str, ...] = ()
    fields: dict[str, str] = {}
    if len(entry.fact) > LARGE_BYTES:
        what = f"{len(entry.fact) / 1e6:.1f} MB, not looked into"
    else:
        try:
            fact = entry.opened()
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            what = f"this program cannot read it: {error}"
        else:
            about, what = fact_about(fact), fact_words(fact)
            outages = fact_outages(fact)
            fields = fact_fields(fact)
    return FactRow(
        key=str(entry.seq),
        seq=entry.seq,
        at=entry.at,
        by=entry.by,
        kind=kind,
        about=about,
        outages=outages,
        what=what[:WORDS_LENGTH],
        seen=entry.seen,
        fields=fields,
    )


def fact_about(fact: Fact) -> str:
    """Return what a fact is about: the key of an alarm or a case, the id of an outage or an update."""
    match fact:
        case AlarmReported(event=event):
            return alarm_key(event)
        case AlarmAcknowledged(alarm=alarm) | AlarmShelved(alarm=alarm):
            return alarm
        case CaseReported(event=case):
            return case_key(case)
        case CasePlaced(case=key):
            return key
        case SurgeBegan(surge=surge) | SurgeGrew(surge=surge) | SurgeEnded(surge=surge):
            return surge
        case UpdateDrafted(update=update) | UpdateProposed(update=update) | UpdateApproved(update=update):
            return update
        case UpdateSteered(update=update):
            return update
        case DeliveryMoved(update=update, index=index):
            return f"{update}/{index}"
        case AddressSuppressed(channel=channel, address=address) | AddressAllowed(channel=channel, address=address):
            return f"{channel.value}/{address}"
        case _:
            return getattr(fact, "outage", "")


def fact_outages(fact: Fact) -> tuple[str, ...]:
    """Return the outages that a fact names."""
    named = (getattr(fact, "outage", ""), getattr(fact, "into", ""), getattr(fact, "split_from", ""))
    return tuple(dict.fromkeys(one for one in named if one))


def fact_words(fact: Fact) -> str:
    """Return a fact as a sentence without its subject."""
    match fact:
        case AlarmReported(event=event):
            problem = event.specific_problem or event.probable_cause or event.event_type or event.text
            return _joined(event.severity.value, problem, f"on {event.managed_object}")
        case AlarmAcknowledged():
            return "taken note of"
        case AlarmShelved(until=until, reason=reason):
            return _because(f"shelved until {until:%Y-%m-%d %H:%M} UTC" if until else "taken off the shelf", reason)
        case CaseReported(event=case, sims=sims):
            read = f"{len(sims)} numbers or ranges read" if sims else ""
            return "; ".join(filter(None, (_joined(case.state.value, case.customer, case.title), read)))
        case RangesStated(ranges=ranges):
            return f"{how_many(len(ranges), 'SIM range')} stated"
        case RangesLoaded():
            return "the whole inventory of SIM ranges"
        case CustomersStated(customers=customers):
            return f"{how_many(len(customers), 'customer')} stated"
        case ObjectsStated(rules=rules):
            return f"{how_many(len(rules), 'rule')} of what objects serve"
        case CasePlaced(outage=outage, inside=inside, reason=reason):
            return _because(f"moved {'into' if inside else 'out of'} {outage}", reason)
        case OutageSuspected(reason=reason, ranges=ranges):
            return _because(f"suspected on {how_many(len(ranges), 'SIM range')}", reason)
        case OutageScoped(reason=reason, ranges=ranges):
            return _because(f"now on {how_many(len(ranges), 'SIM range')}", reason)
        case OutageMerged(into=into, reason=reason):
            return _because(f"merged into {into}", reason)
        case OutageMoved(state=state, reason=reason):
            return _because(state.value, reason)
        case OutageExplained(explanations=found):
            return f"explained by {_where(found[0].where)}" if found else "nothing explains it"
        case ExplanationChosen(where=where, reason=reason):
            return _because(f"said to be {_where(where)}" if where else "the word on its cause taken back", reason)
        case UrgencySet(points=points, reason=reason):
            return _because("urgency is the sum again" if points is None else f"urgency set to {points}", reason)
        case SurgeBegan(seen=seen, minutes=minutes, usual=usual):
            return f"{how_many(seen, 'case')} in {minutes} min, usual {usual:.1f}"
        case SurgeGrew(seen=seen, minutes=minutes, usual=usual):
            return f"grew to {how_many(seen, 'case')} in {minutes} min, usual {usual:.1f}"
        case SurgeEnded():
            return "over"
        case DeskStated():
            return "what is usual at the desk"
        case WeightsStated():
            return "what makes things urgent"
        case UpdateDrafted(outage=outage, kind=kind, text=text):
            return f"{kind.value} for {outage} written: {text.done}"
        case UpdateProposed(customers=customers):
            return f"proposed for {how_many(customers, 'customer')}"
        case UpdateApproved(audience=audience, alone=alone):
            return _because(f"approved for {how_many(len(audience), 'contact')}", f"alone: {alone}" if alone else "")
        case UpdateSteered(to=to, reason=reason):
            return _because(to, reason)
        case DeliveryMoved(state=state, answer=answer):
            return _because(state.value, answer)
        case AddressSuppressed(why=why, words=words):
            return _because(f"nothing more is sent there ({why})", words)
        case AddressAllowed(reason=reason):
            return _because("may be written to again", reason)


def fact_fields(fact: Fact) -> dict[str, str]:
    """Return what a fact holds as names (dotted where they are nested) and texts, bounded."""
    found: dict[str, str] = {}
    for name, text in _flat("", msgspec.to_builtins(fact)):
        if len(found) >= FIELDS_SHOWN:
            found["…"] = "further fields are not shown"
            break
        found[name] = text if len(text) <= FIELD_LENGTH else f"{text[:FIELD_LENGTH]} … ({len(text)} characters)"
    return found


_MOST: Final = 20
"""Elements of one list that are shown."""


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            for key, held in value.items():
                yield from _flat(f"{name}.{key}" if name else str(key), held)
        case list() | tuple() if all(not isinstance(one, dict | list | tuple) for one in value):
            rest = f" and {len(value) - _MOST} more" if len(value) > _MOST else ""
            yield name, ", ".join(map(str, value[:_MOST])) + rest
        case list() | tuple() if all(_is_pair(one) for one in value):
            rest = f" and {len(value) - _MOST} more" if len(value) > _MOST else ""
            yield name, ", ".join(one if one == end else f"{one}–{end}" for one, end in value[:_MOST]) + rest
        case list() | tuple():
            for place, held in enumerate(value[:_MOST], start=1):
                yield from _flat(f"{name}.{place}", held)
            if len(value) > _MOST:
                yield f"{name}.…", f"{len(value) - _MOST} more"
        case datetime():
            yield name, value.isoformat()
        case None:
            yield name, "–"
        case _:
            yield name, str(value)


def _is_pair(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2 and all(isinstance(one, str) for one in value)


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _because(what: str, reason: str) -> str:
    return f"{what}: {reason}" if reason else what


def _where(where: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(where.items()))
