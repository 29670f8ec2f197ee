"""The hub's configuration file (TOML). Unknown keys are errors: a misspelt setting must not be silently ignored."""

import tomllib
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from feeds.board.working_days import NoCalendar, WorkingDays
from feeds.courier import MailSettings
from feeds.model import Desk, Weights


class SettingsError(Exception):
    """The configuration cannot be used; the message names the file and the key."""


class ZammadSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Zammad's webhook: the secret with which it signs (X-Hub-Signature); empty: signatures are not asked for.

    ``time_unit``: seconds of one unit of its time accounting, which the webhook does not tell; minutes by themselves.
    """

    secret: str = ""
    time_unit: Annotated[float, Meta(gt=0.0, le=86_400.0)] = 60.0


class LimitSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Bounds of what the hub takes in."""

    body_bytes: int = 32 * 1024 * 1024
    """Largest body of alarms, cases and webhooks: mails of 20 MB are sent, and their cases count too."""
    inventory_bytes: int = 512 * 1024 * 1024
    """Largest body of ranges and customers."""
    queue_facts: int = 200_000
    """Facts that may wait for the disk before senders are told to come back later."""
    snapshot_every: int = 200_000
    """Facts between snapshots of the board."""


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that the hub can be told."""

    mail: MailSettings | None = None
    zammad: ZammadSettings = ZammadSettings()
    limits: LimitSettings = LimitSettings()
    desk: Desk = Desk()
    urgency: Weights = Weights()

    @property
    def message_domain(self) -> str:
        """Right-hand side of the Message-IDs: the domain of the sender's address."""
        if self.mail is not None and "@" in self.mail.sender:
            return self.mail.sender.rpartition("@")[2]
        return "vaken.invalid"


def load_settings(path: Path | None) -> Settings:
    """Read the configuration. Raises SettingsError naming file, line or key; no file gives the defaults."""
    if path is None:
        return Settings()
    try:
        with path.open("rb") as file:
            raw = tomllib.load(file)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: {error}") from error
    raw.pop("client", None)
    try:
        settings = msgspec.convert(raw, Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{path}: {error}") from error
    if "desk" in raw:
        desk = settings.desk
        try:
            WorkingDays(desk.country, desk.region, desk.time_zone)
        except NoCalendar as error:
            raise SettingsError(f"{path}: [desk] {error}") from error
    return settings
