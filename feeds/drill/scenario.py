"""The scenario file: what a drill is made of, and reading it from TOML with errors that name the file and the field.

A scenario says what fleet there is, what a quiet day looks like on it, and which faults hit it when. Times are seconds
from the start of the drill, or durations like ``"1h 30m"``. What is drawn by chance is drawn from ``seed``: the same
file plays the same drill. A scenario may stand on a ``base``, a file with tables that several have in common: what the
scenario says itself wins, table by table, and attributes of the fleet by their names.

It leaves to others: making the fleet (``fleet``), making the events (``timeline``), sending them (``play``), playing
them in virtual time (``rehearsal``).
"""

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Final, TypeGuard

import msgspec
from msgspec import Meta, Struct

from feeds.drill.fleet_plan import Account, FleetAttribute, FleetPlan, Issuer
from feeds.drill.happenings import (
    Action,
    CaseMix,
    Conditions,
    Fault,
    FaultAlarms,
    FaultCases,
    ObjectGroup,
    Pace,
    Phase,
    Quiet,
    QuietAlarms,
    QuietCases,
    Restored,
    Ticket,
    Via,
    Way,
)
from feeds.drill.problems import problems
from feeds.drill.quantities import DURATIONS, LONGEST, LogNormal, Seconds, Texts, Word, seconds_of

__all__ = [
    "Account",
    "Action",
    "CaseMix",
    "Conditions",
    "Fault",
    "FaultAlarms",
    "FaultCases",
    "FleetAttribute",
    "FleetPlan",
    "Issuer",
    "LogNormal",
    "ObjectGroup",
    "Pace",
    "Phase",
    "Quiet",
    "QuietAlarms",
    "QuietCases",
    "Restored",
    "Scenario",
    "ScenarioError",
    "Ticket",
    "Truth",
    "Via",
    "Way",
    "built_in_scenarios",
    "load_scenario",
    "parse_scenario",
    "scenario_folders",
]

_NOON: Final = datetime(2026, 3, 4, 12, tzinfo=UTC)
"""When a drill begins that does not say it: a Wednesday, far from holidays."""


class ScenarioError(Exception):
    """A scenario file that cannot be played; the message names the file and the field."""


class Truth(Struct, frozen=True, forbid_unknown_fields=True):
    """What is known of the real outage. ``began``: when its first fault did; other times count from there, unscaled.

    ``told``: until customers heard a first word, ``told_how`` what that was; ``found``: until the cause was known;
    ``ended``: until all was well. Left out: not known. ``sources``: where it is written.
    """

    operator: Word
    began: datetime | None = None
    told: Seconds | None = None
    told_how: Texts = ""
    found: Seconds | None = None
    ended: Seconds | None = None
    scope: Texts = ""
    cause: Texts = ""
    trap: Texts = ""
    confidence: Texts = ""
    sources: tuple[Texts, ...] = ()


class Scenario(Struct, frozen=True, forbid_unknown_fields=True):
    """A whole drill. ``duration``: seconds from start to end. ``scale``: a hub sees it so many times faster.

    ``begins``: when it starts (UTC), where no truth says when it began.
    """

    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
    description: Word
    seed: int
    duration: Annotated[float, Meta(gt=0, le=LONGEST)]
    fleet: FleetPlan
    scale: Annotated[float, Meta(ge=1, le=10_000)] = 1.0
    begins: datetime | None = None
    truth: Truth | None = None
    quiet: Quiet = Quiet()
    faults: tuple[Fault, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    phases: tuple[Phase, ...] = ()
    actions: tuple[Action, ...] = ()

    @property
    def starts(self) -> datetime:
        """When the drill starts, in the time of the real outage (UTC)."""
        if self.truth is None or self.truth.began is None:
            return (self.begins or _NOON).astimezone(UTC)
        first = min((fault.at for fault in self.faults), default=0.0)
        return self.truth.began.astimezone(UTC) - timedelta(seconds=first)


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
    return parse_scenario(_text_of(file), str(file))


def parse_scenario(text: str, origin: str) -> Scenario:
    """Return the scenario written in ``text``; ``origin`` names it in errors, its base lies beside it.

    Raises ScenarioError.
    """
    tree = _tree(text, origin)
    base = tree.pop("base", None)
    if base is not None:
        if not isinstance(base, str):
            raise ScenarioError(f"{origin}: base: the name of a file was expected")
        file = Path(origin).parent / base
        tree = _laid_over(_tree(_text_of(file, f"{origin}: base: "), str(file)), tree)
    for place, written in _durations(tree, ""):
        raise ScenarioError(f"{origin}: {place}: {written!r} is no duration: write seconds, or like '1h 30m'")
    try:
        scenario = msgspec.convert(tree, Scenario)
    except msgspec.ValidationError as error:
        message, _, path = str(error).partition(" - at ")
        field = path.strip("`").removeprefix("$").removeprefix(".") or "top level"
        raise ScenarioError(f"{origin}: {field}: {message}") from error
    for field, problem in problems(scenario):
        raise ScenarioError(f"{origin}: {field}: {problem}")
    return scenario


def _text_of(file: Path, what: str = "") -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{what}{file}: cannot be read: {error}") from error


def _tree(text: str, origin: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{origin}: {error}") from error


def _laid_over(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """Return ``own`` over ``base``: tables key by key; arrays of tables with names by name; all else replaces."""
    whole = dict(base)
    for key, value in own.items():
        known = whole.get(key)
        if isinstance(known, dict) and isinstance(value, dict) and not _is_weights(key):
            whole[key] = _laid_over(known, value)
        elif _is_named(known) and _is_named(value):
            by_name = {one["name"]: one for one in known}
            whole[key] = list({**by_name, **{one["name"]: one for one in value}}.values())
        else:
            whole[key] = value
    return whole


def _is_weights(key: str) -> bool:
    """Whether a table is one value by itself: half of one and half of another would mean nothing."""
    return key in {"uses", "languages", "time_zones", "severities", "channels", "kinds", "services", "ways"}


def _is_named(value: object) -> TypeGuard[list[dict[str, Any]]]:
    return isinstance(value, list) and all(isinstance(one, dict) and isinstance(one.get("name"), str) for one in value)


def _durations(tree: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """Turn durations in words into seconds, in place; yield the place and the words of those that are none."""
    for key, value in tree.items():
        place = f"{path}.{key}" if path else key
        if isinstance(value, dict):
            yield from _durations(value, place)
        elif isinstance(value, list):
            for index, one in enumerate(value):
                if isinstance(one, dict):
                    yield from _durations(one, f"{place}[{index}]")
        elif isinstance(value, str) and key in DURATIONS:
            seconds = seconds_of(value)
            if seconds is None:
                yield place, value
            else:
                tree[key] = seconds
