#!/usr/bin/env bash
# Renders runs of many cases as proof sheets and opens them in Chromium as files: prints the time to render, the first
# time and with thumbnails that are there already, the peak of memory, the size of the page without pictures and of the whole
# folder, and the time from asking for the page until cases are on the screen.
#
# usage: sheet.sh [CASES...]   100 1000 10000 unless told
set -euo pipefail
cd "$(dirname "$0")/.."
swift build -c release --product proofsheet --quiet
exec python3 Benchmarks/sheet.py "$(swift build -c release --show-bin-path)/proofsheet" "${@:-}"
