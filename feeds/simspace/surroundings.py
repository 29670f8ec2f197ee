"""What stands before a number: the words on its line or on the line above, and whether a list goes on."""

import re
from typing import Final

from feeds.simspace import gaps, leads, phrases
from feeds.simspace.gaps import nature_of
from feeds.simspace.identifiers import LengthProfile
from feeds.simspace.leads import Label, Leave
from feeds.simspace.stems import Stems
from feeds.simspace.vocabulary import words_in

_WINDOW: Final = 110
_ABOVE: Final = 260
"""Characters that are looked back over, on the line and on those above."""

_LIST_GAP: Final = 24
_BLANK_LEAD: Final = re.compile(r"[>|\s\-\u2013*\u2022\u00b7\u25aa\u25cf+\"'=(\[]*(?:[0-9]{1,4}[.):][ \t]*)?")
_OUT_OF: Final = words_in("of av von aus af di de del do dos das dei delle z ze van sur parmi out der")


class Surroundings(Stems):
    """Knows what the words before a number announce."""

    def __init__(self, text: str, profile: LengthProfile) -> None:
        super().__init__(text, profile)
        self.tokens: tuple[str, ...] = ()
        """The words before the number that is read now, on its line."""
        self.label: Label = ""
        """What they call it."""

    def enter(self, at: int) -> None:
        """Look at what stands before ``at``: the words, what they announce, and whether a list goes on."""
        text = self.text
        since = self.last_end
        if since and 0 < at - since <= _LIST_GAP and self._list_goes_on(text[since:at]):
            return
        self.chain = len(self.items)
        begin = max(self.last_end, at - _WINDOW)
        line = text.rfind("\n", begin, at) + 1
        lead = text[max(line, begin) : at]
        heading = False
        if line > begin and _BLANK_LEAD.fullmatch(lead):
            lead, heading = self._line_above(line)
        self.tokens, self.label, self.out = leads.announced(lead, heading)
        if self.out == "aside" and self.tokens[0] == "utan" and self.items and self.items[-1].out == "no":
            self.out = ""  # Swedish: not that one, but this one

    def _list_goes_on(self, between: str) -> bool:
        """Return whether ``between`` the number read last and this one a list goes on, and take what it announces."""
        if nature_of(between) not in ("list", "and", "slash"):
            return False
        self.tokens = ()
        words = gaps.words_of(between)
        if words:
            if self.out and any(word in _OUT_OF for word in words):
                return False  # all but A of B
            self.label = leads.label_of(words) or self.label
        return True

    def _line_above(self, line: int) -> tuple[str, bool]:
        """Return the last line with words before the line that begins at ``line``."""
        text = self.text
        begin = max(self.last_end, line - _ABOVE)
        above = text[begin : line - 1].rstrip(" \t\r\n>|")
        if "\n\n\n" in text[begin + len(above) : line]:
            return "", False
        return above.rpartition("\n")[2][-_WINDOW:], True

    def left_out_at(self, at: int) -> Leave:
        """Return whether the words before ``at`` leave out what is named there."""
        self.last_end = 0
        self.enter(at)
        return self.out

    def past_run(self, at: int) -> int:
        found = phrases.REST.match(self.text, at)
        return max(at + 1, found.end() if found else 0)
