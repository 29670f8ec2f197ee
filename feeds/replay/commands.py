"""What a person may ask of a replay: to go somewhere. Everything else is refused."""

from typing import Any

import msgspec

from feeds.facts import NOWHERE, Origin
from feeds.hub.commands import Commands, Refused
from feeds.log import LogError
from feeds.model import Capability, Replay
from feeds.replay.bookmarks import BookmarkError
from feeds.replay.hub import REFUSAL
from feeds.replay.player import CannotGo, Player


class ReplayCommands(Commands):
    """Carries out ``replay``, refuses all others."""

    def __init__(self, player: Player) -> None:
        super().__init__(player.hub)
        self._player = player

    async def do(
        self, command: Any, who: str, origin: Origin = NOWHERE, may: frozenset[Capability] = frozenset(Capability)
    ) -> tuple[int, bytes]:
        """Carry it out. Return the sequence that is shown then, and the moment as JSON. Raises Refused."""
        if not isinstance(command, Replay):
            raise Refused(REFUSAL)
        try:
            await self._do(command)
        except (CannotGo, BookmarkError, LogError) as error:
            raise Refused(str(error)) from error
        moment = self._player.moment
        return moment.seq, msgspec.json.encode(moment)

    async def _do(self, command: Replay) -> None:
        player = self._player
        match command.to:
            case "play":
                player.play()
            case "pause":
                player.pause()
            case "speed":
                player.change_speed(command.speed)
            case "step":
                await player.step(command.steps)
            case "event":
                await player.go_to_event(command.steps)
            case "mark":
                player.mark(command.name)
            case "unmark":
                player.unmark(command.name)
            case "seek":
                await self._seek(command)

    async def _seek(self, command: Replay) -> None:
        if command.at is not None:
            if command.at.tzinfo is None:
                raise Refused("a time needs its zone, such as 2026-02-03T02:55:00Z")
            await self._player.go_to_time(command.at)
        elif command.seq is not None:
            await self._player.go_to(command.seq)
        elif command.name:
            await self._player.go_to_mark(command.name)
        else:
            raise Refused("seek goes to a time (at), a sequence (seq) or a bookmark (name): give one of them")
