"""Open cases with known SIMs that no live outage holds, and which of them are evidence for a new group. Derived."""

from feeds.board.inventory import Inventory
from feeds.board.outage.places import Lying, Places, Written


class Unexplained:
    """The cases by key, and where those lie that count as evidence."""

    def __init__(self, inventory: Inventory) -> None:
        self.cases: dict[str, int] = {}
        """Case → how many SIMs it is about."""
        self.single = 0
        """How many are about one SIM."""
        self.evidence = Places(inventory)
        """Those that nobody has settled yet."""

    def __len__(self) -> int:
        """Return the number of cases."""
        return len(self.cases)

    def put(self, key: str, written: Written, evidence: bool) -> None:
        """Keep a case, in place of what was known of it."""
        self.single += (written.sims == 1) - (self.cases.get(key) == 1)
        self.cases[key] = written.sims
        if evidence:
            self.evidence.put(key, written)
        else:
            self.evidence.drop(key)

    def drop(self, key: str) -> Lying | None:
        """Forget a case. Return what was looked up of it."""
        sims = self.cases.pop(key, None)
        if sims is None:
            return None
        self.single -= sims == 1
        return self.evidence.drop(key)

    def clear(self) -> None:
        """Forget all."""
        self.cases.clear()
        self.evidence.clear()
        self.single = 0
