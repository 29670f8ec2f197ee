"""One written ICCID, IMSI or MSISDN → its plain digits, with warnings. Finding them in a text is reading.py's work.

An ICCID (ITU-T E.118, ETSI TS 102 221) is stored as 18, 19 or 20 digits. In some the last one is a Luhn check digit
(ISO/IEC 7812-1), and Luhn cannot tell whether it is: one body in ten passes by chance. A ``LengthProfile`` decides.
"""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct, field

_SEPARATORS: Final = str.maketrans("", "", " \t\u00a0\u2009\u202f-\u2010\u2011.")
_LEARNED_DIGITS: Final = 7
_LONGEST_LEARNED: Final = 13
_LONGEST_PREFIX: Final = 17


class NotAnIdentifierError(ValueError):
    """A text is not an identifier of the kind asked for; the message says why."""


class Read(Struct, frozen=True, gc=False):
    """One identifier as plain digits (an ICCID: its body, without check digit), and what was odd about it."""

    body: str
    warnings: tuple[str, ...] = ()


class LengthProfile(Struct, frozen=True):
    """How long ICCID bodies are, by the digits they begin with; the longest prefix wins.

    Where no prefix fits, the written length decides: 18 digits are a body, 19 are a body of 18 and a check digit, 20
    a body of 19 and a check digit.
    """

    lengths: dict[str, int] = field(default_factory=dict)
    """Digits at the beginning → number of digits of the body, without check digit."""

    def body_length(self, digits: str) -> int | None:
        """Return how long the body of an ICCID that begins with ``digits`` is; None where nothing is known.

        Where ``digits`` are fewer than the known prefixes, all prefixes that begin with them must agree.
        """
        lengths = self.lengths
        if not lengths:
            return None
        for size in range(min(len(digits), _LONGEST_PREFIX), 0, -1):
            found = lengths.get(digits[:size])
            if found is not None:
                return found
        if len(digits) >= _LONGEST_PREFIX:
            return None
        below = {length for prefix, length in lengths.items() if prefix.startswith(digits)}
        return below.pop() if len(below) == 1 else None

    @classmethod
    def learned(cls, bodies: Iterable[str]) -> "LengthProfile":
        """Return the profile of an inventory's ICCID ``bodies``.

        The first seven digits (industry, country, issuer) give the length; where bodies of two lengths begin with the
        same seven, more digits are looked at, up to 13, and what cannot be told apart then stays unknown.
        """
        known: dict[str, int] = {}
        pending = {(body[:_LONGEST_LEARNED], len(body)) for body in bodies}
        for size in range(_LEARNED_DIGITS, _LONGEST_LEARNED + 1, 2):
            seen: dict[str, set[int]] = {}
            for start, length in pending:
                seen.setdefault(start[:size], set()).add(length)
            known.update((start, next(iter(found))) for start, found in seen.items() if len(found) == 1)
            pending = {(start, length) for start, length in pending if len(seen[start[:size]]) > 1}
            if not pending:
                break
        return cls(known)


DEFAULT: Final = LengthProfile()
"""Nothing known: the written length decides."""

_DIGITS: Final = "0123456789"
_DOUBLED: Final = bytes.maketrans(b"0123456789", b"0246813579")
"""Each digit → the digit sum of its double."""


def luhn_digit(body: str) -> str:
    """Return the check digit that belongs after ``body`` (ISO/IEC 7812-1, annex B)."""
    digits = body.encode()
    summands = sum(digits[-1::-2].translate(_DOUBLED)) + sum(digits[-2::-2])
    return _DIGITS[(48 * len(digits) - summands) % 10]


def luhn_holds(digits: str) -> bool:
    """Return whether the last of ``digits`` is the Luhn check digit of those before it."""
    return luhn_digit(digits[:-1]) == digits[-1]


def plain_digits(text: str) -> str:
    """Return ``text`` without spaces, dashes and the F nibbles that fill up an ICCID at either end.

    Raises NotAnIdentifierError where anything else than digits 0 to 9 remains.
    """
    digits = text.strip().translate(_SEPARATORS).strip("Ff")
    if not (digits.isascii() and digits.isdigit()):
        raise NotAnIdentifierError(f"{text[:40]!r} is not a number")
    return digits


def iccid_body(text: str, profile: LengthProfile = DEFAULT) -> Read:
    """Read one ICCID as it is written and return its body.

    A check digit that does not fit is a warning, never a rejection. Raises NotAnIdentifierError where ``text`` is not
    18 to 20 digits that begin with 89, the industry code of telecommunications.
    """
    digits = plain_digits(text)
    if not 18 <= len(digits) <= 20:
        raise NotAnIdentifierError(f"{text[:40]!r} has {len(digits)} digits; an ICCID has 18 to 20")
    if not digits.startswith("89"):
        raise NotAnIdentifierError(f"{text[:40]!r} does not begin with 89, as every ICCID does")
    return body_of(digits, profile)


def body_of(digits: str, profile: LengthProfile = DEFAULT) -> Read:
    """Return the body of an ICCID given as 18 to 20 plain digits that begin with 89."""
    size = len(digits)
    length, odd = body_size(digits, size, profile)
    if size == length and not odd:
        return Read(digits)
    warnings = [odd] if odd else []
    if size > length and not luhn_holds(digits[: length + 1]):
        warnings.append(f"{digits}: the check digit should be {luhn_digit(digits[:length])}")
    if size == length + 2:
        warnings.append(f"{digits}: the last digit is taken for a filler after the check digit")
    return Read(digits[:length], tuple(warnings))


def body_size(start: str, size: int, profile: LengthProfile = DEFAULT) -> tuple[int, str]:
    """Return how many of the ``size`` digits of an ICCID beginning with ``start`` are its body, and a warning or ""."""
    known = profile.body_length(start)
    if known is not None and known <= size <= known + 2:
        return known, ""
    odd = "" if known is None else f"{start}: {size} digits, but SIMs of this issuer have {known} and a check digit"
    return (min(size, 18) if size < 20 else 19), odd


def imsi_digits(text: str) -> Read:
    """Read one IMSI (ITU-T E.212): up to 15 digits; the country code comes first, so it begins with 2 to 7 or 9.

    Raises NotAnIdentifierError where ``text`` is none.
    """
    digits = plain_digits(text)
    if not 6 <= len(digits) <= 15 or digits[0] not in "2345679":
        raise NotAnIdentifierError(f"{text[:40]!r} is not an IMSI: up to 15 digits that begin with a country code")
    short = () if len(digits) == 15 else (f"{digits}: an IMSI of {len(digits)} digits; most have 15",)
    return Read(digits, short)


def msisdn_digits(text: str) -> Read:
    """Read one MSISDN (ITU-T E.164) in international form, with ``+``, ``00`` or neither: 7 to 15 digits.

    Raises NotAnIdentifierError where ``text`` is none.
    """
    written = text.strip().translate(_SEPARATORS).replace("(0)", "").replace("(", "").replace(")", "").removeprefix("+")
    if not (written.isascii() and written.isdigit()):
        raise NotAnIdentifierError(f"{text[:40]!r} is not a number")
    digits = written.removeprefix("00")
    if not 7 <= len(digits) <= 15 or digits[0] == "0":
        raise NotAnIdentifierError(f"{text[:40]!r} is not an international number of 7 to 15 digits")
    return Read(digits)


def block_of(prefix: str, length: int) -> tuple[str, str]:
    """Return the first and last body of ``length`` digits that begin with ``prefix``."""
    free = length - len(prefix)
    return prefix + "0" * free, prefix + "9" * free
