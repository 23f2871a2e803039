#!/usr/bin/env bash
# Replays many cases, matching and integrity only, here and in vcrpy, and prints processor time a case,
# peak memory and the ratio.
#
# usage: replay.sh [CASES]   5000 unless told; vcrpy replays a tenth of them, since it takes long
set -euo pipefail
cd "$(dirname "$0")/.."
cases=${1:-5000}
peer_cases=$((cases / 10))
work=$(mktemp -d)
simulator=
finish() {
  if [ -n "$simulator" ]; then kill "$simulator" 2> /dev/null || true; fi
  rm -rf "$work"
}
trap finish EXIT

export PROOFSHEET_BENCHMARKS=1
swift build -c release --product proofsheet --quiet
swift build -c release --product replay-benchmark --quiet
bin=$(swift build -c release --show-bin-path)
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check vcrpy requests

"$bin/proofsheet" simulate --port 0 --canned > "$work/url" 2> /dev/null &
simulator=$!
for _ in $(seq 100); do [ -s "$work/url" ] && break; sleep 0.1; done
PROOFSHEET_SIMULATOR=$(head -n 1 "$work/url")
export PROOFSHEET_SIMULATOR PROOFSHEET_API_KEY=benchmark

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

ours=$("$bin/replay-benchmark" "$work/suites/many.yaml" "$work/fixtures")
peer=$("$work/venv/bin/python" Benchmarks/replay_vcrpy.py replay "$work/cassettes" "$input" \
  "$peer_cases")
echo "proofsheet: $ours"
echo "vcrpy:      $peer"
python3 - "$ours" "$peer" << 'END'
import sys

def read(line):
    words = line.split()
    return dict(zip(words[::2], map(int, words[1::2])))

ours, peer = read(sys.argv[1]), read(sys.argv[2])
a, b = ours["cpu_us"] / ours["cases"], peer["cpu_us"] / peer["cases"]
print(f"{a:.0f} us a case and {ours['peak_kib'] / 1024:.0f} MiB, vcrpy {b:.0f} us and "
      f"{peer['peak_kib'] / 1024:.0f} MiB: {b / a:.1f} times")
END
