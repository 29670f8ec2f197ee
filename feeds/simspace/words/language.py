"""What one language calls things around SIMs, and the form in which words are compared."""

from typing import Final
from unicodedata import normalize

from msgspec import Struct

_MARKS: Final = dict.fromkeys(range(0x300, 0x370)) | str.maketrans("øłđæœıß", "oldaois")


def fold(text: str) -> str:
    """Return ``text`` in lower case and without accents: the form in which words are compared."""
    lowered = text.lower()
    return lowered if lowered.isascii() else normalize("NFC", normalize("NFD", lowered).translate(_MARKS))


class Words(Struct, frozen=True):
    """One language. Every field: phrases with bars between them."""

    to: str = ""
    """Between the two ends of a range: *from A to B*."""
    also: str = ""
    """Between things told one after the other: *A and B*."""
    between: str = ""
    """Before two ends that ``also`` joins: *between A and B*."""
    first: str = ""
    """Names the lower end: *first: A*, a column *from*."""
    last: str = ""
    """Names the upper end: *last: B*, a column *to*."""
    start: str = ""
    """Directly before the number that a count begins at: *500 SIMs from A*."""
    more: str = ""
    """A count of SIMs behind one another: *the next 200*, *and 200 more*."""
    onwards: str = ""
    """Without an end: *A and onwards*."""
    things: str = ""
    """What is counted: *500 cards*, *200 pcs*."""
    sim: str = ""
    """Says that a number is a SIM's, or stands between a word and the number: *card no.*."""
    begin: str = ""
    """Before the digits that numbers begin with: *starting with 89357*."""
    every: str = ""
    """*all* SIMs, *every* card."""
    ending: str = ""
    """Before last digits only: *ending in 1234*."""
    but: str = ""
    """Leaves out what follows, whatever it is: *except A*."""
    aside: str = ""
    """Leaves out what follows only where it is part of what is told: *apart from A*."""
    no: str = ""
    """Negations."""
    hit: str = ""
    """*affected*, *concerned*: with a negation, the SIMs are not meant."""
    unhit: str = ""
    """*unaffected*."""
    works: str = ""
    """*works*, *is fine*, *online*."""
    fully: str = ""
    """After *works*: without a reservation."""
    other: str = ""
    """Names numbers that are no SIMs: *order*, *invoice*, *tracking*."""
    numbered: str = ""
    """The same, but only with *number* behind it: *customer no.*, *meter number*."""
    number: str = ""
    """*number*, *no.*, *id*, and what may stand between a label and its number: *is*."""
    count: str = ""
    """Heads of columns that hold counts."""
    batch: str = ""
    """SIMs that came together: *batch*, *box*."""
    series: str = ""
    """After the digits that numbers begin with: *the 89357 series*."""
    phone: str = ""
    """A number behind one of these is a person's."""
    closing: str = ""
    """What the line begins with that begins a signature."""
    numerals: str = ""
    """Numbers in words and what they are: *ten 10*; with a star, times what stands before it: ``hundred *100``."""
    half: str = ""
    """Before a dozen: six."""
    after: str = ""
    """A count of SIMs behind a number that is not one of them: *the 9 after A*."""
    excluded: str = ""
    """Behind a number: leaves it out, as in *1050 not included*."""
