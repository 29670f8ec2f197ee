"""Which ways of delivering a hub has, as its configuration says, and what it keeps for them."""

import asyncio
import os
import secrets
from pathlib import Path
from typing import Any

from feeds.courier.channel import Channel
from feeds.courier.channels.case_comment import CaseChannel
from feeds.courier.channels.mail import MailChannel
from feeds.courier.channels.mailboxes import mailbox_of
from feeds.courier.channels.sms import SmsChannel
from feeds.courier.channels.status_page import PublishError, Status, StatusPageSettings, files, publish, status
from feeds.courier.channels.tmf681 import Tmf681Channel
from feeds.courier.channels.webhook import WebhookChannel
from feeds.courier.returns import Returns
from feeds.hub.core import Hub
from feeds.hub.trouble import Trouble
from feeds.model import DeliveryState

KEY_FILE = "hooks.key"
"""In the data directory: by what delivery reports are known. Without it, those on what was sent before are refused."""

PAGE_EVERY = 1.0
"""Seconds between two looks whether the status page has to change; a try that failed is repeated then too."""


def channels_of(hub: Hub, key: bytes) -> list[Channel[Any]]:
    """Return the channels that are configured."""
    settings = hub.settings
    channels: list[Channel[Any]] = []
    if settings.mail is not None:
        channels.append(MailChannel(settings.mail))
    if settings.sms is not None:
        channels.append(SmsChannel(settings.sms, key))
    if settings.webhooks is not None:
        channels.append(WebhookChannel(settings.webhooks))
    if settings.zammad.api is not None or settings.tmf621 is not None:
        channels.append(CaseChannel(hub.case, settings.zammad.api, settings.tmf621))
    if settings.tmf681 is not None:
        channels.append(Tmf681Channel(settings.tmf681))
    return channels


def hooks_key(directory: Path) -> bytes:
    """Return the key of a data directory, made at the first start. Raises OSError."""
    path = directory / KEY_FILE
    try:
        key = path.read_bytes()
        if len(key) >= 32:
            return key
    except FileNotFoundError:
        pass
    key = secrets.token_bytes(32)
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
    return key


def returns_of(hub: Hub) -> Returns | None:
    """Return what reads mail that came back, where the configuration names a mailbox."""
    settings = hub.settings.bounces
    if settings is None:
        return None
    known = hub.board.updates.updates
    return Returns(hub, lambda update: update in known, mailbox_of(settings), settings.every, hub.warn)


async def keep_status_page(hub: Hub, settings: StatusPageSettings) -> None:
    """Write the status page whenever it changes, until cancelled. A trouble is said once and waited out."""
    directory = Path(settings.directory)
    shown: Status | None = None
    trouble = Trouble(hub.warn)
    while True:
        board = hub.board.updates
        said = [(one, board.tally(one.id, DeliveryState.ACCEPTED)) for one in board.updates.values()]
        page = status(said, settings, hub.now())
        if page != shown:
            try:
                await asyncio.to_thread(_put, directory, page, settings)
                shown = page
                trouble.over()
            except PublishError as error:
                trouble.say(error, str(error))
        await asyncio.sleep(PAGE_EVERY)


def _put(directory: Path, page: Status, settings: StatusPageSettings) -> None:
    publish(directory, files(page, settings))
