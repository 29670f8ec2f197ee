"""How many connections a hub holds at once, and how long a sender may take over one request.

A connection costs a file descriptor, and the log needs some too: so there is a bound, below what the system gives. No
address has more than half of them, so that one machine that opens and opens shuts nobody else out.
"""

import contextlib
import resource
from collections.abc import Callable
from time import monotonic
from typing import Final

MOST: Final = 4_096
"""Connections at once, at the most: terminals, feeds and everybody else."""
SPARED: Final = 128
"""Descriptors that are not for connections: the log, snapshots, the courier's own connections."""
HEAD_SECONDS: Final = 12.0
"""The head of a request has to be there as a whole by then, from its first octet on; the first one on a connection
from when that was opened, and so has the handshake of TLS."""
KEEPALIVE_SECONDS: Final = 75.0
"""A connection that had a request may wait so long for the next one."""
TELL_EVERY: Final = 60.0
"""Seconds between two lines about connections that were turned away."""
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


class Crowd:
    """The open connections of one hub by address. ``most``: of all; an address may have half of them.

    ``exempt``: addresses through which many come, such as a reverse proxy's. ``warn``: says a sentence by a name.
    """

    def __init__(
        self,
        most: int,
        warn: Callable[[str, str], None] = lambda _text, _event: None,
        exempt: Callable[[str], bool] = lambda _address: False,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._most = most
        self._each = max(1, most // 2)
        self._warn = warn
        self._exempt = exempt
        self._clock = clock
        self._by: dict[str, int] = {}
        self.open = 0
        """Connections that are open, those that were turned away and are not closed yet among them."""
        self._told: float | None = None
        self._untold = 0

    def come(self, address: str) -> bool:
        """Note a connection; return whether it has to be turned away. ``go`` is called for it all the same."""
        self.open += 1
        own = self._by[address] = self._by.get(address, 0) + 1
        if self.open > self._most:
            who, count = max(self._by.items(), key=lambda one: one[1])
            self._tell(
                f"{self._most:,} connections are open, and no more can be: further ones are told to come back later; "
                f"{count:,} of them are from {who or 'an unknown address'}"
            )
            return True
        if own > self._each and not self._exempt(address):
            self._tell(
                f"{self._each:,} connections from {address or 'an unknown address'} are open: further ones from there "
                "are told to come back later"
            )
            return True
        return False

    def go(self, address: str) -> None:
        """Note that a connection is closed."""
        self.open -= 1
        left = self._by[address] - 1
        if left:
            self._by[address] = left
        else:
            del self._by[address]

    def _tell(self, text: str) -> None:
        now = self._clock()
        if self._told is not None and now - self._told < TELL_EVERY:
            self._untold += 1
            return
        before = f" ({self._untold:,} since the last line)" if self._untold else ""
        self._told, self._untold = now, 0
        self._warn(f"{text}{before}", "connections.crowd")
