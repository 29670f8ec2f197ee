"""The model outside the hub: what each feed said, from its number alone, and what its journal proves of it.

A feed says one thing after the other; event ``n`` of a feed is the same whenever it is asked for. Keys come round again
and again, so the newest event of a key is what the board has to show. The journal says up to where events may have
come to the hub, and up to where they were answered. Standard library only: feeds are started often.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

KEYS = 400
"""Alarms, or cases, or ranges of one feed; more than one batch has, so that a batch says one thing of each."""
BATCH = 60
START = datetime(2026, 3, 1, tzinfo=UTC)
SEVERITIES = ("critical", "major", "minor", "warning", "cleared", "cleared")
STATES = ("open", "pending", "closed")
FIRST_SIM = 894_620_030_000_000_000
SIMS_A_RANGE = 1_000


def event(kind: str, name: str, number: int) -> dict[str, Any]:
    """Return what a feed says as its event ``number``."""
    chance = Random(f"{name}/{number}")
    key, time = number % KEYS, (START + timedelta(seconds=number)).isoformat()
    if kind == "alarms":
        return {
            "source": name,
            "id": str(key),
            "managed_object": f"pgw-{key % 7}",
            "severity": chance.choice(SEVERITIES),
            "time": time,
            "text": f"event {number}",
            "attributes": {"unit": f"u-{key}"},
        }
    if kind == "cases":
        return {
            "source": name,
            "number": str(key),
            "state": chance.choice(STATES),
            "time": time,
            "title": f"event {number}",
            "sims": [str(FIRST_SIM + key * SIMS_A_RANGE + chance.randrange(SIMS_A_RANGE))],
        }
    return {
        "first": str(FIRST_SIM + key * SIMS_A_RANGE),
        "count": SIMS_A_RANGE,
        "customer": f"c{key % 40}",
        "attributes": {"plan": f"event-{number}"},
    }


class Journal:
    """What a feed was about to send and what was answered. Each line is with the kernel before the next step."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def note(self, what: str, end: int) -> None:
        """Write that events before ``end`` are about to be sent (``s``) or were answered with 2xx (``a``)."""
        file = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, f"{what} {end}\n".encode())
        finally:
            os.close(file)

    def bounds(self) -> tuple[int, int]:
        """Return (events that were answered, events that may have come)."""
        answered = sent = 0
        for line in self.path.read_text().splitlines() if self.path.exists() else ():
            what, _, end = line.partition(" ")
            if what == "a":
                answered = max(answered, int(end))
            sent = max(sent, int(end))
        return answered, sent


def candidates(key: int, answered: int, sent: int) -> Iterator[int]:
    """Return the numbers of the events that may be the newest one the hub has of a key; -1: none at all."""
    newest = -1
    if answered > key:
        newest = key + (answered - 1 - key) // KEYS * KEYS
    yield newest
    following = key if newest < 0 else newest + KEYS
    while following < sent:
        yield following
        following += KEYS
