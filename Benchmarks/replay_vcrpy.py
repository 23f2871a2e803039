"""The work of replay-benchmark in vcrpy: match by method, URL and body, read the answer, digest the picture.

usage: replay_vcrpy.py make|replay|look FOLDER INPUT CASES

`make` writes one cassette a case, as a test suite with one cassette a test would have; the answers are
those of the simulator whose URL stands in PROOFSHEET_SIMULATOR. `look` replays, decodes each picture with
Pillow and compares its perceptual hash, as such a suite does whether anything changed or not.
"""

import base64
import hashlib
import io
import os
import pathlib
import resource
import sys
import time

import imagehash
import requests
import vcr
from PIL import Image

mode, folder, picture, count = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
data = base64.b64encode(pathlib.Path(picture).read_bytes()).decode()
url = os.environ.get("PROOFSHEET_SIMULATOR", "http://127.0.0.1:1") + "/v1/images/edits"
recorder = vcr.VCR(
    record_mode="once" if mode == "make" else "none",
    match_on=["method", "path", "body"],
    filter_headers=["authorization"],
)
folder.mkdir(parents=True, exist_ok=True)
digests = folder / "digests.txt"
known = [] if mode == "make" else digests.read_text().split()
seen = []
start = time.process_time()
for case in range(count):
    body = {
        "model": "bytedance-seedream-v4-image-to-image",
        "prompt": "Put the rocket on paper",
        "image_urls": [f"data:image/jpeg;base64,{data}"],
        "size": "square",
        "seed": case + 1,
        "n": 1,
        "output_format": "b64_json",
    }
    with recorder.use_cassette(str(folder / f"{case}.yaml")):
        answer = requests.post(url, json=body, headers={"Authorization": "Bearer k"}, timeout=60)
    picture_bytes = base64.b64decode(answer.json()["data"][0]["b64_json"])
    digest = hashlib.sha256(picture_bytes).hexdigest()
    look = str(imagehash.phash(Image.open(io.BytesIO(picture_bytes)))) if mode != "replay" else ""
    if mode == "make":
        seen.append(f"{digest}:{look}")
        continue
    known_digest, known_look = known[case].split(":")
    if digest != known_digest or look not in ("", known_look):
        sys.exit(f"case {case}: another picture than was recorded")
spent = time.process_time() - start
if mode == "make":
    digests.write_text("\n".join(seen))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(f"cases {count} cpu_us {int(spent * 1e6)} peak_kib {peak}")
