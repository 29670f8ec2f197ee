"""Which key does what: the registry's keys, changed by a preset, changed by what a person wrote in the configuration.

What cannot be taken is left as the preset has it and told with its place: a mistake in a key must not keep anybody from
the console at night. Reading the file is left to tui.cli; pressing two keys one after the other to tui.acts.chords.
"""

from collections.abc import Container, Iterable, Mapping
from difflib import get_close_matches
from typing import Final

from msgspec import Struct

from tui.acts.key_names import MOVING, THEN, BadKey, is_typed, read_keys, shown_key
from tui.acts.presets import PRESETS
from tui.acts.registry import ACTIONS, EVERYWHERE, Action, identity
from tui.acts.widget_keys import KEY_PLACES, TEXT_KEYS, WRITING, places_of, widget_actions

UNBOUND: Final = "no_key"
"""Stands in Textual's keymap for an action without a key; no key has this name."""
ALWAYS: Final = frozenset({"everywhere.back", "everywhere.palette"})
"""Actions that keep at least one key: without them a person could not get out."""

Keys = tuple[str, ...]


class Slot(Struct, frozen=True):
    """An action at one place: a screen, a widget, or everywhere."""

    place: str
    action: Action

    @property
    def id(self) -> str:
        """Its name in the configuration."""
        return identity(self.place, self.action.name)


SLOTS: Final[dict[str, Slot]] = {
    slot.id: slot
    for slot in (
        *(Slot(place, action) for action in ACTIONS for place in action.where),
        *(Slot(place.name, action) for place in KEY_PLACES for action in widget_actions(place)),
    )
}
"""All actions that can have keys, by their names in the configuration."""


class Clash(Struct, frozen=True):
    """One key that would mean two things on a screen."""

    where: str
    key: str
    ids: tuple[str, str]

    def __str__(self) -> str:
        return f"on the screen {self.where} {shown_key(self.key)} would be both {self.ids[0]} and {self.ids[1]}"


class Problem(Struct, frozen=True):
    """What could not be taken. ``field``: its name in the table ``[keys]`` or ``[keys.bind]``; ``why``: a sentence."""

    field: str
    why: str


class Keymap(Struct, frozen=True):
    """The keys of now. ``keys``: by name of the action; ``own``: those that a person chose, not the preset."""

    preset: str
    keys: dict[str, Keys]
    own: frozenset[str] = frozenset()

    def of(self, place: str, name: str) -> Keys:
        """Return the keys of an action at a place (a screen, a widget, EVERYWHERE), none where it has none."""
        return self.keys.get(identity(place, name), ())

    def label(self, place: str, action: Action) -> str:
        """Return the key as it is shown: the first one; empty where there is none."""
        keys = self.of(place, action.name)
        if action.shown and keys == action.keys:
            return action.shown
        return shown_key(keys[0]) if keys else ""

    def labels(self, place: str, action: Action) -> str:
        """Return all keys as they are shown, without the one that stands for another on keyboards with shift."""
        keys = self.of(place, action.name)
        return " ".join(shown_key(key) for key in keys if key != "equals_sign" or "plus" not in keys)

    def taken_by(self, place: str, actions: Iterable[Action]) -> frozenset[str]:
        """Return the keys of ``actions`` at a place."""
        return frozenset(key for action in actions for key in self.of(place, action.name))

    def without(self, taken: Container[str]) -> "Keymap":
        """Return the keymap as it is while something else takes keys before everything in it."""
        return Keymap(
            self.preset,
            {name: tuple(key for key in keys if key not in taken) for name, keys in self.keys.items()},
            self.own,
        )

    def bound(self) -> dict[str, str]:
        """Return what Textual's ``App.set_keymap`` takes: the keys of actions that differ from the registry's."""
        return {name: ",".join(keys) or UNBOUND for name, keys in self.keys.items() if keys != SLOTS[name].action.keys}

    def follows(self, key: str) -> bool:
        """Return whether ``key`` may be the first of two."""
        return any(one.startswith(key + THEN) for keys in self.keys.values() for one in keys)


def build(preset: str = "default", binds: Mapping[str, Iterable[str]] | None = None) -> tuple[Keymap, list[Problem]]:
    """Return the keymap of a preset with a person's own keys, and what of them could not be taken.

    ``binds``: keys by name of an action, ``board.declare``, or without its place for all of that name.
    """
    problems: list[Problem] = []
    if preset not in PRESETS:
        problems.append(Problem("preset", f"there is no preset {preset!r}: there are {', '.join(PRESETS)}"))
        preset = "default"
    base = {name: slot.action.keys for name, slot in SLOTS.items()}
    for name, preset_keys in PRESETS[preset].items():
        base[name] = tuple(map(read_keys, preset_keys))
    keys, chosen = dict(base), {}
    for field, written in (binds or {}).items():
        try:
            names, read = _meant(field), _read(written)
            for name in names:
                _must_be_able(name, read)
        except BadKey as error:
            problems.append(Problem(field, str(error)))
            continue
        chosen.update(dict.fromkeys(names, field))
        keys.update(dict.fromkeys(names, read))
    while chosen and (clash := _own_clash(keys, chosen)) is not None:
        last = max((name for name in clash.ids if name in chosen), key=list(chosen).index)
        field = chosen[last]
        problems.append(Problem(field, str(clash)))
        for name in [name for name, other in chosen.items() if other == field]:
            keys[name] = base[name]
            del chosen[name]
    return Keymap(preset, keys, frozenset(chosen)), problems


def _own_clash(keys: Mapping[str, Keys], chosen: Mapping[str, str]) -> Clash | None:
    return next((clash for clash in clashes(keys) if any(name in chosen for name in clash.ids)), None)


def _meant(field: str) -> list[str]:
    if field in SLOTS:
        return [field]
    names = [name for name, slot in SLOTS.items() if slot.action.name == field]
    if names:
        return names
    near = get_close_matches(field, [*SLOTS, *(slot.action.name for slot in SLOTS.values())], 1)
    hint = f"; is {near[0]} meant?" if near else "; the help (?) lists them all"
    raise BadKey(f"there is no action {field!r}{hint}")


def _read(written: Iterable[str]) -> Keys:
    return tuple(dict.fromkeys(read_keys(one) for one in written if one.strip()))


def _must_be_able(name: str, keys: Keys) -> None:
    if not keys and name in ALWAYS:
        raise BadKey("it needs a key: without it nobody gets out")
    if SLOTS[name].place in WRITING:
        for key in keys:
            if is_typed(key):
                raise BadKey(f"{shown_key(key)} is typed as text on the screen {SLOTS[name].place}")


def clashes(keys: Mapping[str, Keys]) -> list[Clash]:
    """Return where one key would mean two things on a screen.

    Keys that move (arrows, enter, esc …) belong to what has the focus, so that a widget and its screen may both have
    them; so may two actions of one name. The first of two keys must do nothing by itself.
    """
    found: list[Clash] = []
    screens = dict.fromkeys(place for action in ACTIONS for place in action.where if place != EVERYWHERE)
    by_place: dict[str, list[Slot]] = {}
    for slot in SLOTS.values():
        by_place.setdefault(slot.place, []).append(slot)
    for screen in screens:
        outer = [by_place[screen], by_place[EVERYWHERE]]
        chains = [[by_place.get(place.name, []), *outer] for place in places_of(screen)] or [outer]
        seen = {clash for chain in chains for clash in _clashes_in(screen, chain, keys)}
        found += sorted(seen, key=lambda clash: (clash.key, clash.ids))
        if screen in WRITING:
            found += [
                Clash(screen, key, (slot.id, "a key of the text field"))
                for slot in by_place[screen]
                if not slot.action.first
                for key in keys[slot.id]
                if key in TEXT_KEYS and key not in MOVING
            ]
    return found


def _clashes_in(screen: str, chain: list[list[Slot]], keys: Mapping[str, Keys]) -> Iterable[Clash]:
    """Yield the clashes in one chain of places, from what has the focus outwards."""
    taken: dict[str, tuple[int, Slot]] = {}
    for level, slots in enumerate(chain):
        for slot in slots:
            for key in keys[slot.id]:
                held = taken.setdefault(key, (level, slot))
                same = held[1].id == slot.id or (held[0] != level and held[1].action.name == slot.action.name)
                if not same and (held[0] == level or key not in MOVING):
                    yield Clash(screen, key, (held[1].id, slot.id))
    for key, (_, slot) in taken.items():
        first, then, _ = key.partition(THEN)
        if then and first in taken:
            yield Clash(screen, first, (taken[first][1].id, slot.id))


DEFAULT: Final = build()[0]
"""The keys where nobody chose others."""
