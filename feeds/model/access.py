"""Roles and what they may do. A role is a set of capabilities; every action and every path asks for one of them.

Who somebody is and whether a token is good is the hub's business (feeds.hub); here are only the names.
"""

from enum import StrEnum


class Capability(StrEnum):
    """What somebody may do. ``look``: read views; ``triage``: acknowledge and shelve alarms, move cases; ``decide``:
    what is an outage, its cause and urgency; ``write``: drafts and proposals of updates; ``send``: approve,
    pause, go on, cancel, send again; ``feed``: alarms and cases; ``inventory``: load SIM ranges and customers;
    ``manage``: tokens and what the configuration rules.
    """

    LOOK = "look"
    TRIAGE = "triage"
    DECIDE = "decide"
    WRITE = "write"
    SEND = "send"
    FEED = "feed"
    INVENTORY = "inventory"
    MANAGE = "manage"


class Role(StrEnum):
    """What a token is for."""

    VIEWER = "viewer"
    RESPONDER = "responder"
    COMMANDER = "commander"
    FEED = "feed"
    ADMIN = "admin"


_RESPONDER = frozenset({Capability.LOOK, Capability.TRIAGE, Capability.DECIDE, Capability.WRITE})

CAPABILITIES: dict[Role, frozenset[Capability]] = {
    Role.VIEWER: frozenset({Capability.LOOK}),
    Role.RESPONDER: _RESPONDER,
    Role.COMMANDER: _RESPONDER | {Capability.SEND},
    Role.FEED: frozenset({Capability.FEED}),
    Role.ADMIN: frozenset(Capability),
}
"""What each role may do."""

COMMAND_NEEDS: dict[str, Capability] = {
    "ack": Capability.TRIAGE,
    "shelve": Capability.TRIAGE,
    "place": Capability.TRIAGE,
    "declare": Capability.DECIDE,
    "mitigate": Capability.DECIDE,
    "resolve": Capability.DECIDE,
    "reject": Capability.DECIDE,
    "suspect": Capability.DECIDE,
    "explain": Capability.DECIDE,
    "weigh": Capability.DECIDE,
    "sims": Capability.LOOK,
    "draft": Capability.WRITE,
    "text": Capability.WRITE,
    "preview": Capability.WRITE,
    "propose": Capability.WRITE,
    "approve": Capability.SEND,
    "steer": Capability.WRITE,
    "retry": Capability.SEND,
    "suppress": Capability.SEND,
    "replay": Capability.LOOK,
}
"""What each command asks for, by its name on the wire."""
