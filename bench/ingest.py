"""Ingest over HTTP: the hub, which flushes before it answers, beside Alertmanager, which keeps alerts in memory.

Both run in the same minute on this machine, on empty temporary folders, fed by the same generator over the same number
of connections, in turns. The hub has an inventory and groups; its alarms carry attributes of the fleet. Run alone with
``python -m bench.ingest``.
"""

import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from bench.report import Row, print_table
from bench.sender import Sent
from feeds.drill.fleet import build_fleet
from feeds.drill.scenario import load_scenario

HOST = "127.0.0.1"
CONNECTIONS = 64
"""Senders at a time, for both. A log on disk shares each flush among those who wait for it."""
ROUNDS = 3
WORK = {100: 60_000, 1: 15_000}
"""Alarms in one round, by batch size."""
FLOORS = {100: 2.0, 1: 1.0}
"""Budget: rate of the hub as a multiple of Alertmanager's, by batch size."""
TIME_LIMIT = 40.0
"""Seconds after which no further round is begun."""
PEER = "prometheus-alertmanager"

_ALERTMANAGER_CONFIG = "route: {receiver: nobody, group_by: [alertname]}\nreceivers: [{name: nobody}]\n"


class BenchError(Exception):
    """A side of the comparison did not come up or did not take what it was sent."""


@contextmanager
def _process(command: list[str], place: Path) -> Iterator[subprocess.Popen[str]]:
    with (place / "stderr").open("w") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@contextmanager
def hub(place: Path) -> Iterator[int]:
    """Run a hub with the drill's inventory in ``place``; yields its port."""
    command = [sys.executable, "-m", "tui.cli", "hub", "--data", str(place / "data"), "--listen", f"{HOST}:0"]
    with _process(command, place) as process:
        assert process.stdout is not None
        said = process.stdout.readline()
        found = re.search(r"http://[^\s:]+:(\d+)", said)
        if found is None:
            raise BenchError(f"the hub did not start: {said} {(place / 'stderr').read_text()[-500:]}")
        port = int(found[1])
        fleet = build_fleet(load_scenario("apn-fault"))
        _post(port, "/v1/customers", msgspec.json.encode(fleet.customers))
        _post(port, "/v1/ranges", msgspec.json.encode(fleet.ranges))
        yield port


@contextmanager
def alertmanager(binary: str, place: Path) -> Iterator[int]:
    """Run an Alertmanager in ``place``; yields its port."""
    config = place / "alertmanager.yml"
    config.write_text(_ALERTMANAGER_CONFIG)
    with socket.socket() as spare:
        spare.bind((HOST, 0))
        port: int = spare.getsockname()[1]
    command = [
        *(binary, f"--config.file={config}", f"--storage.path={place / 'data'}", "--log.level=error"),
        *(f"--web.listen-address={HOST}:{port}", "--cluster.listen-address="),
    ]
    with _process(command, place) as process:
        end = time.monotonic() + 15
        while True:
            try:
                with urllib.request.urlopen(f"http://{HOST}:{port}/-/ready", timeout=1):
                    break
            except (urllib.error.URLError, OSError):
                if process.poll() is not None or time.monotonic() > end:
                    raise BenchError(f"{PEER} did not start: {(place / 'stderr').read_text()[-500:]}") from None
                time.sleep(0.05)
        yield port


def _post(port: int, path: str, body: bytes) -> None:
    request = urllib.request.Request(f"http://{HOST}:{port}{path}", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=60):
        pass


def rate(kind: str, port: int, batch: int, round_number: int) -> float:
    """Send one round and return alarms accepted per second."""
    command = [sys.executable, "-m", "bench.sender", kind, HOST, str(port), str(batch)]
    command += [str(WORK[batch]), str(CONNECTIONS), str(round_number)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as sender:
        assert sender.stdin is not None
        assert sender.stdout is not None
        if sender.stdout.readline().strip() != "ready":
            raise BenchError("the load generator did not start")
        sender.stdin.write("go\n")
        sender.stdin.flush()
        said = sender.stdout.readline()
    if sender.returncode:
        raise BenchError(f"the load generator failed against {kind}, port {port}")
    sent = msgspec.json.decode(said, type=Sent)
    if sent.refused:
        raise BenchError(f"{kind}: {sent.refused} requests were refused")
    return sent.alarms / sent.seconds


def run() -> list[Row]:
    """Measure and return one row for each batch size."""
    started = time.monotonic()
    binary = shutil.which(PEER)
    rates: dict[tuple[str, int], list[float]] = {}
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vaken-bench-")))
        (place / "hub").mkdir()
        (place / "peer").mkdir()
        ports = {"native": stack.enter_context(hub(place / "hub"))}
        if binary is not None:
            ports["alertmanager"] = stack.enter_context(alertmanager(binary, place / "peer"))
        round_number = 0
        for turn in range(ROUNDS):
            for batch in WORK:
                if time.monotonic() - started > TIME_LIMIT and turn:
                    break
                round_number += 1
                # Each goes first every other time: the machine is not the same at the start and at the end.
                for kind in sorted(ports, reverse=bool(turn % 2)):
                    rates.setdefault((kind, batch), []).append(rate(kind, ports[kind], batch, round_number))
    return [_row(batch, rates) for batch in WORK]


def _row(batch: int, rates: dict[tuple[str, int], list[float]]) -> Row:
    ours = rates["native", batch]
    theirs = rates.get(("alertmanager", batch))
    name = f"ingest over HTTP, batch {batch}, on disk"
    budget = f"≥ {FLOORS[batch]:g}×"
    if theirs is None:
        return Row(name, statistics.median(ours), "alarms/s", f"{PEER} is not installed", None, budget)
    ratio = statistics.median(one / other for one, other in zip(ours, theirs, strict=True))
    peer = f"Alertmanager in memory: {statistics.median(theirs):,.0f}"
    return Row(name, statistics.median(ours), "alarms/s", peer, ratio, budget, ratio >= FLOORS[batch])


if __name__ == "__main__":
    print_table(run())
