import pytest

from feeds.model import ContactChannel
from feeds.sources import InvalidTable, customers_csv, ranges_csv

HEAD = "first,last,customer,use,apn\n"
ROW = "894620002000000000,894620002000000999,vattenkraft,metering,iot.meter\n"


def test_ranges_are_read_with_attributes_from_the_other_columns() -> None:
    (item,) = ranges_csv([HEAD, ROW])
    assert (item.first, item.last, item.customer, item.use) == (*ROW.split(",")[:3], "metering")
    assert item.attributes == {"apn": "iot.meter"}


@pytest.mark.parametrize("divider", [",", ";", "\t"])
def test_the_divider_is_found_out(divider: str) -> None:
    lines = ["\ufeff" + HEAD.replace(",", divider), ROW.replace(",", divider).replace("\n", "\r\n"), "\r\n"]
    assert ranges_csv(lines)[0].count == 1_000


def test_a_count_may_stand_for_the_last_one() -> None:
    (item,) = ranges_csv(["First,Count,Customer\n", "8946 2000 2000 0000 00,500,x\n"])
    assert item.last == "894620002000000499"


def test_errors_name_line_and_field() -> None:
    lines = [
        HEAD,
        ROW,
        "8.94E+17,894620002000000999,x,,\n",
        "894620002000000999,894620002000000000,x,,\n",
        "894620002000000000,894620002000000999,,,\n",
        "894620002000000000,894620002000000999,x\n",
        f"894620002000000000,894620002000000999,x,,{'y' * 600}\n",
    ]
    with pytest.raises(InvalidTable) as caught:
        ranges_csv(lines)
    assert [(one.line, one.field) for one in caught.value.problems] == [
        (3, "first"),
        (4, "last"),
        (5, "customer"),
        (6, ""),
        (7, "apn"),
    ]
    assert "line 3, first: " in caught.value.message
    assert "spreadsheet" in caught.value.message


def test_the_first_twenty_errors_are_told_and_the_others_counted() -> None:
    with pytest.raises(InvalidTable) as caught:
        ranges_csv([HEAD, ROW] + ["1,2,x,,\n"] * 50)
    assert len(caught.value.problems) == 20
    assert caught.value.message.endswith("and 30 more errors")


@pytest.mark.parametrize(
    ("head", "field"),
    [("last,customer\n", "first"), ("first,first,customer\n", "first"), ("", "first"), ("first,,customer\n", "")],
)
def test_a_wrong_first_line_is_refused(head: str, field: str) -> None:
    with pytest.raises(InvalidTable) as caught:
        ranges_csv([head, ROW])
    assert caught.value.problems[0].line == 1
    assert caught.value.problems[0].field == field


def test_cells_are_cleaned() -> None:
    (item,) = ranges_csv([HEAD, ROW.replace("metering", "\x1b[2Jmetering")])
    assert item.use == "\\x1b[2Jmetering"


def test_customers_are_read_with_their_contacts() -> None:
    head = "id,name,vip,language,time_zone,email,sms,webhook,phone,domains\n"
    row = "v1,Vattenkraft AB,ja,sv,Europe/Stockholm,a@v.example;b@v.example,+46 70 1,https://v.example/hook,,"
    row += "V.example v.test\n"
    (one,) = customers_csv([head, row])
    assert (one.id, one.vip, one.language, one.domains) == ("v1", True, "sv", ("v.example", "v.test"))
    assert [(contact.channel, contact.address) for contact in one.contacts] == [
        (ContactChannel.EMAIL, "a@v.example"),
        (ContactChannel.EMAIL, "b@v.example"),
        (ContactChannel.SMS, "+46 70 1"),
        (ContactChannel.WEBHOOK, "https://v.example/hook"),
    ]


def test_wrong_customers_are_named_by_line_and_field() -> None:
    rows = ["v1,A,maybe,\n", "v2,B,no,nobody\n", "v3,C,,c@v.example\n", "v3,C,,\n", ",D,,\n"]
    with pytest.raises(InvalidTable) as caught:
        customers_csv(["id,name,vip,email\n", *rows])
    assert [(one.line, one.field) for one in caught.value.problems] == [
        (2, "vip"),
        (3, "contacts[0].address"),
        (5, "id"),
        (6, "id"),
    ]
