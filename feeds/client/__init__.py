"""The only door through which a screen reaches the hub: views that follow it, commands to it, the state of the link.

Runs on its own thread with its own event loop, so that a screen that stalls never stalls the stream, nor the other way
round. What a screen does with rows is left to ``tui`` and ``widgets``, what becomes of commands to ``feeds.hub``.
"""

from feeds.client.credentials import Credentials
from feeds.client.errors import AnswerLost, ClientError, NotConnected, Refused
from feeds.client.hub_client import HubClient
from feeds.client.link import Link, LinkChanged, LinkState, Notice, Pace, ViewChanged
from feeds.client.once import Look, snapshot
from feeds.client.reply import Reply
from feeds.client.view import Content, ViewHandle

__all__ = [
    "AnswerLost",
    "ClientError",
    "Content",
    "Credentials",
    "HubClient",
    "Link",
    "LinkChanged",
    "LinkState",
    "Look",
    "NotConnected",
    "Notice",
    "Pace",
    "Refused",
    "Reply",
    "ViewChanged",
    "ViewHandle",
    "snapshot",
]
