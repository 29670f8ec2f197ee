from __future__ import annotations

from typing import Any


def test_info_shows_the_hub_and_its_feeds(run: Any, table_hub: Any) -> None:
    table_hub.rows["feeds"] = [{"key": "noc", "kind": "alarms", "events": 17}]
    outcome = run("info", "--hub", table_hub.url)
    assert outcome.code == 0
    assert "yes, vaken 9, instance ab" in outcome.out
    assert "noc" in outcome.out
    assert "17" in outcome.out


def test_info_without_a_hub_says_so_and_is_done(run: Any) -> None:
    outcome = run("info", "--hub", "http://127.0.0.1:9")
    assert outcome.code == 0
    assert "no: no hub answers at http://127.0.0.1:9" in outcome.out
    assert outcome.err == ""
