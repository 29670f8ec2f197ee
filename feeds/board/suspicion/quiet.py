"""Has the evidence of a suspicion that stands on cases alone gone?

Cases stay open for days after what they were about is over, so that some are open says little. A suspicion has gone
quiet when it is a day old, no window of that day has more customers than chance brings, nobody wrote about very many of
its SIMs in that day, and few more cases are open that were opened since it began than are usual. It takes far more to
suspect than to go on suspecting, so that suspicions do not come and go.
"""

from typing import Final

from feeds.board.board import Board
from feeds.board.outage.members import CASES_LOOKED_AT, is_from_cases
from feeds.board.outage.places import FEWEST_CUSTOMERS
from feeds.board.outage.writers import minute_of
from feeds.board.surge.surging import usual_cases
from feeds.board.suspicion.evidence import NEW, WINDOWS
from feeds.board.suspicion.from_cases import of_one_customer
from feeds.board.suspicion.tails import Traffic
from feeds.model import Outage

KEPT_UP_TO: Final = 0.05
"""A surplus keeps a suspicion alive where chance alone brings as much to that place less often than this."""
FEW_OPEN: Final = 10


def has_gone_quiet(board: Board, outage: Outage) -> bool:
    """Whether a live outage is a suspicion from cases of which the evidence has gone; alarms are not asked."""
    now, begun = minute_of(board.at), minute_of(outage.suspected)
    members = board.outages.members[outage.id]
    if not is_from_cases(outage) or now - begun < NEW or members.proofs > CASES_LOOKED_AT:
        return False
    share = _share(board, outage)
    later = sum(count for minute, count in members.minutes.items() if minute > begun - NEW)
    if later - share * usual_cases(board, board.at, float(now - begun + NEW)) > FEW_OPEN:
        return False
    places = board.outages.places(outage.id)
    new = [one for case in places.cases.values() if (one := case.written).minute > now - NEW]
    if any(True for _ in of_one_customer(board, places, now - NEW)):
        return False
    rows = board.outages.unexplained.evidence.rows
    for minutes in WINDOWS:
        inside = {one.writer for one in new if one.minute > now - minutes}
        others = {writer for (_run, writer), minute in rows.items() if minute > now - minutes} - inside
        traffic = Traffic(usual_cases(board, board.at, float(minutes)), 0.0)
        on, of = float(len(inside)), len(inside) + len(others)
        if len(inside) >= FEWEST_CUSTOMERS and traffic.is_surplus(on, of, share, KEPT_UP_TO):
            return False
    return True


def _share(board: Board, outage: Outage) -> float:
    """Return the group's share of the fleet; nothing of it: the least there is."""
    shares = board.outages.shares
    if outage.where:
        return shares.exactly(tuple(sorted(outage.where.items())))
    return min(1.0, sum(map(shares.on_run, board.outages.members[outage.id].scope.pairs())))
