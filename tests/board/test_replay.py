"""The board is a function of the log: replay, snapshots and batching make no difference to a single byte."""

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from feeds.board import Board, Touched, propose
from feeds.board.outage.places import Places
from feeds.board.outage.writers import written
from feeds.facts import (
    AddressAllowed,
    AddressSuppressed,
    AlarmAcknowledged,
    AlarmReported,
    CasePlaced,
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
    OutageSuspected,
    RangesLoaded,
    RangesStated,
    SurgeBegan,
    SurgeEnded,
    SurgeGrew,
    UpdateApproved,
    UpdateDrafted,
    UpdateProposed,
    UpdateSteered,
    UrgencySet,
    WeightsStated,
    decode_entries,
    encode_entries,
)
from feeds.fleet.columns import Columns
from feeds.fleet.prepared import prepare
from feeds.model import (
    AlarmEvent,
    AudienceEntry,
    CaseEvent,
    CaseState,
    Channel,
    Contact,
    ContactChannel,
    Customer,
    DeliveryState,
    Desk,
    Grounds,
    OutageState,
    Severity,
    SimRange,
    UpdateKind,
    UpdateText,
    Weights,
)
from feeds.model.explanations import Explanation
from feeds.simspace import IntervalSet, SimSpan
from tests.extent import examples

START = datetime(2026, 2, 3, 1, 2, 3, tzinfo=UTC)
APNS = ("iot.meter", "iot.lift")


def _range(number: int, apn: str, imsi: bool) -> SimRange:
    return SimRange(
        first=f"8946200020{number:02d}00000",
        last=f"8946200020{number:02d}00999",
        customer=f"c{number % 3}",
        imsi_first=f"24001{number:02d}00000000" if imsi else "",
        attributes={"apn": apn},
        use="metering",
    )


times = st.integers(0, 30).map(lambda seconds: START + timedelta(seconds=seconds)) | st.none()
numbers = st.integers(0, 4)
alarm_facts = st.builds(
    lambda number, severity, time, apn: AlarmReported(
        AlarmEvent(
            source="nms",
            id=str(number),
            managed_object=f"pgw-{number}",
            severity=severity,
            time=time,
            attributes={"apn": apn},
        )
    ),
    numbers,
    st.sampled_from(Severity),
    times,
    st.sampled_from(APNS),
)
spans = st.builds(
    lambda number, low, size, imsi: (
        SimSpan("imsi", f"24001{number:02d}{low:08d}", f"24001{number:02d}{low + size:08d}")
        if imsi
        else SimSpan("iccid", f"8946200020{number:02d}00{low:03d}", f"8946200020{number:02d}00{low + size:03d}")
    ),
    numbers,
    st.integers(0, 800),
    st.integers(0, 150),
    st.booleans(),
)
case_facts = st.builds(
    lambda number, state, time, sims, handled: CaseReported(
        CaseEvent(
            number=str(number),
            customer=f"c{number % 3}",
            state=state,
            time=time,
            channel=Channel.CALL,
            handled=handled,
            contact=True,
        ),
        sims=sims,
    ),
    numbers,
    st.sampled_from(CaseState),
    times,
    st.lists(spans, max_size=2).map(tuple),
    st.sampled_from([0.0, 0.1, 180.5]),
)
range_facts = st.builds(
    lambda number, apn, imsi, since: RangesStated((structs.replace(_range(number, apn, imsi), since=since),)),
    numbers,
    st.sampled_from(APNS),
    st.booleans(),
    times,
) | st.builds(
    lambda found, apn: RangesLoaded(Columns.from_ranges(_range(number, apn, number > 2) for number in found).table()),
    st.sets(numbers),
    st.sampled_from(APNS),
)
inventory_facts = range_facts | st.builds(
    lambda number, vip: CustomersStated(
        (
            Customer(
                id=f"c{number % 3}",
                name=f"Customer {number % 3}",
                vip=vip,
                contacts=(Contact(channel=ContactChannel.EMAIL, address=f"noc@c{number}.example"),),
            ),
        )
    ),
    numbers,
    st.booleans(),
)
outage_ids = numbers.map(lambda number: f"O-{number}")
surge_ids = numbers.map(lambda number: f"S-{number}")
surge_numbers = (st.integers(5, 60), st.just(START), numbers, st.just(0.1), st.just(0.0), st.just(1.5), st.just(0.01))
update_ids = numbers.map(lambda number: f"U-{number}")
addresses = st.integers(0, 3).map(lambda number: f"a{number}@example.org")
people_facts = st.one_of(
    st.builds(AlarmAcknowledged, numbers.map(lambda number: f"nms/{number}")),
    st.builds(
        lambda outage, number: OutageSuspected(
            outage=outage,
            ranges=((f"8946200020{number:02d}00000", f"8946200020{number:02d}00999"),),
            where={"apn": APNS[number % 2]} if number % 3 else {},
            grounds=Grounds(number, number, chance=0.01) if number % 2 else None,
        ),
        outage_ids,
        numbers,
    ),
    st.builds(OutageMoved, outage_ids, st.sampled_from([state for state in OutageState if state.value != "merged"])),
    st.builds(OutageMerged, outage_ids, outage_ids),
    st.builds(
        lambda outage, apn, coverage: OutageExplained(
            outage, (Explanation({"apn": apn}, coverage, 0.25, stands=True),)
        ),
        outage_ids,
        st.sampled_from(APNS),
        st.sampled_from([0.1, 0.5, 1.0]),
    ),
    st.builds(ExplanationChosen, outage_ids, st.sampled_from([{}, {"apn": APNS[0]}]), st.just("so it is")),
    st.builds(UrgencySet, outage_ids, st.none() | st.integers(0, 99), st.just("it is")),
    st.builds(lambda vip: WeightsStated(Weights(vip=vip)), st.sampled_from([0.0, 25.0, 0.1])),
    st.builds(lambda zone: DeskStated(Desk(time_zone=zone)), st.sampled_from(["UTC", "Europe/Stockholm"])),
    st.builds(CasePlaced, numbers.map(lambda number: f"native/{number}"), outage_ids, st.booleans()),
    st.builds(
        lambda update, outage: UpdateDrafted(update, outage, UpdateKind.PROGRESS, UpdateText("a", "b", "c", START)),
        update_ids,
        outage_ids,
    ),
    st.builds(
        lambda update, size, held, canary: UpdateApproved(
            update=update,
            hold_until=START if held else None,
            canary=min(canary, size),
            digest=f"{size:064x}",
            subject_template="s",
            body_template="b",
            audience=tuple(
                AudienceEntry(customer=f"c{index}", name="n", address=f"a{index}@example.org") for index in range(size)
            ),
            message_domain="example.org",
        ),
        update_ids,
        st.integers(0, 3),
        st.booleans(),
        st.integers(0, 2),
    ),
    st.builds(UpdateProposed, update_ids, st.just("f" * 64), st.integers(0, 3)),
    st.builds(AddressSuppressed, st.just(ContactChannel.EMAIL), addresses, st.just("hard bounce")),
    st.builds(AddressAllowed, st.just(ContactChannel.EMAIL), addresses),
    st.builds(SurgeBegan, surge_ids, *surge_numbers, channel=st.none() | st.sampled_from(Channel)),
    st.builds(SurgeGrew, surge_ids, *surge_numbers),
    st.builds(SurgeEnded, surge_ids),
    st.builds(
        UpdateSteered,
        update_ids,
        st.sampled_from(["pause", "resume", "cancel", "undo", "start", "go on"]),
        st.sampled_from(["", "so it is"]),
        st.sampled_from([0.0, 0.5]),
    ),
    st.builds(DeliveryMoved, update_ids, st.integers(0, 3), st.sampled_from(DeliveryState), st.just("250 ok")),
)
facts = st.lists(st.one_of(alarm_facts, case_facts, inventory_facts, people_facts), max_size=40)


def entries_of(found: list[Fact]) -> tuple[Entry, ...]:
    return tuple(
        Entry(seq=seq, at=START + timedelta(seconds=seq // 3), by="nms", fact=fact)
        for seq, fact in enumerate(found, start=1)
    )


def replayed(entries: tuple[Entry, ...], cuts: set[int]) -> Board:
    board, start = Board(), 0
    for cut in [*sorted(cut for cut in cuts if cut < len(entries)), len(entries)]:
        board.apply(entries[start:cut], Touched())
        start = cut
    return board


@given(facts, st.sets(st.integers(0, 40)))
@settings(max_examples=examples(150))
def test_the_same_facts_give_the_same_bytes_however_they_are_cut_into_batches(
    found: list[Fact], cuts: set[int]
) -> None:
    entries = entries_of(found)
    assert replayed(entries, cuts).dump() == replayed(entries, set()).dump()


@given(facts, st.integers(0, 40))
@settings(max_examples=examples(150))
def test_a_snapshot_and_the_tail_give_the_bytes_of_the_whole_log(found: list[Fact], cut: int) -> None:
    entries = entries_of(found)
    resumed = Board.load(replayed(entries[:cut], set()).dump())
    resumed.apply(entries[cut:], Touched())
    whole = replayed(entries, set())
    assert resumed.dump() == whole.dump()
    assert resumed.updates.under_way == whole.updates.under_way
    assert {key: set(one.cases) for key, one in resumed.outages.members.items()} == {
        key: set(one.cases) for key, one in whole.outages.members.items()
    }
    assert resumed.outages.of_case == whole.outages.of_case
    assert [resumed.pressing.of([key]) for key in whole.outages.members] == [
        whole.pressing.of([key]) for key in whole.outages.members
    ]
    assert propose(resumed) == propose(whole)


@given(facts)
@settings(max_examples=examples(100))
def test_facts_survive_the_form_in_which_the_log_keeps_them(found: list[Fact]) -> None:
    entries = entries_of(found)
    kept = decode_entries(encode_entries(entries))
    assert kept == entries
    assert replayed(kept, set()).dump() == replayed(entries, set()).dump()


@given(facts)
@settings(max_examples=examples(100))
def test_facts_applied_before_are_skipped(found: list[Fact]) -> None:
    entries = entries_of(found)
    board = replayed(entries, set())
    before = board.dump()
    board.apply(entries, Touched())
    assert board.dump() == before


def members_from_scratch(board: Board, outage: str) -> set[str]:
    """The open cases of a live outage by the rules: by a person's word, by their SIMs, else by their customer."""
    scope = board.outages.sims(outage)
    hit = {item.customer for item, _low, _high in board.inventory.owned(scope)}
    inside = set()
    for key in board.cases.open:
        bodies, pinned = board.cases.bodies[key], board.cases.pins.get(key, {}).get(outage)
        by_itself = bodies.intersects(scope) if bodies else board.cases.customer_of[key] in hit
        if by_itself if pinned is None else pinned:
            inside.add(key)
    return inside


@given(facts, st.lists(case_facts, min_size=3, max_size=9))
@settings(max_examples=examples(250))
def test_members_kept_step_by_step_are_those_counted_from_scratch(found: list[Fact], cases: list[Fact]) -> None:
    board = Board()
    for entry in entries_of([*found, *cases, *found[::2]]):
        board.apply([entry], Touched())
    outages = board.outages
    in_any: set[str] = set()
    for outage in outages.live():
        members = outages.members[outage.id]
        inside = members_from_scratch(board, outage.id)
        assert set(members.cases) == inside
        assert sum(members.minutes.values()) == len(inside)
        in_any |= inside
        serving = [
            alarm
            for alarm in board.alarms.active.values()
            if outage.where and set(outage.where.items()) <= set(board.inventory.where(alarm.attributes))
        ]
        assert sum(outages.alarm_counts(outage.id)) == len(serving)
    lanes = {key: outages.lane(key) for key in board.cases.open}
    assert {key for key, lane in lanes.items() if lane == "grouped"} == in_any == set(outages.of_case)
    rest = {key: board.cases.bodies[key] for key in board.cases.open if key not in in_any}
    assert {key for key, lane in lanes.items() if lane == "unexplained"} == {key for key, sims in rest.items() if sims}
    totals = outages.totals()
    assert (totals.cases, totals.grouped) == (len(board.cases.open), len(in_any))
    assert totals.unexplained == sum(bool(sims) for sims in rest.values())
    assert totals.without_sims == sum(not sims for sims in rest.values())
    assert totals.single == sum(sims.count == 1 for sims in rest.values())
    scope = IntervalSet.union(outages.sims(one.id) for one in outages.live())
    assert totals.sims == scope.count
    assert totals.customers == len({item.customer for item, _low, _high in board.inventory.owned(scope)})


@given(facts, st.lists(case_facts, min_size=3, max_size=9))
@settings(max_examples=examples(150))
def test_evidence_kept_step_by_step_is_that_counted_from_scratch(found: list[Fact], cases: list[Fact]) -> None:
    board = Board()
    for entry in entries_of([*found, *cases]):
        board.apply([entry], Touched())
    known = board.outages.unexplained.evidence
    fresh = Places(board.inventory)
    for key in known.cases:
        case, bodies = board.cases.open[key], board.cases.bodies[key]
        fresh.put(key, written(key, case, board.cases.customer_of[key], bodies))
    assert known.cases == fresh.cases
    for mine, theirs in ((known.on, fresh.on), (known.own, fresh.own)):
        assert {run: set(keys) for run, keys in mine.items()} == {run: set(keys) for run, keys in theirs.items()}
    assert set(known.crowded) == set(fresh.crowded)
    assert (set(known.several), set(known.loose)) == (set(fresh.several), set(fresh.loose))
    assert known.rows == fresh.rows


@given(
    facts, st.lists(case_facts, min_size=3, max_size=9), st.lists(st.one_of(range_facts, inventory_facts), max_size=8)
)
@settings(max_examples=examples(250))
def test_what_is_derived_change_by_change_is_what_a_start_derives(
    found: list[Fact], cases: list[Fact], changes: list[Fact]
) -> None:
    board = Board()
    for entry in entries_of([*changes[:1], *found, *cases, *changes]):
        if isinstance(entry.fact, RangesLoaded):
            board.inventory.prepared = prepare(entry.fact.table, entry.at, against=board.inventory.standing)
        board.apply([entry], Touched())
    fresh = Board.load(board.dump())
    assert board.cases.bodies == fresh.cases.bodies
    assert board.cases.customer_of == fresh.cases.customer_of
    assert board.outages.of_case == fresh.outages.of_case
    assert board.outages.unexplained.cases == fresh.outages.unexplained.cases
    assert board.alarms.counts == fresh.alarms.counts
    assert board.outages.of_where == fresh.outages.of_where
    for outage in board.outages.live():
        assert board.outages.alarm_counts(outage.id) == fresh.outages.alarm_counts(outage.id)
        assert board.outages.impact(outage.id) == fresh.outages.impact(outage.id)
    assert propose(board) == propose(fresh)


@given(facts)
@settings(max_examples=examples(100))
def test_the_watcher_comes_to_rest(found: list[Fact]) -> None:
    board = replayed(entries_of(found), set())
    for _ in range(6):
        proposed = propose(board)
        if not proposed:
            return
        board.apply(
            tuple(Entry(board.seq + 1 + n, board.at, "vaken/grouping", fact) for n, fact in enumerate(proposed)),
            Touched(),
        )
    assert propose(board) == []
