"""How texts are read: with what an inventory knows of lengths and batch names. Goes as a value from room to room."""

from collections.abc import Mapping

from feeds.simspace.identifiers import DEFAULT, LengthProfile
from feeds.simspace.names import NamedSpans
from feeds.simspace.reading import Reading, read_sims
from feeds.simspace.spans import SimSpan

Batches = Mapping[str, tuple[SimSpan, ...]]
"""The SIMs of each batch, by its name."""


class Reader:
    """What is known when a text is read. Without an inventory nothing is, and the written lengths decide.

    It never changes: any thread may use it. Making one takes 10 µs a batch.
    """

    def __init__(self, profile: LengthProfile = DEFAULT, batches: Batches | None = None) -> None:
        self.profile = profile
        self.batches: Batches = batches if batches is not None else {}
        self._names = NamedSpans(self.batches)

    def with_profile(self, profile: LengthProfile) -> "Reader":
        """Return a reader that knows the same batches and other lengths."""
        other = Reader(profile)
        other.batches, other._names = self.batches, self._names
        return other

    def read(self, text: str, limit: int = 100_000) -> Reading:
        """Return the SIMs that ``text`` speaks of; after ``limit`` numbers the rest is left, with a warning."""
        return read_sims(text, self.profile, limit, self._names)


UNKNOWING = Reader()
"""Reads without an inventory."""
