#!/usr/bin/env bash
# Kills a recording at each of its system calls that write, send or receive, one run a call, and runs it
# again: every case must end recorded, and no picture that was kept may be billed twice.
#
# usage: kill_everywhere.sh PROOFSHEET [STRIDE]   a stride of 5 takes every fifth call
set -euo pipefail
proofsheet=$(realpath "$1")
stride=${2:-1}
root=$(cd "$(dirname "$0")/../.." && pwd)
command -v strace > /dev/null || { echo "strace is needed: apt-get install strace"; exit 2; }
. "$root/Tests/Reliability/simulator.sh"

start_simulator "$proofsheet" --codec jpeg
export PROOFSHEET_API_KEY=kill-everywhere-key

mkdir "$work/suites"
cat > "$work/suites/two.yaml" << END
version: 1
name: two
request: {prompt: Put the cup on paper, images: [$root/fixtures/inputs/coffee.png], size: square}
matrix: {output_format: [url, b64_json]}
END
cd "$work"
command=("$proofsheet" run suites/two.yaml --mode record --endpoint "$url" --yes --max-cost 1
  --concurrency 1 --fixtures fixtures --reports reports)
billed() { curl -s "$url/_simulator/ledger" | grep -o '"request_key"' | wc -l; }
fresh() { rm -rf fixtures reports; }

printf '%-12s %6s %6s %8s %9s %14s\n' call calls kills "in doubt" "paid for" "of that twice"
status=0
kills_in_all=0
for call in mkdir openat write pwrite64 ftruncate fsync fdatasync rename unlink sendto recvfrom close; do
  fresh
  strace -f -qq -e trace="$call" -o trace "${command[@]}" > /dev/null 2>&1
  calls=$(grep -c "$call(" trace || true)
  kills=0 doubts=0 paid=0 twice=0
  for ((n = 1; n <= calls; n += stride)); do
    fresh
    before=$(billed)
    # A shell of its own keeps its word about the kill to itself.
    bash -c '"$@"; exit $?' kill strace -f -qq -e trace="$call" \
      -e inject="$call:signal=KILL:when=$n" -o /dev/null "${command[@]}" > first.log 2>&1 && break
    kills=$((kills + 1))
    "${command[@]}" > second.log 2>&1 || {
      echo "killed at $call number $n, the second run ended with $?:"; cat second.log; status=1
      continue
    }
    doubt=$(grep -c '^in doubt:' second.log || true)
    recorded=$(find fixtures -name '*.har' | wc -l)
    new=$(($(billed) - before))
    doubts=$((doubts + doubt)) paid=$((paid + new)) twice=$((twice + new - 2))
    if [ "$recorded" -ne 2 ] || [ "$new" -gt $((2 + doubt)) ] || [ "$doubt" -gt 1 ]; then
      echo "killed at $call number $n: $recorded of 2 recorded, $new billed, $doubt in doubt"
      status=1
    fi
    "$proofsheet" run suites/two.yaml --unapproved warn --quiet --fixtures fixtures \
      --reports reports > replay.log 2>&1 || {
      echo "killed at $call number $n, what was recorded does not replay:"; cat replay.log; status=1
    }
  done
  kills_in_all=$((kills_in_all + kills))
  printf '%-12s %6d %6d %8d %9d %14d\n' "$call" "$calls" "$kills" "$doubts" "$paid" "$twice"
done
[ "$kills_in_all" -ge 20 ] || { echo "only $kills_in_all runs were killed"; exit 1; }
[ $status -eq 0 ] && echo "killed $kills_in_all times: nothing lost, nothing kept was paid for twice"
exit $status
