"""Updates as TM Forum's CommunicationMessage (TMF681 v4): one POST for each recipient.

For operators whose customers are reached through a communication management system of their own. What it does with
the message is its business; here it is accepted when that system says 2xx.
"""

import asyncio
import base64
from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from feeds.courier.channel import Answer, Claim, Errand
from feeds.courier.channels.http import Ask, NoReply, Reach, Requests, Timeout, judged, lost, secret_of, web_address
from feeds.courier.errors import AddressError
from feeds.courier.pace import Pace, Traffic
from feeds.courier.texts import one_line
from feeds.model import ContactChannel


class Tmf681Settings(Struct, frozen=True, forbid_unknown_fields=True):
    """The system. ``url``: up to and without ``/communicationMessage``; ``sender``: the name in its messages.

    ``message_type``: what the system is to send, in its own words (TMF681 names SMS, Email and mobile app push).
    """

    url: Annotated[str, Meta(min_length=1, max_length=500)]
    token_file: str = ""
    sender: Annotated[str, Meta(min_length=1, max_length=100)] = "operations"
    message_type: Annotated[str, Meta(min_length=1, max_length=50)] = "Email"
    timeout: Timeout = 15.0
    ca_file: str = ""
    connections: Annotated[int, Meta(ge=1, le=50)] = 4
    rate: Annotated[float, Meta(ge=0)] = 0.0

    def __post_init__(self) -> None:
        """Refuse an address that is none."""
        try:
            web_address(self.url)
        except AddressError as error:
            raise AddressError(f"url is {error}") from error


class Communication(Struct, frozen=True):
    """One message as the body of the request, and the name of the delivery."""

    body: bytes
    token: str


class _Made(Struct, frozen=True):
    id: str = ""


class Tmf681Link(Requests[Communication]):
    """Posts messages."""

    def __init__(self, settings: Tmf681Settings) -> None:
        super().__init__(Reach(timeout=settings.timeout, ca_file=settings.ca_file))
        self._settings = settings
        self._headers: Mapping[str, str] = {}

    async def open(self) -> None:
        """Read the token and make a session. Raises LinkDown."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self._settings.token_file:
            token = await asyncio.to_thread(secret_of, self._settings.token_file)
            headers["Authorization"] = f"Bearer {token}"
        self._headers = headers
        await super().open()

    async def send(self, parcel: Communication, claim: Claim) -> Answer | None:
        """Post one message."""
        if not await claim():
            return None
        # Not part of the standard, but what many of its servers know repeats by.
        headers = {**self._headers, "Idempotency-Key": parcel.token}
        url = f"{self._settings.url.rstrip('/')}/communicationMessage"
        try:
            reply = await self.ask(Ask("POST", url, headers, parcel.body, answer_bytes=1_000_000))
        except NoReply as error:
            return lost(error, "the TMF681 server")
        try:
            reference = msgspec.json.decode(reply.body, type=_Made).id
        except (msgspec.DecodeError, UnicodeDecodeError):
            reference = ""
        return judged(reply, reference)


class Tmf681Channel:
    """Messages through a communication management system."""

    kind = ContactChannel.TMF681
    pace = Pace()

    def __init__(self, settings: Tmf681Settings) -> None:
        self._settings = settings
        self.traffic = Traffic(connections=settings.connections, rate=settings.rate)

    def destination(self, address: str) -> str:
        """All go to one system."""
        return ""

    def prepare(self, errand: Errand) -> Communication:
        """Return the message as the standard has it."""
        return Communication(body=msgspec.json.encode(self._message(errand)), token=errand.token)

    def _message(self, errand: Errand) -> dict[str, object]:
        entry, message = errand.entry, errand.message
        receiver: dict[str, object] = {
            "id": entry.address,
            "name": one_line(entry.contact or entry.name),
            "party": {"id": entry.customer, "name": one_line(entry.name), "@referredType": "Organization"},
        }
        if "@" in entry.address:
            receiver["email"] = entry.address
        elif entry.address.startswith("+"):
            receiver["phoneNumber"] = entry.address
        made: dict[str, object] = {
            "messageType": self._settings.message_type,
            "subject": message.subject,
            "content": message.body,
            "description": f"outage {errand.update.outage}, update {errand.update.number}",
            "sender": {"name": self._settings.sender},
            "receiver": [receiver],
            "characteristic": [
                {"name": "deliveryId", "valueType": "string", "value": errand.token},
                {"name": "language", "valueType": "string", "value": message.language},
            ],
            "@type": "CommunicationMessage",
        }
        if (file := errand.attachment) is not None:
            made["attachment"] = [
                {
                    "name": file.name,
                    "mimeType": file.media_type,
                    "attachmentType": "document",
                    "content": base64.b64encode(file.data).decode("ascii"),
                }
            ]
        return made

    def link(self) -> Tmf681Link:
        """Return a link that is not open yet."""
        return Tmf681Link(self._settings)
