"""The plain twin against a hub on a real socket."""

from __future__ import annotations

import json
import signal
import socket as sockets
from pathlib import Path
from typing import Any

from tui.cli.child_hub import ChildHub
from tui.cli.tail import FOLLOWED
from tui.cli.web import post


def row(key: str, what: str = "x") -> dict[str, Any]:
    return {"key": key, "at": "2026-03-01T12:00:00Z", "who": "jl", "what": what}


def feed(key: str, **fields: Any) -> dict[str, Any]:
    return {"key": key, "kind": "alarms", **fields}


# --once


def test_once_prints_the_rows_of_now_and_ends(run: Any, table_hub: Any) -> None:
    table_hub.rows["feeds"] = [feed("noc", events=3), feed("zammad")]
    outcome = run(
        "tail", "feeds", "--once", "--json", "--hub", table_hub.url, "--filter", "kind:alarms", "--sort", "-key"
    )
    assert (outcome.code, outcome.err) == (0, "")
    found = [json.loads(line) for line in outcome.out.splitlines()]
    assert [(r["view"], r["key"], r["events"]) for r in found] == [("feeds", "noc", 3), ("feeds", "zammad", 0)]
    assert (table_hub.asked[0]["filter"], table_hub.asked[0]["sort"]) == ("kind:alarms", "-key")


def test_once_prints_aligned_lines_for_people(run: Any, table_hub: Any) -> None:
    table_hub.rows["timeline"] = [row("1", "declared"), row("2", "told 15 customers")]
    outcome = run("tail", "timeline", "--of", "O-1", "--once", "--hub", table_hub.url)
    head, first, second = outcome.out.splitlines()
    assert head.split() == ["AT", "WHO", "WHAT"]
    assert first[head.index("WHAT") :] == "declared"
    assert second[head.index("WHAT") :] == "told 15 customers"


def test_once_prints_all_rows_up_to_the_limit(run: Any, table_hub: Any) -> None:
    table_hub.rows["feeds"] = [feed(f"f{n:04}") for n in range(2500)]
    outcome = run("tail", "feeds", "--once", "--json", "--hub", table_hub.url, "--limit", "10000")
    assert [json.loads(line)["key"] for line in outcome.out.splitlines()] == [f"f{n:04}" for n in range(2500)]
    outcome = run("tail", "feeds", "--once", "--json", "--hub", table_hub.url, "--limit", "1200")
    assert len(outcome.out.splitlines()) == 1200
    assert outcome.err == "vaken: cut: 2,500 rows, the first 1,200 are shown (--limit)\n"


def test_once_of_an_empty_view_prints_no_row_and_is_done(run: Any, table_hub: Any) -> None:
    outcome = run("tail", "feeds", "--once", "--json", "--hub", table_hub.url)
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")


def test_a_filter_that_the_hub_refuses_is_wrong_use(run: Any, table_hub: Any) -> None:
    table_hub.refuse = "filter: unknown key colour at 4"
    outcome = run("tail", "feeds", "--once", "--hub", table_hub.url, "--filter", "colour:red")
    assert (outcome.code, outcome.sentence) == (2, "filter: unknown key colour at 4")
    assert outcome.out == ""
    outcome = run("tail", "feeds", "--hub", table_hub.url, "--filter", "colour:red")
    assert (outcome.code, outcome.sentence) == (2, "filter: unknown key colour at 4")


def test_once_without_a_hub_fails_with_a_sentence(run: Any) -> None:
    with sockets.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    outcome = run("tail", "feeds", "--once", "--hub", f"http://127.0.0.1:{port}")
    assert outcome.code == 1
    assert outcome.sentence == (
        f"the hub at http://127.0.0.1:{port} cannot be reached: nothing listens at 127.0.0.1:{port}"
    )
    assert outcome.out == ""


def test_rows_that_cannot_be_read_are_a_failure_after_the_others(run: Any, table_hub: Any) -> None:
    table_hub.rows["feeds"] = [feed("noc"), {"key": "odd", "events": "many"}]
    outcome = run("tail", "feeds", "--once", "--json", "--hub", table_hub.url)
    assert outcome.code == 1
    assert json.loads(outcome.out)["key"] == "noc"
    assert "1 row could not be read" in outcome.err


# Following


def test_following_prints_what_is_new_changed_or_gone_until_ctrl_c(spawn: Any, table_hub: Any) -> None:
    table_hub.rows["timeline"] = [row("a"), row("b")]
    process = spawn("tail", "timeline", "--of", "O-1", "--json", "--hub", table_hub.url)

    def line() -> dict[str, Any]:
        found: dict[str, Any] = json.loads(process.stdout.readline())
        return found

    assert [line()["key"], line()["key"]] == ["a", "b"]
    table_hub.say(total=2, set={"a": row("a", "new"), "c": row("c")}, gone=["b"], order=["c", "a"])
    assert [(line()["key"]), line()["what"]] == ["c", "new"]
    assert line() == {"view": "timeline", "gone": "b"}
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_reader_that_goes_away_ends_it_quietly(spawn: Any, table_hub: Any) -> None:
    table_hub.rows["feeds"] = [feed("noc")]
    process = spawn("tail", "feeds", "--json", "--hub", table_hub.url)
    process.stdout.readline()
    process.stdout.close()
    table_hub.say(total=1, set={"noc": feed("noc", events=1)})
    assert process.wait(timeout=20) == 0
    assert process.stderr.read() == ""


def test_a_lost_link_is_said_on_stderr_and_the_rows_are_not_printed_again(spawn: Any, table_hub: Any) -> None:
    table_hub.rows["feeds"] = [feed("noc"), feed("zammad")]
    process = spawn("tail", "feeds", "--json", "--hub", table_hub.url)
    assert json.loads(process.stdout.readline())["key"] == "noc"
    assert json.loads(process.stdout.readline())["key"] == "zammad"
    table_hub.rows["feeds"] = [feed("noc", events=5), feed("zammad")]
    table_hub.follower()[0].close(1012, "the hub restarts")
    lost = f"no connection to {table_hub.url}: the hub closed the connection (1012: the hub restarts); trying again"
    assert process.stderr.readline() == f"vaken: {lost}\n"
    assert process.stderr.readline() == f"vaken: connected to {table_hub.url}\n"
    found = json.loads(process.stdout.readline())
    assert (found["key"], found["events"]) == ("noc", 5)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_list_that_is_longer_than_a_window_is_followed_as_several(spawn: Any, table_hub: Any) -> None:
    table_hub.rows["feeds"] = [feed(f"f{n:05}") for n in range(FOLLOWED + 3)]
    process = spawn("tail", "feeds", "--json", "--limit", FOLLOWED + 100, "--hub", table_hub.url)
    keys = [json.loads(process.stdout.readline())["key"] for _ in range(FOLLOWED + 3)]
    assert keys == [f"f{n:05}" for n in range(FOLLOWED + 3)]
    assert [asked["window"] for asked in table_hub.asked] == [[0, FOLLOWED], [FOLLOWED, 100]]
    table_hub.say(1, total=FOLLOWED + 3, set={f"f{FOLLOWED:05}": feed(f"f{FOLLOWED:05}", events=9)})
    changed = json.loads(process.stdout.readline())
    assert (changed["key"], changed["events"]) == (f"f{FOLLOWED:05}", 9)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")


def test_what_goes_from_one_window_to_the_next_is_not_said_to_be_gone(spawn: Any, table_hub: Any) -> None:
    table_hub.rows["feeds"] = [feed(f"f{n:05}") for n in range(FOLLOWED + 1)]
    process = spawn("tail", "feeds", "--json", "--limit", FOLLOWED + 100, "--hub", table_hub.url)
    for _ in range(FOLLOWED + 1):
        process.stdout.readline()
    # A new first row pushes the last one of the first window into the second.
    pushed = f"f{FOLLOWED - 1:05}"
    table_hub.follower(1)
    table_hub.say(1, total=FOLLOWED + 2, set={pushed: feed(pushed)}, order=[pushed, f"f{FOLLOWED:05}"])
    order = ["new", *(f"f{n:05}" for n in range(FOLLOWED - 1))]
    table_hub.say(0, total=FOLLOWED + 2, set={"new": feed("new")}, gone=[pushed], order=order)
    assert json.loads(process.stdout.readline())["key"] == "new"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_list_that_is_followed_and_cut_says_so_once(spawn: Any, table_hub: Any) -> None:
    table_hub.rows["feeds"] = [feed("a"), feed("b"), feed("c")]
    process = spawn("tail", "feeds", "--json", "--limit", 2, "--hub", table_hub.url)
    assert [json.loads(process.stdout.readline())["key"] for _ in range(2)] == ["a", "b"]
    assert process.stderr.readline() == "vaken: cut: 3 rows, the first 2 are shown (--limit)\n"
    table_hub.say(total=4, set={"a": feed("a", events=1)})
    assert json.loads(process.stdout.readline())["events"] == 1
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")


# With a real hub


def test_the_plain_twin_sees_what_the_hub_was_told(run: Any, tmp_path: Path) -> None:
    with ChildHub(tmp_path / "data", None) as child:
        url = child.wait_ready()
        alarm = {"source": "noc", "id": "7", "managed_object": "pgw-sto-1", "severity": "major"}
        post(url, "/v1/alarms", json.dumps(alarm).encode())
        found = json.loads(run("tail", "alarms", "--once", "--json", "--hub", url).out)
        assert (found["view"], found["key"], found["severity"]) == ("alarms", "noc/7", "major")
        outcome = run("tail", "alarms", "--once", "--hub", url, "--filter", "colour:red")
        assert outcome.code == 2
        assert "colour" in outcome.sentence
