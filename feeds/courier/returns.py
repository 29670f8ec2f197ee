"""Takes mail that came back out of its mailbox and into the ledger, once each.

The facts are flushed before a mail is marked as seen. After a crash in between it is looked at again and changes
nothing more: what it says stands in the ledger.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable

from feeds.courier.channels.bounces import match, read
from feeds.courier.channels.mailboxes import AT_ONCE, Mailbox, MailboxDown
from feeds.courier.errors import LedgerUnavailable
from feeds.courier.ledger import Ledger
from feeds.model import UpdateId

_log = logging.getLogger(__name__)

UNMATCHED_KEPT = 100_000
"""Names of mails that were none of ours; beyond these they are looked at again."""


class Returns:
    """Looks into a mailbox every now and then, until cancelled. ``seen`` counts reports by kind, and unmatched ones."""

    def __init__(
        self,
        ledger: Ledger,
        known: Callable[[UpdateId], bool],
        mailbox: Mailbox,
        every: float,
        warn: Callable[[str], None],
    ) -> None:
        self._ledger = ledger
        self._known = known
        self._mailbox = mailbox
        self._every = every
        self._warn = warn
        self._left: set[str] = set()
        """Names of mails that stay where they are."""
        self.seen: Counter[str] = Counter()
        """Matched reports by kind; ``unmatched``: reports about no delivery of ours; ``other``: no reports at all."""

    async def run(self) -> None:
        """Look until cancelled. Troubles of the mailbox and the ledger are said once each and waited out."""
        trouble = ""
        try:
            while True:
                try:
                    more = await self.look()
                    trouble = ""
                except (MailboxDown, LedgerUnavailable) as error:
                    if str(error) != trouble:
                        trouble = str(error)
                        self._warn(f"bounces wait: {trouble}")
                    more = False
                if not more:
                    await asyncio.sleep(self._every)
        finally:
            await asyncio.to_thread(self._mailbox.close)

    async def look(self) -> bool:
        """Take what is there; return whether there may be more. Raises MailboxDown, LedgerUnavailable."""
        mails = await asyncio.to_thread(self._mailbox.new, set(self._left))
        done: list[str] = []
        for name, raw in mails:
            report = await asyncio.to_thread(read, raw)
            matched = match(report, self._ledger, self._known) if report is not None else None
            if report is None or matched is None:
                if len(self._left) >= UNMATCHED_KEPT:
                    self._left.clear()
                self._left.add(name)
                self.seen["other" if report is None else "unmatched"] += 1
                continue
            if matched.facts:
                await self._ledger.write(matched.facts)
                _log.info("%s/%d: %s: %s", matched.job.update, matched.job.place, report.kind.value, report.words)
                self.seen[report.kind.value] += 1
            done.append(name)
        if done:
            await asyncio.to_thread(self._mailbox.done, done)
        return len(mails) >= AT_ONCE
