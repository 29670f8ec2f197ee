"""What a program shows at a hub: a token, and by which CA it believes the hub.

A token comes from the surroundings, never from the command line, where every user of the machine could read it. On this
machine a hub leaves its own token for its owner's programs. Nothing here is kept: each connection asks anew, so that a
token that was exchanged counts from the next connection on.
"""

import os
import ssl
from pathlib import Path
from urllib.parse import urlsplit

import platformdirs
from msgspec import Struct

from feeds.client.address import is_this_machine
from feeds.client.errors import ClientError

LOCAL_FILE = "local.token"
"""In a data directory: the token of the hub that runs there."""
TOKEN_BYTES = 16 * 1024
"""The most that a token file may hold."""


def local_token_path(port: int) -> Path:
    """Return where the hub on ``port`` of this machine leaves its token for programs of the same user."""
    return platformdirs.user_state_path("vaken") / "hubs" / f"{port}.token"


class Credentials(Struct, frozen=True):
    """Where a token comes from: ``token``, else ``token_file``, else the local hub's own in ``local`` or by its port.

    ``ca``: CA certificates (PEM) in place of the system's.
    """

    token: str = ""
    token_file: Path | None = None
    local: Path | None = None
    ca: Path | None = None

    def token_for(self, url: str) -> str:
        """Return the token to show at ``url`` now; empty: none.

        Raises ClientError where it cannot be had, or must not be shown: in the clear it could be read on its way.
        """
        token = self.token.strip()
        if not token and self.token_file is not None:
            token = read_token(self.token_file)
        if token:
            if not token.isascii() or not token.isprintable() or " " in token:
                raise ClientError("the token holds characters that no token has; copy it again")
            if urlsplit(url).scheme in ("http", "ws") and not is_this_machine(url):
                raise ClientError(f"a token could be read on its way to {urlsplit(url).hostname}: use https://")
            return token
        return self._local(url)

    def headers_for(self, url: str) -> dict[str, str]:
        """Return the headers to send. Raises ClientError as above."""
        token = self.token_for(url)
        return {"Authorization": f"Bearer {token}"} if token else {}

    def tls_for(self, url: str) -> ssl.SSLContext | None:
        """Return how the hub at ``url`` is believed; None where there is no TLS. Raises ClientError."""
        if urlsplit(url).scheme not in ("https", "wss"):
            return None
        try:
            return ssl.create_default_context(cafile=self.ca)
        except (OSError, ssl.SSLError) as error:
            raise ClientError(f"{self.ca}: holds no CA certificate that can be used: {_why(error)}") from error

    def _local(self, url: str) -> str:
        if not is_this_machine(url):
            return ""
        parts = urlsplit(url)
        places = [self.local] if self.local is not None else []
        places.append(local_token_path(parts.port or (443 if parts.scheme in ("https", "wss") else 80)))
        for place in places:
            try:
                return read_token(place)
            except ClientError:
                continue  # there is none, or it is not ours: the hub says whether it asks for one
        return ""


NO_CREDENTIALS = Credentials()


def read_token(path: Path) -> str:
    """Return the token in a file. Raises ClientError; also where others may read the file."""
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            data = file.read(TOKEN_BYTES)
    except OSError as error:
        raise ClientError(f"{path}: the token cannot be read: {error.strerror}") from error
    if mode & 0o077:
        raise ClientError(f"{path}: others may read this token; make it private: chmod 600 {path}")
    token = data.decode("ascii", "replace").strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        raise ClientError(f"{path}: holds no token")
    return token


def _why(error: OSError) -> str:
    return error.strerror or getattr(error, "reason", "") or type(error).__name__
