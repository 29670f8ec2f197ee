"""TLS by files: loaded at the start, exchanged while the hub runs, watched for their end.

A new pair is tried as a whole before it counts; one that does not fit leaves the old one in its place. Connections that
are open keep what they began with.
"""

import asyncio
import os
import ssl
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509

from feeds.hub.access.identity import AccessError
from feeds.hub.access.settings import TlsSettings
from feeds.hub.trouble import Warn

WARN_BEFORE: Final = timedelta(days=21)
WARN_EVERY: Final = timedelta(days=1)
LOOK_EVERY: Final = 1.0
"""Seconds between two looks at the files."""

_Stamp = tuple[tuple[int, int, int], ...]


class Certificate:
    """The certificate of a hub. ``context`` is for the listening socket and stays the same.

    Raises AccessError where the files cannot be used.
    """

    def __init__(self, settings: TlsSettings, now: Callable[[], datetime], warn: Warn) -> None:
        self._cert, self._key = Path(settings.cert), Path(settings.key)
        self._now = now
        self._warn = warn
        self._warned: datetime | None = None
        self._stamp = self._seen()
        self.context, self.not_after, self.names = self._load()
        self._newest = self.context
        # Asked in each handshake, with and without a name: so a new pair counts without a new listening socket.
        self.context.sni_callback = self._choose
        self._look_at_end()

    def look(self, *, always: bool = False) -> None:
        """Load the files again where they changed, or ``always``; what does not work is said and changes nothing."""
        try:
            stamp = self._seen()
            if not always and stamp == self._stamp:
                self._look_at_end()
                return
            self._stamp = stamp
            self._newest, self.not_after, self.names = self._load()
        except AccessError as error:
            why = f"{error}; the certificate of before stays in use until {self.not_after:%Y-%m-%d %H:%M}Z"
            self._warn(why, "tls.not_changed")
            return
        self._warned = None
        used = f"{self._cert}: the new certificate is in use, good until {self.not_after:%Y-%m-%d %H:%M}Z"
        self._warn(used, "tls.changed")
        self._look_at_end()

    async def run(self) -> None:
        """Look at the files now and then, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            self.look()

    def is_called(self, name: str) -> bool:
        """Return whether the certificate is for a host name."""
        parent = name.partition(".")[2]
        return name in self.names or (bool(parent) and f"*.{parent}" in self.names)

    def _choose(self, connection: ssl.SSLSocket | ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        if self._newest is not self.context:
            connection.context = self._newest

    def _seen(self) -> _Stamp:
        try:
            seen = [os.stat(path) for path in (self._cert, self._key)]
        except OSError as error:
            raise AccessError(f"{error.filename}: cannot be read: {error.strerror}") from error
        return tuple((one.st_ino, one.st_mtime_ns, one.st_size) for one in seen)

    def _load(self) -> tuple[ssl.SSLContext, datetime, frozenset[str]]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        try:
            mode = self._key.stat().st_mode
            # No password: without one OpenSSL would ask for it at a terminal.
            context.load_cert_chain(self._cert, self._key, password=b"")
            first = x509.load_pem_x509_certificates(self._cert.read_bytes())[0]
        except ssl.SSLError as error:
            why = "the key is not that of the certificate" if "MISMATCH" in str(error.reason) else "they are not PEM"
            raise AccessError(f"{self._cert} and {self._key}: cannot be used: {why} ({error.reason})") from error
        except OSError as error:
            path = error.filename or f"{self._cert} or {self._key}"
            raise AccessError(f"{path}: cannot be read: {error.strerror}") from error
        except ValueError as error:
            raise AccessError(f"{self._cert}: is no certificate: {error}") from error
        if mode & 0o007:
            raise AccessError(f"{self._key}: everybody may read this key; make it private: chmod 600 {self._key}")
        end = first.not_valid_after_utc
        if end <= self._now():
            raise AccessError(f"{self._cert}: expired on {end:%Y-%m-%d %H:%M}Z; put a new one in its place")
        return context, end, _names(first)

    def _look_at_end(self) -> None:
        now = self._now()
        left = self.not_after - now
        if left > WARN_BEFORE or (self._warned is not None and now - self._warned < WARN_EVERY):
            return
        self._warned = now
        past = left <= timedelta()
        what = "expired" if past else f"expires in {left.days} days,"
        self._warn(
            f"{self._cert}: {what} on {self.not_after:%Y-%m-%d %H:%M}Z; put a new one in its place",
            "tls.expired" if past else "tls.expiring",
        )


def _names(certificate: x509.Certificate) -> frozenset[str]:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    return frozenset(name.lower() for name in names.get_values_for_type(x509.DNSName))
