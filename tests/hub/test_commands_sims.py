"""Commands about SIMs: what does this text speak of, make a group of it, move a case."""

from typing import Any

import msgspec
import pytest

from feeds.model import SimsOwner, SimsRead
from tests.hub.running import RunningHub
from tests.hub.terminal import terminal

BASE = 894620005000000000


def at(number: int) -> str:
    return str(BASE + number)


@pytest.fixture
async def hub(shared_hub: RunningHub) -> RunningHub:
    """The shared hub with an inventory: c1 has 10,000 SIMs with IMSIs, c2 the first 100 of them."""
    whole = {"first": at(0), "last": at(9_999), "customer": "c1", "imsi_first": "240010000000000"}
    await shared_hub.post("/v1/ranges", [whole, {"first": at(0), "last": at(99), "customer": "c2"}])
    await shared_hub.post(
        "/v1/customers", [{"id": "c1", "name": "Acme Lifts"}, {"id": "c2", "name": "Vatten", "vip": True}]
    )
    return shared_hub


async def asked(hub: RunningHub, text: str) -> SimsRead:
    return msgspec.convert(await hub.done("sims", text=text), SimsRead)


async def refusal(hub: RunningHub, name: str, **fields: Any) -> str:
    status, answer = await hub.command(name, **fields)
    assert status == 409, answer
    return str(answer["error"])


async def test_a_text_is_echoed_piece_by_piece_with_whose_sims_it_speaks_of(hub: RunningHub) -> None:
    text = f"from {at(50)} to {at(149)}, IMSI 240010000000300, IMSI 240990000000300, 8.94E+17 and {at(20_000)}"
    before = await hub.sequence()
    found = await asked(hub, text)
    assert found.count == 102
    assert found.ranges == ((at(50), at(149)), (at(300), at(300)), (at(20_000), at(20_000)))
    assert [(piece.kind, piece.count) for piece in found.pieces] == [
        ("iccid", 100),
        ("imsi", 1),
        ("imsi", 1),
        (None, 0),
        ("iccid", 1),
    ]
    assert all(text[piece.start : piece.end] == piece.text for piece in found.pieces)
    assert [piece.warning.partition(",")[0] for piece in found.pieces] == [
        "",
        "",
        "not in the inventory",
        "a spreadsheet has rounded this number",
        "not in the inventory",
    ]
    assert found.owners == (
        SimsOwner("c1", "Acme Lifts", False, 51),
        SimsOwner("c2", "Vatten", True, 50),
        SimsOwner("", sims=1),
    )
    assert len(found.overlaps) == 1
    assert "(Vatten)" in found.overlaps[0]
    assert "(Acme Lifts)" in found.overlaps[0]
    assert await hub.told_since(before) == [], "asking changes nothing"


async def test_the_echo_names_the_outages_that_the_sims_are_in(hub: RunningHub) -> None:
    outage = (await hub.done("suspect", sims=f"{at(1_000)} - {at(1_099)}"))["outage"]
    assert (await asked(hub, at(1_050))).outages == (outage,)
    assert (await asked(hub, at(1_100))).outages == ()


async def test_a_text_without_sims_is_echoed_as_such(hub: RunningHub) -> None:
    assert await asked(hub, "the meters in Kiruna") == SimsRead(0)


async def test_a_text_full_of_numbers_is_answered(hub: RunningHub) -> None:
    text = "\n".join(at(number * 2) for number in range(3_000))
    found = await asked(hub, text)
    assert (found.count, len(found.pieces)) == (3_000, 3_000)
    status, answer = await hub.command("sims", text="x" * 65_537)
    assert status == 422
    assert "$.text" in answer["error"]


async def test_a_person_makes_a_group_of_what_they_write(hub: RunningHub) -> None:
    made = await hub.done("suspect", "eva", sims=f"{at(2_000)} + 10 and {at(2_500)}", title="Kiruna", why="phone calls")
    (row,) = [one for one in await hub.rows("outages") if one["key"] == made["outage"]]
    assert (row["state"], row["title"], row["reason"], row["sims"]) == ("suspected", "Kiruna", "phone calls", 11)
    (line,) = await hub.rows("timeline", f"&of={made['outage']}")
    assert (line["who"], line["what"]) == ("eva", "suspected: phone calls")


async def test_a_group_is_refused_with_the_reason(hub: RunningHub) -> None:
    made = await hub.done("suspect", sims=f"{at(3_000)}-{at(3_099)}")
    before = await hub.sequence()
    assert await refusal(hub, "suspect", sims=f"{at(3_000)} to {at(3_099)}") == (
        f"{made['outage']} is exactly these SIMs already"
    )
    assert "no SIM could be read: write ICCIDs" in await refusal(hub, "suspect", sims="all of Kiruna")
    assert "a spreadsheet has rounded" in await refusal(hub, "suspect", sims="8.94E+17")
    said = await refusal(hub, "suspect", sims=f"{at(3_500)}, {at(77_777)}")
    assert said.startswith(f"not in the inventory: {at(77_777)};")
    assert await hub.told_since(before) == []


async def test_without_an_inventory_a_group_needs_none(make_hub: Any) -> None:
    bare = make_hub()
    assert (await bare.done("suspect", sims=at(5)))["outage"] == "O-1"
    said = await refusal(bare, "suspect", sims="IMSI 240010000000300")
    assert "no inventory is loaded: nothing says which SIM has this IMSI" in said


async def opened(hub: RunningHub, number: str, *sims: int) -> int:
    body = {"number": number, "source": "place", "sims": [at(one) for one in sims]}
    status, said = await hub.post("/v1/cases", body)
    assert status == 200, said
    return int(said["seq"])


def outages_of(rows: list[dict[str, Any]], number: str) -> list[str]:
    return next(list(row.get("outages", ())) for row in rows if row["number"] == number)


async def test_a_case_is_moved_into_an_outage_and_out_of_it(hub: RunningHub) -> None:
    outage = (await hub.done("suspect", sims=f"{at(4_000)}-{at(4_099)}"))["outage"]
    await opened(hub, "in", 4_050)
    await opened(hub, "far", 4_900)
    await hub.done("place", case="place/far", outage=outage, inside=True, why="same town")
    await hub.until("cases", lambda rows: outages_of(rows, "far") == [outage])
    (row,) = await hub.rows("cases", "&filter=key:place/far")
    assert (row["lane"], row["placed"]) == ("grouped", "person")
    await hub.done("place", case="place/in", outage=outage, inside=False)
    await hub.until("cases", lambda rows: outages_of(rows, "in") == [])
    assert (
        await refusal(hub, "place", case="place/far", outage=outage, inside=True) == f"case far is in {outage} already"
    )
    said = await refusal(hub, "place", case="place/in", outage=outage, inside=False)
    assert said == f"case in is not in {outage} already"


async def test_moving_a_case_is_refused_where_there_is_nothing_to_move(hub: RunningHub) -> None:
    outage = (await hub.done("suspect", sims=f"{at(5_000)}-{at(5_099)}"))["outage"]
    seq = await opened(hub, "moving", 5_900)
    where = {"outage": outage, "inside": True}
    assert await refusal(hub, "place", case="place/none", **where) == "there is no case place/none"
    assert await refusal(hub, "place", case="place/moving", outage="O-999", inside=True) == "there is no outage O-999"
    await opened(hub, "moving", 5_901)
    assert "changed since you looked" in await refusal(hub, "place", case="place/moving", seen=seq, **where)
    await hub.post("/v1/cases", {"number": "moving", "source": "place", "state": "closed"})
    assert await refusal(hub, "place", case="place/moving", **where) == "case moving is closed"
    await opened(hub, "other", 5_902)
    await hub.done("reject", outage=outage)
    said = await refusal(hub, "place", case="place/other", **where)
    assert said == f"{outage} is rejected: cases are not moved there any more"


async def test_the_same_commands_work_on_the_stream(hub: RunningHub) -> None:
    async with terminal(hub) as one:
        answer = await one.do("sims", text=at(1))
        assert answer["result"]["count"] == 1
        answer = await one.do("suspect", sims="nothing")
        assert "no SIM could be read" in answer["why"]
        answer = await one.do("place", case="place/none", outage="O-999", inside=True)
        assert answer["why"] == "there is no outage O-999"


async def test_views_of_the_number_line_follow_what_happens(hub: RunningHub) -> None:
    async with terminal(hub) as one:
        part = f":{at(6_000)}-{at(6_999)}/2"
        ribbon = await one.opened("ribbon", 1, of=part, window=[0, 10])
        totals = await one.opened("totals", 2)
        assert [row.get("cases", 0) for row in ribbon.listed] == [0, 0]
        cases = totals.rows["all"].get("cases", 0)
        await opened(hub, "ribbon", 6_010)
        await one.until(lambda: [row.get("cases", 0) for row in ribbon.listed] == [1, 0])
        await one.until(lambda: totals.rows["all"].get("cases") == cases + 1)
        readings = await one.opened("readings", 3, of="place/ribbon")
        assert [row["sims"] for row in readings.listed] == [1]
        await opened(hub, "ribbon", 6_010, 6_020)
        await one.until(lambda: sum(row["sims"] for row in readings.listed) == 2)
        wrong = await one.opened("ribbon", 4, of="/0")
        assert "write it as O-12" in wrong.error
