"""The description that the hub serves: every path of it exists, and what it calls valid is taken."""

from aiohttp import ClientSession

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
