"""The OpenAPI document of the hub's HTTP face, made from the types with which the hub validates."""

from functools import cache
from typing import Any

import msgspec
import orjson

from feeds.hub.access.paths import OPEN
from feeds.hub.loading import Offered
from feeds.hub.version import VERSION
from feeds.model import (
    COMMANDS,
    ROW_TYPES,
    AlarmEvent,
    CaseEvent,
    Customer,
    DraftText,
    ObjectRule,
    Preview,
    RangeTable,
    SimsRead,
)
from feeds.sources.inventory import RangeInput

_INGEST: dict[str, tuple[type, str]] = {
    "/v1/alarms": (AlarmEvent, "Alarm events: raises, changes, repeats and clears."),
    "/v1/cases": (CaseEvent, "Cases as the ticket system knows them now."),
    "/v1/ranges": (RangeInput, "SIM ranges of the inventory."),
    "/v1/customers": (Customer, "Customers of the inventory."),
}
_WHOLE: dict[str, tuple[type, str]] = {
    "/v1/objects": (ObjectRule, "What managed objects serve: all rules, in place of those before."),
}
_RESULTS: dict[str, Any] = {"sims": SimsRead, "preview": Preview, "text": DraftText | None}
"""What commands answer with, where it is a type of its own."""
_HOOKS = {
    "/api/v2/alerts": "Alerts as Prometheus posts them to an Alertmanager (its API v2).",
    "/hooks/alertmanager": "Notifications of an Alertmanager's webhook receiver (version 4).",
    "/hooks/zammad": "Ticket changes of a Zammad webhook.",
    "/hooks/kannel": "Delivery reports on text messages; 403 without the token that went out with the message.",
}
_PROBES = {
    "/healthz": "The process answers.",
    "/readyz": "The log is replayed and takes facts; 503 says why not.",
    "/metrics": "Metrics for Prometheus, as text.",
}
_REFUSALS = {
    "400": "Not JSON; the message names the place.",
    "401": "A token is asked for, or this one is not good; Retry-After where too many wrong ones came.",
    "403": "The role of this token may not do it.",
    "408": "The body came too slowly.",
    "413": "Larger than the hub takes.",
    "422": "A field is missing or wrong; the message names its path.",
    "503": "The log does not take facts now; Retry-After says when to come back.",
}


@cache
def document() -> bytes:
    """Return the document (OpenAPI 3.1) as JSON."""
    taken = {**_INGEST, **_WHOLE}
    types = [
        RangeTable,
        Offered,
        *(kind for kind, _ in taken.values()),
        *COMMANDS.values(),
        *_RESULTS.values(),
        *ROW_TYPES.values(),
    ]
    schemas, components = msgspec.json.schema_components(types, ref_template="#/components/schemas/{name}")
    schema_of = dict(zip(types, schemas, strict=True))
    paths: dict[str, Any] = {}
    for path, (kind, text) in _INGEST.items():
        one = schema_of[kind]
        body = {"oneOf": [one, {"type": "array", "items": one}]}
        paths[path] = {"post": _operation(text, body, _ACCEPTED, _REFUSALS)}
    for path, (kind, text) in _WHOLE.items():
        paths[path] = {"post": _operation(text, {"type": "array", "items": schema_of[kind]}, _ACCEPTED, _REFUSALS)}
    for path, text in _HOOKS.items():
        refusals = _REFUSALS | ({"401": "The token or the signature is missing or wrong."} if "zammad" in path else {})
        paths[path] = {"post": _operation(text, {}, _ACCEPTED, refusals)}
    for name, command in COMMANDS.items():
        text = (command.__doc__ or "").strip()
        refusals = _REFUSALS | {"409": "Refused, with what changed since the user looked."}
        done = _done(schema_of[_RESULTS[name]]) if name in _RESULTS else _done({})
        operation = _operation(text, schema_of[command], done, refusals)
        operation["parameters"] = [
            _parameter("who", "Whose command it is, where no token says so.", {"type": "string", "maxLength": 64})
        ]
        paths[f"/v1/commands/{name}"] = {"post": operation}
    for view, row in ROW_TYPES.items():
        answer = {"type": "object", "properties": _PAGE | {"rows": {"type": "array", "items": schema_of[row]}}}
        operation = _operation(
            (row.__doc__ or "").strip(), None, answer, {status: _REFUSALS[status] for status in ("401", "403", "422")}
        )
        operation["parameters"] = [_parameter(name, text, schema) for name, text, schema in _ASKED]
        paths[f"/v1/{view}"] = {"get": operation}
    ledger = _operation("The ledger of one update: each step of each delivery.", None, {}, {"404": "No such update."})
    ledger["responses"]["200"]["content"] = {"text/csv": {"schema": {"type": "string"}}}
    ledger["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    paths["/v1/updates/{id}/deliveries.csv"] = {"get": ledger}
    whole = {
        "application/x-msgpack": {"schema": schema_of[RangeTable]},
        "text/csv": {"schema": {"type": "string", "description": "The first line names the columns."}},
    }
    offer = _operation("A whole inventory of SIM ranges: what it would change.", {}, schema_of[Offered], _REFUSALS)
    offer["requestBody"] = {"required": True, "content": whole}
    offer["parameters"] = [
        _parameter("now", "1: where the hub has no ranges yet, apply it at once.", {"type": "string", "enum": ["1"]}),
        _parameter("who", "Who says so.", {"type": "string", "maxLength": 64}),
    ]
    paths["/v1/inventory/ranges"] = {"post": offer}
    refusals = _REFUSALS | {"404": "No such inventory waits for a yes.", "409": "The inventory changed since."}
    apply = _operation("Let an inventory that was looked at be the inventory.", None, _ACCEPTED, refusals)
    apply["parameters"] = [
        {"name": "digest", "in": "path", "required": True, "schema": {"type": "string"}},
        _parameter("seen", "As it was answered with the difference.", _INTEGER) | {"required": True},
        _parameter("who", "Who says yes.", {"type": "string", "maxLength": 64}),
    ]
    paths["/v1/inventory/ranges/{digest}"] = {"post": apply}
    for path, text in _PROBES.items():
        paths[path] = {"get": {"summary": text, "responses": {"200": {"description": "Well."}}}}
        if path in OPEN:
            paths[path]["get"]["security"] = []
    return orjson.dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": "vaken hub", "version": VERSION},
            "paths": paths,
            "components": {"schemas": components, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
            "security": [{"token": []}],
        }
    )


_INTEGER = {"type": "integer"}
_PERSON = {"type": "string", "maxLength": 64}
_READING = {status: _REFUSALS[status] for status in ("401", "403", "422")}
_ACCEPTED = {"type": "object", "properties": {"accepted": _INTEGER, "seq": _INTEGER}}
_ERROR = {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}
_PAGE = {"view": {"type": "string"}, "seq": _INTEGER, "total": _INTEGER, "first": _INTEGER}
_ASKED: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("filter", "Which rows: words, key:value, -key:value.", {"type": "string", "maxLength": 1000}),
    ("sort", "Field names with commas, - in front for falling.", {"type": "string"}),
    ("of", "The outage, the case or the update that the view is of.", {"type": "string"}),
    ("first", "Place of the first row.", {"type": "integer", "minimum": 0}),
    ("limit", "How many rows.", {"type": "integer", "minimum": 0, "maximum": 10_000}),
)


def _done(result: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"done": {"type": "boolean"}, "seq": _INTEGER, "result": result}}


def _parameter(name: str, text: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": text, "schema": schema}


def _operation(text: str, body: Any, answer: Any, refusals: dict[str, str]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": text.partition("\n")[0],
        "responses": {
            "200": {"description": "Done.", "content": {"application/json": {"schema": answer}}},
            **{
                status: {"description": why, "content": {"application/json": {"schema": _ERROR}}}
                for status, why in sorted(refusals.items())
            },
        },
    }
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return operation
