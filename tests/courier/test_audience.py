"""Who hears an update."""

import pytest

from feeds.courier import CourierError, audience
from feeds.model import Contact, ContactChannel, Customer, CustomerImpact

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
