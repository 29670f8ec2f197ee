"""Rules of what managed objects serve, as JSON or CSV → the model's type, all or nothing.

A pattern has at most STARS stars, and a value refers to no other. Which rule fits an object is the board's matter.
"""

from collections.abc import Iterable
from typing import Final

from feeds.board.objects import places
from feeds.facts import Fact, ObjectsStated
from feeds.model import ObjectRule
from feeds.sources.csv_tables import made, rows
from feeds.sources.errors import Invalid
from feeds.sources.inventory import FieldError
from feeds.sources.parse import decode, feed_name, typed
from feeds.sources.problems import Problems

MOST: Final = 100_000
"""Rules at once."""
STARS: Final = 8
"""Stars in one pattern."""

_COLUMNS: Final = ("object", "source")


def check_rule(rule: ObjectRule) -> ObjectRule:
    """Return ``rule`` as it is. Raises FieldError where its pattern or a value cannot be used."""
    stars = rule.object.count("*")
    if stars > STARS:
        raise FieldError("object", f"{stars} stars, at most {STARS} go")
    if rule.source and not feed_name(rule.source):
        raise FieldError("source", f"{rule.source!r} is not the name of a source: letters, digits, . _ -, at most 64")
    for name, value in rule.attributes.items():
        beyond = next((number for number in places(value) if not 1 <= number <= stars), None)
        if beyond is not None:
            has = f"{stars} star{'s' if stars != 1 else ''}" if stars else "no star"
            raise FieldError(name, f"{{{beyond}}} stands for no star: the object has {has}, counted from {{1}}")
    return rule


def objects(body: bytes) -> list[Fact]:
    """Return the fact of an array of rules; it replaces all rules before. Raises SourceError; then nothing is taken."""
    value = decode(body)
    if not isinstance(value, list):
        raise Invalid("$: expected an array: all rules, in place of those before", "$")
    if len(value) > MOST:
        raise Invalid(f"$: {len(value):,} rules, at most {MOST:,} go", "$")
    rules = typed(value, tuple[ObjectRule, ...])
    for at, rule in enumerate(rules):
        try:
            check_rule(rule)
        except FieldError as error:
            field = error.field if error.field in _COLUMNS else f"attributes.{error.field}"
            raise Invalid(f"$[{at}].{field}: {error}", f"$[{at}].{field}") from None
    return [ObjectsStated(rules)]


def objects_csv(text: Iterable[str] | Iterable[bytes]) -> tuple[ObjectRule, ...]:
    """Return the rules of a CSV file in its order: the column object, an optional source, every other one an attribute.

    Empty cells are left out; a rule without any attribute says that its objects serve nothing. Raises InvalidTable.
    """
    problems = Problems()
    rules: list[ObjectRule] = []
    for line, row in rows(text, ("object",), problems):
        fields: dict[str, object] = {name: row[name] for name in _COLUMNS if row.get(name)}
        fields["attributes"] = {name: value for name, value in row.items() if value and name not in _COLUMNS}
        rule = made(fields, ObjectRule, line, problems)
        if rule is None:
            continue
        try:
            rules.append(check_rule(rule))
        except FieldError as error:
            problems.add(line, error.field, str(error))
    if len(rules) > MOST:
        problems.add(0, "", f"{len(rules):,} rules, at most {MOST:,} go")
    problems.stop()
    return tuple(rules)
