"""What a person may ask for: each command is checked against what is so now, and becomes facts or a refusal.

Commands come one after the other (``Hub.deciding``), so that two people cannot both be first. A command carries the
sequence that its user saw; where the target was decided upon since, it is refused with what changed.
"""

from feeds.hub.commands.carrying import Commands
from feeds.hub.commands.refused import Refused, Unavailable

__all__ = ["Commands", "Refused", "Unavailable"]
