"""No path is forgotten: what has a route says what it needs, and what is forgotten is closed."""

from pathlib import Path

from feeds.board import Board
from feeds.hub.access.gate import Gate
from feeds.hub.access.guard import Guard
from feeds.hub.access.paths import COMMAND, NEEDS, OPEN, needs_of
from feeds.hub.access.settings import AccessSettings
from feeds.hub.app import make_app
from feeds.hub.commands import Commands
from feeds.hub.core import Hub
from feeds.hub.delivery_reports import DeliveryReports
from feeds.hub.ingest import Door
from feeds.hub.lapses import Lapses
from feeds.hub.settings import Settings
from feeds.model.access import COMMAND_NEEDS, Capability


async def test_every_route_says_what_it_needs(tmp_path: Path) -> None:
    hub = Hub(Board(), Settings(), tmp_path)
    gate = Gate(tmp_path, AccessSettings())
    guard = Guard(gate, lambda _name: False, beyond=False, signed=False, metrics=hub.metrics)
    door = Door(hub, Lapses(hub), gate)
    app = make_app(hub, Commands(hub), door, DeliveryReports(hub, b"k" * 32), gate, guard)
    routes = {resource.canonical for resource in app.router.resources()}
    door.close()
    assert routes <= OPEN | set(NEEDS) | {COMMAND}
    # Those that are views too have one route for each way, and the views' one stands for all.
    assert set(NEEDS) | OPEN | {COMMAND} == routes


def test_what_is_forgotten_is_closed() -> None:
    assert needs_of("GET", "/v1/new", "") is Capability.MANAGE
    assert needs_of("POST", COMMAND, "new") is Capability.MANAGE
    assert needs_of("POST", COMMAND, "approve") is COMMAND_NEEDS["approve"]


def test_reading_what_can_be_brought_as_well_needs_looking() -> None:
    assert needs_of("HEAD", "/v1/alarms", "") is needs_of("GET", "/v1/cases", "") is Capability.LOOK
    assert needs_of("POST", "/v1/alarms", "") is Capability.FEED
