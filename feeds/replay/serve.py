"""The replay as a process: open the log to read it, show a moment of it, listen on this machine, end cleanly."""

import asyncio
import secrets
import signal
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from aiohttp import web
from msgspec import Struct

from feeds.hub.access.gate import Gate
from feeds.hub.access.guard import Guard
from feeds.hub.access.identity import Identity
from feeds.hub.access.local import LocalToken
from feeds.hub.access.settings import AccessSettings
from feeds.hub.app import Reading
from feeds.hub.stream import stream_handler, tick
from feeds.log import LogError
from feeds.model.access import CAPABILITIES, Role
from feeds.replay.bookmarks import BookmarkError, Bookmarks
from feeds.replay.commands import ReplayCommands
from feeds.replay.player import Player
from feeds.replay.recording import Recording

SHUTDOWN_SECONDS = 2.0


LOOKS_ON = Identity("", Role.VIEWER, CAPABILITIES[Role.VIEWER], "local")
"""Who comes with the token of the replay: whoever they say they are, to look."""


class ReplayGate(Gate):
    """Lets in who has the token that this replay wrote for its own user. Nobody may do more than look."""

    async def identify(self, header: str | None, address: str) -> Identity:
        """Return who shows an ``Authorization`` header. Raises Denied."""
        await super().identify(header, address)
        return LOOKS_ON

    def good(self, identity: Identity) -> bool:
        """The token lasts as long as the replay."""
        return identity is LOOKS_ON or super().good(identity)


class Start(Struct, frozen=True):
    """Where a replay begins: at the time ``at`` or after the fact ``seq``; neither: at the end. ``marks``: the file
    of bookmarks; None: they end with the replay."""

    at: datetime | None = None
    seq: int | None = None
    speed: float = 1.0
    playing: bool = False
    marks: Path | None = None


def run_replay(data: Path, start: Start) -> int:
    """Run a replay until SIGTERM or SIGINT. Return the exit code: 0 ended cleanly, 1 failed."""
    try:
        asyncio.run(_serve(data, start))
    except (LogError, BookmarkError) as error:
        _warn(str(error))
        return 1
    except OSError as error:
        _warn(f"the replay cannot listen on this machine: {error.strerror or error}")
        return 1
    return 0


async def _serve(data: Path, start: Start) -> None:
    recording = await asyncio.to_thread(Recording, data, _warn)
    player = Player(recording, Bookmarks(start.marks, recording.identity), start.speed)
    if start.at is not None:
        await player.go_to_time(start.at)
    else:
        await player.go_to(recording.last if start.seq is None else start.seq)
    if start.playing:
        player.play()
    with tempfile.TemporaryDirectory(prefix="vaken-replay-") as place:
        token = LocalToken(Path(place))
        gate = ReplayGate(
            Path(place), AccessSettings(required=True), local=token.secret, warn=lambda text, _event: _warn(text)
        )
        try:
            await _listen(player, gate, token)
        finally:
            await gate.close()
            token.remove()


async def _listen(player: Player, gate: Gate, token: LocalToken) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    runner = web.AppRunner(
        make_replay_app(player, gate), access_log=None, handle_signals=False, shutdown_timeout=SHUTDOWN_SECONDS
    )
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = int(runner.addresses[0][1])
        if why := token.write(port):
            _warn(f"terminals do not find the token of this replay by themselves: {why}")
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(player.run()),
                group.create_task(player.hub.past.run()),
                group.create_task(tick(player.hub)),
                group.create_task(gate.run()),
            ]
            print(f"vaken hub ready at http://127.0.0.1:{port}", flush=True)
            await stop.wait()
            for task in tasks:
                task.cancel()
    finally:
        await runner.cleanup()


def make_replay_app(player: Player, gate: Gate) -> web.Application:
    """Return the application of a replay: the stream, the views, its one command, and the probes."""
    hub, commands = player.hub, ReplayCommands(player)
    guard = Guard(gate, called=lambda _name: False, beyond=False, signed=False, metrics=hub.metrics)
    app = web.Application(middlewares=[guard.middleware()], client_max_size=0)
    reading = Reading(hub, commands)
    app.add_routes(
        [
            web.get("/v1/stream", stream_handler(hub, commands, gate, secrets.token_hex(8))),
            web.get("/healthz", reading.health),
            web.get("/readyz", reading.ready),
            web.get("/v1/{view}", reading.view),
            web.post("/v1/commands/{name}", reading.command),
        ]
    )

    async def goodbye(_app: web.Application) -> None:
        await asyncio.gather(*(close() for close in hub.sockets))

    app.on_shutdown.append(goodbye)
    return app


def _warn(text: str) -> None:
    print(f"vaken replay: {text}", file=sys.stderr, flush=True)
