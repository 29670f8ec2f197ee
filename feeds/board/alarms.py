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

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

import msgspec

from feeds.board.alarm_events import (
    CLEAR,
    RAISE_ONCE,
    RAISED,
    begun,
    changes_anything,
    marked_once,
    marks_after,
    says_the_same,
)
from feeds.board.inventory import Inventory, Where
from feeds.board.objects import ObjectTable
from feeds.board.times import happened
from feeds.board.touched import Touched
from feeds.facts import AlarmReported, Entry, Fact
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
        self._inventory = inventory
        self._objects = objects
        self._placed_from = self._placing()
        """The versions of inventory and rules that ``places`` is derived from."""

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
        return known is None or event.time is None or changes_anything(event, event.time, True, known)

    def news(self, facts: Sequence[Fact], of_others: Callable[[Fact], bool]) -> list[Fact]:
        """Return those of ``facts`` that may change anything: alarms as in ``is_news``, others by ``of_others``."""
        get_active, get_cleared = self.active.get, self.cleared.get
        found: list[Fact] = []
        for fact in facts:
            if type(fact) is AlarmReported:
                event = fact.event
                key = alarm_key(event)
                known = get_active(key) or get_cleared(key)
                if known is not None:
                    time = event.time
                    if time is not None and not changes_anything(event, time, True, known):
                        continue
            elif not of_others(fact):
                continue
            found.append(fact)
        return found

    def repeats(self, event: AlarmEvent) -> bool:
        """Whether the event says of an active alarm what is known of it, apart from the time."""
        known = self.active.get(alarm_key(event))
        return known is not None and says_the_same(event, known)

    def report(self, entries: Iterable[Entry], at: datetime, touched: Touched) -> None:
        """Take in the events of ``entries``, all of which came ``at`` one time, in order.

        This is the inner loop of a storm: the raise of an unknown alarm, which most of it is, makes as few calls as
        it can. What a raise of a known one and a clear come to, see below.
        """
        active, cleared = self.active, self.cleared
        note, get_active, get_cleared = touched.alarms.add, active.get, cleared.get
        raised = 0
        for entry in entries:
            event: AlarmEvent = entry.fact.event  # type: ignore[union-attr,assignment]  # the caller looked
            key = alarm_key(event)
            severity, stated = event.severity, event.time
            known = get_active(key) or get_cleared(key)
            if known is None and severity is not CLEAR:
                time = stated if stated is not None and stated <= at else happened(stated, at, None)[0]
                marks = marked_once(event) if event.event else RAISE_ONCE
                alarm = begun(event, key, time, marks, entry.seq)
                active[key] = alarm
                self._enter(key, alarm)
                raised += 1
                note(key)
                continue
            if stated is not None and stated <= at:
                time, is_stated = stated, True
            else:
                time, is_stated = happened(stated, at, known.changed if known is not None else None)
            if known is not None and not changes_anything(event, time, is_stated, known):
                continue
            if severity is CLEAR:
                self._clear(key, event, known, time, entry.seq)
                if len(cleared) >= CLEARED_KEPT + FORGOTTEN_AT_ONCE:
                    self._forget(touched)
            elif known is None or known.severity is CLEAR:
                self._raise(key, event, known, time, entry.seq)
                raised += 1
            else:
                self._change(key, event, known, time, entry.seq)
            note(key)
        if raised:
            self._count_raises(raised, at)

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

    def _count_raises(self, count: int, at: datetime) -> None:
        minute = int(at.timestamp()) // 60
        before = self.raises.get(minute)
        if before is None:
            for old in [old for old in self.raises if old <= minute - RAISE_MINUTES_KEPT]:
                del self.raises[old]
        self.raises[minute] = (before or 0) + count

    def where_of(self, key: str) -> Where:
        """What the object of an active alarm serves; empty where nothing is known."""
        alarm = self.active.get(key)
        place = self._place_of(key, alarm) if alarm is not None else None
        return place.where if place is not None else ()

    def _place_of(self, key: str, alarm: Alarm) -> Place | None:
        """Return the place that an active alarm was put at. It is found again, not kept: most are never asked for."""
        attributes = self.attributes(alarm) if self._objects.rules else alarm.attributes
        place = self.places.get(self._inventory.where(attributes)) if attributes else None
        if place is not None and key in place.members:
            return place
        if self._placed_from == self._placing():
            return None
        # The inventory changed, and ``reindex`` was not called yet: what it served before is what counts.
        return next((one for one in self.places.values() if key in one.members), None)

    def _placing(self) -> tuple[int, int]:
        return self._inventory.places_version, self._objects.version

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
        self.new_wheres.clear()
        self.moved.clear()
        self._placed_from = self._placing()
        for key, alarm in self.active.items():
            self._enter(key, alarm)
        touched.alarms.update(self.active)

    def _raise(self, key: str, event: AlarmEvent, before: Alarm | None, time: datetime, seq: int) -> None:
        self.cleared.pop(key, None)
        alarm = begun(event, key, time, marks_after(event, time, before), seq)
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
        marks = marks_after(event, time, known)
        if says_the_same(event, known):
            self.active[key] = msgspec.structs.replace(
                known, changed=time, occurrences=known.occurrences + 1, marks=marks
            )
            return
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
        if event.attributes != known.attributes or event.managed_object != known.managed_object:
            self._leave(key, known)
            self._enter(key, alarm)
            return
        place = self._place_of(key, alarm)  # which is where it was: most changes are of severity or text alone
        if place is not None:
            place.counts[_RANK[known.severity]] -= 1
            place.counts[_RANK[alarm.severity]] += 1
            self.moved[place] = None

    def _clear(self, key: str, event: AlarmEvent, known: Alarm | None, time: datetime, seq: int) -> None:
        marks = marks_after(event, time, known)
        if key in self.active:
            assert known is not None
            self._leave(key, known)
            del self.active[key]
            self.cleared[key] = msgspec.structs.replace(
                known, severity=Severity.CLEARED, changed=time, cleared=time, marks=marks, seq=seq
            )
            return
        if (known is None or time > known.changed) and (event.raised is None or event.raised >= time):
            marks = (*marks, RAISED)  # the raise that it ends was not seen: one of the same time is taken for it
        if known is not None:
            self.cleared[key] = msgspec.structs.replace(known, changed=time, marks=marks)
            return
        alarm = begun(event, key, time, marks, seq)
        self.cleared[key] = msgspec.structs.replace(alarm, severity=Severity.CLEARED, cleared=time, lapses=None)

    def _forget(self, touched: Touched) -> None:
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
        place.members[key] = None
        place.counts[_RANK[alarm.severity]] += 1
        self.moved[place] = None

    def _leave(self, key: str, alarm: Alarm) -> None:
        place = self._place_of(key, alarm)
        if place is None:
            return
        del place.members[key]
        place.counts[_RANK[alarm.severity]] -= 1
        self.moved[place] = None
        if not place.members:
            del self.places[place.where]
