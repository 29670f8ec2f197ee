"""Ways to locate a cause in a labelled table: ours, and small versions of published ideas to compare it with.

A bare likelihood-ratio test over all cells, Adtributor (the one attribute whose values surprise most), Squeeze
(clusters of deviations, and the cells that tell each from its forecast).
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

import numpy as np
from msgspec import Struct

from bench.locating_sets import Case, Cell, Codes, Floats
from feeds.locating import Cause, Numbered, locate, locate_change


class Answer(Struct, frozen=True):
    """What a method says: its causes, and its ranking."""

    causes: frozenset[Cell]
    ranked: list[Cell]


def ours(case: Case) -> Answer:
    attributes = {
        str(at): Numbered([str(value) for value in range(int(code.max()) + 1)], code)
        for at, code in enumerate(case.codes)
    }
    said = (locate if case.counts else locate_change)(attributes, case.first, case.second)

    def cell(cause: Cause) -> Cell:
        return frozenset((int(one.attribute), int(one.value)) for one in cause.where)

    return Answer(frozenset(map(cell, said.causes)), [cell(cause) for cause in said.candidates])


def cells(codes: Sequence[Codes], *weights: Floats) -> Iterator[tuple[tuple[int, ...], Codes, list[Floats]]]:
    """Yield one to three attributes, the cell of each leaf over them, and the sums of ``weights`` in the cells."""
    for depth in range(1, min(3, len(codes)) + 1):
        for attributes in combinations(range(len(codes)), depth):
            key = codes[attributes[0]]
            for attribute in attributes[1:]:
                key = key * (int(codes[attribute].max()) + 1) + codes[attribute]
            cell = np.unique(key, return_inverse=True)[1]
            yield attributes, cell, [np.bincount(cell, weights=weight).astype(np.float64) for weight in weights]


def named(codes: Sequence[Codes], attributes: Sequence[int], cell: Codes, number: int) -> Cell:
    leaf = int((cell == number).argmax())
    return frozenset((attribute, int(codes[attribute][leaf])) for attribute in attributes)


def as_counts(case: Case) -> tuple[Floats, Floats]:
    """Return the case as affected and total; a change counts in the direction that the whole took."""
    if case.counts:
        return case.first, case.second
    lost, gained = np.maximum(case.second - case.first, 0), np.maximum(case.first - case.second, 0)
    return (lost, case.second) if lost.sum() >= gained.sum() else (gained, np.maximum(case.second, case.first))


def likelihood_ratio(case: Case) -> Answer:
    """Rank all cells by the likelihood ratio of a rate of their own."""
    k, n = as_counts(case)
    all_k, all_n = k.sum(), n.sum()

    def height(some: Floats, members: Floats) -> Floats:
        share = np.clip(some / np.maximum(members, 1e-12), 1e-12, 1 - 1e-12)
        found: Floats = some * np.log(share) + (members - some) * np.log1p(-share)
        return found

    ranked: list[tuple[float, Cell]] = []
    for attributes, cell, (some, members) in cells(case.codes, k, n):
        gain = height(some, members) + height(all_k - some, all_n - members)
        gain = np.where(some * all_n > all_k * members, gain, -np.inf)
        for number in np.argsort(-gain, kind="stable")[:5]:
            ranked.append((float(gain[number]), named(case.codes, attributes, cell, int(number))))
    ranked.sort(key=lambda item: -item[0])
    return Answer(frozenset([ranked[0][1]]), [cell for _, cell in ranked[:10]])


def adtributor(case: Case) -> Answer:
    """Take the attribute with the most surprising values that together explain two thirds."""
    k, n = as_counts(case)
    expected = n * (k.sum() / max(n.sum(), 1e-12))
    best: tuple[float, list[Cell]] = (-1.0, [])
    for attributes, cell, (seen, usual) in cells(case.codes, k, expected):
        if len(attributes) > 1:
            break
        p, q = seen / max(seen.sum(), 1e-12), usual / max(usual.sum(), 1e-12)
        middle = np.maximum((p + q) / 2, 1e-12)
        surprise = p * np.log(np.maximum(p, 1e-12) / middle) + q * np.log(np.maximum(q, 1e-12) / middle)
        chosen, explained = [], 0.0
        for number in np.argsort(-surprise, kind="stable"):
            if p[number] > q[number] and p[number] > 0.1:
                chosen.append(int(number))
                explained += float(p[number])
                if explained > 0.67:
                    break
        total = float(surprise[chosen].sum())
        if chosen and total > best[0]:
            best = total, [named(case.codes, attributes, cell, number) for number in chosen[:3]]
    return Answer(frozenset(best[1]), best[1])


def squeeze(case: Case) -> Answer:
    """Cluster deviations of leaves; in each cluster take the cells, best first, that tell it from its forecast."""
    real, predicted = (case.second - case.first, case.second) if case.counts else (case.first, case.second)
    deviation = 2 * (predicted - real) / np.maximum(predicted + real, 1e-12)
    heights, edges = np.histogram(deviation, bins=np.linspace(-2, 2, 81))
    smooth = np.convolve(heights, [0.25, 0.5, 0.25], mode="same")
    valleys = [at for at in range(1, 79) if smooth[at] <= smooth[at - 1] and smooth[at] <= smooth[at + 1]]
    bounds = [-2.01, *[float(edges[at] + 0.025) for at in valleys], 2.01]
    found: list[tuple[float, list[Cell]]] = []
    for low, high in pairwise(bounds):
        inner = (deviation > low) & (deviation <= high)
        if not inner.any() or abs(float(np.median(deviation[inner]))) < 0.1 or inner.sum() < 2:
            continue
        best: tuple[float, list[Cell]] = (-np.inf, [])
        for attributes, cell, (hits, all_leaves) in cells(case.codes, inner.astype(np.float64), np.ones(len(real))):
            order = np.argsort(-hits / all_leaves, kind="stable")[:4]
            for count in range(1, len(order)):
                chosen = np.isin(cell, order[:count])
                level = float(np.clip(1 - real[chosen].sum() / max(predicted[chosen].sum(), 1e-12), -4, 1))
                off = np.abs(real[chosen] - predicted[chosen] * (1 - level)).mean()
                rest = np.abs(real[inner & ~chosen] - predicted[inner & ~chosen])
                usual = np.abs(real[chosen] - predicted[chosen]).mean()
                score = 1 - (off + (rest.mean() if len(rest) else 0)) / max(
                    usual + (rest.mean() if len(rest) else 0), 1e-12
                )
                score -= 0.02 * count * len(attributes)
                if score > best[0]:
                    best = score, [named(case.codes, attributes, cell, int(number)) for number in order[:count]]
        found.append((best[0], best[1]))
    found.sort(key=lambda item: -item[0])
    ranked = list(dict.fromkeys(cell for _, some in found for cell in some))
    return Answer(frozenset(ranked[:3]), ranked[:10])


RIVALS = {"likelihood ratio": likelihood_ratio, "Adtributor": adtributor, "Squeeze": squeeze}
