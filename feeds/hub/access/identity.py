"""Who is behind a request, and why one is turned away."""

from collections.abc import Mapping

import orjson
from msgspec import Struct

from feeds.facts import Origin
from feeds.model.access import CAPABILITIES, Capability, Role


class AccessError(Exception):
    """Access cannot be set up or changed; the message says what, where and what to do."""


class Identity(Struct, frozen=True):
    """Somebody whom the hub knows.

    ``name``: of the person or feed; empty: whoever they say they are (an open loopback hub, the machine's own token).
    ``token``: public id of the token, never its secret. ``until``: Unix seconds at which it ends; None: it does not.
    """

    name: str
    role: Role
    may: frozenset[Capability]
    token: str = ""
    until: float | None = None

    def who(self, said: str) -> str:
        """Return the name that goes into facts; ``said`` is what the request itself says."""
        return self.name or said or "somebody"

    def origin(self, address: str) -> Origin:
        """Return what facts say of where this person was."""
        return Origin(address, self.token)


ANYBODY = Identity("", Role.ADMIN, CAPABILITIES[Role.ADMIN])
"""Everybody, while a hub on loopback asks for no tokens."""

_TELLS = {
    Capability.LOOK: "look at views",
    Capability.TRIAGE: "acknowledge alarms and move cases",
    Capability.DECIDE: "decide what is an outage",
    Capability.WRITE: "write updates",
    Capability.SEND: "send updates",
    Capability.FEED: "bring alarms and cases",
    Capability.INVENTORY: "load the inventory",
    Capability.MANAGE: "manage this hub",
}


def may_not(identity: Identity, needs: Capability) -> str:
    """Return the sentence for somebody who lacks a capability."""
    return f"the role {identity.role.value} may not {_TELLS[needs]}"


class Denied(Exception):
    """A request is turned away; the message is one sentence for who sent it. It never holds a token.

    ``status``: 401 (who are you), 403 (you may not) or 503 (too many tokens are being looked at). ``kind``: for the
    metrics. ``retry_after``: seconds.
    """

    def __init__(self, status: int, kind: str, why: str, retry_after: int = 0) -> None:
        super().__init__(why)
        self.status = status
        self.kind = kind
        self.retry_after = retry_after

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers that go with the answer."""
        headers = {"Content-Type": "application/json"}
        if self.status == 401:
            headers["WWW-Authenticate"] = 'Bearer realm="vaken"'
        if self.retry_after:
            headers["Retry-After"] = str(self.retry_after)
        return headers

    @property
    def body(self) -> bytes:
        """The answer's body."""
        return orjson.dumps({"error": str(self)})


def needed(identity: Identity, needs: Capability | None) -> None:
    """Raise Denied where a capability is needed that somebody has not."""
    if needs is not None and needs not in identity.may:
        raise Denied(403, "capability", may_not(identity, needs))
