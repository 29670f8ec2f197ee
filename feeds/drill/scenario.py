"""The scenario file: what a drill is made of, as types, and reading it from TOML with errors that name the field.

A scenario says what fleet there is, what a quiet day looks like on it, and which faults hit it when. All times are
seconds from the start of the drill. What is drawn by chance is drawn from ``seed``: the same file plays the same drill.

It leaves to others: making the fleet (``fleet``), making the events (``timeline``), sending them (``play``).
"""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, field

from feeds.model import CaseKind, Channel, Service, Severity, UpdateKind

Seconds = Annotated[float, Meta(ge=0, le=31 * 86_400)]
Share = Annotated[float, Meta(ge=0, le=1)]
Weight = Annotated[float, Meta(gt=0, le=1e9)]
Weights = Annotated[dict[str, Weight], Meta(min_length=1)]
Word = Annotated[str, Meta(min_length=1, max_length=256)]
Texts = Annotated[str, Meta(max_length=8_192)]
Where = Annotated[dict[str, str], Meta(max_length=8)]
Via = Literal["ingest", "alertmanager"]

Way = Literal[
    "full", "spaced", "body", "padded", "list", "from-to", "dash", "short", "prefix", "count", "column", "none"
]
"""How a person writes SIMs into a case; ``writing`` says what each looks like."""


class ScenarioError(Exception):
    """A scenario file that cannot be played; the message names the file and the field."""


class LogNormal(Struct, frozen=True, forbid_unknown_fields=True):
    """A duration drawn from a log-normal distribution: ``median`` in seconds, ``spread`` the sigma of its logarithm."""

    median: Annotated[float, Meta(gt=0, le=31 * 86_400)]
    spread: Annotated[float, Meta(ge=0, le=4)] = 0.8


class Issuer(Struct, frozen=True, forbid_unknown_fields=True):
    """An ICCID prefix (E.118: 89, country, issuer) of SIMs with ``body`` digits, the check digit not counted."""

    prefix: Annotated[str, Meta(pattern=r"^89[0-9]{2,9}$")]
    body: Annotated[int, Meta(ge=17, le=19)] = 18
    weight: Weight = 1


class FleetAttribute(Struct, frozen=True, forbid_unknown_fields=True):
    """An attribute of SIM ranges: its values by weight, and other weights for ranges of a certain use."""

    name: Annotated[str, Meta(min_length=1, max_length=64)]
    values: Weights
    by_use: dict[str, Weights] = {}


class FleetPlan(Struct, frozen=True, forbid_unknown_fields=True):
    """The inventory: how many customers, SIMs and ranges, and how they are spread."""

    customers: Annotated[int, Meta(ge=1, le=100_000)]
    sims: Annotated[int, Meta(ge=1, le=1_000_000_000)]
    ranges: Annotated[int, Meta(ge=1, le=1_000_000)]
    issuers: Annotated[tuple[Issuer, ...], Meta(min_length=1)]
    uses: Weights
    attributes: tuple[FleetAttribute, ...] = ()
    vip_share: Share = 0.05
    main_use_share: Share = 0.85
    """Share of a customer's ranges that are of its main use."""
    size_spread: Annotated[float, Meta(ge=0, le=3)] = 1.1
    """Sigma of the logarithm of the size of ranges and of the weight of customers."""
    languages: Weights = field(default_factory=lambda: {"en": 1.0})
    time_zones: Weights = field(default_factory=lambda: {"UTC": 1.0})
    imsi_prefix: Annotated[str, Meta(pattern=r"^[0-9]{0,6}$")] = ""
    msisdn_prefix: Annotated[str, Meta(pattern=r"^[0-9]{0,6}$")] = ""


class ObjectGroup(Struct, frozen=True, forbid_unknown_fields=True):
    """Managed objects that raise alarms now and then. ``pattern``: a name in which ``#`` is replaced by 1 … count."""

    pattern: Word
    causes: Weights
    count: Annotated[int, Meta(ge=1, le=100_000)] = 1
    weight: Weight = 1
    event_type: str = "communicationsAlarm"
    attributes: dict[str, str] = {}
    via: Via = "ingest"


class QuietAlarms(Struct, frozen=True, forbid_unknown_fields=True):
    """The alarms of a quiet day. ``chatter``: share of events that repeat an alarm which is active already."""

    per_minute: Annotated[float, Meta(ge=0, le=1_000_000)]
    objects: Annotated[tuple[ObjectGroup, ...], Meta(min_length=1)]
    severities: Annotated[dict[Severity, Weight], Meta(min_length=1)]
    lasts: LogNormal
    chatter: Share = 0.5
    standing: Annotated[int, Meta(ge=0, le=100_000)] = 0
    """Alarms that are active from the start."""


class CaseMix(Struct, frozen=True, forbid_unknown_fields=True):
    """What cases are like. ``zammad``: share of those not made by call or API that a Zammad desk sends."""

    channels: Annotated[dict[Channel, Weight], Meta(min_length=1)]
    ways: Annotated[dict[Way, Weight], Meta(min_length=1)]
    kinds: Annotated[dict[CaseKind, Weight], Meta(min_length=1)] = field(
        default_factory=lambda: {CaseKind.INCIDENT: 1.0}
    )
    services: Annotated[dict[Service, Weight], Meta(min_length=1)] = field(default_factory=lambda: {Service.DATA: 1.0})
    zammad: Share = 0.5
    taken: LogNormal = LogNormal(median=40, spread=0.7)
    """Seconds until somebody at the desk takes a case."""


class QuietCases(Struct, frozen=True, forbid_unknown_fields=True):
    """The cases of a quiet day."""

    per_hour: Annotated[float, Meta(ge=0, le=1_000_000)]
    mix: CaseMix
    lasts: LogNormal


class Quiet(Struct, frozen=True, forbid_unknown_fields=True):
    """What goes on all the time."""

    alarms: QuietAlarms | None = None
    cases: QuietCases | None = None


class FaultAlarms(Struct, frozen=True, forbid_unknown_fields=True):
    """Alarms of a fault: each object raises with the first severity of ``pattern``, steps on with every repeat."""

    objects: Annotated[tuple[Word, ...], Meta(min_length=1)]
    pattern: Annotated[tuple[Severity, ...], Meta(min_length=1)]
    probable_cause: str
    specific_problem: str = ""
    event_type: str = "communicationsAlarm"
    text: Texts = ""
    attributes: dict[str, str] = {}
    within: Seconds = 10
    """All objects have raised within this time after the start of the fault."""
    every: Annotated[float, Meta(gt=0, le=86_400)] = 10
    """Seconds from one repeat to the next, give or take a third."""
    clears_within: Seconds = 20
    """All objects have cleared within this time after the repair."""
    via: Via = "ingest"


class FaultCases(Struct, frozen=True, forbid_unknown_fields=True):
    """Cases of a fault. ``complain``: share of the customers hit who do; ``again``: mean of further cases of each."""

    complain: Share
    delay: LogNormal
    mix: CaseMix
    closes: LogNormal
    again: Annotated[float, Meta(ge=0, le=100)] = 0.5


class Fault(Struct, frozen=True, forbid_unknown_fields=True):
    """Something breaks at ``at`` and works again at ``repaired``; it hits the SIM ranges that have ``where``."""

    name: Word
    at: Seconds
    repaired: Seconds
    where: Where
    alarms: tuple[FaultAlarms, ...] = ()
    cases: FaultCases | None = None


class Phase(Struct, frozen=True, forbid_unknown_fields=True):
    """A line to say when the drill comes to ``at``."""

    at: Seconds
    say: Word


class Action(Struct, frozen=True, forbid_unknown_fields=True):
    """What the drill's commander does at ``at`` about the outage that shares ``where``.

    For an update: its kind, its three texts, and when the next one is promised (0: not).
    """

    at: Seconds
    do: Literal["declare", "update", "mitigate", "resolve"]
    where: Where
    kind: UpdateKind = UpdateKind.FIRST_WORD
    done: Texts = ""
    will: Texts = ""
    need: Texts = ""
    next_word_minutes: Annotated[float, Meta(ge=0, le=1_440)] = 20


class Scenario(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole drill. ``duration``: seconds from start to end."""

    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    description: Word
    seed: int
    duration: Annotated[float, Meta(gt=0, le=31 * 86_400)]
    fleet: FleetPlan
    quiet: Quiet = Quiet()
    faults: tuple[Fault, ...] = ()
    phases: tuple[Phase, ...] = ()
    actions: tuple[Action, ...] = ()


def scenario_folders() -> tuple[Path, ...]:
    """Return where built-in scenarios may lie: beside this module when installed, ``drills/`` in a checkout."""
    here = Path(__file__).parent
    return (here / "scenarios", here.parent.parent / "drills")


def built_in_scenarios() -> dict[str, Path]:
    """Return the built-in scenarios by name."""
    return {file.stem: file for folder in scenario_folders() for file in sorted(folder.glob("*.toml"))}


def load_scenario(name_or_file: str) -> Scenario:
    """Return a built-in scenario by name, or the one in a file. Raises ScenarioError."""
    built_in = built_in_scenarios()
    file = built_in.get(name_or_file)
    if file is None:
        file = Path(name_or_file)
        if not file.is_file():
            known = ", ".join(sorted(built_in)) or "none"
            raise ScenarioError(
                f"no drill {name_or_file!r}: neither a file nor a built-in scenario (those are: {known})"
            )
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{file}: cannot be read: {error}") from error
    return parse_scenario(text, str(file))


def parse_scenario(text: str, origin: str) -> Scenario:
    """Return the scenario written in ``text``; ``origin`` names it in errors. Raises ScenarioError."""
    try:
        scenario = msgspec.convert(tomllib.loads(text), Scenario)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{origin}: {error}") from error
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at ")
        field = path.strip("`").removeprefix("$").removeprefix(".") or "top level"
        raise ScenarioError(f"{origin}: {field}: {message}") from error
    for field, problem in _problems(scenario):
        raise ScenarioError(f"{origin}: {field}: {problem}")
    return scenario


def _problems(scenario: Scenario) -> list[tuple[str, str]]:
    """Return what types alone cannot say, as (field, problem)."""
    found = []
    fleet = scenario.fleet
    if fleet.sims < fleet.ranges:
        found.append(("fleet.sims", f"{fleet.sims} SIMs cannot fill {fleet.ranges} ranges"))
    if fleet.ranges < fleet.customers:
        found.append(("fleet.ranges", f"{fleet.ranges} ranges are too few for {fleet.customers} customers"))
    for index, issuer in enumerate(fleet.issuers):
        room = 10 ** (issuer.body - len(issuer.prefix))
        # Numbering begins at a tenth, and batches leave up to 1,100 numbers between them.
        if room * 0.9 < fleet.sims + fleet.ranges * 1_100:
            found.append((f"fleet.issuers[{index}].prefix", f"leaves room for {room} SIMs only; use a shorter one"))
    for index, attribute in enumerate(fleet.attributes):
        found.extend(
            (f"fleet.attributes[{index}].by_use.{use}", "no such use in fleet.uses")
            for use in attribute.by_use
            if use not in fleet.uses
        )
    known = {
        attribute.name: {*attribute.values, *(value for weights in attribute.by_use.values() for value in weights)}
        for attribute in fleet.attributes
    }
    for index, fault in enumerate(scenario.faults):
        if not fault.at < fault.repaired <= scenario.duration:
            found.append((f"faults[{index}].repaired", "must be later than at and not later than duration"))
        if fault.cases is not None and not fault.where:
            found.append((f"faults[{index}].where", "must name an attribute, because the fault has cases"))
        for name, value in fault.where.items():
            if value not in known.get(name, ()):
                found.append((f"faults[{index}].where.{name}", f"no SIM range of the fleet can have {value!r}"))
    if scenario.quiet.alarms is not None:
        for index, group in enumerate(scenario.quiet.alarms.objects):
            if group.count > 1 and "#" not in group.pattern:
                found.append((f"quiet.alarms.objects[{index}].pattern", "needs a # when there are several objects"))
    return found
