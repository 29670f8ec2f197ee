"""The courier: one update to thousands of customers, each with their own facts, with a ledger of every delivery.

``audience`` says who hears it, ``rendering`` what each of them reads, ``email`` and ``smtp`` how it goes over the wire,
``sending`` in which order facts and bytes move. What people decide, and what is kept, is the hub's and the log's.
"""

from feeds.courier.attachments import Attachment, attachment_of
from feeds.courier.audience import Audience, Ways, audience
from feeds.courier.email import MailSettings
from feeds.courier.errors import AddressError, CourierError, LedgerUnavailable, LinkDown, RenderError
from feeds.courier.freezing import freeze
from feeds.courier.ledger import Ledger
from feeds.courier.rendering import DEFAULT_TEMPLATES, render
from feeds.courier.sending import Courier
from feeds.courier.template_set import TemplateSet, load_templates

__all__ = [
    "DEFAULT_TEMPLATES",
    "AddressError",
    "Attachment",
    "Audience",
    "Courier",
    "CourierError",
    "Ledger",
    "LedgerUnavailable",
    "LinkDown",
    "MailSettings",
    "RenderError",
    "TemplateSet",
    "Ways",
    "attachment_of",
    "audience",
    "freeze",
    "load_templates",
    "render",
]
