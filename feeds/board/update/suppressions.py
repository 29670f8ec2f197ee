"""Addresses to which nothing is sent any more: they opted out, do not exist, complained, or a person said so.

Here is only what is so; who looks at it is the audience (before an approval) and the ledger (after one).
"""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from feeds.board.touched import Touched
from feeds.facts import AddressAllowed, AddressSuppressed
from feeds.model import ContactChannel

_DIALLED = frozenset({ContactChannel.SMS, ContactChannel.PHONE})


class Suppression(Struct, frozen=True, gc=False, omit_defaults=True):
    """One address and why nothing is sent to it. ``address`` as it was said; ``why`` as in AddressSuppressed."""

    channel: ContactChannel
    address: str
    why: str
    since: datetime
    words: str = ""
    by: str = ""
    seq: int = 0

    @property
    def key(self) -> str:
        """Its identity."""
        return address_key(self.channel, self.address)

    @property
    def reason(self) -> str:
        """Why, as people read it: ``hard bounce, 550 no such user``."""
        return f"{self.why}: {self.words}" if self.words else self.why


def address_key(channel: ContactChannel, address: str) -> str:
    """Return by what an address is known: ``channel/address``.

    Small and capital letters of an e-mail address reach one mailbox nearly everywhere, and who opted out has to be
    left alone in any spelling; of a number only the digits count, and ``00`` before it is the ``+``. Other addresses
    (of webhooks, of cases) are taken as they are.
    """
    text = address.strip()
    if channel is ContactChannel.EMAIL:
        text = text.casefold()
    elif channel in _DIALLED:
        digits = "".join(char for char in text if char.isascii() and char.isdigit())
        text = digits.removeprefix("00") if not text.startswith("+") else digits
    return f"{channel.value}/{text}"


class SuppressionTable:
    """Suppressions by key, the latest word about each address."""

    def __init__(self) -> None:
        self.of: dict[str, Suppression] = {}
        self.version = 0
        """Counts changes."""

    def suppress(self, fact: AddressSuppressed, by: str, seq: int, at: datetime, touched: Touched) -> Suppression:
        """Take in a suppression; return it. One that was there keeps its time, and gets the newer reason."""
        key = address_key(fact.channel, fact.address)
        known = self.of.get(key)
        since = known.since if known is not None else at
        made = Suppression(fact.channel, fact.address, fact.why, since, fact.words, by, seq)
        self.of[key] = made
        self.version += 1
        touched.suppressions.add(key)
        return made

    def allow(self, fact: AddressAllowed, touched: Touched) -> None:
        """Forget a suppression."""
        key = address_key(fact.channel, fact.address)
        if self.of.pop(key, None) is not None:
            self.version += 1
            touched.suppressions.add(key)

    def why(self, channel: ContactChannel, address: str) -> str:
        """Return why nothing is sent to an address; empty: it may be written to."""
        if not self.of:
            return ""
        known = self.of.get(address_key(channel, address))
        return known.reason if known is not None else ""

    def restore(self, suppressions: Iterable[Suppression]) -> None:
        """Take over the state of a dump."""
        self.of = {one.key: one for one in suppressions}
        self.version += 1
