"""The whole way of an update: from an alarm to each customer's mailbox, once, whatever happens to the hub."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.hub.mailbox import Mailbox
from tests.hub.running import RunningHub
from tests.hub.update_text import TEXT

CONNECTIONS = 4


AT_ONCE = "[updates]\nhold = 0\ncanary_share = 0\ncanary_least = 0\n"


def mail_config(mailbox: Mailbox) -> str:
    return (
        f'[mail]\nhost = "127.0.0.1"\nport = {mailbox.port}\nsender = "noc@operator.example"\n'
        f'sender_name = "Operator NOC"\nsecurity = "none"\nconnections = {CONNECTIONS}\n'
        f"{AT_ONCE}iccids_up_to = 0\n"
    )


@pytest.fixture(scope="module")
def mailbox() -> Iterator[Mailbox]:
    box = Mailbox()
    box.start()
    yield box
    box.stop()


@pytest.fixture(scope="module")
def hub_config(mailbox: Mailbox) -> str:
    return mail_config(mailbox)


@pytest.fixture(autouse=True)
def ordinary(mailbox: Mailbox) -> None:
    """Each test begins with a mail server that does its work."""
    mailbox.seconds_a_mail = 0.0
    mailbox.refused = set()
    mailbox.go()


# -- an outage and an update for it ----------------------------------------------------------------------------------


def address(number: int, domain: str) -> str:
    return f"ops{number}@{domain}"


async def outage_of(hub: RunningHub, place: int, domain: str, customers: list[dict[str, Any]]) -> str:
    """Make customers known with 100 SIMs each that share an APN, and raise an alarm there; return the outage."""
    first = 894_620_010_000_000_000 + place * 1_000_000
    ranges = [
        {
            "first": str(first + number * 1_000),
            "count": 100,
            "customer": customer["id"],
            "attributes": {"apn": domain},
        }
        for number, customer in enumerate(customers)
    ]
    assert (await hub.post("/v1/customers", customers))[0] == 200
    assert (await hub.post("/v1/ranges", ranges))[0] == 200
    alarm = {
        "source": "noc",
        "id": domain,
        "managed_object": "pgw-1",
        "severity": "critical",
        "attributes": {"apn": domain},
    }
    assert (await hub.post("/v1/alarms", alarm))[0] == 200
    rows = await hub.until("outages", lambda rows: rows, f"&filter=shared:{domain}")
    assert rows[0]["customers"] == len(customers)
    return str(rows[0]["key"])


def plain(mail: Any) -> str:
    """Return the text of a mail as it reads without HTML."""
    return str(mail.get_body(("plain",)).get_content()).replace("\r\n", "\n")


def customer(number: int, domain: str, **more: Any) -> dict[str, Any]:
    contact = {"channel": "e-mail", "address": address(number, domain), "name": f"Operations {number}"}
    return {"id": f"{domain}-{number}", "name": f"Firm {number} of {domain}", "contacts": [contact], **more}


async def approved(hub: RunningHub, outage: str) -> str:
    """Declare, draft, preview and approve; return the update."""
    await hub.done("declare", outage=outage)
    update = (await hub.done("draft", outage=outage, kind="first word", text=TEXT))["update"]
    preview = await hub.done("preview", update=update)
    await hub.done("propose", update=update, digest=preview["digest"], customers=preview["customers"])
    await hub.done("approve", "bo", update=update, digest=preview["digest"], customers=preview["customers"])
    return str(update)


async def many(hub: RunningHub, place: int, domain: str, count: int) -> str:
    """Approve an update to so many customers with one contact each; return it."""
    outage = await outage_of(hub, place, domain, [customer(number, domain) for number in range(count)])
    return await approved(hub, outage)


async def until_state(hub: RunningHub, update: str, *states: str) -> dict[str, Any]:
    rows = await hub.until("updates", lambda rows: rows[0]["state"] in states, f"&filter=key:{update}")
    return dict(rows[0])


async def deliveries(hub: RunningHub, update: str) -> list[dict[str, Any]]:
    return await hub.rows("deliveries", f"&of={update}&sort=key")


def tally(rows: list[dict[str, Any]]) -> Counter[str]:
    return Counter(row["state"] for row in rows)


# -- the way ---------------------------------------------------------------------------------------------------------


async def test_every_contact_gets_exactly_the_text_that_was_previewed_once(
    shared_hub: RunningHub, mailbox: Mailbox
) -> None:
    domain = "whole.example"
    customers = [customer(number, domain) for number in range(40)]
    for number in (5, 6, 7):
        customers[number]["contacts"] = []
    customers[9]["vip"] = True
    customers[11]["contacts"].append({"channel": "e-mail", "address": f"boss11@{domain}"})
    customers[11]["contacts"].append({"channel": "phone", "address": "+46 8 123 456"})
    outage = await outage_of(shared_hub, 1, domain, customers)
    cases = [{"number": f"W-{number}", "sims": [f"{894_620_010_001_000_007 + number * 1_000}"]} for number in (9, 10)]
    await shared_hub.post("/v1/cases", cases)
    await shared_hub.until("outages", lambda rows: rows[0]["cases"] == 2, f"&filter=key:{outage}")

    await shared_hub.done("declare", "eva", outage=outage, title="APN down")
    update = (await shared_hub.done("draft", "eva", outage=outage, kind="first word", text=TEXT))["update"]
    preview = await shared_hub.done("preview", "eva", update=update, window=[0, 200])
    assert (preview["customers"], preview["contacts"], preview["sims"], preview["vips"]) == (37, 38, 3_700, 1)
    assert {line.partition(":")[0] for line in preview["unreachable"]} == {
        f"Firm {number} of {domain}" for number in (5, 6, 7)
    }
    messages = {message["address"]: message for message in preview["messages"]}
    assert len(messages) == 38
    assert preview["messages"][0]["name"] == f"Firm 9 of {domain}", "the VIP comes first"
    for message in messages.values():
        own = int(message["customer"].rpartition("-")[2])
        lead = str(894_620_010_001_000_000 + own * 1_000)
        assert TEXT["done"] in message["body"]
        assert TEXT["need"] in message["body"]
        assert "2030-03-01 04:00" in message["body"]
        assert lead in message["body"]
        for other in range(40):
            if other != own:
                assert f"Firm {other} of" not in message["body"] + message["subject"]
                assert str(894_620_010_001_000_000 + other * 1_000) not in message["body"]
        assert ("W-9" in message["body"]) is (own == 9)
        assert ("W-10" in message["body"]) is (own == 10)

    status, said = await shared_hub.command("approve", "bo", update=update, digest=preview["digest"], customers=40)
    assert status == 409
    assert said["error"] == "you typed 40, the update goes to 37 customers"
    status, said = await shared_hub.command("approve", "bo", update=update, digest="0" * 64, customers=37)
    assert status == 409
    assert "preview" in said["error"]
    assert mailbox.of(domain) == []
    await shared_hub.done("propose", "eva", update=update, digest=preview["digest"], customers=37)
    await shared_hub.done("approve", "bo", update=update, digest=preview["digest"], customers=37)
    row = await until_state(shared_hub, update, "done")
    assert (row["author"], row["approver"], row["number"]) == ("eva", "bo", 1)
    assert (row["total"], row["accepted"], row["customers"]) == (38, 38, 37)

    ledger = {one["address"]: one for one in await deliveries(shared_hub, update)}
    mails = mailbox.of(domain)
    assert sorted(mail["X-Recipient"] for mail in mails) == sorted(messages) == sorted(ledger)
    for mail in mails:
        message = messages[mail["X-Recipient"]]
        assert mail["To"] == mail["X-Recipient"]
        assert mail["From"] == "Operator NOC <noc@operator.example>"
        assert mail["Subject"] == message["subject"]
        assert plain(mail) == message["body"]
        assert mail["Message-ID"] == ledger[mail["X-Recipient"]]["message_id"]
        assert mail["Message-ID"].endswith("@operator.example>")
    assert {one["answer"] for one in ledger.values()} == {"250 2.0.0 kept"}
    assert {one["attempts"] for one in ledger.values()} == {1}

    status, said = await shared_hub.command("approve", "bo", update=update, digest=preview["digest"], customers=37)
    assert (status, said["error"]) == (409, f"{update} is done already")
    (row,) = await shared_hub.rows("outages", f"&filter=key:{outage}")
    assert (row["updates"], row["next_word"]) == (1, "2030-03-01T04:00:00Z")
    assert row["told"]


async def test_an_audience_that_changed_since_the_preview_is_not_written_to(
    shared_hub: RunningHub, mailbox: Mailbox
) -> None:
    domain = "changed.example"
    outage = await outage_of(shared_hub, 2, domain, [customer(number, domain) for number in range(3)])
    update = (await shared_hub.done("draft", outage=outage, kind="first word", text=TEXT))["update"]
    preview = await shared_hub.done("preview", update=update)
    await shared_hub.post("/v1/customers", customer(9, domain) | {"id": f"{domain}-1"})
    status, said = await shared_hub.command("approve", update=update, digest=preview["digest"], customers=3)
    assert status == 409
    assert "the audience changed since the preview" in said["error"]
    assert f"Firm 9 of {domain}" in said["error"]
    again = await shared_hub.done("preview", update=update)
    await shared_hub.done("draft", outage=outage, update=update, kind="progress", text=TEXT | {"done": "Other words."})
    status, said = await shared_hub.command("approve", update=update, digest=again["digest"], customers=3)
    assert (status, said["error"]) == (409, "the text changed since the preview; look again")
    assert mailbox.of(domain) == []


# -- steering --------------------------------------------------------------------------------------------------------


async def test_a_pause_stops_what_was_not_handed_over_and_resume_goes_on(
    shared_hub: RunningHub, mailbox: Mailbox
) -> None:
    domain = "paused.example"
    already = len(mailbox)
    mailbox.stand(after=20)
    update = await many(shared_hub, 3, domain, 60)
    await asyncio.to_thread(mailbox.wait_for, already + 20)
    await shared_hub.done("steer", update=update, to="pause")
    mailbox.go()
    await until_state(shared_hub, update, "paused")
    await shared_hub.until("updates", lambda rows: not rows[0].get("attempting"), f"&filter=key:{update}")
    handed_over = len(mailbox.of(domain))
    assert handed_over <= 20 + CONNECTIONS

    # The courier goes on with its other work meanwhile, and not with this.
    other = await many(shared_hub, 4, "other.example", 12)
    assert (await until_state(shared_hub, other, "done"))["accepted"] == 12
    assert len(mailbox.of(domain)) == handed_over
    assert tally(await deliveries(shared_hub, update)) == {"accepted": handed_over, "queued": 60 - handed_over}

    assert (await shared_hub.command("steer", update=update, to="pause"))[0] == 409
    await shared_hub.done("steer", update=update, to="resume")
    assert (await until_state(shared_hub, update, "done"))["accepted"] == 60
    assert Counter(mail["X-Recipient"] for mail in mailbox.of(domain)) == {
        address(number, domain): 1 for number in range(60)
    }


async def test_a_cancel_holds_the_rest_for_good(shared_hub: RunningHub, mailbox: Mailbox) -> None:
    domain = "cancelled.example"
    already = len(mailbox)
    mailbox.stand(after=10)
    update = await many(shared_hub, 5, domain, 40)
    await asyncio.to_thread(mailbox.wait_for, already + 10)
    await shared_hub.done("steer", update=update, to="cancel")
    mailbox.go()
    await shared_hub.until("updates", lambda rows: not rows[0].get("attempting"), f"&filter=key:{update}")
    other = await many(shared_hub, 6, "after.example", 8)
    await until_state(shared_hub, other, "done")
    sent = len(mailbox.of(domain))
    assert sent <= 10 + CONNECTIONS
    rows = await deliveries(shared_hub, update)
    assert tally(rows) == {"accepted": sent, "held": 40 - sent}
    assert all(row["answer"].startswith("cancelled") for row in rows if row["state"] == "held")
    assert (await until_state(shared_hub, update, "cancelled"))["held"] == 40 - sent
    assert (await shared_hub.command("steer", update=update, to="resume"))[0] == 409


async def test_a_refused_address_fails_and_is_sent_again_by_a_persons_decision(
    shared_hub: RunningHub, mailbox: Mailbox
) -> None:
    domain = "retry.example"
    mailbox.refused = {address(3, domain)}
    update = await many(shared_hub, 7, domain, 6)
    row = await until_state(shared_hub, update, "done")
    assert (row["accepted"], row["failed"]) == (5, 1)
    rows = await deliveries(shared_hub, update)
    (failed,) = [one for one in rows if one["state"] == "failed"]
    assert failed["address"] == address(3, domain)
    assert failed["answer"] == "550 5.1.1 nobody of this name"
    accepted = next(one for one in rows if one["state"] == "accepted")

    mailbox.refused = set()
    index = int(failed["key"].rpartition("/")[2])
    status, said = await shared_hub.command(
        "retry", update=update, deliveries=[int(accepted["key"].rpartition("/")[2])]
    )
    assert status == 409
    assert "it is not sent again" in said["error"]
    await shared_hub.done("retry", "eva", update=update, deliveries=[index])
    await shared_hub.until("updates", lambda rows: rows[0]["accepted"] == 6, f"&filter=key:{update}")
    assert (await until_state(shared_hub, update, "done")).get("failed", 0) == 0
    (mail,) = [mail for mail in mailbox.of(domain) if mail["X-Recipient"] == failed["address"]]
    assert mail["Message-ID"] == failed["message_id"]
    assert len(mailbox.of(domain)) == 6


async def test_without_a_mail_server_nothing_is_approved_and_what_was_before_waits_and_tells_nobody(
    make_hub: Callable[..., RunningHub], mailbox: Mailbox
) -> None:
    domain = "nowhere.example"
    hub = make_hub(f"[updates]\nhold = 600\n{mail_config(mailbox).partition('[updates]')[0]}")
    outage = await outage_of(hub, 1, domain, [customer(number, domain) for number in range(3)])
    update = await approved(hub, outage)
    hub.kill()
    hub.config.write_text(AT_ONCE)
    hub.start()
    await hub.until("updates", lambda rows: rows[0]["state"] == "hold")
    another = (await hub.done("draft", "eva", outage=outage, kind="progress", text=TEXT))["update"]
    preview = await hub.done("preview", "eva", update=another)
    assert "no mail server is configured: 3 mails would wait; set [mail]" in preview["problems"]
    asked = {"update": another, "digest": preview["digest"], "customers": 3}
    status, said = await hub.command("propose", "eva", **asked)
    assert status == 409
    assert "it cannot be sent so: no mail server is configured" in said["error"]
    await hub.done("steer", update=update, to="pause")
    row = (await hub.rows("outages"))[0]
    assert "told" not in row
    assert (row["waits_for"], row["waits_why"]) == (3, "paused")


async def test_customers_count_as_told_when_the_first_mail_is_accepted_and_not_before(
    make_hub: Callable[..., RunningHub], mailbox: Mailbox
) -> None:
    hub = make_hub(mail_config(mailbox))
    mailbox.refused = {"ops0@deaf.example"}
    update = await many(hub, 2, "deaf.example", 1)
    await until_state(hub, update, "done")
    row = (await hub.rows("outages"))[0]
    assert not {"told", "next_word"} & row.keys()
    assert (row["waits_for"], "waits" in row, bool(row["waits_why"])) == (1, True, True)
    mailbox.refused = set()
    await hub.done("retry", update=update, deliveries=[0])
    row = (await hub.until("outages", lambda rows: "told" in rows[0]))[0]
    sent = (await deliveries(hub, update))[0]
    assert (row["told"], row["next_word"]) == (sent["changed"], TEXT["next_word"])
    assert "waits" not in row


# -- the crash -------------------------------------------------------------------------------------------------------


async def test_a_hub_killed_half_way_goes_on_and_sends_nobody_an_accepted_mail_twice(
    make_hub: Callable[..., RunningHub], mailbox: Mailbox
) -> None:
    domain = "crash.example"
    hub = make_hub(mail_config(mailbox))
    already = len(mailbox)
    mailbox.seconds_a_mail = 0.01
    update = await many(hub, 8, domain, 300)
    before = {row["key"]: row["message_id"] for row in await deliveries(hub, update)}
    for kill_at in (100, 200):
        await asyncio.to_thread(mailbox.wait_for, already + kill_at)
        hub.kill()
        assert len(mailbox.of(domain)) < 300
        hub.start()
    row = await until_state(hub, update, "done")
    assert row.get("queued", 0) == row.get("attempting", 0) == 0

    rows = await deliveries(hub, update)
    assert {one["address"] for one in rows} == {address(number, domain) for number in range(300)}
    assert {one["key"]: one["message_id"] for one in rows} == before
    mails = mailbox.of(domain)
    arrived = Counter(mail["X-Recipient"] for mail in mails)
    assert set(tally(rows)) <= {"accepted", "uncertain"}
    for one in rows:
        count = arrived[one["address"]]
        assert count == 1 if one["state"] == "accepted" else count <= 1, one
    assert tally(rows)["uncertain"] <= 2 * CONNECTIONS
    assert all("stopped before the answer" in one["answer"] for one in rows if one["state"] == "uncertain")
    assert max(Counter(mail["Message-ID"] for mail in mails).values()) == 1
    assert {mail["Message-ID"] for mail in mails} <= set(before.values())
