"""Batches and boxes: named ones are read, unknown ones are said."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feeds.simspace import NamedSpans, SimSpan, read_sims


def span(number: int, count: int = 10) -> SimSpan:
    first = 894620002000000000 + number * 1000
    return SimSpan("iccid", str(first), str(first + count - 1))


NAMES = NamedSpans(
    {
        "B-2019-14": [span(1)],
        "B-2019-14-X": [span(2)],
        "K12/7": [span(3)],
        "Våren 2024": [span(4), span(5)],
        "12": [span(6)],
        "A": [span(7)],
    }
)


def read(text: str) -> list[str]:
    return [one.first for one in read_sims(text, names=NAMES).spans]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("all of B-2019-14 is down", [1]),
        ("all of b‑2019–14 is down", [1]),
        ("batch B-2019-14-X, please", [2]),
        ("boxes K12/7 and B-2019-14.", [1, 3]),
        ("leverans Våren 2024 är tyst", [4, 5]),
        ("VÅREN  2024", [4, 5]),
        ("batch 12", [6]),
        ("batch no. 12", [6]),
        ("batches A and 12", [6, 7]),
        ("12 cards and A friend", []),
        ("AB-2019-14 and B-2019-145 and B-2019-14-3", []),
        ("XB-2019-14", []),
    ],
)
def test_names_are_read_as_whole_words(text: str, numbers: list[int]) -> None:
    assert read(text) == [span(number).first for number in numbers]


def test_a_name_stands_where_it_is_written_with_all_its_sims() -> None:
    text = "since 8 am: Våren 2024, 894620002000900001"
    items = read_sims(text, names=NAMES).items
    assert [item.text for item in items] == ["Våren 2024", "Våren 2024", "894620002000900001"]
    assert all(text[item.start : item.end] == item.text for item in items)


def test_what_is_left_out_of_a_batch_is_left_out() -> None:
    first = span(1).first
    reading = read_sims(f"all of B-2019-14 except {first}", names=NAMES)
    assert reading.count == 9
    assert reading.items[1].excluded
    assert read_sims("everything except B-2019-14", names=NAMES).count == 0


def test_a_batch_that_the_inventory_does_not_know_is_said() -> None:
    assert [one.why for one in read_sims("batch B-2020-1 is dead", names=NAMES).warnings] == [
        "a batch that the inventory does not know"
    ]
    assert read_sims("batch B-2019-14 is dead", names=NAMES).warnings == ()


@pytest.mark.parametrize(
    "text", ["Batch B-2020-1", "charge 2026/114 defekt", "Los L-12 mit SIM-Karten", "lot n° L2026-11", "parti P-7/2026"]
)
def test_a_batch_without_an_inventory_is_said(text: str) -> None:
    (warning,) = read_sims(text).warnings
    assert "no inventory" in warning.why
    assert text[warning.start : warning.end] == warning.text


@pytest.mark.parametrize(
    "text",
    [
        "Box 89, 211 45 Malmö",
        "PO Box 114",
        "a lot of 20 cards",
        "part 2 of 3",
        "batch job failed",
        "box office 7",
        "party 2024",
    ],
)
def test_what_only_sounds_like_a_batch_is_passed_over(text: str) -> None:
    assert read_sims(text).warnings == ()


@given(st.lists(st.text("abAB12-/ .", min_size=3, max_size=9), max_size=8), st.text("abAB12-/ .\n", max_size=80))
def test_finding_names_never_overlaps_and_keeps_to_the_text(names: list[str], text: str) -> None:
    found = list(NamedSpans({name: [span(1)] for name in names}).find(text))
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))
    assert all(one.name in names for one in found)


class _Counted(dict):  # type: ignore[type-arg]
    looks = 0

    def get(self, *args: object) -> object:
        _Counted.looks += 1
        return super().get(*args)


def test_the_work_does_not_grow_with_the_number_of_names(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(1)
    text = " ".join(f"B-{chance.randint(2000, 2030)}-{chance.randint(1, 99_999)}" for _ in range(200))

    def looks(count: int) -> int:
        names = NamedSpans({f"B-{2000 + n % 30}-{n}": [span(n)] for n in range(count)})
        pending = [names._root]
        while pending:
            node = pending.pop()
            pending += node.below.values()
            node.below = _Counted(node.below)
        _Counted.looks = 0
        list(names.find(text))
        return _Counted.looks

    assert looks(50_000) <= 2 * looks(500)
