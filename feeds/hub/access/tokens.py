"""What a token looks like, and what of it is kept.

``vk_<id>_<secret>``: the id is public, finds the one record that could fit, and stands in logs and facts; the secret is
40 letters and digits (238 bits) and is shown once. Kept are an argon2id hash of the secret and its mark of 16 bits. The
mark turns guesses away before argon2 costs anything, and tells a guesser nothing that helps: 222 bits are left.
"""

import re
import secrets
import string
from datetime import datetime
from functools import cache
from hashlib import blake2b
from typing import Annotated, Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec import Meta, Struct

from feeds.model.access import Role

ID_LENGTH: Final = 8
SECRET_LENGTH: Final = 40
NAME_LENGTH: Final = 64
_ID_LETTERS: Final = string.ascii_lowercase + string.digits
_SECRET_LETTERS: Final = string.ascii_letters + string.digits
_FORM: Final = re.compile(rf"vk_([a-z0-9]{{{ID_LENGTH}}})_([A-Za-z0-9]{{{SECRET_LENGTH}}})", re.ASCII)


class TokenRecord(Struct, frozen=True, omit_defaults=True):
    """What is kept of a token. ``mark`` and ``hash`` are of its secret; ``revoked``: since when it is not good."""

    id: Annotated[str, Meta(pattern=rf"^[a-z0-9]{{{ID_LENGTH}}}$")]
    name: Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH)]
    role: Role
    mark: str
    hash: str
    made: datetime
    expires: datetime | None = None
    revoked: datetime | None = None

    def good(self, now: datetime) -> bool:
        """Return whether it is neither revoked nor expired."""
        return self.revoked is None and (self.expires is None or now < self.expires)

    def state(self, now: datetime) -> str:
        """Return how it stands, in a word or two."""
        if self.revoked is not None:
            return f"revoked {self.revoked:%Y-%m-%d %H:%M}Z"
        if self.expires is None:
            return "good"
        return f"{'good until' if self.good(now) else 'expired'} {self.expires:%Y-%m-%d %H:%M}Z"


class Parts(Struct, frozen=True):
    """A token in its parts."""

    id: str
    secret: str


def split(token: str) -> Parts | None:
    """Return the parts of a token; None where ``token`` has not the form of one."""
    found = _FORM.fullmatch(token)
    return Parts(found[1], found[2]) if found else None


def make(name: str, role: Role, now: datetime, expires: datetime | None = None) -> tuple[str, TokenRecord]:
    """Return a new token and what is kept of it. Takes some hundredths of a second."""
    id_ = "".join(secrets.choice(_ID_LETTERS) for _ in range(ID_LENGTH))
    secret = "".join(secrets.choice(_SECRET_LETTERS) for _ in range(SECRET_LENGTH))
    record = TokenRecord(id_, name, role, mark_of(secret), _hasher().hash(secret), now, expires)
    return f"vk_{id_}_{secret}", record


def mark_of(secret: str) -> str:
    """Return the mark of a secret."""
    return blake2b(secret.encode(), digest_size=2, person=b"vaken-mark").hexdigest()


def fits(record: TokenRecord, secret: str) -> bool:
    """Return whether a secret is the one of a record. Takes some hundredths of a second: not for the event loop."""
    try:
        return _hasher().verify(record.hash, secret)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hasher() -> PasswordHasher:
    """OWASP's second choice of parameters: 19 MiB, two passes. The secrets are random; a password would need more."""
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
