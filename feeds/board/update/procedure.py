"""What the procedure of an update asks for next, as the board stands: holds that end, canaries that are well, pauses.

Pure: the hub's watcher asks again and again and appends what comes out, and so does a rehearsal.
"""

from datetime import datetime
from typing import Final

from feeds.board.board import Board
from feeds.board.update.narrowing import hears
from feeds.facts import UpdateSteered
from feeds.model import DeliveryState, Update, UpdateState
from feeds.simspace import IntervalSet

_BAD: Final = {
    DeliveryState.FAILED: "failed",
    DeliveryState.BOUNCED: "came back",
    DeliveryState.UNCERTAIN: "got no answer",
    DeliveryState.HELD: "could not go out",
}
_BEFORE_THE_REST: Final = frozenset({UpdateState.HOLD, UpdateState.CANARY})


class Changes:
    """For which share of an update's customers something changed, worked out again when it can have become another."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[object, ...], IntervalSet, tuple[float, str]]] = {}

    def of(self, board: Board, update: Update) -> tuple[float, str]:
        """Return what ``changed_share`` does."""
        inventory, scope = board.inventory, board.outages.sims(update.outage)
        stamp = (update.seq, inventory.version, inventory.customers_version)
        known = self._known.get(update.id)
        if known is None or known[0] != stamp or known[1] is not scope:
            known = self._known[update.id] = (stamp, scope, changed_share(board, update))
            for ended in self._known.keys() - board.updates.under_way.keys() - {update.id}:
                del self._known[ended]
        return known[2]


def next_steps(board: Board, now: datetime, scope_change: float, changes: Changes | None = None) -> list[UpdateSteered]:
    """Return what is to be written now. ``scope_change``: share of the customers for whom something may change.

    ``changes``: what was worked out at the last look, for who looks often.
    """
    steps: list[UpdateSteered] = []
    for update_id in board.updates.under_way:
        update = board.updates.updates[update_id]
        step = pause_of_scope(board, update, scope_change, changes)
        if step is None and update.state is UpdateState.HOLD:
            over = update.hold_until is not None and now >= update.hold_until
            step = UpdateSteered(update=update_id, to="start") if over else None
        elif step is None and update.state is UpdateState.CANARY:
            step = after_canary(board, update)
        if step is not None:
            steps.append(step)
    return steps


def pause_of_scope(
    board: Board, update: Update, allowed: float, changes: Changes | None = None
) -> UpdateSteered | None:
    """Return the pause of an update whose customers are no longer those that it was approved for; None: they are.

    Only until the rest goes out: what has left has left. Once somebody looked at a change, as much again is allowed.
    """
    stands = update.paused_from if update.state is UpdateState.PAUSED else update.state
    if stands not in _BEFORE_THE_REST or update.scope_changed:
        return None
    outage = board.outages.survivor(update.outage)
    if outage is None:
        return None
    if outage.id != update.outage:
        why = f"{update.outage} was merged into {outage.id}: cancel this, and write the update there"
        return UpdateSteered(update=update.id, to="pause", reason=why, scope=1.0)
    share, words = (changes or Changes()).of(board, update)
    if share <= allowed + update.scope_accepted:
        return None
    why = f"the customers in {outage.id} changed since the approval: {words}"
    return UpdateSteered(update=update.id, to="pause", reason=why, scope=round(share, 4))


def changed_share(board: Board, update: Update) -> tuple[float, str]:
    """Return for which share of an update's customers something changed since the approval, and what, in words.

    A customer counts who was not hit then, is not hit now, or has other SIMs now. The share is of those it goes to.
    """
    before = {entry.customer: entry for entry in update.audience if entry.customer and entry.since != "left"}
    hit = {one.customer: one for one in board.outages.impact(update.outage)}
    known, unreached = board.inventory.customers, frozenset(update.unreached)
    joined = sum(
        customer not in before and customer not in unreached and hears(one, known.get(customer), update.narrowing)
        for customer, one in hit.items()
    )
    left = sum(customer not in hit for customer in before)
    other = sum(
        customer in hit and (entry.sims, set(entry.ranges)) != (hit[customer].sims, set(hit[customer].ranges))
        for customer, entry in before.items()
    )
    said = ((joined, "more are hit"), (left, "are no longer hit"), (other, "have other SIMs in it"))
    return (joined + left + other) / max(1, len(before)), ", ".join(f"{n:,} {what}" for n, what in said if n)


def after_canary(board: Board, update: Update) -> UpdateSteered | None:
    """Return what follows from the first messages: the rest goes on, or a person has to look; None: not known yet."""
    ledger = board.updates.deliveries[update.id][: update.canary]
    for state, words in _BAD.items():
        bad = [one for one in ledger if one.state is state]
        if bad:
            said = f": {bad[0].answer}" if bad[0].answer else ""
            why = f"{len(bad)} of the {len(ledger)} first messages {words}{said}"
            return UpdateSteered(update=update.id, to="pause", reason=why)
    if any(one.state not in (DeliveryState.ACCEPTED, DeliveryState.SUPPRESSED) for one in ledger):
        return None
    if not any(one.state is DeliveryState.ACCEPTED for one in ledger):
        return UpdateSteered(update=update.id, to="pause", reason="none of the first messages was sent: all suppressed")
    return UpdateSteered(update=update.id, to="go on", reason=f"the {len(ledger)} first messages arrived")
