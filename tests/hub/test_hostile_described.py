"""Whatever the hub's own description allows, and what it does not, is answered as the description says.

Cases come from schemathesis, over one kept connection to a real hub.
"""

import os
import re
from http.client import HTTPConnection, HTTPException
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from tests.hub.running import RunningHub

EXAMPLES = 2
"""Cases for each path and kind of value; ``soak`` takes many more."""
LONG = int(os.environ.get("VAKEN_FUZZ_EXAMPLES", "300"))
MAIN_DOORS = ("POST /v1/alarms", "POST /v1/cases")
MAIN_EXAMPLES = 8
"""The same for the doors that nearly all comes through; what is valid there is taken, each time."""
_YEAR = re.compile(r"[0-9]{4}(?=-[0-9]{2}-[0-9]{2}T)")


def _operations(described: dict[str, Any]) -> list[Any]:
    schema = schemathesis.openapi.from_dict(described)
    found: list[Any] = list(schema.get_all_operations())
    return [one.ok() for one in found]


def _ask(connection: HTTPConnection, case: Any) -> tuple[int, bytes, str]:
    """Send a case; return status, body and type of the answer."""
    sent = case.as_transport_kwargs(base_url="http://127.0.0.1")
    path = sent["url"].removeprefix("http://127.0.0.1")
    query = urlencode(sent.get("params") or {}, doseq=True, errors="replace")
    body = sent.get("data")
    if "json" in sent:
        body = orjson.dumps(_plain(sent["json"]))
    if isinstance(body, str):
        body = body.encode("utf-8", "surrogatepass")
    if isinstance(body, dict | list):
        body = orjson.dumps(_plain(body))
    headers = {"Content-Type": str((sent.get("headers") or {}).get("Content-Type", "application/json"))}
    if not all(32 <= ord(letter) < 127 for letter in path):
        path = path.encode("ascii", "replace").decode().replace(" ", "+")
    try:
        connection.request(sent["method"], f"{path}?{query}" if query else path, body, headers)
        answer = connection.getresponse()
    except (HTTPException, ConnectionError):
        connection.close()  # the answer came before the body was sent, and the hub closed: ask again
        connection.request(sent["method"], f"{path}?{query}" if query else path, body, headers)
        answer = connection.getresponse()
    return answer.status, answer.read(), answer.headers.get_content_type()


def _plain(value: Any) -> Any:
    """Return a value as orjson can write it: integers within 64 bits, texts without halves of characters.

    The year of a time is one that the hub takes: no format of JSON Schema can say which ones it does.
    """
    if isinstance(value, str):
        return _YEAR.sub("2024", value.encode("utf-8", "replace").decode())
    if isinstance(value, dict):
        return {_plain(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return float(value % 10**9)
    return value


def _try_all(hub: RunningHub, described: dict[str, Any], examples: int) -> None:
    host, _, port = hub.url.removeprefix("http://").rpartition(":")
    connection = HTTPConnection(host, int(port), timeout=20)
    wrong: dict[str, bytes] = {}
    for operation in _operations(described):
        allowed = set(operation.definition.raw["responses"])
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            if mode is GenerationMode.NEGATIVE and not (operation.query or operation.body):
                continue

            must_be_taken = operation.label in MAIN_DOORS and mode is GenerationMode.POSITIVE

            @settings(
                max_examples=max(examples, MAIN_EXAMPLES) if operation.label in MAIN_DOORS else examples,
                database=None,
                derandomize=examples == EXAMPLES,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def one(case: Any) -> None:
                status, body, kind = _ask(connection, case)
                if b"longer than 8,190 bytes" in body:
                    return  # an address so long that no handler saw it
                as_said = str(status) in allowed and status < 500  # noqa: B023
                as_said = as_said and (status == 200 or not must_be_taken)  # noqa: B023
                if not as_said or (status != 200 and (kind != "application/json" or not orjson.loads(body)["error"])):
                    wrong[f"{operation.label} {status}"] = body[:300]  # noqa: B023

            one()
    connection.close()
    assert not wrong


async def _described(hub: RunningHub) -> dict[str, Any]:
    status, described = await hub.get("/openapi.json")
    assert status == 200
    return dict(described)


async def test_what_is_described_is_answered_as_described(shared_hub: RunningHub) -> None:
    described = await _described(shared_hub)
    assert {operation.label for operation in _operations(described)} >= {*MAIN_DOORS, "GET /v1/alarms", "GET /v1/cases"}
    _try_all(shared_hub, described, EXAMPLES)
    assert (await shared_hub.get("/readyz"))[0] == 200
    assert "Traceback" not in shared_hub.errors()


@pytest.mark.soak
async def test_what_is_described_is_answered_as_described_many_times(shared_hub: RunningHub) -> None:
    described = await _described(shared_hub)
    before = shared_hub.peak_bytes()
    _try_all(shared_hub, described, LONG)
    assert shared_hub.peak_bytes() < before + (300 << 20)
    assert "Traceback" not in shared_hub.errors()
