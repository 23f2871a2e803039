# Sourced by scripts: starts a simulator that ends with the script.
#
# usage: start_simulator PROOFSHEET [OPTION...]   sets url, and work, a folder that is removed at the end
work=$(mktemp -d)
simulator=
finish() {
  if [ -n "$simulator" ]; then kill "$simulator" 2> /dev/null || true; fi
  rm -rf "$work"
}
trap finish EXIT

start_simulator() {
  "$1" simulate --port 0 "${@:2}" > "$work/url" 2> "$work/simulator.log" &
  simulator=$!
  for _ in $(seq 100); do [ -s "$work/url" ] && break; sleep 0.1; done
  url=$(head -n 1 "$work/url")
  if [ -z "$url" ]; then
    cat "$work/simulator.log"
    exit 1
  fi
}
