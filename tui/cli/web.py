"""HTTP calls to a hub: whether one answers, and giving it a body. The stream is the client's matter (feeds.client)."""

import http.client
import json
import urllib.error
import urllib.request
from typing import Any

from tui.cli.failure import Failed
from tui.cli.options import credentials

ANSWER_BYTES = 1024 * 1024


def _opener(url: str) -> urllib.request.OpenerDirector:
    """Return what opens addresses of the hub at ``url``. Raises feeds.client.ClientError."""
    from feeds.client.address import is_this_machine

    handlers: list[urllib.request.BaseHandler] = []
    if is_this_machine(url):
        handlers.append(urllib.request.ProxyHandler({}))  # no proxy can reach this machine
    if (tls := credentials().tls_for(url)) is not None:
        handlers.append(urllib.request.HTTPSHandler(context=tls))
    return urllib.request.build_opener(*handlers)


def hub_version(url: str, timeout: float = 2.0) -> str | None:
    """Return the version of the hub at ``url``, or None when none answers there within ``timeout`` seconds."""
    from feeds.client import ClientError
    from feeds.client.address import http_url

    address = http_url(url, "/healthz")
    try:
        with _opener(url).open(address, timeout=timeout) as response:
            answer = json.loads(response.read(ANSWER_BYTES))
    except (OSError, ValueError, http.client.HTTPException, ClientError):
        return None
    version = answer.get("version") if isinstance(answer, dict) and answer.get("status") == "ok" else None
    return version if isinstance(version, str) else None


def post(url: str, path: str, body: bytes, timeout: float = 300.0, kind: str = "application/json") -> dict[str, Any]:
    """Give ``body`` (of media type ``kind``) to ``path`` of the hub at ``url``; return its answer. Raises Failed."""
    from feeds.client import ClientError
    from feeds.client.address import http_url

    request = urllib.request.Request(http_url(url, path), data=body, headers={"Content-Type": kind}, method="POST")
    try:
        for name, value in credentials().headers_for(url).items():
            request.add_unredirected_header(name, value)  # no other host gets the token
        with _opener(url).open(request, timeout=timeout) as response:
            answer = json.loads(response.read(ANSWER_BYTES))
    except urllib.error.HTTPError as error:
        raise Failed(f"the hub at {url} refused it: {_reason(error)}") from error
    except ClientError as error:
        raise Failed(str(error)) from error
    except (urllib.error.URLError, OSError, http.client.HTTPException) as error:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        raise Failed(f"the hub at {url} cannot be reached: {reason}") from error
    except ValueError as error:
        raise Failed(f"what answers at {url} is no hub: its answer is not JSON") from error
    return answer if isinstance(answer, dict) else {}


def _reason(error: urllib.error.HTTPError) -> str:
    from widgets.plain import plain

    try:
        answer = json.loads(error.read(ANSWER_BYTES))
    except (OSError, ValueError, http.client.HTTPException):
        answer = None
    told = answer.get("error") if isinstance(answer, dict) else None
    return plain(str(told))[:1000] if told else f"HTTP {error.code}"
