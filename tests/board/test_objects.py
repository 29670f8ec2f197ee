"""Object rules: which rule fits, what its stars stand for, and where alarms stand because of it."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.board import Board, Touched, objects
from feeds.board.objects import ObjectTable
from feeds.facts import AlarmReported, Entry, Fact, ObjectsStated, OutageSuspected, RangesStated
from feeds.model import AlarmEvent, ObjectRule, Severity, SimRange
from tests.extent import examples

START = datetime(2026, 2, 3, 1, 2, 3, tzinfo=UTC)


def table(*rules: ObjectRule) -> ObjectTable:
    made = ObjectTable()
    made.state(rules)
    return made


def rule(pattern: str, source: str = "", **attributes: str) -> ObjectRule:
    return ObjectRule(pattern, attributes, source)


@pytest.mark.parametrize(
    ("pattern", "name", "stars"),
    [
        ("pgw-sto-1", "pgw-sto-1", ""),
        ("pgw-*", "pgw-sto-1", "sto-1"),
        ("pgw-*", "pgw-", ""),
        ("*", "anything", "anything"),
        ("*-1", "pgw-sto-1", "pgw-sto"),
        ("*sto*", "pgw-sto-1", "pgw-|-1"),
        ("*-*", "pgw-sto-1", "pgw|sto-1"),
        ("pgw-*-*", "pgw-sto-1", "sto|1"),
        ("a*a", "aaaa", "aa"),
        ("a**b", "axb", "|x"),
        ("[x]*.(y)", "[x]1.(y)", "1"),
    ],
)
def test_each_star_stands_for_any_characters_as_few_as_can_be_but_the_last(pattern: str, name: str, stars: str) -> None:
    values = {str(n): f"<{{{n}}}>" for n in range(1, pattern.count("*") + 1)}
    found = table(rule(pattern, **values, apn="x")).attributes("nms", name)
    assert found == {str(n): f"<{part}>" for n, part in enumerate(stars.split("|"), start=1) if values} | {"apn": "x"}


@pytest.mark.parametrize(
    ("pattern", "name"),
    [("pgw-1", "pgw-11"), ("a*a", "a"), ("*ab*ab*", "xabx"), ("PGW-*", "pgw-1"), ("a*b*c", "acb"), ("x.z", "xyz")],
)
def test_what_does_not_fit_serves_nothing(pattern: str, name: str) -> None:
    assert table(rule(pattern, apn="x")).attributes("nms", name) == {}


def test_the_first_rule_in_the_order_of_the_file_counts() -> None:
    rules = (rule("pgw-*", apn="any"), rule("pgw-1", apn="exact"), rule("*", apn="all"), rule("pgw-1", apn="late"))
    assert table(*rules).attributes("nms", "pgw-1") == {"apn": "any"}
    assert table(*rules[1:]).attributes("nms", "pgw-1") == {"apn": "exact"}
    assert table(*rules[2:]).attributes("nms", "pgw-1") == {"apn": "all"}
    assert table(rule("lab-*"), *rules).attributes("nms", "lab-1") == {}, "a rule may say: serves nothing"


def test_a_rule_of_one_source_is_for_its_alarms_only() -> None:
    made = table(rule("pgw-*", "huawei", apn="h"), rule("pgw-1", "nokia", apn="n"), rule("pgw-*", apn="all"))
    assert made.attributes("huawei", "pgw-1") == {"apn": "h"}
    assert made.attributes("nokia", "pgw-1") == {"apn": "n"}
    assert made.attributes("nokia", "pgw-2") == {"apn": "all"}
    assert made.attributes("nms", "pgw-1") == {"apn": "all"}


def test_what_is_empty_or_too_long_with_its_stars_put_in_is_left_out() -> None:
    made = table(rule("pgw-*", site="{1}", far="{1}" * 40, apn="{2}{x}"))
    assert made.attributes("nms", "pgw-") == {"apn": "{2}{x}"}
    assert set(made.attributes("nms", "pgw-" + "s" * 20)) == {"site", "apn"}


def test_rules_are_replaced_as_a_whole_and_what_was_looked_up_is_forgotten() -> None:
    made = table(rule("pgw-*", apn="x"))
    assert made.attributes("nms", "pgw-1") == {"apn": "x"}
    assert made.state((rule("pgw-*", apn="y"),)) is True
    assert made.attributes("nms", "pgw-1") == {"apn": "y"}
    assert made.state((rule("pgw-*", apn="y"),)) is False
    assert made.version == 2


def test_an_index_that_was_prepared_is_used_only_for_its_rules() -> None:
    made, rules = ObjectTable(), (rule("a*", apn="x"),)
    made.prepare(rules)
    made.state((rule("a*", apn="y"),))
    assert made.attributes("nms", "a1") == {"apn": "y"}
    made.prepare(rules)
    made.state(rules)
    assert made.attributes("nms", "a1") == {"apn": "x"}


letters = st.text("ab-", max_size=6)
patterns = st.text("ab-*", min_size=1, max_size=7)


def naive(rules: list[ObjectRule], source: str, name: str) -> dict[str, str]:
    for one in rules:
        parts = one.object.split("*")
        lazy = "".join(
            f"({'.*' if at == len(parts) - 1 else '.*?'}){re.escape(part)}" for at, part in enumerate(parts) if at
        )
        found = re.fullmatch(re.escape(parts[0]) + lazy, name) if one.source in ("", source) else None
        if found is not None:
            return {"n": one.attributes["n"]} | ({"star": found[1]} if found.groups() and found[1] else {})
    return {}


@given(st.lists(st.tuples(patterns, st.sampled_from(["", "s", "t"])), max_size=12), letters, st.sampled_from("su"))
@settings(max_examples=examples(400))
def test_the_index_finds_what_a_look_at_every_rule_finds(
    given_rules: list[tuple[str, str]], name: str, source: str
) -> None:
    rules = [
        ObjectRule(pattern, {"n": str(n), **({"star": "{1}"} if "*" in pattern else {})}, said)
        for n, (pattern, said) in enumerate(given_rules)
    ]
    assert table(*rules).attributes(source, name) == naive(rules, source, name)


def test_a_name_is_compared_with_few_of_many_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    compared = 0
    stars = objects._Pattern.stars

    def counted(self: objects._Pattern, name: str) -> tuple[str, ...] | None:
        nonlocal compared
        compared += 1
        return stars(self, name)

    monkeypatch.setattr(objects._Pattern, "stars", counted)
    ends = [rule(f"*.node{n}.example.net", apn=str(n)) for n in range(3_000)]
    inside = [rule(f"*/cell-{n}/*", apn=str(n)) for n in range(3_000)]
    begins = [rule(f"site{n}-*.local", apn=str(n)) for n in range(3_000)]
    made = table(*ends, *inside, *begins)
    assert made.attributes("nms", "x.node77.example.net") == {"apn": "77"}
    assert made.attributes("nms", "a/cell-78/b") == {"apn": "78"}
    assert made.attributes("nms", "site79-b.local") == {"apn": "79"}
    assert compared <= 10


def test_a_pattern_with_many_stars_does_not_go_back() -> None:
    made = table(rule("*a*a*a*a*a*a*a*b", apn="x"))
    assert made.attributes("nms", "a" * 255 + "c") == {}
    assert made.attributes("nms", "a" * 255 + "b") == {"apn": "x"}


# -- on the board ------------------------------------------------------------------------------------------------------


def tell(board: Board, *facts: Fact) -> Touched:
    touched = Touched()
    board.apply([Entry(board.seq + n, START, "jl", fact) for n, fact in enumerate(facts, start=1)], touched)
    return touched


def alarm(name: str, **attributes: str) -> AlarmReported:
    return AlarmReported(AlarmEvent("nms", name, Severity.CRITICAL, attributes=attributes))


def sims(number: int, **attributes: str) -> SimRange:
    first = 894620002000000000 + number * 1_000
    return SimRange(first=str(first), last=str(first + 999), customer="c1", attributes=attributes)


def fleet() -> RangesStated:
    return RangesStated((sims(0, gateway="pgw-1"), sims(1, gateway="pgw-2", apn="x"), sims(2, gateway="pgw-2")))


KEY = "nms/node pgw-2|||"


def test_an_alarm_reaches_sims_by_what_the_rules_say_of_its_object() -> None:
    board = Board()
    tell(board, fleet(), ObjectsStated((rule("node *", gateway="{1}"),)), alarm("node pgw-2"))
    assert board.alarms.where_of(KEY) == (("gateway", "pgw-2"),)
    assert board.inventory.served(board.alarms.where_of(KEY)).count == 2_000


def test_what_the_source_says_itself_wins_over_the_rule() -> None:
    board = Board()
    rules = ObjectsStated((rule("node *", gateway="pgw-1", apn="x"),))
    tell(board, fleet(), rules, alarm("node pgw-2", gateway="pgw-2"))
    assert board.alarms.where_of(KEY) == (("apn", "x"), ("gateway", "pgw-2"))
    assert board.alarms.attributes(board.alarms.active[KEY]) == {"gateway": "pgw-2", "apn": "x"}


def test_alarms_and_outages_are_placed_anew_when_the_rules_change() -> None:
    board = Board()
    outage = OutageSuspected("O-1", (("894620002000001000", "894620002000002999"),), {"gateway": "pgw-2"})
    tell(board, fleet(), alarm("node pgw-2"), outage)
    assert board.outages.alarm_counts("O-1") == [0] * 6
    touched = tell(board, ObjectsStated((rule("node *", gateway="{1}"),)))
    assert board.outages.alarm_counts("O-1")[0] == 1
    assert touched.inventory
    assert KEY in touched.alarms
    tell(board, ObjectsStated(()))
    assert board.outages.alarm_counts("O-1")[0] == 0
    assert board.alarms.where_of(KEY) == ()


def test_the_same_rules_again_are_no_news() -> None:
    board = Board()
    fact = ObjectsStated((rule("node *", gateway="{1}"),))
    assert board.is_news(fact)
    tell(board, fact)
    assert not board.is_news(ObjectsStated((rule("node *", gateway="{1}"),)))
    assert board.is_news(ObjectsStated(()))


def test_rules_survive_a_snapshot() -> None:
    board = Board()
    tell(board, fleet(), ObjectsStated((rule("node *", gateway="{1}"),)), alarm("node pgw-2"))
    again = Board.load(board.dump())
    assert again.objects.rules == board.objects.rules
    assert again.alarms.where_of(KEY) == board.alarms.where_of(KEY)
    assert again.dump() == board.dump()
