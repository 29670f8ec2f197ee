"""In which code a text file is written, and its bytes as UTF-8. What the text says is the formats' work.

Spreadsheets write UTF-8, UTF-16 and, in western Europe, Windows-1252. Where it cannot be told, nothing is guessed:
a name with wrong letters would be a wrong customer.
"""

import codecs
import re
from collections.abc import Callable
from typing import BinaryIO, Final

from feeds.sources.errors import Malformed

BLOCK: Final = 1 << 20
"""Bytes read at a time."""

_SAMPLE: Final = 1 << 16
_INSIDE: Final = re.compile(r"(?<=[^\W\d_])[^\w\x00-\x7f’´·‑–—…°](?=[^\W\d_])")
"""A sign between two letters that does not stand there in any text: it is a letter in another code."""


class UnknownEncoding(Malformed):
    """It cannot be told in which code a file is written."""


def encoding_of(file: BinaryIO) -> str:
    """Return the Python name of the code that ``file`` is written in: utf-8-sig, utf-16-le, utf-16-be or cp1252.

    Reads the file to its end, in blocks, and leaves it at its start. Raises UnknownEncoding.
    """
    start = file.read(_SAMPLE)
    file.seek(0)
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise UnknownEncoding("the file is UTF-32; save it as CSV UTF-8")
    wide = _wide(start)
    if wide:
        _proved(file, wide)
        return wide
    decoder = codecs.getincrementaldecoder("utf-8")()
    at = 0
    clean_so_far = True  # nothing but ASCII, so that the decoder holds no part of a character
    while block := file.read(BLOCK):
        if not (clean_so_far and block.isascii()):
            clean_so_far = False
            try:
                decoder.decode(block)
            except UnicodeDecodeError as error:
                file.seek(0)
                _proved_western(file, at + error.start)
                return "cp1252"
        at += len(block)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise UnknownEncoding("the file ends in the middle of a UTF-8 character: it is cut off") from None
    file.seek(0)
    return "utf-8-sig"


def _wide(start: bytes) -> str:
    """Return which UTF-16 a file begins as, with or without a byte order mark; empty for none."""
    if start.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if start.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    half = len(start) // 2
    # Digits and dividers are most of an inventory: every second byte of theirs is zero.
    if half >= 4 and start[1::2].count(0) > 0.7 * half and start[::2].count(0) < 0.1 * half:
        return "utf-16-le"
    if half >= 4 and start[::2].count(0) > 0.7 * half and start[1::2].count(0) < 0.1 * half:
        return "utf-16-be"
    return ""


def _proved(file: BinaryIO, code: str) -> None:
    decoder = codecs.getincrementaldecoder(code)()
    try:
        while block := file.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise UnknownEncoding("the file begins as UTF-16 and does not go on so; save it as CSV UTF-8") from None
    file.seek(0)


def _proved_western(file: BinaryIO, place: int) -> None:
    """Raise UnknownEncoding where the text is no plausible Windows-1252 either: other codes have other letters there.

    In Windows-1252 the letters of western languages stand where the old codes of DOS and Mac have signs, so a sign in
    the middle of a word betrays one of those.
    """
    told = (
        f"byte {place:,} is not UTF-8, and the letters make no sense as Windows-1252 either: "
        "it cannot be told in which code the file is; save it as CSV UTF-8"
    )
    tail = ""
    while block := file.read(BLOCK):
        try:
            text = tail + block.decode("cp1252")
        except UnicodeDecodeError:
            raise UnknownEncoding(told) from None
        if not block.isascii() and _INSIDE.search(text):
            raise UnknownEncoding(told)
        tail = text[-2:]
    file.seek(0)


class Utf8Blocks:
    """The bytes of a text file as UTF-8, without byte order mark, block by block. ``position``: bytes of the file."""

    def __init__(self, file: BinaryIO, read: Callable[[int], None] = lambda position: None) -> None:
        """Find out the code of ``file``; ``read`` is told how far reading came. Raises UnknownEncoding."""
        self._file = file
        self._read = read
        self._position = 0
        code = encoding_of(file)
        self._decoder = None if code == "utf-8-sig" else codecs.getincrementaldecoder(code)()
        self._first = True
        self.code = code

    def next(self) -> bytes:
        """Return some whole or cut characters as UTF-8; empty at the end."""
        while True:
            block = self._file.read(BLOCK)
            self._position += len(block)
            if block:
                self._read(self._position)
            text = block
            if self._decoder is not None:
                # A lone surrogate cannot come out of a decoder, so this always has a form in UTF-8.
                text = self._decoder.decode(block, final=not block).encode()
            if self._first:
                self._first = False
                text = text.removeprefix(codecs.BOM_UTF8)
            if text or not block:
                return text
