"""The tables ``[access]`` and ``[tls]`` of the configuration."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from feeds.model.access import Role

Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Signatures by key pairs. None by a shared secret: who can check such a token can make one."""


HOST_NAME: Final = r"^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$"


class OidcSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Bearer tokens of a single sign-on (OpenID Connect).

    ``issuer`` and ``audience``: as in the claims ``iss`` and ``aud``. ``jwks``: the issuer's public keys, a file or an
    address. ``claim``: where groups stand, with dots into objects; ``roles``: which group is which role here, the one
    that may most counts. ``name``: the claim with the person's name for the log.
    """

    issuer: Annotated[str, Meta(min_length=1)]
    audience: Annotated[str, Meta(min_length=1)]
    jwks: Annotated[str, Meta(min_length=1)]
    claim: Annotated[str, Meta(min_length=1)]
    roles: Annotated[dict[str, Role], Meta(min_length=1)]
    name: str = "preferred_username"
    algorithms: Annotated[tuple[Algorithm, ...], Meta(min_length=1)] = ("RS256", "ES256")
    leeway: Annotated[float, Meta(ge=0, le=300)] = 60.0
    """Seconds by which clocks may differ."""
    refresh: Annotated[float, Meta(ge=10, le=86_400)] = 300.0
    """Seconds between two looks at the keys."""
    keep: Annotated[float, Meta(ge=0, le=2_592_000)] = 86_400.0
    """Seconds for which keys are good while the issuer cannot be reached."""
    ca: str = ""
    """CA certificates for the address, where it has its own."""


class AccessSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Who may come in.

    ``required``: ask for tokens also on loopback before there is one. ``names``: host names by which this hub is asked
    for, beside addresses and the names in its certificate; a hub that has some asks for tokens.
    """

    required: bool = False
    names: tuple[Annotated[str, Meta(min_length=1, max_length=253, pattern=HOST_NAME)], ...] = ()
    oidc: OidcSettings | None = None


class TlsSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Files in PEM: the certificate with those between it and its CA, and its key."""

    cert: Annotated[str, Meta(min_length=1)]
    key: Annotated[str, Meta(min_length=1)]
