"""How many connections a hub holds at once, and how long a sender may take over one request.

A connection costs a file descriptor, and the log needs some too: so there is a bound, below what the system gives.
"""

import contextlib
import resource
from typing import Final

MOST: Final = 4_096
"""Connections at once, at the most: terminals, feeds and everybody else."""
SPARED: Final = 128
"""Descriptors that are not for connections: the log, snapshots, the courier's own connections."""
REQUEST_SECONDS: Final = 30.0
"""A short request has to be there as a whole by then."""
BODY_RATE: Final = 16_384.0
"""A long one gets further time: bytes in a second that it has to come with, on the whole."""
LINGER_SECONDS: Final = 2.0
"""How long the rest of a body that was refused is still listened to, so that its sender sees the answer."""


def most_connections() -> int:
    """Return how many connections there may be; asks the system for as many descriptors as it allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST + SPARED
    if soft != resource.RLIM_INFINITY and soft < wanted:
        ceiling = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        with contextlib.suppress(OSError, ValueError):  # then it is as it was
            resource.setrlimit(resource.RLIMIT_NOFILE, (ceiling, hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    if soft == resource.RLIM_INFINITY:
        return MOST
    return min(MOST, max(soft - SPARED, soft // 2))


def body_seconds(size: int) -> float:
    """Return how long the first ``size`` bytes of a body may have taken, seconds."""
    return REQUEST_SECONDS + size / BODY_RATE
