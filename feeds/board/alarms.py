"""Alarms on the board: raise, change, repeat, clear.

Rules, for events of one alarm identity (ITU-T X.733 leaves the order of delivery open, so they rest on event times):

- The newest event counts: the alarm is active unless that is a clear. An event older than it came late and changes
  nothing. So the order of delivery does not matter, nor how often an event is delivered.
- The same event again changes nothing. The same content at a later time is a repeat: it counts as an occurrence.
- Of several events of one time the one that comes last counts. Where the source has keys of its own for events, they
  tell the same event from another one; else a second raise, or a second clear, of one time is taken for a repeat.
- A clear of an alarm that is unknown or clear is kept, so that the raise which comes late does not leave a zombie.
- An event without a time happens when it comes; nothing but a key can tell its repeats.
- The last cleared alarms are remembered, up to a number: an event that comes later than that is taken as news.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

import msgspec

from feeds.board.inventory import Inventory, Where
from feeds.board.objects import ObjectTable
from feeds.board.times import happened
from feeds.board.touched import Touched
from feeds.model import Alarm, AlarmEvent, Severity, alarm_key

CLEARED_KEPT = 50_000
"""How many cleared alarms are remembered at least."""
FORGOTTEN_AT_ONCE = 1_000
"""So many more are remembered and then forgotten together: a dict is slow to give up its first keys one by one."""

RAISES_KEPT = 9
"""Of how many raises before the last one the times are remembered, per alarm."""
RAISE_MINUTES_KEPT = 24 * 60
"""For how many minutes back raises are counted."""
CHATTER_RAISES = 3
"""So many raises within a short time are chatter (ISA-18.2, 16.5.2 and EEMUA 191 speak of three within a minute; what
is short is for the asker to say, since network alarms are polled and come late)."""

MARKS_KEPT = 16
"""Of how many events of the newest time the keys are remembered."""

_RAISED, _CLEARED = "+", "-"
_RAISE_ONCE, _CLEAR_ONCE = (_RAISED,), (_CLEARED,)

SEVERITIES = tuple(Severity)
_RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}


@dataclass(slots=True, eq=False)
class Place:
    """The active alarms whose objects serve the same attribute values, and how many there are by severity."""

    where: Where
    members: dict[str, None] = field(default_factory=dict)
    counts: list[int] = field(default_factory=lambda: [0] * len(SEVERITIES))


class AlarmTable:
    """Active alarms and the last cleared ones, by key (``source/id``).

    ``places`` is derived: active alarms by what their object serves, with counts by severity.
    """

    def __init__(self, inventory: Inventory, objects: ObjectTable) -> None:
        self.active: dict[str, Alarm] = {}
        self.cleared: dict[str, Alarm] = {}
        self.places: dict[Where, Place] = {}
        self.new_wheres: list[Where] = []
        """Values seen for the first time since the list was taken: outages may have to take them in."""
        self.moved: dict[Place, None] = {}
        """Places whose counts changed since the set was taken: the rows of their outages differ."""
        self.raises: dict[int, int] = {}
        """Minute (whole minutes since 1970) in which they came → alarms raised; primary, for one day."""
        self.shelved: dict[str, datetime] = {}
        """Alarms that people put aside → until when; some of these times may have passed. Derived."""
        self.chatter: dict[str, datetime] = {}
        """Alarms that were raised three times or more → when the last three of these began. Derived."""
        self._raised_at: tuple[datetime | None, int] = (None, 0)
        """The time at which the last raise came, and its minute."""
        self._inventory = inventory
        self._objects = objects
        self._place_of: dict[str, Place] = {}

    def get(self, key: str) -> Alarm | None:
        """Return the alarm, active or cleared."""
        return self.active.get(key) or self.cleared.get(key)

    def is_news(self, event: AlarmEvent) -> bool:
        """Whether the event may change anything, whatever else is on its way to the board.

        No stays no while other events are taken in, so that a door may leave out what is late or repeated before the
        events ahead of it are applied. An event without a time has to take its turn: what it says depends on it.
        """
        key = alarm_key(event)
        known = self.active.get(key) or self.cleared.get(key)
        return known is None or event.time is None or _is_news(event, event.time, True, known)

    def repeats(self, event: AlarmEvent) -> bool:
        """Whether the event says of an active alarm what is known of it, apart from the time."""
        known = self.active.get(alarm_key(event))
        return known is not None and _same(event, known)

    def report(self, event: AlarmEvent, seq: int, at: datetime, touched: Touched) -> None:
        """Take in one event."""
        key = alarm_key(event)
        known = self.active.get(key) or self.cleared.get(key)
        if known is None and event.severity is not Severity.CLEARED:  # most of what comes in a storm
            self._raise(key, event, None, happened(event.time, at, None)[0], seq)
            self._count_raise(at)
            touched.alarms.add(key)
            return
        time, stated = happened(event.time, at, known.changed if known is not None else None)
        if known is not None and not _is_news(event, time, stated, known):
            return
        active = known is not None and known.severity is not Severity.CLEARED
        if event.severity is Severity.CLEARED:
            self._clear(key, event, known, time, seq)
            self._forget(touched)
        elif known is None or not active:
            self._raise(key, event, known, time, seq)
            self._count_raise(at)
        else:
            self._change(key, event, known, time, seq)
        touched.alarms.add(key)

    def acknowledge(self, key: str, who: str, seq: int, touched: Touched) -> None:
        """Note who took note of an active alarm."""
        known = self.active.get(key)
        if known is not None and known.acknowledged_by != who:
            self.active[key] = msgspec.structs.replace(known, acknowledged_by=who, seq=seq)
            touched.alarms.add(key)

    def shelve(self, key: str, until: datetime | None, who: str, seq: int, touched: Touched) -> None:
        """Note that a person put an alarm aside until then; None: it is looked at again."""
        held = self.active if key in self.active else self.cleared
        known = held.get(key)
        if known is None:
            return
        by = who if until is not None else ""
        held[key] = msgspec.structs.replace(known, shelved=until, shelved_by=by, seq=seq)
        if until is not None:
            self.shelved[key] = until
        else:
            self.shelved.pop(key, None)
        touched.alarms.add(key)

    def restore(self, active: Iterable[Alarm], cleared: Iterable[Alarm], raises: Iterable[tuple[int, int]]) -> None:
        """Take over what a dump holds; ``reindex`` is still to be called."""
        self.active = {alarm.key: alarm for alarm in active}
        self.cleared = {alarm.key: alarm for alarm in cleared}
        self.raises = dict(raises)
        for held in (self.active, self.cleared):
            for key, alarm in held.items():
                if alarm.shelved is not None:
                    self.shelved[key] = alarm.shelved
                if len(alarm.raises) >= CHATTER_RAISES - 1:
                    self.chatter[key] = alarm.raises[1 - CHATTER_RAISES]

    def raised_within(self, last: int, minutes: int) -> int:
        """Return how many alarms were raised in the ``minutes`` whole minutes up to the minute ``last``."""
        return sum(self.raises.get(minute, 0) for minute in range(last - minutes + 1, last + 1))

    def _count_raise(self, at: datetime) -> None:
        if at is not self._raised_at[0]:
            self._raised_at = (at, int(at.timestamp()) // 60)
        minute = self._raised_at[1]
        count = self.raises.get(minute)
        if count is None:
            for old in [old for old in self.raises if old <= minute - RAISE_MINUTES_KEPT]:
                del self.raises[old]
        self.raises[minute] = (count or 0) + 1

    def where_of(self, key: str) -> Where:
        """What the object of an active alarm serves; empty where nothing is known."""
        place = self._place_of.get(key)
        return place.where if place is not None else ()

    def attributes(self, alarm: Alarm) -> dict[str, str]:
        """Return what its source says of the alarm's object, and what the object rules say beside that."""
        ruled = self._objects.attributes(alarm.source, alarm.managed_object)
        return {**ruled, **alarm.attributes} if ruled else alarm.attributes

    def at(self, where: Where) -> Iterable[str]:
        """Return the keys of the active alarms at a place."""
        place = self.places.get(where)
        return place.members if place is not None else ()

    @property
    def counts(self) -> dict[Where, list[int]]:
        """How many active alarms there are at each place, by severity."""
        return {where: place.counts for where, place in self.places.items()}

    def reindex(self, touched: Touched) -> None:
        """Derive ``places`` anew after the inventory or the object rules changed."""
        self.places.clear()
        self._place_of.clear()
        self.new_wheres.clear()
        self.moved.clear()
        for key, alarm in self.active.items():
            self._enter(key, alarm)
        touched.alarms.update(self.active)

    def _raise(self, key: str, event: AlarmEvent, before: Alarm | None, time: datetime, seq: int) -> None:
        self.cleared.pop(key, None)
        alarm = _begun(key, event, time, _marks(event, time, before), seq)
        if before is not None:
            raises = before.raises
            if before.raised < alarm.raised:
                raises = (*raises, before.raised)[-RAISES_KEPT:]
            alarm = msgspec.structs.replace(
                alarm,
                last_cleared=before.cleared,
                raises=raises,
                shelved=before.shelved,
                shelved_by=before.shelved_by,
            )
            if len(raises) >= CHATTER_RAISES - 1:
                self.chatter[key] = raises[1 - CHATTER_RAISES]
        self.active[key] = alarm
        self._enter(key, alarm)

    def _change(self, key: str, event: AlarmEvent, known: Alarm, time: datetime, seq: int) -> None:
        marks = _marks(event, time, known)
        if _same(event, known):
            self.active[key] = msgspec.structs.replace(
                known, changed=time, occurrences=known.occurrences + 1, marks=marks
            )
            return
        self._leave(key, known)
        alarm = msgspec.structs.replace(
            known,
            managed_object=event.managed_object,
            severity=event.severity,
            changed=time,
            event_type=event.event_type,
            probable_cause=event.probable_cause,
            specific_problem=event.specific_problem,
            text=event.text,
            attributes=event.attributes,
            marks=marks,
            seq=seq,
        )
        self.active[key] = alarm
        self._enter(key, alarm)

    def _clear(self, key: str, event: AlarmEvent, known: Alarm | None, time: datetime, seq: int) -> None:
        marks = _marks(event, time, known)
        if key in self.active:
            assert known is not None
            self._leave(key, known)
            del self.active[key]
            self.cleared[key] = msgspec.structs.replace(
                known, severity=Severity.CLEARED, changed=time, cleared=time, marks=marks, seq=seq
            )
            return
        if (known is None or time > known.changed) and (event.raised is None or event.raised >= time):
            marks = (*marks, _RAISED)  # the raise that it ends was not seen: one of the same time is taken for it
        if known is not None:
            self.cleared[key] = msgspec.structs.replace(known, changed=time, marks=marks)
            return
        begun = _begun(key, event, time, marks, seq)
        self.cleared[key] = msgspec.structs.replace(begun, severity=Severity.CLEARED, cleared=time, lapses=None)

    def _forget(self, touched: Touched) -> None:
        if len(self.cleared) < CLEARED_KEPT + FORGOTTEN_AT_ONCE:
            return
        for key in list(islice(self.cleared, FORGOTTEN_AT_ONCE)):
            del self.cleared[key]
            self.shelved.pop(key, None)
            self.chatter.pop(key, None)
            touched.alarms.add(key)

    def _enter(self, key: str, alarm: Alarm) -> None:
        attributes = self.attributes(alarm) if self._objects.rules else alarm.attributes
        if not attributes:
            return
        where = self._inventory.where(attributes)
        if not where:
            return
        place = self.places.get(where)
        if place is None:
            place = self.places[where] = Place(where)
            self.new_wheres.append(where)
        self._place_of[key] = place
        place.members[key] = None
        place.counts[_RANK[alarm.severity]] += 1
        self.moved[place] = None

    def _leave(self, key: str, alarm: Alarm) -> None:
        place = self._place_of.pop(key, None)
        if place is None:
            return
        del place.members[key]
        place.counts[_RANK[alarm.severity]] -= 1
        self.moved[place] = None
        if not place.members:
            del self.places[place.where]


def _is_news(event: AlarmEvent, time: datetime, stated: bool, known: Alarm) -> bool:
    """Whether an event that happened at ``time`` changes anything; ``stated``: the source says so itself."""
    mark = _mark(event)
    if time < known.changed or (event.event and mark in known.marks):
        return False
    later = stated and time > known.changed
    clear = event.severity is Severity.CLEARED
    if clear is not (known.severity is Severity.CLEARED):
        return later or not stated or not _marked(mark, known.marks)
    if clear:
        return later or (stated and not _marked(mark, known.marks))
    return later or not _same(event, known) or (event.event != "" and not _marked(mark, known.marks))


def _mark(event: AlarmEvent) -> str:
    """How an event is remembered: whether it was a raise or a clear, and the source's key of it."""
    return (_CLEARED if event.severity is Severity.CLEARED else _RAISED) + event.event


def _marked_once(event: AlarmEvent) -> tuple[str, ...]:
    """Return the marks of an alarm of which this is the only event of its time."""
    if event.event:
        return (_mark(event),)
    return _CLEAR_ONCE if event.severity is Severity.CLEARED else _RAISE_ONCE


def _marks(event: AlarmEvent, time: datetime, known: Alarm | None) -> tuple[str, ...]:
    """Return the marks of the alarm after an event."""
    if known is None or time != known.changed:
        return _marked_once(event)
    mark = _mark(event)
    return known.marks if mark in known.marks else (*known.marks, mark)[-MARKS_KEPT:]


def _marked(mark: str, marks: tuple[str, ...]) -> bool:
    """Whether an event is among the marked ones, as far as can be told: without a key it may be any of its kind."""
    return any(one[0] == mark[0] and (len(one) == 1 or len(mark) == 1 or one == mark) for one in marks)


def _begun(key: str, event: AlarmEvent, time: datetime, marks: tuple[str, ...], seq: int) -> Alarm:
    """Return the alarm that an event of ``time`` begins."""
    return Alarm(
        source=event.source,
        id=key[len(event.source) + 1 :],
        managed_object=event.managed_object,
        severity=event.severity,
        raised=min(event.raised or time, time),
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


def _same(event: AlarmEvent, known: Alarm) -> bool:
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
