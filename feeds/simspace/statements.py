"""Short statements about SIMs: that nothing is wrong with them. What follows from it is decided elsewhere."""

from collections.abc import Sequence
from typing import Final

from feeds.simspace.vocabulary import COPULA, FILL, FULLY, HIT, NO, NO_SIGN, ORDINARY, UNHIT, WORKS

_LONGEST: Final = 9
"""Words of a statement, at most."""

_AROUND: Final = FILL | FULLY | NO_SIGN | ORDINARY | COPULA | WORKS


def all_is_well(clause: Sequence[str]) -> bool:
    """Return whether a short clause of folded tokens says of SIMs that nothing is wrong with them."""
    for at, token in enumerate(clause):
        if token in UNHIT:
            return True
        if token in HIT and at:
            before = clause[at - 1] if clause[at - 1] not in COPULA else clause[at - 2] if at > 1 else ""
            if negates(before):
                return True
    if len(clause) > _LONGEST or WORKS.isdisjoint(clause) or any(map(negates, clause)):
        return False
    return all(token in _AROUND or token.isdigit() for token in clause)


def negates(token: str) -> bool:
    """Return whether a folded word is a negation."""
    return token in NO or token.endswith("n't")
