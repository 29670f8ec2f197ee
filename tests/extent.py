"""How much a property test tries: a third of the examples in the suite, all of them in ``make soak``."""

import os

LONG = os.environ.get("VAKEN_EXAMPLES") == "all"
LEAST = 20


def examples(many: int) -> int:
    """Return how many of ``many`` examples are tried."""
    return many if LONG else max(LEAST, many // 3)
