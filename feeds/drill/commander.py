"""A drill's commander: declares an outage, sends an update, through the same client and commands as a person's screen.

It waits for the outage to be there as a person would; everything beyond the actions of a scenario is left to people.
"""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from msgspec import Struct

from feeds.client import ClientError, Credentials, HubClient, LinkState, Notice, Reply
from feeds.client.credentials import NO_CREDENTIALS
from feeds.drill.scenario import Action
from feeds.model import LIVE_STATES, OutageRow, Preview, UpdateText
from feeds.model.commands import Approve, AskPreview, Command, Declare, Draft, Mitigate, Resolve

T = TypeVar("T")

WHO = "drill"
ALONE = "a drill: nobody else is on duty"
"""Why it approves what it wrote: a hub in service asks for a reason."""
PATIENCE = 60.0
"""Seconds to wait for the link, and for the outage."""


class _Drafted(Struct, frozen=True):
    """What the hub answers to a draft."""

    update: str


def carry_out(hub: str, action: Action, credentials: Credentials = NO_CREDENTIALS) -> str:
    """Do one action about the outage that shares ``action.where``; return what was done, or why not, as one line.

    Blocks, for ``PATIENCE`` seconds at the most when there is no such outage.
    """
    shared = ", ".join(f"{name} {value}" for name, value in sorted(action.where.items()))
    changed = threading.Event()

    def wake(_notice: Notice) -> None:
        changed.set()

    try:
        client = HubClient(hub, WHO, wake, credentials=credentials)
        view = client.open("outages", window=(0, 200))
        client.start()
    except ClientError as error:
        return f"commander: could not {action.do}: {error}"

    def outage() -> OutageRow | None:
        if client.link.state is not LinkState.LIVE:
            return None
        rows = [row for row in view.content.rows if isinstance(row, OutageRow)]
        return next((row for row in rows if row.state in LIVE_STATES and shares(row.shared, action.where)), None)

    try:
        row = _wait_for(outage, changed)
        if row is None:
            return f"commander: no outage shares {shared}: nothing to {action.do}"
        if action.do == "update":
            return _send_update(client, action, row)
        command: Command = {"declare": Declare, "mitigate": Mitigate, "resolve": Resolve}[action.do](
            outage=row.key, seen=row.seq
        )
        _do(client, command)
        return f"commander: {action.do} {row.key}, {shared}"
    except ClientError as error:
        return f"commander: could not {action.do}: {error}"
    finally:
        client.stop()


def shares(written: str, where: dict[str, str]) -> bool:
    """Return whether an outage row's ``shared`` text names all of ``where``."""
    values = [part.strip() for part in written.split(",")]
    return all(f"{name} {value}" in values for name, value in where.items())


def _wait_for(found: Callable[[], T | None], changed: threading.Event) -> T | None:
    end = time.monotonic() + PATIENCE
    while (result := found()) is None and changed.wait(max(0.0, end - time.monotonic())):
        changed.clear()
    return result


def _do(client: HubClient, command: Command) -> Reply:
    return client.do(command).result()


def _send_update(client: HubClient, action: Action, row: OutageRow) -> str:
    text = UpdateText(
        done=action.done,
        will=action.will,
        need=action.need,
        next_word=client.now() + timedelta(minutes=action.next_word_minutes) if action.next_word_minutes else None,
    )
    drafted = _do(client, Draft(outage=row.key, kind=action.kind, text=text, seen=row.seq)).as_(_Drafted)
    preview = _do(client, AskPreview(update=drafted.update, window=(0, 1))).as_(Preview)
    _do(client, Approve(drafted.update, preview.digest, preview.customers, alone=ALONE))
    return (
        f"commander: {drafted.update} of {row.key} sent to {preview.customers} customers, {preview.contacts} contacts"
    )
