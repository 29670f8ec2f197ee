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


def test_info_shows_each_value_of_the_hub_with_its_origin_and_no_secret(run: Any, tmp_path: Any) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[zammad]\nsecret = "hunter2"\n[limits]\nqueue_facts = 5000\n')
    outcome = run("info", "--config", str(config), "--hub", "http://127.0.0.1:9")
    assert outcome.code == 0
    lines = {line.split()[0]: line.strip() for line in outcome.out.splitlines() if line.strip()}
    assert lines["limits.queue_facts"].endswith("5000  (file)")
    assert lines["limits.snapshot_every"].endswith("50000  (default)")
    assert lines["zammad.secret"].endswith("set, not shown  (file)")
    assert "hunter2" not in outcome.out


def test_info_says_what_is_wrong_with_a_configuration(run: Any, tmp_path: Any) -> None:
    config = tmp_path / "config.toml"
    config.write_text("[limits]\nqueue_facts = 'many'\n")
    outcome = run("info", "--config", str(config), "--hub", "http://127.0.0.1:9")
    assert outcome.code == 0
    assert "limits.queue_facts" in outcome.out
