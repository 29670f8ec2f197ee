"""The hub's HTTP door as a patient sender uses it: one request at a time, tried again while the hub is away or full.

What goes over ``WS /v1/ingest`` is the work of ``push``.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from typing import Self

import aiohttp
import msgspec
import stamina
import stamina.instrumentation
from msgspec import Struct

from feeds.client import ClientError, Credentials
from feeds.client.credentials import NO_CREDENTIALS

START_PATIENCE = 20.0
"""Seconds that a hub may take to answer at first."""
PATIENCE = 600.0
"""Seconds that a hub which has answered once may be away."""

log = logging.getLogger(__name__)


class DrillError(Exception):
    """The drill cannot go on; the message says what the hub said or that it did not."""


class HubAwayError(Exception):
    """The hub answered that it cannot take this now. ``retry_after``: seconds, by its own word."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class _Refusal(Struct, frozen=True):
    error: str = ""


class HubDoor:
    """Posts to one hub; use as an async context manager. ``said``: told once when the hub goes away and comes back."""

    def __init__(self, hub: str, said: Callable[[str], None], credentials: Credentials = NO_CREDENTIALS) -> None:
        self._hub = (hub if "://" in hub else f"http://{hub}").rstrip("/")
        self._said = said
        self._credentials = credentials
        self._session: aiohttp.ClientSession | None = None
        self._away = False
        self._met = False
        self.posts = 0

    async def __aenter__(self) -> Self:
        # Its own log line for each retry would drown what the drill has to say.
        stamina.instrumentation.set_on_retry_hooks([])
        try:
            tls = self._credentials.tls_for(self._hub)
        except ClientError as error:
            raise DrillError(str(error)) from error
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=60, connect=5),
            connector=aiohttp.TCPConnector(ssl=tls if tls is not None else True),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def post(self, path: str, body: bytes) -> None:
        """Post JSON until the hub has accepted it. Raises DrillError when it refuses, or stays away for too long."""
        try:
            async for attempt in stamina.retry_context(
                on=self._may_retry,
                attempts=None,
                timeout=PATIENCE if self._met else START_PATIENCE,
                wait_initial=0.2,
                wait_max=5.0,
            ):
                with attempt:
                    await self._post_once(path, body)
        except aiohttp.InvalidURL as error:
            raise DrillError(f"{self._hub} is not the address of a hub: write it like http://127.0.0.1:8080") from error
        except (aiohttp.ClientError, TimeoutError, HubAwayError) as error:
            raise DrillError(f"the hub at {self._hub} does not take {path}: {error or 'no answer'}") from error

    async def _post_once(self, path: str, body: bytes) -> None:
        assert self._session is not None, "use inside 'async with'"
        try:
            headers = {"Content-Type": "application/json", **self._credentials.headers_for(self._hub)}
        except ClientError as error:
            raise DrillError(str(error)) from error
        async with self._session.post(self._hub + path, data=body, headers=headers, allow_redirects=False) as answer:
            text = await answer.text(errors="replace")
            if answer.status >= 500:
                raise HubAwayError(f"{answer.status} {text[:200]}", _seconds(answer.headers.get("Retry-After", "")))
            if answer.status >= 300:
                raise DrillError(f"the hub refused {path} with status {answer.status}: {_reason(text)}")
        self.posts += 1
        self._met = True
        if self._away:
            self._away = False
            self._said("the hub is back")

    def _may_retry(self, error: Exception) -> bool | timedelta:
        if isinstance(error, aiohttp.InvalidURL) or not isinstance(
            error, aiohttp.ClientError | TimeoutError | HubAwayError
        ):
            return False
        if not self._away:
            self._away = True
            self._said(f"the hub does not answer ({error}); trying again")
        return timedelta(seconds=error.retry_after) if isinstance(error, HubAwayError) and error.retry_after else True


def _seconds(retry_after: str) -> float:
    """Return the seconds of a Retry-After header, at most 30; 0 where it says none."""
    return min(float(retry_after), 30.0) if retry_after.isascii() and retry_after.isdigit() else 0.0


def _reason(text: str) -> str:
    try:
        return msgspec.json.decode(text, type=_Refusal).error or text[:300]
    except msgspec.DecodeError:
        return text[:300]
