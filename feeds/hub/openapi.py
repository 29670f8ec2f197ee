"""The OpenAPI document of the hub's HTTP face, made from the types with which the hub validates.

The two WebSockets are not in it: OpenAPI has no words for them (docs/feeds.md has).
"""

from datetime import datetime
from functools import cache
from inspect import cleandoc
from typing import Any, get_args, get_type_hints

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
from feeds.model.text import FEED_NAME
from feeds.sources.inventory import RangeInput

_WHOLE_FEED_NAME = FEED_NAME.replace("*$", "{0,63}$")
_INGEST: dict[str, tuple[type, str]] = {
    "/v1/alarms": (AlarmEvent, "Alarm events, one or many: raises, changes, repeats and clears."),
    "/v1/cases": (CaseEvent, "Cases, one or many, each as the ticket system knows it now."),
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
}
_REPORT = (
    ("delivery", "As in the dlr-url of the message."),
    ("token", "The same."),
    ("status", "Kannel's %d."),
    ("words", "Kannel's %A."),
)
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
    "415": "Compressed in a way that the hub does not read: gzip and deflate are.",
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
    for described in components.values():
        if "description" in described:
            described["description"] = cleandoc(described["description"])
    for kind in types:
        _say_times(kind, components.get(getattr(kind, "__name__", ""), {}))
    for command in COMMANDS.values():  # the path says which it is
        said = components[command.__name__]
        del said["properties"]["do"]
        said["required"] = [field for field in said["required"] if field != "do"]
    paths = _Paths()
    for path, (kind, text) in _INGEST.items():
        one = schema_of[kind]
        operation = _operation(text, {"oneOf": [one, {"type": "array", "items": one}]}, _ACCEPTED, _REFUSALS)
        operation["responses"]["503"]["content"]["application/json"]["schema"] = _TURNED_AWAY
        operation["parameters"] = [
            _parameter("feed", "Who sends, where no token says so.", {"type": "string", "pattern": _WHOLE_FEED_NAME})
        ]
        paths.add(path, "post", operation)
    for path, (kind, text) in _WHOLE.items():
        operation = _operation(text, {"type": "array", "items": schema_of[kind]}, _ACCEPTED, _REFUSALS)
        paths.add(path, "post", operation)
    for path, text in _HOOKS.items():
        refusals = _REFUSALS | ({"401": "The token or the signature is missing or wrong."} if "zammad" in path else {})
        paths.add(path, "post", _operation(text, {}, _ACCEPTED, refusals))
    for method in ("get", "post"):
        report = _operation(
            "A delivery report of the SMS gateway; 403 without the token that went out with the message.",
            None,
            _ACCEPTED,
            {status: _REFUSALS[status] for status in ("403", "503")},
        )
        report["parameters"] = [_parameter(name, text, {"type": "string"}) for name, text in _REPORT]
        report["security"] = []
        paths.add("/hooks/kannel", method, report)
    for name, command in COMMANDS.items():
        text = (command.__doc__ or "").strip()
        refusals = _REFUSALS | {"409": "Refused, with what changed since the user looked."}
        done = _done(schema_of[_RESULTS[name]]) if name in _RESULTS else _done({})
        operation = _operation(text, schema_of[command], done, refusals)
        operation["parameters"] = [
            _parameter("who", "Whose command it is, where no token says so.", {"type": "string", "maxLength": 64})
        ]
        paths.add(f"/v1/commands/{name}", "post", operation)
    for view, row in ROW_TYPES.items():
        answer = {"type": "object", "properties": _PAGE | {"rows": {"type": "array", "items": schema_of[row]}}}
        operation = _operation(
            (row.__doc__ or "").strip(), None, answer, {status: _REFUSALS[status] for status in ("401", "403", "422")}
        )
        operation["parameters"] = [_parameter(name, text, schema) for name, text, schema in _ASKED]
        paths.add(f"/v1/{view}", "get", operation)
    ledger = _operation("The ledger of one update: each step of each delivery.", None, {}, {"404": "No such update."})
    ledger["responses"]["200"]["content"] = {"text/csv": {"schema": {"type": "string"}}}
    ledger["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    paths.add("/v1/updates/{id}/deliveries.csv", "get", ledger)
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
    paths.add("/v1/inventory/ranges", "post", offer)
    refusals = _REFUSALS | {"404": "No such inventory waits for a yes.", "409": "The inventory changed since."}
    apply = _operation("Let an inventory that was looked at be the inventory.", None, _ACCEPTED, refusals)
    apply["parameters"] = [
        {"name": "digest", "in": "path", "required": True, "schema": {"type": "string"}},
        _parameter("seen", "As it was answered with the difference.", _INTEGER) | {"required": True},
        _parameter("who", "Who says yes.", {"type": "string", "maxLength": 64}),
    ]
    paths.add("/v1/inventory/ranges/{digest}", "post", apply)
    for path, text in _PROBES.items():
        probe: dict[str, Any] = {"summary": text, "responses": {"200": {"description": "Well."}}}
        if path in OPEN:
            probe["security"] = []
        paths.add(path, "get", probe)
    return orjson.dumps(
        {
            "openapi": "3.1.0",
            "info": {"title": "vaken hub", "version": VERSION},
            "paths": paths,
            "components": {"schemas": components, "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
            "security": [{"token": []}],
        }
    )


class _Paths(dict[str, Any]):
    """Operations by path and method. A path may be read and written: neither takes the place of the other."""

    def add(self, path: str, method: str, operation: dict[str, Any]) -> None:
        """Add one operation."""
        methods = self.setdefault(path, {})
        assert method not in methods, f"{method} {path} is described twice"
        methods[method] = operation


def _say_times(kind: Any, schema: dict[str, Any]) -> None:
    """Say of a type's texts that are times that they are: msgspec does not where one may have no zone."""
    if not isinstance(kind, type) or not issubclass(kind, msgspec.Struct):
        return
    for name, hint in get_type_hints(kind).items():
        if hint is datetime or datetime in get_args(hint):
            field = schema["properties"][name]
            for one in field.get("anyOf", (field,)):
                if one.get("type") == "string":
                    one |= {"format": "date-time", "description": "With a zone; of the years 2000 to 2100."}


_INTEGER = {"type": "integer"}
_PERSON = {"type": "string", "maxLength": 64}
_READING = {status: _REFUSALS[status] for status in ("401", "403", "422")}
_ACCEPTED = {
    "type": "object",
    "properties": {
        "accepted": _INTEGER | {"description": "Events that are kept, or were known already."},
        "seq": _INTEGER | {"description": "Sequence up to which the log is on disk."},
    },
    "required": ["accepted"],
}
_ERROR = {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}
_TURNED_AWAY = {
    "type": "object",
    "properties": {
        "error": {"type": "string"},
        "accepted": _INTEGER | {"description": "Under load, where a part is kept: so many events."},
        "turned_away": _INTEGER | {"description": "And so many of less weight are not: send all of it again."},
        "seq": _INTEGER,
    },
    "required": ["error"],
}
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
    if "503" in operation["responses"]:
        operation["responses"]["503"]["headers"] = {
            "Retry-After": {"description": "Seconds.", "schema": {"type": "integer", "minimum": 1}}
        }
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return operation
