#!/usr/bin/env python3
"""Prints the figures of scipy's energy distance and exact permutation test.

Hashes whose first k bits are set lie on a line: two of them differ in |k - l| bits. So scipy's energy
distance of numbers is that of hashes; ours is its square, and both are zero where nothing differs. scipy
counts every arrangement once, as we do. Run it from the root of the repository:

    python3 Tests/Interop/energy_vectors.py

It makes its own virtual environment below .build and installs scipy there. What it prints stands in
Tests/ExperimentsTests/PermutationVectors.swift. Nothing here uses the code under test.
"""

from environment import enter

enter("energy", "scipy==1.16.3")

import numpy as np  # noqa: E402
from scipy.stats import energy_distance, permutation_test  # noqa: E402

SAMPLES = [
    ([0, 2, 5, 9], [1, 3, 4, 8]),
    ([0, 1, 2, 3], [120, 121, 123, 126]),
    ([0, 0, 0, 0], [0, 0, 0, 0]),
    ([10, 12, 17, 30], [20, 22, 24, 26, 28]),
    ([3, 50, 77, 90, 140], [5, 51, 70, 95, 141]),
    ([0, 5, 9, 14, 20, 31], [40, 44, 13, 60, 81, 12]),
    ([0, 255, 0, 255], [127, 128, 127, 128]),
]


def squared(left, right):
    return energy_distance(left, right) ** 2


for left, right in SAMPLES:
    test = permutation_test(
        (np.array(left, float), np.array(right, float)), squared, vectorized=False,
        n_resamples=np.inf, alternative="greater",
    )
    print(f"({left}, {right}, {test.statistic:.9f}, {test.pvalue:.9f}, {len(test.null_distribution)}),")
