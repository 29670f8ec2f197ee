"""What was read out of a text, as the hub echoes it to a person who wrote or looks at it."""

from msgspec import Struct

from feeds.simspace import SimKind


class SimsPiece(Struct, frozen=True, gc=False, omit_defaults=True):
    """A piece of the text, at ``[start:end]`` (characters), and what it was read as; ``warning`` may be empty.

    ``first`` and ``last``: plain digits, an ICCID as its body without check digit; empty where nothing could be read,
    and where the piece is a name that stands for several ranges.
    """

    start: int
    end: int
    text: str
    kind: SimKind | None = None
    first: str = ""
    last: str = ""
    count: int = 0
    warning: str = ""
    excluded: bool = False
    """The text leaves these SIMs out: they are not among those counted."""


class SimsOwner(Struct, frozen=True, gc=False, omit_defaults=True):
    """A customer with SIMs among those read. ``customer`` is the id; ``""``: SIMs outside the inventory."""

    customer: str
    name: str = ""
    vip: bool = False
    sims: int = 0


class SimsRead(Struct, frozen=True, gc=False, omit_defaults=True):
    """The answer to ``AskSims``. ``ranges``: ICCID bodies, sorted, without overlap, both ends included.

    IMSIs and MSISDNs that the inventory knows are among ``ranges`` as ICCID bodies; ``count`` counts each SIM once.
    ``text`` is the short form of ``ranges``; ``overlaps`` names the inventory's ranges that lie over one another there.
    """

    count: int
    text: str = ""
    ranges: tuple[tuple[str, str], ...] = ()
    pieces: tuple[SimsPiece, ...] = ()
    owners: tuple[SimsOwner, ...] = ()
    outages: tuple[str, ...] = ()
    overlaps: tuple[str, ...] = ()
