#!/usr/bin/env bash
# Decodes a photograph of 2048 x 2048 pixels as PNG, JPEG and WebP, here, with libpng alone and in
# Pillow, and prints the least processor time of each in milliseconds, beside the pixel digest.
#
# usage: decode.sh [PHOTOGRAPH]   fixtures/inputs/coffee.png unless told
set -euo pipefail
cd "$(dirname "$0")/.."
photograph=${1:-fixtures/inputs/coffee.png}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

PROOFSHEET_BENCHMARKS=1 swift build -c release --product decode-benchmark --quiet
bin=$(PROOFSHEET_BENCHMARKS=1 swift build -c release --show-bin-path)
venv=.build/venv/pictures
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check pillow numpy
fi

"$bin/decode-benchmark" make "$photograph" "$work"
files=("$work"/small.png "$work"/fast.png "$work"/photograph.jpg "$work"/photograph.webp)
"$bin/decode-benchmark" measure "${files[@]}" > "$work/ours"
"$venv/bin/python" Benchmarks/decode_pillow.py "${files[@]}" > "$work/peer"
echo "proofsheet:"
cat "$work/ours"
echo "Pillow:"
cat "$work/peer"
"$venv/bin/python" - "$work/ours" "$work/peer" << 'END'
import sys

def read(path):
    lines = [line.split() for line in open(path)]
    return {words[0]: dict(zip(words[1::2], words[2::2])) for words in lines}

ours, peer = read(sys.argv[1]), read(sys.argv[2])
for name, figures in ours.items():
    assert figures["digest"] == peer[name]["digest"], f"{name}: other pixels than Pillow's"
    own = float(figures["decode_ms"])
    text = f"{name}: {float(peer[name]['decode_ms']) / own:.2f} times as quick as Pillow"
    if "libpng_ms" in figures:
        text += f", {float(figures['libpng_ms']) / own:.2f} times as libpng"
    print(text)
END
