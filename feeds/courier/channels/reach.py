"""Which machines a customer's address may lead to: those of the public Internet, not those around the hub.

A name is looked up first and may lead anywhere, so what counts is the address to which the connection is made.
"""

import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

_NAT64 = IPv6Network("64:ff9b::/96")
"""IPv4 addresses as IPv6 networks see them (RFC 6052)."""


class AddressRefused(OSError):
    """The connection would lead to a machine that customers' addresses may not reach."""


def is_public(text: str) -> bool:
    """Whether an IP address is one of the public Internet (IANA's special-purpose registries)."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address):
        inner = _inner(address)
        if inner is not None:
            return is_public(str(inner))
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _inner(address: IPv6Address) -> IPv4Address | None:
    """Return the IPv4 address to which an IPv6 one leads in the end."""
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return None


class PublicOnly(AbstractResolver):
    """Looks names up, and finds nothing where any of the addresses is not public."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a host. Raises AddressRefused, OSError."""
        found = await self._inner.resolve(host, port, family)
        for one in found:
            _check(one["host"])
        return found

    async def close(self) -> None:
        """Let go of what it holds."""
        await self._inner.close()


def public_socket(info: tuple[Any, ...]) -> socket.socket:
    """Make the socket for one address: the last door, also for addresses that were never looked up as a name."""
    family, kind, protocol, _, address = info
    _check(address[0])
    return socket.socket(family=family, type=kind, proto=protocol)


def _check(host: str | Sequence[str]) -> None:
    if not is_public(str(host)):
        raise AddressRefused(f"{host} is not an address of the public Internet")
