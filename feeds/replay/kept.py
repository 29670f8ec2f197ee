"""Boards kept on the way, as bytes in memory, so that going back is a short replay. Bounded in number and in bytes."""

from bisect import bisect_right, insort

KEPT = 64
KEPT_BYTES = 256 << 20


class KeptBoards:
    """Dumps of the board by sequence. Where there are too many, the one goes whose neighbours are nearest."""

    def __init__(self, most: int = KEPT, most_bytes: int = KEPT_BYTES) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._seqs: list[int] = []
        self._dumps: dict[int, bytes] = {}

    def __len__(self) -> int:
        return len(self._seqs)

    @property
    def size(self) -> int:
        """Bytes held."""
        return sum(map(len, self._dumps.values()))

    def keep(self, seq: int, dump: bytes) -> None:
        """Keep the board after ``seq``."""
        if seq not in self._dumps:
            insort(self._seqs, seq)
        self._dumps[seq] = dump
        while len(self._seqs) > 1 and (len(self._seqs) > self._most or self.size > self._most_bytes):
            self._thin_out(spare=seq)

    def last(self, seq: int) -> tuple[int, bytes] | None:
        """Return the kept board that comes next before ``seq``, or at it."""
        place = bisect_right(self._seqs, seq)
        if not place:
            return None
        found = self._seqs[place - 1]
        return found, self._dumps[found]

    def has_between(self, first: int, last: int) -> bool:
        """Whether a board is kept from ``first`` to ``last``, both included."""
        place = bisect_right(self._seqs, last)
        return place > 0 and self._seqs[place - 1] >= first

    def _thin_out(self, spare: int) -> None:
        """Let one go: that without which the longest way to replay grows least. The one just kept stays."""
        ends = [0, *self._seqs, self._seqs[-1] + (self._seqs[-1] - self._seqs[0])]
        gaps = [
            (ends[place + 1] - ends[place - 1], seq) for place, seq in enumerate(ends[1:-1], start=1) if seq != spare
        ]
        _, seq = min(gaps)
        self._seqs.remove(seq)
        del self._dumps[seq]
