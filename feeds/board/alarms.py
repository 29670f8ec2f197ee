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

    def get(self, key: str) -> Alarm | None:
        """Return the alarm, active or cleared."""
        return self.active.get(key) or self.cleared.get(key)

    def is_news(self, event: AlarmEvent) -> bool:
        """Whether the event would change anything: it is neither late nor a repeat of what is known."""
        key = alarm_key(event)
        known = self.active.get(key)
        if known is None:
            return self._begins(key, event)
        time = event.time
        if event.severity is Severity.CLEARED:
            repeated = time == known.last_cleared and (not event.event or event.event == known.last_event)
            return time is None or (time >= known.raised and not repeated)
        if time is not None and time < known.changed:
            return False
        return (time is not None and time > known.changed) or not _same(event, known)

    def report(self, event: AlarmEvent, seq: int, at: datetime, touched: Touched) -> None:
        """Take in one event."""
        if not self.is_news(event):
            return
        key = alarm_key(event)
        time = event.time or at
        known = self.active.get(key)
        if event.severity is Severity.CLEARED:
            self._clear(key, event, known, time, seq)
            self._forget(touched)
        elif known is None:
            self._raise(key, event, time, seq)
        else:
            self._change(key, event, known, time, seq)
        touched.alarms.add(key)

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

    def _begins(self, key: str, event: AlarmEvent) -> bool:
        """Whether an event of an alarm that is not active begins something: a raise later than the last clear."""
        before = self.cleared.get(key)
        if before is None:
            return True
        assert before.cleared is not None
        if event.severity is Severity.CLEARED:
            return False
        time = event.time
        return time is None or time > before.cleared or (time == before.cleared and time > before.raised)

    def _raise(self, key: str, event: AlarmEvent, time: datetime, seq: int) -> None:
        before = self.cleared.pop(key, None)
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
            lapses=event.lapses,
            last_cleared=before.cleared if before is not None else None,
            last_event=before.last_event if before is not None else "",
            seq=seq,
        )
        self.active[key] = alarm
        self._enter(key, alarm)

    def _change(self, key: str, event: AlarmEvent, known: Alarm, time: datetime, seq: int) -> None:
        if _same(event, known):
            self.active[key] = msgspec.structs.replace(known, changed=time, occurrences=known.occurrences + 1)
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
            seq=seq,
        )
        self.active[key] = alarm
        self._enter(key, alarm)

    def _clear(self, key: str, event: AlarmEvent, known: Alarm | None, time: datetime, seq: int) -> None:
        if known is not None:
            self._leave(key, known)
            del self.active[key]
        else:
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
        self.cleared[key] = msgspec.structs.replace(
            known, severity=Severity.CLEARED, changed=time, cleared=time, last_event=event.event, seq=seq
        )

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
