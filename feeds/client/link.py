"""The state of the connection as screens show it, the notices that tell them of changes, and its time limits."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from feeds.client.view import ViewHandle
from feeds.model.access import Capability


class LinkState(StrEnum):
    """*connecting*: never live so far; *lost*: was live, trying again; *stopped*: by ``HubClient.stop``."""

    CONNECTING = "connecting"
    LIVE = "live"
    LOST = "lost"
    STOPPED = "stopped"


class Link(Struct, frozen=True):
    """The connection at one moment.

    ``since``: when it came into this state, by our own clock; ``heard``: when the last frame came, by our own clock;
    ``why``: the reason of the last loss or failed attempt, empty while live; ``hub``: its name and version;
    ``instance``: changes when the hub restarts; ``offset``: the hub's clock minus ours, seconds; ``attempts``: failed
    ones since it was last live; ``seq``: the hub's newest sequence; ``lag``: how far the hub is behind its feeds,
    seconds; ``shed``: what it dropped under load; ``degraded``: a sentence where it does not do all of its work;
    ``role``: the name of our role there, empty where it did not say; ``may``: what we may do, everything where the hub
    did not say; it is the hub that decides, this only spares people a refusal; ``rate``: it is a replay, whose time
    goes so fast (0: it stands), None: it is a hub at work; ``told``: when the hub last told its time, by our own clock.
    """

    state: LinkState
    since: datetime
    heard: datetime | None = None
    why: str = ""
    hub: str = ""
    instance: str = ""
    offset: float = 0.0
    attempts: int = 0
    seq: int = 0
    lag: float = 0.0
    shed: int = 0
    degraded: str = ""
    role: str = ""
    may: frozenset[Capability] = frozenset(Capability)
    rate: float | None = None
    told: datetime | None = None


class ViewChanged(Struct, frozen=True):
    """A view has new content. Not told again until ``handle.content`` has been read."""

    handle: ViewHandle


class LinkChanged(Struct, frozen=True):
    """The link changed its state, or a beat of the hub came (once a second)."""

    link: Link


Notice = ViewChanged | LinkChanged


class Pace(Struct, frozen=True):
    """Time limits of a client, seconds."""

    silence: float = 5.0
    """Not a byte for so long: the link is dead. The hub beats once a second."""
    long_frame: float = 60.0
    """Bytes come but no whole frame for so long: the link is dead as well."""
    connect: float = 5.0
    """For one attempt, name lookup to handshake."""
    goodbye: float = 1.0
    """For the closing handshake."""
    first_delay: float = 0.2
    """Longest wait before the first new attempt; doubles with each, up to ``last_delay``. The wait is a random part."""
    last_delay: float = 10.0
    calm: float = 10.0
    """A connection or view that went well for so long starts again at ``first_delay`` when it fails."""
