#!/usr/bin/env bash
# Replays many cases, matching and integrity only, here and in vcrpy, and prints processor time a case,
# peak memory and the ratios, with sha256sum over the same files beside them.
#
# usage: replay.sh [CASES]   5000 unless told; vcrpy replays a tenth of them, since it takes long
set -euo pipefail
cd "$(dirname "$0")/.."
cases=${1:-5000}
peer_cases=$((cases / 10))
. Tests/Reliability/simulator.sh

export PROOFSHEET_BENCHMARKS=1
swift build -c release --product proofsheet --quiet
swift build -c release --product replay-benchmark --quiet
bin=$(swift build -c release --show-bin-path)
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check vcrpy requests pillow imagehash

start_simulator "$bin/proofsheet" --canned
export PROOFSHEET_SIMULATOR=$url PROOFSHEET_API_KEY=benchmark

input=$PWD/fixtures/inputs/rocket.jpg
mkdir "$work/suites"
cat > "$work/suites/many.yaml" << END
version: 1
name: many
request:
  prompt: Put the rocket on paper
  images: [$input]
  size: square
  output_format: b64_json
matrix: {seed: [1..$cases]}
END
"$bin/proofsheet" run "$work/suites/many.yaml" --mode record --endpoint "$PROOFSHEET_SIMULATOR" \
  --yes --max-cost 1000 --quiet --fixtures "$work/fixtures" --reports "$work/reports" \
  --concurrency 16 2> "$work/record.log" || { tail "$work/record.log"; exit 1; }
"$work/venv/bin/python" Benchmarks/replay_vcrpy.py make "$work/cassettes" "$input" "$peer_cases" \
  > /dev/null

export OURS SUMS PEER LOOK
OURS=$("$bin/replay-benchmark" "$work/suites/many.yaml" "$work/fixtures")
SUMS=$(python3 Benchmarks/replay_sums.py "$work/fixtures/many")
peer() {
  "$work/venv/bin/python" Benchmarks/replay_vcrpy.py "$1" "$work/cassettes" "$input" "$peer_cases"
}
PEER=$(peer replay)
LOOK=$(peer look)
python3 - << 'END'
import os

# The target of an unchanged replay: so many times the digests of the same bytes, and this a case.
SHARE, OVERHEAD = 1.5, 200


def read(name, cases=None):
    words = os.environ[name].split()
    figures = dict(zip(words[::2], map(int, words[1::2])))
    cases = cases or figures["cases"]
    peak = f"{figures['peak_kib'] / 1024:.0f} MiB" if "peak_kib" in figures else ""
    return cases, figures["cpu_us"] / cases, peak


ours = read("OURS")
own = ours[1]
sums = read("SUMS", cases=ours[0])
rows = [
    ("proofsheet", *ours),
    ("sha256sum of the same files", *sums),
    ("vcrpy", *read("PEER")),
    ("vcrpy, Pillow and imagehash", *read("LOOK")),
]
print(f"{'':30}{'cases':>7}{'CPU a case':>13}{'peak memory':>13}{'times ours':>12}")
for name, cases, spent, peak in rows:
    print(f"{name:30}{cases:7}{spent:10.0f} us{peak:>13}{spent / own:12.1f}")
digests = sums[1]
allowed = SHARE * digests + OVERHEAD
print(
    f"allowed: {SHARE} x {digests:.0f} us + {OVERHEAD} us = {allowed:.0f} us; "
    f"{'kept' if own <= allowed else 'NOT KEPT'} with {own:.0f} us"
)
END
