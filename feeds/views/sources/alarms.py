"""The view *alarms*."""

from collections.abc import Iterable

from feeds.board.board import Board
from feeds.model import Alarm, AlarmRow, Row
from feeds.views.sources.bounds import TEXT_IN_ROW


class AlarmSource:
    """Active alarms, and the last cleared ones."""

    name = "alarms"
    row_type = AlarmRow
    default_sort = "-severity,-raised"

    def __init__(self, board: Board, of: str = "") -> None:
        self._board = board

    def every_key(self) -> Iterable[str]:
        """Keys of active and cleared alarms."""
        yield from self._board.alarms.active
        yield from self._board.alarms.cleared

    def row(self, key: str) -> Row | None:
        """One alarm."""
        alarm = self._board.alarms.get(key)
        return self._row(key, alarm) if alarm is not None else None

    def _row(self, key: str, alarm: Alarm) -> AlarmRow:
        where = self._board.alarms.where_of(key)
        return AlarmRow(
            key=key,
            severity=alarm.severity,
            source=alarm.source,
            managed_object=alarm.managed_object,
            raised=alarm.raised,
            changed=alarm.changed,
            cleared=alarm.cleared,
            occurrences=alarm.occurrences,
            event_type=alarm.event_type,
            probable_cause=alarm.probable_cause,
            specific_problem=alarm.specific_problem,
            text=alarm.text[:TEXT_IN_ROW],
            attributes=self._board.alarms.attributes(alarm),
            acknowledged_by=alarm.acknowledged_by,
            outages=self._board.outages.of_where.get(where, ()),
            sims=self._board.inventory.served(where).count if where else 0,
            chatter=self._board.alarms.chatter.get(key),
            raises=len(alarm.raises),
            raises_since=alarm.raises[0] if alarm.raises else None,
            shelved=alarm.shelved,
            shelved_by=alarm.shelved_by,
            seq=alarm.seq,
        )
