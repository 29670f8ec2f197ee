"""Small fleets for tests: few enough SIMs to look at each of them, and what a look at each range says of one."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from feeds.model import SimRange

BASE = 894620002000000000
IMSI = 240011000000000
MSISDN = 467190000000000
SIZE = 40
"""Bodies BASE to BASE + SIZE - 1."""

START = datetime(2026, 3, 1, tzinfo=UTC)

ATTRIBUTES: list[dict[str, str]] = [{}, {"apn": "a"}, {"apn": "b", "gw": "1"}, {"gw": "2", "batch": "b-7"}, {"apn": ""}]


def sim_range(
    first: int,
    size: int,
    customer: str = "c1",
    attributes: dict[str, str] | None = None,
    imsi: int | None = None,
    msisdn: int | None = None,
    use: str = "",
    since: int | None = None,
) -> SimRange:
    """A range of ``size`` SIMs from BASE + ``first`` on; ``since``: seconds after START."""
    return SimRange(
        first=str(BASE + first),
        last=str(BASE + min(first + size, SIZE) - 1),
        customer=customer,
        attributes=attributes or {},
        imsi_first=str(IMSI + imsi) if imsi is not None else "",
        msisdn_first=str(MSISDN + msisdn) if msisdn is not None else "",
        use=use,
        since=START + timedelta(seconds=since) if since is not None else None,
    )


starts = st.none() | st.integers(0, 60)
lasting = st.builds(
    sim_range,
    st.integers(0, SIZE - 1),
    st.integers(1, SIZE),
    st.sampled_from(["c1", "c2", "c3"]),
    st.sampled_from(ATTRIBUTES),
    starts,
    starts,
    st.sampled_from(["", "metering"]),
)
ranges = lasting | st.builds(
    sim_range,
    st.integers(0, 3),
    st.integers(1, 4),
    st.sampled_from(["c1", "c2"]),
    st.sampled_from(ATTRIBUTES),
    starts,
    since=st.integers(0, 6),
)


def canonical(item: SimRange) -> SimRange:
    """What an inventory keeps of a range: no attribute without a value."""
    kept = {name: value for name, value in sorted(item.attributes.items()) if value}
    return SimRange(
        item.first, item.last, item.customer, item.imsi_first, item.msisdn_first, kept, item.use, item.since
    )


def standing(stated: list[SimRange]) -> list[SimRange]:
    """The ranges that stand, in order of the number line: of those with the same ends the one stated last."""
    found = {(item.first, item.last): canonical(item) for item in stated}
    return [found[ends] for ends in sorted(found)]


def holding(stated: list[SimRange], body: int) -> list[SimRange]:
    """The ranges that hold a body, the most specific first: the smallest, then the one that begins first."""
    found = [item for item in stated if int(item.first) <= body <= int(item.last)]
    return sorted(found, key=lambda item: (item.count, item.first))
