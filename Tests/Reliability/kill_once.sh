#!/usr/bin/env bash
# Records against the simulator, kills the recording with SIGKILL in the middle, runs it again, and
# holds the simulator's billing ledger against what was kept: no picture that reached the client may be
# billed twice. Takes the path of the proofsheet binary.
set -euo pipefail
proofsheet=$1
work=$(mktemp -d)
simulator=
finish() {
  if [ -n "$simulator" ]; then kill "$simulator" 2> /dev/null || true; fi
  rm -rf "$work"
}
trap finish EXIT

"$proofsheet" simulate --port 0 --codec jpeg > "$work/url" 2> "$work/simulator.log" &
simulator=$!
for _ in $(seq 100); do [ -s "$work/url" ] && break; sleep 0.1; done
url=$(head -n 1 "$work/url")

command=("$proofsheet" run suites/quickstart.yaml --mode record --endpoint "$url" --yes
  --max-cost 2 --concurrency 4 --fixtures "$work/fixtures" --reports "$work/reports")
export PROOFSHEET_API_KEY=kill-once-key
recorded() { find "$work/fixtures" -name '*.har' 2> /dev/null | wc -l; }

"${command[@]}" 2> "$work/first.log" &
run=$!
# Killed when some cases are recorded and others are on their way.
for _ in $(seq 600); do
  [ "$(recorded)" -ge 6 ] && break
  sleep 0.02
done
kill -9 "$run" 2> /dev/null || { echo "the recording ended before it could be killed"; exit 1; }
wait "$run" 2> /dev/null || true
echo "killed with $(recorded) of 24 cases recorded"

"${command[@]}" 2> "$work/second.log" || { cat "$work/second.log"; exit 1; }
cat "$work/second.log"
doubt=$(grep -c '^in doubt:' "$work/second.log" || true)

curl -s "$url/_simulator/ledger" > "$work/ledger.json"
billed=$(grep -o '"request_key"' "$work/ledger.json" | wc -l)
keys=$(grep -o '"request_key":"[0-9a-f]*"' "$work/ledger.json" | sort -u | wc -l)
echo "recorded $(recorded), in doubt $doubt, billed $billed for $keys requests"

[ "$(recorded)" -eq 24 ] || { echo "not every case is recorded"; exit 1; }
[ "$keys" -eq 24 ] || { echo "not every case was billed once"; exit 1; }
[ "$billed" -le $((24 + doubt)) ] || { echo "a picture was billed twice"; exit 1; }
"$proofsheet" run suites/quickstart.yaml --unapproved warn --quiet \
  --fixtures "$work/fixtures" --reports "$work/reports"
echo "replay of what was recorded: passed"
