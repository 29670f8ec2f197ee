"""Alarms on the board: raise, change, repeat, clear.

Rules, for events of one alarm identity (ITU-T X.733 leaves the order of delivery open, so they rest on event times):

- An event older than what is known changes nothing: it came late.
- The same event again changes nothing. The same content at a later time is a repeat: it counts as an occurrence.
- A clear ends the alarm when it is not older than the raise. A clear of an unknown alarm is kept, so that the raise
  which comes late does not leave a zombie behind.
- The last cleared alarms are remembered, up to a number: an event that comes later than that is taken as news.
"""

from datetime import datetime

import msgspec

from feeds.board.inventory import Inventory, Where
from feeds.board.touched import Touched
from feeds.model import Alarm, AlarmEvent, Severity, alarm_key

CLEARED_KEPT = 50_000
"""How many cleared alarms are remembered at the most."""

SEVERITIES = tuple(Severity)
_RANK = {severity: rank for rank, severity in enumerate(SEVERITIES)}


class AlarmTable:
    """Active alarms and the last cleared ones, by key (``source/id``).

    ``wheres`` is derived: active alarms by what their object serves, with counts by severity.
    """

    def __init__(self, inventory: Inventory) -> None:
        self.active: dict[str, Alarm] = {}
        self.cleared: dict[str, Alarm] = {}
        self.wheres: dict[Where, dict[str, None]] = {}
        self.counts: dict[Where, list[int]] = {}
        self.new_wheres: list[Where] = []
        """Values seen for the first time since the list was taken: outages may have to take them in."""
        self._inventory = inventory
        self._where_of: dict[str, Where] = {}
        self._pairs_seen = 0

    def get(self, key: str) -> Alarm | None:
        """Return the alarm, active or cleared."""
        return self.active.get(key) or self.cleared.get(key)

    def report(self, event: AlarmEvent, seq: int, at: datetime, touched: Touched) -> None:
        """Take in one event."""
        key = alarm_key(event)
        time = event.time or at
        known = self.active.get(key)
        if event.severity is Severity.CLEARED:
            self._clear(key, event, known, time, seq, touched)
        elif known is not None:
            self._change(key, event, known, time, seq, touched)
        else:
            self._raise(key, event, time, seq, touched)

    def acknowledge(self, key: str, who: str, seq: int, touched: Touched) -> None:
        """Note who took note of an active alarm."""
        known = self.active.get(key)
        if known is not None and known.acknowledged_by != who:
            self.active[key] = msgspec.structs.replace(known, acknowledged_by=who, seq=seq)
            touched.alarms.add(key)

    def where_of(self, key: str) -> Where:
        """What the object of an active alarm serves; empty where nothing is known."""
        return self._where_of.get(key, ())

    def reindex(self, touched: Touched) -> None:
        """Derive ``wheres`` anew after the inventory changed."""
        self.wheres.clear()
        self.counts.clear()
        self._where_of.clear()
        self.new_wheres.clear()
        for key, alarm in self.active.items():
            self._enter(key, alarm)
        touched.alarms.update(self.active)

    def _raise(self, key: str, event: AlarmEvent, time: datetime, seq: int, touched: Touched) -> None:
        before = self.cleared.get(key)
        last_cleared, last_event = None, ""
        if before is not None:
            assert before.cleared is not None
            if time < before.cleared or (time == before.cleared and time <= before.raised):
                return
            del self.cleared[key]
            last_cleared, last_event = before.cleared, before.last_event
        alarm = Alarm(
            source=event.source,
            id=key[len(event.source) + 1 :],
            managed_object=event.managed_object,
            severity=event.severity,
            raised=event.raised or time,
            changed=time,
            event_type=event.event_type,
            probable_cause=event.probable_cause,
            specific_problem=event.specific_problem,
            text=event.text,
            attributes=event.attributes,
            last_cleared=last_cleared,
            last_event=last_event,
            seq=seq,
        )
        self.active[key] = alarm
        self._enter(key, alarm)
        touched.alarms.add(key)

    def _change(self, key: str, event: AlarmEvent, known: Alarm, time: datetime, seq: int, touched: Touched) -> None:
        if time < known.changed:
            return
        same = (
            event.severity is known.severity
            and event.text == known.text
            and event.probable_cause == known.probable_cause
            and event.specific_problem == known.specific_problem
            and event.managed_object == known.managed_object
            and event.event_type == known.event_type
            and event.attributes == known.attributes
        )
        if same:
            if event.time is None or time == known.changed:
                return
            self.active[key] = msgspec.structs.replace(known, changed=time, occurrences=known.occurrences + 1)
        else:
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
                seq=seq,
            )
            self.active[key] = alarm
            self._enter(key, alarm)
        touched.alarms.add(key)

    def _clear(
        self, key: str, event: AlarmEvent, known: Alarm | None, time: datetime, seq: int, touched: Touched
    ) -> None:
        if known is None:
            if key in self.cleared:
                return
            known = Alarm(
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
            )
        else:
            repeated = time == known.last_cleared and (not event.event or event.event == known.last_event)
            if time < known.raised or repeated:
                return
            self._leave(key, known)
            del self.active[key]
        self.cleared[key] = msgspec.structs.replace(
            known, severity=Severity.CLEARED, changed=time, cleared=time, last_event=event.event, seq=seq
        )
        touched.alarms.add(key)
        self._forget(touched)

    def _forget(self, touched: Touched) -> None:
        while len(self.cleared) > CLEARED_KEPT:
            key = next(iter(self.cleared))
            del self.cleared[key]
            touched.alarms.add(key)

    def _enter(self, key: str, alarm: Alarm) -> None:
        if not alarm.attributes:
            return
        where = self._inventory.where(alarm.attributes)
        if not where:
            return
        self._where_of[key] = where
        members = self.wheres.get(where)
        if members is None:
            members = self.wheres[where] = {}
            self.counts[where] = [0] * len(SEVERITIES)
            self.new_wheres.append(where)
        members[key] = None
        self.counts[where][_RANK[alarm.severity]] += 1

    def _leave(self, key: str, alarm: Alarm) -> None:
        where = self._where_of.pop(key, ())
        if where:
            del self.wheres[where][key]
            self.counts[where][_RANK[alarm.severity]] -= 1
