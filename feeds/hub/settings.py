"""The hub's configuration file (TOML). Unknown keys are errors: a misspelt setting must not be silently ignored."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from feeds.board.desk.working_days import NoCalendar, WorkingDays
from feeds.courier import CourierError, MailSettings, load_templates
from feeds.courier.channels.bounces import BounceSettings
from feeds.courier.channels.case_comment import Tmf621Settings, ZammadApi
from feeds.courier.channels.sms import SmsSettings
from feeds.courier.channels.status_page import StatusPageSettings
from feeds.courier.channels.tmf681 import Tmf681Settings
from feeds.courier.channels.webhook import WebhookSettings
from feeds.hub.access.identity import AccessError
from feeds.hub.access.proxies import HubSettings, Proxies
from feeds.hub.access.settings import HOST_NAME, AccessSettings, TlsSettings
from feeds.hub.journal import JournalSettings
from feeds.model import ContactChannel, Desk, Weights
from feeds.model.text import FEED_NAME, FeedName, Name

THEIRS = ("client", "keys", "looks")
"""Tables of the same file that are of the command line and of the screens."""


MEANT: Mapping[str, str] = {
    HOST_NAME: "is no host name, such as vaken.example",
    FEED_NAME: "is no name of a feed: letters, digits, . _ - and one of the first two to begin with",
}
"""What it means that a text does not match a pattern."""
_AT = re.compile(r"at line (\d+)")


class SettingsError(Exception):
    """The configuration cannot be used; the message names the file and the key."""


class NotToml(SettingsError):
    """The file is no TOML at all. ``line``: where, from 1."""

    def __init__(self, why: str, line: int) -> None:
        super().__init__(why)
        self.line = line


class ZammadSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Zammad's webhook: the secret with which it signs (X-Hub-Signature); empty: signatures are not asked for.

    ``time_unit``: seconds of one unit of its time accounting, which the webhook does not tell; minutes by themselves.
    ``api``: how updates get into its tickets as public comments.
    """

    secret: str = ""
    time_unit: Annotated[float, Meta(gt=0.0, le=86_400.0)] = 60.0
    api: ZammadApi | None = None
    resync: bool = True
    """With ``api``: ask for tickets that were missed."""


class FeedSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """One feed, by its name: what it brings, and after how many seconds of silence something is wrong (0: learnt)."""

    kind: Literal["alarms", "cases", "inventory"]
    silent_after: Annotated[float, Meta(ge=0.0, le=2_678_400.0)] = 0.0


MOST_BYTES = 2**40


class LimitSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Bounds of what the hub takes in."""

    body_bytes: Annotated[int, Meta(ge=64 * 1024, le=MOST_BYTES)] = 32 * 1024 * 1024
    """Largest body of alarms, cases and webhooks: mails of 20 MB are sent, and their cases count too."""
    inventory_bytes: Annotated[int, Meta(ge=64 * 1024, le=MOST_BYTES)] = 512 * 1024 * 1024
    """Largest body of ranges and customers."""
    queue_facts: Annotated[int, Meta(ge=1_000, le=100_000_000)] = 200_000
    """Facts that may wait for the disk before senders are told to come back later: each as many as are still free."""
    queue_bytes: Annotated[int, Meta(ge=1024 * 1024, le=MOST_BYTES)] = 64 * 1024 * 1024
    """Bytes of the bodies that these facts came in."""
    bodies_bytes: Annotated[int, Meta(ge=1024 * 1024, le=MOST_BYTES)] = 256 * 1024 * 1024
    """Bytes of bodies that are read and parsed at a time, the inventory aside."""
    terminals: Annotated[int, Meta(ge=1, le=100_000)] = 1_000
    """Terminals at a time; one more is told to come back later."""
    stalled_seconds: Annotated[float, Meta(ge=1.0, le=3_600.0)] = 20.0
    """A terminal that takes nothing of what it is sent for so long is dropped. It costs one frame a view until then."""
    snapshot_every: Annotated[int, Meta(ge=1, le=100_000_000)] = 50_000
    """Facts between snapshots of the board. A start replays at most about so many."""


class UpdateSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How updates to customers are checked, approved and sent."""

    second_above: Annotated[int, Meta(ge=0)] = 0
    """More customers than this need a second person; 0: always."""
    hold: Annotated[float, Meta(ge=0.0, le=3_600.0)] = 30.0
    """Seconds between approval and the first message, in which the approval can be undone; 0: none."""
    canary_share: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.01
    """Share of the contacts who get it first; with ``canary_least`` 0 as well: nobody does."""
    canary_least: Annotated[int, Meta(ge=0, le=1_000)] = 5
    own_addresses: Annotated[tuple[Name, ...], Meta(max_length=50)] = ()
    """The operator's own e-mail addresses: each gets every update, before anybody else."""
    scope_change: Annotated[float, Meta(ge=0.0, le=1.0)] = 0.1
    """Share of the customers for whom something may change between approval and the last canary."""
    interval: Annotated[float, Meta(gt=0.0, le=10_080.0)] = 20.0
    """Minutes in which customers should hear again after a first word or progress."""
    sms_segments: Annotated[int, Meta(ge=1, le=10)] = 3
    """Segments that a text message may take before it is pointed at."""
    iccids_up_to: Annotated[int, Meta(ge=0, le=1_000_000)] = 10_000
    """Customers with at most so many SIMs get a list with each ICCID, others one with ranges; 0: nobody gets one."""
    templates: str = ""
    """A folder with more templates; one with the name of a shipped one replaces it. From the configuration file on."""


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that the hub can be told."""

    mail: MailSettings | None = None
    bounces: BounceSettings | None = None
    sms: SmsSettings | None = None
    webhooks: WebhookSettings | None = None
    tmf621: Tmf621Settings | None = None
    tmf681: Tmf681Settings | None = None
    status_page: StatusPageSettings | None = None
    zammad: ZammadSettings = ZammadSettings()
    hub: HubSettings = HubSettings()
    access: AccessSettings = AccessSettings()
    tls: TlsSettings | None = None
    log: JournalSettings = JournalSettings()
    limits: LimitSettings = LimitSettings()
    feeds: Annotated[dict[FeedName, FeedSettings], Meta(max_length=1_000)] = {}
    """Feeds that are expected, by name: one that was never heard stands on the screens as such."""
    desk: Desk = Desk()
    urgency: Weights = Weights()
    updates: UpdateSettings = UpdateSettings()

    @property
    def message_domain(self) -> str:
        """Right-hand side of the Message-IDs: the domain of the sender's address."""
        if self.mail is not None and "@" in self.mail.sender:
            return self.mail.sender.rpartition("@")[2]
        return "vaken.invalid"

    @property
    def case_sources(self) -> frozenset[str]:
        """The sources into whose cases comments can be written."""
        return frozenset(one.source for one in (self.zammad.api, self.tmf621) if one is not None)

    @property
    def channels(self) -> frozenset[ContactChannel]:
        """Channels on which contacts can be reached. E-mail always: without a server it waits, and says why."""
        there = {
            ContactChannel.EMAIL: True,
            ContactChannel.SMS: self.sms is not None,
            ContactChannel.WEBHOOK: self.webhooks is not None,
            ContactChannel.CASE: bool(self.case_sources),
            ContactChannel.TMF681: self.tmf681 is not None,
        }
        return frozenset(channel for channel, is_there in there.items() if is_there)

    @property
    def served(self) -> frozenset[ContactChannel]:
        """Channels on which something is carried: on the others of ``channels`` it waits."""
        return self.channels - (frozenset() if self.mail is not None else frozenset({ContactChannel.EMAIL}))


def load_settings(path: Path | None) -> Settings:
    """Read the configuration. Raises SettingsError naming file, line or key; no file gives the defaults."""
    if path is None:
        return Settings()
    text = ""
    try:
        text = text_of(path)
        raw = tomllib.loads(text)
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    except NotToml as error:
        raise SettingsError(f"{path}, line {error.line}: {error}") from error
    except tomllib.TOMLDecodeError as error:
        wrong = not_toml(error, text)
        raise SettingsError(f"{path}, line {wrong.line}: {wrong}") from error
    for theirs in THEIRS:
        raw.pop(theirs, None)
    try:
        settings = msgspec.convert(raw, Settings)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{path}: {error}") from error
    if settings.updates.templates:
        folder = path.parent / settings.updates.templates
        settings = msgspec.structs.replace(
            settings, updates=msgspec.structs.replace(settings.updates, templates=str(folder))
        )
        try:
            load_templates(folder)
        except CourierError as error:
            raise SettingsError(f"{path}: [updates] {error}") from error
    settings = beside(settings, path.parent)
    try:
        Proxies(settings.hub.trusted_proxies)
    except AccessError as error:
        raise SettingsError(f"{path}: [hub] trusted_proxies: {error}") from error
    if "desk" in raw:
        desk = settings.desk
        try:
            WorkingDays(desk.country, desk.region, desk.time_zone)
        except NoCalendar as error:
            raise SettingsError(f"{path}: [desk] {error}") from error
    return settings


def text_of(path: Path) -> str:
    """Return what a configuration file says. Raises OSError, and NotToml where it is not UTF-8."""
    data = path.read_bytes()
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise NotToml(f"is not UTF-8: byte {error.start}", data.count(b"\n", 0, error.start) + 1) from error


def not_toml(error: tomllib.TOMLDecodeError, text: str) -> NotToml:
    """Return what tomllib says with its line; where something is missing at the end, that is the last one."""
    at = _AT.search(str(error))
    return NotToml(str(error), int(at[1]) if at else max(1, len(text.splitlines())))


def beside(settings: Settings, folder: Path) -> Settings:
    """Return the settings with the files of TLS and single sign-on named from the configuration file on."""
    tls, oidc = settings.tls, settings.access.oidc
    if tls is not None:
        tls = msgspec.structs.replace(tls, cert=str(folder / tls.cert), key=str(folder / tls.key))
    if oidc is not None:
        jwks = oidc.jwks if oidc.jwks.startswith(("https://", "http://")) else str(folder / oidc.jwks)
        oidc = msgspec.structs.replace(oidc, jwks=jwks, ca=str(folder / oidc.ca) if oidc.ca else "")
    access = msgspec.structs.replace(settings.access, oidc=oidc)
    return msgspec.structs.replace(settings, tls=tls, access=access)
