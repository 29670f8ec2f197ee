"""What each path asks for. A path that does not stand here asks for ``manage``: forgetting one opens nothing."""

from collections.abc import Mapping
from typing import Final

from feeds.model.access import COMMAND_NEEDS, Capability

OPEN: Final = frozenset({"/healthz", "/readyz", "/hooks/kannel"})
"""Asked for no token: probes, and reports that carry a token of their own, made for one message."""

SIGNED: Final = "/hooks/zammad"
"""Asks for a token, or for a signature where its secret is configured."""

NEEDS: Final[Mapping[str, Capability | None]] = {
    "/v1/alarms": Capability.FEED,
    "/v1/cases": Capability.FEED,
    "/api/v2/alerts": Capability.FEED,
    "/hooks/alertmanager": Capability.FEED,
    SIGNED: Capability.FEED,
    "/v1/ingest": Capability.FEED,
    "/v1/ranges": Capability.INVENTORY,
    "/v1/customers": Capability.INVENTORY,
    "/v1/objects": Capability.INVENTORY,
    "/v1/inventory/ranges": Capability.INVENTORY,
    "/v1/inventory/ranges/{digest}": Capability.INVENTORY,
    "/v1/stream": Capability.LOOK,
    "/v1/{view}": Capability.LOOK,
    "/v1/updates/{id}/deliveries.csv": Capability.LOOK,
    "/metrics": Capability.LOOK,
    "/openapi.json": None,
}
"""By the path of the route, for POST where a path has it (``/v1/alarms``), else for GET. None: any good token."""

READ: Final = frozenset({"/v1/alarms", "/v1/cases", "/v1/ranges", "/v1/customers", "/v1/objects"})
"""Paths above that are views as well, when they are read."""

COMMAND: Final = "/v1/commands/{name}"


def needs_of(method: str, route: str | None, name: str) -> Capability | None:
    """Return what a request needs; None: any good token. ``route``: the path of its route, None where there is none.

    ``name``: of the command, for those.
    """
    if route is None:
        return None  # it is not found or not allowed, and is told so
    if route == COMMAND:
        return COMMAND_NEEDS.get(name, Capability.MANAGE)
    if route in READ and method in ("GET", "HEAD"):
        return Capability.LOOK
    return NEEDS.get(route, Capability.MANAGE)
