"""Why a payload is refused. The message is for the one who sends it: what, where, what to do."""


class SourceError(Exception):
    """A payload cannot become facts; nothing of it was taken. ``status`` is the HTTP status to answer with.

    ``path`` names the value (``$[3].severity``; empty where it is the whole), ``position`` the byte in the body.
    """

    status = 400

    def __init__(self, message: str, path: str = "", position: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.position = position


class Malformed(SourceError):
    """The body is not JSON, or not what the protocol speaks of at all."""


class TooDeep(SourceError):
    """The body nests deeper than anything that is meant."""


class Invalid(SourceError):
    """A value is missing, of the wrong type or out of bounds."""

    status = 422


class NotSigned(SourceError):
    """The signature is missing or is not that of the shared secret."""

    status = 401
