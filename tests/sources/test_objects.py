"""Object rules from JSON and CSV: bounded, all or nothing, errors that name the place."""

import orjson
import pytest

from feeds.facts import ObjectsStated
from feeds.model import ObjectRule
from feeds.sources import Invalid, InvalidTable, SourceError, objects
from feeds.sources.objects import MOST, objects_csv

RULE = {"object": "pgw-*", "attributes": {"gateway": "{1}"}}


def stated(value: object) -> tuple[ObjectRule, ...]:
    (fact,) = objects.objects(orjson.dumps(value))
    assert isinstance(fact, ObjectsStated)
    return fact.rules


def test_an_array_of_rules_is_one_fact_in_its_order() -> None:
    found = stated([RULE, {"object": "x", "attributes": {}, "source": "nms"}])
    assert found == (ObjectRule("pgw-*", {"gateway": "{1}"}), ObjectRule("x", {}, "nms"))
    assert stated([]) == ()


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (RULE, "$"),
        ([RULE, 7], "$[1]"),
        ([{"object": "", "attributes": {}}], "$[0].object"),
        ([{"object": "x" * 257, "attributes": {}}], "$[0].object"),
        ([{"object": "x"}], "$[0]"),
        ([RULE, RULE | {"object": "*" * 9}], "$[1].object"),
        ([RULE | {"source": "a/b"}], "$[0].source"),
        ([RULE | {"attributes": {"apn": "{2}"}}], "$[0].attributes.apn"),
        ([RULE | {"attributes": {"apn": "{0}"}}], "$[0].attributes.apn"),
        ([RULE | {"object": "pgw"}], "$[0].attributes.gateway"),
        ([RULE | {"attributes": {"apn": "x" * 600}}], "$[0].attributes[...]"),
        ([RULE | {"attributes": {str(n): "x" for n in range(65)}}], "$[0].attributes"),
        ([RULE] * (MOST + 1), "$"),
    ],
)
def test_what_is_wrong_is_named_by_its_path(value: object, path: str) -> None:
    with pytest.raises(Invalid) as caught:
        objects.objects(orjson.dumps(value))
    assert caught.value.path == path
    assert caught.value.status == 422


def test_what_is_no_json_is_refused() -> None:
    for body in (b"", b"{", b"[" * 1_000, b'[{"object": "\xff"}]'):
        with pytest.raises(SourceError):
            objects.objects(body)


def test_hostile_text_is_visible_text() -> None:
    (found,) = stated([{"object": "\x1b]0;*", "attributes": {"apn": "\u202e{1}"}}])
    assert (found.object, found.attributes) == ("\\x1b]0;*", {"apn": "\\u202e{1}"})


def test_columns_of_a_file_are_attributes() -> None:
    lines = ["Object;Source;Gateway;Visited PLMN\n", "pgw-*;;{1};\n", "hlr-1;nms;;262-01\n"]
    assert objects_csv(lines) == (
        ObjectRule("pgw-*", {"gateway": "{1}"}),
        ObjectRule("hlr-1", {"visited_plmn": "262-01"}, "nms"),
    )


def test_errors_of_a_file_name_line_and_field() -> None:
    lines = ["object,source,apn\n", "a*,,x\n", ",,x\n", "b,,{1}\n", "c*,a/b,x\n", "*********,,x\n", f"d,,{'y' * 600}\n"]
    with pytest.raises(InvalidTable) as caught:
        objects_csv(lines)
    assert [(one.line, one.field) for one in caught.value.problems] == [
        (3, "object"),
        (4, "apn"),
        (5, "source"),
        (6, "object"),
        (7, "attributes"),
    ]
    assert "{1} stands for no star: the object has no star" in caught.value.message


def test_the_first_twenty_errors_of_a_file_are_told() -> None:
    with pytest.raises(InvalidTable) as caught:
        objects_csv(["object,apn\n"] + ["a,{1}\n"] * 50)
    assert (len(caught.value.problems), caught.value.total) == (20, 50)


def test_a_file_without_the_column_object_is_refused() -> None:
    with pytest.raises(InvalidTable, match="object"):
        objects_csv(["name,apn\n", "a,x\n"])
