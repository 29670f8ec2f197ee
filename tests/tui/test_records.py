"""What is written into files says where it does not hold everything."""

import json
from datetime import datetime

from feeds.model import ChangeRow, ImpactRow, Row, UpdateKind, UpdateRow, UpdateState
from tests.tui.fake_hub import NOW, ago, outage
from tui.words.handover import note
from tui.words.outage_record import ASKED, make_record, record_json, record_markdown


def rows(customers: int) -> dict[str, tuple[Row, ...]]:
    found: dict[str, tuple[Row, ...]] = {asked.name: () for asked in ASKED}
    hit = tuple(ImpactRow(key=str(n), customer=f"customer {n}", sims=10, cases=1) for n in range(customers))
    return found | {"outage": (outage(),), "impact": hit}


def test_a_record_that_was_cut_says_of_what_and_counts_the_rest_right() -> None:
    record = make_record("O-12", rows(30), NOW, {"impact": 14_212, "alarms": 52, "outage": 1})
    text = record_markdown(record)
    assert "**Cut: of 14,212 lines of impact not all are here.**" in text
    assert "| and 14,192 more | | | |" in text
    assert "alarms" not in record.cut, "of these the first is all that is wanted"
    assert json.loads(record_json(record))["cut"] == {"impact": 14_212}


def update_row(number: int, accepted: int, heard: datetime | None) -> UpdateRow:
    return UpdateRow(
        key=f"U-{number}",
        outage="O-12",
        number=number,
        kind=UpdateKind.FIRST_WORD,
        state=UpdateState.SENDING,
        author="ann",
        approver="bob",
        drafted=ago(20),
        approved=ago(17),
        began=ago(16),
        heard=heard,
        next_word=ago(-3),
        customers=1,
        total=1,
        queued=1 - accepted,
        accepted=accepted,
    )


def test_an_update_that_nobody_has_is_no_first_word_and_stands_as_such_in_the_record() -> None:
    record = make_record("O-12", rows(1) | {"updates": (update_row(1, 0, None),)}, NOW)
    assert (record.first_word, record.spans.to_first_word, record.told) == (None, None, ())
    text = record_markdown(record)
    assert "| updates that customers have | 0; 1 more approved, which no customer has |" in text
    assert "| first word to customers | not reached | – |" in text
    assert "**Approved, and no customer has it.**" in text
    assert f"Update 1 was approved {ago(17):%Y-%m-%d %H:%M:%S}, and no customer has it. Why?" in text
    assert "did not come by then" not in text
    later = make_record("O-12", rows(1) | {"updates": (update_row(1, 1, ago(5)), update_row(2, 0, None))}, NOW)
    assert later.first_word == ago(5)
    assert [one.number for one in later.told] == [1]
    assert [one["update"] for one in json.loads(record_json(later))["not_told"]] == ["U-2"]


def test_a_record_that_holds_everything_says_nothing_of_it() -> None:
    text = record_markdown(make_record("O-12", rows(30), NOW, {"impact": 30}))
    assert "Cut" not in text
    assert "| and 10 more | | | |" in text


def test_a_handover_that_was_cut_says_so_before_its_lines() -> None:
    change = ChangeRow(key="1", rank=0, section="outages", at=ago(5), what="declared", who="jl", outage="O-12")
    text = note([change], "01:00", NOW, "jl", 2_500)
    assert text.index("**Cut: the first 1 of 2,500 changes are here.**") < text.index("declared")
    assert "Cut" not in note([change], "01:00", NOW, "jl", 1)
