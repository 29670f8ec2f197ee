"""One plain address, or a clear no."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.courier import AddressError
from feeds.courier.addresses import needs_utf8, plain_address


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("ops@acme.example", "ops@acme.example"),
        ("Ops.Team+iot@ACME.Example", "Ops.Team+iot@acme.example"),
        ("o'brien=x@localhost", "o'brien=x@localhost"),
        ("noc@bücher.example", "noc@xn--bcher-kva.example"),
        ("jörg@acme.example", "jörg@acme.example"),
    ],
)
def test_a_plain_address_is_kept_with_its_domain_as_it_goes_over_the_wire(written: str, sent: str) -> None:
    assert plain_address(written) == sent


@pytest.mark.parametrize(
    "text",
    [
        "",
        "acme.example",
        "@acme.example",
        "ops@",
        "ops@@acme.example",
        "a@b@acme.example",
        "a@acme.example,b@acme.example",
        "a@acme.example; b@acme.example",
        "Ops <ops@acme.example>",
        "ops@acme.example\r\nBcc: all@acme.example",
        "ops\x00@acme.example",
        "ops @acme.example",
        "ops@acme .example",
        '"a b"@acme.example',
        "ops(comment)@acme.example",
        ".ops@acme.example",
        "ops..team@acme.example",
        "ops@-acme.example",
        "ops@acme..example",
        "ops@acme_.example",
        "ops@[127.0.0.1]",
        "ops@straße.example",
        "ops@" + "a" * 64 + ".example",
        "a" * 65 + "@acme.example",
        "ops@" + "a." * 130 + "example",
        "ops\ud800@acme.example",
        "=?utf-8?q?a=0D=0ABcc=3A_b?=@acme.example",
        "ops\u202e@acme.example ",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(AddressError):
        plain_address(text)


@given(st.text(max_size=40) | st.emails())
def test_what_is_taken_never_holds_what_could_begin_another_address_or_header(text: str) -> None:
    try:
        address = plain_address(text)
    except AddressError:
        return
    assert address.count("@") == 1
    assert not set(address) & set(' \t\r\n,;:<>()[]\\"\x00')
    assert plain_address(address) == address


def test_only_a_name_in_another_script_needs_smtputf8() -> None:
    assert needs_utf8(plain_address("jörg@acme.example"))
    assert not needs_utf8(plain_address("noc@bücher.example"))
