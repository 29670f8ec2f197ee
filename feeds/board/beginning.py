"""With whom trouble began: the victim may be everybody on a node, and the cause one fleet that flooded it."""

from typing import Final

import numpy as np

from feeds.board.affected import Question
from feeds.board.fleet_leaves import Floats, Mask
from feeds.board.trouble import Trouble

_EARLIER: Final = 2.0
"""Minutes by which one customer is ahead of all others, at the least; and so many times the usual pause is, too."""
_BEFORE: Final = 2
"""Cases of that customer before the first of anybody else."""
_OTHERS: Final = 2
"""Other customers that followed."""


def beginning(asked: Question, trouble: Trouble, inside: Mask) -> str:
    """Return ``began with Acme Lifts, 12 min earlier`` where that is plain; empty where it is not.

    ``inside``: the parts of the trouble that count.
    """
    if not inside.any() or trouble.from_alarms:
        return ""
    minutes: Floats = np.array([item.minute for item in asked.items])[trouble.item[inside]]
    customers = trouble.customer[inside]
    order = np.argsort(minutes, kind="stable")
    _, place = np.unique(customers[order], return_index=True)
    begins = np.sort(order[place])
    firsts = np.sort(minutes[order[place]])
    if len(begins) <= _OTHERS:
        return ""
    ahead = float(firsts[1] - firsts[0])
    pauses = np.diff(firsts[1:])
    leader = int(customers[order[0]])
    items = trouble.item[inside][(customers == leader) & (minutes < firsts[1])]
    if ahead < _EARLIER or ahead < _EARLIER * float(np.median(pauses)) or len(np.unique(items)) < _BEFORE:
        return ""
    name = trouble.leaves.owner.values[leader]
    return f"began with {asked.names.get(name, name)}, {ahead:.0f} min earlier"
