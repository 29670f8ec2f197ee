"""``/hooks/kannel``: what became of text messages, as their gateway says it.

A report names its delivery and carries the token that went out with the message; without it nothing is believed. The
answer 2xx is given when the report is on disk. A report that says nothing new is accepted and changes nothing.
"""

import hmac
import re

import orjson
from aiohttp import web

from feeds.board.update.updates import may_move
from feeds.courier import LedgerUnavailable
from feeds.courier.channels.bounces import job_of
from feeds.courier.channels.sms import report_of, report_token
from feeds.courier.email import token_of
from feeds.courier.texts import one_line
from feeds.facts import DeliveryMoved
from feeds.hub.core import Hub
from feeds.model import DeliveryState

_DELIVERY = re.compile(r"u-\d{1,9}\.\d{1,9}\.[0-9a-f]{8,64}")
RETRY_AFTER = "5"


class DeliveryReports:
    """The handler. ``key``: with which the tokens were made."""

    def __init__(self, hub: Hub, key: bytes) -> None:
        self._hub = hub
        self._key = key

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [web.get("/hooks/kannel", self.kannel), web.post("/hooks/kannel", self.kannel)]

    async def kannel(self, request: web.Request) -> web.Response:
        """Take one report."""
        delivery, token = request.query.get("delivery", ""), request.query.get("token", "")
        fits = hmac.compare_digest(report_token(self._key, delivery).encode(), token.encode("utf-8", "replace"))
        if not _DELIVERY.fullmatch(delivery) or not fits:
            return _json(403, {"error": "this report names no message that was sent from here"})
        report = report_of(request.query.get("status", ""), request.query.get("words", ""))
        if report is None:
            return _json(200, {"accepted": 0})
        job = job_of(delivery)
        deliveries = self._hub.deliveries(job.update)
        if job.place >= len(deliveries) or token_of(deliveries[job.place].message_id) != delivery:
            return _json(200, {"accepted": 0})
        known = deliveries[job.place]
        state = report.state
        if known.state is DeliveryState.ATTEMPTING and state is DeliveryState.ACCEPTED:
            # The report overtook the gateway's own answer, which will say the same.
            return _json(200, {"accepted": 0})
        words = one_line(report.words, 500)
        if not may_move(known.state, state) or (known.state is state and known.answer == words):
            return _json(200, {"accepted": 0})
        try:
            await self._hub.write([DeliveryMoved(update=job.update, index=job.place, state=state, answer=words)])
        except LedgerUnavailable as error:
            answer = _json(503, {"error": str(error)})
            answer.headers["Retry-After"] = RETRY_AFTER
            return answer
        return _json(200, {"accepted": 1})


def _json(status: int, body: dict[str, object]) -> web.Response:
    return web.Response(status=status, body=orjson.dumps(body), content_type="application/json")
