#!/usr/bin/env python3
"""Writes the vectors of the test whether a seed has an effect, by SciPy's permutation test.

Whole numbers as distances, made here from a fixed seed; SciPy enumerates all choices of the pictures of
one seed and counts those with a statistic at least as large.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import environment

environment.enter("scipy", "numpy==2.4.6", "scipy")

import numpy
import scipy.stats

ROOT = environment.ROOT
TARGET = ROOT / "Tests/ExperimentsTests/Vectors/seed-effect.json"


def matrix(random, same, other, near, far):
    """Distances of a symmetric matrix: those of one seed below `near`, the others below `far`."""
    count = same + other
    distances = numpy.zeros((count, count), dtype=int)
    for row in range(count):
        for column in range(row + 1, count):
            limit = near if column < same else far
            distances[row, column] = distances[column, row] = random.integers(0, limit)
    return distances


def probability(distances, same):
    """The one-sided p-value over all choices, by SciPy."""
    count = len(distances)

    def statistic(first, second):
        chosen = [int(place) for place in first]
        rows = range(count)
        within = [distances[a, b] for a in chosen for b in chosen if a < b]
        total = sum(int(distances[a, b]) for a in rows for b in rows if a < b)
        pairs = count * (count - 1) // 2
        rest = (total - sum(int(value) for value in within)) / (pairs - len(within))
        return rest - sum(int(value) for value in within) / len(within)

    return scipy.stats.permutation_test(
        (numpy.arange(same), numpy.arange(same, count)),
        statistic,
        permutation_type="independent",
        vectorized=False,
        n_resamples=numpy.inf,
        alternative="greater",
    ).pvalue


def main():
    random = numpy.random.default_rng(20261126)
    shapes = [(3, 3), (4, 4), (5, 5), (3, 5), (4, 2)]
    limits = [(3, 60), (20, 24), (60, 60), (2, 2), (40, 10)]
    vectors = []
    for same, other in shapes:
        for near, far in limits:
            distances = matrix(random, same, other, near, far)
            vectors.append(
                {
                    "same": same,
                    "distances": distances.tolist(),
                    "p": round(float(probability(distances, same)), 12),
                }
            )
    text = ",\n".join(json.dumps(vector, separators=(",", ":")) for vector in vectors)
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(
        f'{{"scipy":"{scipy.__version__}","vectors":[\n{text}\n]}}\n', encoding="utf-8"
    )
    print(f"{len(vectors)} vectors of SciPy {scipy.__version__}: {TARGET.relative_to(ROOT)}")


main()
