"""How long the ICCID bodies of a fleet are, by the digits they begin with: learned from all of them at once."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from feeds.fleet.columns import Numbers, sizes_of
from feeds.simspace import LengthProfile

_LOOKED_AT: Final = 13
"""Digits at the beginning of a body that a profile may rest on."""
_STEPS: Final = (7, 9, 11)
"""Where beginnings of so many digits have one length, a single body of them says the same as all."""
_LENGTHS: Final = 32


def stems_of(firsts: Numbers) -> Numbers:
    """Return beginnings of bodies with their lengths, ``beginning * 32 + length``, each once, sorted: int64."""
    if not len(firsts):
        return np.empty(0, dtype=np.int64)
    sizes = sizes_of(firsts)
    return once(_cut(firsts, sizes, _LOOKED_AT) * _LENGTHS + sizes)


def learned(parts: Sequence[Numbers]) -> LengthProfile:
    """Return the profile of the bodies whose ``stems_of`` are ``parts``."""
    left = once(np.concatenate([np.empty(0, dtype=np.int64), *parts]))
    bodies: list[str] = []
    for step in _STEPS:
        stems, lengths = left // _LENGTHS, left % _LENGTHS
        # One of each (beginning, length); a beginning that stands there once has one length.
        short = _cut(stems, np.minimum(lengths, _LOOKED_AT), step)
        pairs = once(short * _LENGTHS + lengths)
        begins = pairs // _LENGTHS
        alone = np.append(True, begins[1:] != begins[:-1]) & np.append(begins[1:] != begins[:-1], True)
        known = pairs[alone[: len(pairs)]]
        bodies += [str(stem).ljust(size, "0") for stem, size in zip(*_parts(known), strict=True)]
        left = left[~np.isin(short, known // _LENGTHS)]
    bodies += [str(stem).ljust(size, "0") for stem, size in zip(*_parts(left), strict=True)]
    return LengthProfile.learned(bodies)


def once(numbers: Numbers) -> Numbers:
    """Return ``numbers`` sorted, each once."""
    found = np.sort(numbers)
    return found[np.append(True, found[1:] != found[:-1])] if len(found) else found


def _parts(stems: Numbers) -> tuple[list[int], list[int]]:
    return (stems // _LENGTHS).tolist(), (stems % _LENGTHS).tolist()


def _cut(numbers: Numbers, sizes: Numbers, digits: int) -> Numbers:
    """Return the first so many digits of numbers that have ``sizes`` digits."""
    cut: Numbers = numbers // 10 ** np.maximum(sizes - digits, 0)
    return cut
