"""How colours look to eyes that mix some of them up, and how far apart two of them are then.

The matrices are those of Machado, Oliveira and Fernandes (2009) for a whole lack of one kind of cones, on linear RGB;
the distance is that of CIE 1976 in L*a*b*, where about 2 is just seen.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from textual.color import Color

Vector = NDArray[np.float64]

_SEEN: Final = {
    "protan": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116,
        1.051998]]),
    "deutan": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940,
        0.968881]]),
    "tritan": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367,
        0.303900]]),
}  # fmt: skip
_XYZ: Final = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE: Final = np.array([0.95047, 1.0, 1.08883])


def _lab(colour: str, sight: str) -> Vector:
    parts = np.array(Color.parse(colour).rgb) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    x, y, z = _XYZ @ np.clip(_SEEN[sight] @ linear, 0, 1) / _WHITE
    fx, fy, fz = (np.cbrt(one) if one > 0.008856 else 7.787 * one + 16 / 116 for one in (x, y, z))
    return np.array([116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)])


def apart(one: str, other: str, sight: str) -> float:
    """Return how far apart two colours are for eyes of a ``sight``: protan, deutan or tritan."""
    return float(np.linalg.norm(_lab(one, sight) - _lab(other, sight)))
