"""What every row has."""

from msgspec import Struct


class Row(Struct, frozen=True, gc=False, omit_defaults=True, kw_only=True):
    """What every row has."""

    key: str
