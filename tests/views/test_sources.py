"""The views over a small board: what each row says, and that touched keys are enough to keep every view right."""

from datetime import UTC, datetime, timedelta
from typing import TypeVar

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feeds.board import Board, Touched
from feeds.facts import (
    AddressSuppressed,
    AlarmAcknowledged,
    AlarmReported,
    CaseReported,
    CustomersStated,
    DeliveryMoved,
    DeskStated,
    Entry,
    ExplanationChosen,
    Fact,
    OutageExplained,
    OutageMerged,
    OutageMoved,
    OutageScoped,
    OutageSuspected,
    RangesStated,
    SurgeBegan,
    SurgeEnded,
    SurgeGrew,
    UpdateApproved,
    UpdateDrafted,
    UpdateSteered,
    UrgencySet,
    WeightsStated,
)
from feeds.model import (
    ROW_TYPES,
    AlarmEvent,
    AlarmRow,
    AudienceEntry,
    CaseEvent,
    CaseRow,
    CaseState,
    Channel,
    Contact,
    ContactChannel,
    CountRow,
    Customer,
    DeliveryRow,
    DeliveryState,
    Desk,
    ImpactRow,
    OutageRow,
    OutageState,
    Row,
    Severity,
    SimRange,
    TimelineRow,
    UpdateKind,
    UpdateRow,
    UpdateText,
    Weights,
)
from feeds.model.explanations import Explanation
from feeds.simspace import SimSpan
from feeds.views import BadQuery, Query, board_source
from feeds.views.sources import TEXT_IN_ROW
from tests.extent import examples

START = datetime(2026, 2, 3, 1, 2, 3, tzinfo=UTC)
BASE = 894620002000000000
OF = {"impact": "O-1", "timeline": "O-1", "explanations": "O-1", "readings": "native/1", "triage": "native/1"}
OF_THE_HUB = ("feeds", "calls", "facts", "changes", "replay", "present")
VIEWS = [view for view in ROW_TYPES if view not in OF_THE_HUB]
ALWAYS = {"totals": 1, "desk": 6, "curve": 1, "flood": 1}
"""Rows of views that are never empty."""

R = TypeVar("R", bound=Row)


def tell(board: Board, *facts: Fact, at: datetime = START, by: str = "jl") -> Touched:
    touched = Touched()
    board.apply([Entry(board.seq + n, at, by, fact) for n, fact in enumerate(facts, start=1)], touched)
    return touched


def rows(board: Board, view: str, row_type: type[R], of: str = "") -> list[R]:
    """Return all rows of a view as a screen reads them."""
    query = Query(board_source(board, view, of or OF.get(view, "")))
    return [msgspec.json.decode(data, type=row_type) for _, data in query.window(0, 1_000)]


def sim_range(number: int, customer: str, use: str = "", sims: int = 1_000, **attributes: str) -> SimRange:
    first = BASE + number * 10_000
    return SimRange(first=str(first), last=str(first + sims - 1), customer=customer, use=use, attributes=attributes)


def ends(first: int, last: int) -> tuple[str, str]:
    return str(BASE + first), str(BASE + last)


def case(number: str, *sims: int, **more: object) -> CaseReported:
    spans = tuple(SimSpan("iccid", str(BASE + sim), str(BASE + sim)) for sim in sims)
    return CaseReported(CaseEvent(number=number, **more), sims=spans)  # type: ignore[arg-type]


def alarm(name: str, severity: Severity, second: int = 0, **attributes: str) -> AlarmReported:
    time = START + timedelta(seconds=second)
    return AlarmReported(AlarmEvent("nms", f"object {name}", severity, id=name, time=time, attributes=attributes))


def approval(update: str, size: int) -> UpdateApproved:
    audience = tuple(
        AudienceEntry(customer=f"c{n // 2}", name=f"Customer {n // 2}", address=f"a{n}@example.org", sims=10 + n)
        for n in range(size)
    )
    return UpdateApproved(update, "f" * 64, "s", "b", audience, "example.org")


def surge_began(surge: str, seen: int) -> SurgeBegan:
    return SurgeBegan(surge, 10, START, seen, 0.2, 0.0, 1.0, 0.01, channel=Channel.CALL)


def small_board() -> Board:
    """Three ranges of two customers, an outage on an APN with two alarms and two cases, and an update under way."""
    board = Board()
    noc = Contact(channel=ContactChannel.EMAIL, address="noc@acme.example")
    tell(
        board,
        RangesStated((sim_range(0, "c1", "metering", apn="x"), sim_range(1, "c2", "alarm", 200, apn="x"))),
        RangesStated((sim_range(2, "c1", "tracking", 2_000, apn="y"),)),
        CustomersStated((Customer("c1", "Acme Lifts", contacts=(noc,)), Customer("c2", "Vattenkraft", vip=True))),
        alarm("a", Severity.CRITICAL, apn="x"),
        alarm("b", Severity.MINOR, apn="x"),
        alarm("c", Severity.MAJOR, apn="y"),
        alarm("c", Severity.CLEARED, 1, apn="y"),
        case("1", 5, channel=Channel.CALL, title="no data", opened=START),
        case("2", 10_005, customer="vattenkraft", opened=START - timedelta(minutes=20)),
        case("3", 20_005, opened=START),
        case("4", state=CaseState.CLOSED, opened=START),
        OutageSuspected("O-1", (ends(0, 999), ends(10_000, 10_199)), {"apn": "x"}, "alarms at apn x"),
        OutageSuspected("O-2", (ends(0, 99),)),
        OutageMerged("O-2", "O-1", "within it"),
        surge_began("S-1", 6),
    )
    tell(board, OutageMoved("O-1", OutageState.DECLARED, title="Meters are silent"), by="mk")
    text = UpdateText("We look", "We mend", "Wait", START + timedelta(minutes=20))
    tell(board, UpdateDrafted("U-1", "O-1", UpdateKind.FIRST_WORD, text), approval("U-1", 4), by="mk")
    tell(
        board,
        AddressSuppressed(ContactChannel.EMAIL, "gone@example.org", "hard bounce", "550 no such user"),
        DeliveryMoved("U-1", 0, DeliveryState.ATTEMPTING),
        DeliveryMoved("U-1", 0, DeliveryState.ACCEPTED, "250 ok"),
        DeliveryMoved("U-1", 1, DeliveryState.ATTEMPTING),
        DeliveryMoved("U-1", 2, DeliveryState.HELD),
        by="vaken/courier",
    )
    found = (Explanation({"plan": "gold"}, 0.5, 0.2), Explanation({"apn": "y"}, 0.4, 0.1, total=9))
    tell(board, OutageExplained("O-1", found), by="vaken/explaining")
    return board


# -- what a row says -------------------------------------------------------------------------------------------------


def test_an_outage_row_says_what_is_broken_who_is_hit_where_it_is_and_what_was_told() -> None:
    first, tomb = rows(small_board(), "outages", OutageRow)
    assert (first.key, first.state, first.title, first.commander) == (
        "O-1",
        OutageState.DECLARED,
        "Meters are silent",
        "mk",
    )
    assert (first.sims, first.ranges, first.sims_text) == (1_200, 2, "8946 2000 2000 000* +1")
    assert (first.customers, first.customer, first.vip) == (2, "Vattenkraft", True)
    assert (first.cases, first.cases_10m) == (2, 1)
    assert (first.critical, first.major, first.minor, first.warning) == (1, 0, 1, 0)
    assert (first.shared, first.coverage, first.fleet_share) == ("apn x", 0.6667, 0.375)
    assert (first.told, first.next_word, first.updates) == (START, START + timedelta(minutes=20), 1)
    assert first.urgency == sum(points for _, points in first.urgency_parts)
    assert ("VIP Vattenkraft", 25) in first.urgency_parts
    assert (tomb.key, tomb.state, tomb.merged_into) == ("O-2", OutageState.MERGED, "O-1")


def test_sims_and_shares_count_a_sim_once_and_only_known_ones_are_a_share_of_the_fleet() -> None:
    board = Board()
    tell(board, RangesStated((sim_range(0, "c1", sims=100),)))
    tell(board, OutageSuspected("O-1", (ends(0, 99), ends(50, 999))))
    (row,) = rows(board, "outages", OutageRow)
    assert (row.sims, row.ranges, row.fleet_share) == (1_000, 1, 1.0)


def test_a_group_that_was_split_off_names_the_one_it_was_a_part_of() -> None:
    board = small_board()
    tell(board, OutageSuspected("O-3", (ends(0, 99),), split_from="O-1"))
    found = {row.key: row.split_from for row in rows(board, "outages", OutageRow)}
    assert found == {"O-1": "", "O-2": "", "O-3": "O-1"}


def test_an_alarm_row_says_where_it_is_and_how_many_sims_it_serves() -> None:
    found = rows(small_board(), "alarms", AlarmRow)
    assert [(row.key, row.severity.value, row.outages, row.sims) for row in found] == [
        ("nms/a", "critical", ("O-1",), 1_200),
        ("nms/b", "minor", ("O-1",), 1_200),
        ("nms/c", "cleared", (), 0),
    ]
    assert found[0].attributes == {"apn": "x"}
    assert found[2].cleared == START + timedelta(seconds=1)


def test_a_case_row_says_whose_it_is_what_was_read_and_how_soon_it_should_be_taken() -> None:
    found = {row.key: row for row in rows(small_board(), "cases", CaseRow)}
    assert next(iter(found)) == "native/2"
    first = found["native/1"]
    assert (first.customer, first.vip, first.sims, first.outages) == ("Acme Lifts", False, 1, ("O-1",))
    assert first.sims_text == "8946 2000 2000 0000 05"
    assert (found["native/2"].customer, found["native/2"].vip) == ("Vattenkraft", True)
    assert found["native/3"].outages == ()
    assert found["native/4"].state is CaseState.CLOSED


def test_a_closed_case_still_echoes_its_sims() -> None:
    board = small_board()
    tell(board, case("1", 5, state=CaseState.CLOSED, opened=START))
    closed = next(row for row in rows(board, "cases", CaseRow) if row.key == "native/1")
    assert (closed.state, closed.sims, closed.sims_text) == (CaseState.CLOSED, 1, "8946 2000 2000 0000 05")


def test_a_count_row_is_one_minute_by_channel_and_service() -> None:
    found = rows(small_board(), "counts", CountRow)
    assert [(row.key, row.minute, row.total, row.by, row.alarms) for row in found] == [
        ("2026-02-03T01:02Z", START.replace(second=0), 3, {"call/data": 1, "api/data": 2}, 4),
        ("2026-02-03T00:42Z", START.replace(minute=42, second=0, hour=0), 1, {"api/data": 1}, 0),
    ]


@pytest.mark.parametrize("of", ["O-1", "O-2"])
def test_impact_rows_are_the_customers_of_the_outage_or_of_its_survivor_vips_first(of: str) -> None:
    found = rows(small_board(), "impact", ImpactRow, of)
    assert [(row.key, row.customer, row.vip, row.sims, row.cases, row.contacts, row.use) for row in found] == [
        ("c2", "Vattenkraft", True, 200, 1, 0, "alarm"),
        ("c1", "Acme Lifts", False, 1_000, 1, 1, "metering"),
    ]
    assert found[1].ranges_text == "8946 2000 2000 000*"


def test_the_history_of_an_outage_stands_newest_first_also_within_one_moment() -> None:
    found = rows(small_board(), "timeline", TimelineRow)
    assert [int(row.key) for row in found] == sorted((int(row.key) for row in found), reverse=True)
    assert [row.what for row in found] == [
        "update 1 (first word): the first of 4 contacts has it",
        "update 1 (first word) approved for 4 contacts",
        "declared",
        "took in O-2: within it",
        "suspected: alarms at apn x",
    ]
    assert {len(row.key) for row in found} == {2}
    board = Board()
    tell(board, OutageSuspected("O-1", ()), *(OutageScoped("O-1", (ends(0, n),)) for n in range(11)))
    assert [row.key for row in rows(board, "timeline", TimelineRow)][:4] == ["12", "11", "10", "9"]


def test_an_update_row_counts_its_ledger() -> None:
    (row,) = rows(small_board(), "updates", UpdateRow)
    assert (row.key, row.outage, row.number, row.author, row.approver) == ("U-1", "O-1", 1, "mk", "mk")
    assert (row.customers, row.total) == (2, 4)
    assert (row.queued, row.attempting, row.accepted, row.failed, row.uncertain, row.held) == (1, 1, 1, 0, 0, 1)


def test_a_delivery_row_says_to_whom_it_goes_and_what_was_answered() -> None:
    found = rows(small_board(), "deliveries", DeliveryRow)
    assert [(row.key, row.state.value, row.customer, row.address, row.sims) for row in found] == [
        ("U-1/0", "accepted", "Customer 0", "a0@example.org", 10),
        ("U-1/1", "attempting", "Customer 0", "a1@example.org", 11),
        ("U-1/2", "held", "Customer 1", "a2@example.org", 12),
        ("U-1/3", "queued", "Customer 1", "a3@example.org", 13),
    ]
    assert (found[0].answer, found[0].attempts, found[0].message_id[:6]) == ("250 ok", 1, "<u-1.0")


def test_deliveries_that_did_not_move_stand_in_the_order_of_the_audience() -> None:
    board = Board()
    tell(board, UpdateDrafted("U-1", "O-1", UpdateKind.PROGRESS, UpdateText("a", "b", "c")), approval("U-1", 12))
    assert [row.key for row in rows(board, "deliveries", DeliveryRow)] == [f"U-1/{n}" for n in range(12)]


def test_updates_and_deliveries_can_be_asked_for_one_outage_and_one_update() -> None:
    board = small_board()
    tell(board, UpdateDrafted("U-2", "O-9", UpdateKind.PROGRESS, UpdateText("a", "b", "c")), approval("U-2", 1))
    assert [row.key for row in rows(board, "updates", UpdateRow, "O-9")] == ["U-2"]
    assert [row.key for row in rows(board, "deliveries", DeliveryRow, "U-2")] == ["U-2/0"]
    assert len(rows(board, "deliveries", DeliveryRow)) == 5
    query = Query(board_source(board, "deliveries", "U-2"))
    query.touch(["U-1/0", "U-9/0"])
    query.refresh()
    assert query.total == 1


def test_long_texts_are_cut_in_rows() -> None:
    board = Board()
    event = AlarmEvent("nms", "m", Severity.MAJOR, text="é" * 5_000)
    tell(board, AlarmReported(event), case("1", text="x" * 60_000))
    (found,) = rows(board, "alarms", AlarmRow)
    assert found.text == "é" * TEXT_IN_ROW
    assert len(rows(board, "cases", CaseRow)[0].text) == TEXT_IN_ROW


# -- every view ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", VIEWS)
def test_every_row_survives_the_wire(view: str) -> None:
    board = small_board()
    query = Query(board_source(board, view, OF.get(view, "")))
    assert query.total > 0
    decoded = [msgspec.json.decode(data, type=ROW_TYPES[view]) for _, data in query.window(0, 99)]
    assert decoded == query.rows(0, 99)
    assert [row.key for row in decoded] == [key for key, _ in query.window(0, 99)]


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_of_an_empty_board_is_empty_and_every_field_sorts(view: str) -> None:
    assert Query(board_source(Board(), view, OF.get(view, ""))).total == ALWAYS.get(view, 0)
    board = small_board()
    for field in ROW_TYPES[view].__struct_fields__:
        for sort in (field, f"-{field}"):
            source = board_source(board, view, OF.get(view, ""))
            assert Query(source, sort).total == Query(source).total


@pytest.mark.parametrize("view", VIEWS)
def test_a_key_without_a_row_has_none(view: str) -> None:
    source = board_source(small_board(), view, OF.get(view, ""))
    if view != "counts":
        assert source.row("nothing/0") is None
    assert board_source(Board(), view, OF.get(view, "")).row("2026-02-03T01:02Z") is None


def test_an_unknown_view_is_refused_with_the_known_ones() -> None:
    with pytest.raises(BadQuery, match=r"view: there is no sims; there are outages, alarms, .*feeds"):
        board_source(Board(), "sims")


@pytest.mark.parametrize(
    ("view", "parent"),
    [("impact", "outage"), ("timeline", "outage"), ("explanations", "outage"), ("readings", "case")],
)
def test_a_view_of_one_outage_or_case_needs_its_name(view: str, parent: str) -> None:
    with pytest.raises(BadQuery, match=f"view: {view} is of one {parent}"):
        board_source(Board(), view)


# -- kept up to date -------------------------------------------------------------------------------------------------

small = st.integers(0, 3)
outages = st.sampled_from(["O-1", "O-2", "O-3"])
updates = st.sampled_from(["U-1", "U-2"])
surge_ids = st.sampled_from(["S-1", "S-2"])
steps = st.one_of(
    st.builds(alarm, st.sampled_from("ab"), st.sampled_from(Severity), small, apn=st.sampled_from("xy")),
    st.builds(AlarmAcknowledged, st.sampled_from(["nms/a", "nms/b"])),
    st.builds(
        lambda number, at, state: case(number, at * 10_000, state=state),
        st.sampled_from("123"),
        small,
        st.sampled_from(CaseState),
    ),
    st.builds(
        lambda number, customer, apn: RangesStated((sim_range(number, customer, apn=apn),)),
        small,
        st.sampled_from(["c1", "c2"]),
        st.sampled_from("xy"),
    ),
    st.builds(
        lambda id, vip: CustomersStated((Customer(id, f"Name {vip}", vip),)), st.sampled_from(["c1"]), st.booleans()
    ),
    st.builds(
        lambda id, number, apn: OutageSuspected(id, (ends(number * 10_000, number * 10_000 + 999),), {"apn": apn}),
        outages,
        small,
        st.sampled_from("xy"),
    ),
    st.builds(lambda id, number: OutageScoped(id, (ends(0, number * 10_000),), {"apn": "x"}), outages, small),
    st.builds(OutageMoved, outages, st.sampled_from(OutageState)),
    st.builds(OutageMerged, outages, outages),
    st.builds(
        lambda id, apn, part: OutageExplained(id, (Explanation({"apn": apn}, part / 9, 0.2, stands=part > 3),)),
        outages,
        st.sampled_from("xy"),
        small,
    ),
    st.builds(ExplanationChosen, outages, st.sampled_from([{}, {"apn": "x"}])),
    st.builds(UrgencySet, outages, st.none() | st.integers(0, 99), st.just("it is")),
    st.builds(lambda vip, apart: WeightsStated(Weights(vip=vip, kinds={"incident": apart})), small, small),
    st.builds(lambda country: DeskStated(Desk(country=country)), st.sampled_from(["SE", "US", "XX"])),
    st.builds(lambda id, of: UpdateDrafted(id, of, UpdateKind.PROGRESS, UpdateText("a", "b", "c")), updates, outages),
    st.builds(approval, updates, small),
    st.builds(surge_began, surge_ids, small),
    st.builds(SurgeGrew, surge_ids, small.map(lambda more: 5 + more), st.just(START), small, *[st.just(0.5)] * 4),
    st.builds(SurgeEnded, surge_ids),
    st.builds(UpdateSteered, updates, st.sampled_from(["pause", "resume", "cancel"])),
    st.builds(DeliveryMoved, updates, small, st.sampled_from(DeliveryState)),
)


def hand_over(query: Query, view: str, touched: Touched, live: set[str]) -> None:
    """Touch a query as the hub does; live outages are looked at by the clock too."""
    keys = {
        "alarms": touched.alarms,
        "cases": touched.cases,
        "counts": touched.counts,
        "outages": touched.outages | live,
        "updates": touched.updates,
        "deliveries": touched.deliveries,
        "surges": touched.surges,
    }
    of_all = touched.cases or touched.outages
    everywhere = touched.inventory or touched.usual or view in ("ribbon", "desk", "curve", "flood")
    if everywhere or (view in OF and of_all) or (view == "totals" and of_all):
        query.touch_all()
    elif view in keys:
        query.touch(keys[view])
    query.refresh()


@given(st.lists(st.lists(steps, max_size=4), max_size=8))
@settings(max_examples=examples(200))
def test_touched_keys_are_enough_to_keep_every_view_right(batches: list[list[Fact]]) -> None:
    board = Board()
    kept = {view: Query(board_source(board, view, OF.get(view, ""))) for view in VIEWS}
    for minute, batch in enumerate(batches):
        touched = tell(board, *batch, at=START + timedelta(minutes=minute))
        for view, query in kept.items():
            hand_over(query, view, touched, set(board.outages.members))
            anew = Query(board_source(board, view, OF.get(view, "")))
            assert query.window(0, 999) == anew.window(0, 999), view


@given(st.lists(steps, max_size=25))
@settings(max_examples=examples(100))
def test_every_view_shows_the_same_after_a_restart(found: list[Fact]) -> None:
    board = Board()
    for fact in found:
        tell(board, fact)
    again = Board.load(board.dump())
    for view in VIEWS:
        one, other = (Query(board_source(which, view, OF.get(view, ""))) for which in (board, again))
        assert one.window(0, 999) == other.window(0, 999), view
