"""Numbers of things in the sentences that are kept and shown: one of them is no plural."""


def how_many(count: int, one: str) -> str:
    """Return ``1 contact`` or ``1,200 contacts``."""
    return f"{count:,} {one}{'' if count == 1 else 's'}"
