"""Why a command is not carried out, in words for the person who gave it."""

from collections.abc import Sequence


class Refused(Exception):
    """The command is not carried out; the message says why, for the person who gave it."""


class Unavailable(Refused):
    """The log does not take facts now; the same command may work later."""


def listed(names: Sequence[str], most: int = 3) -> str:
    """Return names as a sentence has them: sorted, each once, the first few and how many more."""
    shown = sorted(dict.fromkeys(names))
    rest = f" and {len(shown) - most} more" if len(shown) > most else ""
    return ", ".join(shown[:most]) + rest
