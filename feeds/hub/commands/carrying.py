"""Carrying out: which command is whose work, one decision after the other, facts into the log, the answer."""

from collections.abc import Sequence
from typing import Any

from feeds.facts import NOWHERE, Fact, Origin
from feeds.hub.commands.explaining import ExplainCommands
from feeds.hub.commands.outages import OutageCommands
from feeds.hub.commands.refused import Refused, Unavailable
from feeds.hub.commands.sims import SimsCommands
from feeds.hub.commands.updates import UpdateCommands
from feeds.hub.core import Hub
from feeds.log import LogError
from feeds.model import (
    Acknowledge,
    Approve,
    AskDraft,
    AskPreview,
    AskSims,
    Capability,
    Declare,
    Draft,
    Explain,
    Mitigate,
    OutageState,
    Place,
    Propose,
    Reject,
    Resolve,
    Retry,
    Shelve,
    Steer,
    Suppress,
    Suspect,
    Weigh,
)

_EMPTY = b"null"


class Commands:
    """Carries out commands on one hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._outages = OutageCommands(hub)
        self._updates = UpdateCommands(hub, self._outages)
        self._sims = SimsCommands(hub)
        self._explain = ExplainCommands(hub, self._outages)

    async def do(
        self, command: Any, who: str, origin: Origin = NOWHERE, may: frozenset[Capability] = frozenset(Capability)
    ) -> tuple[int, bytes]:
        """Carry out a command for a person. Return the sequence it is kept at and the result as JSON.

        That the command is one of those which ``may`` allows was looked at before; here it matters where more is
        needed for what it is used on. Raises Refused.
        """
        if isinstance(command, AskPreview):
            return self._hub.board.seq, await self._updates.preview(command)
        if isinstance(command, AskDraft):
            return self._hub.board.seq, self._updates.text(command)
        if isinstance(command, AskSims):
            return self._hub.board.seq, await self._sims.ask(command)
        async with self._hub.deciding:
            facts, result = await self._decide(command, who, may)
            if not facts:
                return self._hub.board.seq, result
            try:
                batch = await self._hub.append(who, facts, command.seen, origin)
            except LogError as error:
                raise Unavailable(str(error)) from error
        return batch.last, result

    async def _decide(self, command: Any, who: str, may: frozenset[Capability]) -> tuple[Sequence[Fact], bytes]:
        outages, updates = self._outages, self._updates
        match command:
            case Acknowledge():
                return outages.acknowledge(command), _EMPTY
            case Shelve():
                return outages.shelve(command), _EMPTY
            case Declare():
                return outages.move(command, OutageState.DECLARED, title=command.title), _EMPTY
            case Mitigate():
                return outages.move(command, OutageState.MITIGATED), _EMPTY
            case Resolve():
                return outages.move(command, OutageState.RESOLVED), _EMPTY
            case Reject():
                return outages.move(command, OutageState.REJECTED, reason=command.why), _EMPTY
            case Place():
                return outages.place(command), _EMPTY
            case Weigh():
                return outages.weigh(command), _EMPTY
            case Explain():
                return await self._explain.explain(command, who)
            case Suspect():
                return await self._sims.suspect(command)
            case Draft():
                return updates.draft(command)
            case Propose():
                return await updates.propose(command), _EMPTY
            case Approve():
                return await updates.approve(command, who), _EMPTY
            case Steer():
                return updates.steer(command, may), _EMPTY
            case Retry():
                return updates.retry(command, who), _EMPTY
            case Suppress():
                return updates.suppress(command), _EMPTY
            case _:
                raise Refused("the hub does not know this command")
