"""The parts of the screens that only count and read."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from feeds.client import ClientError, Reply
from feeds.model import Channel, Command, CountRow, CurveRow, FeedRow, UpdateKind, UpdateText
from feeds.model.commands import Draft
from tests.tui.fake_hub import NOW, FakeHub, ago, desk_rows, outage, quiet_outage, surge_row, update_row
from tui.acts.hints import hint_line
from tui.screens.help import help_parts, joined
from tui.situation import Situation
from tui.tables.desk import desk_table
from tui.tables.filters_tried import FiltersTried
from tui.words.counts import SPANS, Span, curve_of, square
from tui.words.rows import obligation, overdue, told_bit
from tui.words.surges import SurgeMark, chance_words, last_words, surge_line, surge_mark, surge_words
from tui.writing.drafting import Drafting, Written
from tui.writing.next_word import BadTime, read_next_word
from widgets.columns import Bit
from widgets.delivery_bar import delivery_bar
from widgets.feed_strip import feed_line, is_stale
from widgets.quantities import age, rate, span, utc
from widgets.sparkline import sparkline


@pytest.mark.parametrize(
    ("text", "then"),
    [("20", "03:16"), ("+5 min", "03:01"), ("03:10", "03:10"), ("2:50", "02:50"), ("00:00Z", "00:00")],
)
def test_the_next_word_is_read_as_minutes_or_a_time_in_utc(text: str, then: str) -> None:
    read = read_next_word(text, NOW)
    assert read is not None
    assert read > NOW
    assert f"{read:%H:%M}" == then
    assert read.second == 0


@pytest.mark.parametrize("text", ["soon", "25:00", "10:75", "0", "100000", "-5"])
def test_what_is_no_time_is_refused_in_words(text: str) -> None:
    with pytest.raises(BadTime):
        read_next_word(text, NOW)


@given(st.integers(1, 1440))
def test_minutes_never_promise_less_than_was_written(minutes: int) -> None:
    read = read_next_word(str(minutes), NOW)
    assert read is not None
    assert timedelta(0) <= read - (NOW + timedelta(minutes=minutes)) < timedelta(minutes=1)


def minute(old: int, **by: int) -> CountRow:
    at = NOW.replace(second=0) - timedelta(minutes=old)
    return CountRow(
        key=at.isoformat(), minute=at, total=sum(by.values()), by={k.replace("_", "/"): n for k, n in by.items()}
    )


def test_counts_are_split_by_service_and_by_channel() -> None:
    rows = (minute(0, call_data=2, portal_sms=1), minute(30, call_data=4), minute(200, call_data=9))
    totalled = square(rows, NOW, 60)
    assert sum(map(sum, totalled.cells)) == 7
    assert sum(totalled.last_10m) == 3


@pytest.mark.parametrize("span", SPANS)
@given(columns=st.integers(1, 400))
def test_a_span_is_cut_into_the_finest_whole_stretches_that_there_is_room_for(span: Span, columns: int) -> None:
    minutes, count = map(int, curve_of(span, columns).split("/"))
    assert minutes * count == span.minutes
    assert count <= columns or minutes == span.stretches[-1]
    assert all(span.minutes // finer > columns for finer in span.stretches if finer < minutes)


def test_a_curve_may_be_of_one_channel() -> None:
    assert curve_of(SPANS[1], 120, Channel.EMAIL) == "15/96/e-mail"


def test_a_surge_is_told_with_its_numbers() -> None:
    assert surge_words(surge_row()) == "61 in 10 min, usual 2.1 (1.4–3.3), p < 1e-9"
    assert surge_words(surge_row(seen=1_204, minutes=1_440, usual=631.2, low=580, high=690.1, chance=4.4e-7)) == (
        "1,204 in 24 h, usual 631 (580–690), p = 4e-7"
    )


@pytest.mark.parametrize(
    ("chance", "words"),
    [(0.0, "p < 1e-9"), (1e-9, "p = 1e-9"), (9.96e-4, "p = 1e-3"), (0.004, "p = 0.004"), (0.2, "p = 0.2")],
)
def test_a_chance_is_as_exact_as_it_can_be(chance: float, words: str) -> None:
    assert chance_words(chance) == words


def test_the_mark_of_a_surge_is_an_alarm_only_where_ten_minutes_bring_more_than_usual() -> None:
    assert surge_mark([], 60, 2.1) == SurgeMark()
    assert surge_mark([surge_row(ended=NOW)], 60, 2.1) == SurgeMark()
    assert surge_mark([surge_row()], 60, 2.1) == SurgeMark("▲ SURGE", "bold $error", alarm=True)
    for seen in (0, 2, 3):
        assert surge_mark([surge_row()], seen, 2.1).words == "surge fading"
        assert not surge_mark([surge_row()], seen, 2.1).alarm
    assert surge_mark([surge_row()], 1, 0.1).words == "surge fading"


def test_a_surge_so_slow_that_ten_minutes_do_not_tell_is_named_by_its_length() -> None:
    slow = surge_row("S-4", minutes=1_440, seen=170, usual=64.0)
    assert surge_mark([surge_row(), slow], 0, 0.4).words == "24 h surge"
    assert "error" not in surge_mark([slow], 0, 0.4).style
    assert surge_mark([slow], 9, 0.4).alarm


def test_the_newest_stretch_stands_in_red_only_with_more_than_is_usual() -> None:
    row = CurveRow(key="1", start=NOW, minutes=5.0, seen=0, usual=4.5, low=1.0, high=9.0, surges=("S-1",))
    assert "$error" not in last_words(row).markup
    assert "$error" in last_words(structs.replace(row, seen=40)).markup


def test_a_surge_that_goes_on_stands_out_without_colour() -> None:
    assert surge_line(surge_row(), NOW).plain.startswith("▲ 02:31 for 24 min")
    over = surge_line(surge_row(ended=NOW, channel="", kind=""), NOW).plain
    assert over.startswith("  02:31 to 02:55")
    assert "all cases" in over


def test_short_lines_of_surges_stand_below_each_other_whatever_their_day() -> None:
    ago = [timedelta(hours=1), timedelta(days=3)]
    lines = [
        surge_line(surge_row(began=NOW - ago[0]), NOW, short=True).plain,
        surge_line(surge_row(began=NOW - ago[1], ended=NOW, channel="", kind=""), NOW, short=True).plain,
    ]
    assert [line.index("61 in 10 min") for line in lines] == [30, 30]
    assert [line[2:11] for line in lines] == ["    01:55", f"{NOW - ago[1]:%a} 02:55"]
    assert len(lines[0]) <= 74


def test_names_in_surges_are_text_and_nothing_else() -> None:
    assert "[/red]" in surge_line(surge_row(service="[/red]\x1b[31m"), NOW).plain


def test_the_desks_figures_stand_in_one_table_beside_what_is_usual() -> None:
    lines = desk_table(desk_rows()).plain.split("\n")
    assert {len(line) for line in lines[2:]} == {54}
    assert lines[1].split() == ["contacts", "today", "74", "usual", "63", "a", "day"]
    assert lines[2].split() == ["calls", "today", "9", "▲341", "s", "320", "s", "–", "4"]
    assert lines[3].split() == ["incidents", "61", "3.2", "d", "9.3", "d", "14.1", "d", "2"]
    assert lines[4].split()[3:5] == ["▲8.4", "d"]
    assert lines[6].split() == ["orders", "0", "–", "12.0", "d", "–", "·"]


def test_figures_that_did_not_come_yet_are_dashes() -> None:
    assert [line.split()[-1] for line in desk_table(()).plain.split("\n")[1:]] == ["–"] * 6


def test_ages_spans_and_rates_are_short() -> None:
    assert [age(s) for s in (-5, 0, 59, 60, 3_599, 3_600, 90_000)] == ["0s", "0s", "59s", "1m", "59m", "1h", "1d"]
    assert [span(s) for s in (5, 300, 7_500, 200_000)] == ["5 s", "5 min", "2 h 05 min", "2 d"]
    assert [rate(n) for n in (0, 0.4, 14, 48_720)] == ["0/min", "<1/min", "14/min", "812/s"]


def test_a_sparkline_is_as_high_as_its_highest() -> None:
    assert sparkline([0, 1, 8], 3) == "▁▁█"
    assert sparkline([0, 0], 5) == "▁▁"
    assert sparkline([1, 2, 3], 0) == ""


def feed(name: str, kind: str = "alarms", minutes: float = 0, per_minute: float = 60.0) -> FeedRow:
    return FeedRow(key=name, kind=kind, heard=NOW - timedelta(minutes=minutes), per_minute=per_minute)


def test_a_stale_feed_is_marked_by_a_letter() -> None:
    assert not is_stale(feed("a"), NOW)
    assert is_stale(feed("a", minutes=6), NOW)
    assert is_stale(FeedRow(key="a", kind="alarms"), NOW)
    assert "S [/a] 6m" in feed_line([feed("[/a]", minutes=6)], NOW, 80).plain


def test_an_update_that_nobody_has_is_said_and_keeps_no_promise() -> None:
    why = "no mail server configured: set [mail] in config.toml"
    first = outage(told=None, next_word=None, waits=ago(3), waits_for=44, waits_why=why)
    assert obligation(first, NOW).plain == (
        f"no word to customers yet, 2 h 13 min · approved {utc(ago(3))}, 0 of 44 accepted: {why}"
    )
    assert told_bit(first, NOW) == Bit("0/44", "alert")
    second = outage(waits=ago(3), waits_for=12_400)
    assert f"OVERDUE 4 min · approved {utc(ago(3))}, 0 of 12,400 accepted" in obligation(second, NOW).plain
    assert told_bit(second, NOW).text == "0/12k"
    assert overdue(second, NOW) > 0
    assert "approved" not in obligation(outage(), NOW).plain


def test_who_was_only_refused_is_no_feed_that_is_missed_and_one_that_is_expected_is() -> None:
    stranger = FeedRow(key="alarms", kind="alarms", refused=3)
    assert feed_line([stranger], NOW, 80).plain == "no feed heard yet"
    assert "alarms" not in feed_line([stranger, feed("nms")], NOW, 80).plain
    assert "S never" not in feed_line([stranger, feed("nms")], NOW, 80).plain
    assert feed_line([FeedRow(key="nms", kind="alarms", expected=True)], NOW, 80).plain == "S nms never"


@given(st.integers(0, 120), st.lists(st.integers(0, 30), max_size=12))
def test_the_feed_line_never_is_longer_than_its_place(width: int, ages: list[int]) -> None:
    feeds = [feed(f"feed-number-{n}", minutes=old) for n, old in enumerate(ages)]
    assert feed_line(feeds, NOW, width).cell_length <= max(width, 3)


@given(st.integers(0, 60), st.integers(0, 5), st.integers(0, 5), st.integers(0, 1_000))
def test_the_delivery_bar_fills_its_width_and_shows_each_failure(
    width: int, failed: int, unsure: int, fine: int
) -> None:
    row = update_row(failed=failed, uncertain=unsure, accepted=fine, attempting=0, total=failed + unsure + fine + 10)
    bar = delivery_bar(row, width).plain
    assert len(bar) == width
    if width > 30:
        assert ("x" in bar) == (failed > 0)
        assert ("?" in bar) == (unsure > 0)


@given(st.integers(0, 200))
def test_hints_fit_into_their_line(width: int) -> None:
    assert hint_line("board", width).cell_length <= width


def test_the_header_speaks_of_the_most_overdue_promise() -> None:
    hub = FakeHub()
    hub.put(
        "outages", outage("O-1", next_word=NOW + timedelta(minutes=5)), quiet_outage("O-2", urgency=99),
        outage("O-3", urgency=5, next_word=NOW - timedelta(minutes=9)),
        outage("O-4", urgency=50, next_word=NOW - timedelta(minutes=2)),
    )  # fmt: skip
    situation = Situation(hub)
    situation.open(lambda view, changed: None, lambda: None)
    top = situation.top(NOW)
    assert top is not None
    assert top.key == "O-3"


def said(done: str) -> Written:
    return Written(UpdateKind.PROGRESS, UpdateText(done, "", "", datetime(2026, 1, 1, tzinfo=UTC)))


async def test_while_a_draft_is_on_its_way_only_the_newest_text_follows() -> None:
    hub, sent = FakeHub(), []
    drafting: Drafting

    async def send(command: Command) -> Reply:
        sent.append(command)
        if len(sent) == 1:
            await drafting.write(said("second"))
            await drafting.write(said("third"))
        return hub.do(command).result()

    drafting = Drafting("O-1", send, lambda: None)
    await drafting.write(said("first"))
    drafts = [command for command in sent if isinstance(command, Draft)]
    assert [(draft.text.done, draft.update) for draft in drafts] == [("first", ""), ("third", "U-1")]
    assert drafting.is_fresh(said("third"))


async def test_a_draft_that_fails_says_why_and_the_next_one_mends_it() -> None:
    hub = FakeHub()

    async def send(command: Command) -> Reply:
        return hub.do(command).result()

    drafting = Drafting("O-1", send, lambda: None)
    hub.refuse = "no room"
    await drafting.write(said("a"))
    assert drafting.problem == "no room"
    assert isinstance(drafting.problem, str)
    hub.refuse = ""
    await drafting.write(said("a"))
    assert (drafting.problem, drafting.update) == ("", "U-1")
    assert issubclass(ClientError, Exception)


def test_the_help_tells_the_keys_of_the_number_line_where_there_is_one() -> None:
    assert "half a picture left" in joined(help_parts("board", 90)).plain
    assert "half a picture left" not in joined(help_parts("counts", 90)).plain
    assert "equals_sign" not in joined(help_parts("space", 90)).plain


@settings(deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from("abcdefghijkl"))))
def test_a_filter_that_was_refused_is_not_in_force_until_it_is_answered_again(answers: list[tuple[bool, str]]) -> None:
    tried, refused = FiltersTried("first"), set[str]()
    for answered, text in answers:
        if answered:
            tried.answered(text)
            refused.discard(text)
            assert tried.in_force == text
        else:
            tried.refused(text)
            refused.add(text)
        assert tried.in_force not in refused
