"""A run of identifiers of one kind, as it goes over the wire and into the log."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

SimKind = Literal["iccid", "imsi", "msisdn"]
"""Which number line: ICCID body (E.118, no check digit), IMSI (E.212) or MSISDN (E.164, no plus)."""

Digits = Annotated[str, Meta(pattern=r"^[0-9]{4,19}$")]


class SimSpan(Struct, frozen=True, order=True):
    """Identifiers ``first`` to ``last``, both included, of the same kind and length."""

    kind: SimKind
    first: Digits
    last: Digits

    @property
    def count(self) -> int:
        """How many identifiers."""
        return int(self.last) - int(self.first) + 1
