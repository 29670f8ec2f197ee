"""Facts of the numbering plans: which country codes exist, which blocks hold machines only. Small tables, no I/O.

python-stdnum and phonenumbers know more and are slower by far; tests hold these tables against them.
"""

import re
from typing import Final


def _codes(text: str) -> frozenset[str]:
    found: list[str] = []
    for part in text.split():
        low, _, high = part.partition("-")
        found += [f"{code:0{len(low)}d}" for code in range(int(low), int(high or low) + 1)]
    return frozenset(found)


MOBILE_COUNTRIES: Final = _codes(
    "001 202 204 206 208 212-214 216 218-222 225 226 228 230-232 234 235 238 240 242 244 246-248 250 255 257 259 "
    "260 262 266 268 270 272 274 276 278 280 282-284 286 288-290 292-295 297 302 308 310-316 330 332 334 338 340 "
    "342 344 346 348 350 352 354 356 358 360 362-366 368 370 372 374 376 400-402 404-406 410 412-432 434 436-438 "
    "440 441 450 452 454-457 460 461 466 467 470 472 502 505 510 514 515 520 525 528 530 536 537 539-555 602-655 "
    "657-659 702 704 706 708 710 712 714 716 722 724 730 732 734 736 738 740 742 744 746 748 750 901 902 991 995 "
    "999"
)
"""Mobile country codes (ITU-T E.212, list of assignments).

001: test networks; 901, 902, 991 and 995: shared ones; 999: private ones.
"""

CALLING: Final = _codes(
    "1 7 20 27 30-34 36 39-41 43-49 51-58 60-66 81 82 84 86 90-95 98 211-213 216 218 220-258 260-269 290 291 "
    "297-299 350-359 370-378 380-383 385-387 389 420 421 423 500-509 590-599 670 672-683 685-692 800 808 850 852 "
    "853 855 856 870 878 880 881-883 886 888 960-968 970-977 979 992-996 998"
)
"""Country codes of telephone numbers (ITU-T E.164, list of assignments), with those of global networks."""

_MACHINES: Final = {
    # Sweden (PTS: 719), Norway (Nkom: 58 and 59, 12 digits), the Netherlands (ACM: 097), Denmark (37, 12 digits),
    # France (ARCEP: 0700), global networks (ITU-T E.164.1)
    "46719": range(13, 16),
    "4758": range(14, 15),
    "4759": range(14, 15),
    "3197": range(13, 14),
    "4537": range(14, 15),
    "33700": range(15, 16),
    "882": range(9, 16),
    "883": range(9, 16),
}
"""How numbers of machines begin, and how many digits they have with the country code (national numbering plans)."""

_MACHINE_STARTS: Final = tuple(_MACHINES)

BARE_MACHINE: Final = r"46719[0-9]{8,10}|475[89][0-9]{10}|3197[0-9]{9}|4537[0-9]{10}"
"""Those long and regular enough to be known without a plus."""

_DEVICE_STARTS: Final = ("35", "86", "01", "99", "91", "98", "49", "44", "45", "52", "53")
"""First digits of most IMEIs: the body that gave the type its number (GSMA TS.06)."""

_CARD_STARTS: Final = ("34", "37", "30", "36", "38")
"""First digits of payment cards of 14 and 15 digits (ISO/IEC 7812)."""

_DATE: Final = re.compile(r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])(?:[01][0-9]|2[0-3])")


def has_calling_code(digits: str) -> bool:
    """Return whether ``digits`` begin with a country code of E.164."""
    return digits[:1] in ("1", "7") or digits[:2] in CALLING or digits[:3] in CALLING


def has_mobile_country(digits: str) -> bool:
    """Return whether ``digits`` begin with a mobile country code."""
    return digits[:3] in MOBILE_COUNTRIES


def is_machine(digits: str) -> bool:
    """Return whether an international number without plus is in a block for machines."""
    return digits.startswith(_MACHINE_STARTS) and any(
        len(digits) in sizes for start, sizes in _MACHINES.items() if digits.startswith(start)
    )


def like_device(digits: str) -> bool:
    """Return whether 15 digits begin as the IMEI of a device or the number of a payment card does."""
    return digits.startswith(_DEVICE_STARTS) or digits.startswith(_CARD_STARTS)


def like_date(digits: str) -> bool:
    """Return whether ``digits`` begin with a date and an hour, as time stamps do."""
    return _DATE.match(digits) is not None
