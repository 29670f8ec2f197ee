"""The view *explanations*: what may explain one outage, ranked, with a person's word beside it."""

from collections.abc import Iterable
from typing import Final, NamedTuple

from feeds.board.board import Board
from feeds.board.explanation.explanations import name_of
from feeds.board.explanation.fleet_derived import CUSTOMER
from feeds.model import ExplanationRow, Row
from feeds.model.explanations import Explanation
from feeds.simspace import short_text

TREND: Final = 24
"""Looks of which a row shows the coverage."""


class ExplanationSource:
    """The candidates of one outage; what a person said stands among them."""

    name = "explanations"
    row_type = ExplanationRow
    default_sort = "rank"

    def __init__(self, board: Board, of: str) -> None:
        self._board = board
        self._of = of
        self._rows: dict[str, ExplanationRow] = {}

    def every_key(self) -> Iterable[str]:
        """The candidates' values as text."""
        self._rows = {row.key: row for row in self._made()}
        return self._rows

    def row(self, key: str) -> Row | None:
        """One candidate."""
        return self._rows.get(key)

    def _made(self) -> Iterable[ExplanationRow]:
        board = self._board
        outage = board.outages.survivor(self._of)
        if outage is None:
            return
        known = board.explanations.latest.get(outage.id)
        chosen = board.explanations.chosen.get(outage.id)
        found = known.explanations if known is not None else ()
        looks = known.looks[-TREND:] if known is not None else ()
        for rank, one in enumerate(found, start=1):
            key = name_of(one.where)
            yield ExplanationRow(
                key=key,
                rank=rank,
                where=named(board, one.where),
                coverage=one.coverage,
                fleet_share=one.fleet_share,
                lift=one.lift,
                affected=one.affected,
                total=one.total,
                outside=one.outside,
                outside_text=short_text([(int(first), int(last)) for first, last in one.outside_ranges]),
                outside_customers=tuple(customer_name(board, customer) for customer in one.outside_customers),
                healthy=one.healthy,
                customers=one.customers,
                stands=one.stands,
                chosen_by=chosen.by if chosen is not None and chosen.where == one.where else "",
                note=one.note,
                trend=tuple(look.get(key) for look in looks),
            )
        if chosen is not None and all(one.where != chosen.where for one in found):
            yield ExplanationRow(
                key=name_of(chosen.where),
                rank=len(found) + 1,
                where=named(board, chosen.where),
                coverage=0.0,
                fleet_share=0.0,
                chosen_by=chosen.by,
                note="not measured yet",
            )


class Shared(NamedTuple):
    """What an outage's SIMs share, in words, who said so (empty: a watcher), and its two shares where known."""

    words: str
    by: str
    coverage: float | None
    fleet_share: float | None


def shared_of(board: Board, outage: str, where: dict[str, str]) -> Shared | None:
    """Return what explains an outage that stands on ``where``; None where nothing is said to.

    A person's word comes first, then what stands by the evidence, then what the outage stands on.
    """
    known = board.explanations.latest.get(outage)
    found: tuple[Explanation, ...] = known.explanations if known is not None else ()
    chosen = board.explanations.chosen.get(outage)
    said = chosen.where if chosen is not None else next((one.where for one in found if one.stands), where)
    measured = next((one for one in found if one.where == said), None)
    if not said or (chosen is None and measured is None):
        return None
    words = name_of(named(board, said))
    by = chosen.by if chosen is not None else ""
    if measured is None:
        return Shared(words, by, None, None)
    return Shared(words, by, measured.coverage, measured.fleet_share if measured.total else None)


def customer_name(board: Board, customer: str) -> str:
    """Return the name of a customer, or its id where the inventory has none."""
    known = board.inventory.customers.get(customer)
    return known.name if known is not None else customer


def named(board: Board, where: dict[str, str]) -> dict[str, str]:
    """Return attribute values for people: customers by their names."""
    if CUSTOMER not in where or CUSTOMER in board.inventory.standing.attribute_names:
        return where
    return {**where, CUSTOMER: customer_name(board, where[CUSTOMER])}
