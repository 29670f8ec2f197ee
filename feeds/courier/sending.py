"""The courier: one lane for each channel that is configured, all on one ledger.

How a lane keeps its promises is ``lane``; what a channel does is in ``channels``.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from feeds.courier.channel import Channel
from feeds.courier.lane import Lane
from feeds.courier.ledger import Ledger
from feeds.courier.pace import Pace
from feeds.courier.steps import LEFT_BY_A_CRASH
from feeds.courier.unserved import Unserved
from feeds.model import ContactChannel

__all__ = ["LEFT_BY_A_CRASH", "NO_SERVER", "Courier", "Ledger", "unserved", "would_wait"]

_MISSING = {
    ContactChannel.EMAIL.value: ("mail server", "mail"),
    ContactChannel.SMS.value: ("SMS gateway", "sms"),
    ContactChannel.WEBHOOK.value: ("signing of webhooks", "webhooks"),
    ContactChannel.CASE.value: ("way to write into cases", "zammad.api] or [tmf621"),
    ContactChannel.TMF681.value: ("TMF681 server", "tmf681"),
}

_MESSAGES = {
    ContactChannel.EMAIL.value: ("mail", "mails"),
    ContactChannel.SMS.value: ("text message", "text messages"),
    ContactChannel.WEBHOOK.value: ("webhook", "webhooks"),
    ContactChannel.CASE.value: ("comment", "comments"),
    ContactChannel.TMF681.value: ("message", "messages"),
}


def unserved(kind: str) -> str:
    """Return why deliveries on a channel wait for which nothing is configured."""
    if kind not in _MISSING:
        return f"the courier does not deliver by {kind}"
    what, table = _MISSING[kind]
    return f"no {what} configured: set [{table}] in config.toml"


def would_wait(kind: str, contacts: int) -> str:
    """Return that so many messages on such a channel would wait, and for what: ``no mail server is configured: …``."""
    if kind not in _MISSING:
        return f"the courier does not deliver by {kind}: {contacts:,} would wait"
    what, table = _MISSING[kind]
    one, many = _MESSAGES[kind]
    return f"no {what} is configured: {contacts:,} {one if contacts == 1 else many} would wait; set [{table}]"


NO_SERVER = unserved(ContactChannel.EMAIL.value)


class Courier:
    """Carries deliveries until cancelled. One for each hub; create it in the event loop in which it runs."""

    def __init__(
        self,
        ledger: Ledger,
        channels: Sequence[Channel[Any]],
        now: Callable[[], datetime],
        *,
        pace: Pace | None = None,
    ) -> None:
        """``pace``: instead of that of each channel. Raises ValueError where two channels serve the same contacts."""
        kinds = [channel.kind for channel in channels]
        if len(set(kinds)) != len(kinds):
            raise ValueError(f"two channels for the same contacts: {', '.join(sorted(kinds))}")
        self._lanes: list[Lane[Any] | Unserved] = [Lane(ledger, channel, now, pace=pace) for channel in channels]
        self._lanes.append(Unserved(ledger, kinds, unserved, pace or Pace()))

    def wake(self) -> None:
        """Say that something was decided: approved, paused, resumed, cancelled, retried. May be called for less."""
        for lane in self._lanes:
            lane.wake()

    async def run(self) -> None:
        """Carry until cancelled; then what is being handed over may end, and its answer is written.

        The ledger must outlive this call. Exceptions of the ledger other than LedgerUnavailable end it.
        """
        async with asyncio.TaskGroup() as tasks:
            for lane in self._lanes:
                tasks.create_task(lane.run())
