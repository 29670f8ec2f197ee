"""What fleet a scenario has: customers, SIM ranges and what these share, as types. ``fleet`` makes it."""

from typing import Annotated

from msgspec import Meta, Struct, field

from feeds.drill.quantities import Share, Weight, Weights, Word


class Issuer(Struct, frozen=True, forbid_unknown_fields=True):
    """An ICCID prefix (E.118: 89, country, issuer) of SIMs with ``body`` digits, the check digit not counted."""

    prefix: Annotated[str, Meta(pattern=r"^89[0-9]{2,9}$")]
    body: Annotated[int, Meta(ge=17, le=19)] = 18
    weight: Weight = 1


class FleetAttribute(Struct, frozen=True, forbid_unknown_fields=True):
    """An attribute of SIM ranges: its values by weight, and other weights for ranges of a certain use.

    ``given`` names an attribute that stands before it: ranges with a value of that in ``by_value`` have the weights
    there (a gateway stands in a region, a country has its networks). ``by_customer``: share of a customer's ranges that
    have the value of its first one, where the weights are the same.
    """

    name: Annotated[str, Meta(min_length=1, max_length=64)]
    values: Weights
    by_use: dict[str, Weights] = {}
    given: str = ""
    by_value: dict[str, Weights] = {}
    by_customer: Share = 0.0

    def all_values(self) -> set[str]:
        """Return every value that a range may have."""
        others = (*self.by_use.values(), *self.by_value.values())
        return {*self.values, *(value for weights in others for value in weights)}


class Account(Struct, frozen=True, forbid_unknown_fields=True):
    """A customer that the scenario speaks of, beside those that are drawn: its SIMs, and what all of them share.

    Attributes that are not named here are drawn as for everybody.
    """

    id: Annotated[str, Meta(pattern=r"^[A-Z][A-Za-z0-9-]{0,31}$")]
    name: Word
    sims: Annotated[int, Meta(ge=1, le=1_000_000_000)]
    ranges: Annotated[int, Meta(ge=1, le=100_000)]
    use: str
    language: str = "en"
    vip: bool = False
    attributes: dict[str, str] = {}


class FleetPlan(Struct, frozen=True, forbid_unknown_fields=True):
    """The inventory: how many customers, SIMs and ranges, and how they are spread; ``accounts`` come on top."""

    customers: Annotated[int, Meta(ge=1, le=100_000)]
    sims: Annotated[int, Meta(ge=1, le=1_000_000_000)]
    ranges: Annotated[int, Meta(ge=1, le=1_000_000)]
    issuers: Annotated[tuple[Issuer, ...], Meta(min_length=1)]
    uses: Weights
    attributes: tuple[FleetAttribute, ...] = ()
    accounts: tuple[Account, ...] = ()
    vip_share: Share = 0.05
    main_use_share: Share = 0.85
    """Share of a customer's ranges that are of its main use."""
    size_spread: Annotated[float, Meta(ge=0, le=3)] = 1.1
    """Sigma of the logarithm of the size of ranges and of the weight of customers."""
    languages: Weights = field(default_factory=lambda: {"en": 1.0})
    time_zones: Weights = field(default_factory=lambda: {"UTC": 1.0})
    imsi_prefix: Annotated[str, Meta(pattern=r"^[0-9]{0,6}$")] = ""
    msisdn_prefix: Annotated[str, Meta(pattern=r"^[0-9]{0,6}$")] = ""

    def customer_ids(self) -> set[str]:
        """Return the ids of all customers, drawn and named."""
        return {customer_id(index) for index in range(self.customers)} | {one.id for one in self.accounts}

    def values_of(self, name: str) -> set[str]:
        """Return what values of an attribute ranges may have; ``customer`` and ``use`` are attributes here too."""
        if name == "customer":
            return self.customer_ids()
        if name == "use":
            return {*self.uses, *(one.use for one in self.accounts)}
        drawn = {value for one in self.attributes if one.name == name for value in one.all_values()}
        return drawn | {one.attributes[name] for one in self.accounts if name in one.attributes}


def customer_id(index: int) -> str:
    """Return the id of the drawn customer at a place, counted from 0."""
    return f"C{index + 1:04d}"
