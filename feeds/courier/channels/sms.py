"""Text messages through a gateway that speaks Kannel's ``sendsms``, with delivery reports back to the hub.

A gateway accepts a message long before a phone has it. What becomes of it comes later, by ``dlr-url``: an address of
the hub that names the delivery and carries a token nobody else can make. ``hub.delivery_reports`` takes these.

SMPP is not spoken here: gateways of this form (Kannel, playSMS, Jasmin, jookies) are where it is spoken well.
"""

import asyncio
import hashlib
import hmac
from typing import Annotated, Final
from urllib.parse import urlencode

from msgspec import Meta, Struct

from feeds.courier.channel import Answer, Claim, Errand
from feeds.courier.channels.http import Ask, NoReply, Reach, Requests, Timeout, judged, lost, secret_of, web_address
from feeds.courier.errors import AddressError
from feeds.courier.pace import Pace, Traffic
from feeds.courier.sms_length import sms_length
from feeds.courier.texts import one_line
from feeds.model import ContactChannel, DeliveryState

REPORTS: Final = 1 + 2 + 16
"""``dlr-mask``: reached the phone, did not reach it, refused by the network."""


class SmsSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """The gateway. ``url``: its sendsms, such as ``http://127.0.0.1:13013/cgi-bin/sendsms``.

    ``sender``: number or name that phones show. ``smsc``: by which of its ways the gateway is to send. ``report_url``:
    the hub as the gateway sees it, such as ``http://127.0.0.1:8425``; empty: no delivery reports.
    """

    url: Annotated[str, Meta(min_length=1, max_length=500)]
    username: Annotated[str, Meta(max_length=100)] = ""
    password_file: str = ""
    sender: Annotated[str, Meta(max_length=20)] = ""
    smsc: Annotated[str, Meta(max_length=100)] = ""
    report_url: Annotated[str, Meta(max_length=500)] = ""
    timeout: Timeout = 15.0
    ca_file: str = ""
    connections: Annotated[int, Meta(ge=1, le=50)] = 4
    rate: Annotated[float, Meta(ge=0)] = 0.0

    def __post_init__(self) -> None:
        """Refuse addresses that are none."""
        for name, url in (("url", self.url), ("report_url", self.report_url)):
            if url:
                try:
                    web_address(url)
                except AddressError as error:
                    raise AddressError(f"{name} is {error}") from error


class Text(Struct, frozen=True):
    """One message: to whom, what, and the name of the delivery."""

    to: str
    text: str
    token: str


def report_token(key: bytes, token: str) -> str:
    """Return what a report about a delivery has to carry."""
    return hmac.new(key, f"kannel {token}".encode(), hashlib.sha256).hexdigest()[:32]


class SmsLink(Requests[Text]):
    """Hands messages to the gateway."""

    def __init__(self, settings: SmsSettings, key: bytes) -> None:
        super().__init__(Reach(timeout=settings.timeout, ca_file=settings.ca_file))
        self._settings = settings
        self._key = key
        self._password = ""

    async def open(self) -> None:
        """Read the password and make a session. Raises LinkDown."""
        if self._settings.password_file:
            self._password = await asyncio.to_thread(secret_of, self._settings.password_file)
        await super().open()

    async def send(self, parcel: Text, claim: Claim) -> Answer | None:
        """Hand one message over."""
        if not await claim():
            return None
        try:
            reply = await self.ask(Ask("GET", f"{self._settings.url}?{urlencode(self._fields(parcel))}", {}))
        except NoReply as error:
            return lost(error, "the SMS gateway")
        if reply.status >= 300 and "do not try again" in reply.words.lower():  # Kannel: not routable
            return Answer(DeliveryState.FAILED, reply.words)
        return judged(reply, parcel.token)

    def _fields(self, parcel: Text) -> dict[str, str]:
        settings = self._settings
        fields = {
            "username": settings.username,
            "password": self._password,
            "to": parcel.to,
            "from": settings.sender,
            "smsc": settings.smsc,
            "charset": "UTF-8",
            "coding": "2" if sms_length(parcel.text).ucs2 else "0",
            "text": parcel.text,
        }
        if settings.report_url:
            report = urlencode({"delivery": parcel.token, "token": report_token(self._key, parcel.token)})
            # %d and %A are Kannel's to fill in: the kind of report and the network's own words.
            fields["dlr-mask"] = str(REPORTS)
            fields["dlr-url"] = f"{settings.report_url.rstrip('/')}/hooks/kannel?{report}&status=%d&words=%A"
        return {name: value for name, value in fields.items() if value}


class SmsChannel:
    """Text messages through one gateway. ``key``: by which delivery reports are known, kept by the hub."""

    kind = ContactChannel.SMS
    pace = Pace()

    def __init__(self, settings: SmsSettings, key: bytes) -> None:
        self._settings = settings
        self._key = key
        self.traffic = Traffic(connections=settings.connections, rate=settings.rate)

    def destination(self, address: str) -> str:
        """All go to the gateway."""
        return ""

    def prepare(self, errand: Errand) -> Text:
        """Return the message. Raises AddressError."""
        number = errand.message.address
        if not (number.startswith("+") and number[1:].isascii() and number[1:].isdigit() and 7 <= len(number) <= 16):
            raise AddressError("not a number with + and its country (E.164)")
        return Text(to=number, text=errand.message.body.rstrip("\n"), token=errand.token)

    def link(self) -> SmsLink:
        """Return a link that is not open yet."""
        return SmsLink(self._settings, self._key)


class Report(Struct, frozen=True):
    """What a report makes of a delivery: its new state (None: only a note), in the network's words."""

    state: DeliveryState
    words: str


def report_of(status: str, words: str) -> Report | None:
    """Return what Kannel's report says, None where it says nothing final."""
    said = one_line(words, 200)
    more = f": {said}" if said else ""
    match status:
        case "1":
            return Report(DeliveryState.ACCEPTED, f"reached the phone{more}")
        case "2" | "34" | "66":
            return Report(DeliveryState.BOUNCED, f"did not reach the phone{more}")
        case "16":
            return Report(DeliveryState.BOUNCED, f"refused by the network{more}")
        case "8":
            return Report(DeliveryState.ACCEPTED, f"taken by the network{more}")
        case _:
            return None
