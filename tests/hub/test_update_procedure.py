"""The procedure of an update on a real hub: two people, a hold, a canary; suppressions, the call list, the ledger."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.hub.mailbox import Mailbox
from tests.hub.running import RunningHub
from tests.hub.update_text import TEXT

OWN = "noc@operator.example"
BASE = 894_620_010_000_000_000


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    box.start()
    yield box
    box.stop()


@pytest.fixture(scope="module")
def hub_config(mailbox: Mailbox) -> str:
    return (
        f'[mail]\nhost = "127.0.0.1"\nport = {mailbox.port}\nsender = "{OWN}"\nsecurity = "none"\n'
        f'[updates]\nhold = 1.5\ncanary_share = 0.01\ncanary_least = 2\nown_addresses = ["{OWN}"]\niccids_up_to = 500\n'
    )


@pytest.fixture(autouse=True)
def ordinary(mailbox: Mailbox) -> None:
    mailbox.refused = set()
    mailbox.go()


def customer(number: int, domain: str, **more: Any) -> dict[str, Any]:
    contacts = [{"channel": "e-mail", "address": f"ops{number}@{domain}"}]
    return {"id": f"{domain}-{number}", "name": f"Firm {number} of {domain}", "contacts": contacts, **more}


def span(place: int, number: int) -> tuple[str, str]:
    first = BASE + place * 1_000_000 + number * 1_000
    return str(first), str(first + 99)


async def outage_of(hub: RunningHub, place: int, domain: str, customers: list[dict[str, Any]], hit: int = 0) -> str:
    """Make customers known with 100 SIMs each, and a group of the SIMs of the first ``hit`` of them."""
    ranges = [
        {"first": span(place, number)[0], "count": 100, "customer": one["id"], "attributes": {"apn": domain}}
        for number, one in enumerate(customers)
    ]
    assert (await hub.post("/v1/customers", customers))[0] == 200
    assert (await hub.post("/v1/ranges", ranges))[0] == 200
    sims = "\n".join(f"{low} - {high}" for low, high in (span(place, n) for n in range(hit or len(customers))))
    outage = (await hub.done("suspect", sims=sims, title=domain))["outage"]
    await hub.done("declare", outage=outage)
    return str(outage)


async def drafted(hub: RunningHub, outage: str, **more: Any) -> tuple[str, Any]:
    update = (await hub.done("draft", outage=outage, kind="first word", text=TEXT | more))["update"]
    return update, await hub.done("preview", update=update)


async def proposed(hub: RunningHub, outage: str) -> tuple[str, Any]:
    update, preview = await drafted(hub, outage)
    await hub.done("propose", update=update, digest=preview["digest"], customers=preview["customers"])
    return update, preview


async def until(hub: RunningHub, update: str, *states: str) -> dict[str, Any]:
    rows = await hub.until("updates", lambda rows: rows[0]["state"] in states, f"&filter=key:{update}")
    return dict(rows[0])


async def refused(hub: RunningHub, name: str, who: str = "jl", **fields: Any) -> str:
    status, answer = await hub.command(name, who, **fields)
    assert status == 409, answer
    return str(answer["error"])


async def test_two_people_a_hold_and_a_canary_stand_before_the_rest(shared_hub: RunningHub, mailbox: Mailbox) -> None:
    domain = "two.example"
    outage = await outage_of(shared_hub, 1, domain, [customer(n, domain) for n in range(6)])
    update, preview = await drafted(shared_hub, outage)
    assert preview.get("needs_second", True)
    assert (preview["canary"], preview["hold"], preview["contacts"], preview["customers"]) == (3, 1.5, 7, 6)
    asked = {"update": update, "digest": preview["digest"], "customers": 6}
    assert "is still a draft" in await refused(shared_hub, "approve", "bo", **asked)
    assert "another person has to approve it" in await refused(shared_hub, "approve", **asked)
    assert "another person has to approve it" in await refused(shared_hub, "approve", **asked, alone="night")
    await shared_hub.done("propose", **asked)
    assert (await until(shared_hub, update, "proposed"))["proposed_for"] == 6
    assert "another person has to approve it" in await refused(shared_hub, "approve", **asked)
    await shared_hub.done("approve", "bo", **asked)
    assert (await until(shared_hub, update, "hold"))["hold_until"]
    assert mailbox.of(domain) == []
    await shared_hub.done("steer", update=update, to="undo")
    assert (await until(shared_hub, update, "draft")).get("approver", "") == ""
    assert await shared_hub.rows("deliveries", f"&of={update}") == []

    await shared_hub.done("propose", **asked)
    await shared_hub.done("approve", "bo", **asked)
    row = await until(shared_hub, update, "done")
    assert (row["accepted"], row["total"], row["number"], row["approver"]) == (7, 7, 1, "bo")
    assert sorted(mail["X-Recipient"] for mail in mailbox.of(domain)) == [f"ops{n}@{domain}" for n in range(6)]
    ledger = {one["key"]: one for one in await shared_hub.rows("deliveries", f"&of={update}")}
    assert ledger[f"{update}/0"]["address"] == OWN, "the operator's own address is the first canary"
    lines = [line["what"] for line in await shared_hub.rows("timeline", f"&of={outage}")]
    assert any("begins to go out" in line for line in lines)
    assert any("first messages arrived" in line for line in lines)


async def test_one_person_on_duty_says_why_and_it_is_kept(shared_hub: RunningHub) -> None:
    domain = "alone.example"
    outage = await outage_of(shared_hub, 2, domain, [customer(n, domain) for n in range(2)])
    update, preview = await drafted(shared_hub, outage)
    asked = {"update": update, "digest": preview["digest"], "customers": 2}
    await shared_hub.done("approve", **asked, alone="nobody else is on duty tonight")
    row = await until(shared_hub, update, "done")
    assert row["alone"] == "nobody else is on duty tonight"


async def test_a_canary_that_fails_stops_the_rest_until_a_person_decides(
    shared_hub: RunningHub, mailbox: Mailbox
) -> None:
    domain = "canary.example"
    mailbox.refused = {f"ops{n}@{domain}" for n in range(20)}
    outage = await outage_of(shared_hub, 3, domain, [customer(n, domain) for n in range(20)])
    update, preview = await proposed(shared_hub, outage)
    await shared_hub.done("approve", "bo", update=update, digest=preview["digest"], customers=20)
    row = await until(shared_hub, update, "paused")
    assert "first messages failed: 550 5.1.1" in row["reason"]
    assert row["queued"] >= 18
    assert "did not arrive" in await refused(shared_hub, "steer", update=update, to="resume")
    mailbox.refused = set()
    rows = await shared_hub.rows("deliveries", f"&of={update}")
    failed = [int(one["key"].rpartition("/")[2]) for one in rows if one["state"] == "failed"]
    await shared_hub.done("retry", update=update, deliveries=failed)
    await shared_hub.done("steer", update=update, to="resume")
    assert (await until(shared_hub, update, "done"))["accepted"] == 21


async def test_a_change_of_the_customers_while_it_is_held_needs_a_new_look(shared_hub: RunningHub) -> None:
    domain = "scope.example"
    outage = await outage_of(shared_hub, 4, domain, [customer(n, domain) for n in range(8)], hit=6)
    update, preview = await proposed(shared_hub, outage)
    await shared_hub.done("approve", "bo", update=update, digest=preview["digest"], customers=6)
    await shared_hub.done("steer", update=update, to="pause")
    await shared_hub.done("explain", outage=outage, where={"apn": domain}, why="all of it")
    row = (await shared_hub.until("updates", lambda rows: rows[0].get("scope_changed"), f"&filter=key:{update}"))[0]
    assert "2 more are hit" in row["reason"]
    assert "look at its preview" in await refused(shared_hub, "steer", update=update, to="resume")
    look = await shared_hub.done("preview", update=update)
    assert look["customers"] == 6
    assert sorted(look["joined"]) == [f"Firm 6 of {domain}", f"Firm 7 of {domain}"]
    asked = {"update": update, "digest": look["digest"], "customers": 6}
    assert "another person has to look" in await refused(shared_hub, "approve", **asked)
    await shared_hub.done("approve", "bo", **asked)
    assert (await until(shared_hub, update, "done"))["total"] == 7
    _second, preview = await drafted(shared_hub, outage)
    assert sorted(preview["joined"]) == [f"Firm 6 of {domain}", f"Firm 7 of {domain}"]
    assert "What you missed: update 1" in next(
        one["body"] for one in preview["messages"] if one["name"] == f"Firm 7 of {domain}"
    )


async def test_what_the_linter_stops_cannot_be_proposed(shared_hub: RunningHub) -> None:
    domain = "slip.example"
    outage = await outage_of(shared_hub, 5, domain, [customer(n, domain) for n in range(2)])
    body = span(5, 0)[0]
    for words, why in (
        ("Fixed by {{ who }}.", "placeholder left over"),
        (f"The SIM {body} is back.", f"names SIMs of Firm 0 of {domain}"),
    ):
        update, preview = await drafted(shared_hub, outage, done=words)
        (slip,) = [one for one in preview["slips"] if one.get("stops")]
        assert why in slip["what"]
        asked = {"update": update, "digest": preview["digest"], "customers": 2}
        assert "it cannot be sent so" in await refused(shared_hub, "propose", **asked)
        assert "it cannot be sent so" in await refused(shared_hub, "approve", "bo", **asked)
    _update, preview = await drafted(shared_hub, outage, done=f"The meters of Firm 1 of {domain} are back.")
    assert f"'what we have done' names a customer: Firm 1 of {domain}" in preview["problems"]


async def test_a_suppressed_address_is_called_and_the_ledger_can_be_exported(
    shared_hub: RunningHub, mailbox: Mailbox
) -> None:
    domain = "quiet.example"
    customers = [customer(n, domain) for n in range(3)]
    customers[1]["name"] = "=HYPERLINK(evil)"
    customers[2]["contacts"].append({"channel": "phone", "address": "+46 8 123"})
    outage = await outage_of(shared_hub, 6, domain, customers)
    await shared_hub.done("suppress", channel="e-mail", address=f"ops2@{domain}", why="asked on the phone")
    again = await refused(shared_hub, "suppress", channel="e-mail", address=f"OPS2@{domain}")
    assert "already (person: asked on the phone)" in again
    (row,) = [one for one in await shared_hub.rows("suppressions") if one["address"] == f"ops2@{domain}"]
    assert (row["why"], row["words"], row["by"]) == ("person", "asked on the phone", "jl")
    (call,) = await shared_hub.rows("calls", f"&of={outage}")
    assert (call["customer"], call["phones"], call["sims"]) == (f"Firm 2 of {domain}", ["+46 8 123"], 100)
    assert (await shared_hub.get("/v1/calls"))[0] == 422
    update, preview = await proposed(shared_hub, outage)
    assert preview["suppressed"] == [f"Firm 2 of {domain}: e-mail ops2@{domain}: person: asked on the phone"]
    await shared_hub.done("approve", "bo", update=update, digest=preview["digest"], customers=2)
    await until(shared_hub, update, "done")
    assert f"ops2@{domain}" not in [mail["X-Recipient"] for mail in mailbox.of(domain)]
    async with ClientSession() as session:
        async with session.get(f"{shared_hub.url}/v1/updates/{update}/deliveries.csv") as answer:
            assert answer.status == 200
            lines = list(csv.DictReader(io.StringIO((await answer.read()).decode(), newline="")))
        async with session.get(f"{shared_hub.url}/v1/updates/U-9999/deliveries.csv") as answer:
            assert answer.status == 404
    steps = [(one["address"], one["state"]) for one in lines if one["address"] == f"ops0@{domain}"]
    assert [state for _address, state in steps] == ["attempting", "accepted"]
    assert {one["name"] for one in lines} == {"", f"Firm 0 of {domain}", "'=HYPERLINK(evil)"}
    assert {one["update_sha256"] for one in lines} == {preview["digest"]}
    await shared_hub.done("suppress", channel="e-mail", address=f"ops2@{domain}", lift=True)
    assert await shared_hub.rows("calls", f"&of={outage}") == []
    assert "is written to already" in await refused(
        shared_hub, "suppress", channel="e-mail", address=f"ops2@{domain}", lift=True
    )


async def test_the_promise_of_a_next_word_is_told_with_the_totals(shared_hub: RunningHub) -> None:
    outage = await outage_of(shared_hub, 32, "promised.example", [customer(1, "promised.example")])
    update, preview = await proposed(shared_hub, outage)
    await shared_hub.done("approve", "bo", update=update, digest=preview["digest"], customers=1)
    await until(shared_hub, update, "done")
    (row,) = await shared_hub.rows("totals")
    assert row["next_word"] == "2030-03-01T04:00:00Z"
    assert row["promises"] >= 1


async def test_a_draft_can_be_read_as_it_was_written_by_whoever_wants_to_write_on(shared_hub: RunningHub) -> None:
    outage = await outage_of(shared_hub, 31, "texts.example", [customer(1, "texts.example")])
    assert await shared_hub.done("text", outage=outage) is None
    update = (await shared_hub.done("draft", outage=outage, kind="first word", text=TEXT))["update"]
    read = await shared_hub.done("text", outage=outage)
    assert (read["update"], read["text"], read["state"]) == (update, TEXT, "draft")
    assert (await shared_hub.done("text", update=update)) == read
    await shared_hub.done("steer", update=update, to="cancel")
    assert "can no longer change" in await refused(shared_hub, "text", "bo", update=update)
