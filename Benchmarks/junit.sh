#!/usr/bin/env bash
# Times JUnit XML of many cases, every tenth failed: here, in a C program that calls xmlTextWriter and
# nothing else, and in junitparser, in turn on the same machine. All write the same document.
#
# usage: junit.sh [COUNT [REPEATS]]   1000000 and 3 unless told; the fastest of each counts
set -euo pipefail
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

export PROOFSHEET_BENCHMARKS=1
swift build -c release --product junit-benchmark --quiet
bin=$(swift build -c release --show-bin-path)
# shellcheck disable=SC2046 # The flags are words.
cc -O2 -o "$work/writer" Benchmarks/JUnit/writer.c $(pkg-config --cflags --libs libxml-2.0)
venv=.build/junit-venv
[ -x $venv/bin/python ] || python3 -m venv $venv
$venv/bin/pip install --quiet --disable-pip-version-check junitparser==5.0.3

$venv/bin/python Benchmarks/junit_peers.py "$bin/junit-benchmark" "$work" "${1:-1000000}" "${2:-3}"
