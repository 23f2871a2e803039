#!/usr/bin/env bash
# Orders pictures from a service that takes a second an answer, 500 at once, and prints the rate against
# the ideal, processor time a request and peak memory: of the client alone, and of whole live runs that
# keep, decode and judge every picture.
#
# usage: live.sh [REQUESTS] [CONCURRENCY]   10000 and 500 unless told
set -euo pipefail
cd "$(dirname "$0")/.."
requests=${1:-10000}
concurrency=${2:-500}
. Tests/Reliability/simulator.sh

export PROOFSHEET_BENCHMARKS=1
swift build -c release --product proofsheet --quiet
swift build -c release --product live-benchmark --quiet
bin=$(swift build -c release --show-bin-path)
input=$PWD/fixtures/inputs/rocket.jpg

start_simulator "$bin/proofsheet" --canned --fault slow:1000 --in-flight $((concurrency * 2))
export PROOFSHEET_API_KEY=benchmark
# The first picture of a size is drawn, all others are copies.
"$bin/live-benchmark" "$url" 4 4 url "$input" > /dev/null

report() {
  python3 - "$1" "$concurrency" "$2" << 'END'
import sys

name, concurrency, line = sys.argv[1], int(sys.argv[2]), sys.argv[3].split()
figures = dict(zip(line[::2], map(int, line[1::2])))
seconds = figures["wall_ms"] / 1000
ideal = figures["requests"] / concurrency
print(
    f"{name:22} {figures['requests'] / seconds:7.1f} a second, {ideal / seconds:6.1%} of the ideal, "
    f"{figures['cpu_us'] / figures['requests'] / 1000:6.2f} ms CPU a request, "
    f"{figures['peak_kib'] / 1024:6.0f} MiB"
)
END
}

for delivery in url b64_json; do
  report "client, $delivery" \
    "$("$bin/live-benchmark" "$url" "$requests" "$concurrency" "$delivery" "$input")"
done

mkdir "$work/suites"
cases=$((requests / 5))
cat > "$work/suites/many.yaml" << END
version: 1
name: many
request: {prompt: Put the rocket on paper, images: [$input], size: square, output_format: url}
matrix: {seed: [1..$cases]}
END
python3 - "$cases" "$bin/proofsheet" run "$work/suites/many.yaml" --mode live --endpoint "$url" \
  --yes --max-cost 100000 --unapproved warn --concurrency "$concurrency" \
  --start-concurrency "$concurrency" --reports "$work/reports" --fixtures "$work/fixtures" \
  --quiet > "$work/run" << 'END'
import resource, subprocess, sys, time

start = time.monotonic()
run = subprocess.run(sys.argv[2:], stderr=subprocess.PIPE, text=True)
if run.returncode:
    sys.exit(run.stderr)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(
    f"requests {sys.argv[1]} wall_ms {int((time.monotonic() - start) * 1000)} "
    f"cpu_us {int((used.ru_utime + used.ru_stime) * 1e6)} peak_kib {used.ru_maxrss}"
)
END
report "whole runs, url" "$(cat "$work/run")"
