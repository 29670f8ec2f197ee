"""CSV files of ranges and customers → the model's types, all or nothing; errors name line and field."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from feeds.model import Contact, ContactChannel, Customer, SimRange
from feeds.simspace import DEFAULT, LengthProfile
from feeds.sources.csv_tables import each, made, rows
from feeds.sources.inventory import check_customer
from feeds.sources.problems import Problems
from feeds.sources.range_columns import range_columns

_CHANNELS: Final = {
    "email": ContactChannel.EMAIL,
    "sms": ContactChannel.SMS,
    "webhook": ContactChannel.WEBHOOK,
    "phone": ContactChannel.PHONE,
}
_YES: Final = frozenset({"1", "yes", "true", "y", "x", "vip", "ja", "j"})
_NO: Final = frozenset({"", "0", "no", "false", "n", "nej", "nein"})
_LIST: Final = re.compile(r"[;|,\s]+")


def ranges_csv(text: Iterable[str] | Iterable[bytes], profile: LengthProfile = DEFAULT) -> list[SimRange]:
    """Return the ranges of a CSV file one by one, sorted by their ends: see ``range_columns``. Raises InvalidTable."""
    columns = range_columns(text, profile)
    return [columns.row(row) for row in range(len(columns))]


def customers_csv(text: Iterable[str] | Iterable[bytes]) -> list[Customer]:
    """Return the customers of a CSV file with the columns id, name and optional ones.

    email, sms, webhook, phone and domains may hold several values, with spaces, semicolons or bars between them (a
    phone or SMS number may have spaces: there only semicolons and bars divide). Raises InvalidTable.
    """
    problems = Problems()
    found: list[tuple[int, Customer]] = []
    seen: dict[str, int] = {}
    for line, row in rows(text, ("id", "name"), problems):
        fields: dict[str, object] = {
            name: row[name] for name in ("id", "name", "language", "time_zone", "agreement") if row.get(name)
        }
        vip = row.get("vip", "").lower()
        if vip not in _YES | _NO:
            problems.add(line, "vip", f"{row['vip']!r} is neither yes nor no")
            continue
        fields["vip"] = vip in _YES
        fields["domains"] = [domain.lower() for domain in _LIST.split(row.get("domains", "")) if domain]
        fields["contacts"] = list(_contacts(row))
        customer = made(fields, Customer, line, problems)
        if customer is None:
            continue
        if customer.id in seen:
            problems.add(line, "id", f"{customer.id!r} stands in line {seen[customer.id]} already")
            continue
        seen[customer.id] = line
        found.append((line, customer))
    customers = each(found, check_customer, problems)
    problems.stop()
    return customers


def _contacts(row: dict[str, str]) -> Iterator[Contact]:
    for column, channel in _CHANNELS.items():
        divider = _LIST if column in ("email", "webhook") else re.compile("[;|]+")
        for address in divider.split(row.get(column, "")):
            if address.strip():
                yield Contact(channel, address.strip())
