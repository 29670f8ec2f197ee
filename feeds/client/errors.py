"""What can go wrong between a screen and the hub. Every message is a sentence that can stand on a screen."""


class ClientError(Exception):
    """Something between this program and the hub went wrong."""


class Refused(ClientError):
    """The hub refused a command or a query. ``why`` is its own reason."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NotConnected(ClientError):
    """There is no live connection to the hub; the command was not sent."""


class AnswerLost(ClientError):
    """A command was handed over and no answer came back: it may have been carried out or not."""
