"""Which cases are counted together: 80 cells of channel × kind × service, and the 150 series made of them.

A series holds one channel or all, one kind or all, one service or all. Arrays over cells and series are in the order of
``CELLS`` and ``SERIES``; the order of cells is the order of the enumerations in feeds/model/cases.py.
"""

from itertools import product

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from feeds.model import CaseKind, Channel, Service

Floats = NDArray[np.float64]


class Series(Struct, frozen=True, gc=False):
    """Cases of one channel, kind, service; None: of all."""

    channel: Channel | None = None
    kind: CaseKind | None = None
    service: Service | None = None

    @property
    def fixed(self) -> int:
        """How many of the three are given: 0 is everything, 3 one cell."""
        return (self.channel is not None) + (self.kind is not None) + (self.service is not None)

    def joined(self, other: "Series") -> "Series":
        """Return the narrowest series that holds both."""
        return Series(
            self.channel if self.channel is other.channel else None,
            self.kind if self.kind is other.kind else None,
            self.service if self.service is other.service else None,
        )

    def meets(self, other: "Series") -> bool:
        """Whether a case can be in both."""
        return all(
            mine is None or theirs is None or mine is theirs
            for mine, theirs in (
                (self.channel, other.channel),
                (self.kind, other.kind),
                (self.service, other.service),
            )
        )


CHANNELS = tuple(Channel)
CELLS: tuple[tuple[Channel, CaseKind, Service], ...] = tuple(product(Channel, CaseKind, Service))
"""Each cell by its place; the cells of one channel follow each other."""
PER_CHANNEL = len(CELLS) // len(CHANNELS)
CELL_AT = {cell: at for at, cell in enumerate(CELLS)}
NAMES = tuple(f"{channel.value}/{service.value}" for channel, _kind, service in CELLS)
"""``channel/service`` of each cell, as counts by minute name them."""

SERIES = tuple(
    sorted(
        (Series(*one) for one in product((None, *Channel), (None, *CaseKind), (None, *Service))),
        key=lambda one: one.fixed,
    )
)
"""All series, the widest first."""
SERIES_AT = {one: at for at, one in enumerate(SERIES)}
MEMBERS: Floats = np.array(
    [
        [
            one.channel in (None, channel) and one.kind in (None, kind) and one.service in (None, service)
            for channel, kind, service in CELLS
        ]
        for one in SERIES
    ],
    dtype=np.float64,
)
"""``MEMBERS[series, cell]``: 1 where the series holds the cell, else 0."""
