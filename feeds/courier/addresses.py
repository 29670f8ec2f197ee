"""What counts as one plain e-mail address (RFC 5321 mailbox, RFC 6531 for other scripts), and in which form it is sent.

Who gets mail is not decided here.
"""

import re
from email.errors import HeaderParseError, MessageDefect
from email.headerregistry import Address
from functools import lru_cache

from feeds.courier.errors import AddressError

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_DOT_ATOM = re.compile(rf"{_ATOM}(?:\.{_ATOM})*")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029,;:<>()\[\]\\\"\ud800-\udfff]")
"""Characters that never stand in a plain address. Quoted local parts are legal mail but carry anything: refused."""

_DEVIATING = re.compile("[ßẞς\u200c\u200d]")
"""IDNA 2003 and 2008 lead these to different domains, so to different people."""


@lru_cache(maxsize=1024)
def plain_address(text: str) -> str:
    """Return ``text`` as one address in the form that goes over the wire: the domain in lower case ASCII (A-labels).

    The local part is kept as written. Raises AddressError where ``text`` is not exactly one plain address.
    """
    if len(text) > 254:
        raise AddressError("longer than the 254 characters that an address may have")
    if _FORBIDDEN.search(text):
        raise AddressError("not one plain address: it has a space, comma, bracket, quote or control character")
    if "=?" in text:
        raise AddressError(
            "not one plain address: it looks like an encoded word"
        )  # See ``email``: it would be decoded.
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        raise AddressError("not an address: it needs a name, an @ and a domain")
    domain = _ascii_domain(domain)
    if len(local.encode()) > 64:
        raise AddressError("not an address: the part before the @ is longer than 64 octets")
    if not _DOT_ATOM.fullmatch(local):
        _check_grammar(local, domain)
    if len(local.encode()) + 1 + len(domain) > 254:
        raise AddressError("longer than the 254 octets that an address may have")
    return f"{local}@{domain}"


def needs_utf8(address: str) -> bool:
    """Whether a server must offer SMTPUTF8 (RFC 6531) for a plain address."""
    return not address.isascii()


def _ascii_domain(domain: str) -> str:
    if not domain.isascii():
        if _DEVIATING.search(domain):
            raise AddressError("not an address: the domain can be read in two ways: write it in its xn-- form")
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise AddressError("not an address: the domain is not a valid international name") from error
    domain = domain.lower()
    if len(domain) > 253 or not all(_LABEL.fullmatch(label) for label in domain.split(".")):
        raise AddressError("not an address: the domain is not a valid host name")
    return domain


def _check_grammar(local: str, domain: str) -> None:
    # The parser of the standard library knows ASCII only; letters of other scripts are atoms like any other (RFC 6532).
    stand_in = "".join(char if char.isascii() else "x" for char in local)
    try:
        parsed = Address(addr_spec=f"{stand_in}@{domain}")
    except (ValueError, IndexError, HeaderParseError, MessageDefect) as error:
        raise AddressError("not an address by RFC 5322") from error
    if parsed.addr_spec != f"{stand_in}@{domain}":
        raise AddressError("not an address by RFC 5322")
