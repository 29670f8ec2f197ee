"""Facts for small boards, and telling them."""

from datetime import UTC, datetime
from typing import TypeVar

import msgspec

from feeds.board import Board, Touched
from feeds.facts import CaseReported, Entry, Fact, RangesStated
from feeds.model import CaseEvent, Row, SimRange
from feeds.simspace import SimKind, SimSpan
from feeds.views import Query, board_source

START = datetime(2026, 2, 3, 1, 2, 3, tzinfo=UTC)
BASE = 894620002000000000

R = TypeVar("R", bound=Row)


def tell(board: Board, *facts: Fact, at: datetime = START, by: str = "jl") -> Touched:
    touched = Touched()
    board.apply([Entry(board.seq + n, at, by, fact) for n, fact in enumerate(facts, start=1)], touched)
    return touched


def sim_range(number: int, customer: str, sims: int = 1_000, imsi: str = "", **attributes: str) -> SimRange:
    first = BASE + number * 1_000
    return SimRange(
        first=str(first), last=str(first + sims - 1), customer=customer, imsi_first=imsi, attributes=attributes
    )


def stated(*ranges: SimRange) -> RangesStated:
    return RangesStated(ranges)


def ends(first: int, last: int) -> tuple[str, str]:
    return str(BASE + first), str(BASE + last)


def span(first: int, last: int | None = None, kind: SimKind = "iccid") -> SimSpan:
    return SimSpan(kind, str(BASE + first), str(BASE + (first if last is None else last)))


def case(number: str, *sims: int | SimSpan, **more: object) -> CaseReported:
    spans = tuple(one if isinstance(one, SimSpan) else span(one) for one in sims)
    return CaseReported(CaseEvent(number=number, **more), sims=spans)  # type: ignore[arg-type]


def rows(board: Board, view: str, row_type: type[R], of: str = "", filter: str = "", sort: str = "") -> list[R]:
    """Return all rows of a view as a screen reads them."""
    query = Query(board_source(board, view, of), sort, filter)
    return [msgspec.json.decode(data, type=row_type) for _, data in query.window(0, 10_000)]
