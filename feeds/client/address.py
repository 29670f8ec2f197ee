"""Where the hub's stream is, from the address that a person gives."""

import ipaddress
from typing import Literal
from urllib.parse import quote, urlsplit, urlunsplit

from feeds.client.errors import ClientError

_SCHEMES = {"http": "ws", "https": "wss", "ws": "ws", "wss": "wss"}


def stream_url(url: str, who: str) -> str:
    """Return the address of the stream of the hub at ``url`` for ``who``. Raises ClientError when ``url`` is none."""
    problem = f"{url!r} is no address of a hub; one looks like http://host:8425"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ClientError(problem) from error
    if parts.scheme not in _SCHEMES or not parts.hostname or port == 0 or parts.query or parts.fragment:
        raise ClientError(problem)
    path = f"{parts.path.rstrip('/')}/v1/stream"
    return urlunsplit((_SCHEMES[parts.scheme], parts.netloc, path, f"who={quote(who, safe='')}", ""))


def http_url(url: str, path: str) -> str:
    """Return the address of ``path`` (such as ``/healthz``) of the hub at ``url``. Raises ClientError as above."""
    parts = urlsplit(stream_url(url, "nobody"))
    base = parts.path.removesuffix("/v1/stream")
    return urlunsplit((parts.scheme.replace("ws", "http"), parts.netloc, base + path, "", ""))


def is_this_machine(url: str) -> bool:
    """Return whether ``url`` names this machine itself."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def proxy_for(url: str) -> Literal[True] | None:
    """Return the proxy to use: the system's, but none for this machine, which no proxy can reach."""
    return None if is_this_machine(url) else True
