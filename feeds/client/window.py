"""One view's rows as built from snapshots and deltas. Pure: knows no connection, no clock, no thread."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Raw

from feeds.client.wire import Frame
from feeds.model.rows import Row


class OutOfStep(Exception):
    """A frame does not fit to what came before: the view must be opened again."""


class _KeyOnly(msgspec.Struct, frozen=True):
    key: str


_raw_list = msgspec.json.Decoder(list[Raw])
_key_only = msgspec.json.Decoder(_KeyOnly)


class RowWindow:
    """The rows of the window in order, and what the hub says about the whole view.

    A row that does not decode (another version's hub may know a state that we do not) is left out and remembered by its
    key, so that the other rows stay readable; ``problems`` says what was wrong with the frame applied last.
    """

    def __init__(self, row_type: type[Row]) -> None:
        self._row = msgspec.json.Decoder(row_type)
        # mypy cannot take a type held in a variable as a part of a type expression.
        self._list: msgspec.json.Decoder[tuple[Row, ...]] = msgspec.json.Decoder(tuple[row_type, ...])  # type: ignore[valid-type]
        self._rows: dict[str, Row] = {}
        self._members: tuple[str, ...] = ()
        self.synced = False
        """Whether a snapshot for the current query has come: deltas before it mean nothing."""
        self.total = 0
        self.first = 0
        self.seq = 0
        self.problems: tuple[str, ...] = ()

    @property
    def rows(self) -> tuple[Row, ...]:
        """The readable rows of the window, in order."""
        return tuple(self._rows[key] for key in self._members if key in self._rows)

    @property
    def unreadable(self) -> int:
        """How many rows of the window could not be read."""
        return len(self._members) - len(self._rows)

    def clear(self) -> None:
        """Keep nothing: the hub refused the query."""
        self._rows, self._members, self.problems = {}, (), ()
        self.total = self.first = 0
        self.synced = False

    def apply(self, frame: Frame) -> bool:
        """Take a snapshot or delta; return whether it changed anything. Raises OutOfStep where it does not fit."""
        self.problems = ()
        if frame.rows is not UNSET:
            self._snapshot(frame)
        elif not self.synced:
            # Sent before the hub read our newest query: the snapshot that answers it is on its way.
            return False
        else:
            self._delta(frame)
        self.total = self.total if frame.total is None else frame.total
        self.first = self.first if frame.first is None else frame.first
        self.seq = frame.seq
        return True

    def _snapshot(self, frame: Frame) -> None:
        assert frame.rows is not UNSET
        problems: list[str] = []
        try:
            rows = self._list.decode(frame.rows)
            members = tuple(row.key for row in rows)
        except msgspec.DecodeError:
            rows, members = self._readable_of(frame.rows, problems)
        if len(set(members)) != len(members):
            raise OutOfStep("a snapshot has the same key twice")
        self._rows = {row.key: row for row in rows}
        self._members = members
        self.problems = tuple(problems)
        self.synced = True

    def _readable_of(self, raw: Raw, problems: list[str]) -> tuple[tuple[Row, ...], tuple[str, ...]]:
        """Return the rows that can be read, and the keys of all; a row without a readable key gets its place as key."""
        try:
            pieces = _raw_list.decode(raw)
        except msgspec.DecodeError as error:
            raise OutOfStep(f"the rows of a snapshot are no list: {error}") from error
        rows: list[Row] = []
        members: list[str] = []
        for place, piece in enumerate(pieces):
            try:
                row = self._row.decode(piece)
            except msgspec.DecodeError as error:
                problems.append(f"row {place}: {error}")
                members.append(_key_in(piece) or f"\0{place}")
            else:
                rows.append(row)
                members.append(row.key)
        return tuple(rows), tuple(members)

    def _delta(self, frame: Frame) -> None:
        problems: list[str] = []
        rows = dict(self._rows)
        known = {*self._members, *frame.set} - set(frame.gone)
        for key in frame.gone:
            rows.pop(key, None)
        for key, piece in frame.set.items():
            rows.pop(key, None)
            try:
                row = self._row.decode(piece)
            except msgspec.DecodeError as error:
                problems.append(f"row {key}: {error}")
                continue
            if row.key != key:
                raise OutOfStep(f"a row with key {row.key!r} came under {key!r}")
            rows[key] = row
        members = self._members_after(frame)
        strangers = [key for key in members if key not in known]
        if strangers:
            raise OutOfStep(f"the order names a row that never came: {strangers[0]!r}")
        self._members = members
        # What left the window is forgotten: the hub sends it whole when it comes back.
        self._rows = {key: rows[key] for key in members if key in rows}
        self.problems = tuple(problems)

    def _members_after(self, frame: Frame) -> tuple[str, ...]:
        """Return the keys of the window after a delta, readable or not, in order."""
        if frame.order is not None:
            if len(set(frame.order)) != len(frame.order):
                raise OutOfStep("the order has the same key twice")
            return frame.order
        new = frame.set.keys() - set(self._members)
        if new:
            raise OutOfStep(f"row {min(new)!r} is new and has no place")
        gone = set(frame.gone)
        return tuple(key for key in self._members if key not in gone)


def _key_in(piece: Raw) -> str:
    try:
        return _key_only.decode(piece).key
    except msgspec.DecodeError:
        return ""
