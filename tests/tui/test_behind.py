"""What the head of every screen says when the hub does not keep up."""

from datetime import UTC, datetime

from feeds.client import Link, LinkState
from tui.panes.header import banner

NOW = datetime(2026, 3, 1, 2, tzinfo=UTC)


def said(**more: float | str) -> str:
    return banner(Link(LinkState.LIVE, NOW, **more), "http://hub", NOW).plain  # type: ignore[arg-type]


def test_a_hub_that_is_behind_says_so_and_a_moment_is_no_news() -> None:
    assert said(lag=0.4) == ""
    assert said(lag=7.2) == " hub is 7 s behind: what came since is not shown yet"
    assert said(degraded="the disk is full") == " hub: the disk is full"
    assert said(degraded="the disk is full", shed=1_234) == " hub, 1,234 payloads kept out: the disk is full"
    assert said(lag=7.2, shed=1) == " hub is 7 s behind, 1 payload kept out: what came since is not shown yet"
    assert "disk" in said(lag=7.2, degraded="the disk is full"), "what is worse goes first"
