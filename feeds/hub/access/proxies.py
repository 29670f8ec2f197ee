"""Where a request came from when a reverse proxy brought it: ``X-Forwarded-For``, believed of named proxies alone.

Each proxy appends the address that it was asked from, and anybody can write what stands before. So the list is read
from its end, as far as the proxies that are trusted reach: the first address that is none of theirs counts.
"""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Annotated, Final

from msgspec import Meta, Struct

from feeds.hub.access.identity import AccessError

HEADER: Final = "X-Forwarded-For"
HOPS: Final = 16
"""Addresses that are looked at, from the end."""

Address = IPv4Address | IPv6Address


class HubSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The table ``[hub]``: what stands before this hub.

    ``trusted_proxies``: addresses and networks of reverse proxies whose ``X-Forwarded-For`` is believed.
    """

    trusted_proxies: Annotated[tuple[Annotated[str, Meta(min_length=1, max_length=64)], ...], Meta(max_length=64)] = ()


class Proxies:
    """The reverse proxies before one hub; none: nothing that a request says of its way is believed."""

    def __init__(self, networks: Sequence[str] = ()) -> None:
        """Raises AccessError where one is no network, or all there is."""
        self._networks = tuple(map(_network, networks))
        self._trusts = lru_cache(maxsize=256)(self._is_trusted)

    def __bool__(self) -> bool:
        """Whether there are some."""
        return bool(self._networks)

    def address(self, remote: str, forwarded: Sequence[str]) -> str:
        """Return the address that a request counts as from.

        ``remote``: who opened the connection; ``forwarded``: the values of the header, in order. What cannot be read as
        an address ends the list: the proxy that passed it on counts.
        """
        if not forwarded or not self._networks or not self._trusts(remote):
            return remote
        counts = remote
        for said in reversed(",".join(forwarded[-HOPS:]).rsplit(",", HOPS)[-HOPS:]):
            found = _parsed(_without_port(said.strip()))
            if found is None:
                break
            counts = str(found)
            if not self._trusts(counts):
                break
        return counts

    def trusts(self, address: str) -> bool:
        """Return whether an address is one of theirs."""
        return bool(self._networks) and self._trusts(address)

    def _is_trusted(self, address: str) -> bool:
        parsed = _parsed(address)
        return parsed is not None and any(
            parsed.version == network.version and parsed in network for network in self._networks
        )


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        network = ip_network(text)
    except ValueError as error:
        raise AccessError(f"{text!r} is no network, such as 192.0.2.7 or 10.1.0.0/16: {error}") from error
    if network.prefixlen == 0:
        raise AccessError(f"{text!r} would trust everybody: name the proxies")
    return network


def _parsed(text: str) -> Address | None:
    """Return an address; one of IPv4 that is written as IPv6 as what it is."""
    try:
        parsed = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        return parsed.ipv4_mapped
    return parsed


def _without_port(text: str) -> str:
    """Some proxies write ``address:port``, and ``[address]:port`` of IPv6."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") == 1 else text
