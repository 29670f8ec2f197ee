"""The ledger of one update as CSV (RFC 4180), for agreements and regulators: a line for each step of each delivery.

Texts from outside are guarded so that no spreadsheet takes one for a formula.
"""

import csv
import io
from collections.abc import Iterator
from datetime import datetime

from feeds.model import Delivery, Try, Update

HEAD = (
    "outage",
    "update",
    "number",
    "approved",
    "approver",
    "delivery",
    "customer",
    "name",
    "channel",
    "address",
    "time",
    "state",
    "answer",
    "attempts",
    "reference",
    "message_id",
    "text_sha256",
    "update_sha256",
)
LINES_AT_ONCE = 500

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def ledger_csv(update: Update, deliveries: list[Delivery]) -> Iterator[bytes]:
    """Yield the file in pieces, UTF-8, CRLF. A delivery of which nothing is known yet has one line."""
    lines: list[tuple[object, ...]] = [HEAD]
    for delivery in deliveries:
        lines += _lines(update, delivery)
        if len(lines) >= LINES_AT_ONCE:
            yield _written(lines)
            lines.clear()
    yield _written(lines)


def _lines(update: Update, delivery: Delivery) -> Iterator[tuple[object, ...]]:
    entry = update.audience[delivery.index]
    steps = delivery.tries or (Try(delivery.changed or update.approved or update.drafted, delivery.state),)
    for step in steps:
        yield (
            update.outage,
            update.id,
            update.number,
            _time(update.approved),
            update.approver,
            delivery.index,
            entry.customer,
            entry.name,
            entry.channel.value,
            entry.address,
            _time(step.at),
            step.state.value,
            step.answer,
            delivery.attempts,
            delivery.reference,
            delivery.message_id,
            entry.digest,
            update.digest,
        )


def _time(at: datetime | None) -> str:
    return at.isoformat().replace("+00:00", "Z") if at is not None else ""


def _written(lines: list[tuple[object, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([_guarded(cell) for cell in line] for line in lines)
    return text.getvalue().encode()


def _guarded(cell: object) -> object:
    # A quote before it makes a spreadsheet show the text as it is (OWASP, CSV injection).
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
