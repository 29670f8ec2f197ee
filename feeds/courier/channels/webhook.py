"""Webhooks to customers, signed as the Standard Webhooks specification says (https://www.standardwebhooks.com).

- ``webhook-id`` is the delivery's name in the ledger: the same at every try, so a receiver knows repeats.
- Anything but 2xx is tried again at the specification's intervals; 429 and 503 say themselves when. 410 ends it: the
  address is suppressed. Redirects are not followed.
- A request that left and was not answered is tried again by itself only where ``repeat_unanswered`` says so; receivers
  that keep to the specification take each ``webhook-id`` once.

What stands in the body is ``webhook_body``'s.
"""

import asyncio
import re
import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct
from standardwebhooks import Webhook

from feeds.courier.channel import Answer, Claim, Errand
from feeds.courier.channels.http import Ask, NoReply, Reach, Requests, Timeout, web_address
from feeds.courier.channels.reach import is_public
from feeds.courier.errors import AddressError, CourierError, LinkDown
from feeds.courier.pace import Backoff, Pace, Steps, Traffic
from feeds.model import ContactChannel, DeliveryState

INTERVALS: Final = (5.0, 300.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0, 50_400.0, 72_000.0, 86_400.0)
"""Seconds between tries: the specification's own schedule."""

AGENT: Final = "vaken"


class WebhookSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """How webhooks leave. ``secrets_file``: TOML, ``customer id = "whsec_…"``, or a list of secrets: the newest first.

    With several, each request has a signature by each, so that a customer can change over. The file is read anew when
    it changes. ``allow_private``: addresses may lead to private networks and to this machine; ``allow_http``: they may
    be without TLS. ``timeout``: seconds of a whole request.
    """

    secrets_file: Annotated[str, Meta(min_length=1)]
    allow_private: bool = False
    allow_http: bool = False
    timeout: Timeout = 15.0
    ca_file: str = ""
    connections: Annotated[int, Meta(ge=1, le=50)] = 8
    at_once: Annotated[int, Meta(ge=1, le=50)] = 2
    """Requests on their way to one host."""
    rate: Annotated[float, Meta(ge=0)] = 0.0
    repeat_unanswered: bool = True


class Signed(Struct, frozen=True):
    """A webhook ready to go but for its signature, which has the time of the try in it."""

    url: str
    id: str
    customer: str
    body: str


class Secrets:
    """Customers' secrets from their file; never in a fact, a log or an answer."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)
        self._stamp: tuple[int, int] = (0, 0)
        self._of: dict[str, tuple[Webhook, ...]] = {}

    def load(self) -> None:
        """Read the file if it changed. Raises LinkDown. Blocks; call it on a thread."""
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_size)
            if stamp == self._stamp:
                return
            raw = tomllib.loads(self._path.read_text(encoding="utf-8"))
            listed = msgspec.convert(raw, dict[str, str | tuple[str, ...]])
            self._of = {customer: _signers(customer, secrets) for customer, secrets in listed.items()}
        except (OSError, UnicodeDecodeError) as error:
            raise LinkDown(f"the webhook secrets in {self._path} cannot be read: {error}") from error
        except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
            # Their words name place and type, not the values.
            raise LinkDown(f"the webhook secrets in {self._path} cannot be used: {error}") from error
        self._stamp = stamp

    def of(self, customer: str) -> tuple[Webhook, ...]:
        """Return what signs for a customer; nothing where it has no secret."""
        return self._of.get(customer, ())


def _signers(customer: str, secrets: str | tuple[str, ...]) -> tuple[Webhook, ...]:
    made = []
    for secret in (secrets,) if isinstance(secrets, str) else secrets:
        # The library takes what is no base64 and leaves the odd characters out: a typing error would sign all the same.
        if not _SECRET.fullmatch(secret):
            raise LinkDown(f"the webhook secret of {customer} is not 'whsec_' and base64 of 24 to 64 bytes")
        made.append(Webhook(secret))
    return tuple(made)


_SECRET = re.compile(r"(?:whsec_)?[A-Za-z0-9+/]{32,86}={0,2}")


class WebhookLink(Requests[Signed]):
    """Signs and posts."""

    def __init__(self, settings: WebhookSettings, secrets: Secrets) -> None:
        super().__init__(
            Reach(timeout=settings.timeout, allow_private=settings.allow_private, ca_file=settings.ca_file)
        )
        self._settings = settings
        self._secrets = secrets

    async def open(self) -> None:
        """Read the secrets and make a session. Raises LinkDown."""
        await asyncio.to_thread(self._secrets.load)
        await super().open()

    async def send(self, parcel: Signed, claim: Claim) -> Answer | None:
        """Post one webhook."""
        try:
            await asyncio.to_thread(self._secrets.load)
        except LinkDown as down:
            return Answer(DeliveryState.QUEUED, str(down), trouble=True)
        signers = self._secrets.of(parcel.customer)
        if not signers:
            return Answer(
                DeliveryState.HELD,
                f"not sent: customer {parcel.customer} has no secret in {self._settings.secrets_file}",
            )
        if not await claim():
            return None
        try:
            reply = await self.ask(Ask("POST", parcel.url, _headers(parcel, signers), parcel.body.encode()))
        except NoReply as error:
            return self._unanswered(error)
        if 200 <= reply.status < 300:
            return Answer(DeliveryState.ACCEPTED, reply.words)
        if reply.status == 410:
            return Answer(DeliveryState.FAILED, reply.words, suppress="gone")
        again = reply.again if reply.status in (429, 502, 503, 504) else None
        return Answer(DeliveryState.QUEUED, reply.words, again=again)

    def _unanswered(self, error: NoReply) -> Answer:
        if error.refused:
            return Answer(DeliveryState.FAILED, f"not sent: {error}; see allow_private")
        if not error.left:
            return Answer(DeliveryState.QUEUED, f"no connection: {error}")
        words = f"handed over, then no answer: {error}"
        if self._settings.repeat_unanswered:
            return Answer(DeliveryState.QUEUED, f"{words}; tried again with the same webhook-id")
        return Answer(DeliveryState.UNCERTAIN, words)


def _headers(parcel: Signed, signers: tuple[Webhook, ...]) -> Mapping[str, str]:
    now = datetime.now(UTC)  # The receiver compares it with its own clock: it is the time of this try.
    return {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "webhook-id": parcel.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(one.sign(parcel.id, now, parcel.body) for one in signers),
    }


class WebhookChannel:
    """Webhooks, each to its customer's own machine."""

    kind = ContactChannel.WEBHOOK
    pace = Pace(server=Backoff(0.5, 30.0), recipient=Steps(INTERVALS))

    def __init__(self, settings: WebhookSettings) -> None:
        self._settings = settings
        self._secrets = Secrets(settings.secrets_file)
        self.traffic = Traffic(
            connections=settings.connections,
            rate=settings.rate,
            first_at_once=min(settings.at_once, 2),
            most_at_once=settings.at_once,
        )

    def destination(self, address: str) -> str:
        """Return host and port."""
        try:
            return urlsplit(address).netloc.lower()
        except ValueError:
            return ""

    def prepare(self, errand: Errand) -> Signed:
        """Return the parcel. Raises AddressError, CourierError."""
        url = web_address(errand.message.address, plain=self._settings.allow_http)
        host = urlsplit(url).hostname or ""
        if not self._settings.allow_private and _is_number(host) and not is_public(host):
            raise AddressError("one of a private network; see [webhooks] allow_private")
        if len(errand.message.body) > 20_000_000:
            raise CourierError("the webhook is larger than 20 MB")
        return Signed(
            url=url,
            id=f"msg_{errand.token.replace('.', '-')}",  # What is signed has dots between id, time and body.
            customer=errand.entry.customer,
            body=errand.message.body,
        )

    def link(self) -> WebhookLink:
        """Return a link that is not open yet."""
        return WebhookLink(self._settings, self._secrets)


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
