"""Trouble that lasts is said once."""

from feeds.hub.trouble import Trouble


def test_what_goes_wrong_again_is_said_once_and_news_is_said_again() -> None:
    said: list[str] = []
    trouble = Trouble(said.append)
    assert not trouble
    trouble.say(OSError("full"), "the disk is full")
    trouble.say(OSError("full"), "the disk is full")
    assert trouble
    trouble.say(OSError("read only"), "the disk takes nothing")
    trouble.over()
    assert not trouble
    trouble.say(OSError("read only"), "the disk takes nothing")
    assert said == ["the disk is full", "the disk takes nothing", "the disk takes nothing"]
