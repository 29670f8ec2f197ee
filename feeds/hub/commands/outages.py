"""Commands on alarms, on where outages stand, and on which cases are in them."""

from datetime import timedelta

from feeds.facts import AlarmAcknowledged, AlarmShelved, CasePlaced, Fact, OutageMoved, UrgencySet
from feeds.hub.commands.refused import Refused, listed
from feeds.hub.core import Hub
from feeds.model import (
    LIVE_STATES,
    Acknowledge,
    Declare,
    Mitigate,
    Outage,
    OutageState,
    Place,
    Reject,
    Resolve,
    Shelve,
    Weigh,
)

ALARMS_AT_ONCE = 10_000


class OutageCommands:
    """Checks commands on alarms and outages against what is so now."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    def acknowledge(self, command: Acknowledge) -> list[Fact]:
        """Take note of alarms."""
        if len(command.alarms) > ALARMS_AT_ONCE:
            raise Refused(f"no more than {ALARMS_AT_ONCE:,} alarms at once")
        active = self._hub.board.alarms.active
        unknown = [key for key in command.alarms if self._hub.board.alarms.get(key) is None]
        if unknown:
            raise Refused(f"there is no alarm {listed(unknown)}, or no longer")
        gone = [key for key in command.alarms if key not in active]
        if gone:
            raise Refused(f"{listed(gone)} cleared meanwhile")
        moved = [key for key in command.alarms if command.seen and active[key].seq > command.seen]
        if moved:
            raise Refused(f"{listed(moved)} changed since you looked, now {active[moved[0]].severity.value}")
        return [AlarmAcknowledged(alarm=key) for key in dict.fromkeys(command.alarms)]

    def shelve(self, command: Shelve) -> list[Fact]:
        """Put alarms aside for a while, or look at them again. Also a clear one: it may come again any moment."""
        if len(command.alarms) > ALARMS_AT_ONCE:
            raise Refused(f"no more than {ALARMS_AT_ONCE:,} alarms at once")
        alarms = self._hub.board.alarms
        gone = [key for key in command.alarms if alarms.get(key) is None]
        if gone:
            raise Refused(f"{listed(gone)} forgotten meanwhile")
        graver = [key for key in command.alarms if command.seen and key in alarms.active
                  and alarms.active[key].seq > command.seen]  # fmt: skip
        if graver:
            raise Refused(f"{listed(graver)} changed since you looked, now {alarms.active[graver[0]].severity.value}")
        if command.minutes and not command.why.strip():
            raise Refused("say why it is put aside: the next shift sees it")
        until = self._hub.now() + timedelta(minutes=command.minutes) if command.minutes else None
        return [AlarmShelved(key, until, command.why.strip()) for key in dict.fromkeys(command.alarms)]

    def found(self, outage_id: str, seen: int) -> Outage:
        """Return the outage; refuse where it is unknown, merged, or was decided upon since ``seen``."""
        outages = self._hub.board.outages
        outage = outages.outages.get(outage_id)
        if outage is None:
            raise Refused(f"there is no outage {outage_id}")
        survivor = outages.survivor(outage_id)
        if survivor is not None and survivor.id != outage.id:
            raise Refused(f"{outage_id} was merged into {survivor.id}; look there")
        if seen and outage.seq > seen:
            lines = [line for line in outages.timelines.get(outage_id, ()) if line.seq > seen]
            what = "; ".join(f"{line.what} ({line.who})" for line in lines[-3:])
            raise Refused(f"{outage_id} changed since you looked: {what or outage.state.value}")
        return outage

    def move(
        self, command: Declare | Mitigate | Resolve | Reject, to: OutageState, reason: str = "", title: str = ""
    ) -> list[Fact]:
        """Take an outage to another state, where it can go there."""
        outage = self.found(command.outage, command.seen)
        allowed = {
            OutageState.DECLARED: {OutageState.SUSPECTED, OutageState.MITIGATED, OutageState.RESOLVED},
            OutageState.MITIGATED: {OutageState.DECLARED},
            OutageState.RESOLVED: {OutageState.DECLARED, OutageState.MITIGATED},
            OutageState.REJECTED: {OutageState.SUSPECTED},
        }
        if outage.state not in allowed[to]:
            raise Refused(f"{outage.id} is {outage.state.value}, it cannot become {to.value}")
        return [OutageMoved(outage=outage.id, state=to, reason=reason, title=title)]

    def weigh(self, command: Weigh) -> list[Fact]:
        """Set how urgent a live outage is, or let the sum count again. What a person says needs a reason."""
        outage = self.found(command.outage, command.seen)
        if outage.state not in LIVE_STATES:
            raise Refused(f"{outage.id} is {outage.state.value}: its urgency is not weighed any more")
        why = command.why.strip()
        if command.points is not None and not why:
            raise Refused("say why: the sum and its parts stay on the screen beside your number")
        if command.points is None and outage.urgency is None:
            raise Refused(f"the urgency of {outage.id} is the sum already")
        return [UrgencySet(outage=outage.id, points=command.points, reason=why)]

    def place(self, command: Place) -> list[Fact]:
        """Move an open case into a live outage, or out of it. ``seen`` is that of the case."""
        board = self._hub.board
        outage = self.found(command.outage, 0)
        if outage.state not in LIVE_STATES:
            raise Refused(f"{outage.id} is {outage.state.value}: cases are not moved there any more")
        case = board.cases.get(command.case)
        if case is None:
            raise Refused(f"there is no case {command.case}")
        if case.key not in board.cases.open:
            raise Refused(f"case {case.number} is {case.state.value}")
        if command.seen and case.seq > command.seen:
            raise Refused(f"case {case.number} changed since you looked; look again")
        within = outage.id in board.outages.of_case.get(case.key, ())
        if within is command.inside:
            raise Refused(f"case {case.number} is {'in' if within else 'not in'} {outage.id} already")
        return [CasePlaced(case=case.key, outage=outage.id, inside=command.inside, reason=command.why)]
