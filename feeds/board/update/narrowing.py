"""Which of the customers that an outage hits an update is for, where somebody narrowed it."""

from feeds.model import Customer, CustomerImpact, Narrowing


def hears(impact: CustomerImpact, customer: Customer | None, narrowing: Narrowing) -> bool:
    """Whether a customer that is hit hears an update that is narrowed so. One that is not known is in no country."""
    if impact.customer in narrowing.without or (narrowing.only and impact.customer not in narrowing.only):
        return False
    if narrowing.vips and not (customer is not None and customer.vip):
        return False
    if narrowing.countries:
        country = customer.country.casefold() if customer is not None else ""
        if country not in {one.casefold() for one in narrowing.countries}:
            return False
    return not narrowing.uses or not set(narrowing.uses).isdisjoint(impact.uses)
