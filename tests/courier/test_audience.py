"""Who hears an update."""

import pytest
from msgspec import structs

from feeds.courier import CourierError, Ways, audience
from feeds.model import Contact, ContactChannel, Customer, CustomerImpact, Narrowing

MAIL = ContactChannel.EMAIL


def customer(id: str, *addresses: str, vip: bool = False, name: str = "") -> Customer:
    contacts = tuple(Contact(channel=MAIL, address=address, name="Desk") for address in addresses)
    return Customer(id=id, name=name or id.title(), vip=vip, contacts=contacts, time_zone="Europe/Oslo", language="nb")


def impact(id: str, sims: int = 10) -> CustomerImpact:
    return CustomerImpact(customer=id, ranges=(("8946", "8955"),), sims=sims, cases=("7", "12"))


def test_vips_come_first_then_customers_by_sims_then_by_id() -> None:
    known = {
        one.id: one for one in (customer(id, f"ops@{id}.example", vip=id == "vip") for id in ("b", "a", "big", "vip"))
    }
    impacts = [impact("b"), impact("big", 500), impact("a"), impact("vip", 1)]
    expected = ["vip", "big", "a", "b"]
    assert [entry.customer for entry in audience(impacts, known).entries] == expected
    assert [entry.customer for entry in audience(reversed(impacts), known).entries] == expected


def test_an_entry_holds_the_facts_of_its_customer() -> None:
    (entry,) = audience([impact("acme")], {"acme": customer("acme", "ops@acme.example", vip=True)}).entries
    assert (entry.customer, entry.name, entry.address, entry.contact) == ("acme", "Acme", "ops@acme.example", "Desk")
    assert (entry.sims, entry.ranges, entry.cases) == (10, (("8946", "8955"),), ("12", "7"))
    assert (entry.vip, entry.language, entry.time_zone, entry.digest) == (True, "nb", "Europe/Oslo", "")


def test_every_address_of_a_customer_hears_it_and_the_same_one_only_once() -> None:
    known = {"acme": customer("acme", "ops@acme.example", "noc@acme.example", "ops@ACME.Example", "Ops@acme.example")}
    addresses = [entry.address for entry in audience([impact("acme")], known).entries]
    assert addresses == ["ops@acme.example", "noc@acme.example", "Ops@acme.example"]


def test_an_address_that_two_customers_share_gets_the_facts_of_each() -> None:
    known = {id: customer(id, "ops@integrator.example") for id in ("a", "b")}
    assert [entry.customer for entry in audience([impact("a"), impact("b")], known).entries] == ["a", "b"]


def test_who_cannot_be_written_to_is_listed_with_the_reason() -> None:
    phone = Customer(id="phone", name="Phone AB", contacts=(Contact(channel=ContactChannel.PHONE, address="+461"),))
    known = {
        "phone": phone,
        "odd": customer("odd", "a@odd.example,b@odd.example"),
        "half": customer("half", "ops@half.example", "ops@half.example\nBcc: x@y.example"),
    }
    found = audience([impact(id) for id in ("phone", "odd", "half", "ghost")], known)
    assert [entry.address for entry in found.entries] == ["ops@half.example"]
    by_name = {line.partition(":")[0]: line for line in found.unreachable}
    assert by_name["Phone AB"] == "Phone AB: no e-mail address"
    assert "not one plain address" in by_name["Odd"]
    assert by_name["Half"].endswith("(written to at 1 other)")
    assert "\n" not in by_name["Half"]
    assert by_name["ghost"] == "ghost: not among the customers of the inventory"


def test_a_customer_that_comes_twice_is_an_error_and_not_two_half_messages() -> None:
    with pytest.raises(CourierError, match="acme stands twice"):
        audience([impact("acme"), impact("acme")], {"acme": customer("acme", "ops@acme.example")})


def contact(channel: ContactChannel, address: str) -> Contact:
    return Contact(channel=channel, address=address)


EVERY = frozenset(ContactChannel)


def test_each_channel_of_a_customer_hears_it_in_the_form_that_the_channel_uses() -> None:
    written = [(ContactChannel.SMS, "0046 70-123 45 67"), (ContactChannel.SMS, "+46701234567"), (MAIL, "a@x.example")]
    odd = [(ContactChannel.SMS, "070 123"), (ContactChannel.WEBHOOK, "ftp://x"), (ContactChannel.PHONE, "+461")]
    known = {"x": Customer(id="x", name="X", contacts=tuple(contact(*one) for one in (*written, *odd)))}
    found = audience([impact("x")], known, Ways(channels=EVERY))
    assert [(one.channel.value, one.address) for one in found.entries] == [
        ("sms", "+46701234567"),
        ("e-mail", "a@x.example"),
    ]
    (line,) = found.unreachable
    assert "E.164" in line
    assert "https://" in line
    assert found.calls == ()


def test_who_wants_nothing_is_named_with_the_reason_and_called_where_nothing_else_reaches_them() -> None:
    known = {"x": customer("x", "ops@x.example"), "y": customer("y", "a@y.example", "b@y.example")}
    known["x"] = structs.replace(known["x"], contacts=(*known["x"].contacts, contact(ContactChannel.PHONE, "+46 8 1")))
    why = {"ops@x.example": "opt-out: STOP", "a@y.example": "hard bounce"}
    found = audience([impact("x"), impact("y")], known, Ways(why_not=lambda _channel, address: why.get(address, "")))
    assert [one.address for one in found.entries] == ["b@y.example"]
    assert found.suppressed == ("X: e-mail ops@x.example: opt-out: STOP", "Y: e-mail a@y.example: hard bounce")
    (call,) = found.calls
    assert (call.customer, call.phones, call.sims) == ("x", ("+46 8 1",), 10)


@pytest.mark.parametrize(
    ("narrowing", "left"),
    [
        (Narrowing(vips=True), {"v"}),
        (Narrowing(countries=("se",)), {"s"}),
        (Narrowing(uses=("alarm",)), {"s", "v"}),
        (Narrowing(uses=("health",)), set()),
        (Narrowing(only=("p", "s")), {"p", "s"}),
        (Narrowing(without=("p",)), {"s", "v"}),
        (Narrowing(channels=(ContactChannel.SMS,)), set()),
        (Narrowing(), {"p", "s", "v"}),
    ],
)
def test_an_audience_is_narrowed(narrowing: Narrowing, left: set[str]) -> None:
    known = {id: customer(id, f"ops@{id}.example", vip=id == "v") for id in ("p", "s", "v")}
    known["s"] = structs.replace(known["s"], country="SE")
    impacts = [structs.replace(impact(id), uses=("alarm",) if id != "p" else ()) for id in known]
    assert {one.customer for one in audience(impacts, known, Ways(narrowing=narrowing)).entries} == left


def test_who_joined_and_who_left_since_the_last_update_are_told_so() -> None:
    known = {id: customer(id, f"ops@{id}.example") for id in ("old", "new", "gone", "narrowed")}
    last = audience([impact("old"), impact("gone"), impact("narrowed")], known).entries
    ways = Ways(last=last, narrowing=Narrowing(without=("narrowed",)))
    found = audience([impact("old"), impact("new"), impact("narrowed")], known, ways)
    assert {one.customer: one.since for one in found.entries} == {"old": "", "new": "joined", "gone": "left"}
    assert (found.joined, found.left) == (("New",), ("Gone",))
    gone = found.entries[-1]
    assert (gone.sims, gone.ranges, gone.cases) == (0, (), ())
    again = audience([impact("old")], known, Ways(last=found.entries))
    assert {one.customer: one.since for one in again.entries} == {"old": "", "new": "left"}
    assert [one.since for one in audience([impact("new")], known).entries] == [""]


def test_open_cases_get_the_text_and_one_whose_customer_is_not_known_gets_nobodys_facts() -> None:
    known = {"x": customer("x", "ops@x.example")}
    cases = {"x": {"zammad/7": "7"}, "": {"zammad/9": "9"}}
    found = audience([impact("x")], known, Ways(channels=EVERY, cases=cases))
    by_address = {one.address: one for one in found.entries}
    assert by_address["zammad/7"].cases == ("7",)
    assert by_address["zammad/7"].sims == 10
    stranger = by_address["zammad/9"]
    assert (stranger.customer, stranger.name, stranger.sims, stranger.ranges) == ("", "", 0, ())


def test_the_operators_own_addresses_come_first_and_hold_no_customers_facts() -> None:
    known = {"x": customer("x", "ops@x.example")}
    found = audience([impact("x")], known, Ways(own=("noc@operator.example", "odd address")))
    assert (found.entries[0].own, found.entries[0].customer, found.entries[0].sims) == (True, "", 0)
    assert len(found.entries) == 2
    assert found.unreachable[0].startswith("own address 'odd address' is not one plain address")
