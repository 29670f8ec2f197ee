"""The command that says what explains an outage, whatever the watcher thinks: the outage then stands on these SIMs."""

import asyncio
from collections.abc import Mapping
from typing import Final

import msgspec

from feeds.board.explanation.explanations import name_of
from feeds.board.explanation.fleet_derived import CUSTOMER
from feeds.board.explanation.fleet_leaves import FleetLeaves, leaves_of
from feeds.board.suspicion.told import scope_of
from feeds.facts import ExplanationChosen, Fact, OutageScoped
from feeds.fleet.fleet import Fleet
from feeds.hub.commands.outages import OutageCommands
from feeds.hub.commands.refused import Refused
from feeds.hub.core import Hub
from feeds.model import LIVE_STATES, Explain, Outage
from feeds.simspace import IntervalSet

RANGES_AT_ONCE: Final = 200_000
"""Separate runs of SIMs that an outage may be put on by hand."""


class ExplainCommands:
    """Checks what people say explains an outage against what the fleet knows."""

    def __init__(self, hub: Hub, outages: OutageCommands) -> None:
        self._hub = hub
        self._outages = outages

    async def explain(self, command: Explain, who: str) -> tuple[list[Fact], bytes]:
        """Say what explains an outage, and put it on these SIMs; or take that back. The answer counts SIMs."""
        outage = self._outages.found(command.outage, command.seen)
        if outage.state not in LIVE_STATES:
            raise Refused(f"{outage.id} is {outage.state.value}: it is not explained any more")
        why = command.why.strip()
        where = {name.strip(): value.strip() for name, value in command.where.items()}
        if CUSTOMER in where and CUSTOMER not in self._hub.board.inventory.standing.attribute_names:
            where[CUSTOMER] = self._hub.board.inventory.customer_id(where[CUSTOMER])
        chosen = self._hub.board.explanations.chosen.get(outage.id)
        if not where:
            if chosen is None:
                raise Refused(f"nobody said what explains {outage.id}: there is nothing to take back")
            return [ExplanationChosen(outage=outage.id, where={}, reason=why)], msgspec.json.encode(
                {"outage": outage.id}
            )
        if chosen is not None and chosen.where == where:
            raise Refused(f"{chosen.by} said {name_of(where)} already")
        self._with_reason(outage, where, why)
        inventory, scope = await self._served(where)
        stands_on = where if where.keys() <= inventory else {}
        facts: list[Fact] = [ExplanationChosen(outage=outage.id, where=where, reason=why)]
        ranges = scope_of(scope)
        if ranges != outage.ranges or stands_on != outage.where:
            reason = f"{who} says {name_of(where)}" + (f": {why}" if why else "")
            facts.append(OutageScoped(outage=outage.id, ranges=ranges, where=stands_on, reason=reason))
        return facts, msgspec.json.encode({"outage": outage.id, "sims": scope.count, "ranges": len(ranges)})

    def _with_reason(self, outage: Outage, where: dict[str, str], why: str) -> None:
        """Refuse to overrule the watcher without a reason."""
        known = self._hub.board.explanations.latest.get(outage.id)
        standing = [one.where for one in known.explanations if one.stands] if known is not None else []
        if standing and where not in standing and not why:
            raise Refused(f"the evidence says {name_of(standing[0])}: give a reason to overrule it")

    async def _served(self, where: Mapping[str, str]) -> tuple[frozenset[str], IntervalSet]:
        """Return the names of the inventory's attributes, and the SIMs that have all values of ``where``."""
        fleet = self._hub.board.inventory.standing
        if not len(fleet):
            raise Refused("there is no inventory: nothing is known of SIMs by their attributes")
        leaves, scope = await asyncio.to_thread(_look_up, fleet, where)
        for name, value in where.items():
            if name not in leaves.names and name != CUSTOMER:
                raise Refused(f"the fleet knows no attribute {name}; it knows {', '.join((*leaves.names, CUSTOMER))}")
            if leaves.inside({name: value}) is None:
                raise Refused(f"no SIM of the fleet has {name} {value}")
        if not scope:
            raise Refused(f"no SIM of the fleet has all of {name_of(dict(where))}")
        if len(scope) > RANGES_AT_ONCE:
            raise Refused(f"{name_of(dict(where))} lies in {len(scope):,} separate ranges; at most {RANGES_AT_ONCE:,}")
        return leaves.inventory, scope


def _look_up(fleet: Fleet, where: Mapping[str, str]) -> tuple[FleetLeaves, IntervalSet]:
    leaves = leaves_of(fleet)
    return leaves, leaves.served(where)
