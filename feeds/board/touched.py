"""What a batch of facts changed on the board: the keys of rows to look at again, by view."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Touched:
    """Keys that changed. Consumers rebuild rows from the board when they need them, so a key is enough."""

    alarms: set[str] = field(default_factory=set)
    cases: set[str] = field(default_factory=set)
    counts: set[str] = field(default_factory=set)
    outages: set[str] = field(default_factory=set)
    """Also stands for the impact and the timeline of these outages."""
    updates: set[str] = field(default_factory=set)
    deliveries: set[str] = field(default_factory=set)
    surges: set[str] = field(default_factory=set)
    suppressions: set[str] = field(default_factory=set)
    inventory: bool = False
    """Ranges or customers changed: rows that name customers or SIM counts may differ."""
    usual: bool = False
    """What is usual at the desk, or what makes things urgent, changed: any row may differ."""

    def clear(self) -> None:
        """Forget everything."""
        for keys in (
            self.alarms,
            self.cases,
            self.counts,
            self.outages,
            self.updates,
            self.deliveries,
            self.surges,
            self.suppressions,
        ):
            keys.clear()
        self.inventory = self.usual = False
