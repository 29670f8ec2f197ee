"""The description that the hub serves: every path of it exists, and what it calls valid is taken."""

from aiohttp import ClientSession

from feeds.hub.access.paths import NEEDS, READ
from feeds.model import COMMANDS, ROW_TYPES
from tests.hub.running import RunningHub


async def test_every_described_path_exists(shared_hub: RunningHub) -> None:
    status, described = await shared_hub.get("/openapi.json")
    assert status == 200
    paths = described["paths"]
    assert {f"/v1/commands/{name}" for name in COMMANDS} <= set(paths)
    assert {f"/v1/{view}" for view in ROW_TYPES} <= set(paths)
    async with ClientSession() as session:
        for path, operations in paths.items():
            for method in operations:
                named = path.replace("{id}", "U-999").replace("{digest}", "0" * 64)
                url = f"{shared_hub.url}{named}" + ("?of=O-1" if path in ("/v1/impact", "/v1/timeline") else "")
                async with session.request(method, url, data=b"{}" if method == "post" else None) as answer:
                    assert answer.status not in (405, 500), path
                    if answer.status == 404:
                        said = (await answer.json())["error"]
                        assert "404" in operations[method]["responses"], path
                        assert not said.startswith("Not Found"), "no route leads there"


async def test_a_path_that_is_written_and_read_is_described_as_both(shared_hub: RunningHub) -> None:
    _, described = await shared_hub.get("/openapi.json")
    paths = described["paths"]
    written = {path for path in NEEDS if path not in ("/v1/{view}", "/v1/stream", "/v1/ingest", "/openapi.json")}
    assert written <= set(paths)
    for path in READ:
        assert "post" in paths[path], path
    for path in ("/v1/alarms", "/v1/cases"):
        assert set(paths[path]) == {"get", "post"}
        post = paths[path]["post"]
        one, several = post["requestBody"]["content"]["application/json"]["schema"]["oneOf"]
        assert several == {"type": "array", "items": one}
        assert {"200", "400", "401", "403", "408", "413", "415", "422", "503"} <= set(post["responses"])
        assert "Retry-After" in post["responses"]["503"]["headers"]
        assert [parameter["name"] for parameter in post["parameters"]] == ["feed"]


async def test_a_command_needs_no_more_than_is_described(shared_hub: RunningHub) -> None:
    _, described = await shared_hub.get("/openapi.json")
    for name in COMMANDS:
        schema = described["paths"][f"/v1/commands/{name}"]["post"]["requestBody"]["content"]["application/json"]
        command = described["components"]["schemas"][schema["schema"]["$ref"].rpartition("/")[2]]
        assert "do" not in command["properties"]
        assert "do" not in command["required"]
    assert (await shared_hub.post("/v1/commands/sims", {"text": "89462000200000000001"}))[0] == 200


async def test_times_are_described_as_such(shared_hub: RunningHub) -> None:
    _, described = await shared_hub.get("/openapi.json")
    fields = described["components"]["schemas"]["CaseEvent"]["properties"]
    for name in ("time", "opened", "follow_up"):
        assert fields[name]["anyOf"][0]["format"] == "date-time"


async def test_references_lead_somewhere_and_required_fields_are_named(shared_hub: RunningHub) -> None:
    _, described = await shared_hub.get("/openapi.json")
    schemas = described["components"]["schemas"]

    def references(value: object) -> set[str]:
        if isinstance(value, dict):
            own = {str(value["$ref"])} if "$ref" in value else set()
            return own.union(*(references(one) for one in value.values()))
        if isinstance(value, list):
            return set().union(*(references(one) for one in value))
        return set()

    assert {found.removeprefix("#/components/schemas/") for found in references(described)} <= set(schemas)
    assert set(schemas["AlarmEvent"]["required"]) == {"source", "managed_object", "severity"}
