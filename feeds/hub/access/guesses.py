"""Locks on guessing: who gives wrong tokens waits longer and longer before another one is looked at.

Counted by network address and by token id. A lock never stops the right token: many terminals come from one address,
and anybody may know an id. What it stops is trying; the entropy of the secrets does the rest.
"""

from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from typing import Final

FREE: Final = 5
"""Wrong tokens that cost nothing: people mistype, feeds keep an old token for a while."""
LONGEST: Final = 900.0
"""Seconds of the longest lock, and after so long without a wrong token all is forgotten."""
KEPT: Final = 4_096
"""Addresses, and token ids, that are remembered; the one that was quiet for longest makes room."""


class _Tries:
    __slots__ = ("last", "locked_until", "wrong")

    def __init__(self) -> None:
        self.wrong = 0
        self.last = 0.0
        self.locked_until = 0.0


class Guesses:
    """One table of wrong tries. ``clock``: monotonic seconds; ``tell``: told with a key when its lock begins."""

    def __init__(self, clock: Callable[[], float], tell: Callable[[str, int], None]) -> None:
        self._clock = clock
        self._tell = tell
        self._tries: dict[str, _Tries] = {}

    def __len__(self) -> int:
        """How many keys are remembered."""
        return len(self._tries)

    def wait(self, key: str) -> int:
        """Return for how many seconds a key is locked, rounded up; 0: it is not."""
        tries = self._tries.get(key)
        left = tries.locked_until - self._clock() if tries is not None else 0.0
        return int(left) + 1 if left > 0 else 0

    def wrong(self, key: str) -> int:
        """Note a wrong token; return for how many seconds the key is locked now. While it is locked nothing is noted:
        a feed that goes on and on with an old token is locked for a while, not for ever longer.
        """
        now = self._clock()
        tries = self._tries.pop(key, None)
        if tries is None or now - tries.last > LONGEST + max(0.0, tries.locked_until - tries.last):
            tries = _Tries()
        self._tries[key] = tries  # at the end: the order is that of the last try
        if len(self._tries) > KEPT:
            del self._tries[next(iter(self._tries))]
        if tries.locked_until <= now:
            tries.wrong += 1
            tries.last = now
            if tries.wrong > FREE:
                tries.locked_until = now + min(2.0 ** (tries.wrong - FREE), LONGEST)
                if tries.wrong == FREE + 1 or tries.locked_until - now >= LONGEST:
                    self._tell(key, int(tries.locked_until - now))
        return self.wait(key)

    def locked(self) -> int:
        """Return how many keys are locked now."""
        now = self._clock()
        return sum(tries.locked_until > now for tries in self._tries.values())


def place_of(address: str) -> str:
    """Return the key of a network address: of IPv6 its /64, which is what one household or machine has."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"
    return str(parsed)
