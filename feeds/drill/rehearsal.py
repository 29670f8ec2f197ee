"""Plays a drill in virtual time, without a hub: what would the room have seen, and when?

A board in this process, a clock that the timeline turns. Everything comes in through the real doors: alarms and cases
are written as their sources write them, native JSON, Alertmanager's webhook, Zammad's, and read by ``feeds.sources``
with a reader that knows the inventory. The watchers' pure functions are asked at the rhythm at which a hub asks them.
Times are the drill's own: a scenario's scale is for hubs only. What is recorded is measured by ``judging``.
"""

import math
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from time import process_time
from typing import Final

import msgspec

from feeds.board import Board, Touched, propose
from feeds.board.explanation.explaining import AGAIN, Question, answer, news, question
from feeds.board.surge.surging import look
from feeds.drill.events import AlarmSent, CaseSent
from feeds.drill.fleet import Fleet, build_fleet
from feeds.drill.foreign import AlertmanagerVoice, zammad_webhook
from feeds.drill.record import Candidate, Evidence, Look, Record, Seen, Surge
from feeds.drill.scenario import Scenario
from feeds.drill.timeline import timeline
from feeds.facts import Entry, Fact, SurgeBegan
from feeds.model import Severity
from feeds.simspace.reader import Reader
from feeds.sources import alertmanager, native, zammad
from feeds.views.fleet_line import reader_of

LOOK: Final = 0.25
"""Seconds: what comes within one look is seen together, as the hub's watchers do."""
SURGES_EVERY: Final = 60.0
"""Seconds between two looks for surges: they are counted by minutes."""
SURGES_SINCE: Final = -86_400.0
"""Of the days before the start only the last is looked at for surges; those before it are there to be learned from."""
CHATTER: Final = 300.0
"""Seconds until grouping looks when nothing came but alarms on what no SIM of the fleet has: they cannot move it."""
PAST: Final = 3_600.0
"""Seconds between two looks in the days before the start, but for the last hour: nobody measures when they saw what."""
LOOKS_AT_ONCE: Final = 1_000
"""Grouping comes to rest within so many looks, or never."""
INVENTORY_BATCH: Final = 1_000


class RehearsalError(Exception):
    """A rehearsal cannot go on; the message says when and why."""


def rehearse(scenario: Scenario, fleet: Fleet | None = None) -> Record:
    """Play a whole drill; return what was seen.

    Raises RehearsalError, and feeds.sources.SourceError when a door refuses a payload.
    """
    return Rehearsal(scenario, fleet or build_fleet(scenario)).play()


class Rehearsal:
    """One drill in virtual time; ``play`` it once."""

    def __init__(self, scenario: Scenario, fleet: Fleet) -> None:
        self.board = Board()
        self._scenario = scenario
        self._fleet = fleet
        self._now = 0.0
        self._touched = Touched()
        self._names = {customer.id: customer.name for customer in fleet.customers}
        self._names |= {contact.address: one.name for one in fleet.customers for contact in one.contacts}
        self._shared = frozenset(name for one in fleet.ranges for name in one.attributes)
        self._voice = AlertmanagerVoice("http://alertmanager.example:9093")
        self._watchers = _Watchers(self)
        self._evidence: list[Evidence] = []
        self._looks: list[Look] = []
        self._surges: list[Surge] = []

    def play(self) -> Record:
        """Play to the end."""
        begun = process_time()
        cases = alarms = 0
        events = (one for one in timeline(self._scenario, self._fleet, past=True) if isinstance(one, _SENT))
        started = False
        for _, group in groupby(events, key=lambda one: math.floor(one.at / LOOK)):
            batch = list(group)
            if not started:
                self._begin(min(0.0, batch[0].at))
                started = True
            self._watchers.advance(batch[-1].at)
            self._now = batch[-1].at
            for one in batch:
                self._note(one)
            self._take("drill", [fact for one in batch for fact in self._heard(one)])
            self._watchers.look(chatter=not any(map(self._speaks, batch)))
            cases += sum(isinstance(one, CaseSent) and one.at == one.opened for one in batch)
            alarms += sum(isinstance(one, AlarmSent) for one in batch)
        if not started:
            self._begin(0.0)
        self._watchers.advance(self._scenario.duration)
        return Record(
            evidence=tuple(self._evidence),
            looks=tuple(self._looks),
            surges=tuple(self._surges),
            cases=cases,
            alarms=alarms,
            cpu=process_time() - begun,
        )

    # -- the door --------------------------------------------------------------------------------------------------

    def _begin(self, at: float) -> None:
        """Load the inventory as the drill loads it into a hub."""
        self._now = at
        self._watchers.begin(at)
        customers, ranges = self._fleet.customers, self._fleet.ranges
        for start in range(0, len(customers), INVENTORY_BATCH):
            body = msgspec.json.encode(customers[start : start + INVENTORY_BATCH])
            self._take("inventory", native.customers(body))
        for start in range(0, len(ranges), INVENTORY_BATCH):
            body = msgspec.json.encode(ranges[start : start + INVENTORY_BATCH])
            self._take("inventory", native.ranges(body, self._reader().profile))

    def _reader(self) -> Reader:
        return reader_of(self.board.inventory.standing)

    def _heard(self, sent: AlarmSent | CaseSent) -> list[Fact]:
        """Return what the source reads of a payload as it is sent to a hub."""
        if isinstance(sent, AlarmSent):
            event = sent.timed(self.clock)
            if sent.via == "ingest":
                return native.alarms(msgspec.json.encode([event]))
            return alertmanager.webhook(self._voice.webhook([event]))
        case = sent.timed(self.clock)
        if sent.via == "native":
            return native.cases(msgspec.json.encode([case]), self._reader())
        body = zammad_webhook(case, sent.writer, self._names.get(case.customer, ""))
        return zammad.webhook(body, self._reader())

    def _speaks(self, sent: AlarmSent | CaseSent) -> bool:
        """Whether grouping may take a case or an alarm as evidence: quiet alarms on no attribute of SIMs are none."""
        return isinstance(sent, CaseSent) or bool(sent.fault) or bool(self._shared & sent.event.attributes.keys())

    def clock(self, at: float) -> datetime:
        """Return the time of day at so many seconds from the start."""
        return self._scenario.starts + timedelta(seconds=at)

    def _take(self, by: str, facts: Sequence[Fact]) -> None:
        self.append(by, [fact for fact in facts if self.board.is_news(fact)])

    def append(self, by: str, facts: Sequence[Fact], at: float | None = None) -> None:
        """Put facts on the board, as of now or of a time."""
        time = self.clock(self._now if at is None else at)
        first = self.board.seq + 1
        self.board.apply([Entry(first + n, time, by, fact) for n, fact in enumerate(facts)], self._touched)

    # -- what is written down --------------------------------------------------------------------------------------

    def moved(self) -> bool:
        """Whether cases, outages or the inventory changed since this was asked."""
        touched = self._touched
        moved = bool(touched.cases or touched.outages or touched.inventory)
        touched.clear()
        return moved

    def _note(self, sent: AlarmSent | CaseSent) -> None:
        if not sent.fault:
            return
        if isinstance(sent, CaseSent):
            if sent.at == sent.opened:
                self._evidence.append(Evidence(sent.at, sent.fault, case=True))
        elif sent.event.severity is not Severity.CLEARED:
            self._evidence.append(Evidence(sent.at, sent.fault, case=False))

    def seen(self, at: float) -> None:
        """Write down the live outages as they are."""
        board = self.board
        found = []
        for outage in board.outages.live():
            known = board.explanations.latest.get(outage.id)
            said = known.explanations if known is not None else ()
            found.append(
                Seen(
                    id=outage.id,
                    scope=board.outages.members[outage.id].scope,
                    where=outage.where,
                    reason=outage.reason,
                    candidates=tuple(Candidate(one.where, one.stands, one.note) for one in said),
                )
            )
        self._looks.append(Look(at, tuple(found)))

    def surge(self, at: float, fact: SurgeBegan) -> None:
        """Write down a surge."""
        self._surges.append(Surge(at, fact.surge))


_SENT = (AlarmSent, CaseSent)


class _Watchers:
    """Asks the watchers what a hub would ask them, when it would."""

    def __init__(self, room: Rehearsal) -> None:
        self._room = room
        self._now = 0.0
        self._surges_at = 0.0
        self._explain_at = math.inf
        """When what moved is explained; infinite: nothing moved."""
        self._explained_at = -math.inf
        self._looked_at = -math.inf
        self._asked: dict[str, Question] = {}

    def begin(self, at: float) -> None:
        """Set the clock."""
        self._now = at
        self._surges_at = math.ceil(max(at, SURGES_SINCE) / SURGES_EVERY) * SURGES_EVERY

    def advance(self, until: float) -> None:
        """Do what is due before a time."""
        while (at := min(self._surges_at, self._explain_at)) < until:
            self._now = at
            if at == self._surges_at:
                self._surges_at += SURGES_EVERY
                self._look_for_surges()
            if at == self._explain_at:
                self._explain()
        self._now = until

    def look(self, *, chatter: bool) -> None:
        """Let grouping come to rest, and explain what moved. ``chatter``: nothing came that could move it."""
        wait = PAST if self._now < -PAST else CHATTER if chatter else 0.0
        if self._now < self._looked_at + wait:
            return
        room, told = self._room, False
        self._looked_at = self._now
        for _ in range(LOOKS_AT_ONCE):
            facts = propose(room.board)
            if not facts:
                break
            room.append("vaken/grouping", facts, self._now)
            told = True
            self._now += LOOK
        else:
            raise RehearsalError(f"grouping does not come to rest at {room.clock(self._now):%F %T}")
        if told:
            room.seen(self._now)
        if room.moved():
            again = AGAIN.total_seconds()
            self._explain_at = min(self._explain_at, max(self._now, self._explained_at + again))
            if self._explain_at <= self._now:
                self._explain()

    def _look_for_surges(self) -> None:
        room = self._room
        facts = look(room.board, room.clock(self._now))
        room.append("vaken/surges", facts, self._now)
        for fact in facts:
            if isinstance(fact, SurgeBegan):
                room.surge(self._now, fact)

    def _explain(self) -> None:
        room = self._room
        self._explain_at, self._explained_at = math.inf, self._now
        facts: list[Fact] = []
        for asked in self._questions():
            facts += news(room.board, asked.outage, answer(asked), room.clock(self._now))
        if facts:
            room.append("vaken/explaining", facts, self._now)
            room.moved()
            room.seen(self._now)

    def _questions(self) -> Iterator[Question]:
        """Yield what is to be asked of live outages that was not asked before."""
        live = {outage.id for outage in self._room.board.outages.live()}
        self._asked = {name: asked for name, asked in self._asked.items() if name in live}
        for name in sorted(live):
            asked = question(self._room.board, name)
            if asked is not None and not (name in self._asked and self._asked[name].same_as(asked)):
                self._asked[name] = asked
                yield asked
