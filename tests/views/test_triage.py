"""What helps to decide on one case: its age, its customer's other cases, the outages it is in or may belong to."""

from datetime import UTC, datetime

from feeds.facts import CasePlaced
from feeds.model import CaseRow, CaseState, TriageRow
from feeds.views import board_source
from feeds.views.sources.triage import TriageSource
from tests.views.test_sources import case, small_board, tell


def triage(key: str, *facts: object, now: datetime | None = None) -> TriageRow:
    board = small_board()
    tell(board, *facts)  # type: ignore[arg-type]
    source = TriageSource(board, key, (lambda: now) if now is not None else None)
    row = source.row(key)
    assert isinstance(row, TriageRow)
    return row


def test_an_age_is_told_in_working_days_beside_what_is_usual_for_its_kind() -> None:
    friday, monday = datetime(2026, 2, 6, 18, tzinfo=UTC), datetime(2026, 2, 9, 6, tzinfo=UTC)
    row = triage("native/9", case("9", customer="c1", opened=friday), now=monday)
    assert (row.age, row.usual) == (0.5, 9.3)


def test_other_open_cases_of_the_customer_are_listed_the_newest_first_with_their_number() -> None:
    more = [case(str(n), customer="c2", opened=datetime(2026, 2, 3, n, tzinfo=UTC)) for n in range(10, 18)]
    row = triage("native/10", *more, case("18", customer="c2", state=CaseState.CLOSED), case("19", customer="c1"))
    assert [other.number for other in row.others] == ["17", "16", "15", "14", "13"]
    assert row.other_count >= 7
    assert row.customer == "Vattenkraft"


def test_outages_that_it_is_in_come_first_and_each_says_why() -> None:
    row = triage("native/9", case("9", 0, 1, customer="c1"))
    assert [(one.outage, one.why, one.inside) for one in row.nearby] == [("O-1", "2 of its 2 SIMs lie there", True)]


def test_an_outage_that_hits_the_customer_or_that_a_person_moved_it_out_of_may_be_its_own() -> None:
    elsewhere = triage("native/9", case("9", 20_000, customer="c1"))
    assert [(one.outage, one.inside) for one in elsewhere.nearby] == [("O-1", False)]
    assert elsewhere.nearby[0].why.endswith("SIMs of its customer are hit")
    moved = triage("native/9", case("9", 0, customer="c1"), CasePlaced("native/9", "O-1", inside=False))
    assert moved.nearby[0].why == "1 of its SIMs lie there, but a person moved it out"


def test_a_network_that_the_case_names_points_to_the_outage_on_it() -> None:
    row = triage("native/9", case("9", 50_000_000, customer="nobody", visited_network="X"))
    assert [one.why for one in row.nearby] == ["it names apn x"]


def test_rows_of_cases_say_when_to_look_again() -> None:
    then = datetime(2026, 2, 5, 8, tzinfo=UTC)
    board = small_board()
    tell(board, case("9", customer="c1", follow_up=then))
    row = board_source(board, "cases").row("native/9")
    assert isinstance(row, CaseRow)
    assert row.follow_up == then
