"""E-mail as a channel. What a mail is made of is ``email``, how SMTP is spoken ``smtp``."""

from feeds.courier.channel import Errand
from feeds.courier.email import Letter, MailSettings, build, letter
from feeds.courier.pace import Pace, Traffic
from feeds.courier.smtp import SmtpLink
from feeds.model import ContactChannel


class MailChannel:
    """Mails through one server that passes them on (a smarthost, or a relay)."""

    kind = ContactChannel.EMAIL
    pace = Pace()

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self.traffic = Traffic(
            connections=settings.connections,
            rate=settings.rate,
            destination_rate=settings.domain_rate,
            first_at_once=settings.first_at_once,
            most_at_once=max(settings.first_at_once, settings.most_at_once),
        )

    def destination(self, address: str) -> str:
        """Return the domain: behind one server there are many, and each has its own idea of how much is too much."""
        return address.rpartition("@")[2].lower()

    def prepare(self, errand: Errand) -> Letter:
        """Return the letter. Raises AddressError, ValueError."""
        update = errand.update
        made = build(
            errand.message,
            self._settings,
            errand.delivery.message_id,
            errand.now,
            outage=update.outage,
            update=update.id,
            attachment=errand.attachment,
        )
        return letter(made, errand.message, self._settings, errand.token)

    def link(self) -> SmtpLink:
        """Return a connection that is not open yet."""
        return SmtpLink(self._settings)
