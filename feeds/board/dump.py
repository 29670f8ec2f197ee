"""The primary state of a board as bytes, and back: what snapshots hold.

What is derived from it is not in it; ``Board.load`` derives it anew.
"""

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from feeds.board.explanation.explanations import Chosen, Explained
from feeds.board.outage.outages import Line
from feeds.board.surge.history import HistoryDump
from feeds.board.surge.surges import Surge
from feeds.board.update.suppressions import Suppression
from feeds.board.update.updates import first_accepted
from feeds.fleet.columns import NotATable
from feeds.model import Alarm, Case, Customer, Delivery, Desk, ObjectRule, Outage, RangeTable, Update, Weights

if TYPE_CHECKING:
    from feeds.board.board import Board

FORMAT = 5
"""Version of the dump. A dump of another version is not read; the log is replayed instead."""

WITHOUT_WORDS = 4
"""The version before, which said that customers were told when an update was approved. It is read all the same, as the
base of a pruned log may be of it: what it holds of deliveries says when they were told.
"""


class WrongFormat(Exception):
    """A dump was made by another version of the board, or is none."""


class Dump(msgspec.Struct, frozen=True, array_like=True):
    """The state, in the order in which it is written: what is new comes last, with a default."""

    format: int
    seq: int
    at: datetime
    ranges: RangeTable
    to_come: RangeTable
    customers: list[Customer]
    active: list[Alarm]
    cleared: list[Alarm]
    open: list[Case]
    closed: list[Case]
    minutes: list[tuple[int, dict[str, int]]]
    outages: list[Outage]
    timelines: list[tuple[str, list[Line]]]
    suspected: int
    updates: list[Update]
    deliveries: list[list[Delivery]]
    drafted: int
    rules: list[ObjectRule] = []
    pins: list[tuple[str, dict[str, bool]]] = []
    desk: Desk = Desk()
    weights: Weights = Weights()
    messages: list[tuple[int, int]] = []
    history: HistoryDump | None = None
    surges: list[Surge] = []
    surge_count: int = 0
    explained: list[Explained] = []
    chosen: list[Chosen] = []
    suppressions: list[Suppression] = []
    raises: list[tuple[int, int]] = []


def dumped(board: "Board") -> bytes:
    """Return the primary state as bytes: equal logs give equal bytes."""
    return msgspec.msgpack.encode(
        Dump(
            format=FORMAT,
            seq=board.seq,
            at=board.at,
            ranges=board.inventory.standing.columns.table(),
            to_come=board.inventory.pending.table(),
            customers=list(board.inventory.customers.values()),
            active=list(board.alarms.active.values()),
            cleared=list(board.alarms.cleared.values()),
            open=list(board.cases.open.values()),
            closed=list(board.cases.closed.values()),
            minutes=list(board.counts.minutes.items()),
            outages=list(board.outages.outages.values()),
            timelines=list(board.outages.timelines.items()),
            suspected=board.outages.suspected,
            updates=list(board.updates.updates.values()),
            deliveries=list(board.updates.deliveries.values()),
            drafted=board.updates.drafted,
            rules=list(board.objects.rules),
            pins=list(board.cases.pins.items()),
            desk=board.desk,
            weights=board.weights,
            messages=list(board.figures.messages.items()),
            history=board.counts.history.dump(),
            surges=list(board.surges.surges.values()),
            surge_count=board.surges.count,
            explained=list(board.explanations.latest.values()),
            chosen=list(board.explanations.chosen.values()),
            suppressions=list(board.suppressions.of.values()),
            raises=list(board.alarms.raises.items()),
        )
    )


def restore(board: "Board", data: bytes) -> None:
    """Put the state of a dump on an empty board, the derived one aside. Raises WrongFormat."""
    try:
        state = msgspec.msgpack.decode(data, type=Dump)
    except msgspec.DecodeError as error:
        raise WrongFormat(f"the snapshot cannot be read by this version of the board: {error}") from error
    if state.format not in (FORMAT, WITHOUT_WORDS):
        raise WrongFormat(f"the snapshot has format {state.format}, this board reads {FORMAT}")
    board.seq, board.at = state.seq, state.at
    try:
        board.inventory.restore_ranges(state.ranges, state.to_come)
    except NotATable as error:
        raise WrongFormat(f"the ranges of the snapshot cannot be read: {error}") from error
    board.inventory.state_customers(state.customers)
    board.objects.state(tuple(state.rules))
    board.alarms.restore(state.active, state.cleared, state.raises)
    board.cases.open = {case.key: case for case in state.open}
    board.cases.closed = {case.key: case for case in state.closed}
    board.cases.pins = dict(state.pins)
    board.counts.minutes = dict(state.minutes)
    board.outages.outages = {outage.id: outage for outage in state.outages}
    board.outages.timelines = dict(state.timelines)
    board.outages.suspected = state.suspected
    board.suppressions.restore(state.suppressions)
    board.updates.restore(state.updates, state.deliveries, state.drafted)
    _restore_words(board, state.format)
    board.explanations.restore(state.explained, state.chosen)
    board.desk, board.weights = state.desk, state.weights
    if state.history is not None:
        try:
            board.counts.history.restore(state.history)
        except ValueError as error:
            raise WrongFormat(f"the history of the snapshot cannot be read: {error}") from error
    board.surges.restore(state.surges, state.surge_count)
    board.figures.restore(state.messages, (*board.cases.open.items(), *board.cases.closed.items()), state.at)


def _restore_words(board: "Board", version: int) -> None:
    """Derive which updates are about which outage; of the version before, what customers were told as well."""
    updates, outages = board.updates, board.outages
    if version == WITHOUT_WORDS:
        for key, update in updates.updates.items():
            heard = first_accepted(update, updates.deliveries.get(key, ()))
            updates.updates[key] = msgspec.structs.replace(update, heard=heard)

    def survivor(outage: str) -> str:
        known = outages.survivor(outage)
        return known.id if known is not None else outage

    board.words.restore(survivor)
    if version == WITHOUT_WORDS:
        for outage in outages.outages:
            board.say_what_was_told(outage)
