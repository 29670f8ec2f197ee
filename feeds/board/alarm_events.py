"""Events of one alarm: which are news, which say the same, how they are remembered, and the alarm that one begins.

The rules stand at the head of ``alarms``, which keeps the table.
"""

from datetime import datetime
from typing import Final

from feeds.model import Alarm, AlarmEvent, Severity

MARKS_KEPT: Final = 16
"""Of how many events of the newest time the keys are remembered."""

CLEAR: Final = Severity.CLEARED
RAISED, _CLEARED = "+", "-"
RAISE_ONCE, _CLEAR_ONCE = (RAISED,), (_CLEARED,)


def changes_anything(event: AlarmEvent, time: datetime, stated: bool, known: Alarm) -> bool:
    """Whether an event that happened at ``time`` changes anything; ``stated``: the source says so itself."""
    if time < known.changed or (event.event and _mark(event) in known.marks):
        return False
    later = stated and time > known.changed
    if later and event.severity is not known.severity:
        return True
    mark = _mark(event)
    clear = event.severity is CLEAR
    if clear is not (known.severity is CLEAR):
        return later or not stated or not _marked(mark, known.marks)
    if clear:
        return later or (stated and not _marked(mark, known.marks))
    return later or not says_the_same(event, known) or (event.event != "" and not _marked(mark, known.marks))


def _mark(event: AlarmEvent) -> str:
    """How an event is remembered: whether it was a raise or a clear, and the source's key of it."""
    return (_CLEARED if event.severity is Severity.CLEARED else RAISED) + event.event


def marked_once(event: AlarmEvent) -> tuple[str, ...]:
    """Return the marks of an alarm of which this is the only event of its time."""
    if event.event:
        return (_mark(event),)
    return _CLEAR_ONCE if event.severity is Severity.CLEARED else RAISE_ONCE


def marks_after(event: AlarmEvent, time: datetime, known: Alarm | None) -> tuple[str, ...]:
    """Return the marks of the alarm after an event."""
    if known is None or time != known.changed:
        return marked_once(event)
    mark = _mark(event)
    return known.marks if mark in known.marks else (*known.marks, mark)[-MARKS_KEPT:]


def _marked(mark: str, marks: tuple[str, ...]) -> bool:
    """Whether an event is among the marked ones, as far as can be told: without a key it may be any of its kind."""
    return any(one[0] == mark[0] and (len(one) == 1 or len(mark) == 1 or one == mark) for one in marks)


def begun(event: AlarmEvent, key: str, time: datetime, marks: tuple[str, ...], seq: int) -> Alarm:
    """Return the alarm of ``key`` that an event of ``time`` begins."""
    raised = event.raised
    return Alarm(
        source=event.source,
        id=event.id or key[len(event.source) + 1 :],
        managed_object=event.managed_object,
        severity=event.severity,
        raised=time if raised is None or raised > time else raised,
        changed=time,
        event_type=event.event_type,
        probable_cause=event.probable_cause,
        specific_problem=event.specific_problem,
        text=event.text,
        attributes=event.attributes,
        lapses=event.lapses,
        marks=marks,
        seq=seq,
    )


def says_the_same(event: AlarmEvent, known: Alarm) -> bool:
    """Whether the event says of the alarm what is known already; times aside."""
    return (
        event.severity is known.severity
        and event.text == known.text
        and event.probable_cause == known.probable_cause
        and event.specific_problem == known.specific_problem
        and event.managed_object == known.managed_object
        and event.event_type == known.event_type
        and event.attributes == known.attributes
    )
