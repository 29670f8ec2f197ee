"""A frame over which the hub itself fails, in a way that nobody thought of: its sender is told, and goes on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from feeds.board import Board
from feeds.hub.access.gate import Gate
from feeds.hub.access.guard import Guard
from feeds.hub.access.settings import AccessSettings
from feeds.hub.app import make_app
from feeds.hub.commands import Commands
from feeds.hub.core import Hub
from feeds.hub.delivery_reports import DeliveryReports
from feeds.hub.ingest import Door
from feeds.hub.lapses import Lapses
from feeds.hub.settings import Settings
from feeds.log import SqliteLog

ALARM = {"source": "a", "managed_object": "b", "severity": "major"}


def failing(*_: Any) -> Any:
    raise ZeroDivisionError("nobody thought of this")


def break_reading(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub.heard, "numbered", failing)


def break_taking(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub.board.alarms, "news", failing)


def break_answering(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub.heard, "gaps", lambda _name: ((1, 2**70),))


@pytest.mark.parametrize("breaks", [break_reading, break_taking, break_answering])
async def test_a_frame_over_which_the_hub_fails_is_answered_and_the_journal_says_why(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    breaks: Callable[[Hub, pytest.MonkeyPatch], None],
) -> None:
    hub = Hub(Board(), Settings(), tmp_path)
    log = SqliteLog.open(tmp_path, deliver=hub.deliver, now=hub.now)
    hub.follow(log)
    gate = Gate(tmp_path, AccessSettings())
    guard = Guard(gate, lambda _name: False, beyond=False, signed=False, metrics=hub.metrics)
    door = Door(hub, Lapses(hub), gate)
    app = make_app(hub, Commands(hub), door, DeliveryReports(hub, b"k" * 32), gate, guard)
    async with TestClient(TestServer(app)) as client, client.ws_connect("/v1/ingest?feed=f") as socket:
        with monkeypatch.context() as broken:
            breaks(hub, broken)
            await socket.send_json({"id": 7, "sequence": 1, "alarms": [ALARM]})
            said = await socket.receive_json(timeout=20)
            assert (said["id"], said["error"]["status"], said["error"]["retry_after"]) == (7, 500, 1)
        await socket.send_json({"id": 8, "sequence": 2, "alarms": [ALARM]})
        assert (await socket.receive_json(timeout=20))["accepted"] == 1
    await log.close()
    await gate.close()
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "ingest.failed" in line]
    assert "feed=f" in line
    assert "Error: " in line
    assert "innermost first" in line
