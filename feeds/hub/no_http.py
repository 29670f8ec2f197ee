"""What is wrong with a request that is no HTTP, in words that repeat nothing of it: it may hold a token.

Fixed phrases of the parser are passed on; whatever stands behind them, which is what was sent, is not.
"""

import re
from typing import Final

from aiohttp import http_exceptions
from aiohttp.http_exceptions import HttpProcessingError

_PHRASE: Final = re.compile(r"(?:Bad status line:\s+)?([A-Z][A-Za-z/ '-]{2,80}):\n\n")
"""What llhttp calls it; two line ends part it from what was sent."""
_HEADER: Final = re.compile(r"(?:Duplicate|Missing) '[A-Za-z-]{2,40}' header (?:found|in request)\.")


def what_is_wrong(error: BaseException | None) -> str:
    """Return a sentence for who sent a request that could not be read."""
    why = _why(error)
    return f"this is no HTTP request that can be read: {why}" if why else "this is no HTTP request that can be read"


def _why(error: BaseException | None) -> str:
    if isinstance(error, http_exceptions.LineTooLong):
        return f"a line of its head is longer than {int(error.args[1]):,} bytes" if _is_count(error.args[1:2]) else ""
    if isinstance(error, http_exceptions.InvalidHeader):
        return "one of its headers is none"
    if not isinstance(error, HttpProcessingError):
        return ""
    if error.message == "Received HTTPS traffic on an HTTP port":
        return "it is TLS, and this hub speaks plain HTTP here"
    if (phrase := _PHRASE.match(error.message)) is not None:
        return phrase[1][:1].lower() + phrase[1][1:]
    if (header := _HEADER.fullmatch(error.message)) is not None:
        return header[0][:1].lower() + header[0][1:-1]
    return ""


def _is_count(given: tuple[object, ...]) -> bool:
    return bool(given) and str(given[0]).isdecimal()
