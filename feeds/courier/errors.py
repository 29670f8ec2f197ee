"""What can go wrong in the courier, in words for the night shift."""


class CourierError(Exception):
    """Anything that the courier refuses or cannot do."""


class AddressError(CourierError, ValueError):
    """A text is not one plain e-mail address. The message says why."""


class RenderError(CourierError):
    """A template cannot be filled. The message names the template, the line and the reason."""


class LinkDown(CourierError):
    """No usable connection to the mail server. The message names the server and the reason."""


class LedgerUnavailable(CourierError):
    """The ledger could not keep facts now (disk full, log closed for repair). Raised by ``Ledger.write``.

    The courier starts nothing new until a write succeeds, and keeps the answers it has until then.
    """
