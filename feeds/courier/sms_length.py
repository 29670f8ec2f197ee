"""How many segments a text message takes (3GPP TS 23.038, 23.040): GSM 7-bit with its extension, or UCS-2."""

from msgspec import Struct

_GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The default alphabet: one septet each."""
_EXTENSION = frozenset("\f^{}\\[~]|€")
"""Two septets each: an escape and the character. A pair is not cut in two."""


class SmsLength(Struct, frozen=True):
    """The length of one text. ``units``: septets, or UTF-16 units. ``odd``: the first character that needs UCS-2."""

    segments: int
    units: int
    ucs2: bool = False
    odd: str = ""


def sms_length(text: str) -> SmsLength:
    """Return how long a text message is. An empty one takes one segment.

    In one segment stand 160 septets or 70 UCS-2 units, in each of several 153 or 67, because a header of 6 octets says
    how they belong together. Neither an escaped character nor a surrogate pair is cut.
    """
    odd = next((char for char in text if char not in _GSM and char not in _EXTENSION), "")
    if odd:
        widths = [1 if ord(char) < 0x10000 else 2 for char in text]
        return SmsLength(_segments(widths, 70, 67), sum(widths), True, odd)
    widths = [2 if char in _EXTENSION else 1 for char in text]
    return SmsLength(_segments(widths, 160, 153), sum(widths))


def _segments(widths: list[int], alone: int, each: int) -> int:
    if sum(widths) <= alone:
        return 1
    segments, used = 1, 0
    for width in widths:
        if used + width > each:
            segments, used = segments + 1, 0
        used += width
    return segments
