"""What the composer points at before an update is approved: slips that one sees too late at three in the morning."""

import re
from datetime import datetime

from feeds.model import UpdateKind, UpdateText

_LEFTOVER = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\b(?:TODO|TBD|FIXME|XXX+)\b|\{\{|\}\}", re.DOTALL)


def problems(kind: UpdateKind, text: UpdateText, contacts: int, now: datetime) -> tuple[str, ...]:
    """Return what is wrong with a text for an audience of ``contacts`` at ``now`` (UTC), one sentence each."""
    found: list[str] = []
    parts = (("what we have done", text.done), ("what we will do", text.will), ("what you need to do", text.need))
    for name, part in parts:
        if not part.strip():
            found.append(f"'{name}' is empty")
        elif left := _LEFTOVER.search(part):
            found.append(f"'{name}' has a placeholder left over: {' '.join(left[0].split())[:40]}")
    if text.next_word is None:
        # An all-clear may be the last word. Every other kind leaves people waiting.
        if kind is not UpdateKind.ALL_CLEAR:
            found.append("no time is promised for the next word")
    elif text.next_word <= now:
        found.append(f"the next word is promised for {text.next_word:%Y-%m-%d %H:%M} UTC, which is in the past")
    if not contacts:
        found.append("nobody would get it: no customer in the outage has an e-mail address")
    return tuple(found)
