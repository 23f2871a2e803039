#!/usr/bin/env python3
"""Writes the vectors of the statistics of comparisons, by SciPy and statsmodels.

Numbers are made here from a fixed seed. SciPy's permutation_test enumerates the arrangements: 'samples'
exchanges the sides of a pair, 'independent' divides anew. SciPy's bootstrap draws its own samples, so
its intervals are met within a tolerance. Several seeds with repeats are enumerated here, for SciPy has no
test of blocks.
"""

import itertools
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import environment

environment.enter("statistics", "numpy==2.4.6", "scipy", "statsmodels")

import numpy
import scipy
import scipy.stats
import statsmodels
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

TARGET = environment.ROOT / "Tests/ExperimentsTests/Vectors/drift.json"
random = numpy.random.default_rng(20261127)


def points(count, shift, spread):
    """Points of a plane: the first half around 0, the second around `shift`."""
    made = random.normal(0, spread, (count, 2))
    made[count // 2 :] += shift
    return made


def matrix(made):
    """Distances, rounded so that they are written exactly."""
    between = numpy.sqrt(((made[:, None, :] - made[None, :, :]) ** 2).sum(axis=2))
    return numpy.round(between, 6)


def exact(sides, statistic, kind):
    """The one-sided p-value over all arrangements, by SciPy."""
    return scipy.stats.permutation_test(
        sides,
        statistic,
        permutation_type=kind,
        vectorized=False,
        n_resamples=numpy.inf,
        alternative="greater",
    )


def within(distances, places):
    """The distances of the pairs within a set."""
    return [distances[a, b] for a, b in itertools.combinations([int(p) for p in places], 2)]


def across(distances, left, right):
    """The distances of the pairs across two sets."""
    return [distances[int(a), int(b)] for a in left for b in right]


def seeds_vector(count, shift):
    """Sides exchanged seed by seed; one picture of each."""
    distances = matrix(points(2 * count, shift, 10))
    rows = numpy.arange(count)

    def statistic(first, second):
        apart, alike = [], []
        for s, t in itertools.combinations(range(count), 2):
            apart += across(distances, [first[s]], [second[t]])
            apart += across(distances, [second[s]], [first[t]])
            alike += across(distances, [first[s]], [first[t]])
            alike += across(distances, [second[s]], [second[t]])
        return numpy.mean(apart) - numpy.mean(alike)

    found = exact((rows, rows + count), statistic, "samples")
    blocks = [[[int(row)], [int(row) + count]] for row in rows]
    return {
        "noise": "seeds",
        "blocks": blocks,
        "distances": distances.tolist(),
        "statistic": float(found.statistic),
        "p": float(found.pvalue),
    }


def difference(distances, first, second):
    """Mean distance across the sides less the mean within them."""
    return numpy.mean(across(distances, first, second)) - numpy.mean(
        within(distances, first) + within(distances, second)
    )


def repeats_vector(first, second, shift):
    """One seed: its pictures divided anew."""
    distances = matrix(points(first + second, shift, 10))
    found = exact(
        (numpy.arange(first), numpy.arange(first, first + second)),
        lambda left, right: difference(distances, left, right),
        "independent",
    )
    return {
        "noise": "repeats",
        "blocks": [[list(range(first)), list(range(first, first + second))]],
        "distances": distances.tolist(),
        "statistic": float(found.statistic),
        "p": float(found.pvalue),
    }


def blocks_vector(shapes, shift):
    """Several seeds, each divided anew, all arrangements enumerated here."""
    total = sum(a + b for a, b in shapes)
    made = random.normal(0, 10, (total, 2))
    blocks, start = [], 0
    for a, b in shapes:
        blocks.append([list(range(start, start + a)), list(range(start + a, start + a + b))])
        made[start + a : start + a + b] += shift
        start += a + b
    distances = matrix(made)
    options = []
    for left, right in blocks:
        everything = left + right
        options.append(
            [
                difference(distances, chosen, [p for p in everything if p not in chosen])
                for chosen in itertools.combinations(everything, len(left))
            ]
        )
    observed = numpy.mean([difference(distances, *block) for block in blocks])
    values = [numpy.mean(choice) for choice in itertools.product(*options)]
    probability = numpy.mean([value >= observed - 1e-9 for value in values])
    return {
        "noise": "repeats",
        "blocks": blocks,
        "distances": distances.tolist(),
        "statistic": float(observed),
        "p": float(probability),
    }


def sign_vector(count, shift):
    """Paired differences, two-sided."""
    values = numpy.round(random.normal(shift, 1, count), 6)
    found = exact(
        (values, numpy.zeros(count)),
        lambda left, right: abs(numpy.mean(left - right)),
        "samples",
    )
    interval = scipy.stats.bootstrap(
        (values,), numpy.mean, method="percentile", n_resamples=200_000, rng=random
    ).confidence_interval
    return {
        "values": values.tolist(),
        "p": float(found.pvalue),
        "low": float(interval.low),
        "high": float(interval.high),
    }


def energy_vector(first, second, shift):
    """The energy distance of two sets, over all pairs with each one's own."""
    distances = numpy.round(matrix(points(first + second, shift, 10))).astype(int)

    def statistic(left, right):
        def mean(a, b):
            return numpy.mean(across(distances, a, b))

        return 2 * mean(left, right) - mean(left, left) - mean(right, right)

    sides = (numpy.arange(first), numpy.arange(first, first + second))
    found = exact(sides, statistic, "independent")
    return {
        "first": first,
        "distances": distances.tolist(),
        "statistic": float(found.statistic),
        "p": float(found.pvalue),
    }


def correction_vector(count):
    """Several p-values, some equal."""
    values = numpy.round(random.uniform(0, 1, count) ** 3, 4)
    values = numpy.clip(values, 1e-4, 1)
    if count > 3:
        values[2] = values[1]
    return {
        "values": values.tolist(),
        "holm": multipletests(values, method="holm")[1].tolist(),
        "bh": scipy.stats.false_discovery_control(values, method="bh").tolist(),
    }


def wilson_vector(count, total):
    """Where a share lies, by the score interval."""
    low, high = proportion_confint(count, total, alpha=0.05, method="wilson")
    return {"count": count, "total": total, "low": float(low), "high": float(high)}


def main():
    drift = [seeds_vector(count, shift) for count in (2, 3, 5, 8) for shift in (0, 9, 60)]
    drift += [
        repeats_vector(first, second, shift)
        for first, second in [(2, 2), (3, 3), (4, 4), (2, 4)]
        for shift in (0, 12, 60)
    ]
    drift += [
        blocks_vector(shapes, shift)
        for shapes in [[(1, 2)], [(2, 2)] * 3, [(2, 2)] * 5, [(3, 3), (2, 2), (1, 2)]]
        for shift in (0, 8, 60)
    ]
    vectors = {
        "versions": {"scipy": scipy.__version__, "statsmodels": statsmodels.__version__},
        "drift": drift,
        "signs": [sign_vector(count, shift) for count in (2, 5, 8, 12) for shift in (0, 0.5, 3)],
        "energy": [
            energy_vector(first, second, shift)
            for first, second in [(3, 3), (4, 4), (5, 5), (4, 6)]
            for shift in (0, 12, 60)
        ],
        "corrections": [correction_vector(count) for count in (1, 2, 5, 12, 40)],
        "wilson": [
            wilson_vector(count, total)
            for count, total in [(0, 1), (1, 1), (0, 10), (3, 10), (10, 10), (7, 1000), (500, 1000)]
        ],
    }
    lines = []
    for name, value in vectors.items():
        if isinstance(value, dict):
            lines.append(f"{json.dumps(name)}:{json.dumps(value)}")
        else:
            rows = ",\n".join(json.dumps(row, separators=(",", ":")) for row in value)
            lines.append(f"{json.dumps(name)}:[\n{rows}\n]")
    TARGET.write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")
    print(f"{sum(len(v) for v in vectors.values())} vectors: {TARGET.relative_to(environment.ROOT)}")


main()
