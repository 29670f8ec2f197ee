"""Reading SIMs out of mails: how many a second, and how many SIMs are found and how many are made up.

Measured is one core (CPU time). Precision: of the SIMs that were read, those that the writer meant; recall: of the SIMs
that the writer meant, those that were read. A SIM counts once, however large the range that it stands in.
"""

from collections.abc import Iterable
from statistics import median
from time import process_time

from bench.corpus import snippets
from bench.mails import Span, mails
from bench.report import Row, print_table
from feeds.simspace import SimSpan, merge_spans, read_sims

MAILS = 10_000
ROUNDS = 3
BUDGET = 5_000
FLOOR = 0.99
WHOLE_BLOCK = 100_000
"""A larger range counts as this many SIMs, so that one prefix does not outweigh all others."""


def shares(pairs: Iterable[tuple[tuple[Span, ...], tuple[Span, ...]]]) -> tuple[float, float]:
    """Return precision and recall over pairs of (meant, read)."""
    meant_sims = read_ones = both = 0
    for meant, read in pairs:
        wanted, found = (merge_spans(SimSpan(*span) for span in spans) for spans in (meant, read))  # type: ignore[arg-type]
        common = [_overlap(one, other) for one in wanted for other in found]
        meant_sims += sum(_size(span.count) for span in wanted)
        read_ones += sum(_size(span.count) for span in found)
        both += sum(map(_size, common))
    return both / read_ones if read_ones else 1.0, both / meant_sims if meant_sims else 1.0


def _size(count: int) -> int:
    return min(count, WHOLE_BLOCK)


def _overlap(one: SimSpan, other: SimSpan) -> int:
    if one.kind != other.kind or len(one.first) != len(other.first):
        return 0
    return max(0, min(int(one.last), int(other.last)) - max(int(one.first), int(other.first)) + 1)


def _read(text: str) -> tuple[Span, ...]:
    return tuple((span.kind, span.first, span.last) for span in read_sims(text).spans)


def run() -> list[Row]:
    """Measure, and return the rows of the table."""
    written = mails(MAILS)
    texts = [mail.text for mail in written]
    speeds = []
    for _ in range(ROUNDS):
        start = process_time()
        readings = [read_sims(text) for text in texts]
        speeds.append(MAILS / (process_time() - start))
    speed = median(speeds)
    made = [tuple((span.kind, span.first, span.last) for span in reading.spans) for reading in readings]
    precision, recall = shares((mail.spans, read) for mail, read in zip(written, made, strict=True))
    corpus = snippets()
    shown, told = shares((snippet.ranges, _read(snippet.text)) for snippet in corpus)
    size = sum(map(len, texts)) / MAILS
    return [
        Row(f"reading {MAILS:,} mails of {size:,.0f} characters, one core", speed, "mails/s", "", None,
            f"≥ {BUDGET:,}/s", speed >= BUDGET),
        Row("reading mails: precision over SIMs", precision, "", "", None, f"≥ {FLOOR:g}", precision >= FLOOR),
        Row("reading mails: recall over SIMs", recall, "", "", None, f"≥ {FLOOR:g}", recall >= FLOOR),
        Row(f"reading {len(corpus)} snippets by hand: precision", shown, "", "", None, f"≥ {FLOOR:g}", shown >= FLOOR),
        Row(f"reading {len(corpus)} snippets by hand: recall", told, "", "", None, f"≥ {FLOOR:g}", told >= FLOOR),
    ]  # fmt: skip


if __name__ == "__main__":
    print_table(run())
