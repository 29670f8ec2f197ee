"""The hub explains outages by itself, and takes a person's word for what it is."""

from typing import Any

import pytest

from tests.hub.running import RunningHub
from tests.hub.terminal import terminal

BASE = 894620007000000000
METERS = 8


def block(number: int) -> dict[str, Any]:
    first = BASE + number * 10_000
    apn = "expl.meter" if number < METERS else f"expl-{number % 5}"
    return {
        "first": str(first),
        "last": str(first + 999),
        "customer": f"e{number}",
        "attributes": {"apn": apn, "hss": f"expl-hss-{number % 4}"},
    }


def case(number: int, place: int) -> dict[str, Any]:
    sims = [str(BASE + number * 10_000 + place)]
    return {"number": f"E-{number}-{place}", "customer": f"e{number}", "sims": sims, "title": "no data"}


@pytest.fixture
async def hub(shared_hub: RunningHub) -> RunningHub:
    """The shared hub with a fleet of its own: one range a customer, those of the first eight share an APN."""
    await shared_hub.post("/v1/ranges", [block(number) for number in range(100)])
    await shared_hub.post(
        "/v1/customers", [{"id": f"e{number}", "name": f"Customer {number}"} for number in range(100)]
    )
    return shared_hub


async def meters(hub: RunningHub) -> str:
    """Let the meters' customers write; return the outage that this is, once it is explained."""
    await hub.post("/v1/cases", [case(number, place) for number in range(METERS) for place in (1, 2)])

    def explained(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [row for row in rows if row.get("shared") == "apn expl.meter" and row.get("coverage")]

    rows = explained(await hub.until("outages", explained, "&filter=state:suspected"))
    return str(rows[0]["key"])


async def refusal(hub: RunningHub, **fields: Any) -> str:
    status, answer = await hub.command("explain", **fields)
    assert status == 409, answer
    return str(answer["error"])


async def test_an_outage_is_explained_from_cases_alone_then_overruled_and_taken_back(hub: RunningHub) -> None:
    outage = await meters(hub)
    (first, *_rest) = await hub.until("explanations", lambda rows: rows and rows[0].get("stands"), f"&of={outage}")
    assert first["where"] == {"apn": "expl.meter"}
    assert first["total"] == 8_000
    history = await hub.rows("timeline", f"&of={outage}")
    assert any(line["who"] == "vaken/explaining" and "explained by apn expl.meter" in line["what"] for line in history)

    # What comes just after it was explained is told as well, as soon as it may be.
    await hub.post("/v1/cases", [case(number, place) for number in range(METERS) for place in range(3, 9)])
    await hub.until("explanations", lambda rows: rows[0]["affected"] >= 64, f"&of={outage}")

    # Words that do not fit what is so are refused, with what is.
    assert "give a reason to overrule" in await refusal(hub, outage=outage, where={"hss": "expl-hss-1"})
    assert "knows no attribute colour" in await refusal(hub, outage=outage, where={"colour": "red"}, why="so")
    assert "has apn nowhere" in await refusal(hub, outage=outage, where={"apn": "nowhere"}, why="so")
    assert "nothing to take back" in await refusal(hub, outage=outage, where={})
    assert "no outage O-none" in await refusal(hub, outage="O-none", where={"hss": "expl-hss-1"}, why="so")
    assert "changed since you looked" in await refusal(hub, outage=outage, where={"apn": "expl.meter"}, seen=1)

    # The outage then stands on the SIMs that the person named, and keeps them.
    result = await hub.done("explain", outage=outage, where={"hss": "expl-hss-1"}, why="the vendor confirms")
    assert result["sims"] == 25_000
    (row,) = await hub.rows("outages", f"&filter=key:{outage}")
    assert (row["shared"], row["shared_by"], row["sims"]) == ("hss expl-hss-1", "jl", 25_000)
    assert "jl said hss expl-hss-1 already" in await refusal(
        hub, outage=outage, where={"hss": "expl-hss-1"}, why="the vendor confirms"
    )
    rows = await hub.rows("explanations", f"&of={outage}")
    assert [row["key"] for row in rows if row.get("chosen_by") == "jl"] == ["hss expl-hss-1"]

    await hub.done("explain", outage=outage, where={})
    (row,) = await hub.rows("outages", f"&filter=key:{outage}")
    assert not row.get("shared_by")


async def test_a_customer_may_be_named_and_its_outage_stands_on_its_ranges(hub: RunningHub) -> None:
    first = BASE + 60 * 10_000
    outage = (await hub.done("suspect", sims=f"{first} - {first + 9}"))["outage"]
    result = await hub.done("explain", outage=outage, where={"customer": "Customer 60"}, why="their own server is down")
    assert result["sims"] == 1_000
    (row,) = await hub.rows("outages", f"&filter=key:{outage}")
    assert (row["shared"], row["shared_by"]) == ("customer Customer 60", "jl")
    await hub.done("reject", outage=outage)
    assert "is rejected" in await refusal(hub, outage=outage, where={"apn": "expl.meter"}, why="so")


async def test_a_terminal_that_looks_at_explanations_gets_what_is_new(hub: RunningHub) -> None:
    first = BASE + 70 * 10_000
    outage = (await hub.done("suspect", sims=f"{first} - {first + 9}"))["outage"]
    async with terminal(hub) as screen:
        shown = await screen.open("explanations", of=outage)
        await hub.done("explain", outage=outage, where={"hss": "expl-hss-2"}, why="look")
        await screen.until(lambda: any(row["key"] == "hss expl-hss-2" for row in shown.listed))
