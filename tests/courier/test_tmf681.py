"""CommunicationMessages, against a real HTTP server and, where it is at hand, the standard's own schema."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web
from msgspec import structs

from feeds.courier import freeze
from feeds.courier.channels.tmf681 import Tmf681Channel, Tmf681Settings
from feeds.courier.pace import Backoff, Pace
from feeds.facts import UpdateDrafted
from feeds.model import ContactChannel, DeliveryState, UpdateId, UpdateKind, UpdateText

if TYPE_CHECKING:
    from conftest import Desk, Web

SPEC = Path(__file__).parents[3] / "shared/data/specs/TMF681-Communication-v4.0.0.swagger.json"
QUICK = Pace(server=Backoff(0.01, 0.05), recipient=Backoff(0.01, 0.02), look=0.01, idle=0.2)
Fixture = Callable[..., Any]


async def sent(desk: Desk, site: Web, reached_by: Fixture, carried: Fixture) -> list[dict[str, Any]]:
    async def respond(request: web.Request, body: bytes) -> web.StreamResponse:
        return web.json_response({**json.loads(body), "id": f"M-{len(site.asked)}"}, status=201)

    site.respond = respond
    text = UpdateText(done="Restarted it.", will="Watch it.", need="Nothing.")
    await desk.log.append("jl", [UpdateDrafted(update="U-1", outage="O-12", kind=UpdateKind.PROGRESS, text=text)])
    people = reached_by(ContactChannel.TMF681, "ops@to.example", "+46701234567", "acme-noc")
    update = UpdateId("U-1")
    await desk.approved(freeze(desk.update(update), people, "operator.example", number=1, iccids_up_to=100))
    channel = Tmf681Channel(Tmf681Settings(url=f"{site.url}/tmf-api/communicationManagement/v4/"))
    async with carried(desk, [channel], QUICK):
        await desk.ended(update)
    assert desk.states(update) == [DeliveryState.ACCEPTED] * 3
    assert {one.reference for one in desk.deliveries(update)} == {"M-1", "M-2", "M-3"}
    assert {path for _, path, _, _ in site.asked} == {"/tmf-api/communicationManagement/v4/communicationMessage"}
    return [json.loads(body) for _, _, _, body in site.asked]


async def test_each_recipient_gets_a_message_of_its_own_with_its_own_sims(
    desk: Desk, site: Web, reached_by: Fixture, carried: Fixture
) -> None:
    messages = {one["receiver"][0]["party"]["id"]: one for one in await sent(desk, site, reached_by, carried)}
    assert set(messages) == {"c0", "c1", "c2"}
    assert messages["c0"]["receiver"][0]["email"] == "ops@to.example"
    assert messages["c1"]["receiver"][0]["phoneNumber"] == "+46701234567"
    assert messages["c2"]["receiver"][0]["id"] == "acme-noc"
    for number in range(3):
        (file,) = messages[f"c{number}"]["attachment"]
        listed = base64.b64decode(file["content"]).decode()
        assert listed.count(f"89460000000000{number}") == 10
        assert not any(f"89460000000000{other}" in listed for other in range(3) if other != number)


async def test_the_message_is_what_the_standard_describes(
    desk: Desk, site: Web, reached_by: Fixture, carried: Fixture
) -> None:
    if not SPEC.exists():
        pytest.skip("the standard's own description is not at hand")
    spec = json.loads(SPEC.read_text())
    for message in await sent(desk, site, reached_by, carried):
        fits(message, {"$ref": "#/definitions/CommunicationMessage_Create"}, spec, "message")


def fits(value: Any, schema: dict[str, Any], spec: dict[str, Any], place: str) -> None:
    """As much of JSON Schema as Swagger's definitions use."""
    if "$ref" in schema:
        schema = spec["definitions"][schema["$ref"].rpartition("/")[2]]
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool}
    if "type" in schema:
        assert isinstance(value, kinds[schema["type"]]), f"{place} is no {schema['type']}"
    assert value in schema.get("enum", [value]), place
    for name in schema.get("required", []):
        assert name in value, f"{place} lacks {name}"
    if isinstance(value, dict) and "properties" in schema:
        unknown = set(value) - set(schema["properties"])
        assert not unknown, f"{place} has {unknown}"
        for name, inner in value.items():
            fits(inner, schema["properties"][name], spec, f"{place}.{name}")
    if isinstance(value, list) and "items" in schema:
        for inner in value:
            fits(inner, schema["items"], spec, f"{place}[]")


async def test_a_message_that_the_system_finds_wrong_has_failed_and_one_it_has_no_time_for_waits(
    desk: Desk, site: Web, reached_by: Fixture, carried: Fixture
) -> None:
    answers = [503, 401, 201, 422]

    async def respond(request: web.Request, body: bytes) -> web.StreamResponse:
        return web.Response(status=answers.pop(0))

    site.respond = respond
    people = reached_by(ContactChannel.TMF681, "one")
    update = await desk.approve(people)
    channel = Tmf681Channel(Tmf681Settings(url=site.url, connections=1))
    async with carried(desk, [channel], QUICK):
        await desk.ended(update)
        second = await desk.approve(structs.replace(people), "U-2")
        await desk.ended(second)
    assert desk.states(update) == [DeliveryState.ACCEPTED]
    assert desk.states(second) == [DeliveryState.FAILED]
