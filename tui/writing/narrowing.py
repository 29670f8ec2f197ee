"""Writing down whom an update goes to, in one line, the way filters are written: ``country:SE,NO use:metering vip``.

Keys: ``country`` (ISO 3166-1), ``use``, ``channel``, ``only`` and ``without`` (customers' ids); the word ``vip``.
Several values of one key are alternatives; ids with blanks or commas stand in double quotes.
"""

import re

from feeds.model import ContactChannel, Narrowing

_VALUE = r'"[^"]*"|[^\s,"]+'
_TOKEN = re.compile(rf"\s*(?:(?P<key>[a-z]+):(?P<values>(?:{_VALUE})(?:,(?:{_VALUE}))*)?|(?P<word>\S+))(?=\s|$)", re.I)
_VALUES = re.compile(_VALUE)

KEYS = ("country", "use", "channel", "only", "without")
HELP = "country:SE,NO  use:metering  vip  channel:e-mail,sms  only:ID  without:ID"


class BadNarrowing(ValueError):
    """What was written narrows nothing; the message says what does."""


def read_narrowing(text: str) -> Narrowing:
    """Return what ``text`` says; an empty one narrows nothing. Raises BadNarrowing."""
    values: dict[str, list[str]] = {key: [] for key in KEYS}
    vips, place = False, 0
    while text[place:].strip():
        found = _TOKEN.match(text, place)
        if found is None:
            raise BadNarrowing(f"cannot be read from here: {text[place:].strip()[:30]}")
        place = found.end()
        key, word = (found["key"] or "").lower(), found["word"]
        if word is not None:
            if word.lower() not in ("vip", "vips"):
                raise BadNarrowing(f"'{word[:30]}' is not known; {HELP}")
            vips = True
        elif key not in values:
            raise BadNarrowing(f"'{key[:30]}:' is not known; {HELP}")
        elif not found["values"]:
            raise BadNarrowing(f"'{key}:' names nobody; {HELP}")
        else:
            values[key] += [one.strip('"') for one in _VALUES.findall(found["values"])]
    return Narrowing(
        countries=tuple(dict.fromkeys(one.upper() for one in values["country"])),
        uses=tuple(dict.fromkeys(values["use"])),
        vips=vips,
        only=tuple(dict.fromkeys(values["only"])),
        without=tuple(dict.fromkeys(values["without"])),
        channels=tuple(dict.fromkeys(_channel(one) for one in values["channel"])),
    )


def _channel(name: str) -> ContactChannel:
    name = "e-mail" if name.lower() in ("email", "mail") else name.lower()
    try:
        return ContactChannel(name)
    except ValueError:
        known = ", ".join(one.value for one in ContactChannel if one is not ContactChannel.PHONE)
        raise BadNarrowing(f"'{name[:30]}' is no channel: {known}") from None


def write_narrowing(narrowing: Narrowing) -> str:
    """Return the line that ``read_narrowing`` reads as ``narrowing``; a value with a double quote in it is left out."""
    channels = tuple(one.value for one in narrowing.channels)
    values = zip(KEYS, (narrowing.countries, narrowing.uses, channels, narrowing.only, narrowing.without), strict=True)
    parts = [f"{key}:{','.join(map(_quoted, held))}" for key, held in values if held]
    return " ".join([*parts, *(["vip"] if narrowing.vips else [])])


def _quoted(value: str) -> str:
    return value if re.fullmatch(r"[^\s,\"]+", value) else f'"{value}"'


def with_without(text: str, customer: str) -> str:
    """Return ``text`` so that it leaves ``customer`` (an id) out as well. Raises BadNarrowing."""
    if customer in read_narrowing(text).without or '"' in customer:
        return text
    return f"{text.rstrip()} without:{_quoted(customer)}".strip()
