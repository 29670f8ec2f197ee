"""A feed that may be killed at any moment: ``python -m tests.hub.soak.feed URL JOURNAL KIND NAME PAUSE STOP``.

It sends batch after batch until the file STOP is there, one at a time, each until it is answered with 2xx; what was
not answered when it was killed it sends again. Ends with 3 where the hub says that what it sends is wrong.
"""

import http.client
import json
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from tests.hub.soak.told import BATCH, Journal, event

PATHS = {"alarms": "/v1/alarms", "cases": "/v1/cases", "ranges": "/v1/ranges"}


def send(address: str, path: str, body: bytes) -> int:
    """POST and return the status; 0 where there was no answer."""
    connection = http.client.HTTPConnection(address, timeout=20)
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        return answer.status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def main(arguments: list[str]) -> int:
    """Send until told to stop. Return the exit code."""
    url, journal_path, kind, name, pause, stop = arguments
    address, path = urlsplit(url).netloc, f"{PATHS[kind]}?feed={name}"
    journal = Journal(Path(journal_path))
    at, _ = journal.bounds()
    while not Path(stop).exists():
        end = at + BATCH
        body = json.dumps([event(kind, name, number) for number in range(at, end)]).encode()
        journal.note("s", end)
        while True:
            status = send(address, path, body)
            if 200 <= status < 300:
                break
            if 400 <= status < 500:
                print(f"{name}: refused with {status}", file=sys.stderr)
                return 3
            time.sleep(0.1)
        journal.note("a", end)
        at = end
        time.sleep(float(pause))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
