"""The cursor's identity, against a list that changes at random."""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.extent import examples
from widgets.row_window import Lost, RowWindow


@dataclass(frozen=True)
class Item:
    key: str
    value: int = 0


def items(text: str) -> list[Item]:
    return [Item(letter) for letter in text]


def window_on(text: str, cursor: int) -> RowWindow[Item]:
    window: RowWindow[Item] = RowWindow()
    window.replace(items(text), 0, len(text))
    window.put(cursor)
    return window


def test_the_cursor_stays_on_its_row_when_rows_come_above() -> None:
    window = window_on("abc", 1)
    assert window.replace(items("xyabc"), 0, 5) is None
    assert (window.cursor, window.cursor_index) == ("b", 3)


def test_when_its_row_goes_the_cursor_takes_the_one_below_and_says_so() -> None:
    window = window_on("abc", 1)
    assert window.replace(items("ac"), 0, 2) == Lost("b", "c")
    assert window.cursor == "c"


def test_when_the_last_row_goes_the_cursor_takes_the_one_above() -> None:
    window = window_on("abc", 2)
    assert window.replace(items("ab"), 0, 2) == Lost("c", "b")


def test_when_all_rows_go_there_is_no_cursor() -> None:
    window = window_on("abc", 2)
    assert window.replace([], 0, 0) == Lost("c", None)
    assert window.cursor_index is None


def test_a_row_pushed_out_of_the_window_is_kept_and_found_again() -> None:
    window: RowWindow[Item] = RowWindow()
    window.replace(items("abcd"), 0, 100)
    window.put(3)
    assert window.replace(items("xyzabc"[:4]), 0, 103) is None
    assert (window.cursor, window.cursor_index) == ("d", 6)
    assert window.replace(items("cdef"), 5, 103) is None
    assert window.cursor_index == 6


def test_a_cursor_put_on_a_row_that_is_not_loaded_takes_it_when_it_comes() -> None:
    window: RowWindow[Item] = RowWindow()
    window.replace(items("abcd"), 0, 100)
    window.put(50)
    assert window.cursor is None
    window.replace(items("wxyz"), 49, 100)
    assert window.cursor == "x"


def test_rows_that_did_not_change_keep_their_object() -> None:
    window = window_on("abc", 0)
    kept = window.at(1)
    window.replace([Item("a", 5), Item("b"), Item("c")], 0, 3)
    assert window.at(1) is kept
    assert window.at(0) == Item("a", 5)


def test_patching_a_row_that_is_not_loaded_changes_nothing() -> None:
    window = window_on("abc", 0)
    assert window.patch(Item("z", 1)) is None
    assert window.patch(Item("b")) is None
    assert window.patch(Item("b", 1)) == 1


class CursorAgainstAModel(RuleBasedStateMachine):
    """A list of keys that are inserted, removed, sorted and moved; the window holds all of it."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[str] = []
        self.window: RowWindow[Item] = RowWindow()
        self.expected: str | None = None
        self.next = 0
        self.values: dict[str, int] = {}

    def show(self) -> None:
        before = [row.key for row in self.window.rows]
        lost = self.window.replace([Item(key, self.values.get(key, 0)) for key in self.keys], 0, len(self.keys))
        if self.expected is None or self.expected in self.keys:
            assert lost is None
            return
        place = before.index(self.expected)
        left = [key for key in before if key in self.keys]
        nearest = min(left, key=lambda key: (abs(before.index(key) - place), before.index(key) < place), default=None)
        if nearest is None:
            nearest = self.window.cursor
        assert lost == Lost(self.expected, nearest)
        self.expected = nearest

    @rule(places=st.lists(st.floats(0, 1), min_size=1, max_size=5))
    def insert(self, places: list[float]) -> None:
        for place in places:
            self.keys.insert(round(place * len(self.keys)), f"k{self.next}")
            self.next += 1
        self.show()

    @rule(places=st.lists(st.floats(0, 1), min_size=1, max_size=6))
    def remove(self, places: list[float]) -> None:
        for place in places:
            if self.keys:
                self.keys.pop(min(int(place * len(self.keys)), len(self.keys) - 1))
        self.show()

    @rule(random=st.randoms(use_true_random=False))
    def reorder(self, random: object) -> None:
        random.shuffle(self.keys)  # type: ignore[attr-defined]
        self.show()

    @rule(place=st.floats(0, 1), value=st.integers())
    def change(self, place: float, value: int) -> None:
        if self.keys:
            self.values[self.keys[min(int(place * len(self.keys)), len(self.keys) - 1)]] = value
        self.show()

    @rule(place=st.floats(0, 1))
    def put(self, place: float) -> None:
        self.window.put(int(place * len(self.keys)))
        self.expected = self.window.cursor

    @invariant()
    def the_cursor_is_where_its_row_is(self) -> None:
        assert self.window.cursor == self.expected
        if self.expected is not None:
            assert self.keys[self.window.cursor_index or 0] == self.expected


TestCursorAgainstAModel = CursorAgainstAModel.TestCase
TestCursorAgainstAModel.settings = settings(max_examples=examples(60), stateful_step_count=25)


@given(st.integers(1, 40), st.integers(0, 200), st.integers(0, 60))
def test_a_row_is_found_by_place_and_by_key_alike(count: int, first: int, index: int) -> None:
    window: RowWindow[Item] = RowWindow()
    window.replace([Item(str(first + n)) for n in range(count)], first, first + count + 10)
    row = window.at(index)
    assert (row is not None) == (first <= index < first + count)
    if row is not None:
        assert window.index_of(row.key) == index
