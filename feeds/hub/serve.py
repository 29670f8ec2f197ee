"""The hub as a process: open the log, restore the board, listen, run the watchers and the courier, end cleanly."""

import asyncio
import gc
import ipaddress
import signal
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from aiohttp import web
from msgspec import structs

from feeds.courier import Courier
from feeds.hub.access.gate import Gate
from feeds.hub.access.guard import Guard
from feeds.hub.access.identity import AccessError
from feeds.hub.access.local import LocalToken
from feeds.hub.access.proxies import Proxies
from feeds.hub.access.shown import show_figures
from feeds.hub.access.token_file import TokenFile
from feeds.hub.app import make_app
from feeds.hub.channels import KEY_FILE, channels_of, hooks_key, keep_status_page, returns_of
from feeds.hub.clock import SteadyClock
from feeds.hub.commands import Commands
from feeds.hub.connections import Crowd, most_connections
from feeds.hub.core import Hub
from feeds.hub.delivery_reports import DeliveryReports
from feeds.hub.figures import Figures, Lateness
from feeds.hub.heard_before import heard_before
from feeds.hub.ingest import Door
from feeds.hub.journal import Journal
from feeds.hub.lane import FrontServer
from feeds.hub.lapses import Lapses
from feeds.hub.late_disk import settled, until_settled, watch_disk
from feeds.hub.proving import prove_log
from feeds.hub.readiness import Readiness
from feeds.hub.restore import Snapshotter, leave_snapshot, restore
from feeds.hub.resync import resync_of
from feeds.hub.retention import Retention
from feeds.hub.rhythms_kept import RhythmsKept
from feeds.hub.settings import Settings, SettingsError, load_settings
from feeds.hub.stream import tick
from feeds.hub.supervised import Supervisor
from feeds.hub.version import VERSION
from feeds.hub.watch import watch_groups
from feeds.hub.watch_explanations import Explaining
from feeds.hub.watch_feeds import watch_feeds
from feeds.hub.watch_surges import watch_surges
from feeds.hub.watch_updates import watch_updates
from feeds.log import Batch, LogError, SqliteLog, snapshots

SHUTDOWN_SECONDS = 5.0
GC_YOUNG = 50_000
"""New objects between two looks of the cycle collector; Python's own 700 come with every batch of alarms."""
SWITCH_SECONDS = 0.001
"""How soon the log's writer thread gets its turn beside a busy event loop; Python's own 5 ms is most of a commit."""


class CannotStart(Exception):
    """The hub cannot start; the message says why and what to do."""


class Broken(Exception):
    """The hub ended because it could not go on. All that was answered is kept; it may be started again."""


def run_hub(data: Path, listen: str, config: Path | None = None, *, own: bool = False) -> int:
    """Run a hub until SIGTERM or SIGINT. Return the exit code: 0 ended cleanly, 1 failed, 2 wrong use.

    ``own``: it is the screens' own, on loopback and without TLS, whatever the configuration says for others.
    """
    try:
        host, port, beyond = _address(listen)
        settings = load_settings(config)
        if own:
            settings = structs.replace(settings, tls=None)
        if beyond:
            _may_be_reached(host, data, settings)
    except (CannotStart, SettingsError, AccessError) as error:
        print(f"vaken hub: {error}", file=sys.stderr)
        return 2
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_serve(data, host, port, beyond, settings))
    except (CannotStart, Broken, LogError, AccessError) as error:
        print(f"vaken hub: {error}", file=sys.stderr)
        return 1
    except ExceptionGroup as group:
        # A watcher or the courier fell. Without it the hub would only look alive.
        traceback.print_exception(group)
        first = _first(group)
        print(
            f"vaken hub: ended, as a part of it failed: {type(first).__name__}: {first}. "
            "All that was answered is kept; start it again.",
            file=sys.stderr,
        )
        return 1
    return 0


def check_hub(data: Path, listen: str, config: Path | None = None, others: Sequence[str] = ()) -> int:
    """Look whether a hub could start so, without starting it. Return the exit code: 0 it could, 2 it could not.

    Each fault is one line on stderr that names file, line and field. ``others``: such lines about the tables of the
    same file that are not the hub's: it would start with them, but somebody should know.
    """
    from feeds.hub.config_check import faults

    said = [fault.said(config) for fault in faults(config)] if config is not None else []
    try:
        host, _, beyond = _address(listen)
        if beyond and not said:
            _may_be_reached(host, data, load_settings(config))
    except (CannotStart, SettingsError, AccessError) as error:
        said.append(f"vaken hub: {error}")
    for line in (*said, *others):
        print(line, file=sys.stderr)
    if said or others:
        return 2
    print(f"{config}: good" if config is not None else "there is no configuration file: the defaults hold")
    return 0


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where there is one: it takes in about twice as many requests."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def _address(listen: str) -> tuple[str, int, bool]:
    """Return host, port, and whether other machines can reach them. Raises CannotStart."""
    host, colon, port = listen.rpartition(":")
    host = host.strip("[]")
    if not colon or not host or not port.isdecimal() or int(port) > 65535:
        raise CannotStart(f"--listen takes HOST:PORT, such as 127.0.0.1:8425, not {listen!r}")
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    return host, int(port), not loopback


def _may_be_reached(host: str, data: Path, settings: Settings) -> None:
    """Raise CannotStart where a hub that others reach would be open to them, and say what is missing."""
    missing = []
    if settings.tls is None:
        missing.append("TLS (in the configuration: [tls] cert = FILE, key = FILE)")
    if settings.access.oidc is None and not TokenFile(data).read():
        missing.append(f"tokens (the first: vaken token add NAME --role admin --data {data})")
    if missing:
        raise CannotStart(
            f"{host} can be reached from other machines, which needs {' and '.join(missing)}; "
            "or listen on 127.0.0.1 and let terminals come through SSH"
        )


async def _serve(data: Path, host: str, port: int, beyond: bool, settings: Settings) -> None:
    hub: Hub | None = None

    def deliver(batch: Batch) -> None:
        assert hub is not None, "facts were delivered before the board was there"
        hub.deliver(batch)

    def failed() -> None:
        if hub is not None:
            hub.stop.set()  # it could only be half alive: whoever watches over it starts it again

    def moved() -> None:
        if hub is not None:
            hub.log_moved.set()

    journal = Journal(settings.log.format)
    clock = SteadyClock(journal.warn)
    newest = next(iter(snapshots.newest(data, on_bad=lambda _path, _why: None)), None)
    log = SqliteLog.open(
        data,
        deliver=deliver,
        now=clock,
        after=newest.seq if newest is not None else 0,
        check=newest.check if newest is not None else b"",
        queue_facts=settings.limits.queue_facts,
        failed=failed,
        moved=moved,
    )
    try:
        # What the log holds stays: the cycle collector need not look at it while it comes in, nor ever after.
        gc.disable()
        board, base = restore(data, log, journal.warn)
        gc.freeze()
        gc.enable()
        gc.set_threshold(GC_YOUNG)
        if board.seq:
            clock.not_before(board.at)
        hub = Hub(board, settings, data, clock)
        hub.doubts = clock.doubts
        hub.follow(log)
        hub.journal.hear_libraries(hub.metrics.refused.labels(status="400").inc)
        hub.sight.look()
        if hub.degraded:
            hub.warn(hub.degraded, "log.damaged")
        elif log.doubt:
            hub.warn(log.doubt, "log.witness")
        await _run(hub, base, host, port, beyond)
    finally:
        await log.close()
    if log.failure:
        raise Broken(log.failure)
    try:
        await asyncio.to_thread(leave_snapshot, hub.directory, hub.board, log)
    except LogError as error:
        hub.warn(str(error), "snapshot.failed")
    hub.journal.say("hub.stopped", "stopped; all that was answered is on disk", seq=hub.board.seq)


async def _run(hub: Hub, base: int, host: str, port: int, beyond: bool) -> None:
    settings, local = hub.settings, LocalToken(hub.directory)
    certificate = None
    if settings.tls is not None:
        from feeds.hub.access.tls import Certificate  # its library takes a while to import

        certificate = Certificate(settings.tls, hub.now, hub.warn)
    proxies = Proxies(settings.hub.trusted_proxies)
    # Who comes through a proxy comes from elsewhere, wherever the hub itself listens.
    access = structs.replace(settings.access, required=settings.access.required or bool(proxies))
    gate = Gate(hub.directory, access, beyond=beyond, local=local.secret, warn=hub.warn)
    names = frozenset(name.lower().removesuffix(".") for name in settings.access.names)

    def called(name: str) -> bool:
        return name in names or (certificate is not None and certificate.is_called(name))

    guard = Guard(gate, called, beyond, bool(settings.zammad.secret), hub.metrics, proxies)
    show_figures(hub.metrics, gate, certificate)
    stop = hub.stop
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    commands, lapses = Commands(hub), Lapses(hub)
    door = Door(hub, lapses, gate)
    try:
        key = hooks_key(hub.directory)
    except OSError as error:
        raise CannotStart(f"{hub.directory / KEY_FILE} cannot be kept: {error.strerror or error}") from error
    courier = Courier(hub, channels_of(hub, key), hub.now)
    hub.wake_courier = courier.wake
    snapshotter = Snapshotter(hub.directory, hub.settings.limits.snapshot_every, base, lambda: hub.board.seq)
    readiness = Readiness(hub.directory, lambda: hub.not_kept, asyncio.get_running_loop().time)
    hub.disk = lambda: readiness.seen.why
    lateness, supervisor = Lateness(), Supervisor()
    rhythms = RhythmsKept(hub.directory, hub.heard, hub.warn)
    rhythms.read(hub.now(), heard_before(hub.board))
    runner = web.AppRunner(
        make_app(hub, commands, door, DeliveryReports(hub, key), gate, guard, readiness),
        handle_signals=False,
        shutdown_timeout=SHUTDOWN_SECONDS,
    )
    await runner.setup()
    try:
        assert runner.server is not None
        front = FrontServer(door, gate, runner.server, Crowd(most_connections(), hub.warn, proxies.trusts))
        try:
            bound = await front.start(host, port, certificate.context if certificate is not None else None)
        except OSError as error:
            raise CannotStart(f"cannot listen on {host}:{port}: {error.strerror or error}") from error
        lost = local.write(bound)
        if lost:
            hub.warn(
                f"programs of this machine do not find the hub's token by themselves: {lost}", "access.local_token"
            )
        returns = returns_of(hub)
        seen: Callable[[], Mapping[str, int]] = lambda: returns.seen if returns is not None else {}  # noqa: E731
        Figures(hub, readiness, lateness, lambda: front.connections, seen)
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(gate.run()),
                group.create_task(watch_groups(hub)),
                group.create_task(watch_surges(hub)),
                group.create_task(watch_updates(hub)),
                group.create_task(lapses.run()),
                group.create_task(tick(hub)),
                group.create_task(hub.sight.run()),
                group.create_task(hub.past.run()),
                group.create_task(snapshotter.run(hub.warn)),
                group.create_task(lateness.run()),
                group.create_task(supervisor.run()),
                group.create_task(rhythms.run()),
                group.create_task(
                    Retention(hub.directory, hub.log, settings.log.keep_days, hub.now).run(hub.warn),
                ),
            ]

            def begin() -> None:
                """Begin what needs a log that takes facts."""
                tasks.append(group.create_task(watch_disk(hub, readiness)))
                tasks.append(group.create_task(prove_log(hub, base)))
                tasks.append(group.create_task(courier.run()))
                tasks.append(group.create_task(watch_feeds(hub)))
                if (resync := resync_of(hub, door.ticket)) is not None:
                    tasks.append(group.create_task(resync.run()))
                if returns is not None:
                    tasks.append(group.create_task(returns.run()))
                if (page := hub.settings.status_page) is not None:
                    tasks.append(group.create_task(keep_status_page(hub, page)))
                tasks.append(group.create_task(Explaining(hub).run()))

            if lost:
                tasks.append(group.create_task(local.until_written(bound, hub.warn)))
            if not hub.degraded:
                if await hub.log.try_disk() and await settled(hub):
                    begin()
                else:
                    tasks.append(group.create_task(until_settled(hub, begin)))
            if certificate is not None:
                tasks.append(group.create_task(certificate.run()))
                loop.add_signal_handler(signal.SIGHUP, partial(certificate.look, always=True))
            hub.news.set()
            url = f"http{'s' if certificate is not None else ''}://{_shown(host)}:{bound}"
            print(f"vaken hub ready at {url}", flush=True)
            supervisor.tell("READY=1")
            hub.journal.say("hub.ready", f"ready at {url}", version=VERSION, seq=hub.board.seq, snapshot=base)
            await stop.wait()
            asked = "the log takes nothing more" if hub.log.failure else "asked to stop"
            supervisor.tell("STOPPING=1")
            hub.journal.say("hub.stopping", asked, seq=hub.board.seq, waiting=hub.log.waiting)
            front.stop()
            for task in tasks:
                task.cancel()
    finally:
        local.remove()
        await runner.cleanup()
        await gate.close()
        await rhythms.write()
        readiness.close()


def _first(error: BaseException) -> BaseException:
    """Return the first failure within groups of failures."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
