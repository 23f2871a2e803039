#!/usr/bin/env bash
# Times every metric of a pair of 2048 x 2048 PNG files on one thread, here and in Pillow, pdqhash and
# scikit-image, in turn on the same machine, and prints the ratios.
#
# usage: metrics.sh [REPEATS]   3 unless told; the fastest of each counts
set -euo pipefail
cd "$(dirname "$0")/.."
repeats=${1:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

export PROOFSHEET_BENCHMARKS=1 OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1
swift build -c release --product metrics-benchmark --quiet
bin=$(swift build -c release --show-bin-path)
venv=.build/metrics-venv
[ -x $venv/bin/python ] || python3 -m venv $venv
$venv/bin/pip install --quiet --disable-pip-version-check \
  pdqhash==0.2.8 scikit-image==0.26.0 numpy pillow

$venv/bin/python Benchmarks/metrics_peers.py make "$work" fixtures/inputs/hubble_deep_field.jpg
for pair in q90 object noise; do
  "$bin/metrics-benchmark" "$work/base.png" "$work/$pair.png" "$repeats" > "$work/$pair.txt"
done
$venv/bin/python Benchmarks/metrics_peers.py measure "$work" "$repeats" > "$work/peers.txt"
$venv/bin/python Benchmarks/metrics_peers.py report "$work"
