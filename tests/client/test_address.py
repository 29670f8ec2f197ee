import pytest

from feeds.client import ClientError
from feeds.client.address import is_this_machine, proxy_for, stream_url


@pytest.mark.parametrize(
    ("url", "stream"),
    [
        ("http://hub:8425", "ws://hub:8425/v1/stream?who=jl"),
        ("https://hub", "wss://hub/v1/stream?who=jl"),
        ("ws://[::1]:8425/", "ws://[::1]:8425/v1/stream?who=jl"),
        ("https://ops.example/vaken/", "wss://ops.example/vaken/v1/stream?who=jl"),
    ],
)
def test_the_stream_stands_under_the_address_that_people_give(url: str, stream: str) -> None:
    assert stream_url(url, "jl") == stream


def test_a_name_cannot_break_out_of_its_place() -> None:
    assert stream_url("http://hub:1", "a&b=c/å").endswith("?who=a%26b%3Dc%2F%C3%A5")


@pytest.mark.parametrize(
    "url", ["", "hub:8425", "ftp://hub", "http://", "http://hub:99999", "http://hub/?a=b", "http://[x"]
)
def test_what_is_no_address_is_named_as_such(url: str) -> None:
    with pytest.raises(ClientError, match="no address of a hub"):
        stream_url(url, "jl")


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://localhost", "http://[::1]:5"])
def test_no_proxy_is_asked_for_this_machine(url: str) -> None:
    assert is_this_machine(url)
    assert proxy_for(url) is None


def test_the_proxy_of_the_system_is_used_for_others() -> None:
    assert proxy_for("http://hub.example:8425") is True
