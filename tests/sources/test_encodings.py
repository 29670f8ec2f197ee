"""In which code a file is written is told from its bytes, or said not to be tellable."""

import codecs
import io

import pytest

from feeds.sources.encodings import BLOCK, UnknownEncoding, encoding_of

TEXT = "first,last,customer\n894620002000000000,894620002000000999,Kraftverk Åmål\n"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"first,last\n1,2\n", "utf-8-sig"),
        (TEXT.encode(), "utf-8-sig"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8-sig"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16-le"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (TEXT.encode("cp1252"), "cp1252"),
        (b"x" * (BLOCK - 1) + "Å\n".encode(), "utf-8-sig"),
        (b"x" * BLOCK + "Åmål\n".encode("cp1252"), "cp1252"),
    ],
)
def test_the_code_is_told_from_the_bytes_and_the_file_is_left_at_its_start(data: bytes, code: str) -> None:
    file = io.BytesIO(data)
    assert encoding_of(file) == code
    assert file.tell() == 0


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (TEXT.encode("utf-32"), "UTF-32"),
        (TEXT.encode()[:-1] + "Å".encode()[:1], "cut off"),
        (codecs.BOM_UTF16_LE + b"\x00\xd8\x00\x00", "does not go on"),
        (TEXT.encode("cp850"), "cannot be told"),
        (b"first\x81last \xff\n", "cannot be told"),
    ],
)
def test_where_it_cannot_be_told_nothing_is_guessed(data: bytes, why: str) -> None:
    with pytest.raises(UnknownEncoding, match=why):
        encoding_of(io.BytesIO(data))
