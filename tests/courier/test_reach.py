"""Which machines a customer's address may lead to."""

import socket

import pytest

from feeds.courier.channels.reach import AddressRefused, is_public, public_socket


@pytest.mark.parametrize(
    "address",
    [
        *(
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "224.0.0.1",
        ),
        *("::1", "::", "fe80::1%eth0", "fc00::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "2002:7f00:1::"),
        *("64:ff9b::a00:1", "255.255.255.255", "not an address"),
    ],
)
def test_an_address_around_the_hub_is_not_public_in_whatever_form_it_is_written(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


def test_no_socket_is_made_for_an_address_that_is_not_public() -> None:
    with pytest.raises(AddressRefused, match=r"10\.0\.0\.1 is not an address of the public Internet"):
        public_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("10.0.0.1", 443)))
    public_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("8.8.8.8", 443))).close()
